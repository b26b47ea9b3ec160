//! What becomes of sound that lasts longer than its place, and the start that waits for it.

use crate::catalogue::{everything, station};
use domain::{Asset, Entry, Frames, Origin, Revision, Segment, SitePlan, Start, Wait, What};
use jiff::{SignedDuration, Timestamp};
use scheduler::station::{Ending, StationFile};
use scheduler::{PlanInputs, Settled, Station, plan, replan, why};

const DAY: &str = "2026-11-24";

fn inputs<'a>(site: &str, station: &'a Station, assets: &'a [Asset]) -> PlanInputs<'a> {
    PlanInputs::new(site.parse().unwrap(), DAY.parse().unwrap(), station, assets)
}

fn planned(site: &str, station: &Station, assets: &[Asset]) -> SitePlan {
    plan(&inputs(site, station, assets), Revision(1)).unwrap().0
}

fn at(time: &str) -> Timestamp {
    format!("{DAY}T{time}Z").parse().unwrap()
}

/// The first entry of a slot and its last content.
fn of<'p>(plan: &'p SitePlan, slot: &str) -> (&'p Entry, &'p Entry) {
    let own = || plan.entries().iter().filter(|e| e.id.slot().ends_with(slot));
    (own().next().unwrap(), own().rfind(|e| e.segment == Segment::Content && e.what != What::Bed).unwrap())
}

/// Every card, with the file that airs in a slot this many seconds longer and no other edition of its programme.
fn longer(station: &Station, site: &str, slot: &str, by_s: i64) -> Vec<Asset> {
    let mut assets = everything(station);
    let plan = planned(site, station, &assets);
    let What::Audio { asset: airs, .. } = &of(&plan, slot).1.what else { panic!("a sound") };
    let programme = assets.iter().find(|a| a.id == *airs).unwrap().programme.clone();
    assets.retain(|a| a.programme != programme || a.id == *airs);
    let card = assets.iter_mut().find(|a| a.id == *airs).unwrap();
    card.length = Frames((card.length.0 as i64 + by_s * 48_000) as u64);
    assets
}

/// Seconds of bed between two moments: they give way before anything is late.
fn bed_s(plan: &SitePlan, from: Timestamp, to: Timestamp) -> i64 {
    let beds = plan.entries().iter().filter(|e| e.what == What::Bed && from <= e.at && e.at < to);
    beds.map(|e| (e.length.0 / 48_000) as i64).sum()
}

#[test]
fn an_opt_out_leaves_at_the_real_end_of_the_network_s_file_within_its_window_and_is_back_on_its_second() {
    let station = station();
    let base = planned("GAO", &station, &everything(&station));
    let first = base.entries().iter().find(|e| e.at == at("08:10:00")).unwrap();
    assert_eq!((first.origin, first.start), (Origin::OptOut, Start::Hard));
    assert_eq!(first.wait, Wait { early: Frames::from_secs(120), late: Frames::from_secs(300) });
    let before = base.entries().iter().rfind(|e| e.at < first.at).unwrap().id.slot().to_owned();
    let content_ends = of(&base, &before).1.end();
    let spare_s = bed_s(&base, content_ends, first.at);
    for by_s in [40, 200, 290, 400, -60, -119, -200] {
        let assets = longer(&station, "GAO", &before, by_s);
        let plan = planned("GAO", &station, &assets);
        let (opening, last) = of(&plan, first.id.slot());
        let late_s = match by_s {
            -120..0 => by_s,
            ..-120 => 0,
            _ => (by_s.min(300) - spare_s).max(0),
        };
        assert_eq!(opening.at, first.at + SignedDuration::from_secs(late_s), "{by_s}");
        assert_eq!(last.fade_out > Frames::ZERO, of(&base, first.id.slot()).1.fade_out > Frames::ZERO);
        let back = plan.entries().iter().find(|e| e.at == at("09:00:00")).unwrap();
        assert_eq!((back.origin, back.start), (Origin::Network, Start::Hard), "{by_s}: back on its second");
        let network = of(&plan, &before).1;
        assert_eq!(network.fade_out > Frames::ZERO, by_s > 300, "{by_s}: faded only where it waited long enough");
        if late_s != 0 {
            let told = why(&inputs("GAO", &station, &assets), opening.at).unwrap().unwrap();
            let codes: Vec<_> = told.reasons.iter().map(|r| r.code.as_str()).collect();
            assert!(codes.contains(&"R-OPT-03") && codes.contains(&"plan.start-moved"), "{by_s}: {codes:?}");
            assert_eq!(told.slot.programme, opening.programme, "{by_s}");
            let findings = plan_findings(&station, &assets);
            assert!(findings.iter().any(|f| f.contains("au lieu de 08:10:00")), "{by_s}: {findings:?}");
        }
    }
}

fn plan_findings(station: &Station, assets: &[Asset]) -> Vec<String> {
    let (_, findings) = plan(&inputs("GAO", station, assets), Revision(1)).unwrap();
    findings.into_iter().filter(|f| f.code == "plan.start-moved").map(|f| f.fr).collect()
}

#[test]
fn a_day_that_is_planned_again_while_it_runs_keeps_every_start_that_was_moved() {
    let station = station();
    let base = planned("GAO", &station, &everything(&station));
    let before = base.entries().iter().rfind(|e| e.at < at("08:10:00")).unwrap().id.slot().to_owned();
    let assets = longer(&station, "GAO", &before, 200);
    let old = planned("GAO", &station, &assets);
    for until in ["08:00:30", "08:05:00", "08:09:00", "08:11:30", "08:14:00", "08:40:00", "08:59:59", "09:20:00"] {
        let settled = Settled { plan: &old, until: at(until) };
        let again = replan(&inputs("GAO", &station, &assets), settled, Revision(2)).unwrap().0;
        let heard = |p: &SitePlan| {
            let all = p.entries().iter().filter(|e| e.at < at("09:00:00"));
            all.map(|e| (e.id.clone(), e.at, e.length)).collect::<Vec<_>>()
        };
        assert_eq!(heard(&again), heard(&old), "{until}");
    }
}

/// The reference station with this ending of the programme at 17:00, or of its slot on Tuesday.
fn ending(text: &str, of_slot: bool) -> Station {
    let mut file: StationFile = station().file().clone();
    let ending: Ending = text.parse().unwrap();
    if of_slot {
        let slot = file.slot.iter_mut().find(|s| s.id == "tue-1700").unwrap();
        slot.ending = Some(ending);
    } else {
        file.programme.iter_mut().find(|p| p.id.as_str() == "grand-format").unwrap().ending = Some(ending);
    }
    Station::parse(&toml::to_string(&file).unwrap()).unwrap()
}

#[test]
fn a_programme_ends_as_its_slot_or_it_says_where_its_file_lasts_longer() {
    const SLOT: &str = "/170000/grand-format";
    // The ending; how much longer the content is, its fade, when what follows its slot begins, in seconds.
    for (text, longer_s, fade_s, late_s) in [
        ("cut", 0, 0, 0),
        ("fade 5", 0, 5, 0),
        ("finish 60", 20, 0, 20),
        ("finish 10", 10, 3, 10),
        ("absorb 60", 20, 0, 0),
    ] {
        for of_slot in [false, true] {
            let station = ending(text, of_slot);
            let base = planned("BKO", &station, &everything(&station));
            let assets = longer(&station, "BKO", SLOT, 20);
            let plan = planned("BKO", &station, &assets);
            let (was, is) = (of(&base, SLOT).1, of(&plan, SLOT).1);
            assert_eq!(is.length, was.length + Frames::from_secs(longer_s), "{text}");
            assert_eq!(is.fade_out, Frames::from_secs(fade_s), "{text}");
            let next = base.entries().iter().find(|e| e.at == at("18:00:00")).unwrap();
            let begun = of(&plan, next.id.slot()).0;
            assert_eq!(begun.at, next.at + SignedDuration::from_secs(late_s), "{text}");
            let told = why(&inputs("BKO", &station, &assets), was.at).unwrap().unwrap();
            assert_eq!(told.reasons.iter().any(|r| r.code == "plan.ending"), text != "cut", "{text}");
        }
    }
}

#[test]
fn an_ending_that_is_none_is_refused_with_its_line() {
    let text = toml::to_string(ending("finish 60", true).file()).unwrap();
    assert!(text.contains("ending = \"finish 60\""), "it is written as it is read");
    let why = Station::parse(&text.replace("finish 60", "finish 6000")).unwrap_err();
    assert!(why.line.is_some() && why.en.contains("finish 1 to 1800"), "{why:?}");
}
