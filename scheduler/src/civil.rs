//! Civil times become instants, here and nowhere else.
//!
//! A boundary that the clocks skip lies at the moment of the jump: what the grid had between is shorter or falls out. A
//! boundary that comes twice lies at its first passage: what stands there at the second passage lasts on over it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::station::Station;

impl Station {
    /// The civil day of the station in which an instant lies.
    pub fn day_of(&self, at: Timestamp) -> Date {
        self.zone().to_datetime(at).date()
    }

    /// First instant of a civil day and first instant after it; `None` for days that the zone skips or that lie
    /// outside the calendar.
    pub fn day_bounds(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let (from, to) = (instant(self.zone(), day, 0)?, instant(self.zone(), day, crate::grid::DAY_S)?);
        (from < to).then_some((from, to))
    }

    /// When a second of a civil day is: 0 to 86 400. Never decreases with the second.
    pub fn instant(&self, day: Date, second: u32) -> Option<Timestamp> {
        instant(self.zone(), day, second)
    }
}

fn instant(zone: &TimeZone, day: Date, second: u32) -> Option<Timestamp> {
    let civil = civil(day, second)?;
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(civil).ok(),
        // With the offset after the jump the skipped time lies before it: the next transition is the jump.
        AmbiguousOffset::Gap { after, .. } => {
            let before = after.to_timestamp(civil).ok()?;
            zone.following(before).next().map(|jump| jump.timestamp())
        }
    }
}

fn civil(day: Date, second: u32) -> Option<DateTime> {
    let (day, second) = if second >= crate::grid::DAY_S { (day.tomorrow().ok()?, 0) } else { (day, second) };
    let part = |n: u32| i8::try_from(n).ok();
    let time = Time::new(part(second / 3600)?, part(second / 60 % 60)?, part(second % 60)?, 0).ok()?;
    Some(day.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(zone: &str, day: &str, rows: &[(u32, &str)]) {
        let zone = TimeZone::get(zone).unwrap();
        for (second, expected) in rows {
            let at = instant(&zone, day.parse().unwrap(), *second).unwrap();
            assert_eq!(at, expected.parse::<Timestamp>().unwrap(), "{day} {second}");
        }
    }

    #[test]
    fn mali_is_utc_all_year() {
        check("Africa/Bamako", "2026-11-24", &[(0, "2026-11-24T00:00:00Z"), (86_400, "2026-11-25T00:00:00Z")]);
    }

    #[test]
    fn a_skipped_hour_lies_at_the_jump() {
        let rows = [
            (5_400, "2026-03-29T00:30:00Z"),
            (7_200, "2026-03-29T01:00:00Z"),
            (9_000, "2026-03-29T01:00:00Z"),
            (10_800, "2026-03-29T01:00:00Z"),
            (14_400, "2026-03-29T02:00:00Z"),
        ];
        check("Europe/Paris", "2026-03-29", &rows);
    }

    #[test]
    fn an_hour_that_comes_twice_counts_from_its_first_passage() {
        let rows = [(7_200, "2026-10-25T00:00:00Z"), (9_000, "2026-10-25T00:30:00Z"), (10_800, "2026-10-25T02:00:00Z")];
        check("Europe/Paris", "2026-10-25", &rows);
    }

    #[test]
    fn instants_never_decrease_over_any_transition() {
        for (zone, day) in [
            ("Europe/Paris", "2026-03-29"),
            ("Europe/Paris", "2026-10-25"),
            ("America/New_York", "2026-11-01"),
            ("America/Sao_Paulo", "2018-11-04"),
            ("Pacific/Apia", "2011-12-29"),
            ("Pacific/Apia", "2011-12-30"),
            ("Australia/Lord_Howe", "2026-10-04"),
        ] {
            let tz = TimeZone::get(zone).unwrap();
            let day = day.parse().unwrap();
            let all: Vec<_> = (0..=288).map(|n| instant(&tz, day, n * 300).unwrap()).collect();
            assert!(all.is_sorted(), "{zone} {day}");
        }
    }
}
