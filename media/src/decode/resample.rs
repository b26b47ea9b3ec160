//! Any rate to 48 kHz, streaming, with the length that the source had.
//!
//! Convolution by Fourier transforms: a stretch of the source is transformed, multiplied by a linear-phase low-pass and
//! transformed back with more or fewer points, so that the ratio is exact and nothing drifts. The low-pass is a sinc under a
//! Kaiser window, made in double precision: flat to 0.49 of the lower rate (21.6 kHz for 44,100 Hz, 3.9 kHz for 8,000 Hz)
//! and 140 dB down from half of the lower rate on. What it delays is taken off the start, and the end is fed with silence
//! until the length is right to the frame.

use std::sync::Arc;

use domain::SAMPLE_RATE_HZ;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::window::kaiser;

/// What must not pass is lowered by this.
const STOP_DB: f64 = 140.0;
/// The low-pass has at least as many taps: 27 ms of 44,100 Hz.
const TAPS_MIN: usize = 1024;

/// A resampler to 48 kHz for one rate and channel count; 48 kHz passes untouched.
pub struct Resampler {
    inner: Option<Inner>,
    rate_hz: u32,
    channels: usize,
    taken: u64,
    given: u64,
}

struct Inner {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// The spectrum of the low-pass, as far as both transforms reach.
    low_pass: Vec<Complex<f32>>,
    sizes: Sizes,
    waiting: Vec<f32>,
    /// What each channel's last stretch still adds to the next.
    tails: Vec<Vec<f32>>,
    points_in: Vec<f32>,
    points_out: Vec<f32>,
    spectrum_in: Vec<Complex<f32>>,
    spectrum_out: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Frames of delay still to be thrown away.
    delay: usize,
}

/// Frames of the source, and of the house rate, that go through at once.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    taken: usize,
    given: usize,
    /// What the low-pass adds behind: its taps less one.
    tail_in: usize,
    tail_out: usize,
}

impl Sizes {
    fn new(rate_hz: u32) -> Self {
        let (from, to) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let common = gcd(from, to);
        let (from, to) = (from / common, to / common);
        // Three parts of sound to one of tail; with a ratio as odd as 47,999 to 48,000 the smallest whose delay is whole.
        let (tails, parts) =
            if from > TAPS_MIN { (1 + to % 2, 1) } else { ((TAPS_MIN / from).next_power_of_two().max(2), 3) };
        let (tail_in, tail_out) = (from * tails, to * tails);
        Self { taken: parts * tail_in, given: parts * tail_out, tail_in, tail_out }
    }
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl Resampler {
    /// `None` when the rate cannot be resampled.
    pub fn new(rate_hz: u32, channels: usize) -> Option<Self> {
        let inner = if rate_hz == SAMPLE_RATE_HZ { None } else { Some(Inner::new(rate_hz, channels)?) };
        Some(Self { inner, rate_hz, channels, taken: 0, given: 0 })
    }

    /// Takes interleaved samples and appends what is ready.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Option<()> {
        self.taken += (samples.len() / self.channels) as u64;
        let before = out.len();
        match &mut self.inner {
            None => out.extend_from_slice(samples),
            Some(inner) => {
                inner.waiting.extend_from_slice(samples);
                inner.drain(self.channels, out)?;
            }
        }
        self.given += ((out.len() - before) / self.channels) as u64;
        Some(())
    }

    /// Appends the rest: in all, the length of the source to the nearest frame.
    pub fn finish(mut self, out: &mut Vec<f32>) -> Option<()> {
        let rates = (u128::from(SAMPLE_RATE_HZ), u128::from(self.rate_hz));
        let want = ((u128::from(self.taken) * rates.0 + rates.1 / 2) / rates.1) as u64;
        if let Some(inner) = &mut self.inner {
            while self.given < want {
                let before = out.len();
                inner.waiting.resize(inner.sizes.taken * self.channels, 0.0);
                inner.drain(self.channels, out)?;
                self.given += ((out.len() - before) / self.channels) as u64;
            }
            out.truncate(out.len() - (self.given - want) as usize * self.channels);
        }
        Some(())
    }
}

impl Inner {
    fn new(rate_hz: u32, channels: usize) -> Option<Self> {
        let sizes = Sizes::new(rate_hz);
        let (length_in, length_out) = (sizes.taken + sizes.tail_in, sizes.given + sizes.tail_out);
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(length_in);
        let inverse = planner.plan_fft_inverse(length_out);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Some(Self {
            low_pass: low_pass(rate_hz, sizes, length_in.min(length_out) / 2)?,
            waiting: Vec::new(),
            tails: vec![vec![0.0; sizes.tail_out]; channels],
            points_in: forward.make_input_vec(),
            points_out: inverse.make_output_vec(),
            spectrum_in: forward.make_output_vec(),
            spectrum_out: inverse.make_input_vec(),
            scratch: vec![Complex::default(); scratch],
            delay: sizes.tail_out / 2,
            forward,
            inverse,
            sizes,
        })
    }

    /// Lets every whole stretch that waits through.
    fn drain(&mut self, channels: usize, out: &mut Vec<f32>) -> Option<()> {
        let stretch = self.sizes.taken * channels;
        let mut used = 0;
        while self.waiting.len() - used >= stretch {
            let at = out.len();
            out.resize(at + self.sizes.given * channels, 0.0);
            for channel in 0..channels {
                pick(&self.waiting[used..used + stretch], channels, channel, &mut self.points_in);
                self.convolve()?;
                let tail = &mut self.tails[channel];
                self.points_out.iter_mut().zip(&*tail).for_each(|(p, t)| *p += t);
                tail.copy_from_slice(&self.points_out[self.sizes.given..]);
                lay(&self.points_out[..self.sizes.given], channels, channel, &mut out[at..]);
            }
            used += stretch;
            let late = self.delay.min(self.sizes.given);
            self.delay -= late;
            out.drain(at..at + late * channels);
        }
        self.waiting.drain(..used);
        Some(())
    }

    fn convolve(&mut self) -> Option<()> {
        self.points_in[self.sizes.taken..].fill(0.0);
        let scratch = &mut self.scratch[..self.forward.get_scratch_len()];
        self.forward.process_with_scratch(&mut self.points_in, &mut self.spectrum_in, scratch).ok()?;
        self.spectrum_out.fill(Complex::default());
        let bins = self.spectrum_out.iter_mut().zip(&self.spectrum_in).zip(&self.low_pass);
        bins.for_each(|((to, from), low_pass)| *to = from * low_pass);
        let scratch = &mut self.scratch[..self.inverse.get_scratch_len()];
        self.inverse.process_with_scratch(&mut self.spectrum_out, &mut self.points_out, scratch).ok()
    }
}

/// One channel of interleaved frames; there are one or two.
fn pick(frames: &[f32], channels: usize, channel: usize, points: &mut [f32]) {
    match (channels, channel) {
        (1, _) => points[..frames.len()].copy_from_slice(frames),
        (_, 0) => points.iter_mut().zip(frames.chunks_exact(2)).for_each(|(p, f)| *p = f[0]),
        _ => points.iter_mut().zip(frames.chunks_exact(2)).for_each(|(p, f)| *p = f[1]),
    }
}

/// And back.
fn lay(points: &[f32], channels: usize, channel: usize, frames: &mut [f32]) {
    match (channels, channel) {
        (1, _) => frames.copy_from_slice(points),
        (_, 0) => points.iter().zip(frames.chunks_exact_mut(2)).for_each(|(p, f)| f[0] = *p),
        _ => points.iter().zip(frames.chunks_exact_mut(2)).for_each(|(p, f)| f[1] = *p),
    }
}

/// The first `bins` of the low-pass's spectrum, scaled for a transform there and back.
fn low_pass(rate_hz: u32, sizes: Sizes, bins: usize) -> Option<Vec<Complex<f32>>> {
    let length = sizes.taken + sizes.tail_in;
    // Kaiser's estimates: of the window's shape, and of the width between pass and stop as a share of the rate.
    let beta = 0.1102 * (STOP_DB - 8.7);
    let width = (STOP_DB - 8.0) / (2.285 * sizes.tail_in as f64) / std::f64::consts::TAU;
    let stop = f64::from(rate_hz.min(SAMPLE_RATE_HZ)) / 2.0 / f64::from(rate_hz);
    let cut = 2.0 * (stop - width / 2.0);
    let middle = sizes.tail_in as f64 / 2.0;
    let tap = |n: usize| {
        let x = n as f64 - middle;
        let phase = std::f64::consts::PI * x * cut;
        let sinc = if x == 0.0 { 1.0 } else { phase.sin() / phase };
        sinc * cut * kaiser(x / middle, beta)
    };
    let mut taps: Vec<f64> = (0..=sizes.tail_in).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    let scale = 1.0 / (sum * length as f64);
    for tap in &mut taps {
        *tap *= scale;
    }
    taps.resize(length, 0.0);
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut taps, &mut spectrum).ok()?;
    Some(spectrum[..bins].iter().map(|c| Complex::new(c.re as f32, c.im as f32)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLITUDE: f64 = 0.5;

    /// A tone of whole hertz at `rate_hz`, resampled in odd pieces.
    fn resampled(rate_hz: u32, tone_hz: f64, channels: usize) -> Vec<f32> {
        let frames = rate_hz as usize * 2 + 123;
        let at = |i: usize| (i as f64 / f64::from(rate_hz) * tone_hz * std::f64::consts::TAU).sin() * AMPLITUDE;
        let input: Vec<f32> = (0..frames).flat_map(|i| std::iter::repeat_n(at(i) as f32, channels)).collect();
        let mut resampler = Resampler::new(rate_hz, channels).unwrap();
        let mut out = Vec::new();
        for chunk in input.chunks(1001 * channels) {
            resampler.push(chunk, &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        let want = (frames as f64 * 48_000.0 / f64::from(rate_hz)).round() as usize;
        assert_eq!(out.len(), want * channels, "{rate_hz} Hz");
        out.into_iter().step_by(channels).collect()
    }

    /// Gain and lateness of a tone in the middle second, and what is there beside it (images, noise), in dB of the tone.
    fn read(out: &[f32], tone_hz: f64) -> (f64, f64, f64) {
        let middle = out.len() / 4..out.len() / 4 + 48_000;
        let angle = |i: usize| i as f64 / 48_000.0 * tone_hz * std::f64::consts::TAU;
        let (mut s, mut c) = (0.0, 0.0);
        for i in middle.clone() {
            s += f64::from(out[i]) * angle(i).sin() / 24_000.0;
            c += f64::from(out[i]) * angle(i).cos() / 24_000.0;
        }
        let left: f64 =
            middle.map(|i| (f64::from(out[i]) - s * angle(i).sin() - c * angle(i).cos()).powi(2)).sum::<f64>();
        let tone = AMPLITUDE * AMPLITUDE / 2.0 * 48_000.0;
        let late = -c.atan2(s) / std::f64::consts::TAU / tone_hz * 48_000.0;
        (20.0 * (s.hypot(c) / AMPLITUDE).log10(), late, 10.0 * (left / tone).log10())
    }

    const RATES_HZ: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000];

    #[test]
    fn every_rate_is_flat_and_clean_to_049_of_it_and_to_20_khz() {
        for rate in RATES_HZ {
            let edge = (f64::from(rate.min(48_000)) * 0.49).min(20_000.0).floor();
            for tone in [20.0, 997.0, (edge * 0.37).floor(), (edge * 0.83).floor(), edge] {
                let (gain_db, late, beside_db) = read(&resampled(rate, tone, 1), tone);
                assert!(gain_db.abs() < 0.01, "{rate} Hz: {gain_db:.5} dB at {tone} Hz");
                assert!(late.abs() < 0.01, "{rate} Hz: {late:.4} frames late at {tone} Hz");
                assert!(beside_db < -120.0, "{rate} Hz: {beside_db:.1} dB beside {tone} Hz");
            }
        }
    }

    #[test]
    fn what_48_khz_cannot_hold_does_not_come_through() {
        for (rate, tones) in [
            (88_200, &[24_001.0, 27_000.0, 41_000.0][..]),
            (96_000, &[24_001.0, 30_000.0, 47_000.0]),
            (192_000, &[24_001.0, 48_000.0, 71_000.0, 95_000.0]),
        ] {
            for tone in tones {
                let out = resampled(rate, *tone, 1);
                let middle = &out[out.len() / 4..out.len() / 4 + 48_000];
                let power: f64 = middle.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 48_000.0;
                let db = 10.0 * (power / (AMPLITUDE * AMPLITUDE / 2.0)).log10();
                assert!(db < -120.0, "{rate} Hz: {db:.1} dB of {tone} Hz");
            }
        }
    }

    #[test]
    fn odd_ratios_and_two_channels_keep_length_and_place() {
        for (rate, channels) in [(44_056, 1), (47_999, 1), (11_111, 2), (44_100, 2), (191_999, 1)] {
            let (gain_db, late, beside_db) = read(&resampled(rate, 997.0, channels), 997.0);
            assert!(
                gain_db.abs() < 0.01 && late.abs() < 0.01 && beside_db < -115.0,
                "{rate} Hz: {gain_db} {late} {beside_db}"
            );
        }
    }

    #[test]
    fn the_house_rate_passes_untouched() {
        let samples = [0.1, -0.2, 0.3, -0.4];
        let mut out = Vec::new();
        let mut r = Resampler::new(48_000, 2).unwrap();
        r.push(&samples, &mut out).unwrap();
        r.finish(&mut out).unwrap();
        assert_eq!(out, samples);
    }
}
