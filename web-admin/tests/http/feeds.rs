//! What everybody may read without a password, and a day on paper for those who are signed in.

use axum::http::StatusCode;
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

fn stage() -> Stage {
    let stage = Stage::new("2026-11-24T08:30:00Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("Awa", Role::Producer, PASSWORD);
    stage
}

#[tokio::test]
async fn a_week_of_every_site_is_public_and_nothing_else_is_named() {
    let stage = stage();
    let mut anybody = Browser::new(&stage);
    let week = anybody.get("/flux/GAO.ics").await;
    assert_eq!((week.status, week.header("content-type")), (StatusCode::OK, "text/calendar; charset=utf-8"));
    assert!(week.header("cache-control").contains("max-age=300"));
    assert!(week.body.matches("BEGIN:VEVENT").count() > 200 && week.body.contains("DTSTART:20261130"));
    let one = anybody.get("/flux/emission/midikado.ics").await.body;
    assert!(
        one.contains("SUMMARY:Midikado") && one.matches("SUMMARY:").count() == one.matches("SUMMARY:Midikado").count()
    );
    let all = anybody.get("/flux/reseau.xml").await.body;
    assert_eq!(all.matches("<channel ").count(), 7);
    let day = anybody.get("/radiodns/spi/3.1/fm/5d0/5701/09400/20261124_PI.xml").await;
    assert!(day.body.contains("<scope startTime=\"2026-11-24T00:00:00+00:00\" stopTime=\"2026-11-25T00:00:00+00:00\""));
    assert!(anybody.get("/radiodns/spi/3.1/SI.xml").await.body.contains("fm:5d0.5701.09400"));
    for nowhere in [
        "/flux/XYZ.ics",
        "/flux/GAO.toml",
        "/flux/GAO",
        "/flux/emission/personne.ics",
        "/radiodns/spi/3.1/fm/5d0/5701/10660/20261124_PI.xml",
        "/radiodns/spi/3.1/fm/5d0/5701/09400/20269924_PI.xml",
    ] {
        assert_eq!(anybody.get(nowhere).await.status, StatusCode::NOT_FOUND, "{nowhere}");
    }
}

#[tokio::test]
async fn the_matrix_of_languages_holds_every_site_and_day_and_its_shares() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let page = awa.get("/couverture?jour=2026-11-26").await.body;
    assert_eq!(page.matches("<tbody>").count(), 7);
    assert_eq!(
        page.matches("<meter").count(),
        stage.app.station.borrow().sites().iter().map(|s| s.languages.len()).sum::<usize>()
    );
    assert!(
        page.contains("≥ 10 %") && page.contains("≥ 30 %"),
        "Mopti's Dogon and Bamako's Bambara have floors of their own"
    );
    assert!(page.contains("lundi 23 novembre 2026") && page.contains("min parlées"), "{page}");
}

#[tokio::test]
async fn a_site_s_day_is_one_sheet_of_paper_and_one_table() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let sheet = awa.get("/conducteur/feuille?site=GAO&jour=2026-11-24").await.body;
    let lines = sheet.matches("<li").count();
    assert!((40..=110).contains(&lines), "two columns of 55 lines fill an A4: {lines}");
    assert!(sheet.contains("94951663") || sheet.contains("94 95 16 63"), "the number of Gao and no other");
    let csv = awa.get("/conducteur/csv?site=GAO&jour=2026-11-24").await;
    assert!(csv.header("content-disposition").contains("conducteur-GAO-2026-11-24.csv"));
    let mut rows = csv.body.lines();
    assert_eq!(rows.next(), Some("site,day,start,length_s,programme,title,lang,origin,segment,asset"));
    let seconds: f64 = rows.map(|r| r.split(',').nth(3).unwrap().parse::<f64>().unwrap()).sum();
    assert!((seconds - 86_400.0).abs() < 0.5, "the rows fill the day: {seconds}");
}
