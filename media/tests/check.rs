//! `mikado check`: what rows and files say differently is found, and mended without anything being deleted.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use domain::{AssetId, AssetKind, AudioHash, Frames, Severity};
use jiff::{SignedDuration, Timestamp};
use media::Report;
use media::catalogue::{Catalogue, Filter, NewCard, Search};
use media::check::{Hand, check};
use media::shelf::Shelf;

fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn id(text: &str) -> AssetId {
    text.parse().unwrap()
}

fn card(name: &str) -> NewCard {
    NewCard::new(id(name), name, AssetKind::Programme, "bm".parse().unwrap())
}

fn report() -> Report {
    Report { length: Frames::from_secs(60), channels: 2, ..Report::default() }
}

const A: AudioHash = AudioHash([1; 32]);

fn catalogue(dir: &Path) -> Catalogue {
    Catalogue::open(&dir.join("catalogue.db")).unwrap()
}

struct Place {
    dir: tempfile::TempDir,
    catalogue: Catalogue,
    shelf: Shelf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
        Self { catalogue: catalogue(dir.path()), shelf, dir }
    }

    fn put(&self, byte: u8) -> AudioHash {
        let staged = self.dir.path().join("staged");
        fs::write(&staged, vec![byte; 5000]).unwrap();
        self.shelf.put(&staged).unwrap()
    }

    /// A card whose bytes are approved.
    fn airing(&self, name: &str, byte: u8) -> AudioHash {
        let hash = self.put(byte);
        self.catalogue.enter(&card(name), &report(), &hash, now()).unwrap();
        self.catalogue.approve(&id(name), &hash, "awa", now()).unwrap();
        hash
    }

    /// Codes with their severity; the machine's clock is `ahead` of the files' dates.
    fn mend(&self, ahead: Duration) -> Vec<(String, Severity)> {
        let machine = Timestamp::try_from(SystemTime::now() + ahead).unwrap();
        let found = check(&self.catalogue, &self.shelf, Hand::Mend { now: now(), machine }).unwrap();
        found.into_iter().map(|f| (f.code, f.severity)).collect()
    }

    fn on_air(&self) -> usize {
        self.catalogue.ready().unwrap().len()
    }
}

const DAY: Duration = Duration::from_hours(24);

#[test]
fn check_names_every_disagreement_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
    let put = |byte: u8| {
        let staged = dir.path().join("staged");
        fs::write(&staged, vec![byte; 5000]).unwrap();
        shelf.put(&staged).unwrap()
    };
    let codes = || check(&c, &shelf, Hand::Look).unwrap().into_iter().map(|f| f.code).collect::<Vec<_>>();
    let (good, rotten, lone) = (put(1), put(2), put(3));
    c.enter(&card("good"), &report(), &good, now()).unwrap();
    c.enter(&card("rotten"), &report(), &rotten, now()).unwrap();
    c.enter(&card("lone"), &report(), &lone, now()).unwrap();
    assert_eq!(codes(), Vec::<String>::new());
    c.enter(&card("missing"), &report(), &A, now()).unwrap();
    put(4);
    fs::remove_file(shelf.path(&rotten)).unwrap();
    fs::write(shelf.path(&rotten), b"x").unwrap();
    fs::write(shelf.dir().join(".put-9-9.part"), b"x").unwrap();
    fs::write(shelf.dir().join("notes.txt"), b"x").unwrap();
    let mut got = codes();
    got.sort();
    let want = ["shelf.damaged", "shelf.missing", "shelf.stray", "shelf.stray", "shelf.unnamed", "shelf.writable"];
    assert_eq!(got, want);
}

#[test]
fn a_lost_file_leaves_the_plans_and_comes_back_with_its_approval() {
    let place = Place::new();
    let (a, b) = (place.airing("a", 1), place.airing("b", 2));
    fs::remove_file(place.shelf.path(&a)).unwrap();
    fs::remove_file(place.shelf.path(&b)).unwrap();
    fs::write(place.shelf.path(&b), b"rotten").unwrap();
    let looked = check(&place.catalogue, &place.shelf, Hand::Look).unwrap();
    assert!(looked.iter().all(|f| f.fr.contains("Avec --mend")), "{looked:?}");
    assert_eq!((looked.len(), place.on_air()), (3, 2), "looking changes nothing");
    let mut mended = place.mend(DAY);
    mended.sort_by(|x, y| x.0.cmp(&y.0));
    let want = [
        ("shelf.damaged", Severity::Warning),
        ("shelf.missing", Severity::Warning),
        ("shelf.quarantine", Severity::Info),
    ];
    assert_eq!(mended, want.map(|(code, severity)| (code.to_owned(), severity)));
    assert_eq!(place.on_air(), 0, "nothing is planned with bytes that are not there");
    assert_eq!(fs::read(place.shelf.quarantined().unwrap().remove(0).0).unwrap(), b"rotten");
    place.put(1);
    place.catalogue.enter(&card("a"), &report(), &a, now()).unwrap();
    assert_eq!(place.on_air(), 1);
    assert_eq!(place.mend(DAY), [("shelf.quarantine".to_owned(), Severity::Info)]);
}

#[test]
fn what_nobody_names_goes_into_quarantine_and_comes_back_when_it_is_named() {
    let place = Place::new();
    let hash = place.put(7);
    assert_eq!(
        place.mend(Duration::ZERO),
        [("shelf.unnamed".to_owned(), Severity::Warning)],
        "an ingest may be at work"
    );
    assert!(place.shelf.has(&hash));
    let codes: Vec<String> = place.mend(DAY).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["shelf.unnamed", "shelf.quarantine"]);
    assert!(!place.shelf.has(&hash) && place.shelf.list().unwrap().is_empty());
    assert_eq!(place.shelf.bytes_used().unwrap(), 0);
    // A power cut between the file and its row, and a restored backup that knows the row.
    place.catalogue.enter(&card("x"), &report(), &hash, now()).unwrap();
    assert_eq!(place.mend(DAY), [("shelf.missing".to_owned(), Severity::Info)]);
    place.shelf.verify(&hash).unwrap();
}

#[test]
fn strays_are_kept_and_never_written_over_and_rights_are_mended() {
    let place = Place::new();
    let hash = place.airing("a", 1);
    for text in ["one", "two"] {
        fs::write(place.shelf.dir().join("notes.txt"), text).unwrap();
        place.mend(DAY);
    }
    let kept: Vec<String> =
        place.shelf.quarantined().unwrap().iter().map(|(p, _)| fs::read_to_string(p).unwrap()).collect();
    assert_eq!(kept, ["one", "two"]);
    fs::set_permissions(place.shelf.path(&hash), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(place.mend(DAY)[0], ("shelf.writable".to_owned(), Severity::Info));
    assert!(fs::metadata(place.shelf.path(&hash)).unwrap().permissions().readonly());
}

#[test]
fn an_index_that_lost_a_card_is_written_anew() {
    let place = Place::new();
    place.airing("journal", 1);
    let db = rusqlite::Connection::open(place.dir.path().join("catalogue.db")).unwrap();
    db.execute_batch("DELETE FROM listing").unwrap();
    drop(db);
    assert_eq!(place.mend(DAY)[0], ("catalogue.index".to_owned(), Severity::Info));
    let filter = Filter { search: Search::new("jour"), ..Filter::default() };
    assert_eq!(place.catalogue.count(&filter).unwrap(), 1);
    assert!(check(&place.catalogue, &place.shelf, Hand::Look).unwrap().is_empty());
}

#[test]
fn mending_ends_what_has_been_in_the_trash_for_thirty_days() {
    let place = Place::new();
    let hash = place.airing("a", 1);
    let before = now() - SignedDuration::from_hours(31 * 24);
    place.catalogue.throw_away(&id("a"), "awa", before, "").unwrap();
    assert!(check(&place.catalogue, &place.shelf, Hand::Look).unwrap().is_empty() && place.shelf.has(&hash));
    assert!(place.mend(DAY).is_empty());
    assert!(!place.shelf.has(&hash) && place.catalogue.all().unwrap().is_empty());
}
