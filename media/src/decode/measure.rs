//! What is measured of every sound, in one pass over canonical samples.

use domain::{Finding, Frames, Loudness, SAMPLE_RATE_HZ, TruePeak};
use ebur128::{EbuR128, Mode};

use crate::sentences;

/// Silence is where no sample of 10 ms passes −60 dBFS: below the noise of any room, above dither.
const SILENCE_PEAK: f32 = 0.001;
const WINDOW_FRAMES: usize = 480;
/// Listeners take longer silence for a fault.
const SILENCE_MS_MAX: u64 = 3000;
/// More places than a person looks at.
const SILENCES_TOLD_MAX: usize = 20;
/// A sample within 1.5 steps of 16-bit full scale, or beyond it, cannot be told from a clipped one.
const CLIPPED: f32 = 1.0 - 1.5 / 32_768.0;
/// As many in a row are no chance.
const CLIP_RUN: u32 = 3;
/// Fewer clipped places are not heard.
const CLIPS_MIN: u64 = 5;

/// The measurements of one sound in the making.
pub struct Measure {
    channels: usize,
    meter: EbuR128,
    frames: u64,
    each: Vec<Channel>,
    cross: f64,
    clips: u64,
    clipped_samples: u64,
    first_clip: Option<u64>,
    window: (usize, f32),
    silence: Silence,
}

#[derive(Clone, Copy, Default)]
struct Channel {
    sum: f64,
    squares: f64,
    peak: f32,
    run: u32,
}

#[derive(Default)]
struct Silence {
    /// Windows seen, and windows since the last that sounded.
    windows: u64,
    run: u64,
    lead: Option<u64>,
    long: Vec<(u64, u64)>,
    long_count: usize,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    pub length: Frames,
    pub loudness: Option<Loudness>,
    pub loudness_range_lu: Option<f64>,
    pub true_peak: Option<TruePeak>,
    pub silence_lead: Frames,
    pub silence_trail: Frames,
    pub findings: Vec<Finding>,
}

impl Measure {
    /// For one or two channels at 48 kHz; `None` when the meter refuses.
    pub fn new(channels: usize) -> Option<Self> {
        let mode = Mode::I | Mode::LRA | Mode::TRUE_PEAK;
        Some(Self {
            channels,
            meter: EbuR128::new(channels as u32, SAMPLE_RATE_HZ, mode).ok()?,
            frames: 0,
            each: vec![Channel::default(); channels],
            cross: 0.0,
            clips: 0,
            clipped_samples: 0,
            first_clip: None,
            window: (0, 0.0),
            silence: Silence::default(),
        })
    }

    /// Adds interleaved samples, all finite.
    pub fn add(&mut self, samples: &[f32]) -> Option<()> {
        self.meter.add_frames_f32(samples).ok()?;
        let mut rest = samples;
        while !rest.is_empty() {
            let take = ((WINDOW_FRAMES - self.window.0) * self.channels).min(rest.len());
            let (now, later) = rest.split_at(take);
            rest = later;
            let peak = self.add_stretch(now);
            self.window.0 += take / self.channels;
            self.window.1 = self.window.1.max(peak);
            if self.window.0 == WINDOW_FRAMES {
                self.silence.window(self.window.1 < SILENCE_PEAK);
                self.window = (0, 0.0);
            }
        }
        Some(())
    }

    /// Everything that each sample is looked at for; the answer is the highest of them.
    fn add_stretch(&mut self, samples: &[f32]) -> f32 {
        let mut highest = 0f32;
        for (index, channel) in self.each.iter_mut().enumerate() {
            let (mut sum, mut squares, mut peak) = (0f64, 0f64, 0f32);
            for s in samples.iter().skip(index).step_by(self.channels) {
                sum += f64::from(*s);
                squares += f64::from(*s * *s);
                peak = peak.max(s.abs());
            }
            channel.sum += sum;
            channel.squares += squares;
            channel.peak = channel.peak.max(peak);
            highest = highest.max(peak);
        }
        if self.channels == 2 {
            self.cross += samples.chunks_exact(2).map(|f| f64::from(f[0] * f[1])).sum::<f64>();
        }
        if highest >= CLIPPED {
            self.add_clips(samples);
        } else {
            self.each.iter_mut().for_each(|c| c.run = 0);
        }
        self.frames += (samples.len() / self.channels) as u64;
        highest
    }

    fn add_clips(&mut self, samples: &[f32]) {
        for (i, frame) in samples.chunks_exact(self.channels).enumerate() {
            for (channel, s) in self.each.iter_mut().zip(frame) {
                channel.run = if s.abs() >= CLIPPED { channel.run + 1 } else { 0 };
                if channel.run == CLIP_RUN {
                    self.clips += 1;
                    self.clipped_samples += u64::from(CLIP_RUN);
                    self.first_clip.get_or_insert(self.frames + i as u64);
                } else if channel.run > CLIP_RUN {
                    self.clipped_samples += 1;
                }
            }
        }
    }

    /// The measurements, and what a person should know of them.
    pub fn finish(mut self) -> Measured {
        if self.window.0 > 0 {
            self.silence.window(self.window.1 < SILENCE_PEAK);
        }
        let decibels = |v: f64| 20.0 * v.log10();
        let peak = (0..self.channels as u32).filter_map(|c| self.meter.true_peak(c).ok()).fold(0.0, f64::max);
        let loudness = self.meter.loudness_global().ok().and_then(|v| Loudness::new(v).ok());
        let range = self.meter.loudness_range().ok().filter(|v| v.is_finite() && loudness.is_some());
        let frames = |windows: u64| Frames((windows * WINDOW_FRAMES as u64).min(self.frames));
        Measured {
            length: Frames(self.frames),
            loudness,
            loudness_range_lu: range.filter(|_| self.frames >= 3 * u64::from(SAMPLE_RATE_HZ)),
            true_peak: TruePeak::new(decibels(peak)).ok(),
            silence_lead: frames(self.silence.lead.unwrap_or(self.silence.windows)),
            silence_trail: frames(self.silence.run),
            findings: self.findings(),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        if self.each.iter().all(|c| c.peak < SILENCE_PEAK || self.is_direct_current(c)) {
            return vec![sentences::silent()];
        }
        let mut findings = self.silence.findings();
        let seconds = |frame: u64| frame as f64 / f64::from(SAMPLE_RATE_HZ);
        let share = self.clipped_samples as f64 / (self.frames * self.channels as u64).max(1) as f64;
        if share > 0.1 {
            findings.push(sentences::distorted(share));
        } else if let Some(first) = self.first_clip.filter(|_| self.clips >= CLIPS_MIN) {
            findings.push(sentences::clipping(seconds(first), self.clips));
        }
        let offset = self.each.iter().map(|c| (c.sum / self.frames.max(1) as f64).abs()).fold(0.0, f64::max);
        if offset > 0.02 {
            findings.push(sentences::direct_current(offset));
        }
        if let [left, right] = self.each[..] {
            findings.extend(self.pair_finding(left, right));
        }
        findings
    }

    fn is_direct_current(&self, c: &Channel) -> bool {
        let mean = c.sum / self.frames.max(1) as f64;
        let variance = c.squares / self.frames.max(1) as f64 - mean * mean;
        mean.abs() > 0.001 && variance < mean * mean * 1e-4
    }

    fn pair_finding(&self, left: Channel, right: Channel) -> Option<Finding> {
        const DEAD: f32 = 0.0003;
        if left.peak < DEAD && right.peak > 0.01 {
            return Some(sentences::dead_channel(true));
        }
        if right.peak < DEAD && left.peak > 0.01 {
            return Some(sentences::dead_channel(false));
        }
        let both = (left.squares * right.squares).sqrt();
        (both > 0.0 && self.cross / both < -0.5).then(sentences::out_of_phase)
    }
}

impl Silence {
    fn window(&mut self, silent: bool) {
        if silent {
            self.run += 1;
        } else {
            self.end_run();
            self.lead.get_or_insert(self.windows);
        }
        self.windows += 1;
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run * 10 > SILENCE_MS_MAX {
            self.long_count += 1;
            if self.long.len() < SILENCES_TOLD_MAX {
                self.long.push((self.windows - run, run));
            }
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let seconds = |windows: u64| (windows * WINDOW_FRAMES as u64) as f64 / f64::from(SAMPLE_RATE_HZ);
        let mut findings: Vec<_> =
            self.long.iter().map(|(at, n)| sentences::silence(seconds(*at), seconds(*n))).collect();
        if self.run * 10 > SILENCE_MS_MAX {
            findings.push(sentences::silence(seconds(self.windows - self.run), seconds(self.run)));
        }
        if self.long_count > self.long.len() {
            findings.push(sentences::more_silences(self.long_count - self.long.len()));
        }
        findings
    }
}
