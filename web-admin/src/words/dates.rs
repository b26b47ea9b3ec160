//! Dates and times for people, by language.

use jiff::civil::{Date, Time, Weekday};

use super::Lang;

const DAYS: [[&str; 7]; 2] = [
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

/// Writes dates in one language.
#[derive(Clone, Copy)]
pub(crate) struct Dates(pub Lang);

impl Dates {
    const fn row(self) -> usize {
        match self.0 {
            Lang::Fr => 0,
            Lang::En => 1,
        }
    }

    /// `mardi`.
    pub(crate) fn weekday(self, day: Weekday) -> &'static str {
        DAYS[self.row()][day.to_monday_zero_offset() as usize]
    }

    /// `mardi 24 novembre`.
    pub(crate) fn day(self, date: Date) -> String {
        let month = MONTHS[self.row()][date.month() as usize - 1];
        let first = if self.0 == Lang::Fr && date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
        format!("{} {first} {month}", self.weekday(date.weekday()))
    }

    /// `mardi 24 novembre 2026`.
    pub(crate) fn full(self, date: Date) -> String {
        format!("{} {}", self.day(date), date.year())
    }

    /// `mar. 24`.
    pub(crate) fn short(self, date: Date) -> String {
        let name: String = self.weekday(date.weekday()).chars().take(3).collect();
        let point = if self.0 == Lang::Fr { "." } else { "" };
        format!("{name}{point} {}", date.day())
    }

    /// `08:10`.
    pub(crate) fn minute(time: Time) -> String {
        format!("{:02}:{:02}", time.hour(), time.minute())
    }

    /// `08:10:30`.
    pub(crate) fn second(time: Time) -> String {
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_read_as_people_write_them() {
        assert_eq!(Dates(Lang::Fr).full(date(2026, 11, 24)), "mardi 24 novembre 2026");
        assert_eq!(Dates(Lang::Fr).day(date(2026, 12, 1)), "mardi 1er décembre");
        assert_eq!(Dates(Lang::En).day(date(2026, 12, 1)), "Tuesday 1 December");
        assert_eq!(Dates(Lang::Fr).short(date(2026, 11, 29)), "dim. 29");
    }
}
