//! Prayer times of a place, computed from the sun: tone on the air follows them site by site (R-PRAY-02).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::sun::{HORIZON_DEG, Half, Place, Sky};

/// One of the five prayers, or sunrise, which ends the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prayer {
    /// Dawn.
    Fajr,
    /// Sunrise.
    Sunrise,
    /// Noon.
    Dhuhr,
    /// Afternoon.
    Asr,
    /// Sunset.
    Maghrib,
    /// Night.
    Isha,
}

/// The text names no prayer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no prayer: fajr, sunrise, dhuhr, asr, maghrib or isha")]
pub struct BadPrayer(pub String);

impl Prayer {
    /// All six in the order of the day.
    pub const ALL: [Self; 6] = [Self::Fajr, Self::Sunrise, Self::Dhuhr, Self::Asr, Self::Maghrib, Self::Isha];

    /// Its name as the station file writes it.
    pub const fn as_str(self) -> &'static str {
        ["fajr", "sunrise", "dhuhr", "asr", "maghrib", "isha"][self as usize]
    }
}

impl fmt::Display for Prayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Prayer {
    type Err = BadPrayer;

    fn from_str(s: &str) -> Result<Self, BadPrayer> {
        Self::ALL.into_iter().find(|p| p.as_str() == s).ok_or_else(|| BadPrayer(s.chars().take(16).collect()))
    }
}

/// By which convention times are computed. Mosques of one country differ: every site may have its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Method {
    /// How far below the horizon the sun stands at fajr, in degrees.
    pub fajr_deg: f64,
    /// How far below the horizon the sun stands at isha, in degrees.
    pub isha_deg: f64,
    /// How many lengths of a stick its shadow has grown since noon at asr: 1, or 2 by the Hanafi school.
    pub asr_shadow: f64,
    /// Minutes added to each time, in the order of [`Prayer::ALL`]: what the place's own mosques do.
    pub offsets_min: [i32; 6],
}

impl Method {
    /// Muslim World League: 18°, 17°, one shadow (R-PRAY-02).
    pub const MWL: Self = Self { fajr_deg: 18.0, isha_deg: 17.0, asr_shadow: 1.0, offsets_min: [0; 6] };
}

/// The six moments of a day at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrayerTimes([Timestamp; 6]);

impl PrayerTimes {
    /// When a prayer begins.
    pub const fn at(&self, prayer: Prayer) -> Timestamp {
        self.0[prayer as usize]
    }

    /// All six in the order of the day.
    pub fn iter(&self) -> impl Iterator<Item = (Prayer, Timestamp)> + '_ {
        Prayer::ALL.into_iter().map(|p| (p, self.at(p)))
    }
}

/// The prayers of a date at a place; `None` where the sun does not reach the angles that the method asks for.
pub fn prayer_times(place: Place, date: Date, method: &Method) -> Option<PrayerTimes> {
    let sky = Sky::of(place, date)?;
    let times = [
        sky.altitude(-method.fajr_deg, Half::Morning)?,
        sky.altitude(HORIZON_DEG, Half::Morning)?,
        sky.noon()?,
        sky.shadow(method.asr_shadow)?,
        sky.altitude(HORIZON_DEG, Half::Afternoon)?,
        sky.altitude(-method.isha_deg, Half::Afternoon)?,
    ];
    let mut moved = times;
    for (time, minutes) in moved.iter_mut().zip(method.offsets_min) {
        *time = time.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()?;
    }
    Some(PrayerTimes(moved))
}
