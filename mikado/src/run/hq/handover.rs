//! How a new plan takes over from the one on the air: what sounds now is not torn up for something as good.
//!
//! A plan made again in the middle of a break may choose other spots for it. Up to the next moment at which both plans
//! begin an entry, the published promises stand, as long as each of them can still be kept and the new plan has nothing
//! better than the bed there. The programme itself is no such matter: who puts another edition on the air now means now.

use std::collections::HashSet;

use domain::{AudioHash, BrokenPlan, Entry, Segment, SitePlan, What};
use jiff::Timestamp;

/// The new plan with the promises of `published` kept from its entry at `now` to the next common boundary.
///
/// `airable` are the exact bytes that may air. `bounds` are those of the day. The new plan comes back unchanged where the
/// old one promises the bed or bytes that may no longer air, or does not cover `now`.
pub(super) fn keep_present(
    published: &SitePlan,
    new: SitePlan,
    now: Timestamp,
    airable: &HashSet<AudioHash>,
    bounds: (Timestamp, Timestamp),
) -> Result<SitePlan, BrokenPlan> {
    let Some((kept, until)) = stretch(published, &new, now, airable) else { return Ok(new) };
    let begins = kept.first().map_or(now, |e| e.at);
    let before = new.entries().iter().filter(|e| e.end() <= begins);
    let after = new.entries().iter().filter(|e| e.at >= until);
    let entries: Vec<Entry> = before.chain(kept).chain(after).cloned().collect();
    SitePlan::new(new.site(), new.day(), new.revision(), bounds, entries).or(Ok(new))
}

/// The published entries around `now` that differ from the new plan, between two boundaries that both plans share.
fn stretch<'a>(
    published: &'a SitePlan,
    new: &SitePlan,
    now: Timestamp,
    airable: &HashSet<AudioHash>,
) -> Option<(&'a [Entry], Timestamp)> {
    if !published.covers(now) {
        return None;
    }
    let entries = published.entries();
    let shared = |at: Timestamp| new.entries().binary_search_by_key(&at, |e| e.at).is_ok();
    let present = entries.partition_point(|e| e.at <= now).checked_sub(1)?;
    let first = (0..=present).rev().find(|i| shared(entries[*i].at))?;
    let last = (present..entries.len()).find(|i| entries.get(i + 1).is_none_or(|next| shared(next.at)))?;
    let kept = &entries[first..=last];
    let until = kept.last()?.end();
    let better = new.entries().iter().filter(|e| e.end() > now && e.at < until).any(|e| {
        let was = published.entry_at(e.at.max(now));
        is_audio(e) && was.is_some_and(|p| !is_audio(p))
    });
    let ahead = &kept[present - first..];
    let worth =
        ahead.iter().any(is_audio) && ahead.iter().all(|e| e.segment != Segment::Content && keepable(e, airable));
    (worth && !better).then_some((kept, until))
}

const fn is_audio(e: &Entry) -> bool {
    matches!(e.what, What::Audio { .. })
}

fn keepable(e: &Entry, airable: &HashSet<AudioHash>) -> bool {
    match &e.what {
        What::Audio { hash, expires, .. } => airable.contains(hash) && expires.is_none_or(|t| e.at < t),
        What::Bed => true,
    }
}

#[cfg(test)]
mod tests {
    use domain::{Fit, Frames, Gain, Origin, Revision, Start};
    use jiff::ToSpan;

    use super::*;

    /// One letter per entry and its length in minutes: upper case audio, lower case bed; `C` and `D` are content.
    fn plan(revision: u64, parts: &[(char, u64)]) -> SitePlan {
        let (from, _) = bounds(parts);
        let mut at = from;
        let entries = parts.iter().map(|(letter, minutes)| {
            let length = Frames::from_secs(minutes * 60);
            let entry = Entry {
                id: format!("{at}/{letter}").parse().unwrap(),
                at,
                length,
                start: Start::Hard,
                fit: Fit::Exact,
                what: if letter.is_lowercase() { What::Bed } else { audio(*letter) },
                programme: "p".parse().unwrap(),
                title: letter.to_string(),
                language: "fr".parse().unwrap(),
                origin: Origin::Network,
                segment: if "CD".contains(*letter) { Segment::Content } else { Segment::Spot },
            };
            at = entry.end();
            entry
        });
        let entries = entries.collect();
        SitePlan::new("GAO".parse().unwrap(), day(), Revision(revision), bounds(parts), entries).unwrap()
    }

    fn audio(letter: char) -> What {
        let asset = letter.to_string().parse().unwrap();
        What::Audio { asset, hash: AudioHash([letter as u8; 32]), from: Frames::ZERO, gain: Gain::UNITY, expires: None }
    }

    fn day() -> jiff::civil::Date {
        jiff::civil::date(2026, 11, 24)
    }

    fn bounds(parts: &[(char, u64)]) -> (Timestamp, Timestamp) {
        let from: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let minutes: u64 = parts.iter().map(|p| p.1).sum();
        (from, from + i64::try_from(minutes).unwrap().minutes())
    }

    /// At `minute`, `new` taking over from `old` airs `expected`; every letter may air but `Z`.
    #[track_caller]
    fn check(old: &[(char, u64)], new: &[(char, u64)], minute: i64, expected: &str) {
        let now = bounds(old).0 + minute.minutes();
        let airable = ('A'..='Y').map(|l| AudioHash([l as u8; 32])).collect();
        let merged = keep_present(&plan(1, old), plan(2, new), now, &airable, bounds(new)).unwrap();
        assert_eq!(merged.entries().iter().map(|e| e.title.as_str()).collect::<String>(), expected);
        assert_eq!(merged.revision(), Revision(2));
    }

    #[test]
    fn a_break_on_the_air_keeps_its_spots_to_its_end() {
        let old = [('C', 10), ('A', 1), ('B', 2), ('c', 1), ('C', 10)];
        let new = [('C', 10), ('E', 2), ('F', 1), ('c', 1), ('C', 10)];
        check(&old, &new, 10, "CABcC");
        check(&old, &new, 12, "CABcC");
        check(&old, &new, 5, "CEFcC");
        check(&old, &new, 14, "CEFcC");
    }

    #[test]
    fn what_may_no_longer_air_is_not_kept() {
        check(&[('C', 10), ('A', 1), ('Z', 2), ('C', 10)], &[('C', 10), ('E', 3), ('C', 10)], 10, "CEC");
    }

    #[test]
    fn sound_replaces_the_bed_at_once() {
        check(&[('C', 10), ('A', 1), ('b', 2), ('C', 10)], &[('C', 10), ('A', 1), ('E', 2), ('C', 10)], 10, "CAEC");
        check(&[('c', 20)], &[('C', 20)], 10, "C");
    }

    #[test]
    fn another_programme_put_on_the_air_now_means_now() {
        check(&[('C', 20), ('A', 1)], &[('D', 20), ('A', 1)], 10, "DA");
    }

    #[test]
    fn a_plan_that_does_not_cover_now_changes_nothing() {
        check(&[('A', 1), ('B', 2)], &[('E', 2), ('F', 1)], 5, "EF");
    }
}
