//! The pause at sunset: at each site the break nearest to its own maghrib stays without spots.
//!
//! The network is not moved for it, and no call to prayer is aired (R-PRAY-03); what would have stood there is placed
//! elsewhere in the day.

use jiff::{SignedDuration, Timestamp};

use super::PlanInputs;
use crate::calendar::{Place, Prayer, prayer_times};

/// A break further away than this is left alone (R-PRAY-03).
const SHIFT_MAX: SignedDuration = SignedDuration::from_mins(6);

/// Which of the breaks, given by their first instant and the first after them, is the pause; `None` when none is near.
pub(super) fn pause(inputs: &PlanInputs<'_>, breaks: impl Iterator<Item = (Timestamp, Timestamp)>) -> Option<usize> {
    let site = inputs.station.site(inputs.site)?;
    let place = Place { lat: site.lat, lon: site.lon };
    let sunset = prayer_times(place, inputs.day, &inputs.station.prayer_method(site.id))?.at(Prayer::Maghrib);
    let far = |(from, to): (Timestamp, Timestamp)| match sunset {
        s if s < from => from.duration_since(s),
        s if s > to => s.duration_since(to),
        _ => SignedDuration::ZERO,
    };
    let distances = breaks.map(far).enumerate().filter(|(_, far)| *far <= SHIFT_MAX);
    distances.min_by_key(|(n, far)| (*far, *n)).map(|(n, _)| n)
}
