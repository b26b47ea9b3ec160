//! The stereo coder: sound in, multiplex out, a block of 10 ms at a time.

use super::carrier::Carrier;
use super::emphasis::BandLimit;
use super::limiter::Limiter;
use super::options::{BadOptions, MpxOptions, Signal};
use super::power::{Governor, PowerMeter};
use super::upsample::Upsampler;
use super::{MPX_RATE_HZ, OVERSAMPLING};
use crate::rds::{Biphase, Group};

/// One moment of stereo sound, left and right, full scale ±1.
pub type Frame = [f32; 2];
/// Frames of sound to a block: 10 ms.
pub const BLOCK_FRAMES: usize = 480;
/// Samples of the multiplex to a block.
pub const BLOCK_SAMPLES: usize = BLOCK_FRAMES * OVERSAMPLING;

/// Louder than any sum of voices; what is beyond it is no sound.
const SANE: f32 = 16.0;
/// What rounding may add to the sum of parts.
const ROUNDING: f64 = 2e-6;
const TONE_HZ: f64 = 400.0;

/// What the coder says of itself. Shares are of 100 % modulation (±75 kHz).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Samples made.
    pub samples: u64,
    /// The highest sample so far.
    pub peak: f32,
    /// The highest sample of the last block.
    pub peak_now: f32,
    /// The lowest gain of the limiter so far.
    pub limiter_gain_min: f32,
    /// The slow gain that keeps the power now, 1.0 where nothing limits it.
    pub power_gain: f32,
    /// Samples that the hard ceiling had to cut. Stays at zero, or the limiter is broken.
    pub ceiling_hits: u64,
    /// Power over the last 60 s, or what there was of them.
    pub power_dbr: Option<f64>,
    /// The highest power of any whole 60 s.
    pub power_highest_dbr: Option<f64>,
}

/// Makes the multiplex of one site.
#[derive(Debug)]
pub struct Coder {
    options: MpxOptions,
    drive: f32,
    bands: [BandLimit; 2],
    upsamplers: [Upsampler; 2],
    limiter: Limiter,
    carrier: Carrier,
    biphase: Biphase,
    tone_at: u64,
    meter: PowerMeter,
    governor: Option<Governor>,
    guard: f32,
    reading: Reading,
    // Between the stages of one block; here so that no stack is asked for it.
    base: Box<[f32; BLOCK_FRAMES]>,
    sides: [Box<[f32; BLOCK_SAMPLES]>; 2],
}

impl Coder {
    /// A coder that begins with silence.
    ///
    /// # Errors
    /// When an option is out of its range.
    pub fn new(options: MpxOptions) -> Result<Self, BadOptions> {
        options.check()?;
        let drive = 10f64.powf(options.drive_db / 20.0) as f32;
        let left = 1.0 - options.pilot - options.rds - ROUNDING;
        let tau = options.emphasis.tau_s();
        let biphase = Biphase::new();
        let fixed = options.pilot.powi(2) / 2.0 + options.rds.powi(2) * biphase.mean_square() / 2.0;
        Ok(Self {
            options,
            drive: drive * left as f32,
            bands: [BandLimit::new(tau), BandLimit::new(tau)],
            upsamplers: [Upsampler::new(), Upsampler::new()],
            limiter: Limiter::new(left as f32),
            carrier: Carrier::new(options.trim_ppm),
            biphase,
            tone_at: 0,
            meter: PowerMeter::default(),
            governor: options.power_max_dbr.map(|limit| Governor::new(limit, fixed)),
            guard: 1.0,
            reading: Reading { limiter_gain_min: 1.0, power_gain: 1.0, ..Reading::default() },
            base: Box::new([0.0; BLOCK_FRAMES]),
            sides: [Box::new([0.0; BLOCK_SAMPLES]), Box::new([0.0; BLOCK_SAMPLES])],
        })
    }

    /// How much later the sound leaves than it came, in frames: 7 ms. RDS is not delayed.
    pub const fn delay_frames() -> usize {
        super::emphasis::DELAY_FRAMES + super::upsample::DELAY_FRAMES + super::limiter::DELAY_FRAMES
    }

    /// Makes the multiplex of the next 10 ms.
    ///
    /// `groups` is asked for each group of RDS as its turn comes and is told at which sample, counted from the coder's
    /// first, its first bit will stand in the multiplex; `None` leaves the 57 kHz subcarrier off from there until it is asked again.
    pub fn process(
        &mut self,
        sound: &[Frame; BLOCK_FRAMES],
        out: &mut [f32; BLOCK_SAMPLES],
        groups: &mut dyn FnMut(u64) -> Option<Group>,
    ) {
        match self.options.signal {
            Signal::Programme => {
                self.prepare(sound);
                let guard = self.guarded();
                self.multiplex(out, guard, groups);
            }
            Signal::PilotOnly => {
                self.carrier.settle();
                let level = self.options.pilot as f32;
                for sample in out.iter_mut() {
                    *sample = level * self.carrier.next().pilot;
                }
            }
            Signal::Tone => self.tone(out),
        }
        self.finish(out);
    }

    /// What was measured so far.
    pub fn reading(&self) -> Reading {
        Reading { power_dbr: self.meter.dbr(), power_highest_dbr: self.meter.highest_dbr(), ..self.reading }
    }

    /// From sound to limited left and right at the rate of the multiplex.
    fn prepare(&mut self, sound: &[Frame; BLOCK_FRAMES]) {
        let now = self.governor.as_ref().map_or(1.0, Governor::gain);
        let step = (now - self.reading.power_gain) / BLOCK_FRAMES as f32;
        let (drive, before) = (self.drive, self.reading.power_gain);
        for channel in 0..2 {
            let driven = sound.iter().enumerate().map(|(i, frame)| {
                let s = frame.get(channel).copied().filter(|s| s.is_finite()).unwrap_or(0.0);
                s.clamp(-SANE, SANE) * drive * (before + step * (i + 1) as f32)
            });
            let parts =
                self.bands.get_mut(channel).zip(self.upsamplers.get_mut(channel)).zip(self.sides.get_mut(channel));
            if let Some(((band, upsampler), side)) = parts {
                band.process(driven, &mut self.base);
                upsampler.process(&self.base, side);
            }
        }
        self.reading.power_gain = now;
        let [left, right] = &mut self.sides;
        let lowest = self.limiter.process(left, right);
        self.reading.limiter_gain_min = self.reading.limiter_gain_min.min(lowest);
    }

    /// The quick gain of the power limit: from where to where it goes in this block.
    fn guarded(&mut self) -> (f32, f32) {
        let Some(governor) = &self.governor else { return (1.0, 1.0) };
        let [left, right] = &self.sides;
        let sum: f32 = left.iter().zip(right.iter()).map(|(l, r)| power_of(*l, *r)).sum();
        let from = self.guard;
        self.guard = governor.guard(f64::from(sum) / BLOCK_SAMPLES as f64);
        (from, self.guard)
    }

    /// Puts sound, pilot and RDS together.
    fn multiplex(
        &mut self,
        out: &mut [f32; BLOCK_SAMPLES],
        (from, to): (f32, f32),
        groups: &mut dyn FnMut(u64) -> Option<Group>,
    ) {
        self.carrier.settle();
        let step = (to - from) / BLOCK_SAMPLES as f32;
        let (pilot, rds) = (self.options.pilot as f32, self.options.rds as f32);
        let first = self.reading.samples;
        let [left, right] = &self.sides;
        for (i, (sample, (l, r))) in out.iter_mut().zip(left.iter().zip(right.iter())).enumerate() {
            let phases = self.carrier.next();
            if phases.bit_begins {
                self.biphase.next_bit(&mut || groups(first + i as u64 + Biphase::DELAY_SAMPLES));
            }
            let sum = 0.5 * ((l + r) + (l - r) * phases.stereo) * (from + step * (i + 1) as f32);
            *sample = sum + pilot * phases.pilot + rds * self.biphase.at(phases.bit) * phases.rds;
        }
    }

    fn tone(&mut self, out: &mut [f32; BLOCK_SAMPLES]) {
        let period = (f64::from(MPX_RATE_HZ) / TONE_HZ) as u64;
        for sample in out {
            *sample = (std::f64::consts::TAU * (self.tone_at % period) as f64 / period as f64).sin() as f32;
            self.tone_at += 1;
        }
    }

    /// The last look at every sample.
    fn finish(&mut self, out: &mut [f32; BLOCK_SAMPLES]) {
        let (mut sum, mut peak, mut hits) = (0.0f64, 0.0f32, 0);
        for sample in out.iter_mut() {
            if sample.abs() > 1.0 {
                hits += 1;
                *sample = sample.clamp(-1.0, 1.0);
            }
            peak = peak.max(sample.abs());
            sum += f64::from(*sample * *sample);
        }
        let mean_square = sum / BLOCK_SAMPLES as f64;
        self.meter.push(mean_square);
        if let Some(governor) = &mut self.governor {
            governor.push(mean_square);
        }
        self.reading.samples += BLOCK_SAMPLES as u64;
        self.reading.peak_now = peak;
        self.reading.peak = self.reading.peak.max(peak);
        self.reading.ceiling_hits += hits;
    }
}

/// What one moment of left and right adds to the power, its subcarrier taken at its mean: M² + S²/2.
fn power_of(l: f32, r: f32) -> f32 {
    let (m, s) = (0.5 * (l + r), 0.5 * (l - r));
    m * m + 0.5 * s * s
}
