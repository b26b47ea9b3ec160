//! The witness: whether what a receiver hears off the air is what was sent.
//!
//! A heart: it is given what was sent and what was heard, as both come, and judges once a second of what was sent. Between them
//! lie a delay that nobody knows, a processor that presses and cuts, a receiver's noise and its card's clock; so prints are
//! compared and not samples. The prints are those by which the catalogue recognises a recording ([`media::bands`]), taken
//! forty-seven times a second, with the bits left out that the sound itself leaves to chance.

mod judge;
mod print;
mod search;

use domain::{Finding, Frames, WitnessReading};
use media::bands::Window;

use crate::realtime::Frame;
use judge::{Heard, Judge};
use print::Printer;
use search::{Match, Prints};

/// The longest that the air may be behind what was sent: a satellite, a codec, a processor, a delay for the telephone.
pub const DELAY_MAX: Frames = Frames::from_secs(30);
/// What is judged at once.
const JUDGED: Frames = Frames::from_secs(8);
/// How often.
const EVERY: u64 = Frames::from_secs(1).0;
/// Prints of a second; forty-seven, less a rounding.
const PER_SECOND: f64 = 48_000.0 / print::STEP_FRAMES as f64;
const JUDGED_PRINTS: usize = (JUDGED.0 / print::STEP_FRAMES) as usize;
const DELAY_PRINTS_MAX: usize = (DELAY_MAX.0 / print::STEP_FRAMES) as usize;
/// A receiver that gave less than half of a second's sound has said nothing.
const NEW_PRINTS_MIN: usize = 23;

/// What is compared, and what came of it.
pub struct Witness {
    sent: Printer,
    heard: Printer,
    sent_prints: Prints,
    heard_prints: Prints,
    /// What was heard since the last judgement.
    fresh: usize,
    frames: u64,
    delay: Option<usize>,
    likeness: Option<f32>,
    judge: Judge,
}

impl Default for Witness {
    fn default() -> Self {
        Self {
            sent: Printer::new(),
            heard: Printer::new(),
            sent_prints: Prints::keeping(JUDGED_PRINTS + DELAY_PRINTS_MAX),
            heard_prints: Prints::keeping(JUDGED_PRINTS),
            fresh: 0,
            frames: 0,
            delay: None,
            likeness: None,
            judge: Judge::default(),
        }
    }
}

impl Witness {
    /// Takes the next frames that were sent; judges when a second of them is over.
    pub fn sent(&mut self, sound: &[Frame]) {
        let Self { sent, sent_prints, .. } = self;
        sent.add(sound, |print, _| sent_prints.push(print));
        self.frames += sound.len() as u64;
        if self.frames >= EVERY {
            self.frames %= EVERY;
            self.judge();
        }
    }

    /// Takes the next frames that were heard.
    pub fn heard(&mut self, sound: &[Frame]) {
        let Self { heard, heard_prints, fresh, judge, .. } = self;
        heard.add(sound, |print, window: &Window| {
            heard_prints.push(print);
            judge.hear(window);
            *fresh += 1;
        });
    }

    /// The receiver was away: what it says from now on has nothing to do with what it said before.
    pub fn interrupted(&mut self) {
        (self.heard, self.fresh) = (Printer::new(), 0);
        self.heard_prints = Prints::keeping(JUDGED_PRINTS);
        self.judge.forget();
    }

    /// What it says now.
    pub fn reading(&self) -> WitnessReading {
        WitnessReading {
            state: self.judge.state(),
            delay_ms: self.delay.map(|n| (n as f64 / PER_SECOND * 1_000.0) as u32),
            likeness: self.likeness,
            level_dbfs: self.judge.level_dbfs(),
        }
    }

    /// What is wrong on the air now.
    pub fn finding(&self) -> Option<Finding> {
        self.judge.finding()
    }

    fn judge(&mut self) {
        if std::mem::take(&mut self.fresh) < NEW_PRINTS_MIN || !self.heard_prints.is_full() {
            self.likeness = None;
            return;
        }
        let found = search::search(&self.sent_prints, &self.heard_prints, self.delay);
        self.likeness = found.map(|found| found.likeness());
        if let Some(found) = found.filter(Match::is_sure) {
            self.delay = Some(found.delay);
        }
        // Until so much was sent, what is heard may have been sent before this process began.
        let may_reproach = self.sent_prints.is_full();
        self.judge.take(match found {
            Some(found) if found.is_sure() => Heard::Sent,
            Some(_) if may_reproach => Heard::Other,
            _ => Heard::NotJudged,
        });
    }
}

#[cfg(test)]
mod tests;
