//! The virtual card: paces ten-millisecond blocks by the monotonic clock where no device does.
//!
//! Every block has its own absolute deadline, so that waking late now and then adds up to nothing: after a month the
//! block count still equals the time that the clock says has passed.

use std::time::{Duration, Instant};

use domain::Frames;

/// What one beat is worth: 10 ms is exactly 480 frames, so that no deadline is ever rounded.
pub const BEAT: Frames = Frames::from_millis(10);
const BEAT_MS: u64 = 10;

/// Who is later than this drops what it owes and joins at *now*; who is less late makes up for it at once, so that a short
/// stall costs the streams nothing.
pub const DEBT_MAX: Duration = Duration::from_secs(1);

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// A block is due.
    Due,
    /// Nothing is due before this long.
    Wait(Duration),
    /// More than [`DEBT_MAX`] was owed; so much was dropped. A block is due.
    Dropped(Frames),
}

/// Counts beats against the clock that it is told.
#[derive(Clone, Copy, Debug)]
pub struct Metronome {
    /// When beat number 0 was due.
    origin: Instant,
    beats: u64,
}

impl Metronome {
    /// A metronome whose first block is due at `from`.
    pub fn starting(from: Instant) -> Self {
        Self { origin: from, beats: 0 }
    }

    /// Counts a beat when one is due.
    pub fn tick(&mut self, now: Instant) -> Tick {
        let due = self.due();
        if let Some(wait) = due.checked_duration_since(now).filter(|w| !w.is_zero()) {
            return Tick::Wait(wait);
        }
        let debt = now.saturating_duration_since(due);
        self.beats += 1;
        if debt <= DEBT_MAX {
            return Tick::Due;
        }
        let beats = debt.as_millis() as u64 / BEAT_MS;
        self.origin += Duration::from_millis(beats * BEAT_MS);
        Tick::Dropped(Frames(beats * BEAT.0))
    }

    /// When the next block is due.
    pub fn due(&self) -> Instant {
        self.origin + Duration::from_millis(self.beats * BEAT_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beats that `m` gives at `now`.
    fn beats(m: &mut Metronome, now: Instant) -> u64 {
        (0..10_000).take_while(|_| !matches!(m.tick(now), Tick::Wait(_))).count() as u64
    }

    #[test]
    fn a_month_of_late_wakings_adds_up_to_nothing() {
        let start = Instant::now();
        let mut metronome = Metronome::starting(start);
        let mut total = 0;
        // Wakes every 37 ms and a bit, in steps that cover thirty days.
        for hour in 0..30 * 24u64 {
            for step in 0..10 {
                let now = start + Duration::from_hours(hour) + Duration::from_micros(step * 37_313);
                while let Tick::Due | Tick::Dropped(_) = metronome.tick(now) {
                    total += 1;
                }
            }
            // The hour itself is slept through in one piece: debt beyond a second is dropped, never made up for.
            assert!(total <= (hour + 1) * 110);
        }
        assert!(metronome.due() > start + Duration::from_hours(30 * 24 - 1));
    }

    #[test]
    fn a_short_stall_is_made_up_for_to_the_beat() {
        let start = Instant::now();
        let mut metronome = Metronome::starting(start);
        assert_eq!(beats(&mut metronome, start), 1);
        assert_eq!(beats(&mut metronome, start + Duration::from_millis(990)), 99);
        assert_eq!(metronome.tick(start + Duration::from_millis(995)), Tick::Wait(Duration::from_millis(5)));
    }

    #[test]
    fn a_long_stall_is_dropped_and_counted() {
        let start = Instant::now();
        let mut metronome = Metronome::starting(start);
        assert_eq!(metronome.tick(start), Tick::Due);
        let woken = start + Duration::from_millis(5_014);
        assert_eq!(metronome.tick(woken), Tick::Dropped(Frames(500 * 480)));
        assert_eq!(metronome.tick(woken), Tick::Wait(Duration::from_millis(6)));
    }
}
