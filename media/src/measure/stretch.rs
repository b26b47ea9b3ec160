//! The spectrum of one stretch of sound: samples are gathered until there are enough, weighted and transformed.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::window;

/// Gathers stretches of a fixed number of points.
#[derive(Clone)]
pub struct Stretch {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    points: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// What brings a squared magnitude to mean square: the lines of a spectrum then add up to the power of its sound.
    scale: f32,
}

impl Stretch {
    /// For stretches of `length` points under a Hann window.
    pub fn new(length: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let window = window::hann(length);
        let squares: f32 = window.iter().map(|w| w * w).sum();
        Self {
            scale: 2.0 / (length as f32 * squares),
            points: Vec::with_capacity(length),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            window,
            fft,
        }
    }

    /// How many points are missing.
    pub fn room(&self) -> usize {
        self.window.len() - self.points.len()
    }

    /// Adds points, at most [`Stretch::room`] of them.
    pub fn extend(&mut self, points: impl Iterator<Item = f32>) {
        let room = self.room();
        self.points.extend(points.take(room));
    }

    /// The powers of the lines of a stretch that is full, which begins anew; `None` before.
    pub fn powers(&mut self) -> Option<impl Iterator<Item = f32>> {
        if self.room() > 0 {
            return None;
        }
        self.points.iter_mut().zip(&self.window).for_each(|(p, w)| *p *= w);
        let done = self.fft.process_with_scratch(&mut self.points, &mut self.output, &mut self.scratch);
        self.points.clear();
        let scale = self.scale;
        done.is_ok().then(|| self.output.iter().map(move |line| line.norm_sqr() * scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_add_up_to_the_power_of_the_sound() {
        let mut stretch = Stretch::new(1024);
        for turn in 0..2 {
            assert!(stretch.powers().is_none());
            let sine = |i: usize| (i as f32 * 0.3 + turn as f32).sin() * 0.5;
            stretch.extend((0..700).map(sine));
            assert_eq!(stretch.room(), 324);
            stretch.extend((700..9999).map(sine));
            let power: f32 = stretch.powers().unwrap().sum();
            assert!((power - 0.125).abs() < 1e-3, "{power}");
        }
    }
}
