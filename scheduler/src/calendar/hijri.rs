//! The tabular Islamic calendar, which predicts, and the date of Easter, which is certain.

use jiff::civil::Date;

/// A date of the tabular Islamic calendar (30-year cycle, leap years 2 5 7 10 13 16 18 21 24 26 29, civil epoch).
///
/// A prediction: months begin when the crescent is seen, up to a day earlier or later (R-PRAY-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hijri {
    /// Year of the Hijra, from 1.
    pub year: i32,
    /// Month, 1 (Muharram) to 12 (Dhu al-Hijja); 9 is Ramadan.
    pub month: i32,
    /// Day, 1 to 30.
    pub day: i32,
}

/// 1 Muharram of year 1: 16 July 622 of the Julian calendar, as days before 1 January 1970.
const EPOCH: i32 = -492_148;

impl Hijri {
    /// The predicted date of a civil one.
    pub fn of(date: Date) -> Self {
        let days = days_of(date) - EPOCH;
        let year = (30 * days + 10_646).div_euclid(10_631);
        let first = |month| Self { year, month, day: 1 }.days();
        let month = (1..=12).rfind(|m| first(*m) <= days + EPOCH).unwrap_or(1);
        Self { year, month, day: days + EPOCH - first(month) + 1 }
    }

    /// The predicted civil date; `None` outside the calendar.
    pub fn civil(self) -> Option<Date> {
        Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(self.days()).ok()?).ok()
    }

    fn days(self) -> i32 {
        let months = (59 * (self.month - 1) + 1).div_euclid(2);
        EPOCH + self.day - 1 + months + (self.year - 1) * 354 + (3 + 11 * self.year).div_euclid(30)
    }
}

fn days_of(date: Date) -> i32 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() as i32 / 24
}

/// Easter Sunday of a year of the Gregorian calendar (the anonymous algorithm of 1876); `None` outside the calendar.
pub fn easter(year: i16) -> Option<Date> {
    let year_n = i32::from(year);
    let (golden, century, of_century) = (year_n % 19, year_n / 100, year_n % 100);
    let moon = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * sunday) / 451;
    let days = moon + sunday - 7 * late + 114;
    Date::new(year, i8::try_from(days / 31).ok()?, i8::try_from(days % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(year: i32, month: i32, day: i32, civil: &str) {
        let (hijri, civil) = (Hijri { year, month, day }, civil.parse().unwrap());
        assert_eq!(hijri.civil(), Some(civil), "{hijri:?}");
        assert_eq!(Hijri::of(civil), hijri, "{civil}");
    }

    #[test]
    fn feasts_are_predicted_as_the_station_s_calendar_does() {
        check(1448, 9, 1, "2027-02-08");
        check(1448, 10, 1, "2027-03-10");
        check(1448, 12, 10, "2027-05-17");
        check(1449, 3, 12, "2027-08-15");
    }

    #[test]
    fn every_day_of_a_century_reads_back() {
        let first: Date = "2000-01-01".parse().unwrap();
        let mut before = Hijri::of("1999-12-31".parse().unwrap());
        for day in first.series(jiff::Span::new().days(1)).take(36_525) {
            let hijri = Hijri::of(day);
            assert_eq!(hijri.civil(), Some(day));
            assert!(hijri > before && (1..=30).contains(&hijri.day), "{day}: {hijri:?}");
            before = hijri;
        }
    }

    #[test]
    fn easter_falls_where_the_churches_put_it() {
        for (year, date) in [(2024, "2024-03-31"), (2026, "2026-04-05"), (2027, "2027-03-28"), (2038, "2038-04-25")] {
            assert_eq!(easter(year), Some(date.parse().unwrap()));
        }
    }
}
