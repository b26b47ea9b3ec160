//! A bed that tells the language by its scale and the programme by its tune.

use super::markers::MUSIC_TOP_HZ;
use super::tone::{STEP_FRAMES, Tone};

/// How the music moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// A pad with a sparse melody: lies under speech for an hour without tiring.
    Programme,
    /// A quick figure: something begins or ends.
    Jingle,
    /// A pad alone: nothing is promised.
    Calm,
}

/// Root in hertz and the semitones of the scale, by station language.
const SCALES: [(&str, f64, [u8; 5]); 8] = [
    ("fr", 174.61, [0, 2, 4, 7, 9]),
    ("bm", 196.00, [0, 3, 5, 7, 10]),
    ("son", 164.81, [0, 2, 5, 7, 10]),
    ("tmh", 146.83, [0, 3, 5, 7, 10]),
    ("ff", 207.65, [0, 2, 4, 7, 9]),
    ("dts", 155.56, [0, 2, 5, 7, 9]),
    ("ar", 138.59, [0, 1, 5, 7, 8]),
    ("mul", 184.99, [0, 2, 4, 7, 11]),
];

/// One swell of a pad voice; three of them, a third apart, keep the sum of their envelopes constant.
const SWELL_STEPS: u64 = 1200;
/// Four swells make the loop of [`Mood::Calm`]: 48 s, after which it stands where it began.
pub const CALM_LOOP_STEPS: u64 = 4 * SWELL_STEPS;
const PAD_AMPLITUDE: f32 = 0.058;
const MELODY_AMPLITUDE: f32 = 0.085;

/// A never-ending bed, computed in steps of 10 ms.
#[derive(Debug)]
pub struct Music {
    scale: Vec<f64>,
    mood: Mood,
    seed: u64,
    step: u64,
    beat_steps: u64,
    pad: [Tone; 3],
    melody: Tone,
    struck: f32,
}

impl Music {
    /// The bed of a language (an umbrella tag; unknown ones sound like `mul`) and of whatever `name` is.
    pub fn new(language: &str, name: &str, mood: Mood) -> Self {
        let seed = u64::from_le_bytes(first_eight(blake3::hash(name.as_bytes()).as_bytes()));
        let (_, root, semitones) = SCALES.iter().find(|(l, ..)| *l == language).unwrap_or(&SCALES[7]);
        let scale = semitones.map(|s| whole_cycles(root * 2f64.powf(f64::from(s) / 12.0))).to_vec();
        let beat_steps = match mood {
            Mood::Jingle => 25,
            _ => 60 + seed % 5 * 10,
        };
        let silent = Tone::new(scale[0]);
        let pad = [silent.clone(), silent.clone(), silent.clone()];
        Self { scale, mood, seed, step: 0, beat_steps, pad, melody: silent, struck: 0.0 }
    }

    /// Adds the next step to `out`, as loud as `gain` says.
    pub fn add(&mut self, out: &mut [f32; STEP_FRAMES], gain: f32) {
        for voice in 0..3 {
            self.add_pad(voice, out, gain);
        }
        if self.mood != Mood::Calm {
            self.add_melody(out, gain);
        }
        self.step += 1;
    }

    fn add_pad(&mut self, voice: usize, out: &mut [f32; STEP_FRAMES], gain: f32) {
        let step = self.step + voice as u64 * SWELL_STEPS / 3;
        let (swell, at) = (step / SWELL_STEPS, step % SWELL_STEPS);
        if at == 0 || self.step == 0 {
            // A chord of three scale tones that walks; `% 4` closes the circle of the calm loop.
            let degree =
                [0usize, 2, 3][voice] + [0, 3, 1, 4][(swell % 4) as usize] * usize::from(self.seed % 7 != voice as u64);
            self.pad[voice].tune(self.scale[degree % self.scale.len()]);
        }
        let height = (std::f32::consts::PI * (at + 1) as f32 / SWELL_STEPS as f32).sin();
        let height = if at + 1 == SWELL_STEPS { 0.0 } else { height * height };
        self.pad[voice].add(out, PAD_AMPLITUDE * height * gain);
    }

    fn add_melody(&mut self, out: &mut [f32; STEP_FRAMES], gain: f32) {
        let (beat, at) = (self.step / self.beat_steps, self.step % self.beat_steps);
        if at == 0 {
            let draw = mixed(self.seed ^ (beat % 32).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let rest = self.mood == Mood::Programme && draw.is_multiple_of(3);
            self.struck = if rest { 0.0 } else { MELODY_AMPLITUDE };
            let note = 2.0 * self.scale[(draw >> 8) as usize % self.scale.len()];
            self.melody.tune(if note < MUSIC_TOP_HZ { note } else { note / 2.0 });
        }
        // Struck in 10 ms, dying away, silent before the next: the pitch may then jump unheard.
        let decay = (-(at as f32) / 35.0).exp();
        let left = (self.beat_steps - 1 - at).min(4) as f32 / 4.0;
        self.melody.add(out, self.struck * decay * left * gain);
    }
}

/// The nearest frequency that makes a whole number of cycles in 4 s, a third of a swell: every note of the calm loop then
/// ends in the phase in which it began, and the loop has no seam. Never more than 2 cents away.
fn whole_cycles(hz: f64) -> f64 {
    (hz * 4.0).round() / 4.0
}

fn first_eight(hash: &[u8; 32]) -> [u8; 8] {
    let mut eight = [0; 8];
    eight.copy_from_slice(&hash[..8]);
    eight
}

/// The finalizer of `SplitMix64`: every bit of the answer hangs on every bit of `x`.
const fn mixed(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
