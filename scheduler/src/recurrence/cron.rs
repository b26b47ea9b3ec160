//! Cron expressions, for people who think in them: five fields, read as times of day and a recurrence of RFC 5545.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Recurrence, letters};

/// The text is no cron expression that says one time of day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is no cron expression here: {en}")]
pub struct BadCron {
    /// What was written.
    pub text: String,
    /// Why not, in French.
    pub fr: &'static str,
    /// Why not, in English.
    pub en: &'static str,
}

/// What a cron expression says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// As it was written.
    pub text: String,
    /// The times of day, in order; at least one.
    pub times: Vec<Time>,
    /// The days, as a rule for [`Recurrence`].
    pub rrule: String,
}

/// Longest expression: each day of a month and each month named.
const TEXT_MAX: usize = 200;
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

type Why = (&'static str, &'static str);
const FIELDS: Why = (
    "il faut cinq champs, minute heure jour mois jour-de-semaine, par exemple « 30 14 * * 4 »",
    "five fields are needed, minute hour day month weekday, such as “30 14 * * 4”",
);
const ONE_TIME: Why = (
    "un événement a une seule heure de début: une minute et une heure, sans liste ni *",
    "an event has one start a day: one minute and one hour, no list and no *",
);
const BOTH: Why = (
    "jour du mois et jour de semaine ne se combinent pas: cron entend l'un ou l'autre, ce que peu de gens attendent",
    "day of the month and weekday do not go together: cron means either, which few people expect",
);
const VALUE: Why = ("un champ sort de ses bornes ou ne se lit pas", "a field is out of its range or unreadable");

impl Cron {
    /// Reads an expression such as `30 14 * * 4`: Thursdays at 14:30. Weekdays are 0 (Sunday) to 7 (Sunday) or their English
    /// letters; `5L` is the last Friday, `4#2` the second Thursday, `L` the last day of the month.
    ///
    /// # Errors
    /// Which field cannot be read, and what would be.
    pub fn parse(text: &str) -> Result<Self, BadCron> {
        let bad = |why| bad(text, why);
        let fields: Vec<&str> = text.split_whitespace().collect();
        let Ok([minute, hour, day, month, weekday]) = <[&str; 5]>::try_from(fields) else { return Err(bad(FIELDS)) };
        if text.len() > TEXT_MAX {
            return Err(bad(FIELDS));
        }
        let times = times(hour, minute).ok_or_else(|| bad(VALUE))?;
        let (any_day, any_weekday) = (matches!(day, "*" | "?"), matches!(weekday, "*" | "?"));
        if !any_day && !any_weekday {
            return Err(bad(BOTH));
        }
        let mut rrule = if !any_day {
            format!("FREQ=MONTHLY;BYMONTHDAY={}", days_of_month(day).ok_or_else(|| bad(VALUE))?)
        } else if any_weekday {
            "FREQ=DAILY".to_owned()
        } else {
            weekdays(weekday).ok_or_else(|| bad(VALUE))?
        };
        if !matches!(month, "*" | "?") {
            let months = numbers(month, 1..=12, |t| named(&MONTHS, t).map(|n| n + 1)).ok_or_else(|| bad(VALUE))?;
            rrule = format!("{rrule};BYMONTH={}", joined(&months));
        }
        Ok(Self { text: text.split_whitespace().collect::<Vec<_>>().join(" "), times, rrule })
    }

    /// Its time of day, for what begins once a day.
    ///
    /// # Errors
    /// When it says several.
    pub fn one_time(&self) -> Result<Time, BadCron> {
        let [only] = self.times.as_slice() else { return Err(bad(&self.text, ONE_TIME)) };
        Ok(*only)
    }

    /// The first moment after `after` that it means on the clocks of `zone`; `None` when there is none within a century.
    ///
    /// A time that the zone leaves out comes as soon as its clocks have gone on; one that comes twice, the first time.
    pub fn next(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        let recurrence = self.from(zone, after)?;
        recurrence.dates().flat_map(|date| self.moments(zone, date)).find(|at| *at > after)
    }

    /// The last moment that it means of those up to `until`, no longer ago than `within`.
    pub fn latest(&self, zone: &TimeZone, until: Timestamp, within: SignedDuration) -> Option<Timestamp> {
        let after = until.checked_sub(within).ok()?;
        let recurrence = self.from(zone, after)?;
        let last = until.to_zoned(zone.clone()).date();
        let dates = recurrence.dates().take_while(|date| *date <= last);
        dates.flat_map(|date| self.moments(zone, date)).filter(|at| *at > after && *at <= until).max()
    }

    /// Its days from the eve of `at` on: a zone that leaves out the hours around midnight moves the eve's last times.
    fn from(&self, zone: &TimeZone, at: Timestamp) -> Option<Recurrence> {
        let date = at.to_zoned(zone.clone()).date();
        Recurrence::parse(&self.rrule, date.yesterday().unwrap_or(date), &[]).ok()
    }

    fn moments(&self, zone: &TimeZone, date: jiff::civil::Date) -> Vec<Timestamp> {
        let at = |time: &Time| zone.to_timestamp(date.to_datetime(*time)).ok();
        self.times.iter().filter_map(at).collect()
    }
}

fn bad(text: &str, (fr, en): Why) -> BadCron {
    BadCron { text: text.chars().take(60).collect(), fr, en }
}

/// Every time of day that the hours and minutes make.
fn times(hour: &str, minute: &str) -> Option<Vec<Time>> {
    let of = |field, last| numbers(field, 0..=last, |_| None);
    let (hours, minutes) = (of(hour, 23)?, of(minute, 59)?);
    let pairs = hours.iter().flat_map(|h| minutes.iter().map(move |m| (*h, *m)));
    pairs.map(|(h, m)| Time::new(i8::try_from(h).ok()?, i8::try_from(m).ok()?, 0, 0).ok()).collect()
}

fn days_of_month(field: &str) -> Option<String> {
    if field.eq_ignore_ascii_case("L") {
        return Some("-1".to_owned());
    }
    numbers(field, 1..=31, |_| None).map(|days| joined(&days))
}

/// Weekdays, or places of them in the month.
fn weekdays(field: &str) -> Option<String> {
    let name = |n: u32| {
        let sunday_first = i8::try_from(n % 7).ok()?;
        Weekday::from_sunday_zero_offset(sunday_first).ok().map(letters)
    };
    let number = |t: &str| t.parse::<u32>().ok().filter(|n| *n <= 7).or_else(|| named(&DAYS, t));
    if let Some((day, nth)) = field.split_once('#') {
        let nth: u32 = nth.parse().ok().filter(|n| (1..=5).contains(n))?;
        return Some(format!("FREQ=MONTHLY;BYDAY={nth}{}", name(number(day)?)?));
    }
    if let Some(day) = field.strip_suffix(['L', 'l']).filter(|d| !d.is_empty()) {
        return Some(format!("FREQ=MONTHLY;BYDAY=-1{}", name(number(day)?)?));
    }
    let days = numbers(field, 0..=7, |t| named(&DAYS, t))?;
    let mut names: Vec<&str> = days.into_iter().filter_map(name).collect();
    names.dedup();
    Some(format!("FREQ=WEEKLY;BYDAY={}", names.join(",")))
}

/// Lists, ranges and steps of a field.
fn numbers(field: &str, bounds: std::ops::RangeInclusive<u32>, word: impl Fn(&str) -> Option<u32>) -> Option<Vec<u32>> {
    let number = |t: &str| t.parse().ok().or_else(|| word(t)).filter(|n| bounds.contains(n));
    let mut all = std::collections::BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|n| *n > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (*bounds.start(), *bounds.end()),
            Some((from, to)) => (number(from)?, number(to)?),
            None if part.contains('/') => (number(range)?, *bounds.end()),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return None;
        }
        all.extend((from..=to).step_by(step));
    }
    Some(all.into_iter().collect())
}

fn named(names: &[&str], text: &str) -> Option<u32> {
    names.iter().position(|n| n.eq_ignore_ascii_case(text)).and_then(|n| u32::try_from(n).ok())
}

fn joined(numbers: &[u32]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
