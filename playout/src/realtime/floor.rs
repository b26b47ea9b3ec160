//! Rung 0: a short loop made of arithmetic, needing no file.

use std::f32::consts::TAU;

use domain::SAMPLE_RATE_HZ;

use super::block::Frame;

/// Seconds of the loop. Every partial has a whole number of periods in it, so that its seam cannot be heard.
const LOOP_S: usize = 4;

/// A soft open fifth with a slow swell and four quiet chimes: recognisable as "the station is here, the programme is not",
/// about −27 dBFS, never silent for as long as a silence detector waits.
pub struct Floor {
    mono: Box<[f32]>,
    next: usize,
}

impl Default for Floor {
    fn default() -> Self {
        Self::new()
    }
}

impl Floor {
    /// Computes the loop: 768 KiB. Called before the line is crossed.
    pub fn new() -> Self {
        let rate = SAMPLE_RATE_HZ as usize;
        let mono = (0..LOOP_S * rate).map(|i| sample(i as f32 / rate as f32)).collect();
        Self { mono, next: 0 }
    }

    /// The next frame, for ever.
    pub(super) fn next_frame(&mut self) -> Frame {
        let s = self.mono.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        if self.next >= self.mono.len() {
            self.next = 0;
        }
        [s, s]
    }
}

fn sample(t: f32) -> f32 {
    let swell = 0.75 + 0.25 * (TAU * t / LOOP_S as f32).cos();
    let drone = (TAU * 147.0 * t).sin() * 0.030 + (TAU * 220.5 * t).sin() * 0.024 + (TAU * 294.0 * t).sin() * 0.012;
    swell * drone + chime(t)
}

/// One note of a pentatonic figure each second, rising in 8 ms and gone before the next.
fn chime(t: f32) -> f32 {
    const NOTES_HZ: [f32; LOOP_S] = [588.0, 735.0, 882.0, 661.5];
    let since = t.fract();
    let note = NOTES_HZ.get(t as usize % LOOP_S).copied().unwrap_or(588.0);
    let rise = (since / 0.008).min(1.0);
    let gone = (1.0 - since) * (1.0 - since);
    rise * gone * (-3.0 * since).exp() * 0.06 * (TAU * note * since).sin()
}
