//! Publishing as an act: what waits, what a change does before it is made, what refuses it, and what comes back.
use std::collections::BTreeMap;

use crate::catalogue::{everything, station};
use domain::{Severity, SiteId};
use jiff::Timestamp;
use jiff::civil::Date;
use scheduler::proposal::{Proposal, proposed};
use scheduler::review::{Review, ReviewInputs, State, freeze, published_by};
use scheduler::sheets::NO_SHEETS;
use scheduler::store::By;
use scheduler::{Changes, OverrideSpec, Station, Store};

const MONDAY: &str = "2026-11-23T09:00:00Z";

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn by(at: &str) -> By<'static> {
    By { author: "awa", reason: "la ministre parle", at: moment(at) }
}

fn live(date: &str, kind: &str) -> OverrideSpec {
    let text = format!(
        "id = \"conference\"\ndate = \"{date}\"\nstart = \"15:30:00\"\nplanned_s = 1800\nkind = \"{kind}\"\n\
         title = \"Conférence\"\nlang = \"fr\"\nscope = \"reseau\"\npriority = 2\n"
    );
    toml::from_str(&text).unwrap()
}

fn event(date: &str, kind: &str) -> Proposal {
    Proposal::Live { spec: Box::new(live(date, kind)) }
}

fn mourning(from: &str, until: &str) -> Proposal {
    Proposal::Season { season: "deuil".to_owned(), from: day(from), until: day(until) }
}

fn review(station: &Station, proposals: &[Proposal], now: &str) -> Review {
    let assets = everything(station);
    let (new, changes) = proposed(Changes::NONE, proposals).unwrap();
    let after = State { station: new.as_ref().unwrap_or(station), changes: &changes };
    let before = State { station, changes: Changes::NONE };
    Review::new(&ReviewInputs {
        before,
        after,
        proposals,
        assets: &assets,
        sheets: NO_SHEETS,
        placements: &[],
        now: moment(now),
    })
}

fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("station.db")).unwrap();
    store.save_station(&station().to_toml().unwrap(), "hq", "first start", moment(MONDAY)).unwrap();
    (dir, store)
}

fn in_force(store: &Store) -> Changes {
    store.changes(day("2026-11-20"), day("2027-11-20")).unwrap()
}

#[test]
fn what_waits_changes_nothing_until_it_is_published_and_then_it_no_longer_waits() {
    let (_dir, store) = open();
    let (revision, act) = (store.revision().unwrap(), event("2026-11-27", "discours"));
    store.propose(&act, by(MONDAY)).unwrap();
    store.propose(&act, by(MONDAY)).unwrap();
    assert_eq!((store.revision().unwrap(), in_force(&store)), (revision, Changes::default()));
    let waiting = store.proposals().unwrap();
    assert!(waiting.len() == 1 && waiting[0].act == act);
    let accepted = BTreeMap::from([("R-PAD-03".to_owned(), "le tapis suffit".to_owned())]);
    let number = store.publish(&[act], &accepted, by(MONDAY)).unwrap();
    assert!(store.revision().unwrap() > revision && store.proposals().unwrap().is_empty());
    assert_eq!(in_force(&store).overrides.len(), 1);
    let newest = &store.publications(5).unwrap()[0];
    assert_eq!((newest.number, newest.author.as_str(), newest.reason.as_str()), (number, "awa", "la ministre parle"));
    assert_eq!(newest.accepted, accepted);
    assert!(newest.said[0].0.contains("Conférence"), "{:?}", newest.said);
}

#[test]
fn what_was_in_force_comes_back_as_a_new_publication_and_goes_again() {
    let (_dir, store) = open();
    let first = store.publications(1).unwrap()[0].number;
    let mut file = station().file().clone();
    file.programme[0].title = "Autre titre".to_owned();
    let other = Station::new(file).unwrap().to_toml().unwrap();
    let acts = [event("2026-11-27", "discours"), mourning("2026-11-28", "2026-11-30"), Proposal::Grid { toml: other }];
    let second = store.publish(&acts, &BTreeMap::new(), by(MONDAY)).unwrap();
    let (changed, grid) = (in_force(&store), store.station().unwrap().unwrap().toml);
    store.propose(&mourning("2026-12-05", "2026-12-06"), by(MONDAY)).unwrap();
    let days = ("2026-11-24".parse().unwrap(), "2027-11-24".parse().unwrap());
    let (was, is) = (store.published(first, days).unwrap(), store.published(second, days).unwrap());
    assert_eq!((was.1, &is.0, &is.1), (Changes::default(), &grid, &changed), "each can be looked at");
    assert!(was.0 != is.0 && store.published(99, days).is_err());
    assert_eq!(in_force(&store), changed, "and looking changes nothing");
    let third = store.restore(first, by(MONDAY)).unwrap();
    assert_eq!((in_force(&store), store.proposals().unwrap().len()), (Changes::default(), 1));
    assert_ne!(store.station().unwrap().unwrap().toml, grid);
    assert_eq!(store.publications(1).unwrap()[0].restores, Some(first));
    let fourth = store.restore(second, by(MONDAY)).unwrap();
    assert_eq!((in_force(&store), store.station().unwrap().unwrap().toml), (changed, grid));
    assert!(first < second && second < third && third < fourth);
    assert!(store.restore(99, by(MONDAY)).is_err());
}

#[test]
fn a_change_is_told_in_words_once_for_all_sites_that_hear_it() {
    let station = station();
    let found = review(&station, &[event("2026-11-27", "discours")], MONDAY);
    let said: Vec<_> = found.changes.iter().filter(|c| !c.is_spot).map(|c| c.fr.as_str()).collect();
    assert!(said.iter().any(|fr| fr.starts_with("15:30:00–16:00:00: « Conférence » au lieu de ")), "{said:?}");
    let sites: std::collections::BTreeSet<SiteId> = found.changes.iter().flat_map(|c| c.sites.clone()).collect();
    assert_eq!(sites.len(), 7);
    assert!(found.changes.iter().all(|c| c.day == day("2026-11-27")), "{:?}", found.changes);
    assert!(review(&station, &[], MONDAY).changes.is_empty());
}

#[test]
fn a_day_is_frozen_from_the_evening_before_for_all_but_the_director_and_an_alert() {
    let station = station();
    assert_eq!(freeze(&station, day("2026-11-27")), Some(moment("2026-11-26T20:00:00Z")));
    assert_eq!(published_by(&station, day("2026-11-23")), Some(moment("2026-11-19T18:00:00Z")));
    let check = |kind: &str, now: &str, frozen: bool| {
        let found = review(&station, &[event("2026-11-27", kind)], now);
        let accepted = found.findings.iter().map(|b| (b.finding.code.clone(), "voulu".to_owned())).collect();
        let stopped = |directs| found.stopping(&accepted, directs).iter().any(|b| b.finding.code == "R-GRID-04");
        assert_eq!((stopped(false), stopped(true)), (frozen, false), "{kind} {now}: {:?}", found.frozen);
    };
    check("discours", "2026-11-26T19:59:59Z", false);
    check("discours", "2026-11-26T20:00:00Z", true);
    check("alerte", "2026-11-27T15:00:00Z", false);
}

#[test]
fn what_a_change_brings_blocks_or_asks_for_a_reason_and_what_stood_before_does_not() {
    let station = station();
    // No flash at 15:00 on Fridays: R-NEWS-01 blocks.
    let mut file = station.file().clone();
    let flash = file.slot.iter_mut().find(|s| s.id == "fri-1500").unwrap();
    flash.programme = "instant-calme".parse().unwrap();
    let broken = Station::new(file).unwrap();
    let grid = Proposal::Grid { toml: broken.to_toml().unwrap() };
    let found = review(&station, std::slice::from_ref(&grid), MONDAY);
    let accepted = found.findings.iter().map(|b| (b.finding.code.clone(), "voulu".to_owned())).collect();
    let stopping = found.stopping(&accepted, true);
    assert!(!stopping.is_empty() && stopping.iter().all(|b| b.finding.severity == Severity::Blocking), "{stopping:?}");
    assert!(stopping.iter().any(|b| b.finding.code == "R-NEWS-01"), "{stopping:?}");
    let after = review(&broken, &[mourning("2026-12-10", "2026-12-10")], MONDAY);
    assert!(after.stood > 0 && after.findings.iter().all(|b| b.finding.code != "R-NEWS-01"), "{:?}", after.findings);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence_before_anybody_reviews_it() {
    let station = station();
    let ghost = Proposal::Season { season: "noel".to_owned(), from: day("2026-12-24"), until: day("2026-12-25") };
    let mut nowhere = live("2026-11-27", "discours");
    nowhere.scope = "site:ZZZ".to_owned();
    let mut unknown = live("2026-11-27", "discours");
    unknown.displaces = vec!["fri-9999".to_owned()];
    for bad in [
        ghost,
        mourning("2026-12-25", "2026-12-24"),
        mourning("2026-12-25", "2028-12-24"),
        Proposal::Live { spec: Box::new(nowhere) },
        Proposal::Live { spec: Box::new(unknown) },
        Proposal::Feast { event: "noel".to_owned(), predicted: day("2026-12-25"), moved_days: 1 },
        Proposal::Grid { toml: "[[site]]".to_owned() },
    ] {
        assert!(bad.check(&station).is_err(), "{bad:?}");
    }
    assert!(event("2026-11-27", "discours").check(&station).is_ok());
}

#[test]
fn what_is_inserted_is_told_once_and_not_as_an_end_and_a_beginning() {
    let mut spec = live("2026-11-24", "insert");
    (spec.start, spec.planned_s) = (Some("17:10:00".parse().unwrap()), 30);
    let found = review(&station(), &[Proposal::Live { spec: Box::new(spec) }], MONDAY);
    let said: Vec<_> = found.changes.iter().filter(|c| !c.is_spot).map(|c| c.fr.as_str()).collect();
    assert_eq!(said, ["17:10:00–17:10:30: « Conférence » dans « Le Grand Format », qui reprend après."]);
}
