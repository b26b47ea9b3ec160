//! Meters for the multiplex that share nothing with the coder: correlation, spectrum, peaks between samples.

use std::f64::consts::{PI, TAU};

use hardware::mpx::MPX_RATE_HZ;
use realfft::RealFftPlanner;

/// A sine found in samples, by its sine and cosine parts.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    sine: f64,
    cosine: f64,
}

impl Tone {
    /// The sine of `hz` in samples that hold whole cycles of it.
    pub fn of(samples: impl ExactSizeIterator<Item = f64>, hz: f64) -> Self {
        let (length, step) = (samples.len() as f64, TAU * hz / f64::from(MPX_RATE_HZ));
        let (turn_s, turn_c) = step.sin_cos();
        let (mut s, mut c, mut sine, mut cosine) = (0.0f64, 1.0f64, 0.0, 0.0);
        for (n, sample) in samples.enumerate() {
            if n % 4_096 == 0 {
                (s, c) = (step * n as f64).sin_cos();
            }
            sine += sample * s;
            cosine += sample * c;
            (s, c) = (s * turn_c + c * turn_s, c * turn_c - s * turn_s);
        }
        Self { sine: 2.0 * sine / length, cosine: 2.0 * cosine / length }
    }

    pub fn size(self) -> f64 {
        self.sine.hypot(self.cosine)
    }

    pub fn phase(self) -> f64 {
        self.cosine.atan2(self.sine)
    }

    pub fn plus(self, other: Self) -> Self {
        Self { sine: self.sine + other.sine, cosine: self.cosine + other.cosine }
    }

    pub fn minus(self, other: Self) -> Self {
        Self { sine: self.sine - other.sine, cosine: self.cosine - other.cosine }
    }

    /// Leaves what is not this tone.
    pub fn take_from(self, samples: &mut [f32], hz: f64) {
        for (n, sample) in samples.iter_mut().enumerate() {
            let (s, c) = (TAU * hz * n as f64 / f64::from(MPX_RATE_HZ)).sin_cos();
            *sample = (f64::from(*sample) - self.sine * s - self.cosine * c) as f32;
        }
    }
}

/// The mean level of whole bands in dB under a sine of 100 %, by windowed spectra.
pub fn bands_db(samples: &[f32], bands: &[(f64, f64)]) -> Vec<((f64, f64), f64)> {
    const LENGTH: usize = 16_384;
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(LENGTH);
    // Blackman-Harris: what is far from a line is 92 dB below it.
    let window: Vec<f64> = (0..LENGTH)
        .map(|n| {
            let x = TAU * n as f64 / LENGTH as f64;
            0.358_75 - 0.488_29 * x.cos() + 0.141_28 * (2.0 * x).cos() - 0.011_68 * (3.0 * x).cos()
        })
        .collect();
    let mut power = vec![0.0; LENGTH / 2 + 1];
    let (mut spectrum, mut count) = (fft.make_output_vec(), 0.0);
    for piece in samples.windows(LENGTH).step_by(LENGTH / 2) {
        let mut input: Vec<f64> = piece.iter().zip(&window).map(|(s, w)| f64::from(*s) * w).collect();
        fft.process(&mut input, &mut spectrum).unwrap();
        power.iter_mut().zip(&spectrum).for_each(|(p, s)| *p += s.norm_sqr());
        count += 1.0;
    }
    let energy: f64 = window.iter().map(|w| w * w).sum();
    let bin = f64::from(MPX_RATE_HZ) / LENGTH as f64;
    bands
        .iter()
        .map(|band| {
            let bins = (band.0 / bin).ceil() as usize..=((band.1 / bin) as usize).min(LENGTH / 2);
            let sum: f64 = power[bins].iter().sum();
            // Twice, for the other half of the spectrum; a sine of 100 % has a mean square of a half.
            let mean_square = 2.0 * sum / count / energy / LENGTH as f64;
            (*band, 10.0 * (mean_square / 0.5).log10())
        })
        .collect()
}

/// The highest value at and between samples, four times finer, by a windowed sinc.
pub fn highest_between(samples: &[f32]) -> f64 {
    const HALF: usize = 20;
    let taps: Vec<Vec<f64>> = (0..4)
        .map(|part| {
            (0..2 * HALF)
                .map(|i| {
                    let x = i as f64 - (HALF as f64 - 1.0) - f64::from(part) / 4.0;
                    let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
                    sinc * (PI * x / (2.0 * HALF as f64)).cos().powi(2)
                })
                .collect()
        })
        .collect();
    let dot = |w: &[f32], t: &[f64]| w.iter().zip(t).map(|(s, t)| f64::from(*s) * t).sum::<f64>();
    // Far from any peak nothing between can pass it either.
    let high = |w: &&[f32]| w[HALF - 1].abs().max(w[HALF].abs()) > 0.85;
    let near = samples.windows(2 * HALF).filter(high);
    near.flat_map(|w| taps.iter().map(move |t| dot(w, t).abs())).fold(0.0, f64::max)
}
