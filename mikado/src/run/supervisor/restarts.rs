//! When a process that ended is started again: a pure count of its ends.

use std::collections::VecDeque;
use std::time::Duration;

/// How a process is treated that keeps ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Sound: always again at once, for silence is worse than a busy machine.
    Never,
    /// Everything else: after [`ENDS_MAX`] ends within [`WITHIN`] it waits longer each time.
    AfterFive,
}

/// Ends within [`WITHIN`] that still count as bad luck.
pub const ENDS_MAX: usize = 5;
/// The stretch in which ends are counted.
pub const WITHIN: Duration = Duration::from_mins(1);
/// The pause before a quick restart: long enough that a process that cannot start at all does not eat a core, and well
/// inside the 200 ms that a site may lose to its supervisor.
pub const QUICK: Duration = Duration::from_millis(100);
/// The longest pause: an operator who mended the cause waits no longer than this.
pub const SLOW_MAX: Duration = Duration::from_secs(30);

/// The ends of one process.
#[derive(Debug)]
pub struct Restarts {
    patience: Patience,
    ends: VecDeque<Duration>,
    slow: u32,
}

impl Restarts {
    /// No end yet.
    pub fn new(patience: Patience) -> Self {
        Self { patience, ends: VecDeque::new(), slow: 0 }
    }

    /// The pause before the next start, after an end at `now` (any steady clock).
    pub fn after_end(&mut self, now: Duration) -> Duration {
        while self.ends.front().is_some_and(|t| now.saturating_sub(*t) > WITHIN) {
            self.ends.pop_front();
        }
        let lonely = self.ends.is_empty();
        self.ends.push_back(now);
        if self.ends.len() > ENDS_MAX + 1 {
            self.ends.pop_front();
        }
        if lonely {
            self.slow = 0;
            return if self.patience == Patience::Never { Duration::ZERO } else { QUICK };
        }
        if self.patience == Patience::Never || (self.ends.len() <= ENDS_MAX && self.slow == 0) {
            return QUICK;
        }
        self.slow = (self.slow + 1).min(6);
        Duration::from_secs(1 << (self.slow - 1)).min(SLOW_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(patience: Patience, ends_s: &[u64]) -> Vec<u64> {
        let mut restarts = Restarts::new(patience);
        ends_s.iter().map(|s| restarts.after_end(Duration::from_secs(*s)).as_millis() as u64).collect()
    }

    #[test]
    fn sound_comes_back_at_once_however_often_it_ends() {
        let got = pauses(Patience::Never, &[10, 11, 12, 13, 14, 15, 16, 17]);
        assert_eq!(got[0], 0);
        assert!(got.iter().all(|ms| *ms <= 200), "{got:?}");
    }

    #[test]
    fn a_process_that_keeps_ending_waits_longer_each_time() {
        assert_eq!(
            pauses(Patience::AfterFive, &[1, 2, 3, 4, 5, 6, 8, 12]),
            [100, 100, 100, 100, 100, 1000, 2000, 4000]
        );
    }

    #[test]
    fn a_good_minute_forgives() {
        assert_eq!(pauses(Patience::AfterFive, &[1, 2, 3, 4, 5, 6, 200, 201])[6..], [100, 100]);
    }
}
