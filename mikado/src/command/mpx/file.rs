//! The multiplex as a WAV file: 192 kHz, mono, 32-bit float, 1.0 is ±75 kHz.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use domain::Frames;
use hardware::mpx::{BLOCK_FRAMES, BLOCK_SAMPLES, BadOptions, Coder, Frame, MPX_RATE_HZ, MpxOptions, Reading, Setting};
use hardware::rds::{Encoder, Group, Said as RdsSaid};
use hound::{SampleFormat, WavSpec, WavWriter};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::error::Error;
use crate::speech::{Said, Voice};

/// A WAV file counts its bytes in 32 bits: longer ones would be torn.
pub(super) const LENGTH_MAX: Frames = Frames::from_secs(90 * 60);

/// Whether so much sound makes a file that holds it.
pub(in crate::command) fn fits(length: Frames) -> Result<(), Error> {
    if length <= LENGTH_MAX {
        return Ok(());
    }
    Err(Error::usage(
        "Un fichier de multiplex tient 90 minutes au plus.",
        "A file of multiplex holds 90 minutes at most.",
    ))
}

/// Who makes the groups, and what they know of the time.
#[derive(Default)]
pub(in crate::command) struct Teller<'a> {
    /// The encoder; `None` leaves the subcarrier off.
    pub encoder: Option<Encoder>,
    /// Wall time of the first sample; `None` tells no time.
    pub starts: Option<Timestamp>,
    /// What is said at a moment, when that changes.
    pub tells: Option<Box<dyn FnMut(Timestamp) -> Option<RdsSaid> + 'a>>,
}

impl Teller<'_> {
    /// The group whose first bit stands at `sample`.
    fn group(&mut self, sample: u64) -> Option<Group> {
        let encoder = self.encoder.as_mut()?;
        let after = SignedDuration::from_nanos((sample as f64 / f64::from(MPX_RATE_HZ) * 1e9) as i64);
        let begins = self.starts.and_then(|starts| starts.checked_add(after).ok());
        if let Some(said) = begins.zip(self.tells.as_mut()).and_then(|(at, tells)| tells(at)) {
            encoder.say(said);
        }
        Some(encoder.group(begins))
    }
}

/// The file being written.
pub(in crate::command) struct MpxFile<'a> {
    path: &'a Path,
    writer: WavWriter<BufWriter<File>>,
    coder: Coder,
    teller: Teller<'a>,
    waiting: Vec<Frame>,
    groups: u64,
    fault: Option<hound::Error>,
}

/// What was written and measured.
pub(in crate::command) struct MpxEnd {
    /// The coder's own measures.
    pub reading: Reading,
    /// Groups of RDS.
    pub groups: u64,
}

impl<'a> MpxFile<'a> {
    pub fn create(path: &'a Path, options: MpxOptions, teller: Teller<'a>) -> Result<Self, Error> {
        let coder = Coder::new(options).map_err(|bad| bad_options(&bad))?;
        let spec =
            WavSpec { channels: 1, sample_rate: MPX_RATE_HZ, bits_per_sample: 32, sample_format: SampleFormat::Float };
        let writer = WavWriter::create(path, spec).map_err(|e| unwritten(path, &e))?;
        Ok(Self { path, writer, coder, teller, waiting: Vec::with_capacity(BLOCK_FRAMES), groups: 0, fault: None })
    }

    /// Takes sound; false when the file takes no more.
    pub fn take(&mut self, mut frames: &[Frame]) -> bool {
        while !frames.is_empty() {
            let room = BLOCK_FRAMES - self.waiting.len();
            let (now, later) = frames.split_at(room.min(frames.len()));
            self.waiting.extend_from_slice(now);
            frames = later;
            if self.waiting.len() == BLOCK_FRAMES {
                self.block(BLOCK_SAMPLES);
            }
        }
        self.fault.is_none()
    }

    /// Writes what waits as one block, of which `keep` samples count.
    fn block(&mut self, keep: usize) {
        let mut out = [0.0f32; BLOCK_SAMPLES];
        self.waiting.resize(BLOCK_FRAMES, [0.0; 2]);
        let (teller, groups) = (&mut self.teller, &mut self.groups);
        if let Some(block) = self.waiting.first_chunk() {
            self.coder.process(block, &mut out, &mut |sample| {
                let group = teller.group(sample);
                *groups += u64::from(group.is_some());
                group
            });
        }
        self.waiting.clear();
        let written = out.iter().take(keep).try_for_each(|sample| self.writer.write_sample(*sample));
        self.fault = self.fault.take().or(written.err());
    }

    /// Four samples for each frame taken, no more.
    pub fn finish(mut self) -> Result<MpxEnd, Error> {
        let rest = self.waiting.len();
        if rest > 0 {
            self.block(rest * BLOCK_SAMPLES / BLOCK_FRAMES);
        }
        let ended = self.fault.map_or_else(|| self.writer.finalize(), Err);
        ended.map_err(|e| unwritten(self.path, &e))?;
        Ok(MpxEnd { reading: self.coder.reading(), groups: self.groups })
    }
}

impl MpxEnd {
    pub fn json(&self) -> serde_json::Value {
        let r = &self.reading;
        json!({
            "sample_rate_hz": MPX_RATE_HZ, "channels": 1, "bits": 32, "peak_percent": percent(r.peak),
            "ceiling_hits": r.ceiling_hits, "limiter_gain_min_db": db(r.limiter_gain_min),
            "power_dbr": r.power_dbr, "power_highest_dbr": r.power_highest_dbr, "groups": self.groups,
        })
    }

    pub fn tell(&self, voice: Voice, path: &Path) {
        let (name, r) = (path.display(), &self.reading);
        let (peak, limited, groups) = (percent(r.peak), db(r.limiter_gain_min), self.groups);
        let power = r.power_highest_dbr.or(r.power_dbr).unwrap_or(f64::NEG_INFINITY);
        voice.say(&Said::new(
            format!(
                "{name} : multiplex à 192 kHz, crête {peak:.1} %, limiteur {limited:.1} dB au plus, puissance {power:.1} dBr \
                 (60 s), {groups} groupes RDS."
            ),
            format!(
                "{name}: multiplex at 192 kHz, peak {peak:.1} %, limiter {limited:.1} dB at most, power {power:.1} dBr (60 s), \
                 {groups} groups of RDS."
            ),
        ));
    }
}

fn percent(share: f32) -> f64 {
    f64::from(share) * 100.0
}

fn db(gain: f32) -> f64 {
    20.0 * f64::from(gain.max(1e-6)).log10()
}

/// As the command line calls it, in its unit.
fn bad_options(bad: &BadOptions) -> Error {
    const FULL_KHZ: f64 = 75.0;
    let (fr, en, unit, times) = match bad.what {
        Setting::Drive => ("le gain du son (--drive-db)", "the drive (--drive-db)", "dB", 1.0),
        Setting::Pilot => ("le pilote", "the pilot", "kHz", FULL_KHZ),
        Setting::Rds => ("l'excursion du RDS (--rds-khz)", "the deviation of the RDS (--rds-khz)", "kHz", FULL_KHZ),
        Setting::PowerMax => ("la puissance (--power-max-dbr)", "the power (--power-max-dbr)", "dBr", 1.0),
        Setting::Trim => ("le rattrapage de la carte (--trim-ppm)", "the trim of the card (--trim-ppm)", "ppm", 1.0),
    };
    let [value, from, to] = [bad.value, bad.from, bad.to].map(|v| format!("{:.1}", v * times));
    Error::usage(
        format!("{fr} ne peut pas être de {value} {unit} : de {from} à {to} {unit}."),
        format!("{en} cannot be {value} {unit}: {from} to {to} {unit}."),
    )
}

fn unwritten(path: &Path, why: &hound::Error) -> Error {
    let name = path.display();
    Error::failed(format!("« {name} » ne s'écrit pas : {why}."), format!("“{name}” cannot be written: {why}."))
}
