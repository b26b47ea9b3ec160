//! The conditions that the shell itself knows of, each with the time since when.

use std::sync::{Mutex, PoisonError};

use domain::{Alarm, Finding};
use jiff::Timestamp;

/// What a site may complain of at once.
pub const ALARMS_MAX: usize = 32;

/// Alarms by their source: a source replaces all of its own at once, and what was there before keeps its age.
#[derive(Debug, Default)]
pub struct AlarmBoard {
    alarms: Mutex<Vec<(&'static str, Alarm)>>,
}

impl AlarmBoard {
    /// These and no others are the conditions of `source` now.
    pub fn set(&self, source: &'static str, findings: Vec<Finding>, now: Timestamp) {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        let (old, mut kept): (Vec<_>, Vec<_>) = alarms.drain(..).partition(|(s, _)| *s == source);
        for finding in findings.into_iter().take(ALARMS_MAX) {
            let before = old.iter().find(|(_, a)| a.finding.code == finding.code && a.finding.en == finding.en);
            if before.is_none() {
                tracing::warn!(code = finding.code, "{}", finding.en);
            }
            let since = before.map_or(now, |(_, a)| a.since);
            kept.push((source, Alarm { finding, since }));
        }
        *alarms = kept;
    }

    /// All conditions, newest first, together with `others`, at most [`ALARMS_MAX`].
    pub fn all(&self, others: Vec<Alarm>) -> Vec<Alarm> {
        let own = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Alarm> = own.iter().map(|(_, a)| a.clone()).chain(others).collect();
        all.sort_by_key(|a| std::cmp::Reverse(a.since));
        all.truncate(ALARMS_MAX);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Severity;

    fn finding(code: &str) -> Finding {
        Finding { code: code.into(), severity: Severity::Warning, at_s: None, fr: String::new(), en: String::new() }
    }

    #[test]
    fn a_condition_that_lasts_keeps_its_age_and_one_that_ends_goes() {
        let board = AlarmBoard::default();
        let at = |s: i64| Timestamp::from_second(s).unwrap();
        board.set("plan", vec![finding("plan.empty")], at(10));
        board.set("net", vec![finding("http.port")], at(20));
        board.set("plan", vec![finding("plan.empty"), finding("plan.damaged")], at(30));
        let seen: Vec<_> =
            board.all(Vec::new()).iter().map(|a| (a.finding.code.clone(), a.since.as_second())).collect();
        let expected = [("plan.damaged", 30), ("http.port", 20), ("plan.empty", 10)];
        assert_eq!(seen, expected.map(|(c, s)| (c.to_owned(), s)));
        board.set("plan", Vec::new(), at(40));
        assert_eq!(board.all(Vec::new()).len(), 1);
    }
}
