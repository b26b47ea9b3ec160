//! Programmes that are heard otherwise, in words.

use domain::SiteId;
use jiff::civil::Date;

use super::{DayChange, ReviewInputs, slots};
use crate::grid::hms;
use crate::week::ProgrammeSlot;

/// Every programme that takes another's place, begins at another time or lasts otherwise.
pub(super) fn differences(inputs: &ReviewInputs<'_>, days: &[Date]) -> Vec<DayChange> {
    let mut found = Vec::new();
    for day in days {
        for site in inputs.after.station.sites() {
            of_day(
                &slots(inputs.before, site.id, *day),
                &slots(inputs.after, site.id, *day),
                (site.id, *day),
                &mut found,
            );
        }
    }
    found
}

fn of_day(old: &[ProgrammeSlot], new: &[ProgrammeSlot], (site, day): (SiteId, Date), found: &mut Vec<DayChange>) {
    for slot in new.iter().filter(|s| !old.iter().any(|o| same(o, s))) {
        let Some(was) = old.iter().rfind(|o| o.start_s <= slot.start_s) else { continue };
        let (from, to, title, lost) = (hms(slot.start_s), hms(slot.end_s), &slot.title, &was.title);
        let (fr, en) = if was.programme != slot.programme {
            (
                format!("{from}–{to}: « {title} » au lieu de « {lost} »."),
                format!("{from}–{to}: “{title}” instead of “{lost}”."),
            )
        } else if (was.start_s, was.end_s) == (slot.start_s, slot.end_s) {
            let ((fr, en), (was_fr, was_en)) = (slot.ending.words(), was.ending.words());
            (
                format!("« {title} » ({from}), si elle dure plus que sa place: {fr}, au lieu de: {was_fr}."),
                format!("“{title}” ({from}), if it lasts longer than its place: {en}, instead of: {was_en}."),
            )
        } else if was.start_s == slot.start_s {
            let end = hms(was.end_s);
            (
                format!("« {title} » ({from}) finit à {to} au lieu de {end}."),
                format!("“{title}” ({from}) ends at {to} instead of {end}."),
            )
        } else {
            let start = hms(was.start_s);
            (
                format!("« {title} » commence à {from} au lieu de {start}."),
                format!("“{title}” starts at {from} instead of {start}."),
            )
        };
        found.push(DayChange { day, at_s: slot.start_s, sites: vec![site], is_spot: false, fr, en });
    }
}

/// Whether nobody would hear the difference.
fn same(a: &ProgrammeSlot, b: &ProgrammeSlot) -> bool {
    (a.start_s, a.end_s, &a.programme, a.ending) == (b.start_s, b.end_s, &b.programme, b.ending)
}
