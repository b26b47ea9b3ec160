//! When an alert is heard again, and in which order of languages.

use domain::Language;
use jiff::{SignedDuration, Timestamp};

use crate::station::Site;

/// How often an alert is repeated (R-ALERT-04); a step of 0 min means not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// Minutes between two airings at first.
    pub every_min: u16,
    /// For so many minutes after the first.
    pub for_min: u16,
    /// Minutes between two airings then.
    pub then_every_min: u16,
    /// For so many minutes more.
    pub then_for_min: u16,
}

impl Repeats {
    /// A vital alert: every 15 min for two hours, then every 30 min for four.
    pub const VITAL: Self = Self { every_min: 15, for_min: 120, then_every_min: 30, then_for_min: 240 };

    /// Every airing, the first included, in order.
    pub fn times(self, first: Timestamp) -> Vec<Timestamp> {
        let later = |min: u16| first.checked_add(SignedDuration::from_mins(i64::from(min))).ok();
        let steps =
            |from: u16, to: u16, by: u16| (1..=(to - from).checked_div(by).unwrap_or(0)).map(move |n| from + n * by);
        let end = self.for_min.saturating_add(self.then_for_min);
        let repeats = steps(0, self.for_min, self.every_min).chain(steps(self.for_min, end, self.then_every_min));
        std::iter::once(first).chain(repeats.filter_map(later)).collect()
    }
}

/// The languages of an alert at a site: those that are recorded, in the site's own order, French last (R-ALERT-03).
pub fn languages(site: &Site, recorded: &[Language]) -> Vec<Language> {
    let french = |l: &&Language| l.umbrella().as_str() == "fr";
    let has = |l: &&Language| recorded.iter().any(|r| r.same_umbrella(l));
    let own = site.languages.iter().filter(|l| has(l) && !french(l));
    own.chain(site.languages.iter().filter(|l| has(l) && french(l))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vital_alert_at_9_22_is_heard_until_15_22() {
        let times = Repeats::VITAL.times("2026-11-24T09:22:00Z".parse().unwrap());
        let text: Vec<_> = times.iter().map(|t| t.strftime("%H:%M").to_string()).collect();
        let expected =
            "09:22 09:37 09:52 10:07 10:22 10:37 10:52 11:07 11:22 11:52 12:22 12:52 13:22 13:52 14:22 14:52 15:22";
        assert_eq!(text.join(" "), expected);
    }
}
