//! Changes are entered, read in words, published through the gate, and taken back; the wall calls out what is missing.

use std::sync::Arc;

use axum::http::StatusCode;
use scheduler::readiness::{Lack, Missing, Responsible};
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::{self, Stage};

/// A Tuesday morning, with a station file in the store as headquarters leaves it.
fn stage() -> Stage {
    let stage = Stage::new("2026-11-24T08:30:00Z".parse().unwrap(), "/nonexistent/mikado");
    let toml = stage::station().to_toml().unwrap();
    stage.app.store.save_station(&toml, "hq", "premier démarrage", stage.app.now()).unwrap();
    stage.person("Awa", Role::Producer, PASSWORD);
    stage.person("Oumou", Role::Director, PASSWORD);
    stage
}

fn in_force(stage: &Stage) -> usize {
    let changes = stage.app.store.changes("2026-11-24".parse().unwrap(), "2027-11-24".parse().unwrap()).unwrap();
    changes.overrides.len() + changes.seasons.len() + changes.feasts.len()
}

/// What the form of the page would send back: the word for what was read, and a reason for every warning.
fn answers<'p>(page: &'p str, reason: &'p str) -> Vec<(&'p str, &'p str)> {
    let value = |after: &str| page.split_once(after).unwrap().1.split('"').next().unwrap();
    let mut fields = vec![("vu", value("name=\"vu\" value=\"")), ("motif", reason)];
    let asked = page.split("name=\"motif-").skip(1).map(|rest| rest.split('"').next().unwrap());
    for code in asked {
        let at = page.find(&format!("motif-{code}")).unwrap();
        fields.push((&page[at..at + "motif-".len() + code.len()], "c'est voulu"));
    }
    fields
}

#[tokio::test]
async fn a_live_event_is_entered_read_in_words_published_and_taken_back() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let look = awa.get("/changements?date=2026-11-27&debut=15:30&duree=30").await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.body);
    assert!(look.body.contains("Partages") && look.body.contains("sort-fri-1530"), "what it displaces is named");
    let wish = [
        ("titre", "Conférence de presse"),
        ("date", "2026-11-27"),
        ("debut", "15:30"),
        ("duree", "30"),
        ("fin", "16:30"),
        ("langue", "fr"),
        ("genre", "discours"),
        ("sort-fri-1530", "joindre"),
        ("motif", "la ministre parle"),
    ];
    let entered = awa.form("/changements/direct", &wish).await;
    assert_eq!((entered.status, entered.header("location"), in_force(&stage)), (StatusCode::SEE_OTHER, "/publier", 0));
    let page = awa.get("/publier").await.body;
    assert!(page.contains("Conférence de presse") && page.contains("vendredi 27 novembre 2026"), "{page}");
    let bare = awa.form("/publier", &[("vu", "0000"), ("motif", "x")]).await;
    assert_eq!((bare.status, in_force(&stage)), (StatusCode::CONFLICT, 0), "what nobody has read is not published");
    let done = awa.form("/publier", &answers(&page, "la ministre parle")).await;
    assert!(done.status == StatusCode::OK && done.body.contains("en vigueur"), "{}", done.body);
    assert_eq!(in_force(&stage), 1);
    let newest = stage.app.store.publications(1).unwrap().remove(0);
    assert_eq!((newest.author.as_str(), newest.reason.as_str()), ("Awa", "la ministre parle"));
    let number = newest.number.to_string();
    let undone = awa.form("/publier/annuler", &[("numero", &number), ("motif", "annulée")]).await;
    assert_eq!((undone.status, in_force(&stage)), (StatusCode::OK, 0), "{}", undone.body);
    let (before, after) = (newest.number - 1, newest.number + 1);
    let two = awa.get(&format!("/publier/comparer?de={before}&a={number}")).await;
    assert!(two.status == StatusCode::OK && two.body.contains("Conférence de presse"), "{}", two.body);
    let same = awa.get(&format!("/publier/comparer?de={before}&a={after}")).await.body;
    assert!(same.contains("Aucune différence à l’antenne"), "what was taken back: {same}");
    let last = awa.get("/publier/comparer").await.body;
    assert!(last.contains(&format!("De la n° {number} à la n° {after}")), "the newest two: {last}");
    assert_eq!(awa.get("/publier/comparer?de=99").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_frozen_waits_for_the_director_and_says_so() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let season =
        [("saison", "deuil"), ("du", "2026-11-24"), ("au", "2026-11-26"), ("motif", "deuil"), ("publier", "1")];
    let entered = awa.form("/changements/saison", &season).await;
    assert_eq!((entered.header("location"), in_force(&stage)), ("/publier", 0), "{}", entered.body);
    let page = awa.get("/publier").await.body;
    assert!(page.contains("Le 2026-11-24 est gelé") && page.contains("disabled"), "{page}");
    let tried = awa.form("/publier", &answers(&page, "deuil national")).await;
    assert_eq!((tried.status, in_force(&stage)), (StatusCode::UNPROCESSABLE_ENTITY, 0));
    let mut oumou = Browser::signed_in(&stage, "Oumou").await;
    let page = oumou.get("/publier").await.body;
    let done = oumou.form("/publier", &answers(&page, "deuil national")).await;
    assert_eq!((done.status, in_force(&stage)), (StatusCode::OK, 1), "{}", done.body);
}

#[tokio::test]
async fn what_makes_no_sense_is_said_in_a_sentence_and_a_reason_is_asked_for() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let ghost = [("saison", "noel"), ("du", "2026-12-24"), ("au", "2026-12-25"), ("motif", "fête")];
    let refused = awa.form("/changements/saison", &ghost).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Il n&#39;y a pas de grille") || refused.body.contains("pas de grille"),
        "{}",
        refused.body
    );
    let bare =
        awa.form("/changements/saison", &[("saison", "deuil"), ("du", "2026-12-24"), ("au", "2026-12-25")]).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    assert!(bare.body.contains("le motif"), "{}", bare.body);
}

#[tokio::test]
async fn a_missing_sound_is_called_out_on_the_wall_and_named_on_its_page() {
    let stage = stage();
    let missing = |site: &str, at: &str, title: &str| Lack {
        missing: Missing {
            site: site.parse().unwrap(),
            at: at.parse().unwrap(),
            programme: "x".parse().unwrap(),
            title: title.to_owned(),
            responsible: Responsible::Site(site.parse().unwrap()),
            instead: None,
        },
        since: "2026-11-23T20:00:00Z".parse().unwrap(),
    };
    let lacks = vec![
        missing("GAO", "2026-11-24T08:38:00Z", "Dans huit minutes"),
        missing("GAO", "2026-11-24T10:00:00Z", "Dans une heure"),
        missing("TES", "2026-12-02T10:00:00Z", "Dans huit jours"),
    ];
    stage.tell_lacks.send_replace(Arc::new(lacks));
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let wall = awa.get("/antenne").await.body;
    assert!(wall.contains("« Dans huit minutes »") && wall.contains("moins de 10 min"), "{wall}");
    assert!(!wall.contains("Dans huit jours"));
    let page = awa.get("/preparation").await.body;
    for word in ["Dans une heure", "Dans huit jours", "240 h", "72 h", "lun. 23 20:00"] {
        assert!(page.contains(word), "{word}: {page}");
    }
}

#[tokio::test]
async fn a_slot_is_moved_on_the_draft_with_what_the_rules_say_and_moved_back() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let chosen = awa.get("/grille/deplacer?case=mon-1915").await;
    assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.body);
    assert!(chosen.body.contains("case=mon-1915&amp;vers=fri-1915"), "a slot as long is offered");
    assert!(!chosen.body.contains("vers=mon-0800"), "one of ten minutes is not");
    let refused = awa.get("/grille/deplacer?case=mon-1915&vers=tue-0800").await;
    assert!(refused.body.contains("45 min") && refused.body.contains("note-bad"), "{}", refused.body);
    let look = awa.get("/grille/deplacer?case=mon-1915&vers=fri-1915").await.body;
    assert!(look.contains("change de place avec") && look.contains("name=\"motif\""), "{look}");
    let wish = [("case", "mon-1915"), ("vers", "fri-1915"), ("motif", "le forum le lundi")];
    let moved = awa.form("/grille/deplacer", &wish).await;
    assert_eq!(moved.header("location"), "/grille/deplacer?retour=mon-1915+fri-1915", "{}", moved.body);
    let waiting = || stage.app.store.proposals().unwrap();
    let drafted = || match &waiting()[0].act {
        scheduler::Proposal::Grid { toml } => scheduler::Station::parse(toml).unwrap(),
        other => unreachable!("{other:?}"),
    };
    assert_eq!(drafted().slot("mon-1915").unwrap().programme.as_str(), "forum-auditeurs");
    assert_eq!(
        stage.app.store.station().unwrap().unwrap().toml,
        stage::station().to_toml().unwrap(),
        "nothing is heard"
    );
    let back = awa.get("/grille/deplacer?retour=mon-1915+fri-1915").await.body;
    assert!(back.contains("Annuler ce déplacement"), "{back}");
    let undone = awa.form("/grille/deplacer", &wish).await;
    assert_eq!(
        (undone.header("location"), waiting()),
        ("/grille/deplacer", vec![]),
        "the same move back leaves nothing"
    );
    let other = [("case", "mon-1915"), ("emission", "midikado"), ("motif", "essai")];
    awa.form("/grille/deplacer", &other).await;
    assert_eq!(drafted().slot("mon-1915").unwrap().programme.as_str(), "midikado");
    stage.person("Issa", Role::Technician, PASSWORD);
    let mut issa = Browser::signed_in(&stage, "Issa").await;
    assert_eq!(issa.form("/grille/deplacer", &wish).await.status, StatusCode::FORBIDDEN);
}
