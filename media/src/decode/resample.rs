//! Any rate to 48 kHz, streaming, with the length that the source had.
//!
//! Synchronous FFT resampling: exact ratio, linear phase, and a transition band that ends at the lower Nyquist frequency.
//! The filter's delay is taken off the start, and the end is fed with silence until the length is right to the frame.

use domain::SAMPLE_RATE_HZ;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

/// Roughly this much goes through at once: long filters are steep, and 40 ms is nothing here.
const CHUNK_FRAMES: usize = 2048;

/// A resampler for one rate and channel count; 48 kHz passes untouched.
pub struct Resampler {
    inner: Option<Inner>,
    rate_hz: u32,
    channels: usize,
    taken: u64,
    given: u64,
}

struct Inner {
    fft: Fft<f32>,
    waiting: Vec<f32>,
    made: Vec<f32>,
    /// Frames of filter delay still to be thrown away.
    delay: usize,
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
                let lack = inner.fft.input_frames_next() * self.channels - inner.waiting.len();
                inner.waiting.extend(std::iter::repeat_n(0.0, lack));
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
        let (from, to) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let window = WindowFunction::BlackmanHarris2;
        let fft = Fft::new_custom(from, to, CHUNK_FRAMES, 1, channels, window, FixedSync::Both).ok()?;
        let made = vec![0.0; fft.output_frames_max() * channels];
        Some(Self { delay: fft.output_delay(), fft, waiting: Vec::new(), made })
    }

    fn drain(&mut self, channels: usize, out: &mut Vec<f32>) -> Option<()> {
        let mut used = 0;
        loop {
            let need = self.fft.input_frames_next() * channels;
            let Some(chunk) = self.waiting.get(used..used + need) else { break };
            let input = InterleavedSlice::new(chunk, channels, need / channels).ok()?;
            let room = self.made.len() / channels;
            let mut output = InterleavedSlice::new_mut(&mut self.made, channels, room).ok()?;
            let (_, made) = self.fft.process_into_buffer(&input, &mut output, None).ok()?;
            used += need;
            let skip = self.delay.min(made);
            self.delay -= skip;
            out.extend_from_slice(&self.made[skip * channels..made * channels]);
        }
        self.waiting.drain(..used);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone through the resampler, against the tone that should come out: the error in decibels.
    fn error_db(rate_hz: u32, tone_hz: f64, channels: usize) -> f64 {
        let frames = rate_hz as usize * 2 + 123;
        let at = |i: usize, rate: u32| (i as f64 / f64::from(rate) * tone_hz * std::f64::consts::TAU).sin() * 0.5;
        let input: Vec<f32> = (0..frames).flat_map(|i| std::iter::repeat_n(at(i, rate_hz) as f32, channels)).collect();
        let mut resampler = Resampler::new(rate_hz, channels).unwrap();
        let mut out = Vec::new();
        for chunk in input.chunks(1001 * channels) {
            resampler.push(chunk, &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        let want = (frames as f64 * 48_000.0 / f64::from(rate_hz)).round() as usize;
        assert_eq!(out.len(), want * channels, "{rate_hz} Hz");
        // The best fit of sine and cosine gives gain and delay; what is left is noise and images.
        // A whole number of periods, or the fit would leak.
        let middle = want / 4..want / 4 + 48_000;
        let (mut s, mut c, mut n) = (0.0, 0.0, 0.0);
        let angle = |i: usize| i as f64 / 48_000.0 * tone_hz * std::f64::consts::TAU;
        for i in middle.clone() {
            let v = f64::from(out[i * channels]);
            s += v * angle(i).sin();
            c += v * angle(i).cos();
            n += 0.5;
        }
        let (s, c) = (s / n, c / n);
        let delay = c.atan2(s) / std::f64::consts::TAU / tone_hz * 48_000.0;
        assert!(delay.abs() < 1.0, "{rate_hz} Hz: {delay} frames late");
        let left: f64 = middle
            .clone()
            .map(|i| (f64::from(out[i * channels]) - s * angle(i).sin() - c * angle(i).cos()).powi(2))
            .sum();
        let gain_db = 20.0 * ((s * s + c * c).sqrt() / 0.5).log10();
        assert!(gain_db.abs() < 0.01, "{rate_hz} Hz: {gain_db} dB at {tone_hz} Hz");
        10.0 * (left / middle.len() as f64 / 0.125).log10()
    }

    #[test]
    fn every_rate_keeps_length_level_time_and_cleanness() {
        for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000] {
            let got = error_db(rate, 1_000.0, 2);
            assert!(got < -110.0, "{rate} Hz: {got} dB");
        }
        for rate in [44_100, 96_000] {
            let got = error_db(rate, 15_000.0, 1);
            assert!(got < -110.0, "{rate} Hz: {got} dB");
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
