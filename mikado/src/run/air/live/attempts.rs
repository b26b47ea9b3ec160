//! How often passwords may be tried: enough for fingers, too seldom for a guesser, and never so often that hashing is felt.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::Timestamp;

/// Wrong passwords from one address before it has to wait, and after how long each is forgotten.
const ONE: (f64, f64) = (5.0, 10.0);
/// Wrong passwords from everywhere.
const ALL: (f64, f64) = (30.0, 1.0);
/// Addresses remembered; who comes when there are more is measured with all others alone.
const ADDRESSES_MAX: usize = 256;

/// What has been tried lately.
#[derive(Debug, Default)]
pub struct Attempts {
    all: Count,
    by_address: HashMap<IpAddr, Count>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    wrong: f64,
    at: Option<Timestamp>,
}

impl Count {
    fn now(self, forget_s: f64, now: Timestamp) -> f64 {
        let passed_s = self.at.map_or(0.0, |at| at.duration_until(now).as_secs_f64().max(0.0));
        (self.wrong - passed_s / forget_s).max(0.0)
    }

    fn add(&mut self, forget_s: f64, now: Timestamp) {
        *self = Self { wrong: self.now(forget_s, now) + 1.0, at: Some(now) };
    }
}

impl Attempts {
    /// Whether a password from there may be looked at now.
    pub fn may_try(&self, from: IpAddr, now: Timestamp) -> bool {
        let one = self.by_address.get(&from).copied().unwrap_or_default();
        one.now(ONE.1, now) + 1.0 <= ONE.0 && self.all.now(ALL.1, now) + 1.0 <= ALL.0
    }

    /// Counts a wrong one.
    pub fn wrong(&mut self, from: IpAddr, now: Timestamp) {
        self.all.add(ALL.1, now);
        if self.by_address.len() >= ADDRESSES_MAX {
            self.by_address.retain(|_, c| c.now(ONE.1, now) > 0.0);
        }
        if self.by_address.len() < ADDRESSES_MAX || self.by_address.contains_key(&from) {
            self.by_address.entry(from).or_default().add(ONE.1, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guesser_waits_and_others_do_not() {
        let at = |s: i64| Timestamp::from_second(1_800_000_000 + s).unwrap();
        let (guesser, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let mut attempts = Attempts::default();
        let tries = (0..100).filter(|_| {
            let may = attempts.may_try(guesser, at(0));
            if may {
                attempts.wrong(guesser, at(0));
            }
            may
        });
        assert_eq!(tries.count(), 5);
        assert!(
            attempts.may_try(other, at(0)) && !attempts.may_try(guesser, at(9)) && attempts.may_try(guesser, at(11))
        );
        for n in 0..1_000u32 {
            attempts.wrong(IpAddr::from(n.to_be_bytes()), at(20));
        }
        assert!(!attempts.may_try(other, at(20)) && attempts.by_address.len() <= ADDRESSES_MAX);
    }
}
