//! Recurrences of RFC 5545 over civil dates: what comes back every so often, with exceptions.
//!
//! Dates alone: times of day belong to what recurs, and time zones to [`civil`](crate::Station::instant). Judged against
//! python-dateutil, whose reading of the standard it shares: a first date that the rule does not match does not occur.

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::{Date, Weekday};

mod cron;
mod rule;

pub use cron::{BadCron, Cron};
use rule::{Freq, Rule};

/// The text is no recurrence that this station understands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no recurrence: write it as FREQ=WEEKLY;BYDAY=MO,WE (RFC 5545; parts of a day are not taken)")]
pub struct BadRecurrence(pub String);

/// A rule, its first date and its exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    rule: Rule,
    start: Date,
    except: BTreeSet<Date>,
}

impl Recurrence {
    /// Longest text of a rule: every part of the standard fits in a quarter of it.
    pub const MAX_TEXT: usize = 400;
    /// Most exceptions: each day of three years.
    pub const MAX_EXCEPT: usize = 1_100;
    /// Periods looked at: a century of days. A rule that never matches ends there.
    const MAX_PERIODS: i32 = 36_525;

    /// Reads a rule such as `FREQ=MONTHLY;BYDAY=1WE;UNTIL=20271231` that counts from `start`.
    pub fn parse(text: &str, start: Date, except: &[Date]) -> Result<Self, BadRecurrence> {
        let bad = || BadRecurrence(text.chars().take(60).collect());
        if text.len() > Self::MAX_TEXT || except.len() > Self::MAX_EXCEPT {
            return Err(bad());
        }
        let rule = Rule::parse(text).ok_or_else(bad)?;
        Ok(Self { rule, start, except: except.iter().copied().collect() })
    }

    /// The dates on which it occurs, in order, from its first date on; at most a century of them.
    pub fn dates(&self) -> impl Iterator<Item = Date> + '_ {
        let until = self.rule.until.unwrap_or(Date::MAX);
        let all = (0..Self::MAX_PERIODS).map_while(|n| self.period(n)).flatten();
        let from_start = all.skip_while(|d| *d < self.start).take_while(move |d| *d <= until);
        // Exceptions are counted among COUNT occurrences, then left out.
        from_start.take(self.rule.count.unwrap_or(usize::MAX)).filter(|d| !self.except.contains(d))
    }

    /// Whether it occurs on a date.
    pub fn on(&self, date: Date) -> bool {
        date >= self.start && self.dates().find(|d| *d >= date) == Some(date)
    }

    /// The dates of the n-th period, in order; `None` beyond the calendar.
    fn period(&self, n: i32) -> Option<Vec<Date>> {
        let by = n.checked_mul(self.rule.interval)?;
        let mut dates = match self.rule.freq {
            Freq::Daily => {
                let day = self.start.checked_add(Span::new().try_days(by).ok()?).ok()?;
                let fits = self.rule.in_month_days(day) && self.rule.on_weekday(day.weekday());
                if fits { vec![day] } else { Vec::new() }
            }
            Freq::Weekly => {
                let back = self.start.weekday().since(self.rule.week_starts);
                let first = self.start.checked_sub(Span::new().days(back)).ok()?;
                let first = first.checked_add(Span::new().try_weeks(by).ok()?).ok()?;
                let week = first.series(Span::new().days(1)).take(7);
                week.filter(|d| self.rule.on_weekday_or(d.weekday(), self.start.weekday())).collect()
            }
            Freq::Monthly => {
                let first = self.start.first_of_month().checked_add(Span::new().try_months(by).ok()?).ok()?;
                self.month(first)
            }
            Freq::Yearly => self.year(i16::try_from(i32::from(self.start.year()) + by).ok()?)?,
        };
        dates.retain(|d| self.rule.months.is_empty() || self.rule.months.contains(&d.month()));
        dates.sort_unstable();
        dates.dedup();
        Some(self.rule.chosen(dates))
    }

    /// The dates of a month by the rule's days.
    fn month(&self, first: Date) -> Vec<Date> {
        let days = first.series(Span::new().days(1)).take(usize::from(first.days_in_month().unsigned_abs()));
        let rule = &self.rule;
        match (rule.month_days.is_empty(), rule.weekdays.is_empty()) {
            (true, true) => days.filter(|d| d.day() == self.start.day()).collect(),
            (false, true) => days.filter(|d| rule.in_month_days(*d)).collect(),
            (true, false) => days.filter(|d| rule.nth_in(*d, first, first.last_of_month())).collect(),
            (false, false) => {
                let both = |d: &Date| rule.in_month_days(*d) && rule.nth_in(*d, first, first.last_of_month());
                days.filter(both).collect()
            }
        }
    }

    fn year(&self, year: i16) -> Option<Vec<Date>> {
        let rule = &self.rule;
        let months = || (1..=12).filter_map(move |m| Date::new(year, m, 1).ok());
        if !rule.months.is_empty() || !rule.month_days.is_empty() {
            return Some(months().flat_map(|first| self.month(first)).collect());
        }
        let first = Date::new(year, 1, 1).ok()?;
        let days = first.series(Span::new().days(1)).take(usize::from(first.days_in_year().unsigned_abs()));
        Some(if rule.weekdays.is_empty() {
            days.filter(|d| (d.month(), d.day()) == (self.start.month(), self.start.day())).collect()
        } else {
            days.filter(|d| rule.nth_in(*d, first, first.last_of_year())).collect()
        })
    }
}

/// How a weekday is written in a rule.
fn letters(day: Weekday) -> &'static str {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.to_monday_zero_offset() as usize]
}

fn weekday(text: &str) -> Option<Weekday> {
    (0..7).filter_map(|n| Weekday::from_monday_zero_offset(n).ok()).find(|d| letters(*d) == text)
}
