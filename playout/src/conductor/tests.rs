//! The conductor in virtual time: a rig plays decks and mixer as intervals, so that hours take milliseconds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;

use super::*;
use crate::testing::{audio, bundle, day_of};

mod waits;

/// A stretch that was on: which entry, its own sound or the bed, where in its file.
#[derive(Clone, Debug, PartialEq)]
struct Heard {
    entry: String,
    own: bool,
    from: Frames,
    at: Position,
    end: Position,
}

struct Rig {
    conductor: Conductor,
    at: Position,
    step: Frames,
    start: Timestamp,
    shift_s: i64,
    shelf: BTreeMap<u8, Frames>,
    on: BTreeMap<CueKey, (Cue, bool)>,
    heard: Vec<Heard>,
    alarms: BTreeSet<(String, String)>,
    work: Vec<(Position, Work)>,
}

impl Rig {
    fn new(start: &str) -> Self {
        Self {
            conductor: Conductor::new(Timeline::new(None)),
            at: Position(0),
            step: Frames::from_millis(50),
            start: start.parse().unwrap(),
            shift_s: 0,
            shelf: (1..=9).map(|h| (h, Frames::from_secs(7_200))).collect(),
            on: BTreeMap::new(),
            heard: Vec::new(),
            alarms: BTreeSet::new(),
            work: Vec::new(),
        }
    }

    fn now(&self) -> Moment {
        let wall = self.start + Frames(self.at.0).as_duration() + self.shift_s.seconds();
        Moment { at: self.at, wall: Some(wall) }
    }

    fn plans(&mut self, revision: u64, plans: Vec<domain::SitePlan>) {
        let (now, bundle) = (self.now(), bundle(revision, plans));
        self.tell(now, Fact::Plans(bundle));
    }

    fn tell(&mut self, now: Moment, fact: Fact) {
        self.conductor.handle(now, fact);
        while let Some(work) = self.conductor.poll() {
            self.work.push((now.at, work.clone()));
            self.do_work(now, work);
        }
    }

    fn do_work(&mut self, now: Moment, work: Work) {
        match work {
            Work::Open { key, hash, .. } => {
                let fact = match self.shelf.get(&hash.0[0]) {
                    Some(length) => Fact::Ready { key, length: *length },
                    None => Fact::Refused { key, why: Trouble::Missing("gone".into()) },
                };
                self.tell(now, fact);
            }
            Work::Load(cue) => {
                let end = cue.last();
                self.on.insert(cue.key, (Cue { end, ..*cue }, false));
            }
            Work::Start { key, at, end, .. } => {
                self.on.entry(key).and_modify(|(cue, _)| (cue.at, cue.end) = (at, end));
            }
            Work::Retime { key, end, .. } => {
                if let Some((cue, _)) = self.on.get_mut(&key) {
                    cue.end = end.max(now.at);
                }
            }
            Work::Forget { key } => {
                if let Some((cue, _)) = self.on.get_mut(&key) {
                    cue.end = now.at.min(cue.end);
                }
            }
            Work::Raise { about, finding } => {
                self.alarms.insert((finding.code, about));
            }
            Work::Calm { code, about } => {
                self.alarms.remove(&(code.to_owned(), about));
            }
            Work::Close { .. } => {}
        }
    }

    fn run(&mut self, seconds: u64) {
        let until = self.at + Frames::from_secs(seconds);
        while self.at < until {
            self.at = self.at + self.step;
            let now = self.now();
            let due: Vec<_> = self
                .on
                .iter()
                .filter(|(_, (c, began))| !began && c.at < now.at && c.at < c.end)
                .map(|(k, _)| *k)
                .collect();
            for key in due {
                self.on.get_mut(&key).unwrap().1 = true;
                self.tell(now, Fact::Began { key });
            }
            let over: Vec<_> = self.on.iter().filter(|(_, (c, _))| c.end <= now.at).map(|(k, _)| *k).collect();
            for key in over {
                let (cue, began) = self.on.remove(&key).unwrap();
                if began {
                    let own = cue.rung > Rung::Sustaining;
                    self.heard.push(Heard {
                        entry: cue.entry.id.to_string(),
                        own,
                        from: cue.from,
                        at: cue.at,
                        end: cue.end,
                    });
                }
                self.tell(now, Fact::Ended { key });
            }
            self.tell(now, Fact::Turn);
        }
    }

    fn alarm(&self, code: &str) -> bool {
        self.alarms.iter().any(|(c, _)| c == code)
    }

    fn position(&self, wall: &str) -> Position {
        self.conductor.timeline().position_of(wall.parse().unwrap()).unwrap()
    }

    /// No stretch of any entry's file has been on twice, beyond the length of a crossfade.
    fn assert_nothing_repeats(&self) {
        let own: Vec<_> = self.heard.iter().filter(|h| h.own).collect();
        for (i, a) in own.iter().enumerate() {
            for b in own.iter().skip(i + 1).filter(|b| b.entry == a.entry) {
                let a_end = a.from + a.end.since(a.at).unwrap();
                assert!(b.from + CROSSFADE >= a_end, "{a:?} and {b:?}");
            }
        }
    }
}

const DAY: &str = "2026-11-24";

/// Six entries of ten minutes from 08:00:00.
fn hour() -> domain::SitePlan {
    let rows: Vec<_> = (1..=6).map(|h| (600, audio(h, Frames::ZERO))).collect();
    day_of(DAY, "08:00:00", &rows)
}

#[test]
fn a_boot_joins_where_the_air_should_be() {
    let mut rig = Rig::new("2026-11-24T08:03:00Z");
    rig.plans(1, vec![hour()]);
    rig.run(600);
    let first = &rig.heard[0];
    assert_eq!((first.entry.as_str(), first.own), ("2026-11-24/0", true));
    assert_eq!(first.at, Position(0) + LEAD);
    assert_eq!(first.from, Frames::from_secs(180) + LEAD);
    assert_eq!(first.end, rig.position("2026-11-24T08:10:00Z"));
}

#[test]
fn everything_is_loaded_well_before_it_starts_and_starts_on_its_frame() {
    let mut rig = Rig::new("2026-11-24T08:00:00Z");
    rig.plans(1, vec![hour()]);
    rig.run(3_000);
    let loads = rig.work.iter().filter_map(|(at, w)| if let Work::Load(c) = w { Some((*at, c)) } else { None });
    for (at, cue) in loads.skip(1) {
        assert!(cue.at.since(at).unwrap() >= Frames::from_secs(15), "{} at {at:?}", cue.entry.id);
        assert_eq!(Some(cue.at), rig.conductor.timeline().position_of(cue.entry.at));
    }
    assert!(rig.heard.windows(2).all(|w| w[0].end == w[1].at), "entries touch");
    assert_eq!(rig.heard.len(), 5);
}

#[test]
fn a_late_plan_and_midnight_are_joined_without_a_double() {
    let mut rig = Rig::new("2026-11-24T23:58:00Z");
    rig.run(60);
    assert!(rig.heard.is_empty() && rig.alarm("plan.none"));
    let rows = |h: u8| (0..3).map(|i| (50, audio(h + i, Frames::ZERO))).collect::<Vec<_>>();
    rig.plans(1, vec![day_of(DAY, "23:57:30", &rows(1)), day_of("2026-11-25", "00:00:00", &rows(4))]);
    rig.run(240);
    assert!(!rig.alarm("plan.none"));
    let entries: Vec<_> = rig.heard.iter().map(|h| h.entry.as_str()).collect();
    let want = ["2026-11-24/1", "2026-11-24/2", "2026-11-25/0", "2026-11-25/1", "2026-11-25/2"];
    assert_eq!(entries, want);
    assert_eq!(rig.heard[2].at, rig.position("2026-11-25T00:00:00Z"));
    rig.assert_nothing_repeats();
}

#[test]
fn the_end_of_a_year_a_leap_day_and_week_53_are_midnights_like_others() {
    for (day, next) in [("2026-12-31", "2027-01-01"), ("2028-02-28", "2028-02-29"), ("2028-02-29", "2028-03-01")] {
        let mut rig = Rig::new(&format!("{day}T23:58:00Z"));
        let rows: Vec<_> = (1..=4).map(|h| (60, audio(h, Frames::ZERO))).collect();
        rig.plans(1, vec![day_of(day, "23:56:00", &rows), day_of(next, "00:00:00", &rows)]);
        rig.run(290);
        let told: Vec<_> = rig.heard.iter().map(|h| h.entry.clone()).collect();
        let want = [(day, 2), (day, 3), (next, 0), (next, 1)].map(|(d, n)| format!("{d}/{n}"));
        assert_eq!(told, want);
        assert_eq!(rig.heard[2].at, rig.position(&format!("{next}T00:00:00Z")), "{next}: on its frame");
        assert!(rig.heard.windows(2).all(|w| w[0].end == w[1].at));
    }
}

#[test]
fn a_leap_second_is_taken_up_at_the_edges_and_nothing_is_cut_or_repeated() {
    let mut rig = Rig::new("2026-12-31T23:50:00Z");
    let rows: Vec<_> = (0..40).map(|h| (30, audio(h % 9 + 1, Frames::ZERO))).collect();
    let after: Vec<_> = (0..120).map(|h| (30, audio(h % 9 + 1, Frames::ZERO))).collect();
    rig.plans(1, vec![day_of("2026-12-31", "23:40:00", &rows), day_of("2027-01-01", "00:00:00", &after)]);
    rig.run(600);
    // The kernel lets 23:59:59 be heard twice: the wall goes back by a second at midnight.
    rig.shift_s = -1;
    rig.run(2_400);
    rig.assert_nothing_repeats();
    assert!(rig.heard.iter().all(|h| h.own) && rig.heard.windows(2).all(|w| w[0].end == w[1].at));
    assert!(!rig.alarm("clock.step"), "a second is no step");
}

#[test]
fn a_clock_that_is_set_never_touches_what_plays_nor_repeats_anything() {
    const YEAR: i64 = 365 * 86_400;
    for shift in [3_600, -3_600, 120, -120, YEAR, -YEAR, 10 * YEAR, -10 * YEAR] {
        let mut rig = Rig::new("2026-11-24T08:03:00Z");
        let day =
            |d| day_of(d, "00:00:00", &(0..144).map(|i| (600, audio(i % 9 + 1, Frames::ZERO))).collect::<Vec<_>>());
        rig.plans(1, vec![day(DAY), day("2026-11-25")]);
        rig.run(200);
        rig.shift_s = shift;
        rig.run(60);
        assert!(rig.alarm("clock.step"), "{shift}");
        let orders = rig
            .work
            .iter()
            .filter(|(at, w)| *at >= Position(200 * 48_000) && matches!(w, Work::Retime { .. } | Work::Forget { .. }));
        assert_eq!(orders.count(), 0, "{shift}: what plays is untouched");
        rig.run(2 * 3_600);
        rig.assert_nothing_repeats();
        let bare = rig.heard.windows(2).filter(|w| w[1].at > w[0].end);
        assert_eq!(bare.count(), 0, "{shift}: entries still touch");
        if shift.abs() >= YEAR {
            assert!(rig.heard.iter().all(|h| h.own), "{shift}: the plan goes on as if nothing had happened");
        } else {
            assert!(!rig.alarm("clock.step"), "{shift}: a steady clock is followed");
            let last = rig.heard.last().unwrap();
            assert!(last.own, "{shift}: the air is back on the plan");
        }
    }
}

#[test]
fn an_unknown_time_plays_nothing_that_is_bound_to_the_clock() {
    let mut rig = Rig::new("1970-01-01T00:00:05Z");
    rig.plans(1, vec![hour()]);
    rig.run(30);
    assert!(rig.heard.is_empty() && rig.on.is_empty());
    assert!(rig.alarm("clock.unknown"));
    rig.shift_s = "2026-11-24T08:05:00Z".parse::<Timestamp>().unwrap().as_second() - 5;
    rig.run(30);
    assert!(!rig.alarm("clock.unknown"));
    assert_eq!(rig.on.values().filter(|(_, began)| *began).count(), 1, "the plan is joined once the time is known");
}

#[test]
fn a_missing_sound_leaves_its_place_to_the_bed_and_comes_in_when_it_arrives() {
    let mut rig = Rig::new("2026-11-24T08:00:00Z");
    rig.shelf.remove(&2);
    rig.plans(1, vec![hour()]);
    rig.run(700);
    assert!(rig.alarm("audio.missing"));
    rig.shelf.insert(2, Frames::from_secs(7_200));
    rig.run(12);
    assert!(!rig.alarm("audio.missing"));
    rig.run(600);
    let second: Vec<_> = rig.heard.iter().filter(|h| h.entry == "2026-11-24/1").collect();
    assert_eq!(second.len(), 2);
    assert_eq!((second[0].own, second[0].at), (false, rig.position("2026-11-24T08:10:00Z")));
    assert_eq!((second[1].own, second[1].at), (true, second[0].end));
    assert_eq!(second[1].from, second[1].at.since(rig.position("2026-11-24T08:10:00Z")).unwrap());
    assert_eq!(second[1].end, rig.position("2026-11-24T08:20:00Z"));
}

#[test]
fn a_sound_that_fails_in_its_middle_comes_back_behind_what_is_still_good() {
    let mut rig = Rig::new("2026-11-24T08:00:00Z");
    rig.plans(1, vec![hour()]);
    rig.run(100);
    let key = *rig.on.iter().find(|(_, (_, began))| *began).unwrap().0;
    let (at, now) = (Frames::from_secs(110), rig.now());
    rig.tell(now, Fact::Failed { key, at, why: Trouble::Damaged("so made".into()) });
    assert!(rig.alarm("audio.damaged"));
    rig.run(600);
    let first: Vec<_> = rig.heard.iter().filter(|h| h.entry == "2026-11-24/0").collect();
    assert_eq!(first.len(), 2);
    assert!(first[1].own && first[1].at >= Position(0) + at);
    assert!(!rig.alarm("audio.damaged"));
}

#[test]
fn what_has_expired_never_airs() {
    let mut rig = Rig::new("2026-11-24T08:00:00Z");
    let until = |t: &str| {
        let What::Audio { asset, hash, from, gain, .. } = audio(1, Frames::ZERO) else { unreachable!() };
        What::Audio { asset, hash, from, gain, expires: Some(t.parse().unwrap()) }
    };
    let rows = [(60, until("2026-11-24T08:00:40Z")), (60, until("2026-11-24T08:00:40Z")), (60, audio(2, Frames::ZERO))];
    rig.plans(1, vec![day_of(DAY, "08:00:00", &rows)]);
    rig.run(170);
    let told: Vec<_> = rig.heard.iter().map(|h| (h.own, h.end)).collect();
    let p = |t| rig.position(t);
    let want =
        [(true, p("2026-11-24T08:00:40Z")), (false, p("2026-11-24T08:01:00Z")), (false, p("2026-11-24T08:02:00Z"))];
    assert_eq!(told, want);
}

#[test]
fn a_new_revision_leaves_what_it_does_not_change() {
    let mut rig = Rig::new("2026-11-24T08:05:00Z");
    rig.plans(1, vec![hour()]);
    rig.run(60);
    let before = rig.work.len();
    rig.plans(2, vec![hour()]);
    rig.plans(1, vec![day_of(DAY, "08:00:00", &[(600, audio(9, Frames::ZERO))])]);
    rig.run(1);
    let touched = rig.work[before..].iter().filter(|(_, w)| !matches!(w, Work::Raise { .. } | Work::Calm { .. }));
    assert_eq!(touched.count(), 0);
    assert_eq!(rig.conductor.revision(), Some(Revision(2)));
}

#[test]
fn a_bit_that_turned_in_memory_is_put_right_from_the_file() {
    let mut rig = Rig::new("2026-11-24T08:05:00Z");
    rig.plans(1, vec![hour()]);
    rig.run(60);
    rig.plans(1, vec![hour()]);
    assert!(!rig.alarm("plan.memory"), "the same is the same");
    let turned = day_of(DAY, "08:00:00", &[(600, audio(1, Frames::ZERO)), (600, audio(9, Frames::ZERO))]);
    rig.conductor.bundle = Some(bundle(1, vec![turned]));
    rig.plans(1, vec![hour()]);
    assert!(rig.alarm("plan.memory"));
    rig.run(600);
    rig.plans(1, vec![hour()]);
    assert!(!rig.alarm("plan.memory"));
    let on = rig.on.values().find(|(_, began)| *began).unwrap();
    assert_eq!(on.0.entry.what, audio(2, Frames::ZERO));
    assert!(rig.heard.iter().all(|h| h.own), "what played was not touched");
}

#[test]
fn a_new_revision_changes_what_follows_at_once() {
    let mut rig = Rig::new("2026-11-24T08:09:50Z");
    rig.plans(1, vec![hour()]);
    rig.run(3);
    rig.plans(2, vec![day_of(DAY, "08:00:00", &[(600, audio(1, Frames::ZERO)), (600, audio(9, Frames::ZERO))])]);
    rig.run(700);
    assert_eq!(rig.heard.len(), 2);
    assert_eq!(rig.heard[0].end, rig.position("2026-11-24T08:10:00Z"));
    let opened: Vec<_> = rig
        .work
        .iter()
        .filter_map(|(_, w)| if let Work::Load(c) = w { Some(c.entry.what.clone()) } else { None })
        .collect();
    assert!(opened.contains(&audio(9, Frames::ZERO)));
    assert!(rig.heard.iter().all(|h| h.own));
}

#[test]
fn a_changed_present_entry_is_crossfaded_only_when_the_new_one_is_ready() {
    for (new_is_there, stands_in) in [(true, true), (false, false)] {
        let mut rig = Rig::new("2026-11-24T08:05:00Z");
        rig.plans(1, vec![hour()]);
        rig.run(60);
        if !new_is_there {
            rig.shelf.remove(&9);
        }
        let changed_at = rig.at;
        rig.plans(2, vec![day_of(DAY, "08:00:00", &[(600, audio(9, Frames::ZERO))])]);
        rig.run(300);
        assert_eq!(rig.heard[0].end, changed_at + LEAD + CROSSFADE);
        assert_eq!((rig.heard[1].own, rig.heard[1].at), (stands_in, changed_at + LEAD));
        if stands_in {
            assert_eq!(rig.heard[1].from, Frames::from_secs(360) + LEAD);
        }
    }
}

#[test]
fn a_tail_does_not_survive_what_it_was_made_for() {
    let join = domain::Join::Segue { over: Frames::from_secs(4), curve: domain::Curve::EqualPower };
    let plan = |second: u8, join| {
        let day = day_of(DAY, "08:00:00", &[(60, audio(1, Frames::ZERO)), (60, audio(second, Frames::ZERO))]);
        let mut entries = day.entries().to_vec();
        entries[2].join = join;
        let bounds = (entries[0].at, entries[entries.len() - 1].end());
        domain::SitePlan::new(day.site(), day.day(), day.revision(), bounds, entries).unwrap()
    };
    let rows = [(2, join, 4), (3, domain::Join::Butt, 0), (3, join, 4)];
    for (second, join_after, tail_s) in rows {
        let mut rig = Rig::new("2026-11-24T08:00:30Z");
        rig.plans(1, vec![plan(2, join)]);
        rig.run(15);
        rig.plans(2, vec![plan(second, join_after)]);
        rig.run(60);
        let edge = rig.position("2026-11-24T08:01:00Z");
        let first = rig.heard.iter().find(|h| h.entry.ends_with("/0")).unwrap();
        assert_eq!(first.end, edge + Frames::from_secs(tail_s), "{second} {join_after:?}");
        let second = rig.on.values().find(|(c, _)| c.entry.id.as_str().ends_with("/1")).unwrap();
        assert_eq!(second.0.at, edge);
    }
}

/// Own plans of a day: the site's hours, in pieces of ten minutes.
fn own_days(days: &[&str]) -> PlanBundle {
    let rows: Vec<_> = (0..144).map(|n| (600, audio(n % 4 + 5, Frames::ZERO))).collect();
    bundle(1, days.iter().map(|d| day_of(d, "00:00:00", &rows)).collect())
}

#[test]
fn when_the_plans_end_the_site_plays_its_own_and_comes_back_at_an_edge() {
    let mut rig = Rig::new("2026-11-24T23:40:00Z");
    let rows: Vec<_> = (1..=4).map(|h| (600, audio(h, Frames::ZERO))).collect();
    rig.plans(1, vec![day_of(DAY, "23:20:00", &rows)]);
    let now = rig.now();
    rig.tell(now, Fact::OwnPlans(own_days(&[DAY, "2026-11-25", "2026-11-26"])));
    rig.run(3_650);
    let rungs: Vec<_> = rig.heard.iter().map(|h| (h.own, h.entry.starts_with(DAY))).collect();
    assert!(rungs.iter().all(|(own, _)| *own), "never the bed: {rungs:?}");
    assert!(rig.heard.windows(2).all(|w| w[0].end == w[1].at), "and no hole");
    let on =
        |rig: &Rig| rig.on.values().find(|(_, began)| *began).map(|(c, _)| (c.rung, c.entry.id.to_string())).unwrap();
    assert_eq!(on(&rig).0, Rung::OwnPlan);
    assert!(rig.alarm("plan.own") && !rig.alarm("plan.none"));
    // The studio is back in the middle of an entry, with another day than the site's own.
    rig.run(125);
    let before = on(&rig).1;
    let day: Vec<_> = (0..48).map(|n| (1_800, audio(n % 4 + 1, Frames::ZERO))).collect();
    rig.plans(2, vec![day_of("2026-11-25", "00:00:00", &day)]);
    rig.run(60);
    assert_eq!(on(&rig), (Rung::OwnPlan, before), "its own entry is heard to its edge");
    rig.run(600);
    assert_eq!(on(&rig).0, Rung::Plan);
    assert!(!rig.alarm("plan.own"));
    let last = rig.heard.iter().rfind(|h| h.own).unwrap();
    assert_eq!(last.end, rig.position("2026-11-25T00:50:00Z"), "the edge of the site's entry");
}

#[test]
fn a_plan_that_ends_at_once_does_not_call_a_site_back() {
    let mut rig = Rig::new("2026-11-25T00:05:00Z");
    let now = rig.now();
    rig.tell(now, Fact::OwnPlans(own_days(&["2026-11-25"])));
    rig.run(60);
    // A plan that covers the day before and half an hour of this one, as far as a cut transfer got.
    let rows = [(1_800, audio(1, Frames::ZERO))];
    let short = day_of("2026-11-25", "00:00:00", &rows);
    let entries = vec![short.entries()[0].clone()];
    let bounds = (entries[0].at, entries[0].end());
    let short = domain::SitePlan::new(short.site(), short.day(), short.revision(), bounds, entries).unwrap();
    rig.plans(5, vec![short]);
    rig.run(900);
    assert!(rig.on.values().all(|(c, _)| c.rung == Rung::OwnPlan));
}

#[test]
fn fourteen_days_alone_never_fall_to_the_bed() {
    let mut rig = Rig::new("2026-11-24T23:59:00Z");
    rig.plans(1, vec![day_of(DAY, "23:50:00", &[(600, audio(1, Frames::ZERO))])]);
    rig.step = Frames::from_secs(5);
    let days: Vec<String> = (0..15)
        .map(|n| DAY.parse::<jiff::civil::Date>().unwrap().saturating_add(i64::from(n).days()).to_string())
        .collect();
    for pair in days.windows(2) {
        let now = rig.now();
        let two: Vec<_> = pair.iter().map(String::as_str).collect();
        rig.tell(now, Fact::OwnPlans(own_days(&two)));
        rig.run(86_400);
    }
    assert!(rig.heard.len() > 1_900 && rig.heard.iter().all(|h| h.own));
    assert!(rig.heard.windows(2).all(|w| w[0].end == w[1].at));
}
