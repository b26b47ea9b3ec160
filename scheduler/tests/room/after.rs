//! What follows a plan: power cuts and make-goods, missing content and its alarms, differences in words.
use crate::catalogue::{edition, everything, station};
use domain::{AsRun, BootId, Entry, Frames, Outcome, Position, Revision, Rung, Segment, Seq, SitePlan, What};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use scheduler::readiness::{ALARMS, Responsible, horizon, missing};
use scheduler::{PlanInputs, Settled, compare, owed, placed, plan, reconcile, replan};

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The as-run of a site that kept its plan, but for what began inside a gap.
fn as_run(plan: &SitePlan, gap: (Timestamp, Timestamp)) -> Vec<AsRun> {
    let heard = plan.entries().iter().filter(|e| e.end() <= gap.0 || e.at >= gap.1);
    let record = |(n, e): (usize, &Entry)| AsRun {
        site: plan.site(),
        boot: BootId(7),
        seq: Seq(n as u64),
        entry: Some(e.id.clone()),
        asset: if let What::Audio { asset, .. } = &e.what { Some(asset.clone()) } else { None },
        audio: None,
        from: Frames::ZERO,
        at: Position(0),
        length: e.length,
        wall: Some(e.at),
        rung: Rung::Plan,
        outcome: Outcome::Whole,
    };
    heard.enumerate().map(record).collect()
}

#[test]
fn spots_lost_in_a_power_cut_are_owed_and_stand_in_the_rest_of_the_same_day() {
    let station = station();
    let assets = everything(&station);
    let gao = "GAO".parse().unwrap();
    let inputs = PlanInputs::new(gao, "2026-11-24".parse().unwrap(), &station, &assets);
    let (promised, _) = plan(&inputs, Revision(1)).unwrap();
    let (off, back) = (moment("2026-11-24T13:27:00Z"), moment("2026-11-24T13:55:20Z"));
    let day = reconcile(&promised, &as_run(&promised, (off, back)), back);
    let lost = owed(&station, &day);
    let spots = |plan: &SitePlan| plan.entries().iter().filter(|e| e.segment == Segment::Spot).count();
    let inside =
        promised.entries().iter().filter(|e| e.segment == Segment::Spot && e.end() > off && e.at < back).count();
    assert!(inside > 0 && lost.len() == inside, "{lost:?}");
    let again = PlanInputs { owed: &lost, ..inputs };
    let (made_good, _) = replan(&again, Settled { plan: &promised, until: back }, Revision(2)).unwrap();
    assert_eq!(spots(&made_good), spots(&promised) + inside, "every lost airing is heard again today");
    let more = compare(&station, &promised, &made_good);
    assert!(more.iter().all(|d| d.at >= back || d.en.starts_with("Spot")), "{more:?}");
}

#[test]
fn a_lost_airing_is_made_good_once_though_plans_are_made_again_all_day_and_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let store = scheduler::Store::open(&dir.path().join("station.db")).unwrap();
    let station = station();
    let assets = everything(&station);
    let (gao, today): (_, Date) = ("GAO".parse().unwrap(), "2026-11-24".parse().unwrap());
    let inputs = PlanInputs::new(gao, today, &station, &assets);
    let (promised, _) = plan(&inputs, Revision(1)).unwrap();
    let (off, back) = (moment("2026-11-24T13:27:00Z"), moment("2026-11-24T13:55:20Z"));
    let lost = owed(&station, &reconcile(&promised, &as_run(&promised, (off, back)), back));
    let before = store.revision().unwrap();
    assert_eq!(store.note_owed(&lost, back).unwrap(), lost.len());
    assert_eq!(store.note_owed(&lost, back).unwrap(), 0, "told twice, owed once");
    assert_eq!(store.revision().unwrap(), before + 1, "plans are made again once");
    let mut debts = store.debts(off).unwrap();
    let given: Vec<_> = debts.iter().map(|d| d.owed.clone()).collect();
    let settled = Settled { plan: &promised, until: back };
    let (made_good, _) = replan(&PlanInputs { owed: &given, ..inputs }, settled, Revision(2)).unwrap();
    assert_eq!(placed(&station, &made_good, &given).len(), lost.len());
    assert!(placed(&station, &promised, &given).is_empty(), "nothing was made good before it was lost");
    for debt in &mut debts {
        debt.placed_on = Some(today);
    }
    store.note_placed(&debts).unwrap();
    let debts = store.debts(off).unwrap();
    assert!(debts.iter().all(|d| d.is_open_on(today)), "today's next plan keeps them");
    assert!(!debts.iter().any(|d| d.is_open_on(today.tomorrow().unwrap())), "tomorrow's does not air them again");
}

#[test]
fn a_site_on_its_own_plan_does_not_owe_what_it_aired_at_another_time() {
    let station = station();
    let assets = everything(&station);
    let inputs = PlanInputs::new("GAO".parse().unwrap(), "2026-11-24".parse().unwrap(), &station, &assets);
    let (promised, _) = plan(&inputs, Revision(1)).unwrap();
    let end = moment("2026-11-25T00:00:00Z");
    let mut aired = as_run(&promised, (end, end));
    let spot = promised.entries().iter().position(|e| e.segment == Segment::Spot).unwrap();
    let missed = promised.entries()[spot].at;
    aired[spot].entry = Some("2026-11-24/own/1.spot".parse().unwrap());
    let check = |rung: Rung, minutes: i64, debts: usize| {
        let mut aired = aired.clone();
        aired[spot].rung = rung;
        aired[spot].wall = missed.checked_add(SignedDuration::from_mins(minutes)).ok();
        let owed = owed(&station, &reconcile(&promised, &aired, end));
        assert_eq!(owed.len(), debts, "{rung:?} {minutes} min later");
    };
    check(Rung::OwnPlan, 20, 0);
    check(Rung::OwnPlan, 200, 1);
    check(Rung::Sustaining, 20, 1);
}

#[test]
fn a_missing_opt_out_is_called_out_a_day_two_hours_and_ten_minutes_before() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| !a.id.as_str().starts_with("mop-causerie-dts."));
    let mop = station.site("MOP".parse().unwrap()).unwrap();
    let inputs = PlanInputs::new(mop.id, "2026-11-24".parse().unwrap(), &station, &assets);
    let found = missing(&inputs).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let one = &found[0];
    assert_eq!((one.programme.as_str(), one.responsible), ("mop-causerie-dts", Responsible::Site(mop.id)));
    assert_eq!(one.instead.as_ref().unwrap().as_str(), "partages");
    for (now, alarm) in [
        ("2026-11-23T15:29:59Z", None),
        ("2026-11-23T15:30:00Z", Some(ALARMS[2])),
        ("2026-11-24T13:29:00Z", Some(ALARMS[2])),
        ("2026-11-24T13:30:00Z", Some(ALARMS[1])),
        ("2026-11-24T15:20:00Z", Some(ALARMS[0])),
    ] {
        assert_eq!(one.alarm(moment(now)), alarm, "{now}");
    }
    let hours = |site: &str| horizon(station.site(site.parse().unwrap()).unwrap());
    assert_eq!((hours("GAO"), hours("TES")), (SignedDuration::from_hours(72), SignedDuration::from_hours(240)));
}

#[test]
fn two_revisions_are_told_apart_in_sentences() {
    let station = station();
    let assets = everything(&station);
    let inputs = PlanInputs::new("GAO".parse().unwrap(), "2026-11-24".parse().unwrap(), &station, &assets);
    let (old, _) = plan(&inputs, Revision(1)).unwrap();
    assert_eq!(compare(&station, &old, &old), []);
    let mut fewer = assets.clone();
    fewer.retain(|a| !a.id.as_str().starts_with("gao-causerie-tmh."));
    let (new, _) = plan(&PlanInputs { assets: &fewer, ..inputs }, Revision(2)).unwrap();
    let told = compare(&station, &old, &new);
    let first = told.iter().find(|d| !d.en.starts_with("Spot")).unwrap();
    assert!(first.fr.starts_with("15:30:00: « Partages") && first.fr.contains("au lieu de"), "{first:?}");
    let mut more = assets.clone();
    more.push(edition(&station, "debat", "other", 2_400));
    let day = inputs.day;
    let place = [scheduler::Placement {
        site: None,
        day,
        start: "19:15:00".parse().unwrap(),
        asset: "debat.other".parse().unwrap(),
    }];
    let (new, _) = plan(&PlanInputs { assets: &more, placements: &place, ..inputs }, Revision(2)).unwrap();
    let told = compare(&station, &old, &new);
    assert!(told.iter().any(|d| d.en.contains("debat.other instead of debat.2400")), "{told:?}");
}

#[test]
fn an_alert_speaks_the_languages_of_each_site_in_its_order() {
    let station = station();
    let recorded: Vec<_> = ["fr", "ses", "taq"].map(|l| l.parse().unwrap()).to_vec();
    let order = |site: &str| {
        let site = station.site(site.parse().unwrap()).unwrap();
        let all = scheduler::alert::languages(site, &recorded);
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order("GAO"), "son tmh fr");
    assert_eq!(order("MEN"), "tmh son fr");
}

#[test]
fn spots_keep_their_distance_over_midnight() {
    let mut file = station().file().clone();
    for campaign in &mut file.campaign {
        campaign.per_day.insert("nuit".to_owned(), 5);
        campaign.sep_same_campaign_min = 90;
    }
    let station = scheduler::Station::new(file).unwrap();
    let assets = everything(&station);
    let mut together = Vec::new();
    let mut alone = 0;
    for site in station.sites() {
        let day = |d: &str| PlanInputs::new(site.id, d.parse().unwrap(), &station, &assets);
        let (eve, _) = plan(&day("2026-11-24"), Revision(1)).unwrap();
        let (knowing, _) = plan(&PlanInputs { yesterday: Some(&eve), ..day("2026-11-25") }, Revision(1)).unwrap();
        let (ignorant, _) = plan(&day("2026-11-25"), Revision(1)).unwrap();
        together.extend(too_near(&station, &eve, &knowing));
        alone += too_near(&station, &eve, &ignorant).len();
    }
    assert_eq!(together, Vec::<String>::new());
    assert!(alone > 0, "without yesterday's plan there is nothing to keep");
}

/// Pairs of one campaign over midnight that stand nearer than it asks.
fn too_near(station: &scheduler::Station, eve: &SitePlan, day: &SitePlan) -> Vec<String> {
    let airings = |plan: &SitePlan| -> Vec<(Timestamp, String, u32)> {
        let spots = plan.entries().iter().filter(|e| e.segment == Segment::Spot);
        spots
            .filter_map(|e| {
                let What::Audio { asset, .. } = &e.what else { return None };
                let (campaign, _) = station.spot_of(asset, plan.site())?;
                Some((e.at, campaign.id.clone(), campaign.sep_same_campaign_min))
            })
            .collect()
    };
    let late = airings(eve);
    let early = airings(day);
    let mut found = Vec::new();
    for (at, id, min) in &early {
        let near = |(t, other, _): &&(Timestamp, String, u32)| {
            other == id && at.duration_since(*t) < SignedDuration::from_mins(i64::from(*min))
        };
        found.extend(late.iter().filter(near).map(|(t, ..)| format!("{} {id}: {t} and {at}", day.site())));
    }
    found
}
