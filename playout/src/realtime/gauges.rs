//! Readings that the line leaves behind for everyone else.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use domain::{Frames, Position, Rung};

/// What the mixer says of itself, readable from any thread at any time.
#[derive(Debug, Default)]
pub struct Gauges {
    position: AtomicU64,
    underrun: AtomicU64,
    lost_events: AtomicU64,
    rung: AtomicU8,
    silence_meant: AtomicBool,
    /// How far the limiter's lowest gain lay under one, as the bits of a float: 0 is none, and more is a larger number.
    limited: AtomicU32,
}

impl Gauges {
    /// Frames rendered since boot: the position of the next block.
    pub fn position(&self) -> Position {
        Position(self.position.load(Ordering::Acquire))
    }

    /// Frames that fell to a lower rung because a deck was late, since boot.
    pub fn underrun(&self) -> Frames {
        Frames(self.underrun.load(Ordering::Relaxed))
    }

    /// Events that found their ring full, since boot; anything but 0 means that the engine stood still for minutes.
    pub fn lost_events(&self) -> u64 {
        self.lost_events.load(Ordering::Relaxed)
    }

    /// The rung that sounded last.
    pub fn rung(&self) -> Rung {
        Rung::from_number(self.rung.load(Ordering::Relaxed)).unwrap_or_default()
    }

    /// Whether silence belongs to what sounded last, as in a minute of remembrance.
    pub fn silence_meant(&self) -> bool {
        self.silence_meant.load(Ordering::Relaxed)
    }

    /// The most that the limiter has taken away since this was last asked, in decibels (0 or less).
    pub fn take_limited_db(&self) -> f32 {
        let under = f32::from_bits(self.limited.swap(0, Ordering::Relaxed));
        20.0 * (1.0 - under).max(1e-5).log10()
    }

    pub(super) fn note_limiter(&self, gain: f32) {
        // Floats that are not negative have the order of their bits.
        self.limited.fetch_max((1.0 - gain).clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    pub(super) fn set_position(&self, at: Position) {
        self.position.store(at.0, Ordering::Release);
    }

    pub(super) fn set_rung(&self, rung: Rung) {
        self.rung.store(rung.number(), Ordering::Relaxed);
    }

    pub(super) fn set_silence_meant(&self, meant: bool) {
        self.silence_meant.store(meant, Ordering::Relaxed);
    }

    pub(super) fn add_underrun(&self, frames: u64) {
        self.underrun.fetch_add(frames, Ordering::Relaxed);
    }

    pub(super) fn add_lost_event(&self) {
        self.lost_events.fetch_add(1, Ordering::Relaxed);
    }
}
