//! What the sky and the calendar say of a date: sun, prayers, moon-dependent feasts, holidays, markets, seasons.
//!
//! Pure arithmetic over dates and coordinates. What people decide on top of it (a feast confirmed a day later) is told
//! by [`Changes`](crate::Changes).

mod event;
mod hijri;
mod prayer;
mod sun;

pub use event::{Almanac, BadEvent, Event, EventKind, Occasion};
pub use hijri::{Hijri, easter};
pub use prayer::{Method, Prayer, PrayerTimes, prayer_times};
pub use sun::{Place, SunTimes, sun_times};
