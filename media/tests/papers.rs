//! What a card may do beside its bytes: corrections, rights, protection, the trash, and the station's own target.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;

use domain::{AssetId, AssetKind, AudioHash, Frames, Loudness, SiteId, Status, TruePeak};
use jiff::Timestamp;
use media::catalogue::{Bar, Catalogue, Consent, Contributor, Edit, Entered, Filter, Flags, NewCard, Search, Voice};
use media::{Error, Report, Target};

const A: AudioHash = AudioHash([1; 32]);
const B: AudioHash = AudioHash([2; 32]);
const C: AudioHash = AudioHash([3; 32]);
const CHILD: Flags = Flags { child: true, survivor: false, witness: false };

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-24T08:00:00Z")
}

fn x() -> AssetId {
    "journal-fr.1".parse().unwrap()
}

fn card() -> NewCard {
    NewCard { by: "awa".into(), ..NewCard::new(x(), "Journal", AssetKind::Programme, "fr".parse().unwrap()) }
}

fn report() -> Report {
    Report {
        length: Frames::from_secs(60),
        channels: 2,
        loudness: Some(Loudness::new(-20.0).unwrap()),
        true_peak: Some(TruePeak::new(-6.0).unwrap()),
        ..Report::default()
    }
}

fn catalogue(dir: &Path) -> Catalogue {
    let c = Catalogue::open(&dir.join("catalogue.db")).unwrap();
    c.enter(&card(), &report(), &A, now()).unwrap();
    c
}

fn approved(dir: &Path) -> Catalogue {
    let c = catalogue(dir);
    c.approve(&x(), &A, "awa", now()).unwrap();
    c
}

fn on_air(c: &Catalogue) -> Vec<AudioHash> {
    c.ready().unwrap().into_iter().map(|a| a.hash).collect()
}

fn edit(c: &Catalogue, change: impl Fn(&mut Edit)) -> Result<(), Error> {
    let mut edit = Edit::from(c.get(&x()).unwrap().unwrap());
    change(&mut edit);
    c.edit(&x(), &edit, "moussa", now())
}

#[test]
fn a_correction_keeps_the_card_and_the_old_bytes_and_airs_when_it_is_approved() {
    let dir = tempfile::tempdir().unwrap();
    let c = approved(dir.path());
    edit(&c, |e| e.expires = Some(at("2026-12-01T00:00:00Z"))).unwrap();
    assert_eq!(c.enter(&card(), &report(), &B, now()).unwrap(), Entered::Replaced { was: A });
    assert_eq!(c.enter(&card(), &report(), &C, now()).unwrap(), Entered::Replaced { was: B });
    assert_eq!(on_air(&c), [A], "nobody has approved another");
    assert!(matches!(c.approve(&x(), &B, "awa", now()), Err(Error::OtherBytes { .. })));
    c.approve(&x(), &C, "awa", now()).unwrap();
    assert_eq!(on_air(&c), [C]);
    let stands: Vec<_> = c.versions(&x()).unwrap().iter().map(|v| (v.hash, v.standing.as_str())).collect();
    assert_eq!(stands, [(C, "ready"), (B, "draft"), (A, "replaced")]);
    assert!(c.names(&A).unwrap() && c.names(&B).unwrap(), "old bytes are kept");
    assert_eq!(c.get(&x()).unwrap().unwrap().asset.expires, Some(at("2026-12-01T00:00:00Z")), "the date stays");
    // Back to the first bytes: they came in anew, and a new word is needed.
    assert_eq!(c.enter(&card(), &report(), &A, now()).unwrap(), Entered::Replaced { was: C });
    assert_eq!(on_air(&c), [C]);
    c.approve(&x(), &A, "awa", now()).unwrap();
    assert_eq!((on_air(&c), c.versions(&x()).unwrap().len()), (vec![A], 3));
}

#[test]
fn taking_back_takes_every_version_off_the_air() {
    let dir = tempfile::tempdir().unwrap();
    let c = approved(dir.path());
    c.enter(&card(), &report(), &B, now()).unwrap();
    c.withdraw(&x(), "awa", now(), "erreur sur le nom").unwrap();
    assert!(on_air(&c).is_empty());
    let what: Vec<_> = c.history(&x()).unwrap().into_iter().map(|s| (s.what, s.who, s.why)).collect();
    let step = |what: &str, why: &str| (what.to_owned(), "awa".to_owned(), why.to_owned());
    assert_eq!(
        what,
        [step("withdraw", "erreur sur le nom"), step("enter", ""), step("approve", ""), step("enter", "")]
    );
}

#[test]
fn what_is_flagged_airs_only_when_an_officer_has_cleared_these_very_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let c = approved(dir.path());
    let bar = || c.get(&x()).unwrap().unwrap().bar();
    edit(&c, |e| e.paper.flags = CHILD).unwrap();
    assert!(on_air(&c).is_empty(), "an approval does not outlive a flag");
    assert_eq!(bar(), Some(Bar::Protected(CHILD)));
    let blocked = Filter { is_blocked: true, ..Filter::default() };
    assert_eq!(c.count(&blocked).unwrap(), 1);
    assert!(matches!(edit(&c, |e| e.paper.flags = Flags::default()), Err(Error::Protected { .. })));
    assert!(
        matches!(c.clear(&x(), &A, "fanta", now(), ""), Err(Error::NotApprovable { .. })),
        "no consent (R-CHILD-03)"
    );
    edit(&c, |e| e.paper.consent = Consent::Given).unwrap();
    assert!(matches!(c.clear(&x(), &B, "fanta", now(), ""), Err(Error::OtherBytes { .. })));
    c.clear(&x(), &A, "fanta", now(), "voix changée").unwrap();
    assert_eq!((on_air(&c), c.count(&blocked).unwrap()), (vec![A], 0));
    // Another flag, other bytes: blocked again, and the approval of other bytes is refused.
    edit(&c, |e| e.paper.flags = Flags { witness: true, ..CHILD }).unwrap();
    assert!(on_air(&c).is_empty());
    c.clear(&x(), &A, "fanta", now(), "").unwrap();
    c.enter(&card(), &report(), &B, now()).unwrap();
    assert_eq!(on_air(&c), [A], "what was cleared airs on");
    assert!(matches!(c.approve(&x(), &B, "awa", now()), Err(Error::NotApprovable { .. })));
    c.clear(&x(), &B, "fanta", now(), "").unwrap();
    c.approve(&x(), &B, "awa", now()).unwrap();
    assert_eq!(on_air(&c), [B]);
    // The officer alone lowers a flag, and an old word does not come back with a flag.
    c.flag(&x(), Flags::default(), "fanta", now(), "adulte").unwrap();
    assert_eq!(on_air(&c), [B]);
    edit(&c, |e| e.paper.flags = CHILD).unwrap();
    assert_eq!(bar(), Some(Bar::Protected(CHILD)));
    c.flag(&x(), Flags::default(), "fanta", now(), "").unwrap();
    edit(&c, |e| e.paper.consent = Consent::Refused).unwrap();
    assert!(on_air(&c).is_empty() && bar() == Some(Bar::ConsentRefused));
}

#[test]
fn rights_and_dates_come_out_as_the_narrower_of_both() {
    let dir = tempfile::tempdir().unwrap();
    let c = approved(dir.path());
    let gao: SiteId = "GAO".parse().unwrap();
    let may = |when: &str| c.ready().unwrap()[0].may_air(gao, at(when));
    edit(&c, |e| {
        e.not_before = Some(at("2026-11-01T00:00:00Z"));
        e.expires = Some(at("2026-12-31T00:00:00Z"));
        e.paper.rights_from = Some(at("2026-11-10T00:00:00Z"));
        e.paper.rights_until = Some(at("2026-11-30T00:00:00Z"));
    })
    .unwrap();
    for (when, airs) in [
        ("2026-11-09T23:59:59Z", false),
        ("2026-11-10T00:00:00Z", true),
        ("2026-11-29T23:59:59Z", true),
        ("2026-11-30T00:00:00Z", false),
    ] {
        assert_eq!(may(when), airs, "{when}");
    }
    edit(&c, |e| e.paper.rights_until = None).unwrap();
    assert!(may("2026-12-30T23:59:59Z") && !may("2026-12-31T00:00:00Z"));
    let backwards = edit(&c, |e| e.expires = Some(at("2026-10-01T00:00:00Z")));
    assert!(matches!(backwards, Err(Error::Implausible { .. })));
    assert!(matches!(edit(&c, |e| e.title = "  ".into()), Err(Error::Implausible { .. })));
}

#[test]
fn the_papers_read_back_and_people_are_found_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let c = catalogue(dir.path());
    let person = |name: &str, voice| Contributor {
        name: name.into(),
        part: "invitée".into(),
        voice,
        spoken_s: Some(95),
        sensibility: domain::Sensibility::CivilSociety,
    };
    edit(&c, |e| {
        e.paper.episode = "n° 12".into();
        e.paper.women_s = Some(1800);
        e.paper.contributors = vec![person("Hawa Ɓaaba", Voice::Woman), person("Moussa Aɣali", Voice::Man)];
        e.sites = vec!["GAO".parse().unwrap()];
    })
    .unwrap();
    let paper = c.get(&x()).unwrap().unwrap().paper;
    assert_eq!((paper.episode.as_str(), paper.women_s, paper.contributors.len()), ("n° 12", Some(1800), 2));
    assert_eq!(paper.contributors[0], person("Hawa Ɓaaba", Voice::Woman));
    for text in ["baaba", "moussa aghali", "hawa journal"] {
        assert_eq!(c.count(&Filter { search: Search::new(text), ..Filter::default() }).unwrap(), 1, "{text}");
    }
    assert_eq!(c.history(&x()).unwrap()[0].why, "sites episode contributors women");
    let crowd = edit(&c, |e| e.paper.contributors = vec![person("X", Voice::Man); 1000]);
    assert!(matches!(crowd, Err(Error::Implausible { .. })));
}

#[test]
fn what_is_thrown_away_comes_back_as_it_was_for_thirty_days() {
    let dir = tempfile::tempdir().unwrap();
    let c = approved(dir.path());
    c.throw_away(&x(), "awa", now(), "doublon").unwrap();
    assert!(on_air(&c).is_empty() && c.count(&Filter::default()).unwrap() == 0);
    assert!(matches!(c.approve(&x(), &A, "awa", now()), Err(Error::NotApprovable { .. })));
    assert_eq!(c.empty_trash(at("2026-12-24T07:59:59Z")).unwrap(), [], "a second is left");
    let gone = c.trash().unwrap().remove(0).trashed.unwrap();
    assert_eq!((gone.by.as_str(), gone.why.as_str(), gone.at), ("awa", "doublon", now()));
    c.restore(&x(), "awa", now()).unwrap();
    assert_eq!((on_air(&c), c.count(&Filter::default()).unwrap()), (vec![A], 1));
    c.throw_away(&x(), "awa", now(), "").unwrap();
    assert_eq!(c.empty_trash(at("2020-01-01T00:00:00Z")).unwrap(), [], "a wrong clock ends nothing");
    assert_eq!(c.empty_trash(at("2026-12-24T08:00:00Z")).unwrap(), [A]);
    assert!(c.get(&x()).unwrap().is_none() && !c.names(&A).unwrap() && c.trash().unwrap().is_empty());
    assert_eq!(c.history(&x()).unwrap()[0].what, "end", "what was done stays told");
}

#[test]
fn the_stations_own_target_reaches_every_gain_also_of_what_is_there_already() {
    let dir = tempfile::tempdir().unwrap();
    let c = approved(dir.path());
    assert!((c.ready().unwrap()[0].gain.get() + 3.0).abs() < 1e-9);
    let web = Target { loudness: Loudness::new(-16.0).unwrap(), ceiling: TruePeak::new(-2.0).unwrap() };
    let c = c.towards(web);
    assert!((c.ready().unwrap()[0].gain.get() - 4.0).abs() < 1e-9, "-20 LUFS to -16 LUFS; the peak leaves 4 dB");
}

#[test]
fn a_catalogue_of_the_first_schema_keeps_its_approvals_findings_and_what_was_let_go() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("catalogue.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(include_str!("catalogue/schema-1.sql")).unwrap();
    drop(db);
    for _ in 0..2 {
        let c = Catalogue::open(&path).unwrap();
        let bm: AssetId = "journal-bm.1".parse().unwrap();
        let card = c.get(&bm).unwrap().unwrap();
        assert_eq!((card.ready_by.as_deref(), card.asset.hash, card.bar()), (Some("awa"), A, None));
        assert_eq!((card.asset.status, card.asset.ready_since), (Status::Ready, Some(at("2026-11-24T09:00:00Z"))));
        assert!((card.asset.gain.get() + 6.0103).abs() < 1e-3, "one channel sounds on both sides: {}", card.asset.gain);
        assert_eq!((c.findings(&bm).unwrap().len(), c.history(&bm).unwrap().len()), (1, 2));
        let promo = c.get(&"promo.2".parse().unwrap()).unwrap().unwrap();
        assert_eq!(promo.bytes_gone.unwrap().why, "place");
        assert_eq!((c.ready().unwrap().len(), c.revision().unwrap()), (1, 3));
    }
}
