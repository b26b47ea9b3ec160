//! How often a carrier that fell may be switched on again: a transmitter that trips has a reason.

use std::collections::VecDeque;
use std::time::Duration;

/// A fourth try within the hour would hide a fault of antenna or mains, or break what it tries.
pub const RESTARTS_PER_HOUR_MAX: usize = 3;
const HOUR: Duration = Duration::from_hours(1);
/// A valve or a soft start needs its time before one can say that it failed.
const BETWEEN: Duration = Duration::from_mins(5);

/// The restarts of the last hour.
///
/// Times are those since some beginning that only grows, never the wall's: a clock that jumps allows nothing.
#[derive(Clone, Debug, Default)]
pub struct Restarts {
    at: VecDeque<Duration>,
}

impl Restarts {
    /// Those of an earlier life of the process, by their age now; what claims to be in the future was just now.
    pub fn remembered(ages: impl IntoIterator<Item = Duration>, now: Duration) -> Self {
        let mut at: Vec<Duration> = ages.into_iter().filter(|a| *a < HOUR).map(|a| now.saturating_sub(a)).collect();
        at.sort_unstable();
        let first = at.len().saturating_sub(RESTARTS_PER_HOUR_MAX);
        Self { at: at.split_off(first).into() }
    }

    /// Whether one more may be ordered.
    pub fn may(&self, now: Duration) -> bool {
        let recent = self.at.iter().filter(|at| now.saturating_sub(**at) < HOUR).count();
        recent < RESTARTS_PER_HOUR_MAX && self.at.back().is_none_or(|last| now.saturating_sub(*last) >= BETWEEN)
    }

    /// Whether the hour's tries are used up.
    pub fn are_used_up(&self, now: Duration) -> bool {
        self.at.iter().filter(|at| now.saturating_sub(**at) < HOUR).count() >= RESTARTS_PER_HOUR_MAX
    }

    /// One was ordered.
    pub fn ordered(&mut self, now: Duration) {
        self.at.push_back(now);
        while self.at.len() > RESTARTS_PER_HOUR_MAX {
            self.at.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_three_restarts_in_any_hour() {
        let mut restarts = Restarts::default();
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
        assert!(!Restarts::remembered(minutes(&[10, 20, 30]), now).may(now));
        assert!(Restarts::remembered(minutes(&[10, 20, 70]), now).may(now));
        assert!(!Restarts::remembered(minutes(&[1]), now).may(now), "too soon");
        assert!(!Restarts::remembered(minutes(&[0, 10, 10, 10, 10]), now).may(now));
        // A life that is younger than what it remembers counts it as its own beginning.
        assert!(!Restarts::remembered(minutes(&[1, 2, 3]), Duration::ZERO).may(Duration::from_mins(50)));
    }
}
