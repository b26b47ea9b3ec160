//! The one place where wall time and output positions meet.
//!
//! The output's own pace is trusted more than the wall: a wall clock that jumps against it is not followed until it has been
//! steady for a while, and never moves a cue that has started. Small drift is taken in steps of at most 5 ms at the
//! boundaries of entries, where nobody hears them.

use std::time::Duration;

use domain::{Anchor, Frames, Moment, Position};
use jiff::{SignedDuration, Timestamp};

/// No site can be earlier than this: the code did not exist. A clock before it has lost its battery.
const BUILT: &str = "2026-11-01T00:00:00Z";

/// A wall this far behind the last time written, or where nothing was written behind the build, belongs to a dead battery too:
/// a site that has stood in a store for a year is believed, one that wakes up in 2038 or 2099 is not.
const SEEN_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);
const BUILT_MAX: SignedDuration = SignedDuration::from_hours(3_650 * 24);
/// A wall that moves by more than this against the output has been set, and has not drifted.
const STEP: Frames = Frames::from_secs(2);
/// How long a set wall must stay steady before it is followed.
const STEADY: Frames = Frames::from_secs(600);
/// A wall set further than this is a dead battery or a hand's mistake: not followed while this process lives.
const FOLLOW_MAX: Frames = Frames::from_secs(36 * 3_600);
/// Largest correction at one boundary.
const TRIM_MAX: i64 = 240;
/// Corrections smaller than this are noise of the reading: half a millisecond.
const TRIM_MIN: i64 = 24;
/// How much older than the last time written the wall may be at boot, for clocks that are slewed back.
const SLACK: Duration = Duration::from_secs(2);
/// Half a frame: times are rounded to the nearest frame, so that lengths cut to whole nanoseconds lose none.
const HALF_FRAME: Duration = Duration::from_nanos(10_416);
/// Weight of one reading in the running mean of the drift: about 5 s at 20 readings a second.
const WEIGHT: f64 = 0.01;

/// How far the wall clock can be believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Not at all: nothing that is bound to the clock may air.
    #[default]
    Unknown,
    /// The wall was set; the output's own pace carries the time meanwhile.
    Holdover,
    /// The wall and the output agree.
    Trusted,
}

/// What an observation changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A first anchor: plans can be kept from now on.
    Anchored,
    /// The wall was set by this much (positive: forward) and is not followed for now.
    Stepped(SignedDuration),
    /// The wall is back where it was, or the new one has been steady long enough; `moved` says whether the anchor moved.
    Settled {
        /// Whether times map to other positions than before.
        moved: bool,
    },
}

/// Wall time ↔ output position, and how far to believe it.
#[derive(Clone, Debug)]
pub struct Timeline {
    not_before: Timestamp,
    not_after: Timestamp,
    anchor: Option<Anchor>,
    drift: f64,
    readings: u32,
    stepped: Option<Stepped>,
}

/// A wall that was set: where it would be, and since when it has stayed so.
#[derive(Clone, Copy, Debug)]
struct Stepped {
    drift: i64,
    since: Position,
}

impl Timeline {
    /// A timeline that believes no wall before the build or before `last_seen`, the last time this site wrote down, and none
    /// more than 400 days after it (ten years after the build where it has written nothing).
    pub fn new(last_seen: Option<Timestamp>) -> Self {
        let built = BUILT.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let seen = last_seen.and_then(|t| t.checked_sub(SLACK).ok()).unwrap_or(built);
        let (from, most) = last_seen.map_or((built, BUILT_MAX), |_| (built.max(seen), SEEN_MAX));
        let not_after = from.checked_add(most).unwrap_or(Timestamp::MAX);
        Self { not_before: built.max(seen), not_after, anchor: None, drift: 0.0, readings: 0, stepped: None }
    }

    /// A timeline that believes whatever wall it is told: for rendering a time that somebody has chosen.
    pub fn told() -> Self {
        Self { not_before: Timestamp::MIN, not_after: Timestamp::MAX, ..Self::new(None) }
    }

    /// How far the wall can be believed now.
    pub fn trust(&self) -> Trust {
        match (self.anchor, self.stepped) {
            (None, _) => Trust::Unknown,
            (Some(_), Some(_)) => Trust::Holdover,
            (Some(_), None) => Trust::Trusted,
        }
    }

    /// The earliest wall time that is believed.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The wall time at which `at` is (or was) consumed; `None` while the time is unknown.
    pub fn wall_of(&self, at: Position) -> Option<Timestamp> {
        self.anchor.map(|a| a.wall_of(at))
    }

    /// The frame nearest to `wall`; `None` while the time is unknown or when that was before the output began.
    pub fn position_of(&self, wall: Timestamp) -> Option<Position> {
        let nearest = wall.checked_add(HALF_FRAME).unwrap_or(wall);
        self.anchor.and_then(|a| a.position_of(nearest))
    }

    /// Takes one reading of both clocks.
    pub fn observe(&mut self, now: Moment) -> Option<Change> {
        let wall = now.wall?;
        let Some(anchor) = self.anchor else {
            if wall < self.not_before || wall > self.not_after {
                return None;
            }
            self.settle_on(now.at, wall);
            return Some(Change::Anchored);
        };
        let drift = drift_frames(anchor, now.at, wall);
        if drift.unsigned_abs() <= STEP.0 {
            return self.agree(drift);
        }
        self.disagree(now.at, wall, drift)
    }

    /// Moves the anchor towards the wall by at most 5 ms. Called at a boundary, before the next cue is placed.
    pub fn trim(&mut self) {
        let (Some(anchor), None) = (&mut self.anchor, self.stepped) else { return };
        // A mean over a few readings is worse than none.
        if self.readings < 100 || (self.drift.abs() as i64) < TRIM_MIN {
            return;
        }
        let step = (self.drift.round() as i64).clamp(-TRIM_MAX, TRIM_MAX);
        let shift = SignedDuration::from_nanos(step * 1_000_000_000 / i64::from(domain::SAMPLE_RATE_HZ));
        anchor.wall = anchor.wall.checked_add(shift).unwrap_or(anchor.wall);
        self.drift -= step as f64;
    }

    fn agree(&mut self, drift: i64) -> Option<Change> {
        self.readings = self.readings.saturating_add(1);
        // The first readings count fully, so that the mean does not start from a guess.
        let weight = WEIGHT.max(1.0 / f64::from(self.readings));
        self.drift += (drift as f64 - self.drift) * weight;
        self.stepped.take().map(|_| Change::Settled { moved: false })
    }

    fn disagree(&mut self, at: Position, wall: Timestamp, drift: i64) -> Option<Change> {
        let same = self.stepped.filter(|s| s.drift.abs_diff(drift) <= STEP.0 / 4);
        let Some(stepped) = same else {
            self.stepped = Some(Stepped { drift, since: at });
            let ms = drift.saturating_mul(1_000) / i64::from(domain::SAMPLE_RATE_HZ);
            return Some(Change::Stepped(SignedDuration::from_millis(ms)));
        };
        let steady = at.since(stepped.since).unwrap_or_default();
        if steady < STEADY || drift.unsigned_abs() > FOLLOW_MAX.0 || wall < self.not_before {
            return None;
        }
        self.settle_on(at, wall);
        Some(Change::Settled { moved: true })
    }

    fn settle_on(&mut self, at: Position, wall: Timestamp) {
        self.anchor = Some(Anchor { at, wall });
        (self.drift, self.readings, self.stepped) = (0.0, 0, None);
    }
}

/// How far the wall is ahead of the output, also when it shows a time before the output began.
fn drift_frames(anchor: Anchor, at: Position, wall: Timestamp) -> i64 {
    let ahead_ns = wall.as_nanosecond() - anchor.wall_of(at).as_nanosecond();
    (ahead_ns * i128::from(domain::SAMPLE_RATE_HZ)).div_euclid(1_000_000_000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "2026-11-24T08:00:00Z";

    fn at(start: Timestamp, seconds: u64, shift_s: i64) -> Moment {
        let wall = start + SignedDuration::from_secs(seconds as i64 + shift_s);
        Moment { at: Position(0) + Frames::from_secs(seconds), wall: Some(wall) }
    }

    fn anchored() -> (Timeline, Timestamp) {
        let start: Timestamp = START.parse().unwrap();
        let mut t = Timeline::new(None);
        assert_eq!(t.observe(at(start, 0, 0)), Some(Change::Anchored));
        (t, start)
    }

    #[test]
    fn a_wall_before_the_build_or_far_from_the_last_time_written_is_unknown() {
        let rows = [
            ("1970-01-01T00:00:10Z", None, Trust::Unknown),
            ("2026-11-24T08:00:00Z", Some("2026-11-24T08:30:00Z"), Trust::Unknown),
            ("2026-11-24T08:00:00Z", Some("2026-11-24T07:59:58Z"), Trust::Trusted),
            ("2026-11-24T07:59:59Z", Some("2026-11-24T08:00:00Z"), Trust::Trusted),
            ("2026-11-24T08:00:00Z", None, Trust::Trusted),
            ("2027-12-20T08:00:00Z", Some("2026-11-24T08:00:00Z"), Trust::Trusted),
            ("2028-12-30T08:00:00Z", Some("2026-11-24T08:00:00Z"), Trust::Unknown),
            ("2038-01-19T03:14:08Z", None, Trust::Unknown),
            ("2099-12-31T23:59:59Z", Some("2026-11-24T08:00:00Z"), Trust::Unknown),
        ];
        for (wall, seen, trust) in rows {
            let mut t = Timeline::new(seen.map(|s| s.parse().unwrap()));
            t.observe(Moment { at: Position(0), wall: Some(wall.parse().unwrap()) });
            assert_eq!(t.trust(), trust, "{wall} after {seen:?}");
        }
    }

    #[test]
    fn a_step_is_held_and_a_steady_one_is_followed() {
        for shift in [3_600, -3_600, 5, -5] {
            let (mut t, start) = anchored();
            assert!(matches!(t.observe(at(start, 10, shift)), Some(Change::Stepped(_))));
            assert_eq!(t.trust(), Trust::Holdover);
            assert_eq!(t.wall_of(Position(0) + Frames::from_secs(20)), at(start, 20, 0).wall, "{shift}");
            for s in 11..610 {
                assert_eq!(t.observe(at(start, s, shift)), None, "{shift} at {s}");
            }
            assert_eq!(t.observe(at(start, 610, shift)), Some(Change::Settled { moved: true }));
            assert_eq!(t.wall_of(Position(0) + Frames::from_secs(620)), at(start, 620, shift).wall);
        }
    }

    #[test]
    fn a_year_is_never_followed_and_a_step_back_settles() {
        for year in [365 * 86_400, -365 * 86_400, 3_650 * 86_400] {
            let (mut t, start) = anchored();
            assert!(matches!(t.observe(at(start, 10, year)), Some(Change::Stepped(_))));
            for s in (11..5_000).step_by(7) {
                assert_eq!(t.observe(at(start, s, year)), None);
            }
            assert_eq!(t.observe(at(start, 5_000, 0)), Some(Change::Settled { moved: false }));
            assert_eq!(t.trust(), Trust::Trusted);
        }
    }

    #[test]
    fn a_time_source_that_lies_slowly_is_not_followed() {
        let (mut t, start) = anchored();
        for s in 1..3_600 {
            // A second a minute, as somebody would who wants to walk a site away from its hour.
            let lie = SignedDuration::from_millis(s as i64 * 1_000 / 60);
            let wall = start + SignedDuration::from_secs(s as i64) + lie;
            t.observe(Moment { at: Position(0) + Frames::from_secs(s), wall: Some(wall) });
            if s % 20 == 0 {
                t.trim();
            }
        }
        assert_eq!(t.trust(), Trust::Holdover);
        let off =
            drift_frames(t.anchor.unwrap(), Position(0) + Frames::from_secs(3_600), at(start, 3_600, 0).wall.unwrap());
        assert!(off.unsigned_abs() < Frames::from_millis(100).0, "{off} frames after an hour");
    }

    #[test]
    fn drift_is_taken_in_steps_of_five_milliseconds() {
        let (mut t, start) = anchored();
        let tick = |i: u64, ppm: f64| Moment {
            at: Position(i * 2_400),
            wall: Some(start + SignedDuration::from_nanos((i as f64 * 5e7 * (1.0 + ppm * 1e-6)) as i64)),
        };
        let mut worst = 0i64;
        for i in 1..72_000 {
            t.observe(tick(i, 200.0));
            if i % 400 == 0 {
                let noon = "2026-11-24T12:00:00Z".parse().unwrap();
                let before = t.position_of(noon).unwrap().0 as i64;
                t.trim();
                let after = t.position_of(noon).unwrap().0 as i64;
                assert!((before - after).abs() <= TRIM_MAX);
                let true_wall = tick(i, 200.0);
                let error = drift_frames(t.anchor.unwrap(), true_wall.at, true_wall.wall.unwrap());
                worst = worst.max(error.abs());
            }
        }
        assert!(worst < 480, "a card 200 ppm slow stays within 10 ms over an hour, worst {worst} frames");
    }
}
