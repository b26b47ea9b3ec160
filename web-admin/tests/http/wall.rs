//! The wall says what is measured, and says so when nothing is.

use std::sync::Arc;

use axum::http::StatusCode;
use domain::LevelReading;
use futures_util::StreamExt;
use jiff::ToSpan;
use web_admin::{Role, SiteView};

use crate::browser::{Browser, PASSWORD};
use crate::stage::{self, Stage};

fn stage() -> Stage {
    let stage = Stage::new("2026-11-24T08:30:00Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("Awa", Role::Technician, PASSWORD);
    stage
}

fn views(stage: &Stage) -> Vec<SiteView> {
    let (now, station) = (stage.app.now(), stage.app.station.borrow().clone());
    let view = |(n, site): (usize, &scheduler::station::Site)| SiteView {
        site: site.id,
        vitals: Some(stage::vitals(&station, site, now, n as u64)),
        last_contact: Some(now),
        revision_since: Some(now),
        stream_port: Some(8101 + n as u16),
    };
    station.sites().iter().enumerate().map(view).collect()
}

/// The text of one card.
fn card(page: &str, site: &str) -> String {
    let start = page.find(&format!("data-site=\"{site}\"")).unwrap();
    page[start..].split("</article>").next().unwrap().to_owned()
}

#[tokio::test]
async fn every_state_of_a_site_has_its_words() {
    let stage = stage();
    let mut seen = views(&stage);
    let now = stage.app.now();
    let quiet = seen[1].vitals.as_mut().unwrap();
    quiet.levels.truncate(110);
    quiet.levels.extend([LevelReading::default(); 10]);
    seen[2].last_contact = Some(now - 12.seconds());
    seen[3].vitals = None;
    seen[3].last_contact = None;
    seen[4].vitals.as_mut().unwrap().rung = domain::Rung::Floor;
    seen[5].vitals.as_mut().unwrap().time_trusted = false;
    let codes: Vec<String> = seen.iter().map(|v| v.site.to_string()).collect();
    stage.tell.send_replace(Arc::new(seen));
    let page = Browser::signed_in(&stage, "Awa").await.get("/antenne").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Du son sur 4 des 7 sites"));
    let rows = [
        "Du son",
        "Silence depuis 5 s",
        "Plus de contact depuis 12 s",
        "Pas encore de contact",
        "Boucle de secours",
        "Heure du site non vérifiée",
    ];
    for (code, words) in codes.iter().zip(rows) {
        assert!(card(&page.body, code).contains(words), "{code}: {words}");
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("media-src 'self' http://mikado.test:8101 ") && policy.contains("http://mikado.test:8107"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_notice_that_reaches_nobody_stands_beside_its_site() {
    let stage = stage();
    stage.tell_untold.send_replace(Arc::new(vec![stage::untold(stage.app.now())]));
    let page = Browser::signed_in(&stage, "Awa").await.get("/antenne").await;
    assert!(page.body.contains("<b>Gao</b> <span>L&#39;avis à Awa ne part pas.</span>"), "{}", page.body);
}

#[tokio::test]
async fn without_a_site_that_speaks_nothing_planned_is_shown_as_on_the_air() {
    let stage = stage();
    let page = Browser::signed_in(&stage, "Awa").await.get("/antenne").await;
    assert!(page.body.contains("Du son sur 0 des 7 sites"));
    assert!(card(&page.body, "GAO").contains("Rien d’annoncé par le site"));
}

#[tokio::test]
async fn a_hostile_title_is_text_on_the_wall() {
    let stage = stage();
    let mut seen = views(&stage);
    let nasty = "<script>alert(1)</script>{{7*7}}\" onload=\"x";
    seen[0].vitals.as_mut().unwrap().now.as_mut().unwrap().title = nasty.into();
    stage.tell.send_replace(Arc::new(seen));
    let page = Browser::signed_in(&stage, "Awa").await.get("/antenne").await;
    assert!(!page.body.contains("<script>alert") && !page.body.contains("\" onload"));
    assert!(page.body.contains("{{7*7}}"));
}

#[tokio::test]
async fn the_stream_tells_all_once_and_then_only_what_changed() {
    let stage = stage();
    stage.tell.send_replace(Arc::new(views(&stage)));
    let browser = Browser::signed_in(&stage, "Awa").await;
    let request = browser.request("GET", "/antenne/flux").body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(web_admin::router(stage.app.clone()), request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    let first = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(first.contains("event: wall") && first.matches("\"trace\"").count() == 7, "{first}");
    let second = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(second.len() < 300 && second.contains("\"sites\":{}"), "{second}");
    let id = stage.app.people.users().unwrap()[0].name.clone();
    stage.app.people.close(&id, "test", stage.app.now()).unwrap();
    let rest: Vec<_> = events.map(|e| String::from_utf8(e.unwrap().to_vec()).unwrap()).collect().await;
    assert!(rest.last().unwrap().contains("event: ended"), "a closed account's stream ends: {rest:?}");
}

#[tokio::test]
async fn scripts_read_numbers_and_missing_is_null() {
    let stage = stage();
    let mut seen = views(&stage);
    seen[0].vitals.as_mut().unwrap().levels = vec![LevelReading::default(); 2];
    stage.tell.send_replace(Arc::new(seen));
    let wall = Browser::signed_in(&stage, "Awa").await.get("/api/wall").await.json();
    assert_eq!(wall["sites"].as_array().unwrap().len(), 7);
    assert_eq!(wall["sites"][0]["vitals"]["levels_dbfs"][0], serde_json::json!([null, null]));
    assert_eq!(wall["sites"][1]["vitals"]["rung"], 3);
}

#[tokio::test]
async fn who_covers_the_plan_is_what_is_on() {
    let stage = stage();
    let mut seen = views(&stage);
    let now = stage.app.now();
    let vitals = seen[6].vitals.as_mut().unwrap();
    let covered = vitals.now.as_ref().unwrap().title.clone();
    vitals.rung = domain::Rung::Live;
    vitals.live = Some(domain::LiveReading {
        person: "Awa <Touré>".into(),
        source: "Ogg".into(),
        state: domain::LiveState::OnAir,
        since: Some(now - 60.seconds()),
        until: now + 90.minutes(),
        buffer_ms: 980,
        drift_ppm: 0.0,
    });
    let code = seen[6].site.to_string();
    stage.tell.send_replace(Arc::new(seen));
    let page = Browser::signed_in(&stage, "Awa").await.get("/antenne").await;
    let card = card(&page.body, &code);
    assert!(card.contains("Awa &#60;Touré&#62;</bdi>") && card.contains("depuis 08:29, reste 90 min"), "{card}");
    assert!(!card.contains(&covered), "{covered} is not heard: {card}");
}
