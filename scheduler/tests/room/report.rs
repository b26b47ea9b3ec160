//! What campaigns were promised and what was heard of it.
use std::collections::BTreeMap;

use crate::catalogue::{everything, station};
use crate::reconcile::{a_day, whole_day};
use domain::{AsRun, AssetId, BootId, Frames, Outcome, Rung, Segment, Seq, SitePlan};
use scheduler::Station;
use scheduler::report::{Airing, CampaignDay, DayFacts, airings, campaign_day};

const MINES: &str = "unmas-ne-touche-pas";

fn told(station: &Station, plan: &SitePlan, records: &[AsRun], is_over: bool) -> BTreeMap<String, CampaignDay> {
    let lengths: BTreeMap<AssetId, Frames> = everything(station).into_iter().map(|a| (a.id, a.length)).collect();
    let airings = airings(station, plan.site(), records, &|asset| lengths.get(asset).copied());
    let facts = DayFacts { site: plan.site(), day: plan.day(), plan: Some(plan), airings: &airings, is_over };
    // The air check was interrupted for the second half of each hour.
    campaign_day(station, &facts, &|a: &Airing| a.at.as_second() % 3600 < 1800)
}

/// The records of the spots of one campaign, in order.
fn spots(station: &Station, plan: &SitePlan) -> Vec<AsRun> {
    let is_spot = plan.entries().iter().map(|e| e.segment == Segment::Spot);
    let all = whole_day(plan).into_iter().zip(is_spot).filter(|(_, spot)| *spot).map(|(r, _)| r);
    all.filter(|r| station.spot_of(r.asset.as_ref().unwrap(), r.site).unwrap().0.id == MINES).collect()
}

#[test]
fn what_was_heard_is_counted_from_the_records_and_what_lacks_from_the_promise() {
    let station = station();
    let plan = a_day(&station);
    let all = spots(&station, &plan);
    let mines = |records: &[AsRun], is_over| told(&station, &plan, records, is_over)[MINES].clone();
    let whole = mines(&all, true);
    assert_eq!((whole.promised, whole.scheduled, whole.aired, whole.missing), (10, 10, 10, 0));
    assert_eq!(whole.languages.values().sum::<u32>(), 10);
    let first_half = all.iter().filter(|r| r.wall.unwrap().as_second() % 3600 < 1800).count();
    assert_eq!(whole.proven as usize, first_half, "as many as the air check holds");
    // Nothing is missing before the day is over.
    assert_eq!((mines(&[], false).missing, mines(&[], true).missing), (0, 10));
    // Half of one is none; the other half after a restart makes it whole; told twice it is still one.
    let mut half = all.clone();
    half[0].length = Frames(half[0].length.0 / 2);
    half[0].outcome = Outcome::Cut;
    let cut = mines(&half, true);
    assert_eq!((cut.aired, cut.partly, cut.missing), (9, 1, 1));
    let rest = AsRun { boot: BootId(8), outcome: Outcome::Joined, from: half[0].length, ..half[0].clone() };
    half.extend([rest.clone(), rest]);
    assert_eq!((mines(&half, true).aired, mines(&half, true).partly), (10, 0));
    // One that aired on the site's own plan kept no entry of this one and counts; one without a time does not.
    let own = AsRun { entry: None, rung: Rung::OwnPlan, seq: Seq(90_000), ..all[0].clone() };
    let more = mines(&[&all[..], std::slice::from_ref(&own)].concat(), true);
    assert_eq!((more.aired, more.compensating, more.missing), (11, 1, 0));
    let timeless = AsRun { wall: None, ..own };
    assert_eq!(mines(&[&all[..], &[timeless]].concat(), true), whole);
}

#[test]
fn what_sounded_twice_counts_once_and_two_beginnings_make_no_whole() {
    let station = station();
    let plan = a_day(&station);
    let first = spots(&station, &plan).remove(0);
    let length = first.length;
    let stretch = |boot, from, frames| AsRun { boot: BootId(boot), from, length: frames, ..first.clone() };
    let part = |tenths: u64| Frames(length.0 * tenths / 10);
    for (heard, aired, is_whole) in [
        (vec![stretch(1, Frames::ZERO, length), stretch(2, Frames::ZERO, length)], length, true),
        (vec![stretch(1, Frames::ZERO, part(6)), stretch(2, Frames::ZERO, part(5))], part(6), false),
        (vec![stretch(1, Frames::ZERO, part(6)), stretch(2, part(4), part(6))], length, true),
        (vec![stretch(1, Frames::ZERO, part(2)), stretch(2, part(8), part(2))], part(4), false),
    ] {
        let told = airings(&station, plan.site(), &heard, &|_| Some(length));
        assert_eq!(told.iter().map(|a| (a.aired, a.is_whole)).collect::<Vec<_>>(), [(aired, is_whole)]);
    }
}

#[test]
fn what_a_station_did_not_air_is_in_the_report_all_the_same() {
    let station = station();
    let plan = a_day(&station);
    let told = told(&station, &plan, &[], true);
    let asked: u32 = told.values().map(|line| line.promised).sum();
    assert_eq!((asked, told.values().map(|line| line.missing).sum::<u32>()), (65, 65));
    assert!(told.values().all(|line| line.aired + line.proven + line.compensating == 0));
}
