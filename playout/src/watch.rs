//! The watch over what went out: faults of the sound itself, which no plan and no deck can know of.
//!
//! A heart: it is given the frames of a tap and says what it finds; whoever owns the tap shows it. Silence is watched where it
//! can be acted upon, in the mixer.

use domain::{Finding, Frames, Severity};

use crate::realtime::{BLOCK_FRAMES, Frame};

/// Frames over which a reading is made: one second.
const SPAN: u32 = 48_000;
/// An offset of the mean above this, −30 dBFS, is a fault of what feeds us; no programme has it for a second.
const DC_MAX: f64 = 0.0316;
/// Below this a channel is dead while the other lives: −60 and −40 dBFS, as means.
const DEAD: f64 = 1e-3;
const ALIVE: f64 = 1e-2;
/// Correlation of the channels below which a receiver in mono hears next to nothing.
const AGAINST: f64 = -0.5;
/// How long a channel may be dead or turned round: longer than any effect of a production (30 s).
const CHANNEL_MAX: Frames = Frames::from_secs(30);
/// How long the same block may be heard again and again: 300 ms is a machine gun.
const STUCK_MAX: Frames = Frames::from_millis(300);

/// What is looked for.
#[derive(Debug)]
pub struct SoundWatch {
    sums: Sums,
    dead: Frames,
    against: Frames,
    dc: bool,
    block: [Frame; BLOCK_FRAMES],
    filled: usize,
    last: Option<Box<[Frame; BLOCK_FRAMES]>>,
    stuck: Frames,
}

#[derive(Debug, Default)]
struct Sums {
    frames: u32,
    mean: [f64; 2],
    power: [f64; 2],
    cross: f64,
}

impl Default for SoundWatch {
    fn default() -> Self {
        let block = [[0.0; 2]; BLOCK_FRAMES];
        let (dead, against, stuck) = (Frames::ZERO, Frames::ZERO, Frames::ZERO);
        Self { sums: Sums::default(), dead, against, dc: false, block, filled: 0, last: None, stuck }
    }
}

impl SoundWatch {
    /// Takes the next frames that went out, in order.
    pub fn take(&mut self, sound: &[Frame]) {
        for frame in sound {
            self.sums.add(*frame);
            if self.sums.frames == SPAN {
                self.judge();
            }
            if let Some(place) = self.block.get_mut(self.filled) {
                *place = *frame;
            }
            self.filled += 1;
            if self.filled == BLOCK_FRAMES {
                self.compare();
            }
        }
    }

    /// What is wrong now.
    pub fn findings(&self) -> Vec<Finding> {
        let rows = [
            (self.dc, DC),
            (self.dead >= CHANNEL_MAX, ONE_CHANNEL),
            (self.against >= CHANNEL_MAX, PHASE),
            (self.stuck > STUCK_MAX, STUCK),
        ];
        rows.into_iter().filter(|(is, _)| *is).map(|(_, said)| finding(said)).collect()
    }

    fn judge(&mut self) {
        let sums = std::mem::take(&mut self.sums);
        let n = f64::from(SPAN);
        self.dc = sums.mean.iter().any(|m| (m / n).abs() > DC_MAX);
        let [left, right] = sums.power.map(|p| (p / n).sqrt());
        let span = Frames(u64::from(SPAN));
        let count = |so_far: Frames, goes_on: bool| if goes_on { so_far + span } else { Frames::ZERO };
        self.dead = count(self.dead, left.min(right) < DEAD && left.max(right) > ALIVE);
        let both = left.min(right) > DEAD;
        self.against = count(self.against, both && sums.cross / n / (left * right) < AGAINST);
    }

    /// Whether a block is the one before once more, and more than silence.
    fn compare(&mut self) {
        self.filled = 0;
        let sounds = self.block.iter().flatten().any(|s| s.abs() > 1e-3);
        let again = sounds && self.last.as_deref() == Some(&self.block) && self.has_seam();
        self.stuck = if again { self.stuck + Frames(BLOCK_FRAMES as u64) } else { Frames::ZERO };
        **self.last.get_or_insert_with(|| Box::new([[0.0; 2]; BLOCK_FRAMES])) = self.block;
    }

    /// Whether the block's end does not lead to its beginning: a tone whose period fits into a block repeats too, and has
    /// no seam.
    fn has_seam(&self) -> bool {
        let step = |a: &Frame, b: &Frame| (a[0] - b[0]).abs().max((a[1] - b[1]).abs());
        let inside = self.block.windows(2).map(|w| step(&w[0], &w[1])).fold(0.0f32, f32::max);
        self.block.last().zip(self.block.first()).is_some_and(|(last, first)| step(last, first) > 1.5 * inside)
    }
}

impl Sums {
    fn add(&mut self, [left, right]: Frame) {
        let (l, r) = (f64::from(left), f64::from(right));
        self.mean = [self.mean[0] + l, self.mean[1] + r];
        self.power = [self.power[0] + l * l, self.power[1] + r * r];
        self.cross += l * r;
        self.frames += 1;
    }
}

type Said = (&'static str, &'static str, &'static str);

const DC: Said = (
    "air.dc",
    "L’antenne porte une tension continue depuis plus d’une seconde. Écoutez l’élément en cours et remplacez-le ; vérifiez l’entrée si c’est un direct.",
    "The air has carried a constant offset for more than a second. Listen to what is on and replace it; check the input if it is live.",
);
const ONE_CHANNEL: Said = (
    "air.channel",
    "Un des deux canaux de l’antenne est muet depuis 30 s. Écoutez l’élément en cours ; vérifiez les câbles si c’est un direct.",
    "One of the two channels has been dead for 30 s. Listen to what is on; check the cables if it is live.",
);
const PHASE: Said = (
    "air.phase",
    "Les deux canaux s’annulent depuis 30 s : un poste en mono n’entend presque rien. Remplacez l’élément en cours ou retournez un canal.",
    "The two channels have cancelled each other for 30 s: a receiver in mono hears next to nothing. Replace what is on, or turn one channel round.",
);
const STUCK: Said = (
    "air.stuck",
    "Le même fragment se répète sur l’antenne. Si cela dure, redémarrez le processus de ce site.",
    "The same fragment repeats on the air. If it lasts, restart this site's process.",
);

fn finding((code, fr, en): Said) -> Finding {
    Finding { code: code.to_owned(), severity: Severity::Warning, at_s: None, fr: fr.to_owned(), en: en.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found after so many seconds of a sound.
    fn found(seconds: usize, sound: impl Fn(usize) -> Frame) -> Vec<String> {
        let mut watch = SoundWatch::default();
        let frames: Vec<Frame> = (0..seconds * 48_000).map(sound).collect();
        frames.chunks(960).for_each(|chunk| watch.take(chunk));
        watch.findings().into_iter().map(|f| f.code).collect()
    }

    fn sine(hz: f64, i: usize) -> f32 {
        (0.2 * (std::f64::consts::TAU * hz * i as f64 / 48_000.0).sin()) as f32
    }

    #[test]
    fn each_fault_is_found_after_its_time_and_nothing_else_is() {
        type Sound = fn(usize) -> Frame;
        let rows: [(&str, usize, Sound, &[&str]); 10] = [
            ("a tone", 31, |i| [sine(441.3, i), sine(441.3, i)], &[]),
            ("silence", 31, |_| [0.0; 2], &[]),
            ("an offset", 1, |i| [sine(441.3, i) + 0.1, 0.1], &["air.dc"]),
            ("one channel for half a minute", 30, |i| [sine(441.3, i), 0.0], &["air.channel"]),
            ("one channel for less", 29, |i| [sine(441.3, i), 0.0], &[]),
            ("channels against each other", 30, |i| [sine(441.3, i), -sine(441.3, i)], &["air.phase"]),
            ("wide stereo", 31, |i| [sine(441.3, i), sine(523.7, i)], &[]),
            ("one block again and again", 1, |i| [sine(441.3, i % 480), sine(441.3, i % 480)], &["air.stuck"]),
            ("a line-up tone", 31, |i| [sine(1_000.0, i % 48), sine(1_000.0, i % 48)], &[]),
            ("a second of blocks that differ", 1, |i| [sine(441.3, i % 960), sine(441.3, i % 960)], &[]),
        ];
        for (name, seconds, sound, want) in rows {
            assert_eq!(found(seconds, sound), want, "{name}");
        }
    }
}
