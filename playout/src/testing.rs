//! Plans and sounds for this room's tests.

use domain::{Entry, Fit, Frames, Gain, Join, Origin, Revision, Segment, SitePlan, Start, Wait, What};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::planfile::PlanBundle;

/// GAO's bundle.
pub fn bundle(revision: u64, plans: Vec<SitePlan>) -> PlanBundle {
    PlanBundle { site: "GAO".parse().unwrap(), revision: Revision(revision), plans }
}

/// A stretch of a sound.
pub fn audio(hash: u8, from: Frames) -> What {
    What::Audio {
        asset: format!("sound-{hash}").parse().unwrap(),
        hash: domain::AudioHash([hash; 32]),
        from,
        gain: Gain::UNITY,
        expires: None,
    }
}

/// An entry of `seconds` seconds.
pub fn entry(id: &str, at: Timestamp, seconds: u64, what: What) -> Entry {
    Entry {
        id: id.parse().unwrap(),
        at,
        length: Frames::from_secs(seconds),
        start: Start::Hard,
        fit: Fit::Exact,
        what,
        programme: "journal-fr".parse().unwrap(),
        title: format!("Title of {id}"),
        language: "fr".parse().unwrap(),
        origin: Origin::Network,
        segment: Segment::Content,
        join: Join::Butt,
        fade_out: Frames::ZERO,
        silence_meant: false,
        wait: Wait::NONE,
    }
}

/// A whole UTC day from `(seconds, what)` rows starting at `from`; the rest before and after is the bed.
pub fn day_of(day: &str, from: &str, rows: &[(u64, What)]) -> SitePlan {
    let date: Date = day.parse().unwrap();
    let midnight = date.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let end = date.tomorrow().unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
    let first: Timestamp = format!("{day}T{from}Z").parse().unwrap();
    let mut entries = Vec::new();
    let secs = |a: Timestamp, b: Timestamp| (b.as_second() - a.as_second()) as u64;
    if first > midnight {
        entries.push(entry(&format!("{day}/before"), midnight, secs(midnight, first), What::Bed));
    }
    let mut at = first;
    for (i, (seconds, what)) in rows.iter().enumerate() {
        entries.push(entry(&format!("{day}/{i}"), at, *seconds, what.clone()));
        at = at.checked_add((*seconds as i64).seconds()).unwrap();
    }
    if at < end {
        entries.push(entry(&format!("{day}/after"), at, secs(at, end), What::Bed));
    }
    SitePlan::new("GAO".parse().unwrap(), date, Revision(1), (midnight, end), entries).unwrap()
}

/// A small whole day.
pub fn day_plan(day: &str) -> SitePlan {
    day_of(day, "08:00:00", &[(600, audio(1, Frames::ZERO)), (30, What::Bed), (30, audio(2, Frames::from_secs(3)))])
}
