//! Pre-emphasis and the 15 kHz low-pass, as one linear filter at the house rate.
//!
//! Pre-emphasis is `1 + jωτ`: a sound plus τ times its slope. Sampling the low-pass's own response plus τ times *its* slope
//! gives both at once, exact in size and phase up to the cutoff, where an analogue network or its bilinear copy errs by
//! decibels. De-emphasis in the receiver then leaves the low-pass alone, which is flat.

use domain::SAMPLE_RATE_HZ;

use super::coder::BLOCK_FRAMES;
use super::filter::{Line, LowPass, dot};

/// Taps; 256 take the response from flat at 15 kHz to 100 dB down at 16.5 kHz, where the pilot's guard band begins, and so
/// to 85 dB down after the 14 dB that pre-emphasis adds there.
const TAPS: usize = 256;
/// How much later the middle of a sound leaves.
pub(super) const DELAY_FRAMES: usize = TAPS / 2;
/// Halfway between what shall be heard and the guard band.
const CUTOFF_HZ: f64 = 15_800.0;
const BETA: f64 = 10.0;
/// What is slower than this moves the carrier and is no sound: a first-order high-pass, 0.005 dB down at 30 Hz.
const OFFSET_HZ: f64 = 1.0;

/// One channel's way from sound to pre-emphasised, band-limited sound, 127 frames later.
#[derive(Debug)]
pub(super) struct BandLimit {
    taps: [f32; TAPS],
    line: Line,
    /// The mean that is taken off.
    offset: f64,
}

impl BandLimit {
    /// With a time constant of `tau_s`; zero leaves the sound flat.
    pub fn new(tau_s: f64) -> Self {
        let rate = f64::from(SAMPLE_RATE_HZ);
        let half = (TAPS / 2 - 1) as f64;
        // Half a frame longer than its last tap: at the very edge, where the window ends in a step, there is no slope to take.
        let low = LowPass { cutoff_hz: CUTOFF_HZ, half_s: (half + 1.5) / rate, beta: BETA };
        // The dot product runs forwards over the past, so the response lies backwards.
        let taps: [f64; TAPS] = std::array::from_fn(|i| {
            let t = (half - i as f64) / rate;
            (low.at(t) + tau_s * low.slope_at(t)) / rate
        });
        Self { taps: taps.map(|t| t as f32), line: Line::new(TAPS - 1, BLOCK_FRAMES), offset: 0.0 }
    }

    /// Filters a block into `out`.
    pub fn process(&mut self, sound: impl Iterator<Item = f32>, out: &mut [f32; BLOCK_FRAMES]) {
        let follow = std::f64::consts::TAU * OFFSET_HZ / f64::from(SAMPLE_RATE_HZ);
        for (to, s) in self.line.next().iter_mut().zip(sound) {
            let s = f64::from(s);
            self.offset += follow * (s - self.offset);
            *to = (s - self.offset) as f32;
        }
        for (to, window) in out.iter_mut().zip(self.line.all().windows(TAPS)) {
            *to = dot(&self.taps, window);
        }
    }
}
