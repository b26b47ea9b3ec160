//! Promised against aired.
use crate::catalogue::{everything, station};
use domain::{AsRun, BootId, Entry, Frames, Outcome, Position, Revision, Rung, Segment, Seq, SitePlan, What};
use jiff::{SignedDuration, Timestamp};
use scheduler::reconcile::{Kept, reconcile};
use scheduler::{PlanInputs, Station, plan};

pub fn a_day(station: &Station) -> SitePlan {
    let assets = everything(station);
    let (site, day) = ("GAO".parse().unwrap(), "2026-11-24".parse().unwrap());
    plan(&PlanInputs::new(site, day, station, &assets), Revision(3)).unwrap().0
}

fn aired(plan: &SitePlan, seq: u64, entry: &Entry, length: Frames) -> AsRun {
    let asset = match &entry.what {
        What::Audio { asset, .. } => Some(asset.clone()),
        What::Bed => None,
    };
    AsRun {
        site: plan.site(),
        boot: BootId(7),
        seq: Seq(seq),
        entry: Some(entry.id.clone()),
        asset,
        audio: None,
        from: Frames::ZERO,
        at: Position(seq * 1000),
        length,
        wall: Some(entry.at),
        rung: Rung::Plan,
        outcome: Outcome::Whole,
    }
}

pub fn whole_day(plan: &SitePlan) -> Vec<AsRun> {
    plan.entries().iter().enumerate().map(|(n, e)| aired(plan, n as u64, e, e.length)).collect()
}

fn midnight(plan: &SitePlan) -> Timestamp {
    plan.entries().last().unwrap().end()
}

#[test]
fn a_day_that_aired_as_planned_is_kept_whole() {
    let station = station();
    let plan = a_day(&station);
    let told = reconcile(&plan, &whole_day(&plan), midnight(&plan));
    assert_eq!(told.total.rate(), Some(1.0));
    assert_eq!((told.total.promised, told.total.due), (told.total.aired, told.total.aired));
    let campaigns = told.campaigns(&station);
    assert_eq!(campaigns.values().map(|t| t.whole).sum::<u32>(), 65, "airings asked for at Gao on a Tuesday");
    assert_eq!(campaigns["unmas-ne-touche-pas"].whole, 10);
    assert!(told.languages[&"son".parse().unwrap()] > Frames::from_secs(3600), "{:?}", told.languages);
    assert!(told.unplanned.is_empty());
}

#[test]
fn a_gap_is_counted_entry_by_entry() {
    let station = station();
    let plan = a_day(&station);
    let all = whole_day(&plan);
    let spot = plan.entries().iter().position(|e| e.segment == Segment::Spot).unwrap();
    let length = plan.entries()[spot].length;
    for (frames, now_after, expected) in [
        (Some(length), 1, Kept::Whole),
        (Some(Frames(length.0 - 4_000)), 1, Kept::Whole),
        (Some(Frames(length.0 / 2)), 1, Kept::Partly),
        (None, 1, Kept::Not),
        (None, -1, Kept::NotYet),
        (Some(Frames(length.0 / 2)), -1, Kept::NotYet),
    ] {
        let mut records = all.clone();
        match frames {
            Some(frames) => records[spot].length = frames,
            None => drop(records.remove(spot)),
        }
        let now = plan.entries()[spot].end().checked_add(SignedDuration::from_secs(now_after)).unwrap();
        let told = reconcile(&plan, &records, now);
        assert_eq!(told.entries[spot].kept, expected, "{frames:?} {now_after}");
    }
}

#[test]
fn a_promise_kept_over_a_restart_adds_up_and_repeats_count_once() {
    let station = station();
    let plan = a_day(&station);
    let entry = plan.entries().iter().find(|e| e.segment == Segment::Content).unwrap();
    let half = Frames(entry.length.0 / 2);
    let first = aired(&plan, 0, entry, half);
    let second = AsRun { boot: BootId(8), ..aired(&plan, 0, entry, half) };
    let told = reconcile(&plan, &[first.clone(), second.clone(), first, second], midnight(&plan));
    let report = told.entries.iter().find(|r| r.entry.id == entry.id).unwrap();
    assert_eq!((report.aired, report.kept), (Frames(half.0 * 2), Kept::Whole));
}

#[test]
fn what_kept_no_promise_is_counted_by_rung() {
    let station = station();
    let plan = a_day(&station);
    let entry = &plan.entries()[1];
    let floor = AsRun { entry: None, asset: None, rung: Rung::Floor, ..aired(&plan, 0, entry, Frames(960)) };
    let wrong = AsRun { asset: Some("something-else".parse().unwrap()), ..aired(&plan, 1, entry, Frames(480)) };
    let elsewhere = AsRun { site: "KDL".parse().unwrap(), ..aired(&plan, 2, entry, Frames(480)) };
    let told = reconcile(&plan, &[floor, wrong, elsewhere], midnight(&plan));
    assert_eq!(told.unplanned.get(&Rung::Floor), Some(&Frames(960)));
    assert_eq!(told.unplanned.get(&Rung::Plan), Some(&Frames(480)), "other sound under an entry's name keeps nothing");
    assert_eq!(told.entries[1].kept, Kept::Not);
}
