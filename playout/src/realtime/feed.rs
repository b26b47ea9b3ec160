//! Sound on its way to one voice: a ring of filled chunks, and the way home for the empty ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

use super::block::{Frame, SILENCE};

/// Frames in a chunk: 100 ms, 37.5 KiB. Large enough that handing it over costs nothing, small enough that a short jingle
/// does not hold the memory of a long programme.
pub const CHUNK_FRAMES: usize = 4_800;

/// A stretch of decoded sound that travels between a deck and a voice.
pub struct Chunk {
    frames: Box<[Frame]>,
    length: usize,
}

impl Default for Chunk {
    fn default() -> Self {
        Self { frames: vec![SILENCE; CHUNK_FRAMES].into_boxed_slice(), length: 0 }
    }
}

impl Chunk {
    /// Room for a whole chunk; say with [`Chunk::set_length`] how much of it was filled.
    pub fn room(&mut self) -> &mut [Frame] {
        &mut self.frames
    }

    /// Says that the first `frames` frames are sound.
    pub fn set_length(&mut self, frames: usize) {
        self.length = frames.min(CHUNK_FRAMES);
    }

    /// The sound in it.
    pub fn sound(&self) -> &[Frame] {
        self.frames.get(..self.length).unwrap_or_default()
    }
}

/// The deck's end: takes filled chunks.
pub struct Filler {
    chunks: Producer<Chunk>,
    finished: Arc<AtomicBool>,
}

/// The voice's end: gives frames, in order, each once.
pub struct Feed {
    chunks: Consumer<Chunk>,
    current: Option<Chunk>,
    used: usize,
    finished: Arc<AtomicBool>,
}

/// A feed for `chunks` filled chunks, and its other end. Called before the line is crossed.
pub fn feed(chunks: usize) -> (Filler, Feed) {
    let (write, read) = RingBuffer::new(chunks.max(1));
    let finished = Arc::new(AtomicBool::new(false));
    let filler = Filler { chunks: write, finished: Arc::clone(&finished) };
    (filler, Feed { chunks: read, current: None, used: 0, finished })
}

impl Filler {
    /// How many more chunks fit now.
    pub fn slots(&self) -> usize {
        self.chunks.slots()
    }

    /// Hands a chunk over; only the last one before [`Filler::finish`] may be partly filled. A full feed gives it back.
    pub fn push(&mut self, chunk: Chunk) -> Result<(), Chunk> {
        self.chunks.push(chunk).map_err(|rtrb::PushError::Full(back)| back)
    }

    /// Says that no chunk follows: running dry is then the end of the sound and not a late deck.
    pub fn finish(&mut self) {
        self.finished.store(true, Ordering::Release);
    }

    /// Whether the voice's end is gone.
    pub fn is_abandoned(&self) -> bool {
        self.chunks.is_abandoned()
    }
}

impl Feed {
    /// Whether the deck has said that nothing follows.
    pub fn finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    /// Frames that can be taken at once; too high by less than a chunk when the last chunk is partly filled.
    pub fn available(&self) -> usize {
        let rest = self.current.as_ref().map_or(0, |c| c.sound().len().saturating_sub(self.used));
        self.chunks.slots() * CHUNK_FRAMES + rest
    }

    /// Fills `out` from the front, sends emptied chunks home, and returns how many frames there were.
    pub(super) fn take(&mut self, out: &mut [Frame], home: &mut Producer<Chunk>) -> usize {
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let Some(sound) = self.ahead(home) else { break };
            let n = rest.len().min(sound.len());
            rest.iter_mut().zip(sound).for_each(|(o, f)| *o = *f);
            self.used += n;
            done += n;
        }
        done
    }

    /// Passes over `frames` frames, through at most `chunks_max` chunks, and returns how many it passed.
    pub(super) fn skip(&mut self, frames: u64, chunks_max: usize, home: &mut Producer<Chunk>) -> u64 {
        let mut left = frames;
        for _ in 0..=chunks_max {
            let Some(sound) = self.ahead(home).filter(|_| left > 0) else { break };
            let n = left.min(sound.len() as u64);
            self.used += n as usize;
            left -= n;
        }
        frames - left
    }

    /// The unread sound of the current chunk, after fetching the next one where it was read to its end.
    fn ahead(&mut self, home: &mut Producer<Chunk>) -> Option<&[Frame]> {
        if self.current.as_ref().is_some_and(|c| self.used >= c.sound().len()) {
            if home.is_full() {
                return None; // Dropping the chunk would free memory here; standing still costs only this sound.
            }
            if let Some(empty) = self.current.take() {
                let _ = home.push(empty);
            }
        }
        if self.current.is_none() {
            self.current = self.chunks.pop().ok();
            self.used = 0;
        }
        self.current.as_ref().and_then(|c| c.sound().get(self.used..)).filter(|sound| !sound.is_empty())
    }

    /// The chunks still inside, for the deck to use again. Called off the line.
    pub fn into_chunks(mut self) -> impl Iterator<Item = Chunk> {
        let current = self.current.take();
        current.into_iter().chain(std::iter::from_fn(move || self.chunks.pop().ok()))
    }
}
