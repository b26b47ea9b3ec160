//! How loud a sound is in 33 bands between 300 and 2,000 Hz, window after window: what fingerprints are made of.
//!
//! Telephones, every codec and every receiver keep that much of a sound.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// 48 kHz are averaged down to 6 kHz.
const DIVISOR: usize = 8;
const RATE_HZ: f32 = 6000.0;
/// Bands between the lowest and the highest frequency, each as much wider than the one below.
pub const BANDS: usize = 33;
const LOWEST_HZ: f32 = 300.0;
const HIGHEST_HZ: f32 = 2000.0;

/// What one window of a sound holds.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The energy of each band, lowest first, in no unit.
    pub energies: [f32; BANDS],
    /// The mean square of its samples under the window.
    pub power: f32,
}

/// Takes a sound in and gives its windows.
pub struct Bands {
    channels: usize,
    step: usize,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// First line of the spectrum of each band, and the end of the last.
    edges: [usize; BANDS + 1],
    sum: f32,
    summed: usize,
    low: Vec<f32>,
}

impl Bands {
    /// Windows of so many samples at 6 kHz, the next so many samples after each; both at least 1.
    pub fn new(channels: usize, window: usize, step: usize) -> Self {
        let edge = |n: usize| {
            let hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(n as f32 / BANDS as f32);
            (hz / RATE_HZ * window as f32).round() as usize
        };
        let turn = |n: usize| (n as f32 / window as f32 * std::f32::consts::TAU).cos();
        Self {
            channels: channels.max(1),
            step: step.clamp(1, window),
            fft: RealFftPlanner::new().plan_fft_forward(window),
            window: (0..window).map(|n| 0.5 - 0.5 * turn(n)).collect(),
            edges: std::array::from_fn(edge),
            sum: 0.0,
            summed: 0,
            low: Vec::with_capacity(2 * window),
        }
    }

    /// Interleaved samples at the house rate; `each` gets every window that they complete.
    pub fn add(&mut self, samples: &[f32], mut each: impl FnMut(Window)) {
        for frame in samples.chunks_exact(self.channels) {
            self.sum += frame.iter().sum::<f32>();
            self.summed += 1;
            if self.summed == DIVISOR {
                self.low.push(self.sum / (DIVISOR * self.channels) as f32);
                (self.sum, self.summed) = (0.0, 0);
                if self.low.len() == self.window.len() {
                    each(self.measured());
                    self.low.drain(..self.step);
                }
            }
        }
    }

    fn measured(&self) -> Window {
        let mut input: Vec<f32> = self.low.iter().zip(&self.window).map(|(s, w)| s * w).collect();
        let power = input.iter().map(|s| s * s).sum::<f32>() / input.len() as f32;
        let mut spectrum = self.fft.make_output_vec();
        // Fails for buffers of other lengths alone, which these never have; without a spectrum nothing is recognised.
        let whole = self.fft.process(&mut input, &mut spectrum).is_ok();
        Window { energies: self.energies(&spectrum), power: if whole { power } else { 0.0 } }
    }

    fn energies(&self, spectrum: &[Complex<f32>]) -> [f32; BANDS] {
        std::array::from_fn(|n| {
            let lines = spectrum.get(self.edges[n]..self.edges[n + 1]).unwrap_or_default();
            lines.iter().map(Complex::norm_sqr).sum::<f32>()
        })
    }
}
