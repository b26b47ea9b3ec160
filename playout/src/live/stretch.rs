//! A resampler whose ratio moves by parts in a million: two crystals that are never quite the same speed.
//!
//! A sinc of 48 taps under a Kaiser window, kept at 512 places between two frames and interpolated between those: flat to
//! 20 kHz and 80 dB down beside it. Where the ratio is exactly one it passes every frame untouched, 24 frames later.

use std::f64::consts::PI;

use media::window::kaiser;

use crate::realtime::{Frame, SILENCE};

/// Frames of the source that one frame of the output is made of.
pub const TAPS: usize = 48;
/// Places between two frames for which the sinc is kept.
const PLACES: usize = 512;
/// Kaiser's shape for 80 dB.
const BETA: f64 = 7.857;

/// The sinc at every place: rows of [`TAPS`], one more than [`PLACES`].
pub struct Stretch {
    rows: Box<[[f32; TAPS]]>,
    /// Where between two frames of the source the next frame lies, 0 to 1.
    place: f64,
}

impl Default for Stretch {
    fn default() -> Self {
        let rows = (0..=PLACES).map(|n| row(n as f64 / PLACES as f64)).collect();
        Self { rows, place: 0.0 }
    }
}

impl Stretch {
    /// Frames of the source that must lie ready for `length` frames at `step`.
    pub fn needs(&self, length: usize, step: f64) -> usize {
        TAPS + (self.place + step * length as f64) as usize + 1
    }

    /// Fills `out` from `source`, of which each frame of the output uses up `step` frames, and answers how many whole frames
    /// are used up. The source must be as long as [`Stretch::needs`] says; what it lacks is silence.
    pub fn render(&mut self, source: &[Frame], step: f64, out: &mut [Frame]) -> usize {
        let mut used = 0;
        for frame in out.iter_mut() {
            *frame = source.get(used..used + TAPS).map_or(SILENCE, |taps| self.frame(taps));
            self.place += step;
            let whole = self.place as usize;
            used += whole;
            self.place -= whole as f64;
        }
        used
    }

    fn frame(&self, taps: &[Frame]) -> Frame {
        let scaled = self.place * PLACES as f64;
        let (n, between) = (scaled as usize, scaled.fract() as f32);
        let (Some(near), Some(far)) = (self.rows.get(n), self.rows.get(n + 1)) else { return SILENCE };
        let mut sum = [0.0f32; 2];
        for ((tap, near), far) in taps.iter().zip(near).zip(far) {
            let weight = near + (far - near) * between;
            sum[0] += tap[0] * weight;
            sum[1] += tap[1] * weight;
        }
        sum
    }
}

/// The sinc `place` of a frame behind the middle.
fn row(place: f64) -> [f32; TAPS] {
    let half = TAPS as f64 / 2.0;
    let weights: [f64; TAPS] = std::array::from_fn(|i| {
        let x = i as f64 - (half - 1.0) - place;
        sinc(x) * kaiser(x / half, BETA)
    });
    // Every place passes a constant at the same level.
    let sum: f64 = weights.iter().sum();
    weights.map(|w| (w / sum) as f32)
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is beside a tone in decibels of the tone, after it was stretched by `ppm`.
    fn beside_db(hz: f64, ppm: f64) -> f64 {
        let step = 1.0 + ppm * 1e-6;
        let source: Vec<Frame> =
            (0..50_000).map(|i| [(0.5 * (f64::from(i) / 48_000.0 * hz * 2.0 * PI).sin()) as f32; 2]).collect();
        let mut out = vec![SILENCE; 48_000];
        Stretch::default().render(&source, step, &mut out);
        let angle = |i: usize| (i as f64 * step + 23.0) / 48_000.0 * hz * 2.0 * PI;
        // Least squares: the stretched tone has no whole number of periods.
        let (mut ss, mut sc, mut cc, mut ys, mut yc) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (i, f) in out.iter().enumerate() {
            let ((s, c), y) = (angle(i).sin_cos(), f64::from(f[0]));
            (ss, sc, cc, ys, yc) = (ss + s * s, sc + s * c, cc + c * c, ys + y * s, yc + y * c);
        }
        let det = ss * cc - sc * sc;
        let (s, c) = ((ys * cc - yc * sc) / det, (yc * ss - ys * sc) / det);
        assert!((20.0 * (s.hypot(c) / 0.5).log10()).abs() < 0.05, "{hz} Hz keeps its level");
        let rest = |(i, f): (usize, &Frame)| (f64::from(f[0]) - s * angle(i).sin() - c * angle(i).cos()).powi(2);
        let left: f64 = out.iter().enumerate().map(rest).sum();
        10.0 * (left / (0.125 * 48_000.0)).log10()
    }

    #[test]
    fn a_tone_is_stretched_clean() {
        for (hz, ppm, most_db) in
            [(997.0, 0.0, -120.0), (997.0, 200.0, -92.0), (10_007.0, -1_000.0, -78.0), (15_013.0, 200.0, -75.0)]
        {
            let beside = beside_db(hz, ppm);
            assert!(beside < most_db, "{hz} Hz at {ppm} ppm: {beside:.1} dB");
        }
    }

    #[test]
    fn at_equal_speed_every_frame_passes_untouched() {
        let source: Vec<Frame> = (0..1_000).map(|i| [(i * 7 % 100) as f32 / 100.0, (i % 3) as f32]).collect();
        let mut out = vec![SILENCE; 500];
        let mut stretch = Stretch::default();
        assert!(stretch.needs(500, 1.0) <= source.len());
        assert_eq!(stretch.render(&source, 1.0, &mut out), 500);
        assert!(out.iter().zip(&source[TAPS / 2 - 1..]).all(|(o, s)| (o[0] - s[0]).abs() + (o[1] - s[1]).abs() < 1e-6));
    }
}
