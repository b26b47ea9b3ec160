//! A start that waits for the real end of what is before it, and what is heard then.

use jiff::Timestamp;

use crate::{Anchor, Entry, EntryId, Fit, Frames, Join, Segment, Start, What};

/// How far a start may move to meet the real end of what is before it (R-OPT-03, R-LIVE-03).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wait {
    /// How much earlier it may come; at most [`Wait::MAX`].
    pub early: Frames,
    /// How much later; then it comes, whatever still plays by plan. At most [`Wait::MAX`].
    pub late: Frames,
}

impl Wait {
    /// It keeps its time.
    pub const NONE: Self = Self { early: Frames::ZERO, late: Frames::ZERO };
    /// The longest overrun that a rule knows: half an hour of speech (R-LIVE-02).
    pub const MAX: Frames = Frames::from_secs(1_800);

    /// The same within its bounds: what comes from a file may be anything.
    pub fn bounded(self) -> Self {
        Self { early: self.early.min(Self::MAX), late: self.late.min(Self::MAX) }
    }
}

/// Entries that are followed until the time is theirs again: a slot has a dozen, a break thirty.
const MOVED_MAX: usize = 128;
/// Times this near to each other are the same: lengths are rounded to nanoseconds.
const TOUCH: Frames = Frames(48);

/// What is heard when the first of `entries`, which touch, begins at `at` and not at its time.
///
/// A late beginning is paid by what may give way ([`Fit::Elastic`], [`Fit::Filler`]), the time gained by an early one is filled by
/// the bed; from there on everything has its own time again and is not in the answer. A hard start behind it moves within its own
/// [`Wait`] and no further: what is before it is cut there. Nothing is left of the first where that comes before it.
pub fn begun_at(entries: &[Entry], at: Timestamp) -> Vec<Entry> {
    let (mut moved, mut at) = (Vec::new(), at);
    for (n, entry) in entries.iter().take(MOVED_MAX).enumerate() {
        if n > 0 && near(at, entry.at) {
            return moved;
        }
        if n > 0 && entry.start == Start::Hard {
            let latest = entry.at.checked_add(entry.wait.late.as_duration()).unwrap_or(entry.at);
            let earliest = entry.at.checked_sub(entry.wait.early.as_duration()).unwrap_or(entry.at);
            if at < earliest || (at > latest && latest == entry.at) {
                close(&mut moved, &entries[n - 1], at, entry.at);
                return moved;
            }
            if at > latest {
                close(&mut moved, &entries[n - 1], at, latest);
                at = latest;
            }
        }
        let mut own = Entry { at, ..entry.clone() };
        if n == 0 {
            own.join = Join::Butt;
        }
        let gives = entry.fit != Fit::Exact;
        let left = Anchor::length_between(at, entry.end()).unwrap_or_default();
        if gives && (at > entry.at || entry.what == What::Bed) {
            if left == Frames::ZERO {
                continue;
            }
            own.length = left;
            own.fade_out = own.fade_out.min(left);
        }
        at = own.end();
        let fills = gives && at < entry.end() && entries.get(n + 1).is_none_or(|next| next.what != What::Bed);
        moved.push(own);
        if fills {
            close(&mut moved, entry, at, entry.end());
            at = entry.end();
        }
    }
    // The day is over, or too much was followed: from here on the plan's own times stand.
    if let Some(last) = entries.iter().take(MOVED_MAX).next_back().filter(|last| !near(at, last.end())) {
        close(&mut moved, last, at, last.end());
    }
    moved
}

/// Ends what was moved at `end`: cut, where it goes on longer, and filled with the bed where it does not reach.
fn close(moved: &mut Vec<Entry>, last: &Entry, at: Timestamp, end: Timestamp) {
    while moved.last().is_some_and(|e| e.at >= end) {
        moved.pop();
    }
    let Some(before) = moved.last_mut() else { return };
    if at >= end {
        before.length = Anchor::length_between(before.at, end).unwrap_or_default();
        before.fade_out = last.fade_out.min(before.length);
        return;
    }
    let length = Anchor::length_between(at, end).unwrap_or_default();
    let bed = Entry {
        id: format!("{}.wait", last.id).parse::<EntryId>().unwrap_or_else(|_| last.id.clone()),
        at,
        length,
        start: Start::Follows,
        fit: Fit::Filler,
        what: What::Bed,
        segment: Segment::Fill,
        join: Join::Butt,
        fade_out: std::mem::take(&mut before.fade_out).min(length),
        silence_meant: false,
        wait: Wait::NONE,
        ..before.clone()
    };
    moved.push(bed);
}

fn near(a: Timestamp, b: Timestamp) -> bool {
    let apart = |a, b| Anchor::length_between(a, b).is_some_and(|d| d <= TOUCH);
    apart(a, b) || apart(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AudioHash, Gain, Origin};

    const START: &str = "2026-11-24T08:10:00Z";

    fn entry(n: usize, at: Timestamp, seconds: u64, (start, fit, bed): (Start, Fit, bool)) -> Entry {
        let hash = AudioHash([n as u8; 32]);
        let asset = "sound".parse().unwrap();
        let sound = What::Audio { asset, hash, from: Frames::ZERO, gain: Gain::UNITY, expires: None };
        Entry {
            id: n.to_string().parse().unwrap(),
            at,
            length: Frames::from_secs(seconds),
            start,
            fit,
            what: if bed { What::Bed } else { sound },
            programme: "any".parse().unwrap(),
            title: String::new(),
            language: "fr".parse().unwrap(),
            origin: Origin::OptOut,
            segment: Segment::Content,
            join: Join::Butt,
            fade_out: Frames::ZERO,
            silence_meant: false,
            wait: Wait::NONE,
        }
    }

    /// An opening of 30 s, content of 300 s, a break of 60 s, elastic content of 200 s that fades, and the network.
    fn slot(elastic: Fit) -> Vec<Entry> {
        let rows = [
            (30, (Start::Hard, Fit::Exact, false)),
            (300, (Start::Follows, Fit::Exact, false)),
            (60, (Start::Follows, Fit::Exact, false)),
            (200, (Start::Follows, elastic, false)),
            (600, (Start::Hard, Fit::Exact, false)),
        ];
        let mut at: Timestamp = START.parse().unwrap();
        let mut entries = Vec::new();
        for (n, (seconds, kind)) in rows.into_iter().enumerate() {
            entries.push(entry(n, at, seconds, kind));
            at = entries[n].end();
        }
        entries[3].fade_out = Frames::from_secs(3);
        entries
    }

    #[test]
    fn what_begins_late_or_early_is_on_time_again_after_what_may_give_way() {
        // By how much, whether there is elastic content; entries with their length in seconds, and who fades.
        type Row = (i64, Fit, &'static [(&'static str, u64)]);
        let rows: [Row; 6] = [
            (0, Fit::Elastic, &[("0", 30)]),
            (120, Fit::Elastic, &[("0", 30), ("1", 300), ("2", 60), ("3", 80)]),
            (250, Fit::Elastic, &[("0", 30), ("1", 300), ("2", 10)]),
            (120, Fit::Exact, &[("0", 30), ("1", 300), ("2", 60), ("3", 80)]),
            (-90, Fit::Elastic, &[("0", 30), ("1", 300), ("2", 60), ("3", 200), ("3.wait", 90)]),
            (-90, Fit::Exact, &[("0", 30), ("1", 300), ("2", 60), ("3", 200), ("3.wait", 90)]),
        ];
        for (by_s, fit, want) in rows {
            let entries = slot(fit);
            let begins = entries[0].at + jiff::SignedDuration::from_secs(by_s);
            let moved = begun_at(&entries, begins);
            let got: Vec<_> = moved.iter().map(|e| (e.id.as_str(), e.length.0 / 48_000)).collect();
            assert_eq!(got, want, "{by_s} {fit:?}");
            assert_eq!(moved[0].at, begins);
            assert!(moved.windows(2).all(|w| w[0].end() == w[1].at), "{by_s} {fit:?}: they touch");
            if by_s != 0 {
                let last = &moved[moved.len() - 1];
                assert_eq!(last.end(), entries[4].at, "{by_s} {fit:?}: the network is back on its second");
                assert_eq!(last.fade_out, Frames::from_secs(3), "{by_s} {fit:?}: and what is before it fades");
            }
        }
    }

    #[test]
    fn a_hard_start_on_the_way_moves_within_its_own_wait_and_no_further() {
        // How far the first is late, how long the third waits, and how far that is late then.
        for (by_s, waits_s, late_s) in [(20, 60, 20), (90, 60, 60), (90, 0, 0)] {
            let mut entries = slot(Fit::Elastic);
            (entries[2].start, entries[2].wait.late) = (Start::Hard, Frames::from_secs(waits_s));
            let moved = begun_at(&entries, entries[0].at + jiff::SignedDuration::from_secs(by_s));
            let third = moved.iter().find(|e| e.id == entries[2].id).map_or(entries[2].at, |e| e.at);
            assert_eq!(third, entries[2].at + jiff::SignedDuration::from_secs(late_s), "{by_s} {waits_s}");
            assert_eq!(moved[1].end(), third, "{by_s} {waits_s}: what is before it is cut there");
        }
    }

    #[test]
    fn a_bed_takes_up_what_it_can_and_a_start_behind_everything_leaves_nothing() {
        let mut entries = slot(Fit::Exact);
        entries[3] = Entry { what: What::Bed, fit: Fit::Filler, ..entries[3].clone() };
        for (by_s, length_s) in [(-60, 260), (60, 140), (199, 1)] {
            let moved = begun_at(&entries, entries[0].at + jiff::SignedDuration::from_secs(by_s));
            assert_eq!((moved.len(), moved[3].length), (4, Frames::from_secs(length_s)), "{by_s}");
        }
        assert!(begun_at(&entries, entries[4].at).is_empty());
        assert!(begun_at(&[], entries[4].at).is_empty());
    }
}
