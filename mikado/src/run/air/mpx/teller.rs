//! From words to groups: the RDS encoder of the running multiplex, and at what time each of its groups will sound.

use std::sync::Arc;

use domain::Frames;
use hardware::mpx::MPX_RATE_HZ;
use hardware::rds::{Encoder, Group, Said};
use jiff::{SignedDuration, Timestamp};

use super::words::{Told, Words};
use crate::clock::WallClock;

/// Makes the groups of a multiplex that goes on for ever.
pub struct Teller {
    words: Arc<Words>,
    clock: WallClock,
    encoder: Option<Encoder>,
    /// Samples made before the present block.
    made: u64,
    /// When the present block begins to sound; `None` while nobody knows the time.
    begins: Option<Timestamp>,
}

impl Teller {
    pub fn new(words: Arc<Words>, clock: WallClock) -> Self {
        Self { words, clock, encoder: None, made: 0, begins: None }
    }

    /// What is said now; `None` while nothing is.
    pub fn said(&self) -> Option<&Said> {
        self.encoder.as_ref().map(Encoder::said)
    }

    /// A block begins that will sound `ahead` from now.
    pub fn begin_block(&mut self, ahead: Frames) {
        self.begins = self.words.time_is_known().then(|| self.clock.now() + ahead.as_duration());
        let Some(Told { said, announces }) = self.words.take() else { return };
        let encoder = match &mut self.encoder {
            Some(encoder) => {
                encoder.say(said);
                encoder
            }
            none => none.insert(Encoder::new(said)),
        };
        encoder.announce(if announces { Encoder::ANNOUNCEMENT_MAX } else { SignedDuration::ZERO });
    }

    /// The block is made.
    pub fn end_block(&mut self, samples: u64) {
        self.made += samples;
    }

    /// The group whose first bit stands at `sample`, counted from the coder's first.
    pub fn group(&mut self, sample: u64) -> Option<Group> {
        let encoder = self.encoder.as_mut()?;
        let after_s = sample.saturating_sub(self.made) as f64 / f64::from(MPX_RATE_HZ);
        let after = SignedDuration::from_nanos((after_s * 1e9) as i64);
        Some(encoder.group(self.begins.and_then(|begins| begins.checked_add(after).ok())))
    }
}
