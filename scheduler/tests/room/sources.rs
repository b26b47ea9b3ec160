//! Every quantity that a rule bounds is measured by somebody, or it is said why nobody does.
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{everything, station};
use crate::reconcile::whole_day;
use domain::{AsRun, Asset, BootId, Frames, Revision, Sensibility, SitePlan};
use jiff::civil::Date;
use scheduler::changes::SeasonSwitched;
use scheduler::proof::Proof;
use scheduler::report::CampaignDay;
use scheduler::rules::{Aired, Days, Holding, Measured, Source, all, breaches};
use scheduler::sheets::{Sheet, Sheets, Speaker};
use scheduler::station::{ElectionSpec, Station, StationFile};
use scheduler::{Changes, PlanInputs, plan};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn election() -> ElectionSpec {
    ElectionSpec {
        id: "communales".to_owned(),
        title: "Communales".to_owned(),
        campaign_from: day("2026-11-23"),
        campaign_until: day("2026-11-26"),
        vote: day("2026-11-28"),
        polls_close: "18:00:00".parse().unwrap(),
        candidates: vec!["Awa".to_owned(), "Bakary".to_owned()],
        draw_seed: Some(7),
        draw_minutes: "PV 3".to_owned(),
        off_air: vec!["Sidi".to_owned()],
    }
}

/// The reference station with its calendar, an election, an alert, an exercise and second versions of spots.
fn rich() -> Station {
    let calendar: toml::Table = include_str!("../../../demo/calendar.toml").parse().unwrap();
    let mut file: StationFile = station().file().clone();
    file.event = calendar["event"].clone().try_into().unwrap();
    file.election.push(election());
    for (id, start) in [("alerte-crue", "09:20:00"), ("exercice-mensuel", "10:03:00")] {
        let text = format!(
            "id = \"{id}\"\ndate = \"2026-11-24\"\nstart = \"{start}\"\nplanned_s = 40\nkind = \"alerte\"\n\
             hard_end = \"15:20:00\"\ntitle = \"Alerte\"\nlang = \"fr\"\nscope = \"reseau\"\npriority = 1\n"
        );
        file.overrides.push(toml::from_str(&text).unwrap());
    }
    let mines = file.campaign.iter_mut().find(|c| c.id == "unmas-ne-touche-pas").unwrap();
    let again = |s: &scheduler::station::Spot| scheduler::station::Spot { id: format!("{}-2", s.id), ..s.clone() };
    mines.spots.extend(mines.spots.iter().map(again).collect::<Vec<_>>());
    Station::new(file).unwrap()
}

fn speaker(name: &str, part: &str, is_woman: bool, sensibility: Sensibility, spoken_s: u32) -> Speaker {
    let (name, part) = (name.to_owned(), part.to_owned());
    Speaker { name, part, is_woman: Some(is_woman), sensibility, spoken_s: Some(spoken_s) }
}

/// A card for every sound, on which everybody speaks.
fn sheets(assets: &[Asset]) -> Sheets {
    let sheet = |a: &Asset| Sheet {
        kind: a.kind,
        programme: a.programme.clone(),
        length: a.length,
        speakers: vec![
            speaker("Awa", "invitée", true, Sensibility::Government, 120),
            speaker("Bakary", "appel Gao", false, Sensibility::Opposition, 60),
            speaker("Sidi", "note vocale", false, Sensibility::Unsaid, 20),
        ],
        women_s: None,
        has_child: true,
        has_consent: true,
        entered_at: "2026-11-27T12:00:00Z".parse().unwrap(),
        signed_by: "mariam".to_owned(),
        aired_lufs: Some(-23.0),
        aired_dbtp: Some(-3.0),
    };
    assets.iter().map(|a| (a.id.clone(), sheet(a))).collect()
}

fn days_of<'a>(
    station: &'a Station,
    changes: &'a Changes,
    site: &str,
    dates: &[Date],
) -> (Vec<scheduler::ProgrammeSlot>, &'a scheduler::station::Site) {
    let place = station.site(site.parse().unwrap()).unwrap();
    (dates.iter().flat_map(|d| station.programmes_on(place.id, *d, changes)).collect(), place)
}

/// What everything that can be known of a site's days makes of the rules.
fn measured(station: &Station, site: &str, dates: &[Date], plans: &[SitePlan], sheets: &Sheets) -> Vec<Measured> {
    let (slots, site) = days_of(station, Changes::NONE, site, dates);
    Days { station, changes: Changes::NONE, site, slots: &slots, plans, sheets }.measured()
}

fn week() -> Vec<Date> {
    day("2026-11-23").series(jiff::Span::new().days(1)).take(7).collect()
}

fn made(station: &Station, site: &str, dates: &[&str], assets: &[Asset]) -> Vec<SitePlan> {
    let of = |d: &&str| plan(&PlanInputs::new(site.parse().unwrap(), day(d), station, assets), Revision(1)).unwrap().0;
    dates.iter().map(of).collect()
}

fn by_plans(station: &Station, assets: &[Asset], sheets: &Sheets, gao: &[SitePlan]) -> Vec<Measured> {
    let mut all = measured(station, "GAO", &week(), gao, sheets);
    all.extend(measured(station, "TBT", &week(), &made(station, "TBT", &["2026-11-24"], assets), sheets));
    for (site, dates) in [("TES", week()), ("MOP", week())] {
        all.extend(measured(station, site, &dates, &[], sheets));
    }
    for date in ["2027-02-10", "2027-05-17", "2026-12-25"] {
        all.extend(measured(station, "GAO", &[day(date)], &[], sheets));
    }
    let mourning = SeasonSwitched { season: "deuil".to_owned(), from: day("2026-11-24"), until: day("2026-11-26") };
    let changes = Changes { seasons: vec![mourning], ..Changes::default() };
    let (slots, site) = days_of(station, &changes, "GAO", &[day("2026-11-24")]);
    all.extend(Days { station, changes: &changes, site, slots: &slots, plans: &[], sheets }.measured());
    let (musical, titles) = crate::music::a_day_of_titles();
    all.extend(measured(&musical, "GAO", &[day("2026-11-24")], &titles, sheets));
    all
}

/// The records of plans, each day another life of the process.
fn records(plans: &[SitePlan]) -> Vec<AsRun> {
    let one = |(n, plan): (usize, &SitePlan)| {
        let mut at = 0;
        let mut all = whole_day(plan);
        for record in &mut all {
            record.boot = BootId(n as u64);
            record.at = domain::Position(at);
            at += record.length.0;
        }
        all
    };
    plans.iter().enumerate().flat_map(one).collect()
}

fn of_records(station: &Station, sheets: &Sheets, plans: &[SitePlan], records: &[AsRun]) -> Vec<Measured> {
    let (slots, site) = days_of(station, Changes::NONE, "GAO", &week());
    let days = Days { station, changes: Changes::NONE, site, slots: &slots, plans, sheets };
    let line = CampaignDay { promised: 10, aired: 9, ..CampaignDay::default() };
    let key = ("unmas-ne-touche-pas".to_owned(), site.id, day("2026-11-24"));
    let proof = Proof { lines: BTreeMap::from([(key, line)]), heard: Vec::new() };
    Aired { days, records, proof: &proof, today: day("2026-11-30") }.measured()
}

fn of_site(station: &Station) -> Vec<Measured> {
    let holding = |site: &str| Holding {
        site: site.parse().unwrap(),
        cache_h: Some(336.0),
        is_chained: Some(true),
        as_run_months: Some(13.0),
        air_check_days: Some(90.0),
        air_check_kbps: Some(64.0),
    };
    ["GAO", "TES"].iter().flat_map(|site| holding(site).measured(station)).collect()
}

#[test]
fn every_quantity_that_a_rule_bounds_is_measured_or_it_is_said_why_not() {
    let station = rich();
    let assets = everything(&station);
    let sheets = sheets(&assets);
    let plans = made(&station, "GAO", &["2026-11-24", "2026-11-25", "2026-11-27"], &assets);
    let records = records(&plans);
    let names = |measured: Vec<Measured>| measured.iter().map(|m| m.quantity().to_owned()).collect::<BTreeSet<_>>();
    let found = [
        (Source::Plan, names(by_plans(&station, &assets, &sheets, &plans))),
        (Source::Records, names(of_records(&station, &sheets, &plans, &records))),
        (Source::Site, names(of_site(&station))),
    ];
    let mut complaints = Vec::new();
    for (rule, bound) in all().flat_map(|r| r.bounds.iter().map(move |b| (r, b))) {
        match bound.source {
            Source::Nobody { fr, en } => assert!(fr.len() > 20 && en.len() > 20, "{}: no reason", bound.quantity),
            source => {
                let of = found.iter().find(|(s, _)| *s == source);
                if of.is_some_and(|(_, names)| !names.contains(bound.quantity)) {
                    complaints.push(format!(
                        "{} {}: nothing measures it by {}",
                        rule.id,
                        bound.quantity,
                        source.word()
                    ));
                }
            }
        }
    }
    let known: BTreeSet<&str> = all().flat_map(|r| r.bounds.iter().map(|b| b.quantity)).collect();
    for (source, names) in &found {
        let strangers = names.iter().filter(|n| !known.contains(n.as_str()));
        complaints.extend(strangers.map(|n| format!("{n} is measured by {} and no rule bounds it", source.word())));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let nobody = all().filter(|r| r.bounds.iter().all(|b| matches!(b.source, Source::Nobody { .. }))).count();
    assert!(nobody <= 10, "{nobody} rules are measured by nobody at all");
}

#[test]
fn speech_is_what_the_as_run_times_the_cards_make() {
    let station = rich();
    let assets = everything(&station);
    let sheets = sheets(&assets);
    let plan = made(&station, "GAO", &["2026-11-24"], &assets).remove(0);
    let mut records = records(std::slice::from_ref(&plan));
    let half = records.iter().position(|r| r.asset.as_ref().is_some_and(|a| a.as_str().starts_with("elles-"))).unwrap();
    records[half].length = Frames(records[half].length.0 / 2);
    let twice = records[half].clone();
    records.push(twice);
    let heard = scheduler::speech::spoken(&station, &scheduler::speech::stretches(&records, &sheets));
    // Counted again from the records alone: Awa speaks 120 s of each programme and spot, Bakary 60, Sidi 20.
    let mut whole = 0.0;
    for record in &records[..records.len() - 1] {
        let sound = record.asset.as_ref().and_then(|id| assets.iter().find(|a| a.id == *id));
        let Some(sound) = sound.filter(|a| matches!(a.kind, domain::AssetKind::Programme | domain::AssetKind::Spot))
        else {
            continue;
        };
        whole += record.length.0 as f64 / sound.length.0 as f64;
    }
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    near(heard.women_s, 120.0 * whole);
    near(heard.known_s, 200.0 * whole);
    near(heard.speakers["Bakary"], 60.0 * whole);
    near(heard.sensibilities[&Sensibility::Opposition], 60.0 * whole);
    near(heard.women_pct().unwrap(), 60.0);
}

#[test]
fn what_was_aired_breaks_the_rules_of_fairness_in_sentences() {
    let station = rich();
    let assets = everything(&station);
    let mut sheets = sheets(&assets);
    for sheet in sheets.values_mut() {
        sheet.speakers[0].is_woman = Some(false);
    }
    let plans = made(&station, "GAO", &["2026-11-24"], &assets);
    let found = breaches(&of_records(&station, &sheets, &plans, &records(&plans)), &station.file().rule);
    let fr = |code: &str| {
        let one = found.iter().find(|b| b.finding.code == code).unwrap_or_else(|| panic!("{code} is silent"));
        one.finding.fr.as_str()
    };
    assert!(fr("R-EQ-01").starts_with("Femmes: 0 %."), "{}", fr("R-EQ-01"));
    assert!(fr("R-ELEC-01").contains(" s entre Awa et Bakary."), "{}", fr("R-ELEC-01"));
}
