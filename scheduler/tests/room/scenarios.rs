//! The situations of the reference week, each with the result that the station expects of it.
use crate::catalogue::{everything, station};
use domain::{Asset, Entry, Origin, Revision, Segment, SitePlan, What};
use jiff::civil::Date;
use scheduler::changes::LiveKind;
use scheduler::{Changes, Override, OverrideSpec, PlanInputs, Settled, Station, plan, replan};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn planned(station: &Station, changes: &Changes, assets: &[Asset], site: &str, on: &str) -> SitePlan {
    let inputs = PlanInputs { changes, ..PlanInputs::new(site.parse().unwrap(), day(on), station, assets) };
    plan(&inputs, Revision(1)).unwrap().0
}

fn at<'a>(plan: &'a SitePlan, time: &str) -> &'a Entry {
    plan.entry_at(format!("{}T{time}Z", plan.day()).parse().unwrap()).unwrap()
}

/// Which programme sounds when.
fn check(plan: &SitePlan, rows: &[(&str, &str)]) {
    for (time, programme) in rows {
        let entry = at(plan, time);
        assert_eq!(entry.programme.as_str(), *programme, "{} {time}: {}", plan.site(), entry.id);
    }
}

/// The live event of the reference week, running over by some minutes.
fn over(station: &Station, id: &str, minutes: u32) -> Changes {
    let live = station.overrides().iter().find(|o| o.id().as_str() == id).unwrap();
    Changes { overrides: vec![live.running_over(minutes * 60).unwrap()], ..Changes::default() }
}

/// The reference station with its live events taken out of the file, so that a test puts them in as decided.
fn without_events() -> Station {
    let mut file = station().file().clone();
    file.overrides.clear();
    Station::new(file).unwrap()
}

#[test]
fn the_launch_suspends_the_regional_magazine_and_moves_its_own_victim_to_saturday() {
    let station = station();
    let assets = everything(&station);
    let live = planned(&station, Changes::NONE, &assets, "GAO", "2026-11-25");
    check(
        &live,
        &[
            ("09:04:59", "flash-fr"),
            ("09:05:00", "direct-16-jours"),
            ("10:00:00", "direct-16-jours"),
            ("10:34:59", "direct-16-jours"),
            ("10:35:00", "magazine-version-son"),
            ("11:00:00", "flash-fr"),
        ],
    );
    assert_eq!(at(&live, "10:35:00").origin, Origin::File);
    let hub = planned(&station, Changes::NONE, &assets, "BKO", "2026-11-25");
    check(&hub, &[("10:34:59", "direct-16-jours"), ("10:35:00", "sene-baro"), ("11:00:00", "flash-fr")]);
    let saturday = planned(&station, Changes::NONE, &assets, "GAO", "2026-11-28");
    check(&saturday, &[("19:15:00", "destination-culture"), ("20:00:00", "journal-son")]);
}

#[test]
fn what_has_less_than_a_quarter_of_an_hour_left_is_not_joined_but_filled() {
    let (reference, station) = (station(), without_events());
    let assets = everything(&station);
    let plan = planned(&station, &over(&reference, "direct-16-jours", 15), &assets, "KDL", "2026-11-25");
    check(&plan, &[("10:49:59", "direct-16-jours"), ("10:50:00", "instant-calme"), ("11:00:00", "flash-fr")]);
    let plan = planned(&station, &over(&reference, "direct-16-jours", 25), &assets, "KDL", "2026-11-25");
    check(&plan, &[("10:59:59", "direct-16-jours"), ("11:00:00", "flash-fr")]);
}

#[test]
fn the_press_point_is_followed_by_its_flash_and_the_repeat_is_cut_then_dropped() {
    let station = station();
    let assets = everything(&station);
    for site in ["BKO", "GAO", "TES"] {
        let plan = planned(&station, Changes::NONE, &assets, site, "2026-11-26");
        check(
            &plan,
            &[
                ("14:30:00", "point-de-presse"),
                ("15:14:59", "point-de-presse"),
                ("15:15:00", "flash-fr"),
                ("15:20:00", "rediff-magazine"),
                ("15:29:59", "rediff-magazine"),
            ],
        );
    }
    let (reference, station) = (station, without_events());
    let plan = planned(&station, &over(&reference, "point-de-presse", 5), &assets, "GAO", "2026-11-26");
    check(&plan, &[("15:20:00", "flash-fr"), ("15:25:00", "instant-calme"), ("15:30:00", "gao-causerie-ff")]);
}

#[test]
fn a_press_point_that_runs_over_delays_the_opt_outs_to_ten_to_four_at_the_latest_and_the_return_stays_hard() {
    let (reference, station) = (station(), without_events());
    let assets = everything(&station);
    let changes = over(&reference, "point-de-presse", 30);
    let plan = planned(&station, &changes, &assets, "GAO", "2026-11-26");
    check(
        &plan,
        &[
            ("15:44:59", "point-de-presse"),
            ("15:45:00", "flash-fr"),
            ("15:50:00", "gao-causerie-ff"),
            ("16:29:59", "gao-causerie-ff"),
            ("16:30:00", "volontaires"),
        ],
    );
    // It begins with its opening and ends with its closing; its elastic part gave the twenty minutes up.
    let own: Vec<_> = plan.entries().iter().filter(|e| e.programme.as_str() == "gao-causerie-ff").collect();
    assert_eq!(own.first().unwrap().segment, Segment::Opening);
    assert_eq!(own.last().unwrap().segment, Segment::BackAnnounce);
    assert_eq!(own.iter().map(|e| e.length.0 / 48_000).sum::<u64>(), 2_400);
    let half = planned(&station, &over(&reference, "point-de-presse", 20), &assets, "MEN", "2026-11-26");
    check(&half, &[("15:35:00", "flash-fr"), ("15:40:00", "men-causerie-ar"), ("16:30:00", "volontaires")]);
}

#[test]
fn a_match_may_fill_what_is_left_but_never_moves_five_o_clock() {
    let (reference, station) = (station(), without_events());
    let assets = everything(&station);
    for (minutes, rest) in [(0, "stade-mikado"), (20, "instant-calme")] {
        let plan = planned(&station, &over(&reference, "match-direct", minutes), &assets, "BKO", "2026-11-28");
        check(&plan, &[("14:30:00", "match-direct"), ("16:29:59", "match-direct")]);
        check(&plan, &[("16:50:00", rest), ("16:59:59", rest), ("17:00:00", "grin-jeunes")]);
    }
}

#[test]
fn an_event_extended_while_it_sounds_goes_on_under_the_same_name() {
    let (reference, station) = (station(), without_events());
    let assets = everything(&station);
    let (usual, longer) = (over(&reference, "point-de-presse", 0), over(&reference, "point-de-presse", 15));
    let old = planned(&station, &usual, &assets, "GAO", "2026-11-26");
    let inputs =
        PlanInputs { changes: &longer, ..PlanInputs::new("GAO".parse().unwrap(), old.day(), &station, &assets) };
    let until = "2026-11-26T15:10:00Z".parse().unwrap();
    let (new, _) = replan(&inputs, Settled { plan: &old, until }, Revision(2)).unwrap();
    check(&new, &[("15:29:59", "point-de-presse"), ("15:30:00", "flash-fr"), ("15:35:00", "gao-causerie-ff")]);
    let before =
        |plan: &SitePlan| plan.entries().iter().filter(|e| e.at < until).map(|e| e.id.clone()).collect::<Vec<_>>();
    assert_eq!(before(&old), before(&new), "what has begun keeps its names");
    check(&new, &[("16:29:59", "gao-causerie-ff"), ("16:30:00", "volontaires")]);
}

#[test]
fn after_a_power_cut_gao_joins_the_journal_in_peuhl_where_it_is() {
    let station = station();
    let plan = planned(&station, Changes::NONE, &everything(&station), "GAO", "2026-11-24");
    check(&plan, &[("13:55:00", "journal-ff"), ("13:59:59", "journal-ff")]);
}

fn alert(id: &str, start: &str) -> Override {
    let spec = OverrideSpec {
        id: id.parse().unwrap(),
        day: None,
        date: Some(day("2026-11-24")),
        rrule: None,
        cron: None,
        except: Vec::new(),
        start: Some(start.parse().unwrap()),
        anchor: None,
        wait_s: 0,
        planned_s: 90,
        max_overrun_s: None,
        overrun_s: 0,
        hard_end: None,
        kind: LiveKind::Alerte,
        title: "Alerte de sécurité".to_owned(),
        lang: "mul".parse().unwrap(),
        scope: "site:GAO,MEN".to_owned(),
        source: String::new(),
        displaces: Vec::new(),
        on_displaced: String::new(),
        displaced: Vec::new(),
        priority: 1,
        lifts_latest: false,
    };
    Override::new(spec, None).unwrap()
}

#[test]
fn an_alert_is_heard_at_two_sites_and_the_programme_goes_on_where_the_network_is() {
    let station = station();
    let assets = everything(&station);
    let changes = Changes { overrides: vec![alert("alerte-eei-route", "09:22:10")], ..Changes::default() };
    for site in ["GAO", "MEN"] {
        let plan = planned(&station, &changes, &assets, site, "2026-11-24");
        let usual = planned(&station, Changes::NONE, &assets, site, "2026-11-24");
        check(&plan, &[("09:22:10", "alerte-eei-route"), ("09:23:39", "alerte-eei-route")]);
        let (after, undisturbed) = (at(&plan, "09:25:00"), at(&usual, "09:25:00"));
        assert_eq!(after.programme, undisturbed.programme);
        let from = |e: &Entry| match &e.what {
            What::Audio { from, .. } => from.as_secs_f64() - e.at.as_second() as f64,
            What::Bed => panic!("{}", e.id),
        };
        assert!((from(after) - from(undisturbed)).abs() < 0.001, "no shift");
    }
    for site in ["BKO", "MOP", "TBT", "KDL", "TES"] {
        let plan = planned(&station, &changes, &assets, site, "2026-11-24");
        assert_eq!(plan, planned(&station, Changes::NONE, &assets, site, "2026-11-24"), "{site} is not concerned");
    }
}

#[test]
fn a_site_alone_for_nine_days_airs_no_old_news_as_news_and_keeps_sounding() {
    let station = station();
    let assets = everything(&station);
    let lost = "2026-11-20T18:00:00Z".parse().unwrap();
    let alone = PlanInputs {
        alone_since: Some(lost),
        ..PlanInputs::new("TES".parse().unwrap(), day("2026-11-29"), &station, &assets)
    };
    let (plan, _) = plan(&alone, Revision(1)).unwrap();
    let news = at(&plan, "08:05:00");
    assert_eq!(news.programme.as_str(), "journal-fr");
    assert!(
        matches!(&news.what, What::Audio { asset, .. } if asset.as_str().starts_with("instant-calme.")),
        "{news:?}"
    );
    let magazine = at(&plan, "09:20:00");
    assert!(matches!(&magazine.what, What::Audio { .. }), "what does not age airs on");
    let promises_sound = |e: &&Entry| e.what == What::Bed && e.segment == Segment::Content;
    assert_eq!(plan.entries().iter().find(promises_sound), None);
}

#[test]
fn a_missing_opt_out_keeps_mopti_on_the_network() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| !a.id.as_str().starts_with("mop-causerie-dts."));
    let mut file = station.file().clone();
    file.overrides.clear();
    let station = Station::new(file).unwrap();
    let plan = planned(&station, Changes::NONE, &assets, "MOP", "2026-11-26");
    check(&plan, &[("15:30:00", "partages"), ("16:29:59", "partages"), ("16:30:00", "volontaires")]);
}

#[test]
fn no_spot_outlives_its_campaign_even_at_a_site_cut_off() {
    let station = station();
    let assets = everything(&station);
    let spots = |on: &str| {
        let plan = planned(&station, Changes::NONE, &assets, "GAO", on);
        let own = plan.entries().iter().filter(|e| e.id.as_str().contains("vnu-engage-toi")).cloned();
        own.collect::<Vec<_>>()
    };
    let last = spots("2026-12-05");
    assert!(!last.is_empty());
    for entry in last {
        let What::Audio { expires, .. } = entry.what else { panic!("{}", entry.id) };
        assert_eq!(expires, Some("2026-12-06T00:00:00Z".parse().unwrap()));
    }
    assert_eq!(spots("2026-12-06"), []);
}

#[test]
fn each_site_pauses_at_its_own_sunset_and_the_displaced_spots_are_made_good() {
    let station = station();
    let assets = everything(&station);
    for (site, pause) in [
        ("TES", "17:19:00"),
        ("KDL", "17:19:00"),
        ("MEN", "17:19:00"),
        ("GAO", "17:19:00"),
        ("TBT", "17:40:00"),
        ("MOP", "17:40:00"),
    ] {
        let inputs = PlanInputs::new(site.parse().unwrap(), day("2026-11-24"), &station, &assets);
        let (plan, findings) = plan(&inputs, Revision(1)).unwrap();
        let entry = at(&plan, pause);
        assert_eq!((entry.segment, &entry.what), (Segment::Fill, &What::Bed), "{site}: {}", entry.id);
        assert_eq!(entry.length.0 / 48_000, 120, "{site}: the whole break");
        assert!(findings.iter().all(|f| f.code != "R-CAMP-08"), "{site}: {findings:?}");
    }
}

#[test]
fn friday_s_quiet_hour_is_said_beforehand_with_where_its_spots_go() {
    let station = station();
    let assets = everything(&station);
    for site in station.sites() {
        let inputs = PlanInputs::new(site.id, day("2026-11-27"), &station, &assets);
        let (plan, findings) = plan(&inputs, Revision(1)).unwrap();
        let quiet = |e: &&Entry| {
            let time = station.zone().to_datetime(e.at).time();
            e.segment == Segment::Spot
                && "12:45".parse().is_ok_and(|t| time >= t)
                && "14:00".parse().is_ok_and(|t| time < t)
        };
        assert_eq!(plan.entries().iter().filter(quiet).count(), 0);
        let said = findings.iter().filter(|f| f.code == "R-PRAY-01").collect::<Vec<_>>();
        assert!(!said.is_empty(), "{}: {findings:?}", site.id);
        assert!(
            said.iter().all(|f| f.fr.contains("matinee") || f.fr.contains("apres-midi") || f.fr.contains("12:")),
            "{said:?}"
        );
    }
}
