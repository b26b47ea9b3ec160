//! How the entries of a day meet: segues and crossfades from the cue points of the sounds, and the fade before a site
//! comes back to the network (R-OPT-02).
//!
//! Only music meets music, or a jingle music: speech is never overlapped by speech. Whatever starts hard keeps its frame:
//! what was before it then fades away under it. An entry begins earlier only when its own file, or the bed behind it, fills
//! the time that it gives up at its end.

use domain::{Asset, Entry, Frames, Join, Origin, Segment, Start, What};

use super::draft::Draft;
use crate::rules::rule;

/// A shorter overlap is not heard as one.
pub(super) const OVER_MIN: Frames = Frames::from_millis(100);

/// Lays the joins between entries; the first `settled` of them stay as they are.
pub(super) fn lay(draft: &Draft<'_>, entries: &mut [Entry], settled: usize) {
    let fade = return_fade(draft);
    for i in settled.max(1)..entries.len() {
        let (before, after) = entries.split_at_mut(i);
        let (Some(a), Some((b, rest))) = (before.last_mut(), after.split_first_mut()) else { continue };
        if returns(a, b) {
            if i > settled {
                a.fade_out = fade.min(a.length);
            }
        } else if may_meet(draft, a, b) {
            meet(draft, a, b, if i > settled { rest } else { &mut [] });
        }
    }
}

/// How long an opt-out takes to fade before the network comes back.
pub(super) fn return_fade(draft: &Draft<'_>) -> Frames {
    let tuning = &draft.inputs.station.file().rule;
    let fade_s = rule("R-OPT-02").and_then(|r| r.figure("fade_s", tuning)).unwrap_or_default();
    Frames::from_millis((fade_s * 1_000.0) as u64)
}

/// Whether the network comes back here.
fn returns(a: &Entry, b: &Entry) -> bool {
    b.start == Start::Hard && a.origin != Origin::Network && b.origin == Origin::Network
}

/// Whether one may be heard under the other.
fn may_meet(draft: &Draft<'_>, a: &Entry, b: &Entry) -> bool {
    let music = |e: &Entry| {
        let programme = draft.inputs.station.programme(&e.programme);
        let share_min = draft.inputs.station.file().join.music_share_min;
        e.segment == Segment::Content && programme.is_some_and(|p| p.music_share >= share_min)
    };
    let jingle = |e: &Entry| matches!(e.segment, Segment::Opening | Segment::Sweeper | Segment::Ident);
    let apart = match (&a.what, &b.what) {
        (What::Audio { hash: a, .. }, What::Audio { hash: b, .. }) => a != b,
        _ => false,
    };
    apart && (music(a) || jingle(a)) && (music(b) || jingle(b)) && (music(a) || music(b))
}

/// Joins `b` to `a`. With a `rest`, what stands behind `b`, both may still move.
fn meet(draft: &Draft<'_>, a: &mut Entry, b: &mut Entry, rest: &mut [Entry]) {
    let spec = &draft.inputs.station.file().join;
    let (curve, over_max) = (spec.curve(), spec.over().min(b.length).min(a.length));
    let Some((file, stops_at)) = sound(draft, a).filter(|_| !goes_on(a, rest)) else { return };
    let heard_to = file.cues.map_or(file.length, |c| c.end);
    // Music that goes on behind its place steps back under a station's own short word.
    let beyond = heard_to.saturating_sub(stops_at);
    let speaks = a.segment == Segment::Content && matches!(b.segment, Segment::Sweeper | Segment::Ident);
    if let Some(duck) = spec.duck().filter(|_| speaks) {
        let over = beyond.min(b.length).min(a.length).min(Join::MAX);
        if over >= OVER_MIN {
            a.fade_out = Frames::ZERO;
            b.join = Join::Over { over, duck };
            return;
        }
    }
    // The sound goes on behind its place: it is faded away there.
    let over = beyond.min(over_max);
    if over >= OVER_MIN {
        let crosses = b.start != Start::Hard && a.segment == Segment::Content && b.segment == Segment::Content;
        a.fade_out = Frames::ZERO;
        b.join = if crosses { Join::Cross { over, curve } } else { Join::Segue { over, curve } };
        return;
    }
    // It ends inside its place with a tail of its own: the next begins where the tail does.
    let segue = file.cues.and_then(|c| c.segue).map(|s| s.max(heard_to.saturating_sub(over_max)));
    let Some(segue) = segue else { return };
    let (over, earlier) = (heard_to.saturating_sub(segue), stops_at.saturating_sub(segue));
    let begins_at = stops_at.saturating_sub(a.length);
    if over >= OVER_MIN && segue > begins_at && earlier <= over_max && b.start != Start::Hard {
        pull(draft, (a, b, rest), earlier, Join::Segue { over, curve });
    }
}

/// Lets `b` begin earlier, when its own file or the bed behind it has the time that it leaves at its end.
fn pull(draft: &Draft<'_>, (a, b, rest): (&mut Entry, &mut Entry, &mut [Entry]), earlier: Frames, join: Join) {
    let spare = sound(draft, b).map_or(Frames::ZERO, |(file, stops_at)| file.length.saturating_sub(stops_at));
    let lasts = spare >= earlier && !goes_on(b, rest);
    let Some(next) = rest.first_mut().filter(|n| lasts || (n.what == What::Bed && n.start != Start::Hard)) else {
        return;
    };
    a.length = a.length.saturating_sub(earlier);
    b.at = a.end();
    b.join = join;
    if lasts {
        b.length += earlier;
    } else {
        next.at = b.end();
        next.length += earlier;
    }
}

/// Whether what is left of an entry's file is heard later in the same programme.
fn goes_on(entry: &Entry, rest: &[Entry]) -> bool {
    let file = |e: &Entry| if let What::Audio { hash, .. } = e.what { Some(hash) } else { None };
    rest.iter().take_while(|e| !e.begins_slot_after(entry)).any(|e| file(e) == file(entry))
}

/// The card of an entry's sound, and where in the file the entry stops.
pub(super) fn sound<'a>(draft: &Draft<'a>, entry: &Entry) -> Option<(&'a Asset, Frames)> {
    let What::Audio { asset, hash, from, .. } = &entry.what else { return None };
    let card = draft.cards.get(asset).filter(|card| card.hash == *hash)?;
    Some((card, *from + entry.length))
}
