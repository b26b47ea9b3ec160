//! Decks: everything that may wait for a disk. They open and verify sounds, read ten seconds ahead and feed the voices.
//!
//! A sound that cannot be opened, or that fails under the reader, is answered with a sentence; a decoder that panics is
//! that sound's fault and nobody else's. Memory is a pool of chunks that go round ([`Chunk`](crate::realtime::Chunk)).

mod pool;
mod reader;
mod shelf;
mod sound;
mod suspects;
#[cfg(test)]
mod tests;
mod works;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use domain::{AudioHash, Frames};
use rtrb::Consumer;

pub use shelf::ShelfLibrary;
pub use sound::{Library, Sound};
pub use suspects::{LIVES_MAX, Suspects, WatchedLibrary};

use crate::error::Error;
use crate::realtime::{Chunk, CueKey, Feed};
use works::{Opener, Works};

/// Asks and answers that may wait; the conductor has at most a handful of cues under way.
const MAX_WAITING: usize = 256;
/// How long an idle deck thread sleeps: half a chunk.
const IDLE_MS: u64 = 50;

/// What the engine asks.
pub(crate) enum Ask {
    /// Open this sound and read it ahead from this frame on.
    Open { key: CueKey, hash: AudioHash, from: Frames },
    /// The cue is over or was taken back: stop reading.
    Close { key: CueKey },
    /// Open the bed (again).
    OpenBed,
    /// Empty a feed that came home.
    Empty(Feed),
}

/// Why a sound cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The shelf does not have it.
    Missing(String),
    /// It is there, and not what was approved.
    Damaged(String),
    /// It was open whenever this process ended too soon.
    Barred(String),
}

impl From<Error> for Trouble {
    fn from(e: Error) -> Self {
        match e {
            Error::Missing(_) => Self::Missing(e.to_string()),
            Error::Barred(_) => Self::Barred(e.to_string()),
            e => Self::Damaged(e.to_string()),
        }
    }
}

/// What the decks answer.
pub(crate) enum Answer {
    /// A second of it is read ahead; its whole length is this.
    Ready { key: CueKey, length: Frames, feed: Feed },
    /// It cannot be opened.
    Refused { key: CueKey, why: Trouble },
    /// It failed at this frame of the file; everything before it is good and in the feed.
    Failed { key: CueKey, at: Frames, why: Trouble },
    /// The bed is primed.
    Bed(Feed),
    /// There is no bed now.
    NoBed(String),
}

/// All decks of a site, in threads of their own or in the caller's.
pub(crate) struct Decks {
    asks: SyncSender<Ask>,
    answers: Receiver<Answer>,
    works: Option<Box<Works>>,
}

impl Decks {
    /// Decks that work whenever [`Decks::settle`] is called, in a fixed order: for rendering faster than time.
    pub(crate) fn here(library: Box<dyn Library>, home: Consumer<Chunk>) -> Self {
        let (asks, asked) = sync_channel(MAX_WAITING);
        let (answer, answers) = sync_channel(MAX_WAITING);
        let works = Works::new(asked, answer, home, Opener::Here(library));
        Self { asks, answers, works: Some(Box::new(works)) }
    }

    /// Decks with a reading thread and an opening thread, which end when this is dropped.
    pub(crate) fn threads(library: Box<dyn Library>, home: Consumer<Chunk>) -> std::io::Result<Self> {
        let (asks, asked) = sync_channel(MAX_WAITING);
        let (answer, answers) = sync_channel(MAX_WAITING);
        let (open_asks, to_open) = sync_channel(MAX_WAITING);
        let (opened_in, opened) = sync_channel(MAX_WAITING);
        thread::Builder::new().name("deck-open".to_owned()).stack_size(512 << 10).spawn(move || {
            for ask in to_open {
                if opened_in.send(works::open(library.as_ref(), ask)).is_err() {
                    break;
                }
            }
        })?;
        let mut works = Works::new(asked, answer, home, Opener::There { asks: open_asks, opened });
        thread::Builder::new().name("deck-read".to_owned()).stack_size(512 << 10).spawn(move || {
            while !works.is_gone() {
                if !works.turn() {
                    works.wait(IDLE_MS);
                }
            }
        })?;
        Ok(Self { asks, answers, works: None })
    }

    /// Asks without waiting; `false` when the decks have not taken asks for a long time.
    pub(crate) fn ask(&mut self, ask: Ask) -> bool {
        self.asks.try_send(ask).is_ok()
    }

    /// The next answer, if there is one.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }

    /// Works until nothing is left to do, where the decks live in this thread; otherwise does nothing.
    pub(crate) fn settle(&mut self) {
        if let Some(works) = &mut self.works {
            while works.turn() {}
        }
    }
}
