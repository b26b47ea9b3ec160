//! Cards, approvals bound to bytes, and what the catalogue refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use domain::{AssetId, AssetKind, AudioHash, Frames, Loudness, Status, TruePeak};
use jiff::Timestamp;
use media::catalogue::{Catalogue, Entered, Filter, NewCard, Search};
use media::{Error, Report, sentences};

fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

fn id(text: &str) -> AssetId {
    text.parse().unwrap()
}

fn card(name: &str) -> NewCard {
    NewCard {
        programme: Some("journal-fr".parse().unwrap()),
        sites: vec!["GAO".parse().unwrap(), "TBK".parse().unwrap()],
        source_name: "../../etc/<script>.mp3".to_owned(),
        ..NewCard::new(id(name), "Kɔnɔ « l’oiseau » '; DROP TABLE card", AssetKind::Programme, "bm".parse().unwrap())
    }
}

fn report() -> Report {
    Report {
        length: Frames::from_secs(60),
        channels: 2,
        loudness: Some(Loudness::new(-20.0).unwrap()),
        loudness_range_lu: Some(5.5),
        true_peak: Some(TruePeak::new(-3.0).unwrap()),
        findings: vec![sentences::silence(4.0, 3.5)],
        ..Report::default()
    }
}

const A: AudioHash = AudioHash([1; 32]);
const B: AudioHash = AudioHash([2; 32]);

fn catalogue(dir: &Path) -> Catalogue {
    Catalogue::open(&dir.join("catalogue.db")).unwrap()
}

#[test]
fn what_is_entered_comes_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    assert_eq!(c.enter(&card("journal-fr.1"), &report(), &A, now()).unwrap(), Entered::New);
    let got = c.get(&id("journal-fr.1")).unwrap().unwrap();
    let want = card("journal-fr.1");
    assert_eq!((&got.asset.title, &got.asset.sites, &got.source_name), (&want.title, &want.sites, &want.source_name));
    assert_eq!((got.asset.programme, got.asset.language, got.asset.kind), (want.programme, want.language, want.kind));
    assert_eq!(
        (got.asset.length, got.asset.loudness, got.asset.status),
        (report().length, report().loudness, Status::Draft)
    );
    assert!((got.asset.gain.get() + 3.0).abs() < 1e-9);
    assert_eq!(c.findings(&id("journal-fr.1")).unwrap(), report().findings);
    assert!(c.ready().unwrap().is_empty(), "a draft never airs");
}

#[test]
fn an_approval_is_bound_to_the_exact_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    let x = id("x");
    c.enter(&card("x"), &report(), &A, now()).unwrap();
    assert!(matches!(c.approve(&x, &B, "awa", now()), Err(Error::OtherBytes { .. })));
    c.approve(&x, &A, "awa", now()).unwrap();
    assert_eq!(c.get(&x).unwrap().unwrap().ready_by.as_deref(), Some("awa"));
    assert_eq!(c.enter(&card("x"), &report(), &A, now()).unwrap(), Entered::Same);
    assert_eq!(c.ready().unwrap().len(), 1, "the same bytes stay approved");
    assert_eq!(c.enter(&card("x"), &report(), &B, now()).unwrap(), Entered::Replaced { was: A });
    let on_air = || c.ready().unwrap().into_iter().map(|a| a.hash).collect::<Vec<_>>();
    assert_eq!(c.get(&x).unwrap().unwrap().asset.status, Status::Draft, "other bytes are a draft again");
    assert_eq!(on_air(), [A], "and the approved ones air on meanwhile");
    c.approve(&x, &B, "awa", now()).unwrap();
    assert_eq!(on_air(), [B]);
    c.withdraw(&x, "awa", now(), "erreur de date").unwrap();
    assert!(c.ready().unwrap().is_empty());
    assert!(matches!(c.approve(&id("y"), &A, "awa", now()), Err(Error::NoSuchAsset(_))));
}

#[test]
fn bytes_let_go_keep_their_card_and_can_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    c.enter(&card("x"), &report(), &A, now()).unwrap();
    c.enter(&card("y"), &report(), &A, now()).unwrap();
    c.approve(&id("x"), &A, "awa", now()).unwrap();
    assert_eq!(c.purge_bytes(&id("x"), now(), "place").unwrap(), [], "y still names these bytes");
    assert_eq!(c.purge_bytes(&id("y"), now(), "place").unwrap(), [A]);
    assert!(c.ready().unwrap().is_empty() && !c.names(&A).unwrap());
    let gone = c.get(&id("x")).unwrap().unwrap().bytes_gone.unwrap();
    assert_eq!((gone.why.as_str(), gone.at), ("place", now()));
    c.enter(&card("x"), &report(), &A, now()).unwrap();
    assert_eq!(c.ready().unwrap().len(), 1, "the same bytes come back approved");
}

#[test]
fn every_change_is_a_new_revision_also_for_another_process() {
    let dir = tempfile::tempdir().unwrap();
    let (c, other) = (catalogue(dir.path()), catalogue(dir.path()));
    let start = c.revision().unwrap();
    other.enter(&card("x"), &report(), &A, now()).unwrap();
    let entered = c.revision().unwrap();
    assert!(entered > start);
    assert!(c.approve(&id("x"), &B, "awa", now()).is_err());
    assert_eq!(c.revision().unwrap(), entered, "a refused step changes nothing");
    c.approve(&id("x"), &A, "awa", now()).unwrap();
    assert!(other.revision().unwrap() > entered);
}

#[test]
fn a_refused_file_never_becomes_a_card() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    let refused = Report::refused(sentences::empty());
    assert!(matches!(c.enter(&card("x"), &refused, &A, now()), Err(Error::NotApprovable { .. })));
    assert!(c.all().unwrap().is_empty() && c.revision().unwrap() == 0);
}

#[test]
fn cards_are_found_by_what_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    for n in 0..25 {
        c.enter(&card(&format!("journal-fr.{n:02}")), &report(), &A, now()).unwrap();
    }
    c.enter(
        &NewCard::new(id("jingle-ident-20"), "Ident 100 %", AssetKind::Jingle, "fr".parse().unwrap()),
        &report(),
        &B,
        now(),
    )
    .unwrap();
    c.approve(&id("jingle-ident-20"), &B, "awa", now()).unwrap();
    let count = |f: &Filter| (c.list(f, 0, 500).unwrap().len() as u64, c.count(f).unwrap());
    let text = |t: &str| Filter { search: Search::new(t), ..Filter::default() };
    assert_eq!(count(&Filter::default()), (26, 26));
    assert_eq!(count(&Filter { kind: Some(AssetKind::Jingle), ..Filter::default() }), (1, 1));
    assert_eq!(count(&Filter { status: Some(Status::Draft), ..Filter::default() }), (25, 25));
    assert_eq!(count(&Filter { programme: Some("journal-fr".parse().unwrap()), ..Filter::default() }), (25, 25));
    assert_eq!(count(&text("100 %")), (1, 1));
    assert_eq!(count(&text("IDENT")), (1, 1));
    assert_eq!(count(&text("'; drop")), (25, 25));
    assert_eq!(c.list(&Filter::default(), 20, 10).unwrap().len(), 6);
}

#[test]
fn many_threads_read_and_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let c = Arc::new(catalogue(dir.path()));
    std::thread::scope(|s| {
        for t in 0..6u8 {
            let c = Arc::clone(&c);
            s.spawn(move || {
                for n in 0..8 {
                    let name = format!("t{t}.{n}");
                    c.enter(&card(&name), &report(), &AudioHash([t; 32]), now()).unwrap();
                    assert!(c.get(&id(&name)).unwrap().is_some());
                    c.ready().unwrap();
                }
            });
        }
    });
    assert_eq!(c.all().unwrap().len(), 48);
}

#[test]
fn a_newer_or_broken_file_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("catalogue.db");
    drop(catalogue(dir.path()));
    let db = rusqlite::Connection::open(&path).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    assert!(matches!(Catalogue::open(&path), Err(Error::NewerSchema { found: 99, .. })));
    fs::write(&path, b"<html>not a database at all</html>".repeat(300)).unwrap();
    assert!(matches!(Catalogue::open(&path), Err(Error::BrokenCatalogue { .. })));
}
