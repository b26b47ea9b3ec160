//! Linear filters: impulse responses of windowed sincs, and the dot product that runs them.

use std::f64::consts::PI;

/// A low-pass as a continuous impulse response: a sinc under a Kaiser window.
#[derive(Clone, Copy, Debug)]
pub(super) struct LowPass {
    /// Where it has fallen by 6 dB.
    pub cutoff_hz: f64,
    /// Half its length; nothing beyond.
    pub half_s: f64,
    /// The Kaiser window's shape: 9 keeps 90 dB, 12 keeps 118 dB.
    pub beta: f64,
}

impl LowPass {
    /// The response `t_s` after its middle, per second.
    pub fn at(&self, t_s: f64) -> f64 {
        let x = 2.0 * self.cutoff_hz * t_s;
        let sinc = if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) };
        2.0 * self.cutoff_hz * sinc * kaiser(t_s / self.half_s, self.beta)
    }

    /// How the response changes there, per second squared; the step is a hundredth of a microsecond, far below its period.
    pub fn slope_at(&self, t_s: f64) -> f64 {
        const STEP_S: f64 = 1e-8;
        (self.at(t_s + STEP_S) - self.at(t_s - STEP_S)) / (2.0 * STEP_S)
    }
}

/// The Kaiser window at `x` from −1 to 1; nothing outside.
pub(super) fn kaiser(x: f64, beta: f64) -> f64 {
    if x.abs() > 1.0 {
        return 0.0;
    }
    bessel_i0(beta * (1.0 - x * x).sqrt()) / bessel_i0(beta)
}

/// The modified Bessel function of the first kind, order zero, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..60 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

/// The sum of products, in eight lanes that the compiler makes vectors of. Lengths are equal and multiples of eight.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// What a filter remembers: the last samples before the block, then the block.
#[derive(Debug)]
pub(super) struct Line {
    samples: Box<[f32]>,
    /// How many samples before the block.
    past: usize,
}

impl Line {
    /// Room for a block behind `past` samples of silence.
    pub fn new(past: usize, block: usize) -> Self {
        Self { samples: vec![0.0; past + block].into_boxed_slice(), past }
    }

    /// Moves on by a block: what was its end is now the past, and the room behind it is to be filled.
    pub fn next(&mut self) -> &mut [f32] {
        let block = self.samples.len() - self.past;
        self.samples.copy_within(block.., 0);
        self.samples.get_mut(self.past..).unwrap_or_default()
    }

    /// The past and the block.
    pub fn all(&self) -> &[f32] {
        &self.samples
    }
}
