//! Bandwidth truth: up to which frequency there is sound, and whether it ends in a wall.
//!
//! A microphone's treble fades away; what a lossy coder or an earlier conversion took ends within a few hundred hertz.
//! The mean power of every second stretch of 43 ms is kept in bands of 250 Hz.

use std::sync::Arc;

use domain::SAMPLE_RATE_HZ;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::HOP_FRAMES;
use crate::window;

const POINTS: usize = 2048;
/// Hops from one spectrum to the next: 90 ms, of which 43 are looked at.
const HOPS: usize = 9;
const BAND_HZ: usize = 250;
const BANDS: usize = SAMPLE_RATE_HZ as usize / 2 / BAND_HZ;
/// A band holds sound above this, in dB of full scale squared …
const FLOOR_DB: f64 = -112.0;
/// … and above so much below the whole: 16-bit noise lies 100 dB below full scale, in a band 20 dB lower.
const FLOOR_BELOW_DB: f64 = 85.0;
/// Bands below an edge of which half must sound: a whistle is no bandwidth.
const BELOW: usize = 8;
/// Bands on each side of an edge, without its own, whose levels make it a wall …
const BESIDE: usize = 4;
/// … when they differ by this. Natural treble falls by less than 10 dB in as many hertz.
const WALL_DB: f64 = 20.0;

/// Up to where there is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// The upper edge in hertz, to 250 Hz.
    pub hz: u32,
    /// Whether it ends there as if cut off.
    pub wall: bool,
}

/// The spectrum of one sound in the making.
#[derive(Clone)]
pub struct Spectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    points: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    bands: [f64; BANDS],
    hops: usize,
    spectra: u64,
}

impl Default for Spectrum {
    fn default() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(POINTS);
        Self {
            window: window::hann(POINTS),
            points: Vec::with_capacity(POINTS),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            bands: [0.0; BANDS],
            hops: 0,
            spectra: 0,
        }
    }
}

impl Spectrum {
    /// Adds one hop of one or two channels. They take turns: what one lacks, the other shows.
    pub fn add(&mut self, planes: &[&[f32]]) {
        let turn = self.spectra as usize % planes.len().max(1);
        if let Some(plane) = planes.get(turn).filter(|_| self.points.len() < POINTS) {
            let room = POINTS - self.points.len();
            self.points.extend(plane.iter().take(room));
            if self.points.len() == POINTS {
                self.transform();
            }
        }
        self.hops += 1;
        if self.hops == HOPS {
            self.hops = 0;
            self.points.clear();
        }
    }

    fn transform(&mut self) {
        self.points.iter_mut().zip(&self.window).for_each(|(p, w)| *p *= w);
        if self.fft.process_with_scratch(&mut self.points, &mut self.output, &mut self.scratch).is_err() {
            return;
        }
        self.spectra += 1;
        for (bin, value) in self.output.iter().enumerate() {
            let band = bin * SAMPLE_RATE_HZ as usize / POINTS / BAND_HZ;
            if let Some(power) = self.bands.get_mut(band) {
                *power += f64::from(value.norm_sqr());
            }
        }
    }

    /// Up to where there is sound; `None` when there is too little to say: no broad sound, or less than 0.4 s.
    pub fn finish(&self) -> Option<Bandwidth> {
        if self.spectra < 4 {
            return None;
        }
        let squares: f64 = self.window.iter().map(|w| f64::from(w * w)).sum();
        let scale = 2.0 / (POINTS as f64 * squares * self.spectra as f64);
        let decibels = |power: f64| 10.0 * (power * scale).max(1e-20).log10();
        let floor = FLOOR_DB.max(decibels(self.bands.iter().sum()) - FLOOR_BELOW_DB);
        let levels = self.bands.map(decibels);
        let broad = |edge: &usize| {
            let below = &levels[edge.saturating_sub(BELOW)..*edge];
            levels[*edge] >= floor && below.iter().filter(|l| **l >= floor).count() * 2 >= BELOW
        };
        let edge = (BESIDE + 1..BANDS).rev().find(broad)?;
        let mean = |bands: &[f64]| bands.iter().sum::<f64>() / bands.len() as f64;
        let wall = edge + 1 + BESIDE < BANDS
            && mean(&levels[edge - BESIDE..edge]) - mean(&levels[edge + 2..edge + 2 + BESIDE.min(BANDS - edge - 2)])
                >= WALL_DB;
        Some(Bandwidth { hz: ((edge + 1) * BAND_HZ) as u32, wall })
    }
}

const _: () = assert!(HOPS * HOP_FRAMES > POINTS, "a spectrum must fit between two others");

#[cfg(test)]
mod tests {
    use super::*;

    fn spectrum_of(frames: usize, sound: impl FnMut(usize) -> f32) -> Option<Bandwidth> {
        let samples: Vec<f32> = (0..frames).map(sound).collect();
        let mut spectrum = Spectrum::default();
        samples.chunks_exact(HOP_FRAMES).for_each(|hop| spectrum.add(&[hop]));
        spectrum.finish()
    }

    #[test]
    fn noise_goes_to_the_top_and_a_tone_has_no_bandwidth() {
        let mut state = 1u64;
        let noise = spectrum_of(96_000, |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        });
        assert_eq!(noise, Some(Bandwidth { hz: 24_000, wall: false }));
        let tone = |i: usize| (i as f32 * 440.0 / 48_000.0 * std::f32::consts::TAU).sin();
        assert_eq!(spectrum_of(96_000, tone), None);
        assert_eq!(spectrum_of(96_000, |_| 0.0), None);
    }
}
