//! What the maker does next: a pure choice from what is needed, what is there and what may still be spent.

use std::collections::BTreeSet;

use domain::{AssetId, Frames};
use jiff::{SignedDuration, Timestamp};

use super::needs::Need;

/// How far ahead the shelf is filled while the budget lasts: half a day, some 1.3 GB.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(12);
/// An edition is let go this long after its slot at the earliest, so that a fresh recording can be compared.
pub const KEPT_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// What is wanted within this time is made by two workers at once.
pub const URGENT: SignedDuration = SignedDuration::from_mins(2);
/// A second of the maker's sound in the WAV file that the decoder reads.
const WAV_BYTES_PER_S: u64 = 96_000;
/// A second on the shelf, at most: measured 19 to 21 kB.
const SHELF_BYTES_PER_S: u64 = 24_000;
/// At least this many seconds of sound are made in a second; slower machines make what is already over.
const SPEED_MIN: i64 = 60;

/// One edition on the shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its identifier.
    pub id: AssetId,
    /// First moment of its slot.
    pub from: Timestamp,
    /// First moment at which it may no longer air.
    pub until: Timestamp,
}

/// What the choice is made from.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The station's wall time.
    pub now: Timestamp,
    /// Everything wanted in `now..now + AHEAD`, soonest first.
    pub needs: &'a [Need],
    /// What may air already, or is just being made, or could not be made.
    pub there: &'a BTreeSet<AssetId>,
    /// Editions of the demonstration whose bytes are on the shelf.
    pub held: &'a [Held],
    /// Bytes on the shelf.
    pub used_bytes: u64,
    /// Bytes that shelf and work in progress may take together.
    pub budget_bytes: u64,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Make this.
    Make(Box<Need>),
    /// Let this edition go first.
    LetGo(AssetId),
    /// Everything that fits is there.
    Rest,
}

impl Situation<'_> {
    /// The next step: what is wanted soonest.
    ///
    /// With `urgent_only`, the longest of what is wanted within [`URGENT`], and nothing else: while the first worker
    /// goes through the short pieces, its helper has begun the long one that would otherwise come last and too late.
    pub fn step(&self, urgent_only: bool) -> Step {
        let mut missing = self.needs.iter().filter(|n| self.is_missing(n));
        let urgent = self.after(URGENT);
        let need = if urgent_only {
            missing.filter(|n| n.from <= urgent).max_by_key(|n| n.piece.recipe.length)
        } else {
            missing.next()
        };
        let Some(need) = need else { return Step::Rest };
        if self.used_bytes + cost_bytes(need.piece.recipe.length) <= self.budget_bytes {
            return Step::Make(Box::new(need.clone()));
        }
        self.least_wanted(need).map_or(Step::Rest, |held| Step::LetGo(held.id.clone()))
    }

    fn is_missing(&self, need: &Need) -> bool {
        let made_in = SignedDuration::from_secs(need.piece.recipe.length.as_secs_f64() as i64 / SPEED_MIN);
        !self.there.contains(need.piece.id()) && self.after(made_in) < need.until
    }

    /// What goes first: aired longest ago; then what lies beyond everything wanted, the farthest first. Never anything
    /// that is wanted before `need`.
    fn least_wanted(&self, need: &Need) -> Option<&Held> {
        let aired = self.held.iter().filter(|h| h.until.checked_add(KEPT_AFTER).is_ok_and(|t| t <= self.now));
        let later = self.held.iter().filter(|h| h.from > need.from && h.from >= self.after(AHEAD));
        aired.min_by_key(|h| (h.until, &h.id)).or_else(|| later.max_by_key(|h| (h.from, &h.id)))
    }

    fn after(&self, time: SignedDuration) -> Timestamp {
        self.now.checked_add(time).unwrap_or(Timestamp::MAX)
    }
}

/// Bytes that making a piece takes at its peak: the decoder's input and the canonical file.
fn cost_bytes(length: Frames) -> u64 {
    length.as_secs_f64().ceil() as u64 * (WAV_BYTES_PER_S + SHELF_BYTES_PER_S)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::needs::needs;
    use crate::demo::tests::{reference, texts};

    const DAY_START: &str = "2026-11-24T08:09:30Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Makes pieces until nothing more is to do, and answers what was made and what was let go, in order.
    fn work(now: Timestamp, budget_bytes: u64, mut held: Vec<Held>) -> (Vec<Need>, Vec<AssetId>) {
        let needs = needs((&reference(), scheduler::Changes::NONE), &texts(), now, now + AHEAD);
        let mut there: BTreeSet<AssetId> = held.iter().map(|h| h.id.clone()).collect();
        let bytes = |h: &Held| h.until.duration_since(h.from).as_secs().unsigned_abs() * SHELF_BYTES_PER_S;
        let mut used_bytes: u64 = held.iter().map(bytes).sum();
        let (mut made, mut gone) = (Vec::new(), Vec::new());
        loop {
            let situation = Situation { now, needs: &needs, there: &there, held: &held, used_bytes, budget_bytes };
            match situation.step(false) {
                Step::Rest => return (made, gone),
                Step::LetGo(id) => {
                    used_bytes -= held.iter().filter(|h| h.id == id).map(bytes).sum::<u64>();
                    held.retain(|h| h.id != id);
                    there.remove(&id);
                    gone.push(id);
                }
                Step::Make(need) => {
                    used_bytes += need.piece.recipe.length.as_secs_f64() as u64 * SHELF_BYTES_PER_S;
                    assert!(used_bytes <= budget_bytes, "over the budget at {}", need.piece.id());
                    there.insert(need.piece.id().clone());
                    made.push(*need);
                }
            }
        }
    }

    #[test]
    fn what_airs_soonest_is_made_first_and_the_short_before_the_long() {
        let (made, _) = work(at(DAY_START), 2_000_000_000, Vec::new());
        let ids: Vec<_> = made.iter().map(|n| n.piece.id().as_str()).collect();
        assert_eq!(ids[0], "jingle-promo-30", "on the air at 08:09:30");
        let place = |id: &str| ids.iter().position(|i| *i == id).unwrap_or_else(|| panic!("{id} was not made"));
        let windows = [
            "mop-journal-ff",
            "tbt-journal-son",
            "gao-journal-son",
            "kdl-journal-tmh",
            "men-journal-tmh",
            "bko-ce-matin",
        ];
        let last = windows.map(|p| place(&format!("{p}.20261124-0810"))).into_iter().max().unwrap();
        assert!(last <= 12, "the opt-outs of 08:10 are among the first dozen, not at {last}");
        assert!(made.is_sorted_by_key(|n| n.from));
        assert!(last < place("flash-fr.20261124-0900"));
    }

    #[test]
    fn a_relay_shares_the_edition_of_its_source() {
        let needs =
            needs((&reference(), scheduler::Changes::NONE), &texts(), at(DAY_START), at("2026-11-24T09:00:00Z"));
        let kidal = needs.iter().find(|n| n.piece.id().as_str() == "kdl-journal-tmh.20261124-0810").unwrap();
        let sites: Vec<_> = kidal.piece.card.sites.iter().map(domain::SiteId::as_str).collect();
        assert_eq!(sites, ["KDL", "TES"]);
    }

    #[test]
    fn a_full_shelf_lets_go_what_has_aired_longest_ago() {
        let old =
            |id: &str, from: &str, until: &str| Held { id: id.parse().unwrap(), from: at(from), until: at(until) };
        let held = vec![
            old("b.20261124-0500", "2026-11-24T05:00:00Z", "2026-11-24T07:00:00Z"),
            old("a.20261124-0300", "2026-11-24T03:00:00Z", "2026-11-24T05:00:00Z"),
            old("c.20261130-0300", "2026-11-30T03:00:00Z", "2026-11-30T05:00:00Z"),
            old("d.20261124-0800", "2026-11-24T08:00:00Z", "2026-11-24T08:09:00Z"),
        ];
        let (made, gone) = work(at(DAY_START), 900_000_000, held);
        assert!(!made.is_empty());
        let gone: Vec<_> = gone.iter().map(AssetId::as_str).collect();
        assert_eq!(gone, ["a.20261124-0300", "b.20261124-0500", "c.20261130-0300"], "and never what has just aired");
    }

    #[test]
    fn nothing_that_is_wanted_is_ever_let_go() {
        let now = at(DAY_START);
        let (made, gone) = work(now, 600_000_000, Vec::new());
        assert_eq!(gone, []);
        let reach =
            made.iter().filter(|n| n.piece.recipe.length > Frames::from_secs(120)).map(|n| n.from).max().unwrap();
        assert!(reach < now + AHEAD, "a small budget shortens the window instead");
    }

    #[test]
    fn two_gigabytes_hold_three_hours_and_more() {
        for start in ["2026-11-24T08:09:30Z", "2026-11-28T14:00:00Z", "2026-11-23T20:30:00Z"] {
            let (made, _) = work(at(start), 2_000_000_000, Vec::new());
            let reach = made.iter().map(|n| n.from).max().unwrap();
            assert!(reach >= at(start) + SignedDuration::from_hours(3), "{start}: only until {reach}");
        }
    }

    #[test]
    fn the_helper_takes_the_longest_of_what_is_urgent_and_nothing_else() {
        let now = at(DAY_START);
        let needs = needs((&reference(), scheduler::Changes::NONE), &texts(), now, now + AHEAD);
        let mut there = BTreeSet::new();
        loop {
            let budget_bytes = 2_000_000_000;
            let situation = Situation { now, needs: &needs, there: &there, held: &[], used_bytes: 0, budget_bytes };
            let Step::Make(need) = situation.step(true) else { break };
            assert!(need.from <= now + URGENT);
            if there.is_empty() {
                assert_eq!(need.piece.id().as_str(), "bko-ce-matin.20261124-0810", "the longest of the minute");
            }
            there.insert(need.piece.id().clone());
        }
        assert!(there.len() > 6);
    }
}
