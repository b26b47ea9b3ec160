//! Rung 4: somebody live over everything below, for as long as a gate of two positions stands open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Frames, Position, Rung};
use rtrb::{Consumer, Producer, RingBuffer};

use super::block::{BLOCK_FRAMES, Frame, SILENCE};
use super::ramp::Ramp;

/// Length of the crossfade between what is live and what lies below it: long enough to be heard as meant, short enough to
/// lose no word.
pub const LIVE_FADE: Frames = Frames::from_millis(200);
/// Most frames that lie between the live thread and the mixer: what the thread may sleep on a loaded machine.
pub const LIVE_RING: Frames = Frames::from_millis(200);
/// With its thread gone for this long, the rungs below come back without being asked.
const DRY_MAX: u64 = Frames::from_millis(100).0;
/// Below this nobody hears anything: −60 dBFS, as the silence watch has it.
const LOW: f32 = 1e-3;
/// What is left of the last frame from one to the next where the ring ran dry: gone in 5 ms, without a click.
const DECAY: f32 = 0.97;

/// From when until when the mixer may let somebody live be heard. Decided by the engine, obeyed to the frame.
#[derive(Debug, Default)]
pub struct LiveGate {
    from: AtomicU64,
    until: AtomicU64,
    sounded: AtomicU64,
}

impl LiveGate {
    /// Opens at `from`; the fade that ends at `until` begins [`LIVE_FADE`] before.
    pub fn open(&self, from: Position, until: Position) {
        if (self.from.load(Ordering::Relaxed), self.until.load(Ordering::Relaxed)) == (from.0, until.0) {
            return;
        }
        // Never both an old beginning and a new end that belong to nobody.
        self.until.store(0, Ordering::Release);
        self.from.store(from.0, Ordering::Release);
        self.until.store(until.0, Ordering::Release);
    }

    /// Closes with the next block.
    pub fn close(&self) {
        self.until.store(0, Ordering::Release);
    }

    /// The last position at which what came in over the ring was loud enough to be heard.
    pub fn sounded(&self) -> Position {
        Position(self.sounded.load(Ordering::Relaxed))
    }

    fn is_open(&self, at: Position) -> bool {
        let until = self.until.load(Ordering::Acquire);
        let from = self.from.load(Ordering::Acquire);
        from <= at.0 && at.0 + LIVE_FADE.0 < until
    }
}

/// The mixer's end of the live line.
pub struct LiveFeed {
    frames: Consumer<Frame>,
    gate: Arc<LiveGate>,
}

/// The live thread's end: keeps a little sound in the ring.
pub struct LiveFiller {
    frames: Producer<Frame>,
}

/// A ring, its two ends and its gate, which is closed. Called before the line is crossed.
pub fn live_feed() -> (LiveFiller, LiveFeed, Arc<LiveGate>) {
    let (write, read) = RingBuffer::new(LIVE_RING.0 as usize);
    let gate = Arc::new(LiveGate::default());
    (LiveFiller { frames: write }, LiveFeed { frames: read, gate: Arc::clone(&gate) }, gate)
}

impl LiveFiller {
    /// Frames that wait in the ring.
    pub fn queued(&self) -> Frames {
        Frames((LIVE_RING.0 as usize).saturating_sub(self.frames.slots()) as u64)
    }

    /// Puts as many frames into the ring as have room and answers how many.
    pub fn push(&mut self, sound: &[Frame]) -> usize {
        let (taken, _) = self.frames.push_partial_slice(sound);
        taken.len()
    }
}

/// The live voice inside the mixer.
pub(super) struct Live {
    feed: Option<LiveFeed>,
    ramp: Ramp,
    last: Frame,
    /// Frames in a row that the ring did not have; starts as if it had been dry for ever.
    dry: u64,
}

impl Live {
    pub(super) fn new() -> Self {
        Self { feed: None, ramp: Ramp::at(0.0), last: SILENCE, dry: DRY_MAX }
    }

    /// Installs the line; the one before comes back.
    pub(super) fn set_feed(&mut self, feed: LiveFeed) -> Option<LiveFeed> {
        self.feed.replace(feed)
    }

    /// Whether any of it is heard.
    pub(super) fn is_heard(&self) -> bool {
        !self.ramp.is_silent()
    }

    /// Lays the live sound over a block, with a crossfade wherever the gate opens or closes, and marks as its own what
    /// is more live than not. The ring is emptied at the output's pace also while nobody hears it.
    pub(super) fn render(
        &mut self,
        at: Position,
        out: &mut [Frame; BLOCK_FRAMES],
        (cover, below): (&mut [u8; BLOCK_FRAMES], &mut [f32; BLOCK_FRAMES]),
    ) {
        let Some(feed) = &mut self.feed else { return };
        let mut sound = [SILENCE; BLOCK_FRAMES];
        let (filled, _) = feed.frames.pop_partial_slice(&mut sound);
        let got = filled.len();
        if filled.iter().flatten().any(|s| s.abs() >= LOW) {
            feed.gate.sounded.store(at.0 + got as u64, Ordering::Relaxed);
        }
        for (i, frame) in sound.iter_mut().enumerate() {
            if i < got {
                self.last = *frame;
                self.dry = 0;
            } else {
                self.last = self.last.map(|s| s * DECAY);
                *frame = self.last;
                self.dry = self.dry.saturating_add(1);
            }
        }
        let fade = LIVE_FADE.0 as f32;
        let rows = out.iter_mut().zip(cover.iter_mut()).zip(below.iter_mut()).zip(&sound);
        for (i, (((out, cover), below), frame)) in rows.enumerate() {
            let open = self.dry < DRY_MAX && feed.gate.is_open(at + Frames(i as u64));
            if !open && self.ramp.is_silent() {
                continue;
            }
            let rest = self.ramp.rest();
            let gain = self.ramp.step(open, fade);
            *out = [out[0] * rest + frame[0] * gain, out[1] * rest + frame[1] * gain];
            *below *= rest;
            if gain >= rest {
                *cover = Rung::Live.number();
            }
        }
    }
}
