//! What a source sounds like: whether anybody speaks, or a cable hums, whistles or carries direct current.
//!
//! A heart: it is given what the source sent and says what is wrong with it now. What is merely quiet is let be.

use domain::{Finding, Frames, Severity};

use crate::realtime::Frame;

/// Silent for this long, a source has lost its microphone.
pub const SILENT_MAX: Frames = Frames::from_secs(8);
/// A tone or noise as loud as can be, for this long, is nobody's programme.
const STEADY_MAX: Frames = Frames::from_secs(3);
/// An offset for this long is a fault of a sound card.
const OFFSET_MAX: Frames = Frames::from_secs(1);
/// Below this nobody hears anything: −60 dBFS.
const LOW: f32 = 1e-3;
/// As loud as a tone or noise gets: −6 dBFS as a mean. Programmes that are pressed as loud as this still move.
const FULL: f64 = 0.5;
/// A steady sound moves less than this from one window to the next: half a decibel.
const STEADY: f64 = 1.06;
/// An offset above this, −30 dBFS, is a fault.
const OFFSET: f64 = 0.0316;
/// Frames of a window: 100 ms.
const WINDOW: u32 = 4_800;

/// What is wrong with the sound of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is heard.
    Silent,
    /// A full-scale tone or noise.
    Steady,
    /// Direct current.
    Offset,
}

/// Listens to one source.
#[derive(Debug, Default)]
pub struct Hearing {
    frames: u32,
    peak: f32,
    power: f64,
    mean: [f64; 2],
    last_power: f64,
    silent: Frames,
    steady: Frames,
    offset: Frames,
}

impl Hearing {
    /// Takes the next frames that the source sent.
    pub fn take(&mut self, sound: &[Frame]) {
        for [left, right] in sound {
            self.peak = self.peak.max(left.abs()).max(right.abs());
            let (l, r) = (f64::from(*left), f64::from(*right));
            self.power += (l * l).max(r * r);
            self.mean = [self.mean[0] + l, self.mean[1] + r];
            self.frames += 1;
            if self.frames == WINDOW {
                self.judge();
            }
        }
    }

    /// What is wrong now; what hides the rest comes first.
    pub fn fault(&self) -> Option<Fault> {
        let rows = [
            (self.silent >= SILENT_MAX, Fault::Silent),
            (self.offset >= OFFSET_MAX, Fault::Offset),
            (self.steady >= STEADY_MAX, Fault::Steady),
        ];
        rows.into_iter().find(|(is, _)| *is).map(|(_, fault)| fault)
    }

    fn judge(&mut self) {
        let n = f64::from(WINDOW);
        let level = (self.power / n).sqrt();
        let span = Frames(u64::from(WINDOW));
        let count = |so_far: Frames, goes_on: bool| if goes_on { so_far + span } else { Frames::ZERO };
        self.silent = count(self.silent, self.peak < LOW);
        self.offset = count(self.offset, self.mean.iter().any(|m| (m / n).abs() > OFFSET));
        let steady = level < self.last_power * STEADY && self.last_power < level * STEADY;
        self.steady = count(self.steady, level >= FULL && steady);
        self.last_power = level;
        (self.frames, self.peak, self.power, self.mean) = (0, 0.0, 0.0, [0.0; 2]);
    }
}

impl Fault {
    /// The alarm about the source of this person.
    pub fn finding(self, who: &str) -> Finding {
        let (code, fr, en) = match self {
            Self::Silent => (
                "live.silent",
                format!(
                    "Le direct de {who} est muet depuis 8 s ; le plan passe. Vérifiez le micro et son bouton : l’antenne revient après 5 s de son."
                ),
                format!(
                    "{who}’s live sound has been silent for 8 s; the plan plays. Check the microphone and its switch: the air comes back after 5 s of sound."
                ),
            ),
            Self::Steady => (
                "live.steady",
                format!(
                    "Le direct de {who} ne porte qu’un son continu à pleine puissance depuis 3 s ; le plan passe. Vérifiez les câbles et les réglages."
                ),
                format!(
                    "{who}’s live sound has been one full-scale tone or noise for 3 s; the plan plays. Check cables and settings."
                ),
            ),
            Self::Offset => (
                "live.dc",
                format!(
                    "Le direct de {who} porte une tension continue depuis plus d’une seconde ; le plan passe. Changez de carte son ou d’entrée."
                ),
                format!(
                    "{who}’s live sound has carried a constant offset for more than a second; the plan plays. Change the sound card or its input."
                ),
            ),
        };
        Finding { code: code.to_owned(), severity: Severity::Blocking, at_s: None, fr, en }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many tenths of a second a sound is found at fault, and for what.
    fn found(tenths: usize, sound: impl Fn(usize) -> f32) -> Option<(usize, Fault)> {
        let mut hearing = Hearing::default();
        (1..=tenths).find_map(|n| {
            let frames: Vec<Frame> = ((n - 1) * 4_800..n * 4_800).map(|i| [sound(i); 2]).collect();
            hearing.take(&frames);
            hearing.fault().map(|fault| (n, fault))
        })
    }

    fn noise(i: usize) -> f32 {
        let x = (i as u32).wrapping_mul(2_654_435_761) ^ 0x5bd1_e995;
        (x.wrapping_mul(x | 1) >> 8) as f32 / 8_388_608.0 - 1.0
    }

    #[test]
    fn a_dead_line_is_told_from_a_pause_and_a_whistle_from_loud_music() {
        type Sound = fn(usize) -> f32;
        type Row = (&'static str, Sound, Option<(usize, Fault)>);
        let rows: [Row; 8] = [
            ("nothing", |_| 0.0, Some((80, Fault::Silent))),
            ("the noise of an open line", |i| noise(i) * 5e-4, Some((80, Fault::Silent))),
            ("a pause of seven seconds", |i| if i % 384_000 < 336_000 { 0.0 } else { 0.2 * noise(i) }, None),
            ("a full-scale tone", |i| (i as f32 * 0.1309).sin(), Some((31, Fault::Steady))),
            ("full-scale noise", noise, Some((31, Fault::Steady))),
            ("a line-up tone", |i| 0.125 * (i as f32 * 0.1309).sin(), None),
            ("loud music", |i| noise(i) * (1.0 - 0.5 * ((i % 24_000) as f32 / 24_000.0)), None),
            ("an offset", |i| 0.05 + 0.2 * noise(i), Some((10, Fault::Offset))),
        ];
        for (name, sound, want) in rows {
            assert_eq!(found(100, sound), want, "{name}");
        }
    }
}
