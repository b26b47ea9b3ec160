//! Where the sun stands: its declination and the equation of time, and the moments of a day that follow from them.

use jiff::Timestamp;
use jiff::civil::Date;

/// A point on the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Latitude in degrees, north positive, −90 to 90.
    pub lat: f64,
    /// Longitude in degrees, east positive, −180 to 180.
    pub lon: f64,
}

/// Sunrise, solar noon and sunset of a date at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SunTimes {
    /// The upper limb appears.
    pub rise: Timestamp,
    /// The sun crosses the meridian.
    pub noon: Timestamp,
    /// The upper limb disappears.
    pub set: Timestamp,
}

/// Altitude of the sun's centre when its upper limb touches the horizon: half its disc and usual refraction, in degrees.
pub(super) const HORIZON_DEG: f64 = -0.833;

/// Sunrise, noon and sunset on the civil date of the place's own longitude; `None` where the sun does not rise or set
/// that day, or outside the calendar. Exact to half a minute between 1950 and 2050.
pub fn sun_times(place: Place, date: Date) -> Option<SunTimes> {
    let sky = Sky::of(place, date)?;
    Some(SunTimes {
        rise: sky.altitude(HORIZON_DEG, Half::Morning)?,
        noon: sky.noon()?,
        set: sky.altitude(HORIZON_DEG, Half::Afternoon)?,
    })
}

/// Before or after the meridian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// A date as seen from a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sky {
    place: Place,
    midnight: Timestamp,
    days: f64,
}

impl Sky {
    pub(super) fn of(place: Place, date: Date) -> Option<Self> {
        let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        // Days since noon of 1 January 2000, the epoch of the series below.
        let days = midnight.as_second() as f64 / 86_400.0 - 10_957.5;
        Some(Self { place, midnight, days })
    }

    pub(super) fn noon(&self) -> Option<Timestamp> {
        let hours = refine(12.0, |hours| Some(self.noon_near(hours)))?;
        self.at(hours)
    }

    /// When the sun's centre stands at an altitude in degrees.
    pub(super) fn altitude(&self, degrees: f64, half: Half) -> Option<Timestamp> {
        self.crossing(half, |_| degrees)
    }

    /// When the shadow of a stick is longer by `times` its length than it was at noon.
    pub(super) fn shadow(&self, times: f64) -> Option<Timestamp> {
        let lat = self.place.lat.to_radians();
        self.crossing(Half::Afternoon, |declination| {
            (1.0 / (times + (lat - declination).abs().tan())).atan().to_degrees()
        })
    }

    fn crossing(&self, half: Half, degrees: impl Fn(f64) -> f64) -> Option<Timestamp> {
        let (first, sign) = if half == Half::Morning { (6.0, -1.0) } else { (18.0, 1.0) };
        let lat = self.place.lat.to_radians();
        let hours = refine(first, |hours| {
            let (declination, _) = self.sun(hours);
            let altitude = degrees(declination).to_radians();
            let cosine = (altitude.sin() - lat.sin() * declination.sin()) / (lat.cos() * declination.cos());
            let turned = (-1.0..=1.0).contains(&cosine).then(|| cosine.acos().to_degrees() / 15.0)?;
            Some(self.noon_near(hours) + sign * turned)
        })?;
        self.at(hours)
    }

    fn noon_near(&self, hours: f64) -> f64 {
        12.0 - self.place.lon / 15.0 - self.sun(hours).1
    }

    /// Declination in radians and equation of time in hours, from the low-precision series of the Astronomical Almanac
    /// (section C: good to 0.01°).
    fn sun(&self, hours: f64) -> (f64, f64) {
        let n = self.days + hours / 24.0;
        let anomaly = (357.529 + 0.985_600_28 * n).to_radians();
        let mean = 280.459 + 0.985_647_36 * n;
        let longitude = (mean + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
        let tilt = (23.439 - 0.000_000_36 * n).to_radians();
        let ascension = (tilt.cos() * longitude.sin()).atan2(longitude.cos()).to_degrees();
        let equation = (mean - ascension + 180.0).rem_euclid(360.0) - 180.0;
        ((tilt.sin() * longitude.sin()).asin(), equation / 15.0)
    }

    fn at(&self, hours: f64) -> Option<Timestamp> {
        let ms = (hours * 3_600_000.0).round() as i64;
        self.midnight.checked_add(jiff::SignedDuration::from_millis(ms)).ok()
    }
}

/// Three rounds: the sun moves less than a second's worth between the second and the third.
fn refine(first: f64, better: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    (0..3).try_fold(first, |hours, _| better(hours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_stays_down_in_a_polar_night_and_says_so() {
        let north = Place { lat: 80.0, lon: 20.0 };
        assert_eq!(sun_times(north, "2026-12-21".parse().unwrap()), None);
        assert_eq!(sun_times(north, "2026-06-21".parse().unwrap()), None);
    }

    #[test]
    fn noon_lies_between_rise_and_set_on_every_day_of_a_year() {
        let tessalit = Place { lat: 20.1986, lon: 1.0114 };
        let first: Date = "2026-01-01".parse().unwrap();
        for day in first.series(jiff::Span::new().days(1)).take(365) {
            let sun = sun_times(tessalit, day).unwrap();
            let (morning, afternoon) = (sun.noon.duration_since(sun.rise), sun.set.duration_since(sun.noon));
            assert!((morning - afternoon).abs() < jiff::SignedDuration::from_mins(2), "{day}");
        }
    }
}
