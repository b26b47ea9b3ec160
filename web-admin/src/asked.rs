//! What addresses ask for: a day, a site, a time. All of it is checked here, once.

use domain::SiteId;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use scheduler::Station;
use scheduler::station::Site;
use serde::Deserialize;

use crate::error::{Field, WebError};

/// Pages reach this far into past and future; further days are typing mistakes.
const DAYS_MAX: i64 = 3660;

/// `?site=GAO&jour=2026-11-24` or, for scripts, `?site=GAO&day=2026-11-24`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct SiteDay {
    #[serde(default)]
    pub site: String,
    #[serde(default, alias = "day")]
    pub jour: String,
}

impl SiteDay {
    /// The site asked for, or the station's first.
    pub(crate) fn site<'s>(&self, station: &'s Station) -> Result<&'s Site, WebError> {
        let bad = WebError::Unreadable(Field::Site);
        if self.site.is_empty() {
            return station.sites().first().ok_or(bad);
        }
        let id: SiteId = self.site.parse().map_err(|_| bad.clone())?;
        station.site(id).ok_or(bad)
    }

    /// The day asked for, or today.
    pub(crate) fn day(&self, today: Date) -> Result<Date, WebError> {
        day(&self.jour, today)
    }
}

/// A day as text, or today when nothing was asked.
pub(crate) fn day(text: &str, today: Date) -> Result<Date, WebError> {
    if text.is_empty() {
        return Ok(today);
    }
    let bad = WebError::Unreadable(Field::Day);
    // jiff also reads longer forms; only the plain one is what the sentence promises.
    let date: Date = if text.len() == 10 { text.parse().map_err(|_| bad.clone())? } else { return Err(bad) };
    let far = today.until(date).map_or(i64::MAX, |s| i64::from(s.get_days()).abs());
    if far > DAYS_MAX { Err(bad) } else { Ok(date) }
}

/// A time of day, with or without seconds.
pub(crate) fn time(text: &str) -> Result<Time, WebError> {
    let plain = matches!(text.len(), 5 | 8) && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let parsed = if plain { text.parse::<Time>().ok() } else { None };
    parsed.ok_or(WebError::Unreadable(Field::Time))
}

/// The civil day at the station.
pub(crate) fn today(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned(zone.clone()).date()
}

/// The days around one, for the arrows.
pub(crate) fn shifted(day: Date, days: i64) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// Where a civil day begins and where the next one begins, as instants.
pub(crate) fn bounds(station: &Station, day: Date) -> Result<(Timestamp, Timestamp), WebError> {
    station.day_bounds(day).ok_or(WebError::Unreadable(Field::Day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_and_times_are_read_strictly() {
        let today = date(2026, 11, 24);
        assert_eq!(day("", today).unwrap(), today);
        assert_eq!(day("2026-12-01", today).unwrap(), date(2026, 12, 1));
        for bad in [
            "2026-02-30",
            "2027-02-29",
            "0000-01-01",
            "9999-12-31",
            "2026-11-24T10:00",
            "demain",
            "24/11/2026",
            "-026-11-24",
        ] {
            assert_eq!(day(bad, today), Err(WebError::Unreadable(Field::Day)), "{bad}");
        }
        assert_eq!(time("08:10").unwrap(), time("08:10:00").unwrap());
        for bad in ["25:61", "8:10", "", "08:10:00.5", "T08:10", "0810"] {
            assert_eq!(time(bad), Err(WebError::Unreadable(Field::Time)), "{bad}");
        }
    }
}
