//! Where one programme gives way to the next: how long a start waits for the real end of what is before it (R-OPT-03,
//! R-LIVE-03), and what a file that lasts longer or shorter than its place does to what follows.
//!
//! Lengths of files are known here, so what they move is written into the plan. How long somebody live speaks is not: the wait
//! goes with the entry, and the player keeps it.

use domain::{Anchor, Entry, Frames, Origin, Segment, Severity, Start, Wait, What, begun_at};
use jiff::{SignedDuration, Timestamp};

use super::choice::Standing;
use super::draft::Draft;
use super::joins::{OVER_MIN, return_fade, sound};
use super::remarks::Remarks;
use super::stretch::{Piece, Stretch};
use crate::grid::{hms, second_of};
use crate::station::{Ending, SegmentKind, Window};

/// The anchor of a window that opens at the end of what is before it.
const RELATIVE: &str = "end_of_previous";

/// How a stretch ends: as its slot says, else as its programme does.
fn ending(stretch: &Stretch<'_>) -> Ending {
    stretch.slot.ending.or(stretch.programme.ending).unwrap_or_default()
}

/// How long the stretch with this number waits for the one before it. The network comes back on its second (R-OPT-02), and what is
/// joined in progress has nothing to wait for.
pub(super) fn wait(draft: &Draft<'_>, n: usize) -> Wait {
    let both = n.checked_sub(1).and_then(|before| Some((draft.stretches.get(before)?, draft.stretches.get(n)?)));
    let Some((before, own)) = both.filter(|(_, own)| own.part_s.start == 0) else { return Wait::NONE };
    let network = |s: &Stretch<'_>| s.slot.origin == Origin::Network;
    match (network(before), network(own)) {
        (true, false) => window(draft, own).map_or(Wait::NONE, |w| leave(w, own)),
        (false, true) => Wait::NONE,
        _ => Wait { early: Frames::ZERO, late: ending(before).late() },
    }
}

/// The window that a stretch opens.
fn window<'a>(draft: &Draft<'a>, own: &Stretch<'_>) -> Option<&'a Window> {
    let window = own.slot.window.as_deref().and_then(|id| draft.week.window(id));
    window.filter(|w| second_of(w.start) == own.slot.start_s)
}

/// Within what the network is left: from the earliest moment on where its end decides, to the latest in any case.
fn leave(window: &Window, own: &Stretch<'_>) -> Wait {
    let on_time = own.day_s == own.slot.start_s && window.anchor == RELATIVE;
    let early_s = if on_time { own.day_s.saturating_sub(second_of(window.earliest)) } else { 0 };
    let late_s = second_of(window.latest).saturating_sub(own.day_s);
    Wait { early: Frames::from_secs(early_s.into()), late: Frames::from_secs(late_s.into()) }.bounded()
}

/// Lets the last content take the time of the jingles right behind it, where its file lasts longer and its ending says so.
pub(super) fn absorb(stretch: &Stretch<'_>, pieces: &mut Vec<Piece>) {
    let most_s = ending(stretch).absorbs_s();
    let (Some(choice), Some(n)) = (stretch.content, pieces.iter().rposition(|p| p.kind == SegmentKind::Contenu)) else {
        return;
    };
    let (content, behind) = pieces.split_at_mut(n + 1);
    let Some(content) = content.last_mut().filter(|_| most_s > 0) else { return };
    let to_s = u64::from(content.content_before_s) + u64::from(content.length_s);
    let rest = choice.asset.length.saturating_sub(Frames::from_secs(to_s));
    let mut left_s = u32::try_from(rest.0.div_ceil(u64::from(domain::SAMPLE_RATE_HZ))).unwrap_or(u32::MAX).min(most_s);
    let gives = |p: &&mut Piece| p.pin_s.is_none() && !matches!(p.kind, SegmentKind::Ecran | SegmentKind::TopHoraire);
    for piece in behind.iter_mut().take_while(gives) {
        let part_s = left_s.min(piece.length_s);
        (piece.from_s, piece.length_s) = (piece.from_s + part_s, piece.length_s - part_s);
        content.length_s += part_s;
        left_s -= part_s;
    }
    pieces.retain(|p| p.length_s > 0);
}

/// Fades the last content of a stretch that was just written, where its file goes on and its ending says so.
pub(super) fn fade(stretch: &Stretch<'_>, entries: &mut [Entry]) {
    let fade = ending(stretch).fade();
    let Some(last) = entries.iter_mut().rfind(|e| e.segment == Segment::Content) else { return };
    let goes_on = match (&last.what, stretch.content) {
        (What::Audio { hash, from, .. }, Some(choice)) => {
            choice.asset.hash == *hash && *from + last.length < choice.asset.length
        }
        _ => false,
    };
    if goes_on {
        last.fade_out = fade.min(last.length);
    }
}

/// Moves every start that waits to the real end of the programme before it; the first `settled` entries stay.
pub(super) fn meet(draft: &Draft<'_>, entries: &mut Vec<Entry>, settled: usize, remarks: &mut Remarks) {
    for n in (1..draft.stretches.len()).filter(|n| follows_files(draft, *n)) {
        let Some(own) = first_of(draft, entries, n).filter(|own| *own > settled) else { continue };
        let planned = entries[own].at;
        let Some((content, own)) = real_end(draft, entries, settled, own) else { continue };
        if entries[own].at != planned {
            tell(draft, &entries[content], &entries[own], planned, remarks);
        }
    }
}

/// Whether the start of the stretch with this number goes by the file before it: one that was to be heard to its end. A window that
/// opens by the clock waits for somebody live alone.
fn follows_files(draft: &Draft<'_>, n: usize) -> bool {
    let (before, own) = (&draft.stretches[n - 1], &draft.stretches[n]);
    let leaves = own.slot.origin != Origin::Network && before.slot.origin == Origin::Network;
    let by_clock = leaves && window(draft, own).is_none_or(|w| w.anchor != RELATIVE);
    let whole = before.part_s.end == before.slot.length_s && !before.programme.fill;
    let programme = before.content.is_some_and(|c| c.standing != Standing::StandIn);
    whole && programme && !by_clock && wait(draft, n) != Wait::NONE
}

/// The first entry of the stretch with this number.
fn first_of(draft: &Draft<'_>, entries: &[Entry], n: usize) -> Option<usize> {
    let own = &draft.stretches[n];
    let start = hms(own.slot.start_s).to_string().replace(':', "");
    let name = format!("{}/{start}/{}", draft.inputs.day, own.slot.programme);
    let from = entries.partition_point(|e| e.at < own.at);
    (from..entries.len()).find(|i| entries[*i].id.slot() == name && entries[*i].wait != Wait::NONE)
}

/// Brings the last content before a start that waits (`own`) to its real end and the start to that. Answers where both stand then; `None` where
/// nothing moves.
fn real_end(draft: &Draft<'_>, entries: &mut Vec<Entry>, settled: usize, own: usize) -> Option<(usize, usize)> {
    let (wait, slot) = (entries[own].wait, entries[own - 1].id.slot());
    let mut before = (settled..own).rev().take_while(|i| entries[*i].id.slot() == slot);
    let content = before.find(|i| entries[*i].segment == Segment::Content && entries[*i].what != What::Bed)?;
    if entries[content + 1..own].iter().any(|e| e.start == Start::Hard) {
        return None; // What stands between is fixed to the clock.
    }
    let last = &entries[content];
    if left_by(last, &entries[content + 1]) {
        let spare = entries[content + 1].length;
        return (spare <= wait.early).then(|| (content, sooner(entries, (content, own), spare)));
    }
    let (file, stops_at) = sound(draft, last)?;
    let rest = file.cues.map_or(file.length, |c| c.end).saturating_sub(stops_at);
    (rest >= OVER_MIN).then(|| (content, later(draft, entries, (content, own), rest)))
}

/// Whether an entry is the bed that fills what a file has left of its place.
fn left_by(content: &Entry, bed: &Entry) -> bool {
    bed.what == What::Bed && bed.id.as_str().strip_suffix(".bed") == Some(content.id.as_str())
}

/// Leaves out the bed behind a content, so that all behind it comes sooner, and answers where the start is then.
fn sooner(entries: &mut Vec<Entry>, (content, own): (usize, usize), by: Frames) -> usize {
    let begins = entries[own].at.checked_sub(by.as_duration()).unwrap_or(entries[own].at);
    if !replace(entries, own, begins) {
        return own;
    }
    entries.remove(content + 1);
    for n in content + 1..own {
        entries[n].at = entries[n - 1].end();
    }
    own - 1
}

/// Lets a content go on for what its file has, as long as the start waits, and answers where that is then.
fn later(draft: &Draft<'_>, entries: &mut Vec<Entry>, (content, own): (usize, usize), rest: Frames) -> usize {
    let (id, by) = (entries[own].id.clone(), rest.min(entries[own].wait.late));
    let begins = entries[content].end() + by.as_duration();
    if !replace(entries, content + 1, begins) {
        return own;
    }
    let last = &mut entries[content];
    last.length += by;
    if rest > by {
        // It was let finish for as long as may be: what goes on still is faded away.
        last.fade_out = return_fade(draft).min(last.length);
    }
    (content + 1..entries.len()).find(|n| entries[*n].id == id).unwrap_or(own)
}

/// Begins an entry then, with all that follows from it; says whether it can.
fn replace(entries: &mut Vec<Entry>, from: usize, begins: Timestamp) -> bool {
    let mut moved = begun_at(&entries[from..], begins);
    let Some(back) = moved.last().map(Entry::end).filter(|_| moved[0].id == entries[from].id) else { return false };
    let edge = back.checked_sub(SignedDuration::from_millis(1)).unwrap_or(back);
    let replaced = entries[from..].iter().take_while(|e| e.at < edge).count();
    for own in moved.iter_mut().filter(|e| e.wait != Wait::NONE) {
        // The bounds of a wait do not move with its start.
        let Some(planned) = entries[from..].iter().find(|e| e.id == own.id).map(|e| e.at) else { continue };
        let later = Anchor::length_between(planned, own.at).unwrap_or_default();
        let sooner = Anchor::length_between(own.at, planned).unwrap_or_default();
        own.wait.early = (own.wait.early + later).saturating_sub(sooner);
        own.wait.late = (own.wait.late + sooner).saturating_sub(later);
    }
    entries.splice(from..from + replaced, moved);
    true
}

fn tell(draft: &Draft<'_>, before: &Entry, own: &Entry, planned: Timestamp, remarks: &mut Remarks) {
    let station = draft.inputs.station;
    let title = |e: &Entry| station.programme(&e.programme).map_or_else(|| e.title.clone(), |p| p.title.clone());
    let time = |at: Timestamp| station.zone().to_datetime(at).strftime("%H:%M:%S").to_string();
    let second = second_of(station.zone().to_datetime(planned).time());
    let (next, last, at, planned) = (title(own), title(before), time(own.at), time(planned));
    remarks.say(("plan.start-moved", Severity::Info), own.id.as_str(), Some(second), || {
        (
            format!("« {next} » commence à {at} au lieu de {planned}: « {last} » finit à ce moment."),
            format!("“{next}” starts at {at} instead of {planned}: “{last}” ends then."),
        )
    });
}
