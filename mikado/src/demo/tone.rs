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
    /// `e^(iωk)` for each lane.
    lanes: [(f32, f32); LANES],
    /// `2 cos(ω·LANES)`: each lane goes on by `next = turn · this − before`, one multiplication a sample.
    turn: f32,
    /// `e^(−iω·LANES)`, which leads to the sample before.
    back: (f32, f32),
    amplitude: f32,
}

impl Tone {
    /// A silent sine of `hz`.
    pub fn new(hz: f64) -> Self {
        let mut tone = Self { phase: 0.0, hz, lanes: [(1.0, 0.0); LANES], turn: 2.0, back: (1.0, 0.0), amplitude: 0.0 };
        tone.tune(hz);
        tone
    }

    /// Changes the frequency; the phase goes on.
    pub fn tune(&mut self, hz: f64) {
        self.hz = hz;
        for (k, lane) in self.lanes.iter_mut().enumerate() {
            *lane = turn(hz * k as f64 / RATE);
        }
        self.back = turn(-hz * LANES as f64 / RATE);
        self.turn = 2.0 * self.back.0;
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
        let mut this = self.lanes.map(|(a, b)| c * b + s * a);
        let (c, s) = (c * self.back.0 - s * self.back.1, c * self.back.1 + s * self.back.0);
        let mut before = self.lanes.map(|(a, b)| c * b + s * a);
        let slope = (amplitude - from) / STEP_FRAMES as f32;
        let mut gains: [f32; LANES] = std::array::from_fn(|k| from + slope * k as f32);
        let rise = slope * LANES as f32;
        let (chunks, _) = out.as_chunks_mut::<LANES>();
        for chunk in chunks {
            for k in 0..LANES {
                chunk[k] += gains[k] * this[k];
                gains[k] += rise;
                let next = self.turn * this[k] - before[k];
                before[k] = this[k];
                this[k] = next;
            }
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
