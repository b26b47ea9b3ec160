//! From the options to the running outputs: which taps there are and what hangs on them.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use domain::{BootId, Finding, Frames, Severity};
use hardware::Carries;
use playout::aircheck::AirCheckOptions;
use playout::outputs::rtp::RtpOptions;
use playout::outputs::{Container, Icecast, IcecastOptions, Mp3Options, OpusOptions, StreamHub};
use playout::realtime::{TapReader, TapSpec};

use super::air_check::{AirCheck, AirCheckWork};
use super::alarms::AlarmBoard;
use super::card_keeper::CardKeeper;
use super::card_link::CardLink;
use super::encoding::{Encoding, Stream, Streams};
use super::equipment::{self, Beside, Equipment, Outvoted, SharedShed};
use super::live::LiveLine;
use super::mpx::{Mpx, MpxOutput, MpxWork};
use super::options::{AirOptions, OutputOptions, StreamFormat};
use super::pace::PaceState;
use super::recording::Recording;
use super::rtp;
use super::station::Station;
use super::turning::EngineView;
use super::witness::{WitnessEar, WitnessWork};

/// The encoders may stand still this long on a loaded machine without loss.
const ENCODING_TAP: Frames = Frames::from_secs(2);
/// A disk that syncs may stand still longer.
const RECORDING_TAP: Frames = Frames::from_secs(8);

/// The pulse looks five times a second.
const PULSE_TAP: Frames = Frames::from_secs(1);
/// What is later than a fifth of a second is not sent; a second leaves room to find that out.
const RTP_TAP: Frames = Frames::from_secs(1);

/// A card's ring holds a tenth of a second: what is later than a second is late for it anyway.
const MPX_TAP: Frames = Frames::from_secs(1);

/// A busy machine may let the witness sleep so long; what it missed is silence to it, which proves nothing.
const WITNESS_TAP: Frames = Frames::from_secs(2);

/// The taps that these options need: one for measuring and encoding, one for the pulse, one for each that records or compares.
pub fn taps(options: &AirOptions) -> Vec<TapSpec> {
    let mut taps = vec![TapSpec::new("encoding", ENCODING_TAP), TapSpec::new("pulse", PULSE_TAP)];
    if wav(options).is_some() {
        taps.push(TapSpec::new("wav", RECORDING_TAP));
    }
    taps.extend(rtps(options).map(|_| TapSpec::new("rtp", RTP_TAP)));
    if mpx(options).is_some() {
        taps.push(TapSpec::new("mpx", MPX_TAP));
    }
    if air_check(options).is_some() {
        taps.push(TapSpec::new("aircheck", RECORDING_TAP));
    }
    if options.witness.is_some() {
        taps.push(TapSpec::new("witness", WITNESS_TAP));
    }
    taps
}

/// Starts every output. What cannot be started is an alarm; only measuring and encoding must start.
pub fn open(
    options: &AirOptions,
    boot: BootId,
    pace: &Arc<PaceState>,
    taps: Vec<TapReader>,
    cards: SyncSender<CardLink>,
    (engine, line): (Arc<Mutex<EngineView>>, Option<LiveLine>),
) -> anyhow::Result<Arc<Station>> {
    let mut taps = taps;
    let mut named = |name: &str| taps.iter().position(|t| t.name() == name).map(|i| taps.remove(i));
    let alarms = Arc::new(AlarmBoard::default());
    let mut failed = Vec::new();
    let (hubs, shed) = (Hubs::new(options), Arc::<SharedShed>::default());
    let streams = Streams {
        opus: hubs.opus.clone().map(|(o, hub)| Stream::opus(o, hub, feeds_server(options, StreamFormat::Opus))),
        mp3: hubs.mp3.clone().map(|(o, hub)| Stream::mp3(o, hub, feeds_server(options, StreamFormat::Mp3))),
        shed: Arc::clone(&shed),
    };
    let tap = named("encoding").context("there is no tap to encode from")?;
    let encoding = Encoding::start(tap, streams).context("the encoders cannot be started")?;
    let card = card(options)
        .and_then(|(name, period)| started(CardKeeper::start(Carries::Sound, name, period, cards), &mut failed));
    let recording = wav(options)
        .zip(named("wav"))
        .and_then(|(path, tap)| started(Recording::start(path.clone(), tap), &mut failed));
    let streams = rtps(options).map_while(|rtp| Some((rtp, named("rtp")?))).collect();
    let rtps = rtp::open(options, streams, pace, &mut failed);
    let recorders = (named("aircheck"), named("witness"));
    let (air_check, witness) = start_recorders(options, boot, (pace, &engine, &alarms), recorders, &mut failed);
    let mpx = mpx(options)
        .zip(named("mpx"))
        .and_then(|(mpx, tap)| started(Mpx::start(mpx, mpx_work(options, pace, &engine, &alarms), tap), &mut failed));
    let icecasts = icecasts(options, &hubs, &mut failed);
    let equipment = equipment_of(options, &(Arc::clone(&engine), Arc::clone(&alarms), shed), &mut failed);
    let outvoted = start_beside(options, &engine, &alarms, &mut failed);
    let now = options.clock.now();
    alarms.set("config", options.findings.clone(), now);
    alarms.set("start", failed, now);
    let streams = hubs.files(options);
    let (site, clock, pace) = (options.site, options.clock, Arc::clone(pace));
    Ok(Arc::new(Station {
        site,
        boot,
        clock,
        pace,
        encoding,
        card,
        recording,
        rtps,
        mpx,
        air_check,
        witness,
        icecasts,
        equipment,
        streams,
        live: line.as_ref().map(|line| Arc::clone(&line.desk)),
        line: Mutex::new(line),
        alarms,
        outvoted,
        engine,
    }))
}

/// Starts asking the transmitter, and what feeds the site.
fn equipment_of(options: &AirOptions, beside: &Beside, failed: &mut Vec<Finding>) -> Vec<Equipment> {
    let wired = [&options.transmitter, &options.power].into_iter().flatten();
    wired
        .filter_map(|e| started(Equipment::start(e, &options.data_dir, options.site, options.clock, beside), failed))
        .collect()
}

/// Starts what records: the air check of what leaves, and the witness of what a receiver hears.
fn start_recorders(
    options: &AirOptions,
    boot: BootId,
    (pace, engine, alarms): (&Arc<PaceState>, &Arc<Mutex<EngineView>>, &Arc<AlarmBoard>),
    (air_check_tap, witness_tap): (Option<TapReader>, Option<TapReader>),
    failed: &mut Vec<Finding>,
) -> (Option<AirCheck>, Option<WitnessEar>) {
    let work = |folder: &str, check| {
        let pace = Arc::clone(pace);
        AirCheckWork {
            dir: options.data_dir.join(folder),
            site: options.site,
            boot,
            options: check,
            clock: options.clock,
            position: Box::new(move |now| pace.position(now)),
            engine: Arc::clone(engine),
        }
    };
    let air_check = air_check(options)
        .zip(air_check_tap)
        .and_then(|(check, tap)| started(AirCheck::start("aircheck", work("aircheck", check), tap), failed));
    let witness = options.witness.clone().zip(witness_tap).and_then(|(witness, tap)| {
        let recording = work("witness", witness.recorded.unwrap_or_default());
        started(WitnessEar::start(WitnessWork { options: witness, recording, alarms: Arc::clone(alarms) }, tap), failed)
    });
    (air_check, witness)
}

/// Starts what waits for devices beside the air: the RDS encoder, and other sources of time.
fn start_beside(
    options: &AirOptions,
    engine: &Arc<Mutex<EngineView>>,
    alarms: &Arc<AlarmBoard>,
    failed: &mut Vec<Finding>,
) -> Outvoted {
    let clock = options.clock;
    if let Some(encoder) = &options.rds_encoder {
        started(equipment::start_encoder(encoder, (options.site, &options.data_dir), engine, alarms, clock), failed);
    }
    let outvoted = Outvoted::default();
    if let Some(time) = options.time {
        started(equipment::start_time(time, clock, alarms, &outvoted), failed);
    }
    outvoted
}

/// The hubs that somebody listens to, with the settings of their encoders.
struct Hubs {
    opus: Option<(OpusOptions, Arc<StreamHub>)>,
    mp3: Option<(Mp3Options, Arc<StreamHub>)>,
}

impl Hubs {
    fn new(options: &AirOptions) -> Self {
        let (mut opus, mut mp3) = (None, None);
        for output in outputs(options) {
            match output {
                OutputOptions::Opus(o) => opus = Some(*o),
                OutputOptions::Mp3(o) => mp3 = Some(*o),
                OutputOptions::Icecast { format: StreamFormat::Opus, .. } => {
                    opus.get_or_insert_default();
                }
                OutputOptions::Icecast { format: StreamFormat::Mp3, .. } => {
                    mp3.get_or_insert_default();
                }
                OutputOptions::Card { .. }
                | OutputOptions::Wav(_)
                | OutputOptions::AirCheck(_)
                | OutputOptions::Rtp(_)
                | OutputOptions::Mpx(_) => {}
            }
        }
        let title = format!("Mikado FM {}", options.site);
        Self {
            opus: opus.map(|o| (o, StreamHub::new(Container::OggOpus { title }))),
            mp3: mp3.map(|o| (o, StreamHub::new(Container::Mp3))),
        }
    }

    fn hub(&self, format: StreamFormat) -> Option<Arc<StreamHub>> {
        match format {
            StreamFormat::Opus => self.opus.as_ref().map(|(_, hub)| Arc::clone(hub)),
            StreamFormat::Mp3 => self.mp3.as_ref().map(|(_, hub)| Arc::clone(hub)),
        }
    }

    fn files(&self, options: &AirOptions) -> Vec<(String, Arc<StreamHub>)> {
        let file = |format, extension| Some((format!("{}.{extension}", options.site), self.hub(format)?));
        [file(StreamFormat::Opus, "opus"), file(StreamFormat::Mp3, "mp3")].into_iter().flatten().collect()
    }
}

fn icecasts(options: &AirOptions, hubs: &Hubs, failed: &mut Vec<Finding>) -> Vec<Icecast> {
    let start = |format: StreamFormat, to: &IcecastOptions| {
        let name = format!("icecast {}:{}{}", to.host, to.port, to.mount);
        Some(Icecast::start(&name, to.clone(), hubs.hub(format)?))
    };
    outputs(options)
        .filter_map(|o| match o {
            OutputOptions::Icecast { format, to } => start(*format, to),
            _ => None,
        })
        .filter_map(|result| started(result, failed))
        .collect()
}

fn outputs(options: &AirOptions) -> impl Iterator<Item = &OutputOptions> {
    options.outputs.iter().take(AirOptions::OUTPUTS_MAX)
}

fn card(options: &AirOptions) -> Option<(&str, Frames)> {
    outputs(options).find_map(|o| match o {
        OutputOptions::Card { name, period } => Some((name.as_str(), *period)),
        _ => None,
    })
}

fn wav(options: &AirOptions) -> Option<&std::path::PathBuf> {
    outputs(options).find_map(|o| match o {
        OutputOptions::Wav(path) => Some(path),
        _ => None,
    })
}

fn rtps(options: &AirOptions) -> impl Iterator<Item = RtpOptions> {
    outputs(options).filter_map(|o| match o {
        OutputOptions::Rtp(rtp) => Some(*rtp),
        _ => None,
    })
}

fn mpx_work(
    options: &AirOptions,
    pace: &Arc<PaceState>,
    engine: &Arc<Mutex<EngineView>>,
    alarms: &Arc<AlarmBoard>,
) -> MpxWork {
    let (pace, engine, alarms) = (Arc::clone(pace), Arc::clone(engine), Arc::clone(alarms));
    MpxWork { site: options.site, data_dir: options.data_dir.clone(), clock: options.clock, pace, engine, alarms }
}

/// Whether a server takes this stream: a transmitter may hang on it, so it is never shed.
fn feeds_server(options: &AirOptions, stream: StreamFormat) -> bool {
    outputs(options).any(|o| matches!(o, OutputOptions::Icecast { format, .. } if *format == stream))
}

fn mpx(options: &AirOptions) -> Option<&MpxOutput> {
    outputs(options).find_map(|o| match o {
        OutputOptions::Mpx(mpx) => Some(mpx),
        _ => None,
    })
}

fn air_check(options: &AirOptions) -> Option<AirCheckOptions> {
    outputs(options).find_map(|o| match o {
        OutputOptions::AirCheck(check) => Some(*check),
        _ => None,
    })
}

pub(super) fn started<T>(result: std::io::Result<T>, failed: &mut Vec<Finding>) -> Option<T> {
    if let Err(e) = &result {
        failed.push(Finding {
            code: "start.thread".into(),
            severity: Severity::Warning,
            at_s: None,
            fr: format!("Une sortie n'a pas pu démarrer ({e}). L'antenne continue ; redémarrez quand la machine a des ressources."),
            en: format!("An output could not be started ({e}). The air goes on; restart when the machine has resources."),
        });
    }
    result.ok()
}
