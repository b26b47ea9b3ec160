//! The week of Ramadan as the station delivers it (R-PRAY-04), and what makes a season more than another table of slots.
use std::sync::LazyLock;

use domain::{Entry, Revision, Segment, Severity};
use jiff::civil::Date;
use scheduler::calendar::{Place, Prayer, prayer_times};
use scheduler::changes::{FeastConfirmed, SeasonSwitched};
use scheduler::rules::examine;
use scheduler::sheets::NO_SHEETS;
use scheduler::station::{Programme, Station, StationFile};
use scheduler::{Changes, PlanInputs, ProgrammeSlot, Why, plan, why};

use crate::catalogue::{everything, station};

/// The reference station with its calendar and its week of Ramadan.
fn fasting() -> &'static Station {
    static STATION: LazyLock<Station> = LazyLock::new(|| Station::new(file()).unwrap());
    &STATION
}

fn file() -> StationFile {
    let mut file = station().file().clone();
    let mut read: toml::Table = include_str!("../../../demo/ramadan.toml").parse().unwrap();
    file.programme.extend(read.remove("programme").unwrap().try_into::<Vec<Programme>>().unwrap());
    file.season = read.remove("season").unwrap().try_into().unwrap();
    let mut rotation: toml::Table = include_str!("../../../demo/rotation.toml").parse().unwrap();
    file.rotation = rotation.remove("rotation").unwrap().try_into().unwrap();
    let calendar: toml::Table = include_str!("../../../demo/calendar.toml").parse().unwrap();
    file.event = calendar["event"].clone().try_into().unwrap();
    file
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Monday to Sunday of the second week of Ramadan 1448.
fn days() -> impl Iterator<Item = Date> {
    day("2027-02-15").series(jiff::Span::new().days(1)).take(7)
}

fn airs(site: &str, on: Date) -> Vec<ProgrammeSlot> {
    fasting().programmes_on(site.parse().unwrap(), on, Changes::NONE)
}

fn at<'a>(slots: &'a [ProgrammeSlot], time: &str) -> &'a ProgrammeSlot {
    let time: jiff::civil::Time = time.parse().unwrap();
    let second = time.hour() as u32 * 3600 + time.minute() as u32 * 60;
    slots.iter().find(|s| s.start_s <= second && second < s.end_s).unwrap()
}

/// Second of the day of a prayer at a site.
fn prayer_s(site: &str, on: Date, prayer: Prayer) -> u32 {
    let site = fasting().site(site.parse().unwrap()).unwrap();
    let place = Place { lat: site.lat, lon: site.lon };
    let times = prayer_times(place, on, &fasting().prayer_method(site.id)).unwrap();
    let time = fasting().zone().to_datetime(times.at(prayer)).time();
    time.hour() as u32 * 3600 + time.minute() as u32 * 60 + time.second() as u32
}

#[test]
fn dawn_begins_at_four_and_half_an_hour_later_at_bamako() {
    for on in [day("2027-02-08"), day("2027-02-15"), day("2027-03-08")] {
        for site in fasting().sites() {
            let slots = airs(site.id.as_str(), on);
            let dawn = slots.iter().find(|s| s.programme.as_str() == "eveil").unwrap();
            let expected_s = if site.id.as_str() == "BKO" { 16_200 } else { 14_400 };
            assert_eq!(dawn.start_s, expected_s, "{} {on}", site.id);
            let fajr_s = prayer_s(site.id.as_str(), on, Prayer::Fajr);
            // Nights grow shorter: with the rule's own 04:00 the east has less than the hour in the last ten days.
            let least_s = if on < day("2027-02-25") || site.id.as_str() == "BKO" { 3_600 } else { 3_000 };
            assert!(fajr_s - dawn.start_s >= least_s, "{} {on}: {} s", site.id, fajr_s - dawn.start_s);
        }
    }
}

#[test]
fn the_debate_moves_to_nine_and_the_evening_window_after_the_news_of_ten() {
    for on in days().take(4) {
        assert_eq!(at(&airs("BKO", on), "21:00").programme.as_str(), "debat", "{on}");
        assert_eq!(at(&airs("BKO", on), "19:30").programme.as_str(), "contes", "{on}");
    }
    let wednesday = airs("GAO", day("2027-02-17"));
    let evening = at(&wednesday, "22:10");
    assert_eq!((evening.programme.as_str(), evening.window.as_deref()), ("gao-soiree-son", Some("W3")));
    assert_eq!((evening.start_s, evening.end_s), (79_800, 82_800));
    let relay = airs("TES", day("2027-02-15"));
    assert_eq!(at(&relay, "22:30").programme.as_str(), "kdl-soiree-tmh");
}

#[test]
fn nothing_lively_airs_from_one_to_four_in_the_afternoon_and_every_language_keeps_its_news() {
    for on in days() {
        let slots = airs("MOP", on);
        let light = slots.iter().filter(|s| s.start_s < 57_600 && s.end_s > 46_800);
        for slot in light {
            let kind = fasting().programme(&slot.programme).unwrap().kind.as_str();
            assert!(!["jeu", "dédicaces", "sport"].contains(&kind), "{on}: {} is {kind}", slot.programme);
        }
        for language in ["bm", "son", "tmh", "ff", "dts", "ar"] {
            let id = format!("journal-{language}");
            let early =
                slots.iter().filter(|s| s.programme.as_str() == id && s.start_s >= 46_800 && s.start_s < 54_000);
            assert_eq!(early.count(), 1, "{on} {id}");
        }
    }
}

#[test]
fn the_fast_is_broken_by_each_site_s_own_sun_and_never_early() {
    for on in days() {
        for (site, language) in [
            ("BKO", "bm"),
            ("MOP", "ff"),
            ("TBT", "son"),
            ("GAO", "son"),
            ("KDL", "tmh"),
            ("TES", "tmh"),
            ("MEN", "tmh"),
        ] {
            let slots = airs(site, on);
            let said: Vec<_> = slots.iter().filter(|s| s.programme.as_str().starts_with("rupture-")).collect();
            let [said] = said[..] else { panic!("{site} {on}: {said:?}") };
            assert_eq!(said.programme.as_str(), format!("rupture-{language}"), "{site}");
            let after_s = said.start_s.checked_sub(prayer_s(site, on, Prayer::Maghrib));
            assert!(after_s.is_some_and(|s| s <= 360), "{site} {on}: {after_s:?} s after sunset");
        }
    }
    let usual = fasting().programmes_on("BKO".parse().unwrap(), day("2027-01-11"), Changes::NONE);
    assert!(usual.iter().all(|s| !s.programme.as_str().starts_with("rupture-")), "only while the season is in force");
}

#[test]
fn the_week_of_ramadan_breaks_no_blocking_rule_at_any_site() {
    let (station, assets) = (fasting(), everything(fasting()));
    for site in station.sites() {
        let plans: Vec<_> =
            days().map(|on| plan(&PlanInputs::new(site.id, on, station, &assets), Revision(1)).unwrap().0).collect();
        let found = examine(station, Changes::NONE, site.id, day("2027-02-15"), (&plans, NO_SHEETS));
        let blocking: Vec<_> = found.iter().filter(|f| f.severity == Severity::Blocking).map(|f| &f.fr).collect();
        assert_eq!(blocking, Vec::<&String>::new(), "{}", site.id);
        for code in ["R-PRAY-04", "R-OPT-01"] {
            assert!(found.iter().all(|f| f.code != code), "{}: {found:?}", site.id);
        }
    }
}

#[test]
fn the_evening_window_of_ramadan_waits_for_the_real_end_of_the_news() {
    let assets = everything(fasting());
    let inputs = inputs(&assets, Changes::NONE, "GAO", "2027-02-17");
    let (made, _) = plan(&inputs, Revision(1)).unwrap();
    let opens = made.entries().iter().find(|e| e.programme.as_str() == "gao-soiree-son").unwrap();
    let late_s = opens.wait.late.as_secs_f64();
    assert!(late_s >= 240.0, "{:?}: the window of this week is left at 22:15 at the latest, not at 21:05", opens.wait);
}

fn inputs<'a>(assets: &'a [domain::Asset], changes: &'a Changes, site: &str, on: &str) -> PlanInputs<'a> {
    PlanInputs { changes, ..PlanInputs::new(site.parse().unwrap(), day(on), fasting(), assets) }
}

fn told(inputs: &PlanInputs<'_>, at_s: u32) -> Why {
    let at = fasting().instant(inputs.day, at_s).unwrap();
    why(inputs, at).unwrap().unwrap()
}

#[test]
fn an_insertion_without_sound_leaves_the_network_whole() {
    let mut assets = everything(fasting());
    let sunset_s = prayer_s("GAO", day("2027-02-15"), Prayer::Maghrib) / 60 * 60 + 60;
    let carried = |assets: &[domain::Asset]| -> Vec<Entry> {
        let inputs = inputs(assets, Changes::NONE, "GAO", "2027-02-15");
        let entries = plan(&inputs, Revision(1)).unwrap().0.entries().to_vec();
        let (from, to) = (fasting().instant(inputs.day, sunset_s), fasting().instant(inputs.day, sunset_s + 30));
        entries.into_iter().filter(|e| e.at < to.unwrap() && e.end() > from.unwrap()).collect()
    };
    let said = carried(&assets);
    assert_eq!(said.iter().map(|e| e.programme.as_str()).collect::<Vec<_>>(), ["rupture-son"], "{said:?}");
    assets.retain(|a| !a.id.as_str().starts_with("rupture-"));
    let kept = carried(&assets);
    let network = fasting().network_on("GAO".parse().unwrap(), day("2027-02-15"), Changes::NONE);
    let beneath = network.iter().find(|s| s.start_s <= sunset_s && sunset_s < s.end_s).unwrap();
    assert!(!kept.is_empty());
    assert!(kept.iter().all(|e| e.programme == beneath.programme && e.segment != Segment::Fill), "{kept:?}");
    let why = told(&inputs(&assets, Changes::NONE, "GAO", "2027-02-15"), sunset_s + 5);
    assert_eq!(why.reasons[0].code, "R-OPT-04");
    assert!(why.reasons[0].fr.contains("ce qui devait s'y insérer"), "{:?}", why.reasons);
}

#[test]
fn every_layer_over_the_usual_week_says_so_when_asked_why() {
    let assets = everything(fasting());
    let code = |why: &Why, code: &str| why.reasons.iter().any(|r| r.code == code);
    let lost = |why: &Why, what: &str| why.losers.iter().any(|l| l.what == what);
    let monday = inputs(&assets, Changes::NONE, "BKO", "2027-02-15");
    let debate = told(&monday, 75_700);
    assert!(code(&debate, "plan.season") && lost(&debate, "soiree-son"), "{debate:?}");
    assert!(debate.reasons.iter().any(|r| r.fr.contains("« Ramadan » est en vigueur")), "{:?}", debate.reasons);
    let sunset_s = prayer_s("BKO", day("2027-02-15"), Prayer::Maghrib) / 60 * 60 + 60;
    let broken = told(&monday, sunset_s + 3);
    assert!(code(&broken, "plan.insert") && lost(&broken, "crepuscule"), "{broken:?}");
    let usual = told(&inputs(&assets, Changes::NONE, "BKO", "2027-01-11"), 75_700);
    assert!(!code(&usual, "plan.season"), "{usual:?}");
    let switched = SeasonSwitched { season: "deuil".to_owned(), from: day("2027-01-11"), until: day("2027-01-11") };
    let mourning = Changes { seasons: vec![switched], ..Changes::default() };
    let game = told(&inputs(&assets, &mourning, "BKO", "2027-01-11"), 45_000);
    assert!(code(&game, "plan.season") && lost(&game, "midikado"), "{game:?}");
    let christmas = told(&inputs(&assets, Changes::NONE, "BKO", "2026-12-25"), 33_000);
    assert!(code(&christmas, "R-CAL-01") && lost(&christmas, "vivre-ensemble"), "{christmas:?}");
}

#[test]
fn the_calendar_puts_ramadan_in_force_where_the_moon_says_and_asks_for_its_word_on_the_first_day() {
    let on = |changes: &Changes, date: &str| {
        let seasons = fasting().seasons_of_calendar(changes, day(date));
        seasons.iter().map(|s| s.spec().id.clone()).collect::<Vec<_>>()
    };
    let asked = |date: &str| Changes::NONE.unconfirmed(fasting(), day(date)).iter().any(|e| e.id == "ramadan");
    assert_eq!((on(Changes::NONE, "2027-02-08").as_slice(), asked("2027-02-08")), (&["ramadan".to_owned()][..], true));
    assert_eq!((on(Changes::NONE, "2027-02-09").as_slice(), asked("2027-02-09")), (&["ramadan".to_owned()][..], false));
    let predicted = day("2027-02-08");
    let later = FeastConfirmed { event: "ramadan".to_owned(), predicted, moved_days: 1 };
    let moved = Changes { feasts: vec![later], ..Changes::default() };
    assert!(on(&moved, "2027-02-08").is_empty() && on(&moved, "2027-02-09") == ["ramadan"]);
    let by_hand = SeasonSwitched { season: "ramadan".to_owned(), from: predicted, until: predicted };
    let switched = Changes { seasons: vec![by_hand], ..Changes::default() };
    assert!(on(&switched, "2027-02-08").is_empty(), "people have put it in force");
}

#[test]
fn what_a_season_brings_each_day_has_no_date_of_its_own() {
    let mut file = file();
    file.season[0].overrides[0].date = Some(day("2027-02-15"));
    let refused = Station::new(file).unwrap_err();
    assert!(refused.fr.contains("« rupture-bm » de la saison « ramadan » porte une date"), "{}", refused.fr);
}

#[test]
fn a_season_with_all_that_it_brings_is_written_and_read_back() {
    let text = fasting().to_toml().unwrap();
    assert_eq!(Station::parse(&text).unwrap().file(), fasting().file());
}
