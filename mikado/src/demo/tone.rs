//! Sines with slow envelopes: all the music that the demonstration needs, and the best that FLAC can pack.

use std::f64::consts::TAU;

/// Frames between two points of an envelope: 10 ms.
pub const STEP_FRAMES: usize = 480;
const RATE: f64 = 48_000.0;
/// Samples that are computed side by side.
const LANES: usize = 8;

/// One sine whose phase never jumps, whatever its frequency and amplitude do.
#[derive(Clone, Debug)]
pub struct Tone {
    /// In turns, 0 to 1.
    phase: f64,
    hz: f64,
    /// `e^(iωk)` for each lane, and `e^(iω·LANES)`.
    lanes: [(f32, f32); LANES],
    stride: (f32, f32),
    amplitude: f32,
}

impl Tone {
    /// A silent sine of `hz`.
    pub fn new(hz: f64) -> Self {
        let mut tone = Self { phase: 0.0, hz, lanes: [(1.0, 0.0); LANES], stride: (1.0, 0.0), amplitude: 0.0 };
        tone.tune(hz);
        tone
    }

    /// Changes the frequency; the phase goes on.
    pub fn tune(&mut self, hz: f64) {
        self.hz = hz;
        for (k, lane) in self.lanes.iter_mut().enumerate() {
            *lane = turn(hz * k as f64 / RATE);
        }
        self.stride = turn(hz * LANES as f64 / RATE);
    }

    /// Adds one step of sound to `out`, the amplitude moving in a straight line to `amplitude`.
    pub fn add(&mut self, out: &mut [f32; STEP_FRAMES], amplitude: f32) {
        let from = std::mem::replace(&mut self.amplitude, amplitude);
        let at = self.phase;
        self.phase = (self.phase + self.hz * STEP_FRAMES as f64 / RATE).fract();
        if from == 0.0 && amplitude == 0.0 {
            return;
        }
        let (c, s) = turn(at);
        let mut re = self.lanes.map(|(a, b)| c * a - s * b);
        let mut im = self.lanes.map(|(a, b)| c * b + s * a);
        let slope = (amplitude - from) / STEP_FRAMES as f32;
        let mut gain = from;
        let (wc, ws) = self.stride;
        for chunk in out.chunks_exact_mut(LANES) {
            for k in 0..LANES {
                chunk[k] += (gain + slope * k as f32) * im[k];
                let (r, i) = (re[k], im[k]);
                re[k] = r * wc - i * ws;
                im[k] = r * ws + i * wc;
            }
            gain += slope * LANES as f32;
        }
    }
}

fn turn(turns: f64) -> (f32, f32) {
    let (s, c) = (turns * TAU).sin_cos();
    (c as f32, s as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_a_sine_for_hours() {
        let mut tone = Tone::new(1000.0);
        let mut out = [0.0; STEP_FRAMES];
        tone.add(&mut out, 1.0);
        for _ in 0..360_000 {
            tone.phase = (tone.phase + tone.hz * STEP_FRAMES as f64 / RATE).fract();
        }
        out.fill(0.0);
        tone.add(&mut out, 1.0);
        for (i, v) in out.iter().enumerate() {
            let exact = (TAU * 1000.0 * i as f64 / RATE).sin();
            assert!((f64::from(*v) - exact).abs() < 1e-4, "{i}: {v} {exact}");
        }
    }
}
