//! How often something may be ordered by itself: a transmitter that trips has a reason, and a relay wears out.

use std::collections::VecDeque;
use std::time::Duration;

/// A fourth try within the hour would hide a fault of antenna or mains, or break what it tries.
pub const RESTARTS_PER_HOUR_MAX: usize = 3;
/// To the other exciter and back: a third change would be to and fro.
pub const CHANGES_PER_HOUR_MAX: usize = 2;
const HOUR: Duration = Duration::from_hours(1);
/// A valve or a soft start needs its time before one can say that it failed.
const BETWEEN_RESTARTS: Duration = Duration::from_mins(5);
/// Whoever took over is given time to fail.
const BETWEEN_CHANGES: Duration = Duration::from_mins(10);

/// What was ordered within the last hour, and how much of it is allowed.
///
/// Times are those since some beginning that only grows, never the wall's: a clock that jumps allows nothing.
#[derive(Clone, Debug)]
pub struct Ration {
    per_hour_max: usize,
    between: Duration,
    at: VecDeque<Duration>,
}

impl Ration {
    /// Of restarts of a carrier.
    pub const fn restarts() -> Self {
        Self { per_hour_max: RESTARTS_PER_HOUR_MAX, between: BETWEEN_RESTARTS, at: VecDeque::new() }
    }

    /// Of changes between two exciters.
    pub const fn changes() -> Self {
        Self { per_hour_max: CHANGES_PER_HOUR_MAX, between: BETWEEN_CHANGES, at: VecDeque::new() }
    }

    /// With the orders of an earlier life of the process, by their age now; what claims to be in the future was just now.
    #[must_use]
    pub fn remembering(self, ages: impl IntoIterator<Item = Duration>, now: Duration) -> Self {
        let mut at: Vec<Duration> = ages.into_iter().filter(|a| *a < HOUR).map(|a| now.saturating_sub(a)).collect();
        at.sort_unstable();
        let first = at.len().saturating_sub(self.per_hour_max);
        Self { at: at.split_off(first).into(), ..self }
    }

    /// Whether one more may be ordered.
    pub fn may(&self, now: Duration) -> bool {
        !self.is_used_up(now) && self.at.back().is_none_or(|last| now.saturating_sub(*last) >= self.between)
    }

    /// Whether the hour's orders are used up.
    pub fn is_used_up(&self, now: Duration) -> bool {
        self.at.iter().filter(|at| now.saturating_sub(**at) < HOUR).count() >= self.per_hour_max
    }

    /// One was ordered.
    pub fn ordered(&mut self, now: Duration) {
        self.at.push_back(now);
        while self.at.len() > self.per_hour_max {
            self.at.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_three_restarts_in_any_hour() {
        let mut restarts = Ration::restarts();
        let mut ordered = Vec::new();
        for second in 0..4 * 3600 {
            let now = Duration::from_secs(second);
            if restarts.may(now) {
                restarts.ordered(now);
                ordered.push(second);
            }
        }
        for from in &ordered {
            let within = ordered.iter().filter(|at| (*from..from + 3600).contains(at)).count();
            assert!(within <= RESTARTS_PER_HOUR_MAX, "{ordered:?}");
        }
        assert_eq!(ordered.len(), 4 * RESTARTS_PER_HOUR_MAX);
    }

    #[test]
    fn a_new_life_of_the_process_remembers_the_last_ones_tries() {
        let minutes = |m: &[u64]| m.iter().map(|m| Duration::from_mins(*m)).collect::<Vec<_>>();
        let now = Duration::from_hours(2);
        assert!(!Ration::restarts().remembering(minutes(&[10, 20, 30]), now).may(now));
        assert!(Ration::restarts().remembering(minutes(&[10, 20, 70]), now).may(now));
        assert!(!Ration::restarts().remembering(minutes(&[1]), now).may(now), "too soon");
        assert!(!Ration::restarts().remembering(minutes(&[0, 10, 10, 10, 10]), now).may(now));
        // A life that is younger than what it remembers counts it as its own beginning.
        assert!(!Ration::restarts().remembering(minutes(&[1, 2, 3]), Duration::ZERO).may(Duration::from_mins(50)));
    }
}
