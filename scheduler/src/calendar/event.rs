//! Holidays, feasts, seasons and market days as the station file lists them, and on which dates they fall.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::hijri::{Hijri, easter};
use crate::station::Day;

/// A line of the station's calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its name.
    pub id: String,
    /// Its name for people.
    pub name_fr: String,
    /// A fixed date, `MM-DD`, or a stretch of the year, `MM-DD/MM-DD`; empty when `rule` says it.
    #[serde(default)]
    pub date: String,
    /// `paques+N`, `hijri MM-DD`, `hijri MM` (a whole month), `ID+N` (days after another event), `hebdo DAY`, `hebdo tous`.
    #[serde(default)]
    pub rule: String,
    /// What it is.
    pub kind: EventKind,
    /// What it does to the grid: `dimanche`, `ramadan` … or `normale`.
    #[serde(default)]
    pub grid: String,
    /// Campaigns that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<String>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Legal holiday on a known date (law 05-040).
    Legal,
    /// Legal holiday that the moon decides: predicted, confirmed the evening before (R-PRAY-05).
    LegalLunaire,
    /// A stretch that changes the grid.
    Periode,
    /// United Nations day.
    Onusien,
    /// A season of the year.
    Saison,
    /// Market day.
    Marche,
}

/// The text of a date or rule cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the calendar's event {id} falls on no date: “{text}”")]
pub struct BadEvent {
    /// Which event.
    pub id: String,
    /// What stands there.
    pub text: String,
}

/// An event on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion<'a> {
    /// The event.
    pub event: &'a Event,
    /// Whether the moon still has to confirm the date; of a whole month only its first day.
    pub predicted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    Fixed { from: (i8, i8), to: (i8, i8) },
    Easter(i32),
    Hijri { month: i32, day: Option<i32> },
    After { event: usize, days: i32 },
    Weekly(Option<Day>),
}

/// The calendar, read once: answers which events fall on a date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Almanac {
    events: Vec<(Event, Rule)>,
}

impl Almanac {
    /// Most events: three a week for a year; the reference calendar has 42.
    pub const MAX_EVENTS: usize = 156;

    /// Reads every date and rule.
    pub fn new(events: &[Event]) -> Result<Self, BadEvent> {
        let bad = |e: &Event| BadEvent { id: e.id.clone(), text: format!("{}{}", e.date, e.rule) };
        if let Some(event) = events.get(Self::MAX_EVENTS) {
            return Err(bad(event));
        }
        let read = |e: &Event| Some((e.clone(), rule(e, events)?));
        let events = events.iter().map(|e| read(e).ok_or_else(|| bad(e))).collect::<Result<_, _>>()?;
        Ok(Self { events })
    }

    /// What falls on a date. `moved` says by how many days people have moved an event of the moon, `None` when they have
    /// not spoken yet.
    pub fn on(&self, date: Date, moved: impl Fn(&str, Date) -> Option<i32>) -> Vec<Occasion<'_>> {
        let mut found = Vec::new();
        for (n, (event, _)) in self.events.iter().enumerate() {
            if let Some(predicted) = self.falls(n, date, &moved) {
                found.push(Occasion { event, predicted });
            }
        }
        found
    }

    /// The events in the file's order.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(|(event, _)| event)
    }

    /// Whether an event falls on a date, and if so whether that is only predicted.
    fn falls(&self, n: usize, date: Date, moved: &impl Fn(&str, Date) -> Option<i32>) -> Option<bool> {
        let (event, rule) = self.events.get(n)?;
        match rule {
            Rule::Fixed { from, to } => within((date.month(), date.day()), *from, *to).then_some(false),
            Rule::Easter(days) => {
                (easter(date.year())?.checked_add(jiff::Span::new().days(*days)).ok()? == date).then_some(false)
            }
            Rule::Hijri { month, day } => {
                let first = |by: i32| {
                    let hijri = Hijri::of(shifted(date, -by)?);
                    (hijri.month == *month && day.is_none_or(|d| hijri.day == d)).then_some(by)
                };
                // The prediction of the year in question; people's word about it moves it by a day at most.
                let by = [0, -1, 1].into_iter().find_map(|by| {
                    let predicted = shifted(date, -by)?;
                    let said = moved(&event.id, start_of(predicted, *month, *day)?);
                    let asked = said.is_none() && (day.is_some() || Hijri::of(predicted).day == 1);
                    (said.unwrap_or(0) == by).then(|| first(by)).flatten().map(|_| asked)
                })?;
                Some(by)
            }
            Rule::After { event, days } => self.falls(*event, shifted(date, -days)?, moved),
            Rule::Weekly(day) => day.is_none_or(|d| Day::of(date) == d).then_some(false),
        }
    }
}

/// The predicted first day of the feast or month that holds `date`.
fn start_of(date: Date, month: i32, day: Option<i32>) -> Option<Date> {
    Hijri { year: Hijri::of(date).year, month, day: day.unwrap_or(1) }.civil()
}

fn shifted(date: Date, days: i32) -> Option<Date> {
    date.checked_add(jiff::Span::new().days(days)).ok()
}

fn within(date: (i8, i8), from: (i8, i8), to: (i8, i8)) -> bool {
    if from <= to { from <= date && date <= to } else { from <= date || date <= to }
}

fn rule(event: &Event, all: &[Event]) -> Option<Rule> {
    if !event.date.is_empty() {
        let (from, to) = event.date.split_once('/').unwrap_or((&event.date, &event.date));
        return Some(Rule::Fixed { from: month_day(from)?, to: month_day(to)? });
    }
    if let Some(day) = event.rule.strip_prefix("hebdo ") {
        return Some(Rule::Weekly(if day == "tous" { None } else { Some(day.parse().ok()?) }));
    }
    if let Some(date) = event.rule.strip_prefix("hijri ") {
        let (month, day) = date.split_once('-').map_or((date, None), |(m, d)| (m, Some(d)));
        let month: i32 = month.parse().ok()?;
        let day = day.map(str::parse::<i32>).transpose().ok()?;
        let fits = (1..=12).contains(&month) && day.is_none_or(|d| (1..=30).contains(&d));
        return fits.then_some(Rule::Hijri { month, day });
    }
    let (name, days) = event.rule.split_once('+')?;
    let days: i32 = days.parse().ok().filter(|d| (0..=60).contains(d))?;
    if name == "paques" {
        return Some(Rule::Easter(days));
    }
    let n = all.iter().position(|e| e.id == name)?;
    // Only what has a date of its own may be counted from: a circle would never end.
    all[n].rule.starts_with("hijri ").then_some(Rule::After { event: n, days })
}

fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    Date::new(2024, month, day).ok().map(|d| (d.month(), d.day()))
}
