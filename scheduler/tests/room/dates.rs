//! Holidays, feasts of the moon, Ramadan, mourning, electoral silence, and what the store keeps of them.
use crate::catalogue::{everything, station};
use domain::{Revision, Segment};
use jiff::Timestamp;
use jiff::civil::Date;
use scheduler::calendar::Event;
use scheduler::changes::{FeastConfirmed, SeasonSwitched};
use scheduler::station::{Station, StationFile};
use scheduler::store::By;
use scheduler::{Changes, PlanInputs, SeasonSpec, Store, plan};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The reference station with its calendar.
fn dated(change: impl FnOnce(&mut StationFile)) -> Station {
    let calendar: toml::Table = include_str!("../../../demo/calendar.toml").parse().unwrap();
    let mut file = station().file().clone();
    file.event = calendar["event"].clone().try_into::<Vec<Event>>().unwrap();
    change(&mut file);
    Station::new(file).unwrap()
}

fn heard(station: &Station, changes: &Changes, on: &str, time: &str) -> String {
    let slots = station.programmes_on("GAO".parse().unwrap(), day(on), changes);
    let time: jiff::civil::Time = time.parse().unwrap();
    let second = time.hour() as u32 * 3600 + time.minute() as u32 * 60;
    slots.iter().find(|s| s.start_s <= second && second < s.end_s).unwrap().programme.to_string()
}

#[test]
fn a_legal_holiday_takes_sunday_s_grid_but_the_day_s_own_news() {
    let station = dated(|_| {});
    // Christmas 2026 is a Friday.
    assert_eq!(heard(&station, Changes::NONE, "2026-12-25", "09:30"), "dialogue-interreligieux");
    assert_eq!(heard(&station, Changes::NONE, "2026-12-25", "08:00"), "journal-fr");
    assert_eq!(heard(&station, Changes::NONE, "2026-12-24", "09:30"), "citoyens-debout");
    assert_eq!(heard(&station, Changes::NONE, "2027-03-29", "09:30"), "dialogue-interreligieux", "Easter Monday");
}

#[test]
fn a_feast_of_the_moon_is_predicted_asked_for_and_moved_by_one_action() {
    let station = dated(|_| {});
    let feast = |changes: &Changes, on: &str| heard(&station, changes, on, "09:30") == "dialogue-interreligieux";
    // Tabaski 1448 is predicted for Monday, 17 May 2027.
    assert!(feast(Changes::NONE, "2027-05-17") && !feast(Changes::NONE, "2027-05-18"));
    let asked = Changes::NONE.unconfirmed(&station, day("2027-05-17"));
    assert_eq!(asked.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), ["tabaski"]);
    for (moved_days, holiday, usual) in [(1, "2027-05-18", "2027-05-17"), (0, "2027-05-17", "2027-05-18")] {
        let word = FeastConfirmed { event: "tabaski".to_owned(), predicted: day("2027-05-17"), moved_days };
        let changes = Changes { feasts: vec![word], ..Changes::default() };
        assert!(feast(&changes, holiday) && !feast(&changes, usual), "{moved_days}");
        assert!(changes.unconfirmed(&station, day(holiday)).is_empty());
    }
}

#[test]
fn markets_and_seasons_of_the_year_fall_on_their_days() {
    let station = dated(|_| {});
    let on = |date: &str| {
        let all = Changes::NONE.occasions(&station, day(date));
        all.iter().map(|o| o.event.id.clone()).collect::<Vec<_>>()
    };
    let thursday = on("2026-11-26");
    assert!(
        ["marche-mopti", "marche-boni", "marche-gao", "16-jours", "crue", "transhumance"]
            .iter()
            .all(|e| thursday.iter().any(|t| t == e)),
        "{thursday:?}"
    );
    assert!(!thursday.iter().any(|t| t == "marche-djenne" || t == "pluies"));
    assert!(on("2027-02-10").iter().any(|t| t == "ramadan"));
    assert!(!on("2027-03-12").iter().any(|t| t == "ramadan"));
}

#[test]
fn ramadan_s_own_week_rules_while_the_moon_says_so_and_is_proven_like_the_usual_one() {
    let station = dated(|file| {
        let mut debate = file.slot.iter().find(|s| s.id == "mon-2100").unwrap().clone();
        debate.programme = "debat".parse().unwrap();
        debate.window = None;
        let mut evening = file.window.iter().find(|w| w.id == "W3").unwrap().clone();
        evening.days.retain(|d| *d != scheduler::station::Day::Mon);
        let ramadan = SeasonSpec {
            id: "ramadan".to_owned(),
            name_fr: "Ramadan".to_owned(),
            slot: vec![debate],
            window: vec![evening],
            ..SeasonSpec::default()
        };
        file.season.push(ramadan);
    });
    assert_eq!(heard(&station, Changes::NONE, "2027-02-15", "21:30"), "debat");
    assert_ne!(heard(&station, Changes::NONE, "2027-03-15", "21:30"), "debat");
    let broken = |file: &mut StationFile| {
        let mut torn = file.slot[20].clone();
        torn.duration_s += 300;
        file.season.push(SeasonSpec {
            id: "x".to_owned(),
            name_fr: "X".to_owned(),
            slot: vec![torn],
            ..SeasonSpec::default()
        });
    };
    let mut file = station.file().clone();
    broken(&mut file);
    assert!(Station::new(file).is_err(), "a season with a torn week is refused");
}

#[test]
fn mourning_switched_on_takes_games_and_requests_off_and_youth_campaigns_rest() {
    let station = dated(|_| {});
    let switched = SeasonSwitched { season: "deuil".to_owned(), from: day("2026-11-24"), until: day("2026-11-26") };
    let changes = Changes { seasons: vec![switched], ..Changes::default() };
    assert_eq!(heard(&station, &changes, "2026-11-24", "12:30"), "instant-calme");
    assert_eq!(heard(&station, &changes, "2026-11-27", "12:30"), heard(&station, Changes::NONE, "2026-11-27", "12:30"));
    let assets = everything(&station);
    let spots = |changes| {
        let inputs =
            PlanInputs { changes, ..PlanInputs::new("GAO".parse().unwrap(), day("2026-11-24"), &station, &assets) };
        let (plan, _) = plan(&inputs, Revision(1)).unwrap();
        plan.entries().iter().filter(|e| e.segment == Segment::Spot && e.id.as_str().contains("vnu-")).count()
    };
    assert!(spots(Changes::NONE) > 0);
    assert_eq!(spots(&changes), 0);
}

#[test]
fn electoral_silence_stops_partisans_and_keeps_neutral_messages() {
    let count = |neutral: bool| {
        let station = dated(|file| {
            let campaign = file.campaign.iter_mut().find(|c| c.id == "elections-ma-voix").unwrap();
            campaign.non_partisan = Some(neutral);
        });
        let switched = SeasonSwitched {
            season: "silence-electoral".to_owned(),
            from: day("2026-11-28"),
            until: day("2026-11-29"),
        };
        let changes = Changes { seasons: vec![switched], ..Changes::default() };
        let assets = everything(&station);
        let inputs = PlanInputs {
            changes: &changes,
            ..PlanInputs::new("GAO".parse().unwrap(), day("2026-11-28"), &station, &assets)
        };
        let (plan, _) = plan(&inputs, Revision(1)).unwrap();
        plan.entries().iter().filter(|e| e.id.as_str().contains("elections-ma-voix")).count()
    };
    assert!(count(true) > 0);
    assert_eq!(count(false), 0);
}

#[test]
fn what_was_decided_reads_back_from_the_store_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("station.db")).unwrap();
    let at: Timestamp = "2026-11-22T18:00:00Z".parse().unwrap();
    let by = By { author: "aminata", reason: "décidé en réunion", at };
    let station = station();
    let live = &station.overrides()[0];
    let spec = scheduler::OverrideSpec { day: None, date: Some(live.date()), ..live.spec().clone() };
    let before = store.revision().unwrap();
    store.save_override(&spec, by).unwrap();
    let feast = FeastConfirmed { event: "tabaski".to_owned(), predicted: day("2027-05-17"), moved_days: 1 };
    store.confirm_feast(&feast, by).unwrap();
    let season = SeasonSwitched { season: "deuil".to_owned(), from: day("2026-11-24"), until: day("2026-11-26") };
    store.switch_season(&season, by).unwrap();
    assert_eq!(store.revision().unwrap(), before + 3, "plans are made again");
    let found = store.changes(day("2026-11-26"), day("2026-11-28")).unwrap();
    assert_eq!((found.overrides.len(), &found.feasts, &found.seasons), (1, &vec![feast], &vec![season]));
    assert_eq!(found.overrides[0].spec(), &spec);
    assert!(store.changes(day("2026-12-10"), day("2026-12-12")).unwrap().overrides.is_empty());
    assert!(store.remove_override(spec.id.as_str(), live.date()).unwrap());
    assert!(store.unswitch_season("deuil", day("2026-11-24")).unwrap());
    assert!(!store.unswitch_season("deuil", day("2026-11-24")).unwrap());
    assert!(store.save_override(&scheduler::OverrideSpec { planned_s: 0, ..spec }, by).is_err());
}
