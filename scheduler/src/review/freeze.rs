//! Until when a week is published and a day may change (R-GRID-04).

use std::collections::BTreeSet;

use domain::{Finding, Severity};
use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};

use super::{Brought, DayChange, ReviewInputs, monday};
use crate::grid::second_of;
use crate::rules::{self, Param};
use crate::station::{Day, Station};

/// The rule that speaks of it.
pub(super) const CODE: &str = "R-GRID-04";

/// From when on a day is frozen: the evening before.
pub fn freeze(station: &Station, day: Date) -> Option<Timestamp> {
    let (days, time) = text("freeze")?.strip_prefix("D-")?.split_once(' ')?;
    at(station, day.checked_sub(Span::new().days(days.parse::<i64>().ok()?)).ok()?, time)
}

/// Until when the week that begins on `monday` is published: the Thursday before.
pub fn published_by(station: &Station, monday: Date) -> Option<Timestamp> {
    let (name, time) = text("publish")?.split_once(' ')?;
    let day: Day = name.parse().ok()?;
    let back = 7 - day as i64;
    at(station, monday.checked_sub(Span::new().days(back)).ok()?, time)
}

fn at(station: &Station, day: Date, time: &str) -> Option<Timestamp> {
    station.instant(day, second_of(time.parse::<Time>().ok()?))
}

fn text(name: &str) -> Option<&'static str> {
    let params = rules::rule(CODE)?.params;
    params.iter().find(|(n, _)| *n == name).and_then(|(_, p)| match p {
        Param::Text(text) => Some(*text),
        Param::Number(_) | Param::List(_) => None,
    })
}

/// Days that change though they are frozen, by something that could have waited.
pub(super) fn frozen(inputs: &ReviewInputs<'_>, changes: &[DayChange]) -> Vec<Date> {
    let station = inputs.before.station;
    let today = station.day_of(inputs.now);
    let patient = inputs.proposals.iter().filter(|p| !p.is_urgent(inputs.before.changes, station));
    let could_wait: BTreeSet<Date> =
        patient.flat_map(|p| p.days(inputs.after.station, today, super::Review::DAYS_MAX)).collect();
    let days: BTreeSet<Date> = changes.iter().map(|c| c.day).collect();
    let is_frozen = |d: &Date| could_wait.contains(d) && freeze(station, *d).is_some_and(|t| t <= inputs.now);
    days.into_iter().filter(is_frozen).collect()
}

/// What the rule says: a frozen day needs the director's word, a published week a reason, which every publication has.
pub(super) fn findings(inputs: &ReviewInputs<'_>, changes: &[DayChange], frozen: &[Date]) -> Vec<Brought> {
    let station = inputs.before.station;
    let mut found: Vec<Brought> = frozen.iter().map(|day| brought(*day, Severity::Blocking, (
        format!("Le {day} est gelé depuis la veille à {}: seul le directeur des programmes publie encore ce qui y change.", hour("freeze")),
        format!("{day} has been frozen since {} on the day before: only the programme director publishes what changes there.", hour("freeze")),
    ))).collect();
    let weeks: BTreeSet<Date> = changes.iter().filter(|c| !frozen.contains(&c.day)).map(|c| monday(c.day)).collect();
    let late = weeks.into_iter().filter(|w| published_by(station, *w).is_some_and(|t| t <= inputs.now));
    found.extend(late.map(|week| brought(week, Severity::Info, (
        format!("La semaine du {week} est publiée depuis le jeudi d'avant à {}: ce sera une nouvelle version, avec son motif.", hour("publish")),
        format!("The week of {week} has been published since {} on the Thursday before: this makes a new version, with its reason.", hour("publish")),
    ))));
    found
}

/// The hour of a deadline, as the rule writes it.
fn hour(name: &str) -> &'static str {
    text(name).and_then(|t| t.split_once(' ')).map_or("", |(_, hour)| hour)
}

fn brought(day: Date, severity: Severity, (fr, en): (String, String)) -> Brought {
    Brought { site: None, day, finding: Finding { code: CODE.to_owned(), severity, at_s: None, fr, en } }
}
