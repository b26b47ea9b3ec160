//! `mikado render`: what the transmitter would get, as a WAV file, through the production engine and mixer.
//!
//! With `--tap mpx` that is the multiplex, with RDS as the plan and the station's facts say it.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use domain::{Frames, Revision, SAMPLE_RATE_HZ, SiteId, SitePlan};
use hardware::mpx::MPX_RATE_HZ;
use hardware::rds::Encoder;
use hound::{SampleFormat, WavSpec, WavWriter};
use jiff::Timestamp;
use playout::deck::ShelfLibrary;
use playout::planfile::{PlanBundle, PlanSlots};
use playout::realtime::Frame;
use playout::render::{RenderSpec, render};
use scheduler::Station;
use scheduler::changes::Override;
use serde_json::json;

use super::Answer;
use super::mpx::{self, MpxEnd, MpxFile, Teller};
use super::studio::{Studio, store_error};
use crate::args::{Args, RenderArgs, Tap};
use crate::config::SiteConfig;
use crate::error::Error;
use crate::receivers::Receivers;
use crate::speech::Said;

/// Longer than a week is a mistake of units; a day of programme is 25 GB as it is.
const LENGTH_MAX: Frames = Frames::from_secs(7 * 86_400);
/// Full scale of 24-bit samples.
const FULL_SCALE: f32 = 8_388_607.0;

pub(super) fn run(args: &Args, what: &RenderArgs) -> Result<Answer, Error> {
    let length = Frames::from_duration(what.length);
    if length == Frames::ZERO || length > LENGTH_MAX {
        return Err(Error::usage(
            "--for va de quelques millisecondes à 7 jours.",
            "--for is from some milliseconds to 7 days.",
        ));
    }
    let studio = Studio::open(args)?;
    let bare = SiteConfig::bare(what.site, &studio.config);
    let site = studio.config.site(what.site).unwrap_or(&bare);
    let until = what.from.checked_add(length.as_duration()).map_err(|e| Error::usage(e.to_string(), e.to_string()))?;
    let (bundle, published) = plans(&studio, site, what.from, until)?;
    let revision = bundle.revision;
    let bed = Some(site.bed()).filter(|b| b.is_file());
    let library = Box::new(ShelfLibrary::new(studio.config.shelf.clone(), bed));
    let (ceiling, agc) = (studio.config.true_peak_ceiling, studio.config.levelled_to());
    let spec = RenderSpec { site: site.id, from: what.from, length, ceiling, agc };
    let (engine, signal) = match what.tap {
        Tap::Programme => {
            let mut wav = Wav::create(&what.out)?;
            let engine = render(spec, bundle, library, |frames| wav.take(frames));
            wav.finish()?;
            (engine, None)
        }
        Tap::Mpx => {
            mpx::fits(length)?;
            let (station, plans) = (studio.station()?, bundle.plans.clone());
            let days = (station.day_of(what.from), station.day_of(until));
            let changes = studio.store.changes(days.0, days.1).map_err(store_error)?;
            let teller = teller(&station, &plans, &changes.overrides, what);
            let mut wav = MpxFile::create(&what.out, what.signal.options(), teller)?;
            let engine = render(spec, bundle, library, |frames| wav.take(frames));
            (engine, Some(wav.finish()?))
        }
    };
    tell(args, what, length, revision, published, &engine.snapshot(), signal.as_ref());
    Ok(Answer::Fine)
}

/// What receivers are told during the stretch; nothing where the site has no PI.
fn teller<'a>(station: &'a Station, plans: &'a [SitePlan], overrides: &'a [Override], what: &RenderArgs) -> Teller<'a> {
    let Some(mut receivers) = Receivers::new(station, what.site, plans, overrides) else { return Teller::default() };
    let encoder = receivers.at(what.from).map(Encoder::new);
    Teller { encoder, starts: Some(what.from), tells: Some(Box::new(move |at| receivers.at(at))) }
}

fn tell(
    args: &Args,
    what: &RenderArgs,
    length: Frames,
    revision: Revision,
    published: bool,
    end: &playout::engine::Snapshot,
    signal: Option<&MpxEnd>,
) {
    let voice = args.voice();
    let alarms: Vec<_> = end.alarms.iter().map(|a| crate::speech::finding_json(&a.finding)).collect();
    if voice.json {
        let (rate_hz, channels, bits) = if signal.is_some() { (MPX_RATE_HZ, 1, 32) } else { (SAMPLE_RATE_HZ, 2, 24) };
        return voice.json(&json!({
            "site": what.site.to_string(), "from": what.from.to_string(), "length_frames": length.0,
            "sample_rate_hz": rate_hz, "channels": channels, "bits": bits, "out": what.out.display().to_string(),
            "revision": revision.0, "published": published, "findings": alarms, "signal": signal.map(MpxEnd::json),
        }));
    }
    let (name, seconds, n) = (what.out.display(), length.as_secs_f64(), revision.0);
    let (fr, en) = if published { ("publié", "published") } else { ("non publié", "not published") };
    voice.say(&Said::new(
        format!("{name} : {seconds:.1} s de {}, plan n° {n} ({fr}).", what.site),
        format!("{name}: {seconds:.1} s of {}, plan no. {n} ({en}).", what.site),
    ));
    if let Some(signal) = signal {
        signal.tell(voice, &what.out);
    }
    voice.findings(&end.alarms.iter().map(|a| a.finding.clone()).collect::<Vec<_>>());
}

/// The plans that the site holds, when they cover the stretch; else plans made now from grid and catalogue.
fn plans(studio: &Studio, site: &SiteConfig, from: Timestamp, until: Timestamp) -> Result<(PlanBundle, bool), Error> {
    if site.plans().is_dir() {
        let slots = PlanSlots::open(site.plans(), site.id).ok();
        let held = slots.and_then(|s| s.load().0).filter(|b| b.until(from).is_some_and(|end| end >= until));
        if let Some(bundle) = held {
            return Ok((bundle, true));
        }
    }
    let mut station = studio.station()?;
    let (first, last) = (station.day_of(from), station.day_of(until));
    let mut plans: Vec<SitePlan> = Vec::new();
    for day in first.series(jiff::Span::new().days(1)).take_while(|d| *d <= last).take(PlanBundle::MAX_PLANS) {
        let material = studio.material(station, day)?;
        material.sites(Some(site.id))?;
        let (plan, _) = scheduler::plan(&material.inputs(site.id, day), Revision::default())
            .map_err(|e| Error::doing("le plan ne se fait pas", "the plan cannot be made", e))?;
        plans.push(plan);
        station = material.station;
    }
    Ok((PlanBundle { site: site.id, revision: Revision::default(), plans }, false))
}

impl SiteConfig {
    /// A site that this machine does not carry, rendered from the grid alone.
    fn bare(id: SiteId, config: &crate::config::Config) -> Self {
        let sites = config.file.parent().map(|d| d.join("sites")).unwrap_or_default();
        Self {
            id,
            dir: sites.join(id.as_str()),
            http: None,
            opus_bits_per_s: None,
            mp3_bits_per_s: None,
            card: None,
            card_period: hardware::soundcard::SOUND_PERIOD,
            wav: None,
            icecast: Vec::new(),
            aircheck: None,
            rtp: Vec::new(),
            mpx: None,
            live: None,
            witness: None,
            transmitter: None,
            power: None,
            rds_encoder: None,
            time: None,
        }
    }
}

/// The file being written; the first fault stops the render and is told at the end.
struct Wav<'a> {
    path: &'a Path,
    writer: WavWriter<BufWriter<File>>,
    fault: Option<hound::Error>,
}

impl<'a> Wav<'a> {
    fn create(path: &'a Path) -> Result<Self, Error> {
        let spec =
            WavSpec { channels: 2, sample_rate: SAMPLE_RATE_HZ, bits_per_sample: 24, sample_format: SampleFormat::Int };
        let writer = WavWriter::create(path, spec).map_err(|e| unwritten(path, &e))?;
        Ok(Self { path, writer, fault: None })
    }

    /// Writes what was rendered; false stops the render.
    fn take(&mut self, frames: &[Frame]) -> bool {
        for sample in frames.iter().flatten() {
            let value = (sample.clamp(-1.0, 1.0) * FULL_SCALE).round() as i32;
            if let Err(fault) = self.writer.write_sample(value) {
                self.fault = Some(fault);
                return false;
            }
        }
        true
    }

    fn finish(self) -> Result<(), Error> {
        let ended = self.fault.map_or_else(|| self.writer.finalize(), Err);
        ended.map_err(|e| unwritten(self.path, &e))
    }
}

fn unwritten(path: &Path, why: &hound::Error) -> Error {
    let name = path.display();
    Error::failed(format!("« {name} » ne s'écrit pas : {why}."), format!("“{name}” cannot be written: {why}."))
}
