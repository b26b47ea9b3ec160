//! The signals of EBU Tech 3341 and 3342 at any rate.
#![allow(dead_code)]

use std::f64::consts::TAU;

/// No sound, as a level.
pub const SILENT: f64 = f64::NEG_INFINITY;

/// A sine of 1 kHz in stretches of seconds and dBFS, its phase running through.
pub fn tone(rate: f64, stretches: &[(f64, f64)]) -> Vec<f32> {
    let mut out = Vec::new();
    for (seconds, level_db) in stretches {
        let amplitude = 10f64.powf(level_db / 20.0);
        for _ in 0..(seconds * rate).round() as usize {
            out.push((amplitude * (out.len() as f64 * 1000.0 / rate * TAU).sin()) as f32);
        }
    }
    out
}

/// Cases 15 to 19: a second of a sine that is a part of the rate, at an angle.
pub struct Peak {
    pub number: u32,
    /// Samples of a turn.
    pub part: f64,
    amplitude: f64,
    angle_degrees: f64,
    pub dbtp: f64,
}

const fn peak(number: u32, part: f64, amplitude: f64, angle_degrees: f64, dbtp: f64) -> Peak {
    Peak { number, part, amplitude, angle_degrees, dbtp }
}

pub const PEAKS: [Peak; 5] = [
    peak(15, 4.0, 0.50, 0.0, -6.02),
    peak(16, 4.0, 0.50, 45.0, -6.02),
    peak(17, 6.0, 0.50, 60.0, -6.02),
    peak(18, 8.0, 0.50, 67.5, -6.02),
    peak(19, 4.0, 1.41, 45.0, 2.98),
];

impl Peak {
    pub fn samples(&self, rate: f64) -> Vec<f32> {
        let wave = |i: usize| self.amplitude * (i as f64 / self.part * TAU + self.angle_degrees.to_radians()).sin();
        faded((0..rate as usize).map(wave).collect(), rate).iter().map(|s| *s as f32).collect()
    }
}

/// 10 ms of fade at each end, so that nothing overshoots there.
fn faded(mut samples: Vec<f64>, rate: f64) -> Vec<f64> {
    let (length, fade) = (samples.len(), (rate * 0.01) as usize);
    for i in 0..fade {
        let gain = i as f64 / fade as f64;
        samples[i] *= gain;
        samples[length - 1 - i] *= gain;
    }
    samples
}

/// A sinc under a Kaiser window (β 9), 511 taps, cut at 23.5 kHz of 192 kHz.
fn low_pass() -> Vec<f64> {
    let bessel = |x: f64| {
        (1..40)
            .fold((1.0, 1.0), |(term, sum), k| {
                (term * x * x / f64::from(4 * k * k), sum + term * x * x / f64::from(4 * k * k))
            })
            .1
    };
    let cut = 23_500.0 / 96_000.0;
    let tap = |k: i32| {
        let x = f64::from(k) * cut;
        let sinc = if k == 0 { 1.0 } else { (x * TAU / 2.0).sin() / (x * TAU / 2.0) };
        sinc * cut * bessel(9.0 * (1.0 - (f64::from(k) / 256.0).powi(2)).sqrt()) / bessel(9.0)
    };
    (-255..=255).map(tap).collect()
}

/// Cases 20 to 23: at four times the rate a sixth of it at half scale, and in it one period of a quarter at full scale; every
/// fourth sample from `offset` on.
pub fn one_period(offset: usize) -> Vec<f32> {
    let mut wave: Vec<f64> = (0..24 * 1000).map(|i| 0.5 * (f64::from(i) / 24.0 * TAU).sin()).collect();
    wave.extend((0..16).map(|i| (f64::from(i) / 16.0 * TAU).sin()));
    wave.extend((0..24 * 1000).map(|i| 0.5 * (f64::from(i) / 24.0 * TAU).sin()));
    let wave = faded(wave, 192_000.0);
    let taps = low_pass();
    let at = |middle: usize| -> f64 {
        let from = middle as i64 - 255;
        taps.iter().enumerate().map(|(k, t)| t * wave.get((from + k as i64) as usize).copied().unwrap_or(0.0)).sum()
    };
    (offset..wave.len()).step_by(4).map(|i| at(i) as f32).collect()
}
