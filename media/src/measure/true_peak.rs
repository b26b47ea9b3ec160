//! True peak by ITU-R BS.1770-5 annex 2: the highest of four times as many samples.
//!
//! Between two samples three more are interpolated by a windowed sinc of 24 taps, flat to 19 kHz. A stretch is only
//! interpolated when it could matter: nothing between samples is higher than the highest sample around it times the sum
//! of the taps' magnitudes, so where that stays below the peak already found there is nothing to find.

use std::sync::LazyLock;

use super::HOP_FRAMES;
use crate::window::kaiser;

const TAPS: usize = 24;
const PHASES: usize = 4;
/// Frames that are looked at together: as many as the taps reach to each side, and a few more.
const STRETCH: usize = 16;
const BEFORE: usize = 2 * STRETCH;

struct Interpolator {
    /// The taps of the three points between one sample and the next.
    taps: [[f32; TAPS]; PHASES - 1],
    /// No point is higher than the highest sample around it times this.
    reach: f32,
}

static INTERPOLATOR: LazyLock<Interpolator> = LazyLock::new(|| {
    let mut taps = [[0f32; TAPS]; PHASES - 1];
    let mut reach = 0f32;
    for (phase, taps) in taps.iter_mut().enumerate() {
        let between = (phase + 1) as f64 / PHASES as f64;
        let raw: [f64; TAPS] = std::array::from_fn(|k| {
            let x = k as f64 - (TAPS / 2 - 1) as f64 - between;
            let pi_x = std::f64::consts::PI * x;
            pi_x.sin() / pi_x * kaiser(x / (TAPS as f64 / 2.0), 6.5)
        });
        // A constant stays what it is.
        let sum: f64 = raw.iter().sum();
        *taps = raw.map(|t| (t / sum) as f32);
        reach = reach.max(taps.iter().map(|t| t.abs()).sum());
    }
    // A little more than the sum, for the rounding of the products.
    Interpolator { taps, reach: reach * 1.0001 }
});

/// The true peak of one channel, fed hop by hop.
#[derive(Clone, Debug)]
pub struct TruePeakMeter {
    /// The last two stretches of the hop before, and the hop.
    window: [f32; BEFORE + HOP_FRAMES],
    /// The highest magnitude of each stretch of `window`.
    highest: [f32; (BEFORE + HOP_FRAMES) / STRETCH],
    peak: f32,
}

impl Default for TruePeakMeter {
    fn default() -> Self {
        let highest = [0.0; (BEFORE + HOP_FRAMES) / STRETCH];
        Self { window: [0.0; BEFORE + HOP_FRAMES], highest, peak: 0.0 }
    }
}

impl TruePeakMeter {
    /// Adds one hop of [`HOP_FRAMES`] samples.
    pub fn add(&mut self, plane: &[f32]) {
        self.window.copy_within(HOP_FRAMES.., 0);
        self.window[BEFORE..].copy_from_slice(&plane[..HOP_FRAMES]);
        let kept = self.highest.len() - BEFORE / STRETCH;
        self.highest.copy_within(kept.., 0);
        for (highest, stretch) in self.highest.iter_mut().zip(self.window.chunks_exact(STRETCH)).skip(2) {
            *highest = stretch.iter().fold(0f32, |h, s| h.max(s.abs()));
            self.peak = self.peak.max(*highest);
        }
        for middle in 1..self.highest.len() - 1 {
            let around = self.highest[middle - 1].max(self.highest[middle]).max(self.highest[middle + 1]);
            if around * INTERPOLATOR.reach > self.peak {
                self.peak = self.peak.max(between(&self.window, middle * STRETCH));
            }
        }
    }

    /// The highest magnitude, full scale 1.0.
    pub fn finish(mut self) -> f32 {
        // What rings behind the last sample.
        self.add(&[0.0; HOP_FRAMES]);
        self.peak
    }
}

/// The highest point behind each of the [`STRETCH`] samples from `from` on.
fn between(window: &[f32], from: usize) -> f32 {
    const REACH_BACK: usize = TAPS / 2 - 1;
    let near = &window[from - REACH_BACK..from - REACH_BACK + STRETCH + TAPS];
    let mut peak = 0f32;
    for taps in &INTERPOLATOR.taps {
        let mut points = [0f32; STRETCH];
        for (k, tap) in taps.iter().enumerate() {
            for (point, s) in points.iter_mut().zip(&near[k..k + STRETCH]) {
                *point += tap * s;
            }
        }
        peak = points.iter().fold(peak, |h, p| h.max(p.abs()));
    }
    peak
}
