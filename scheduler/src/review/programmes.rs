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

/// A day's programmes, each whole around what is heard inside it; and that, each with the title around it.
fn apart(slots: &[ProgrammeSlot]) -> (Vec<ProgrammeSlot>, Vec<(&ProgrammeSlot, String)>) {
    let (mut whole, mut inside) = (Vec::<ProgrammeSlot>::new(), Vec::new());
    let mut rest = slots;
    while let [slot, after @ ..] = rest {
        let goes_on = |before: &ProgrammeSlot, next: &ProgrammeSlot| {
            let touch = before.end_s == slot.start_s && slot.end_s == next.start_s;
            touch && slot.clock_format.is_empty() && before.programme == next.programme
        };
        rest = match (whole.last_mut(), after) {
            (Some(before), [next, beyond @ ..]) if goes_on(before, next) => {
                inside.push((slot, before.title.clone()));
                before.end_s = next.end_s;
                beyond
            }
            _ => {
                whole.push(slot.clone());
                after
            }
        };
    }
    (whole, inside)
}

fn of_day(old: &[ProgrammeSlot], new: &[ProgrammeSlot], (site, day): (SiteId, Date), found: &mut Vec<DayChange>) {
    let change =
        |at_s: u32, (fr, en): (String, String)| DayChange { day, at_s, sites: vec![site], is_spot: false, fr, en };
    let ((old, were_inside), (new, are_inside)) = (apart(old), apart(new));
    for (slot, around) in are_inside.iter().filter(|(s, _)| !were_inside.iter().any(|(o, _)| same(o, s))) {
        let (from, to, title) = (hms(slot.start_s), hms(slot.end_s), &slot.title);
        let fr = format!("{from}–{to}: « {title} » dans « {around} », qui reprend après.");
        found.push(change(
            slot.start_s,
            (fr, format!("{from}–{to}: “{title}” within “{around}”, which goes on after it.")),
        ));
    }
    for (slot, around) in were_inside.iter().filter(|(s, _)| !are_inside.iter().any(|(n, _)| same(n, s))) {
        let (from, to, title) = (hms(slot.start_s), hms(slot.end_s), &slot.title);
        let fr = format!("{from}–{to}: « {around} » sans « {title} ».");
        found.push(change(slot.start_s, (fr, format!("{from}–{to}: “{around}” without “{title}”."))));
    }
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
        found.push(change(slot.start_s, (fr, en)));
    }
}

/// Whether nobody would hear the difference.
fn same(a: &ProgrammeSlot, b: &ProgrammeSlot) -> bool {
    (a.start_s, a.end_s, &a.programme, a.ending) == (b.start_s, b.end_s, &b.programme, b.ending)
}
