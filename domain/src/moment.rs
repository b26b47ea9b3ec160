//! The two clocks of a site, read together.

use jiff::Timestamp;

use crate::{Frames, Position};

/// Both clocks read at once: where the output is, and what the wall says.
///
/// `wall` is `None` until the time was trusted since boot. Read once per turn at the edge and passed in; hearts never
/// read a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Frames consumed by the output so far.
    pub at: Position,
    /// The wall clock, when it can be believed.
    pub wall: Option<Timestamp>,
}

/// Where both clocks met once: the one bridge between wall time and output positions.
///
/// A newer anchor never moves a cue that has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The output position of the meeting.
    pub at: Position,
    /// The wall time of the meeting.
    pub wall: Timestamp,
}

const NANOS: i128 = 1_000_000_000;

impl Anchor {
    /// The position at which the wall will show (or showed) `wall`; `None` when that was before the output began.
    pub fn position_of(&self, wall: Timestamp) -> Option<Position> {
        let ns = wall.as_nanosecond() - self.wall.as_nanosecond();
        let frames = (ns * i128::from(crate::SAMPLE_RATE_HZ)).div_euclid(NANOS);
        u64::try_from(i128::from(self.at.0) + frames).ok().map(Position)
    }

    /// What the wall shows when the output reaches `at`, rounded up to the nanosecond, so that
    /// `position_of(wall_of(p)) == p`. Saturates at the ends of representable time.
    pub fn wall_of(&self, at: Position) -> Timestamp {
        let frames = i128::from(at.0) - i128::from(self.at.0);
        let ns = -(-frames * NANOS).div_euclid(i128::from(crate::SAMPLE_RATE_HZ));
        let end = if ns < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_nanosecond(self.wall.as_nanosecond() + ns).unwrap_or(end)
    }

    /// How far the wall has run ahead of the output since the meeting (positive: the card is slow), in frames.
    pub fn drift_frames(&self, now_at: Position, now_wall: Timestamp) -> i64 {
        let expected = self.position_of(now_wall).map_or(0, |p| i128::from(p.0));
        (expected - i128::from(now_at.0)) as i64
    }

    /// The length between two wall times at the house rate; `None` when `to` is earlier than `from`.
    pub fn length_between(from: Timestamp, to: Timestamp) -> Option<Frames> {
        let ns = u128::try_from(to.as_nanosecond() - from.as_nanosecond()).ok()?;
        u64::try_from((ns * u128::from(crate::SAMPLE_RATE_HZ) + 500_000_000) / 1_000_000_000).ok().map(Frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor() -> Anchor {
        Anchor { at: Position(1_000), wall: "2026-11-24T08:09:30Z".parse().unwrap() }
    }

    #[test]
    fn wall_and_position_agree_to_the_frame() {
        let a = anchor();
        let ten: Timestamp = "2026-11-24T08:10:00Z".parse().unwrap();
        assert_eq!(a.position_of(ten), Some(Position(1_000 + 30 * 48_000)));
        for p in [0, 1, 999, 1_001, 1_441_000, 7_777_777] {
            assert_eq!(a.position_of(a.wall_of(Position(p))), Some(Position(p)));
        }
    }

    #[test]
    fn a_time_before_the_output_began_has_no_position() {
        assert_eq!(anchor().position_of("2026-11-24T08:09:29Z".parse().unwrap()), None);
    }

    #[test]
    fn drift_is_counted_in_frames() {
        let a = anchor();
        let w = "2026-11-24T08:09:31Z".parse().unwrap();
        assert_eq!(a.drift_frames(Position(48_990), w), 10);
    }
}
