//! One block to many rings: whatever is too slow loses its own sound and nobody else's.

use domain::{Frames, Position};
use rtrb::{Consumer, Producer, RingBuffer};

use super::block::{BLOCK_FRAMES, Block, Frame, SILENCE};

/// What a tap is called and how long it may sleep without loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapSpec {
    /// Its name for vitals, e.g. `opus`.
    pub name: String,
    /// How much sound its ring holds, rounded up to whole blocks; at most [`TapSpec::MAX`].
    pub capacity: Frames,
}

impl TapSpec {
    /// Thirty seconds: 11 MiB, more than any encoder may stand still in a process that must stay under 40 MiB.
    pub const MAX: Frames = Frames::from_secs(30);

    /// A tap with this name and capacity.
    pub fn new(name: impl Into<String>, capacity: Frames) -> Self {
        Self { name: name.into(), capacity }
    }
}

/// The writing side of all taps, owned by the pace-maker.
pub struct Fanout {
    taps: Box<[Producer<Block>]>,
}

impl Fanout {
    /// The rings and their readers, in the order of `specs`. Called before the line is crossed.
    pub fn new(specs: &[TapSpec]) -> (Self, Vec<TapReader>) {
        let mut taps = Vec::with_capacity(specs.len());
        let mut readers = Vec::with_capacity(specs.len());
        for spec in specs {
            let frames = spec.capacity.min(TapSpec::MAX).0 as usize;
            let (write, read) = RingBuffer::new(frames.div_ceil(BLOCK_FRAMES).max(2));
            taps.extend([write]);
            readers.extend([TapReader::new(spec.name.clone(), read)]);
        }
        (Self { taps: taps.into_boxed_slice() }, readers)
    }

    /// Copies the block into every ring that has room; a full ring misses it, and its reader will know.
    pub fn push(&mut self, block: &Block) {
        for tap in &mut self.taps {
            // A full ring is the reader's loss: it sees the hole in the positions and fills it with silence.
            let _ = tap.push(*block);
        }
    }
}

/// The reading side of one tap: a stream of frames without holes in time.
///
/// Sound that the ring had no room for comes out as silence of the same length, so that what is read always stands at
/// [`TapReader::position`] and an encoder behind it never slips against the wall clock.
pub struct TapReader {
    name: String,
    ring: Consumer<Block>,
    current: Option<Block>,
    used: usize,
    next: Option<Position>,
    lost: Frames,
}

impl TapReader {
    fn new(name: String, ring: Consumer<Block>) -> Self {
        Self { name, ring, current: None, used: 0, next: None, lost: Frames::ZERO }
    }

    /// Its name in the spec.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Fills as much of `out` as there is sound and returns how many frames were written; 0 means: nothing yet. Never waits.
    pub fn read(&mut self, out: &mut [Frame]) -> usize {
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let n = self.read_some(rest);
            if n == 0 {
                break;
            }
            done += n;
        }
        done
    }

    /// The position of the next frame that [`TapReader::read`] gives.
    pub fn position(&self) -> Position {
        self.next.unwrap_or_default()
    }

    /// Frames given as silence because the ring was full when they sounded, since the start.
    pub fn lost(&self) -> Frames {
        self.lost
    }

    /// Frames ready to be read, not counting silence that a loss will add.
    pub fn ready(&self) -> Frames {
        let rest = if self.current.is_some() { BLOCK_FRAMES - self.used } else { 0 };
        Frames((self.ring.slots() * BLOCK_FRAMES + rest) as u64)
    }

    /// Whether the pace-maker has gone and everything was read: nothing will come any more.
    pub fn ended(&self) -> bool {
        self.ring.is_abandoned() && self.ring.is_empty() && self.current.is_none()
    }

    fn read_some(&mut self, out: &mut [Frame]) -> usize {
        if self.current.is_none() {
            self.current = self.ring.pop().ok();
            self.used = 0;
        }
        let Some(block) = &self.current else { return 0 };
        let next = self.next.unwrap_or(block.at);
        let hole = block.at.since(next).unwrap_or_default();
        let n = if hole > Frames::ZERO {
            let n = out.len().min(hole.0 as usize);
            out.iter_mut().take(n).for_each(|f| *f = SILENCE);
            self.lost += Frames(n as u64);
            n
        } else {
            let rest = block.frames.get(self.used..).unwrap_or_default();
            let n = out.len().min(rest.len());
            out.iter_mut().zip(rest).for_each(|(o, f)| *o = *f);
            self.used += n;
            n
        };
        if self.used >= BLOCK_FRAMES {
            self.current = None;
        }
        self.next = Some(next + Frames(n as u64));
        n
    }
}
