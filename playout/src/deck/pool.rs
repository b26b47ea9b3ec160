//! Chunks that go round between decks and voices: made once, never freed, never more than a fixed number.

use crate::realtime::Chunk;

/// All decks together hold 40 s of sound: 15 MiB, the greater part of what an air process may use.
pub(super) const MAX_CHUNKS: usize = 400;

#[derive(Default)]
pub(super) struct Pool {
    free: Vec<Chunk>,
    made: usize,
}

impl Pool {
    /// An empty chunk, or `None` when all are under way.
    pub(super) fn take(&mut self) -> Option<Chunk> {
        self.free.pop().or_else(|| {
            (self.made < MAX_CHUNKS).then(|| {
                self.made += 1;
                Chunk::default()
            })
        })
    }

    pub(super) fn give(&mut self, chunk: Chunk) {
        self.free.push(chunk);
    }
}
