//! From the house rate to four times it.

use domain::SAMPLE_RATE_HZ;

use super::coder::{BLOCK_FRAMES, BLOCK_SAMPLES};
use super::filter::{Line, LowPass, dot};
use super::{MPX_RATE_HZ, OVERSAMPLING};

/// Taps of each of the four phases; 24 keep images of what lies below 16 kHz 110 dB down.
const TAPS: usize = 24;
/// How much later the middle of a sound leaves.
pub(super) const DELAY_FRAMES: usize = TAPS / 2;
const BETA: f64 = 11.5;

/// One channel's interpolator, 11 frames late.
#[derive(Debug)]
pub(super) struct Upsampler {
    phases: [[f32; TAPS]; OVERSAMPLING],
    line: Line,
}

impl Upsampler {
    pub fn new() -> Self {
        let (slow, fast) = (f64::from(SAMPLE_RATE_HZ), f64::from(MPX_RATE_HZ));
        let half = (TAPS / 2) as f64;
        let low = LowPass { cutoff_hz: slow / 2.0, half_s: half / slow, beta: BETA };
        let phases = std::array::from_fn(|phase| {
            let taps: [f64; TAPS] =
                std::array::from_fn(|i| low.at((half - 1.0 - i as f64) / slow + phase as f64 / fast) / slow);
            let rest: f64 = taps.iter().sum();
            taps.map(|t| (t / rest) as f32)
        });
        Self { phases, line: Line::new(TAPS - 1, BLOCK_FRAMES) }
    }

    /// Interpolates a block.
    pub fn process(&mut self, block: &[f32; BLOCK_FRAMES], out: &mut [f32; BLOCK_SAMPLES]) {
        self.line.next().copy_from_slice(block);
        let windows = self.line.all().windows(TAPS);
        for (to, window) in out.as_chunks_mut::<OVERSAMPLING>().0.iter_mut().zip(windows) {
            for (to, taps) in to.iter_mut().zip(&self.phases) {
                *to = dot(taps, window);
            }
        }
    }
}
