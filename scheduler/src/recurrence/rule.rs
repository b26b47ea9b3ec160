//! The parts of a recurrence rule, and which dates they let through.

use jiff::civil::{Date, Weekday};

use super::weekday;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) freq: Freq,
    /// From 1.
    pub(super) interval: i32,
    pub(super) count: Option<usize>,
    pub(super) until: Option<Date>,
    /// Weekdays, each with its place in the month or year: 1 the first, −1 the last, `None` all.
    pub(super) weekdays: Vec<(Option<i16>, Weekday)>,
    /// Days of the month; negative from its end.
    pub(super) month_days: Vec<i8>,
    pub(super) months: Vec<i8>,
    positions: Vec<i16>,
    pub(super) week_starts: Weekday,
}

impl Rule {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rule = Self {
            freq: Freq::Daily,
            interval: 1,
            count: None,
            until: None,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            positions: Vec::new(),
            week_starts: Weekday::Monday,
        };
        let mut seen = Vec::new();
        for part in text.trim_start_matches("RRULE:").split(';') {
            let (name, value) = part.split_once('=')?;
            if seen.contains(&name) || !rule.take(name, value)? {
                return None;
            }
            seen.push(name);
        }
        let placed = rule.weekdays.iter().any(|(nth, _)| nth.is_some());
        let sound = seen.contains(&"FREQ")
            && !(rule.count.is_some() && rule.until.is_some())
            && !(placed && matches!(rule.freq, Freq::Daily | Freq::Weekly))
            && (rule.freq != Freq::Weekly || rule.month_days.is_empty());
        sound.then_some(rule)
    }

    /// Takes one part; `Some(false)` for one that is not known.
    fn take(&mut self, name: &str, value: &str) -> Option<bool> {
        match name {
            "FREQ" => {
                self.freq = match value {
                    "DAILY" => Freq::Daily,
                    "WEEKLY" => Freq::Weekly,
                    "MONTHLY" => Freq::Monthly,
                    "YEARLY" => Freq::Yearly,
                    _ => return None,
                }
            }
            "INTERVAL" => self.interval = value.parse().ok().filter(|n| (1..=1_000).contains(n))?,
            "COUNT" => self.count = Some(value.parse().ok().filter(|n| (1..=36_525).contains(n))?),
            "UNTIL" => self.until = Some(date(value)?),
            "BYDAY" => self.weekdays = list(value, placed_weekday)?,
            "BYMONTHDAY" => self.month_days = list(value, |t| number(t, 31))?,
            "BYMONTH" => self.months = list(value, |t| number::<i8>(t, 12).filter(|n| *n > 0))?,
            "BYSETPOS" => self.positions = list(value, |t| number(t, 366))?,
            "WKST" => self.week_starts = weekday(value)?,
            _ => return Some(false),
        }
        Some(true)
    }

    /// Whether a day of the month is asked for; all are when none is named.
    pub(super) fn in_month_days(&self, date: Date) -> bool {
        let from_end = date.day() - date.days_in_month() - 1;
        self.month_days.is_empty() || self.month_days.contains(&date.day()) || self.month_days.contains(&from_end)
    }

    /// Whether a weekday is asked for; all are when none is named.
    pub(super) fn on_weekday(&self, day: Weekday) -> bool {
        self.weekdays.is_empty() || self.weekdays.iter().any(|(_, d)| *d == day)
    }

    /// Whether a weekday is asked for; when none is named, `usual` is.
    pub(super) fn on_weekday_or(&self, day: Weekday, usual: Weekday) -> bool {
        if self.weekdays.is_empty() { day == usual } else { self.on_weekday(day) }
    }

    /// Whether a date is one of the weekdays asked for, by its place between two dates.
    pub(super) fn nth_in(&self, date: Date, first: Date, last: Date) -> bool {
        let weeks = |from: Date, to: Date| (to.duration_since(from).as_hours() / 24 / 7) as i16;
        let (place, from_end) = (weeks(first, date) + 1, -weeks(date, last) - 1);
        let fits = |nth: Option<i16>| nth.is_none_or(|n| n == place || n == from_end);
        self.weekdays.iter().any(|(nth, day)| *day == date.weekday() && fits(*nth))
    }

    /// The dates of a period that stand at the places asked for.
    pub(super) fn chosen(&self, dates: Vec<Date>) -> Vec<Date> {
        if self.positions.is_empty() {
            return dates;
        }
        let length = dates.len() as i16;
        let wanted = |n: usize| {
            let place = n as i16 + 1;
            self.positions.contains(&place) || self.positions.contains(&(place - length - 1))
        };
        dates.into_iter().enumerate().filter(|(n, _)| wanted(*n)).map(|(_, d)| d).collect()
    }
}

fn list<T>(text: &str, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(one).collect()
}

/// A number other than zero, up to `most` either way.
fn number<T: TryFrom<i16>>(text: &str, most: i16) -> Option<T> {
    let n: i16 = text.parse().ok()?;
    T::try_from(n).ok().filter(|_| n != 0 && n.abs() <= most)
}

fn placed_weekday(text: &str) -> Option<(Option<i16>, Weekday)> {
    let at = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at))?;
    let nth = if at == 0 { None } else { Some(number(&text[..at], 53)?) };
    Some((nth, weekday(&text[at..])?))
}

/// A date as the standard writes it, with or without a time after it.
fn date(text: &str) -> Option<Date> {
    let digits = text.get(..8).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()
}
