//! What is measured of every sound, in one pass over samples at the house rate.
//!
//! The pass goes in hops of 10 ms. Each hop is taken apart into its channels once, and everything that looks at samples
//! looks at that: loudness, true peak, silence, the channels against each other, spectrum, hum.

pub mod bandwidth;
pub mod hum;
mod judge;
pub mod loudness;
pub mod sides;
pub mod silence;
mod stretch;
pub mod true_peak;

use domain::{Frames, Loudness, TruePeak};

use crate::cues::{CuePoints, Envelope};
use bandwidth::{Bandwidth, Spectrum};
use hum::{Hum, HumMeter};
pub use judge::{Origin, findings};
use loudness::{Meter, lufs};
use sides::{Clipping, Pair, Side, Sides, Stuck};
use silence::{SILENCE_PEAK, Silence, Silences};
use true_peak::TruePeakMeter;

/// Frames of one hop: 10 ms at 48 kHz.
pub const HOP_FRAMES: usize = 480;

/// The measurements of one sound of one or two channels in the making.
#[derive(Clone)]
pub struct Measure {
    planes: Vec<[f32; HOP_FRAMES]>,
    filled: usize,
    length: Frames,
    meter: Meter,
    true_peaks: Vec<TruePeakMeter>,
    silences: Silences,
    sides: Sides,
    spectrum: Spectrum,
    hum: HumMeter,
    envelope: Envelope,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Frames measured.
    pub length: Frames,
    /// Integrated loudness; `None` for silence.
    pub loudness: Option<Loudness>,
    /// Loudness range in LU; `None` for silence and for less than 3 s.
    pub loudness_range_lu: Option<f64>,
    /// Maximum true peak; `None` for silence.
    pub true_peak: Option<TruePeak>,
    /// Silence before the first sound.
    pub silence_lead: Frames,
    /// Silence after the last sound.
    pub silence_trail: Frames,
    /// Whether nothing is heard from beginning to end: silence, or a constant.
    pub silent: bool,
    /// Where there is direct current and nothing else.
    pub stuck: Stuck,
    /// How many silences over 3 s there are; [`Quality::silences`] has the first of them.
    pub silences: usize,
    /// The longest of them.
    pub longest_silence: Option<Silence>,
    /// Everything else.
    pub quality: Quality,
}

/// What was measured beyond level and length: what a producer may want to mend, and what a player may want to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quality {
    /// The highest loudness of any 400 ms; `None` for silence.
    pub momentary_max: Option<Loudness>,
    /// The highest loudness of any 3 s; `None` for silence and for less.
    pub short_term_max: Option<Loudness>,
    /// The first silences over 3 s, in the order of time.
    pub silences: Vec<Silence>,
    /// Runs of samples at full scale.
    pub clipping: Clipping,
    /// Direct current of the worse channel as a share of full scale, 0 to 1.
    pub dc_offset: f64,
    /// The side that says nothing while the other does.
    pub dead: Option<Side>,
    /// How both channels go together; `None` for one channel, or when a side is silent.
    pub pair: Option<Pair>,
    /// Up to where there is sound; `None` for tones and silence.
    pub bandwidth: Option<Bandwidth>,
    /// The mains heard in it; `None` when they are not.
    pub hum: Option<Hum>,
    /// Proposed points for the air; `None` for silence.
    pub cues: Option<CuePoints>,
}

impl Measure {
    /// For one or two channels.
    pub fn new(channels: usize) -> Self {
        let channels = channels.clamp(1, 2);
        Self {
            planes: vec![[0.0; HOP_FRAMES]; channels],
            filled: 0,
            length: Frames::ZERO,
            meter: Meter::new(&vec![1.0; channels]),
            true_peaks: vec![TruePeakMeter::default(); channels],
            silences: Silences::default(),
            sides: Sides::new(channels),
            spectrum: Spectrum::default(),
            hum: HumMeter::default(),
            envelope: Envelope::default(),
        }
    }

    /// Adds interleaved samples, whole frames, all finite.
    pub fn add(&mut self, samples: &[f32]) {
        let channels = self.planes.len();
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(((HOP_FRAMES - self.filled) * channels).min(rest.len()));
            rest = later;
            let frames = now.len() / channels;
            let room = self.filled..self.filled + frames;
            match &mut self.planes[..] {
                [mono] => mono[room].copy_from_slice(now),
                [left, right] => {
                    let sides = left[room.clone()].iter_mut().zip(&mut right[room]);
                    for ((l, r), frame) in sides.zip(now.chunks_exact(2)) {
                        (*l, *r) = (frame[0], frame[1]);
                    }
                }
                _ => {}
            }
            self.filled += frames;
            if self.filled == HOP_FRAMES {
                self.hop();
            }
        }
    }

    /// Everything that looks at samples. The last hop may be short, and is then silent to its end.
    fn hop(&mut self) {
        let frames = std::mem::take(&mut self.filled);
        let mut planes: [&[f32]; 2] = [&[]; 2];
        for (plane, samples) in planes.iter_mut().zip(&self.planes) {
            *plane = samples;
        }
        let whole = &planes[..self.planes.len()];
        let cut = planes.map(|p| &p[..frames.min(p.len())]);
        let peak = self.sides.add(&cut[..self.planes.len()]);
        self.silences.add(peak);
        self.length += Frames(frames as u64);
        for (meter, plane) in self.true_peaks.iter_mut().zip(whole) {
            meter.add(plane);
        }
        if frames == HOP_FRAMES {
            self.envelope.push(lufs(self.meter.add(whole.iter().copied())));
            self.spectrum.add(whole);
            self.hum.add(whole);
        }
    }

    /// The measurements.
    pub fn finish(mut self) -> Measured {
        if self.filled > 0 {
            self.planes.iter_mut().for_each(|p| p[self.filled..].fill(0.0));
            self.hop();
        }
        let level = |l: Option<f64>| l.and_then(|l| Loudness::new(l).ok());
        let loudness = level(self.meter.integrated());
        let peak = self.true_peaks.into_iter().map(TruePeakMeter::finish).fold(0f32, f32::max);
        let (lead, trail) = (self.silences.lead(self.length), self.silences.trail(self.length));
        let (listed, silences, longest_silence) = self.silences.finish();
        Measured {
            length: self.length,
            loudness,
            loudness_range_lu: self.meter.range(),
            true_peak: TruePeak::new(20.0 * f64::from(peak).log10()).ok(),
            silence_lead: lead,
            silence_trail: trail,
            silent: self.sides.are_silent(SILENCE_PEAK),
            stuck: self.sides.stuck(),
            silences,
            longest_silence,
            quality: Quality {
                momentary_max: level(self.meter.momentary_max()),
                short_term_max: level(self.meter.short_term_max()),
                silences: listed,
                clipping: self.sides.clipping(),
                dc_offset: self.sides.offset(),
                dead: self.sides.dead(),
                pair: self.sides.together(),
                bandwidth: self.spectrum.finish(),
                hum: self.hum.finish(),
                cues: loudness.and_then(|l| self.envelope.cues(l, self.length)),
            },
        }
    }
}
