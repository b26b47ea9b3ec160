//! Where the output is at any instant: one number that turns a reading of the monotonic clock into a position.
//!
//! The pace-maker renders in blocks, but the wall clock is asked at any time. Between two blocks the position is
//! interpolated, so that wall and output are compared to the frame and not to the block.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use domain::{Frames, Position, SAMPLE_RATE_HZ};

const RATE: i128 = SAMPLE_RATE_HZ as i128;
const NANOS: i128 = 1_000_000_000;
/// How slowly a card's own pace is followed: its reports come in whole periods, and 512 blocks (5 s) smooth them away.
const SMOOTH: i64 = 512;

/// The straight line along which the output moves.
#[derive(Debug)]
pub struct OutputLine {
    epoch: Instant,
    /// Nanoseconds after `epoch` at which the output stood, or would have stood, at position 0.
    zero_ns: AtomicI64,
    /// The furthest position that was told: what is told never goes back.
    told: AtomicU64,
}

impl OutputLine {
    /// A line on which position 0 is `epoch`.
    pub fn starting(epoch: Instant) -> Self {
        Self { epoch, zero_ns: AtomicI64::new(0), told: AtomicU64::new(0) }
    }

    /// The position at `now`.
    pub fn at(&self, now: Instant) -> Position {
        let since_zero = self.nanos(now) - i128::from(self.zero_ns.load(Relaxed));
        let at = u64::try_from((since_zero * RATE).div_euclid(NANOS)).unwrap_or(0);
        Position(self.told.fetch_max(at, Relaxed).max(at))
    }

    /// Says that the output stood exactly at `at` at the instant `when`.
    pub fn fix(&self, at: Position, when: Instant) {
        self.zero_ns.store(self.zero_of(at, when), Relaxed);
    }

    /// Says that the output stood about at `at` at the instant `when`; many such readings make the line.
    pub fn follow(&self, at: Position, when: Instant) {
        let old = self.zero_ns.load(Relaxed);
        self.zero_ns.store(old + (self.zero_of(at, when) - old) / SMOOTH, Relaxed);
    }

    fn nanos(&self, when: Instant) -> i128 {
        when.checked_duration_since(self.epoch).map_or(0, |d: Duration| d.as_nanos() as i128)
    }

    fn zero_of(&self, at: Position, when: Instant) -> i64 {
        (self.nanos(when) - i128::from(at.0) * NANOS / RATE) as i64
    }
}

/// `at` without the frames that were handed over and are not yet consumed.
pub fn consumed(rendered: Position, queued: Frames) -> Position {
    rendered - queued
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_blocks_the_position_is_interpolated() {
        let start = Instant::now();
        let line = OutputLine::starting(start);
        line.fix(Position(48_000), start + Duration::from_secs(1));
        assert_eq!(line.at(start + Duration::from_micros(1_002_500)), Position(48_120));
    }

    #[test]
    fn what_was_told_never_goes_back() {
        let start = Instant::now();
        let line = OutputLine::starting(start);
        let later = start + Duration::from_secs(2);
        assert_eq!(line.at(later), Position(96_000));
        line.fix(Position(48_000), later);
        assert_eq!(line.at(later), Position(96_000));
    }

    #[test]
    fn the_steps_of_a_card_are_smoothed_away() {
        let start = Instant::now();
        let line = OutputLine::starting(start);
        let mut worst = 0;
        for ms in (0..60_000u64).step_by(10) {
            let now = start + Duration::from_millis(ms);
            // A card that takes 2048 frames at once.
            line.follow(Position(ms * 48 / 2_048 * 2_048), now);
            if ms > 30_000 {
                worst = worst.max((line.at(now).0 as i64 + 1_024 - ms as i64 * 48).abs());
            }
        }
        assert!(worst < 48, "{worst} frames off a steady delay");
    }
}
