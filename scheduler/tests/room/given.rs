//! The plans that the sites were given, and the past told from them.

use domain::{Asset, Revision, SitePlan};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;
use scheduler::store::GivenDay;
use scheduler::{InForce, PlanInputs, Store, StoreError, plan, why_given};

use crate::catalogue::{edition, everything, station};

const DAY: &str = "2026-11-24";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(time: &str) -> Timestamp {
    format!("{DAY}T{time}Z").parse().unwrap()
}

fn given(pieces: &[&str]) -> [GivenDay; 1] {
    [GivenDay { day: day(DAY), pieces: pieces.iter().map(|p| p.as_bytes().to_vec()).collect() }]
}

fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("station.db")).unwrap();
    (dir, store)
}

fn raw(dir: &tempfile::TempDir) -> Connection {
    Connection::open(dir.path().join("station.db")).unwrap()
}

#[test]
fn what_a_site_was_given_is_found_by_the_moment_and_kept_once() {
    let (dir, store) = open();
    let gao = "GAO".parse().unwrap();
    let keep = |revision, time: &str, pieces: &[&str]| {
        store.keep_plans(gao, Revision(revision), at(time), &given(pieces)).unwrap()
    };
    assert_eq!(keep(1, "06:00:00", &["nuit", "matin", "soir"]), 1);
    assert_eq!(keep(2, "07:00:00", &["nuit", "matin", "soir"]), 0, "it says what the newest says");
    assert_eq!(keep(3, "08:00:00", &["nuit", "matin", "soir corrigé"]), 1);
    let toml = station().to_toml().unwrap();
    store.save_station(&toml, "awa", "grille", at("08:30:00")).unwrap();
    assert_eq!(keep(4, "09:00:00", &["nuit", "matin", "soir"]), 1, "what comes back is given again");
    store.keep_plans("KDL".parse().unwrap(), Revision(4), at("09:00:00"), &given(&["nuit", "matin"])).unwrap();
    let found = |time: &str| {
        let g = store.given_plan(gao, day(DAY), at(time)).unwrap().unwrap();
        let texts: Vec<_> = g.pieces.into_iter().map(|p| String::from_utf8(p).unwrap()).collect();
        (g.revision.0, g.publication, texts.concat())
    };
    for (time, revision, publication, text) in [
        ("05:00:00", 1, None, "nuitmatinsoir"),
        ("07:59:59", 1, None, "nuitmatinsoir"),
        ("08:00:00", 3, None, "nuitmatinsoir corrigé"),
        ("23:00:00", 4, Some(1), "nuitmatinsoir"),
    ] {
        assert_eq!(found(time), (revision, publication, text.to_owned()), "{time}");
    }
    assert_eq!(store.given_plan(gao, day("2026-11-25"), at("09:00:00")).unwrap(), None);
    let pieces: i64 = raw(&dir).query_row("SELECT count(*) FROM piece", [], |r| r.get(0)).unwrap();
    assert_eq!(pieces, 4, "five plans of two sites share their pieces");
}

#[test]
fn a_changed_or_missing_piece_is_found() {
    let gao = "GAO".parse().unwrap();
    for spoil in [
        "UPDATE piece SET bytes = (SELECT bytes FROM piece WHERE id = 2) WHERE id = 1",
        "UPDATE piece SET bytes = x'00' WHERE id = 2",
        "DELETE FROM piece WHERE id = 2",
        "UPDATE given SET pieces = substr(pieces, 1, 8)",
        "UPDATE given SET pieces = substr(pieces, 1, 9)",
    ] {
        let (dir, store) = open();
        store.keep_plans(gao, Revision(1), at("06:00:00"), &given(&["nuit", "matin"])).unwrap();
        raw(&dir).execute(spoil, []).unwrap();
        let found = store.given_plan(gao, day(DAY), at("06:00:00"));
        assert!(matches!(found, Err(StoreError::Damaged { .. })), "{spoil}: {found:?}");
    }
}

#[test]
fn the_oldest_days_go_when_there_are_more_than_are_kept_whatever_the_clock_says() {
    let (dir, store) = open();
    let gao = "GAO".parse().unwrap();
    let one = |day: Date| GivenDay { day, pieces: vec![day.to_string().into_bytes()] };
    let first = day("2026-01-01");
    let days: Vec<_> = first.series(1.day()).take(Store::GIVEN_DAYS as usize).map(one).collect();
    store.keep_plans(gao, Revision(1), at("06:00:00"), &days).unwrap();
    assert_eq!(store.forget_plans().unwrap(), 0);
    let far: Vec<_> = day("2099-01-01").series(1.day()).take(3).map(one).collect();
    store.keep_plans(gao, Revision(2), at("07:00:00"), &far).unwrap();
    assert_eq!(store.forget_plans().unwrap(), 3, "three days of a wrong clock cost the three oldest");
    assert_eq!(store.given_plan(gao, first, at("06:00:00")).unwrap(), None);
    assert!(store.given_plan(gao, day("2026-01-04"), at("06:00:00")).unwrap().is_some());
    let pieces: i64 = raw(&dir).query_row("SELECT count(*) FROM piece", [], |r| r.get(0)).unwrap();
    assert_eq!(pieces, i64::from(Store::GIVEN_DAYS));
}

#[test]
fn the_past_is_told_from_the_plan_that_was_given_then() {
    let station = station();
    let then = everything(&station);
    let (gao, day) = ("GAO".parse().unwrap(), day(DAY));
    let (given, _) = plan(&PlanInputs::new(gao, day, &station, &then), Revision(12)).unwrap();
    let asked = |assets: &[Asset], when| {
        why_given(&PlanInputs::new(gao, day, &station, assets), &given, when).unwrap().unwrap()
    };
    let told = |assets: &[Asset], time: &str| asked(assets, at(time));
    let same = told(&then, "17:05:00");
    assert_eq!(same.reasons[1].code, "plan.newest", "what the cards of today still say is told as ever");
    let mut today = then.clone();
    today.retain(|a| a.programme.as_ref().is_none_or(|p| p.as_str() != "grand-format"));
    today.push(edition(&station, "grand-format", "corrige", 3300));
    let other = told(&today, "17:05:00");
    assert_eq!(other.entry, *given.entry_at(at("17:05:00")).unwrap());
    assert_eq!((other.reasons[0].code.as_str(), other.reasons[1].code.as_str()), ("R-GRID-01", "plan.given"));
    assert_eq!(other.losers[0].what, "grand-format.corrige");
    let spot = given.entries().iter().find(|e| e.segment == domain::Segment::Spot).unwrap();
    let spotless: Vec<_> = then.iter().filter(|a| a.kind != domain::AssetKind::Spot).cloned().collect();
    let break_then = asked(&spotless, spot.at);
    assert!(break_then.reasons.iter().any(|r| r.en.contains("airings of campaign")), "{:?}", break_then.reasons);
}

#[test]
fn what_was_in_force_says_since_when_and_by_whom() {
    let station = station();
    let inputs = PlanInputs::new("GAO".parse().unwrap(), day(DAY), &station, &[]);
    let (plan, _): (SitePlan, _) = plan(&inputs, Revision(12)).unwrap();
    let (_dir, store) = open();
    let toml = station.to_toml().unwrap();
    store.save_station(&toml, "awa", "rentrée", at("05:00:00")).unwrap();
    store.save_station(&toml, "kadi", "après", at("05:30:00")).unwrap();
    let publication = store.publication(1).unwrap();
    assert_eq!(store.publication(3).unwrap(), None);
    let past = InForce { plan, since: at("06:00:00"), publication, grid: None };
    let (fr, en) = past.said(at("07:00:00"), &TimeZone::UTC);
    assert_eq!(
        fr,
        "Conducteur n° 12 de GAO, en vigueur depuis le 2026-11-24 06:00:00 ; grille de la publication n° 1, par awa (« rentrée »)."
    );
    assert!(en.ends_with("grid of publication no. 1, by awa (“rentrée”)."), "{en}");
    let (fr, _) = past.said(at("05:59:00"), &TimeZone::UTC);
    assert!(fr.starts_with("Rien n'était encore publié à GAO"), "{fr}");
}
