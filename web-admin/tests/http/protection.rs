//! What could harm somebody is heard by protection officers alone, airs after their word alone, and every listening is
//! written down. The papers around it, and the trash.

use axum::http::StatusCode;
use domain::{AssetId, AssetKind, AudioHash, Frames};
use media::Report;
use media::catalogue::{Consent, NewCard, Voice};
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

const PATH: &str = "/mediatheque/temoignage.1";

fn id() -> AssetId {
    "temoignage.1".parse().unwrap()
}

fn stage() -> (Stage, AudioHash) {
    let stage = Stage::new("2026-11-24T08:30:00Z".parse().unwrap(), "/nonexistent/mikado");
    for (name, role) in [("Awa", Role::Producer), ("adm", Role::Administrator), ("Fanta", Role::Protection)] {
        stage.person(name, role, PASSWORD);
    }
    let staged = stage.dir.path().join("staging/voice");
    std::fs::write(&staged, b"whatever bytes").unwrap();
    let hash = stage.app.ingest.shelf.put(&staged).unwrap();
    let card = NewCard::new(id(), "Témoignage", AssetKind::Programme, "fr".parse().unwrap());
    let report = Report { length: Frames::from_secs(60), channels: 1, ..Report::default() };
    stage.app.catalogue.enter(&card, &report, &hash, stage.app.now()).unwrap();
    (stage, hash)
}

/// A whole sheet, as the page sends it.
fn sheet<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("title", "Témoignage de Gao"),
        ("episode", "3"),
        ("women", "0:50"),
        ("consent", "given"),
        ("site", "GAO"),
        ("rights_from", "2026-11-01"),
        ("rights_until", "2026-11-30"),
        ("name", "Hawa"),
        ("part", "invitée"),
        ("voice", "woman"),
        ("spoken", "0:45"),
        ("name", ""),
        ("part", ""),
        ("voice", "unsaid"),
        ("spoken", ""),
    ];
    fields.extend(more);
    fields
}

#[tokio::test]
async fn a_flagged_sound_is_heard_and_cleared_by_an_officer_alone() {
    let (stage, hash) = stage();
    let hash = hash.to_string();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let mut adm = Browser::signed_in(&stage, "adm").await;
    let mut fanta = Browser::signed_in(&stage, "Fanta").await;
    let at = |act: &str| format!("{PATH}/{act}");
    assert_eq!(awa.form(&at("approuver"), &[("hash", &hash)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.app.catalogue.ready().unwrap().len(), 1);
    let saved = awa.form(&at("fiche"), &sheet(&[("flag", "child")])).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(stage.app.catalogue.ready().unwrap().is_empty(), "a flag takes it off the air at once");
    for browser in [&mut awa, &mut adm] {
        let page = browser.get(PATH).await;
        assert!(page.body.contains("Bloqué") && page.body.contains("un enfant") && !page.body.contains("<audio"));
        for act in ["son", "leger", "onde"] {
            assert_eq!(browser.get(&at(act)).await.status, StatusCode::CONFLICT, "{act}");
        }
        for act in ["lever", "signaler"] {
            let tried = browser.form(&at(act), &[("hash", &hash), ("why", "x")]).await;
            assert_eq!(tried.status, StatusCode::FORBIDDEN, "{act}");
        }
        assert_eq!(browser.form(&at("approuver"), &[("hash", &hash)]).await.status, StatusCode::CONFLICT);
    }
    // Leaving the box empty lowers nothing.
    assert_eq!(awa.form(&at("fiche"), &sheet(&[])).await.status, StatusCode::SEE_OTHER);
    assert!(stage.app.catalogue.ready().unwrap().is_empty());
    assert_eq!(fanta.get(&at("son")).await.status, StatusCode::OK);
    let heard = stage.app.people.audit(100).unwrap();
    let heard: Vec<_> = heard.iter().filter(|l| l.act == "asset.listen").map(|l| (l.who.as_str(), l.allowed)).collect();
    assert_eq!(heard.len(), 5, "{heard:?}");
    assert!([("Awa", false), ("adm", false), ("Fanta", true)].iter().all(|x| heard.contains(x)), "{heard:?}");
    let wrong = fanta.form(&at("lever"), &[("hash", &"0".repeat(64)), ("why", "x")]).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
    let cleared = fanta.form(&at("lever"), &[("hash", &hash), ("why", "voix changée")]).await;
    assert_eq!(cleared.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.app.catalogue.ready().unwrap().len(), 1);
    assert!(awa.get(PATH).await.body.contains("levé par Fanta"));
}

#[tokio::test]
async fn neither_the_trash_nor_a_refused_consent_opens_a_flagged_sound() {
    let (stage, hash) = stage();
    let hash = hash.to_string();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let mut fanta = Browser::signed_in(&stage, "Fanta").await;
    let at = |act: &str| format!("{PATH}/{act}");
    let unsaid: Vec<_> = sheet(&[("flag", "child")]).into_iter().filter(|f| f.0 != "consent").collect();
    let with = |consent: &'static str| [&unsaid[..], &[("consent", consent)]].concat();
    assert_eq!(awa.form(&at("fiche"), &with("unsaid")).await.status, StatusCode::SEE_OTHER);
    let page = fanta.get(PATH).await;
    assert!(page.body.contains("celui d’un parent") && !page.body.contains("/lever"), "what is missing is said");
    let tried = fanta.form(&at("lever"), &[("hash", &hash), ("why", "x")]).await;
    assert_eq!(tried.status, StatusCode::CONFLICT);
    let steps = [("fiche", with("refused")), ("corbeille", vec![("why", "doublon")])];
    for (act, fields) in steps {
        assert_eq!(awa.form(&at(act), &fields).await.status, StatusCode::SEE_OTHER, "{act}");
        assert!(!awa.get(PATH).await.body.contains("<audio"), "{act}");
        for heard in ["son", "leger", "onde"] {
            assert_eq!(awa.get(&at(heard)).await.status, StatusCode::CONFLICT, "{heard} after {act}");
        }
        assert_eq!(fanta.get(&at("son")).await.status, StatusCode::OK, "{act}");
    }
}

#[tokio::test]
async fn the_sheet_reads_back_and_nonsense_changes_nothing() {
    let (stage, _) = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let at = format!("{PATH}/fiche");
    assert_eq!(awa.form(&at, &sheet(&[])).await.status, StatusCode::SEE_OTHER);
    let card = stage.app.catalogue.get(&id()).unwrap().unwrap();
    let paper = &card.paper;
    assert_eq!((card.asset.title.as_str(), card.asset.sites.len()), ("Témoignage de Gao", 1));
    assert_eq!((paper.women_s, paper.consent, paper.episode.as_str()), (Some(50), Consent::Given, "3"));
    let hawa = &paper.contributors[0];
    assert_eq!((paper.contributors.len(), hawa.voice, hawa.spoken_s), (1, Voice::Woman, Some(45)));
    assert_eq!(paper.rights_until.unwrap().to_string(), "2026-12-01T00:00:00Z", "the last day is covered");
    let page = awa.get(PATH).await;
    for shown in ["2026-11-30", "Hawa", "0:50", "fiche modifiée"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    for wrong in [("women", "1:99"), ("rights_until", "2026-13-01"), ("consent", "maybe"), ("title", " ")] {
        let fields: Vec<_> = sheet(&[]).into_iter().map(|f| if f.0 == wrong.0 { wrong } else { f }).collect();
        assert_eq!(awa.form(&at, &fields).await.status, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    let backwards: Vec<_> =
        sheet(&[]).into_iter().map(|f| if f.0 == "rights_from" { (f.0, "2027-01-01") } else { f }).collect();
    assert_eq!(awa.form(&at, &backwards).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stage.app.catalogue.get(&id()).unwrap().unwrap(), card);
}

#[tokio::test]
async fn the_trash_holds_what_was_deleted_and_gives_it_back() {
    let (stage, _) = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    awa.form(&format!("{PATH}/corbeille"), &[("why", "doublon")]).await;
    assert!(!awa.get("/mediatheque").await.body.contains("temoignage.1"));
    assert!(awa.get("/mediatheque?etat=corbeille").await.body.contains("temoignage.1"));
    assert!(awa.get(PATH).await.body.contains("Reprendre de la corbeille"));
    awa.form(&format!("{PATH}/reprendre"), &[]).await;
    assert!(awa.get("/mediatheque?q=temoi").await.body.contains("temoignage.1"));
}
