//! How often sign-in may be tried: per account, per address and in all.
//!
//! Buckets of tries that fill up again with time. Nobody is locked out for good: a stranger who empties an account's
//! bucket delays its owner by the time of one refill.

use std::collections::HashMap;

use jiff::Timestamp;

/// Most accounts and addresses remembered at once; beyond that the fullest (least suspicious) are forgotten.
const REMEMBERED_MAX: usize = 4096;

struct Rule {
    tries: f64,
    refill_s: f64,
}

/// 8 at once, then one each 45 s: at most 88 guesses an hour on one account.
const ACCOUNT: Rule = Rule { tries: 8.0, refill_s: 45.0 };
/// A whole studio may sit behind one address.
const ADDRESS: Rule = Rule { tries: 40.0, refill_s: 6.0 };
/// What two argon2 threads can bear beside the rest of the work.
const ALL: Rule = Rule { tries: 120.0, refill_s: 0.5 };

#[derive(Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    fn refilled(self, rule: &Rule, now: Timestamp) -> Self {
        let passed_s = (now.as_millisecond() - self.at.as_millisecond()).max(0) as f64 / 1000.0;
        Self { left: (self.left + passed_s / rule.refill_s).min(rule.tries), at: now }
    }
}

/// The tries that are left.
#[derive(Default)]
pub struct Limits {
    accounts: HashMap<String, Bucket>,
    addresses: HashMap<String, Bucket>,
    all: Option<Bucket>,
}

impl Limits {
    /// Takes one try for this account from this address, or says after how many seconds one is there again.
    pub fn take(&mut self, account: &str, address: &str, now: Timestamp) -> Result<(), u64> {
        let all = self.all.unwrap_or(Bucket { left: ALL.tries, at: now }).refilled(&ALL, now);
        let account_now = level(&self.accounts, account, &ACCOUNT, now);
        let address_now = level(&self.addresses, address, &ADDRESS, now);
        let wait = [(all, &ALL), (account_now, &ACCOUNT), (address_now, &ADDRESS)]
            .into_iter()
            .filter(|(b, _)| b.left < 1.0)
            .map(|(b, rule)| ((1.0 - b.left) * rule.refill_s).ceil() as u64)
            .max();
        if let Some(wait_s) = wait {
            return Err(wait_s.max(1));
        }
        self.all = Some(Bucket { left: all.left - 1.0, at: now });
        keep(&mut self.accounts, account, Bucket { left: account_now.left - 1.0, at: now });
        keep(&mut self.addresses, address, Bucket { left: address_now.left - 1.0, at: now });
        Ok(())
    }

    /// Gives the account's try back after a right password.
    pub fn forgive(&mut self, account: &str) {
        self.accounts.remove(account);
    }
}

fn level(of: &HashMap<String, Bucket>, key: &str, rule: &Rule, now: Timestamp) -> Bucket {
    of.get(key).map_or(Bucket { left: rule.tries, at: now }, |b| b.refilled(rule, now))
}

fn keep(of: &mut HashMap<String, Bucket>, key: &str, bucket: Bucket) {
    if of.len() >= REMEMBERED_MAX && !of.contains_key(key) {
        let mut levels: Vec<f64> = of.values().map(|b| b.left).collect();
        levels.sort_by(f64::total_cmp);
        let middle = levels[levels.len() / 2];
        of.retain(|_, b| b.left < middle);
    }
    of.insert(key.to_owned(), bucket);
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    fn at(s: i64) -> Timestamp {
        "2026-11-24T08:00:00Z".parse::<Timestamp>().unwrap() + s.seconds()
    }

    #[test]
    fn fewer_than_a_hundred_guesses_an_hour_reach_one_account() {
        let mut limits = Limits::default();
        let evaluated =
            (0..3600).filter(|s| limits.take("awa", &format!("10.0.{}.1", s % 250), at(*s)).is_ok()).count();
        assert!((80..=100).contains(&evaluated), "{evaluated}");
    }

    #[test]
    fn one_address_cannot_try_all_accounts() {
        let mut limits = Limits::default();
        let evaluated = (0..1000).filter(|n| limits.take(&format!("p{n}"), "10.0.0.1", at(0)).is_ok()).count();
        assert_eq!(evaluated, 40);
    }

    #[test]
    fn a_stranger_delays_the_owner_and_never_locks_them_out() {
        let mut limits = Limits::default();
        while limits.take("awa", "203.0.113.9", at(0)).is_ok() {}
        assert_eq!(limits.take("awa", "10.0.0.1", at(0)), Err(45));
        assert_eq!(limits.take("awa", "10.0.0.1", at(45)), Ok(()));
    }

    #[test]
    fn memory_stays_bounded_under_a_flood_of_names() {
        let mut limits = Limits::default();
        for n in 0..20_000_i64 {
            let _ = limits.take(&format!("p{n}"), &format!("10.{}.{}.1", n / 250, n % 250), at(n));
        }
        assert!(limits.accounts.len() <= REMEMBERED_MAX && limits.addresses.len() <= REMEMBERED_MAX);
    }
}
