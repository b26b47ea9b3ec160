//! The pass itself: read, fold, resample, measure, write, block by block.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use domain::{Finding, Frames, SAMPLE_RATE_HZ, Severity};

use super::foreign::{Foreign, SBR_CORE_HZ_MAX, Spec};
use super::resample::Resampler;
use super::survey::survey;
use super::{CHANNELS_MAX, Limits, RATES_HZ, mix, mpeg};
use crate::fingerprint::Fingerprinter;
use crate::flac::{Depth, Writer};
use crate::measure::{self, Measure, Measured, Origin};
use crate::peaks::{Peaks, beside};
use crate::report::{Report, Source};
use crate::sentences;
use crate::target::Target;
use crate::terms::Terms;

type Step<T> = Result<T, Finding>;

/// Decodes `input` into `output`; every way out is a report.
pub fn decode(input: &Path, output: &Path, limits: &Limits, terms: &Terms) -> Report {
    let mut source = None;
    match run(input, output, limits, terms, &mut source) {
        Ok(report) => report,
        Err(finding) => Report { source, ..Report::refused(finding) },
    }
}

fn run(input: &Path, output: &Path, limits: &Limits, terms: &Terms, source: &mut Option<Source>) -> Step<Report> {
    let file = File::open(input).map_err(|e| sentences::unreadable(&e))?;
    let found = survey(file)?;
    let mut foreign = Foreign::open(found.view, input, found.gapless)?;
    let cut = foreign.is_mpeg() && inspect_mpeg(input, &mut foreign)?;
    let mut samples = Vec::new();
    let mut next = foreign.next(&mut samples)?;
    let Some(first) = next else {
        return Err(if foreign.trouble.cut { sentences::truncated(None) } else { sentences::no_sound() });
    };
    *source = Some(describe(&foreign, first));
    check(first)?;
    if foreign.seconds_promised(first).is_some_and(|s| s > limits.length_s_max) {
        return Err(sentences::too_long(limits.length_s_max / 3600));
    }
    let origin = Origin { rate_hz: first.rate_hz, lossless: foreign.facts.lossless, terms: *terms };
    let mut chain = Chain::new(output, first, depth(&foreign, first))?;
    let mut decoded = 0;
    while let Some(spec) = next {
        check(spec)?;
        decoded += (samples.len() / spec.channels) as u64;
        chain.push(spec, &mut samples)?;
        if chain.length() > Frames::from_secs(limits.length_s_max) {
            return Err(sentences::too_long(limits.length_s_max / 3600));
        }
        next = foreign.next(&mut samples)?;
    }
    let mut told = found.told;
    told.extend(verify(&foreign, decoded)?);
    told.extend(cut.then(|| sentences::cut_at_end(chain.length().as_secs_f64())));
    chain.finish(limits, source.take(), origin, told)
}

/// Whether the last frame is cut; a file that promised more is refused.
fn inspect_mpeg(input: &Path, foreign: &mut Foreign) -> Step<bool> {
    let found = File::open(input).and_then(mpeg::walk).map_err(|e| sentences::unreadable(&e))?;
    if found.free_format {
        return Err(sentences::unsupported("MP3 “free format”"));
    }
    if found.is_truncated() {
        let share = found.frames_promised.filter(|p| *p > found.frames).map(|p| found.frames as f64 / p as f64);
        return Err(sentences::truncated(share));
    }
    if !found.promise_holds() {
        foreign.keep_to_the_end();
    }
    Ok(found.last_cut)
}

fn describe(foreign: &Foreign, spec: Spec) -> Source {
    Source {
        container: foreign.facts.container.clone(),
        codec: foreign.facts.codec.clone(),
        rate_hz: spec.rate_hz,
        channels: u16::try_from(spec.channels).unwrap_or(u16::MAX),
    }
}

fn check(spec: Spec) -> Step<()> {
    if !RATES_HZ.contains(&spec.rate_hz) {
        return Err(sentences::rate(spec.rate_hz));
    }
    if spec.channels > CHANNELS_MAX {
        return Err(sentences::channels(spec.channels, CHANNELS_MAX));
    }
    Ok(())
}

/// Bits that the source has are kept; bits that it cannot have are not invented.
fn depth(foreign: &Foreign, spec: Spec) -> Depth {
    let facts = &foreign.facts;
    match facts.bits {
        Some(bits) if facts.lossless && bits > 16 => Depth::TwentyFour,
        // Floating point has no number of bits, and more than sixteen.
        None if facts.codec.starts_with("pcm_f") => Depth::TwentyFour,
        Some(_) if facts.lossless && spec.rate_hz == SAMPLE_RATE_HZ && spec.channels <= 2 => Depth::Sixteen,
        _ => Depth::Twenty,
    }
}

/// Whether everything came out that should have: a refusal, or what must be said.
fn verify(foreign: &Foreign, decoded: u64) -> Step<Vec<Finding>> {
    let (facts, trouble) = (&foreign.facts, &foreign.trouble);
    let promised = facts.frames.filter(|_| facts.lossless && facts.container != "isomp4");
    let mut told = Vec::new();
    if trouble.bad_packets * 10 > trouble.packets {
        return Err(sentences::undecodable());
    }
    if trouble.bad_packets > 0 {
        told.push(sentences::damaged(trouble.bad_at_s, trouble.bad_packets));
    }
    // A WAV's header was made here over what is there; what it lacks has been told.
    if facts.container != "wave" {
        if let Some(promised) = promised.filter(|p| decoded < *p) {
            return Err(sentences::truncated(Some(decoded as f64 / promised as f64)));
        }
        if trouble.cut {
            return Err(sentences::truncated(None));
        }
    }
    if facts.aac_core && facts.rate_hz.is_some_and(|r| r <= SBR_CORE_HZ_MAX) {
        told.push(sentences::narrow_aac());
    }
    if !facts.edges {
        told.push(sentences::unknown_edges());
    }
    Ok(told)
}

/// Everything that a block goes through.
struct Chain {
    spec: Spec,
    channels: usize,
    resampler: Resampler,
    measure: Measure,
    fingerprint: Fingerprinter,
    peaks: Peaks,
    peaks_output: File,
    writer: Writer<BufWriter<File>>,
    folded: Vec<f32>,
    ready: Vec<f32>,
    length: Frames,
    samples: u64,
    healed: u64,
    changes: Vec<Finding>,
}

impl Chain {
    fn new(output: &Path, spec: Spec, depth: Depth) -> Step<Self> {
        let channels = spec.channels.min(2);
        let open = |path: &Path| {
            OpenOptions::new().write(true).create(true).truncate(true).open(path).map_err(|_| sentences::no_room())
        };
        let writer = BufWriter::with_capacity(1 << 18, open(output)?);
        Ok(Self {
            spec,
            channels,
            resampler: Resampler::new(spec.rate_hz, channels).ok_or_else(|| sentences::rate(spec.rate_hz))?,
            measure: Measure::new(channels),
            fingerprint: Fingerprinter::new(channels),
            peaks: Peaks::new(channels),
            peaks_output: open(&beside(output))?,
            writer: Writer::new(writer, channels, depth).map_err(|_| sentences::no_room())?,
            folded: Vec::new(),
            ready: Vec::new(),
            length: Frames::ZERO,
            samples: 0,
            healed: 0,
            changes: Vec::new(),
        })
    }

    fn length(&self) -> Frames {
        self.length
    }

    fn push(&mut self, spec: Spec, samples: &mut [f32]) -> Step<()> {
        if spec != self.spec {
            self.change(spec)?;
        }
        self.samples += samples.len() as u64;
        self.healed += mix::heal(samples);
        self.folded.clear();
        mix::fold(samples, spec.channels, self.channels, &mut self.folded);
        self.ready.clear();
        self.resampler.push(&self.folded, &mut self.ready).ok_or_else(sentences::undecodable)?;
        self.give()
    }

    /// A file may change its rate or channels on the way; what is in the filter belongs to the old ones.
    fn change(&mut self, spec: Spec) -> Step<()> {
        if self.changes.is_empty() {
            self.changes.push(sentences::changes(self.length.as_secs_f64()));
        }
        if spec.rate_hz != self.spec.rate_hz {
            let fresh = Resampler::new(spec.rate_hz, self.channels).ok_or_else(|| sentences::rate(spec.rate_hz))?;
            self.ready.clear();
            std::mem::replace(&mut self.resampler, fresh).finish(&mut self.ready).ok_or_else(sentences::undecodable)?;
            self.give()?;
        }
        self.spec = spec;
        Ok(())
    }

    fn give(&mut self) -> Step<()> {
        self.length += Frames((self.ready.len() / self.channels) as u64);
        self.measure.add(&self.ready);
        self.fingerprint.add(&self.ready);
        self.peaks.add(&self.ready);
        self.writer.write(&self.ready).map_err(|_| sentences::no_room())
    }

    fn finish(
        mut self,
        limits: &Limits,
        source: Option<Source>,
        origin: Origin,
        mut told: Vec<Finding>,
    ) -> Step<Report> {
        self.ready.clear();
        let fresh = Resampler::new(SAMPLE_RATE_HZ, self.channels).ok_or_else(sentences::undecodable)?;
        std::mem::replace(&mut self.resampler, fresh).finish(&mut self.ready).ok_or_else(sentences::undecodable)?;
        self.give()?;
        let share = self.healed as f64 / self.samples.max(1) as f64;
        if share > 0.001 {
            return Err(sentences::invalid_samples(share));
        }
        if self.length < Frames::from_millis(limits.length_ms_min) {
            return Err(sentences::too_short(self.length.as_secs_f64()));
        }
        self.writer.finish().map_err(|_| sentences::no_room())?;
        self.peaks_output.write_all(&self.peaks.finish()).map_err(|_| sentences::no_room())?;
        let measured = self.measure.finish();
        let judged = measure::findings(&measured, origin);
        if let Some(refusal) = judged.iter().find(|f| f.severity == Severity::Blocking) {
            return Err(refusal.clone());
        }
        told.append(&mut self.changes);
        if self.healed > 0 {
            told.push(sentences::healed(self.healed));
        }
        told.extend(judged);
        let fingerprint = self.fingerprint.finish();
        Ok(Report { fingerprint, ..report(source, self.channels, measured, told, &origin.terms.target) })
    }
}

fn report(
    source: Option<Source>,
    channels: usize,
    measured: Measured,
    findings: Vec<Finding>,
    target: &Target,
) -> Report {
    let mut report = Report {
        source,
        length: measured.length,
        channels: channels as u16,
        loudness: measured.loudness,
        loudness_range_lu: measured.loudness_range_lu,
        true_peak: measured.true_peak,
        silence_lead: measured.silence_lead,
        silence_trail: measured.silence_trail,
        quality: measured.quality,
        findings,
        fingerprint: Vec::new(),
    };
    if let Some(quiet) = report.quiet_by_db(target) {
        report.findings.push(sentences::quiet(quiet));
    }
    report.findings.sort_by(|a, b| a.at_s.unwrap_or(-1.0).total_cmp(&b.at_s.unwrap_or(-1.0)));
    report
}
