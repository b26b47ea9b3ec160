//! Counting for the pages: over which days, and out of what.

use domain::SiteId;
use jiff::ToSpan;
use jiff::civil::Date;
use scheduler::Station;
use scheduler::changes::BadOverride;
use scheduler::proof::{Proof, Scope, prove};
use serde::Deserialize;

use crate::App;
use crate::asked;
use crate::error::WebError;
use crate::stored::Stores;

/// The longest period of a page: a quarter of a year. A longer one is asked of the command.
const DAYS_MAX: i32 = 92;

/// `?de=2026-11-16&a=2026-11-22`; a week up to today when nothing is asked.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    de: String,
    #[serde(default)]
    a: String,
}

/// The days that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub first: Date,
    pub last: Date,
}

impl Asked {
    pub(super) fn period(&self, today: Date) -> Result<Period, WebError> {
        let last = asked::day(&self.a, today)?;
        let first = asked::day(&self.de, asked::shifted(last, -6))?;
        let days = first.until(last).map_or(-1, |span| span.get_days());
        if !(0..DAYS_MAX).contains(&days) {
            return Err(WebError::Said(BadOverride {
                fr: format!(
                    "Du {first} au {last} : il faut entre 1 et {DAYS_MAX} jours, le premier d’abord. Choisissez une autre période."
                ),
                en: format!(
                    "From {first} to {last}: between 1 and {DAYS_MAX} days are needed, the first one first. Choose another period."
                ),
            }));
        }
        Ok(Period { first, last })
    }
}

impl Period {
    pub(super) fn days(self) -> Vec<Date> {
        self.first.series(1.day()).take_while(|day| *day <= self.last).collect()
    }
}

/// What a period proves of one campaign, or of all. Reads disks: for a thread that may wait.
pub(super) fn proven(app: &App, station: &Station, campaign: Option<&str>, period: Period) -> Result<Proof, WebError> {
    let sites: Vec<SiteId> = station.sites().iter().map(|s| s.id).collect();
    let scope = Scope { campaign, sites: &sites, days: &period.days(), now: app.now() };
    prove(station, &scope, &Stores::new(app))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_period_is_a_week_up_to_today_unless_another_is_asked_for() {
        let today = date(2026, 11, 22);
        let of = |de: &str, a: &str| Asked { de: de.into(), a: a.into() }.period(today);
        assert_eq!(of("", "").unwrap(), Period { first: date(2026, 11, 16), last: today });
        assert_eq!(of("", "").unwrap().days().len(), 7);
        assert_eq!(of("2026-11-01", "2026-11-01").unwrap().days(), [date(2026, 11, 1)]);
        assert!(of("2026-08-23", "").is_ok() && of("2026-08-22", "").is_err(), "92 days and no more");
        assert!(of("2026-11-23", "").is_err() && of("hier", "").is_err());
    }
}
