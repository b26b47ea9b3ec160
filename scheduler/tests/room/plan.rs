//! Plans of the reference station: what airs, what stands in, what is said.
use std::collections::BTreeSet;

use crate::catalogue::{edition, everything, station};
use domain::{Asset, AssetId, Entry, Finding, Frames, Origin, Revision, Segment, SitePlan, Start, Status, What};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use scheduler::{NoPlan, Placement, PlanInputs, Settled, Station, plan, replan};

fn inputs<'a>(station: &'a Station, assets: &'a [Asset], site: &str, day: &str) -> PlanInputs<'a> {
    let (site, day) = (site.parse().unwrap(), day.parse::<Date>().unwrap());
    PlanInputs::new(site, day, station, assets)
}

fn planned(station: &Station, assets: &[Asset], site: &str, day: &str) -> (SitePlan, Vec<Finding>) {
    plan(&inputs(station, assets, site, day), Revision(1)).unwrap()
}

fn asset_of(entry: &Entry) -> Option<&AssetId> {
    match &entry.what {
        What::Audio { asset, .. } => Some(asset),
        What::Bed => None,
    }
}

fn at<'a>(plan: &'a SitePlan, when: &str) -> &'a Entry {
    plan.entry_at(when.parse().unwrap()).unwrap()
}

fn codes(findings: &[Finding]) -> BTreeSet<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

#[test]
fn every_airing_of_the_reference_week_finds_its_break() {
    let station = station();
    let assets = everything(&station);
    for day in 23..30 {
        for site in station.sites() {
            let (plan, findings) = planned(&station, &assets, site.id.as_str(), &format!("2026-11-{day}"));
            assert!(plan.entries().iter().all(|e| e.segment == Segment::Fill || e.what != What::Bed));
            assert!(findings.iter().all(|f| f.code != "R-CAMP-08"), "{findings:?}");
        }
    }
}

#[test]
fn the_four_opt_outs_of_a_tuesday_air_at_gao_and_rejoin_hard() {
    let station = station();
    let assets = everything(&station);
    let (plan, _) = planned(&station, &assets, "GAO", "2026-11-24");
    for (when, programme, origin) in [
        ("2026-11-24T08:09:59Z", "journal-fr", Origin::Network),
        ("2026-11-24T08:10:00Z", "gao-journal-son", Origin::OptOut),
        ("2026-11-24T09:00:00Z", "flash-fr", Origin::Network),
        ("2026-11-24T10:05:00Z", "magazine-version-son", Origin::File),
        ("2026-11-24T11:00:00Z", "flash-fr", Origin::Network),
        ("2026-11-24T15:30:00Z", "gao-causerie-tmh", Origin::OptOut),
        ("2026-11-24T16:30:00Z", "jeunes-1612", Origin::Network),
        ("2026-11-24T22:00:00Z", "journal-fr", Origin::Network),
    ] {
        let entry = at(&plan, when);
        assert_eq!((entry.programme.as_str(), entry.origin), (programme, origin), "{when}");
        if when.ends_with(":00Z") {
            assert_eq!((entry.start, entry.at), (Start::Hard, when.parse().unwrap()));
        }
    }
}

#[test]
fn content_goes_on_after_a_break_where_it_stopped() {
    let station = station();
    let (plan, _) = planned(&station, &everything(&station), "BKO", "2026-11-24");
    let parts: Vec<_> = plan.entries().iter().filter(|e| e.id.as_str().contains("/170000/grand-format/")).collect();
    let content = parts.iter().filter(|e| e.segment == Segment::Content);
    let offsets: Vec<_> = content
        .map(|e| match &e.what {
            What::Audio { from, .. } => (from.0 / 48_000, e.length.0 / 48_000),
            What::Bed => unreachable!("content is audio"),
        })
        .collect();
    assert_eq!(offsets, [(0, 1100), (1100, 1100), (2200, 1100)]);
}

#[test]
fn the_order_of_the_inputs_does_not_matter() {
    let station = station();
    let mut assets = everything(&station);
    assets.push(edition(&station, "debat", "other", 2400));
    let place = |start: &str, asset: &str| Placement {
        site: None,
        day: "2026-11-24".parse().unwrap(),
        start: start.parse().unwrap(),
        asset: asset.parse().unwrap(),
    };
    let placements = [place("19:15", "debat.other"), place("17:00", "grand-format.3300"), place("19:15", "debat.2400")];
    let forth = PlanInputs { placements: &placements, ..inputs(&station, &assets, "GAO", "2026-11-24") };
    let one = plan(&forth, Revision(1)).unwrap();
    let mut reversed = assets.clone();
    reversed.reverse();
    let mut turned = placements.clone();
    turned.reverse();
    let back = PlanInputs { assets: &reversed, placements: &turned, ..forth };
    assert_eq!(one, plan(&back, Revision(1)).unwrap());
}

#[test]
fn an_opt_out_without_sound_keeps_the_network_for_exactly_its_stretch() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| !a.id.as_str().starts_with("gao-journal-tmh."));
    let (plan, findings) = planned(&station, &assets, "GAO", "2026-11-24");
    for (when, programme) in [
        ("2026-11-24T08:24:59Z", "gao-journal-son"),
        ("2026-11-24T08:25:00Z", "carrefour-regions"),
        ("2026-11-24T08:34:59Z", "carrefour-regions"),
        ("2026-11-24T08:35:00Z", "gao-journal-fr"),
    ] {
        assert_eq!(at(&plan, when).programme.as_str(), programme, "{when}");
    }
    let carried = at(&plan, "2026-11-24T08:30:00Z");
    assert_eq!(carried.origin, Origin::Network);
    let said = findings.iter().find(|f| f.code == "R-OPT-04").unwrap();
    assert_eq!(said.at_s, Some(f64::from(8 * 3600 + 25 * 60)));
    assert!(said.fr.contains("GAO garde le réseau") && said.en.contains("keeps the network"), "{said:?}");
}

#[test]
fn the_network_joined_late_is_heard_where_the_network_is() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| !a.id.as_str().starts_with("gao-journal-tmh."));
    let (plan, _) = planned(&station, &assets, "GAO", "2026-11-24");
    // M50: theme 30 s, content 900 s, break 120 s, content …; 08:25 is second 900 of the slot, 870 of its content.
    for (when, second) in [("2026-11-24T08:25:00Z", 870), ("2026-11-24T08:27:30Z", 900)] {
        let entry = at(&plan, when);
        let What::Audio { from, .. } = &entry.what else { panic!("{entry:?}") };
        assert_eq!((entry.at, *from), (when.parse().unwrap(), Frames::from_secs(second)));
    }
}

fn placed_day(site: Option<&str>, start: &str, asset: &str) -> [Placement; 1] {
    let (site, start) = (site.map(|s| s.parse().unwrap()), start.parse().unwrap());
    [Placement { site, day: "2026-11-24".parse().unwrap(), start, asset: asset.parse().unwrap() }]
}

#[test]
fn a_placement_wins_over_the_newest_edition_in_its_own_layer() {
    let station = station();
    let mut assets = everything(&station);
    let old = Asset { ready_since: None, ..edition(&station, "carrefour-regions", "old", 2700) };
    let local = Asset { ready_since: None, ..edition(&station, "gao-journal-son", "old", 750) };
    assets.extend([old, local]);
    for (site, start, asset, where_, expected) in [
        (None, "08:10", "carrefour-regions.old", "MOP", "mop-journal-ff.530"),
        (None, "08:10", "carrefour-regions.old", "GAO", "gao-journal-son.750"),
        (Some("GAO"), "08:10", "gao-journal-son.old", "GAO", "gao-journal-son.old"),
        (Some("MOP"), "08:10", "gao-journal-son.old", "GAO", "gao-journal-son.750"),
    ] {
        let placements = placed_day(site, start, asset);
        let inputs = PlanInputs { placements: &placements, ..inputs(&station, &assets, where_, "2026-11-24") };
        let (plan, _) = plan(&inputs, Revision(1)).unwrap();
        assert_eq!(asset_of(at(&plan, "2026-11-24T08:11:00Z")).unwrap().as_str(), expected, "{site:?} at {where_}");
    }
}

#[test]
fn a_placement_that_cannot_air_is_said_and_replaced() {
    let station = station();
    let mut assets = everything(&station);
    assets.push(Asset { status: Status::Draft, ..edition(&station, "debat", "draft", 2400) });
    for (start, asset, code) in
        [("19:15", "debat.draft", "plan.placement-refused"), ("19:20", "debat.2400", "plan.placement-lost")]
    {
        let placements = placed_day(None, start, asset);
        let inputs = PlanInputs { placements: &placements, ..inputs(&station, &assets, "GAO", "2026-11-24") };
        let (plan, findings) = plan(&inputs, Revision(1)).unwrap();
        assert_eq!(asset_of(at(&plan, "2026-11-24T19:20:00Z")).unwrap().as_str(), "debat.2400");
        assert!(codes(&findings).contains(code), "{findings:?}");
    }
}

#[test]
fn the_newest_edition_ready_in_time_airs() {
    let station = station();
    let base = everything(&station);
    let ready = |tag: &str, when: &str, length_s| Asset {
        ready_since: Some(when.parse().unwrap()),
        ..edition(&station, "grand-format", tag, length_s)
    };
    // The slot is 17:00 to 18:00 and needs 3 300 s.
    for (editions, expected, code) in [
        (
            vec![ready("a", "2026-11-24T10:00:00Z", 3300), ready("b", "2026-11-24T16:59:00Z", 3300)],
            "grand-format.b",
            None,
        ),
        (
            vec![ready("a", "2026-11-24T10:00:00Z", 3300), ready("b", "2026-11-24T17:01:00Z", 3300)],
            "grand-format.a",
            None,
        ),
        (
            vec![ready("a", "2026-11-24T10:00:00Z", 3300), ready("b", "2026-11-24T16:00:00Z", 600)],
            "grand-format.a",
            None,
        ),
        (
            vec![ready("a", "2026-11-20T10:00:00Z", 3300), ready("b", "2026-11-24T16:00:00Z", 600)],
            "grand-format.b",
            Some("R-PAD-03"),
        ),
        (
            vec![ready("a", "2026-11-24T17:01:00Z", 3300), ready("b", "2026-11-24T17:02:00Z", 3300)],
            "grand-format.a",
            Some("plan.late-edition"),
        ),
    ] {
        let mut assets = base.clone();
        assets.retain(|a| !a.id.as_str().starts_with("grand-format."));
        assets.extend(editions);
        let (plan, findings) = planned(&station, &assets, "GAO", "2026-11-24");
        assert_eq!(asset_of(at(&plan, "2026-11-24T17:05:00Z")).unwrap().as_str(), expected);
        if let Some(code) = code {
            assert!(codes(&findings).contains(code), "{code}: {findings:?}");
        }
    }
}

#[test]
fn an_opt_out_may_come_until_the_latest_leave_of_its_window() {
    let station = station();
    // W2 is from 15:30 and left at 15:50 at the latest.
    for (ready, programme) in [("15:31", "gao-causerie-tmh"), ("15:50", "gao-causerie-tmh"), ("15:51", "partages")] {
        let mut assets = everything(&station);
        for asset in assets.iter_mut().filter(|a| a.id.as_str().starts_with("gao-causerie-tmh.")) {
            asset.ready_since = Some(format!("2026-11-24T{ready}:00Z").parse().unwrap());
        }
        let (plan, findings) = planned(&station, &assets, "GAO", "2026-11-24");
        assert_eq!(at(&plan, "2026-11-24T15:55:00Z").programme.as_str(), programme, "ready at {ready}");
        assert_eq!(codes(&findings).contains("R-OPT-04"), programme == "partages");
    }
}

#[test]
fn sound_of_a_wrong_length_is_filled_or_cut_and_said() {
    let station = station();
    for (length_s, last, code) in
        [(3299, 1099, None), (3000, 800, Some("R-PAD-03")), (3390, 1100, None), (3500, 1100, Some("R-PAD-03"))]
    {
        let mut assets = everything(&station);
        assets.retain(|a| !a.id.as_str().starts_with("grand-format."));
        assets.push(edition(&station, "grand-format", "x", length_s));
        let (plan, findings) = planned(&station, &assets, "GAO", "2026-11-24");
        let mut own =
            plan.entries().iter().filter(|e| e.programme.as_str() == "grand-format" && e.segment == Segment::Content);
        assert_eq!(own.next_back().unwrap().length, Frames::from_secs(last), "{length_s} s");
        assert_eq!(codes(&findings).contains("R-PAD-03"), code.is_some(), "{length_s} s: {findings:?}");
    }
}

#[test]
fn a_station_without_any_sound_still_has_a_plan_for_every_second() {
    let station = station();
    let (plan, findings) = planned(&station, &[], "TES", "2026-11-24");
    assert!(plan.entries().iter().all(|e| e.what == What::Bed));
    for code in ["plan.no-content", "plan.no-jingle", "plan.no-spot", "R-OPT-04"] {
        assert!(codes(&findings).contains(code), "{code}");
    }
    let jingles = findings.iter().filter(|f| f.code == "plan.no-jingle").count();
    assert_eq!(jingles, 10, "one finding a day for each missing jingle");
}

#[test]
fn a_repeat_without_its_own_file_airs_the_original() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| !a.id.as_str().starts_with("rediff-debat."));
    let (plan, _) = planned(&station, &assets, "GAO", "2026-11-24");
    assert_eq!(asset_of(at(&plan, "2026-11-24T00:05:00Z")).unwrap().as_str(), "debat.2400");
}

#[test]
fn unknown_sites_and_days_have_no_plan() {
    let station = station();
    let nowhere = inputs(&station, &[], "ZZZ", "2026-11-24");
    assert_eq!(plan(&nowhere, Revision(1)), Err(NoPlan::UnknownSite("ZZZ".parse().unwrap())));
    let mut file = station.file().clone();
    file.meta.timezone = "Pacific/Apia".to_owned();
    let apia = Station::new(file).unwrap();
    let skipped = inputs(&apia, &[], "GAO", "2011-12-30");
    assert_eq!(plan(&skipped, Revision(1)), Err(NoPlan::NoSuchDay("2011-12-30".parse().unwrap())));
}

#[test]
fn a_day_of_23_or_25_hours_is_filled_and_said() {
    let mut file = station().file().clone();
    file.meta.timezone = "Europe/Paris".to_owned();
    let paris = Station::new(file).unwrap();
    let assets = everything(&paris);
    for (day, hours, code) in
        [("2026-03-29", 23, "plan.clocks-skip"), ("2026-10-25", 25, "plan.clocks-back"), ("2026-10-26", 24, "")]
    {
        let (plan, findings) = planned(&paris, &assets, "GAO", day);
        let (first, last) = (plan.entries().first().unwrap(), plan.entries().last().unwrap());
        assert_eq!(last.end().duration_since(first.at), SignedDuration::from_hours(hours), "{day}");
        assert!(code.is_empty() || codes(&findings).contains(code), "{day}: {:?}", codes(&findings));
        let noon = paris.instant(day.parse().unwrap(), 12 * 3600).unwrap();
        assert_eq!(plan.entry_at(noon).unwrap().at, noon, "noon stays noon on {day}");
    }
}

#[test]
fn a_newer_plan_leaves_alone_what_is_settled() {
    let station = station();
    let full = everything(&station);
    let mut fewer = full.clone();
    fewer.retain(|a| !a.id.as_str().starts_with("covid-") && !a.id.as_str().starts_with("grand-format."));
    let (first, _) = planned(&station, &fewer, "GAO", "2026-11-24");
    for until in ["2026-11-24T06:13:20Z", "2026-11-24T10:30:00Z", "2026-11-24T17:05:00Z", "2026-11-24T23:59:59Z"] {
        let until: Timestamp = until.parse().unwrap();
        let mut newer = edition(&station, "debat", "newer", 2400);
        newer.ready_since = Some(until);
        let assets: Vec<_> = full.iter().cloned().chain([newer]).collect();
        let settled = Settled { plan: &first, until };
        let (second, _) = replan(&inputs(&station, &assets, "GAO", "2026-11-24"), settled, Revision(2)).unwrap();
        let before = |p: &SitePlan| p.entries().iter().filter(|e| e.end() <= until).cloned().collect::<Vec<_>>();
        assert_eq!(before(&first), before(&second), "{until}");
        let ids: BTreeSet<_> = second.entries().iter().map(|e| &e.id).collect();
        assert_eq!(ids.len(), second.entries().len());
    }
}

#[test]
fn a_programme_that_came_late_is_joined_and_one_that_began_keeps_its_file() {
    let station = station();
    let mut assets = everything(&station);
    let until: Timestamp = "2026-11-24T17:05:00Z".parse().unwrap();
    let mut bare = assets.clone();
    bare.retain(|a| !a.id.as_str().starts_with("grand-format."));
    let (silent, _) = planned(&station, &bare, "GAO", "2026-11-24");
    let day = inputs(&station, &assets, "GAO", "2026-11-24");
    let (joined, _) = replan(&day, Settled { plan: &silent, until }, Revision(2)).unwrap();
    assert_eq!(asset_of(joined.entry_at(until).unwrap()).unwrap().as_str(), "grand-format.3300");
    let (sounding, _) = plan(&day, Revision(1)).unwrap();
    for asset in assets.iter_mut().filter(|a| a.id.as_str() == "grand-format.3300") {
        asset.ready_since = Some("2026-11-20T00:00:00Z".parse().unwrap());
    }
    assets.push(Asset {
        ready_since: Some("2026-11-24T16:59:59Z".parse().unwrap()),
        ..edition(&station, "grand-format", "b", 3300)
    });
    let day = inputs(&station, &assets, "GAO", "2026-11-24");
    let (kept, _) = replan(&day, Settled { plan: &sounding, until }, Revision(2)).unwrap();
    assert_eq!(asset_of(at(&kept, "2026-11-24T17:50:00Z")).unwrap().as_str(), "grand-format.3300");
}

#[test]
fn an_opt_out_that_comes_late_cuts_the_bed_that_stood_in_wherever_its_content_begins() {
    let station = station();
    let assets = everything(&station);
    let until: Timestamp = "2026-11-24T08:12:00Z".parse().unwrap();
    // Mopti's bulletin has its content from 08:10:10, the network's programme from 08:10:30.
    for (network, expected) in [(false, Some("mop-journal-ff")), (true, Some("carrefour-regions"))] {
        let without = |a: &Asset| !a.id.as_str().starts_with("mop-journal-ff.");
        let carried = |a: &Asset| network || !a.id.as_str().starts_with("carrefour-regions.");
        let before: Vec<_> = assets.iter().filter(|a| without(a) && carried(a)).cloned().collect();
        let mut after: Vec<_> = assets.iter().filter(|a| carried(a)).cloned().collect();
        for late in after.iter_mut().filter(|a| !without(a)) {
            late.ready_since = Some(until);
        }
        let (old, _) = planned(&station, &before, "MOP", "2026-11-24");
        let settled = Settled { plan: &old, until };
        let (new, _) = replan(&inputs(&station, &after, "MOP", "2026-11-24"), settled, Revision(2)).unwrap();
        let on = new.entry_at(until).filter(|e| e.what != What::Bed).map(|e| e.programme.as_str());
        assert_eq!(on, expected, "the network {}", if network { "sounds" } else { "is bed" });
    }
}

/// What is on at 17:05 and at 17:50, when the catalogue and the grid change at 17:05.
fn changed_at_five_past_five(
    before: &[Asset],
    after: &[Asset],
    placements: &[Placement],
) -> (Option<String>, Option<String>) {
    let station = station();
    let until: Timestamp = "2026-11-24T17:05:00Z".parse().unwrap();
    let (old, _) = planned(&station, before, "GAO", "2026-11-24");
    let inputs = PlanInputs { placements, ..inputs(&station, after, "GAO", "2026-11-24") };
    let (new, _) = replan(&inputs, Settled { plan: &old, until }, Revision(2)).unwrap();
    let on = |when| asset_of(at(&new, when)).map(ToString::to_string);
    (on("2026-11-24T17:05:00Z"), on("2026-11-24T17:50:00Z"))
}

#[test]
fn somebody_who_puts_something_on_the_air_now_means_now() {
    let station = station();
    let mut assets = everything(&station);
    assets.push(edition(&station, "grand-format", "other", 3300));
    let placements = placed_day(None, "17:00", "grand-format.other");
    let other = Some("grand-format.other".to_owned());
    assert_eq!(changed_at_five_past_five(&everything(&station), &assets, &placements), (other.clone(), other));
}

#[test]
fn a_withdrawn_programme_leaves_the_air_at_once() {
    let station = station();
    let before = everything(&station);
    let after: Vec<_> = before.iter().filter(|a| !a.id.as_str().starts_with("grand-format.")).cloned().collect();
    assert_eq!(changed_at_five_past_five(&before, &after, &[]), (None, None));
}

#[test]
fn a_withdrawn_spot_leaves_the_break_that_is_on_the_air() {
    let station = station();
    let before = everything(&station);
    let (old, _) = planned(&station, &before, "GAO", "2026-11-24");
    let spots = old.entries().iter().filter(|e| e.segment == Segment::Spot);
    for spot in spots.step_by(9) {
        let gone = asset_of(spot).unwrap();
        let after: Vec<_> = before.iter().filter(|a| a.id != *gone).cloned().collect();
        let until = spot.at.checked_add(SignedDuration::from_secs(1)).unwrap();
        let day = inputs(&station, &after, "GAO", "2026-11-24");
        let (new, _) = replan(&day, Settled { plan: &old, until }, Revision(2)).unwrap();
        assert_eq!(new.entry_at(until).unwrap().what, What::Bed, "{}", spot.id);
        let earlier = |p: &SitePlan| p.entries().iter().filter(|e| e.end() <= spot.at).cloned().collect::<Vec<_>>();
        assert_eq!(earlier(&old), earlier(&new), "what has aired stays promised");
    }
}

mod any_catalogue;
