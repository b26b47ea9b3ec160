//! When the standby exciter is exercised: by a cron expression in the station's own time.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scheduler::Cron;

/// A moment that was missed for longer is not made up for: nobody expects an exercise at another hour.
const LATE_MAX_S: i64 = 60;

/// A schedule, looked at every few seconds.
#[derive(Debug)]
pub struct Exercise {
    cron: Cron,
    looked: Option<Timestamp>,
}

impl Exercise {
    /// The schedule of a cron expression.
    pub const fn new(cron: Cron) -> Self {
        Self { cron, looked: None }
    }

    /// Whether its moment has come since the last look. A clock that is not trusted (`None`) makes none, nor does one that
    /// jumped over it.
    pub fn is_due(&mut self, now: Option<Timestamp>, zone: &TimeZone) -> bool {
        let before = std::mem::replace(&mut self.looked, now);
        let (Some(before), Some(now)) = (before, now) else { return false };
        (0..=LATE_MAX_S).contains(&(now.as_second() - before.as_second()))
            && self.cron.next(zone, before).is_some_and(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_is_due_once_at_its_moment_and_not_after_a_jump() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let count = |from: &str, step_s: i64, steps: i64| {
            let mut exercise = Exercise::new(Cron::parse("30 3 * * 0").unwrap());
            let from: Timestamp = from.parse().unwrap();
            let at = |n: i64| Timestamp::from_second(from.as_second() + n * step_s).unwrap();
            (0..steps).filter(|n| exercise.is_due(Some(at(*n)), &zone)).count()
        };
        // Sunday the 29th of November 2026, 03:30 in Paris is 02:30 UTC.
        assert_eq!(count("2026-11-29T02:29:00Z", 5, 24), 1);
        assert_eq!(count("2026-11-28T02:29:00Z", 5, 24), 0, "a Saturday");
        assert_eq!(count("2026-11-23T00:00:00Z", 60, 7 * 1_440), 1, "once a week");
        assert_eq!(count("2026-11-29T02:00:00Z", 3_600, 2), 0, "a jump over it");
        let mut untrusted = Exercise::new(Cron::parse("30 3 * * *").unwrap());
        assert!(!untrusted.is_due(None, &zone));
    }
}
