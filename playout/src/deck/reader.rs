//! One sound being read ahead into a feed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::Frames;

use super::pool::Pool;
use super::sound::Sound;
use crate::error::{Error, Result};
use crate::realtime::{Chunk, Filler};

/// A sound, how far it was read, and the feed that it fills.
pub(super) struct Reader {
    sound: Box<dyn Sound>,
    filler: Filler,
    capacity: usize,
    next: Frames,
    repeat: bool,
    over: bool,
}

/// What one step of reading did.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing: the feed is full, the sound is over or no chunk is free.
    Idle,
    /// One more chunk is in the feed.
    Filled,
    /// The sound cannot be read from this frame on; what was good before it is in the feed.
    Failed(Frames, Error),
}

impl Reader {
    /// Reads from `from` on, to the end or (`repeat`) round and round.
    pub(super) fn new(sound: Box<dyn Sound>, filler: Filler, from: Frames, repeat: bool) -> Self {
        let capacity = filler.slots();
        Self { sound, filler, capacity, next: from, repeat, over: false }
    }

    /// Chunks waiting in the feed.
    pub(super) fn ahead(&self) -> usize {
        self.capacity.saturating_sub(self.filler.slots())
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn length(&self) -> Frames {
        self.sound.length()
    }

    /// Fills one chunk and hands it over.
    pub(super) fn step(&mut self, pool: &mut Pool) -> Step {
        if self.over || self.filler.slots() == 0 {
            return Step::Idle;
        }
        let Some(mut chunk) = pool.take() else { return Step::Idle };
        let (filled, end) = self.fill(&mut chunk);
        chunk.set_length(filled);
        self.next += Frames(filled as u64);
        if filled == 0 {
            pool.give(chunk);
        } else if let Err(back) = self.filler.push(chunk) {
            pool.give(back);
        }
        match end {
            Ok(false) => Step::Filled,
            Ok(true) => {
                self.finish();
                Step::Filled
            }
            Err(e) => {
                self.finish();
                Step::Failed(self.next, e)
            }
        }
    }

    fn finish(&mut self) {
        self.over = true;
        self.filler.finish();
    }

    /// Fills the chunk as far as the sound goes; says whether the sound is over.
    fn fill(&mut self, chunk: &mut Chunk) -> (usize, Result<bool>) {
        let room = chunk.room();
        let mut filled = 0;
        let mut rounds_empty = 0;
        while filled < room.len() {
            match guarded(|| self.sound.read(&mut room[filled..])) {
                Ok(0) if self.repeat && rounds_empty < 2 => {
                    rounds_empty += 1;
                    if let Err(e) = guarded(|| self.sound.seek(Frames::ZERO)) {
                        return (filled, Err(e));
                    }
                }
                Ok(0) => return (filled, Ok(true)),
                Ok(n) => {
                    rounds_empty = 0;
                    filled += n;
                }
                Err(e) => return (filled, Err(e)),
            }
        }
        (filled, Ok(false))
    }
}

/// Runs a decoder so that its panic is this sound's fault and nobody else's.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::Damaged { what: "being read".to_owned(), why: "its decoder gave up".to_owned() })
    })
}
