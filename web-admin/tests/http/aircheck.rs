//! *Pige* in the pages: what is kept is shown and heard, the rest says that nothing is kept.

use axum::body::Body;
use axum::http::StatusCode;
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

#[tokio::test]
async fn what_is_kept_is_shown_by_hour_and_heard_at_a_time() {
    let stage = Stage::new("2026-11-24T08:09:30Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("tech", Role::Technician, PASSWORD);
    let mut tech = Browser::signed_in(&stage, "tech").await;
    let page = tech.get("/pige?site=GAO&jour=2026-11-24&heure=08").await.body;
    assert!(page.contains("08:00:10 – 08:09:00") && page.contains("/pige/piece/GAO/2026-11-24T08"), "{page}");
    assert!(tech.get("/pige?site=BKO&jour=2026-11-24").await.body.contains("Rien n’est gardé"));
    let page = tech.get("/pige?site=GAO&jour=2026-11-24&a=08:05:00&duree=60").await.body;
    let clip = "/pige/extrait?site=GAO&#38;de=2026-11-24T08:05:00Z&#38;duree=60";
    assert!(page.contains(clip) && page.contains("download=\"GAO-2026-11-24T080500Z.opus\""), "{page}");
    let page = tech.get("/pige?site=GAO&jour=2026-11-24&a=09:05:00&duree=60").await.body;
    assert!(page.contains("De ce moment, rien n’est gardé"));
    let answer = tech.get("/pige/extrait?site=GAO&de=2026-11-24T08:05:00Z&duree=60").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "audio/ogg"));
    assert_eq!(answer.body, "OggS 2026-11-24T08:05:00Z 2880000");
    // A browser looks for the end of an Ogg file to know how long it is.
    let part = |range: &str| {
        let request = tech.request("GET", "/pige/extrait?site=GAO&de=2026-11-24T08:05:00Z&duree=60");
        request.header("range", range).body(Body::empty()).unwrap()
    };
    let [end, beyond] = ["bytes=-7", "bytes=999-"].map(part);
    let end = tech.send(end).await;
    assert_eq!((end.status, end.body.as_str()), (StatusCode::PARTIAL_CONTENT, "2880000"));
    assert_eq!(end.header("content-range"), "bytes 26-32/33");
    assert_eq!(tech.send(beyond).await.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn a_piece_is_served_in_ranges_and_nothing_else_is_served() {
    let stage = Stage::new("2026-11-24T08:09:30Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("tech", Role::Technician, PASSWORD);
    let mut tech = Browser::signed_in(&stage, "tech").await;
    let request = tech.request("GET", "/pige/piece/GAO/2026-11-24T08").header("range", "bytes=0-3");
    let answer = tech.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::PARTIAL_CONTENT, "OggS"));
    for bad in ["/pige/piece/GAO/..%2fstation.db", "/pige/piece/XX/2026-11-24T08", "/pige/piece/gao/2026-11-24T08"] {
        assert_eq!(tech.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
    for bad in ["duree=601&de=2026-11-24T08:05:00Z", "duree=0&de=2026-11-24T08:05:00Z", "duree=10&de=hier"] {
        let answer = tech.get(&format!("/pige/extrait?site=GAO&{bad}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_bed_promises_nothing_and_is_never_called_absent() {
    // A station without sound: yesterday was bed from end to end, and nobody sent home what aired.
    let stage = Stage::new("2026-11-24T08:09:30Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("tech", Role::Technician, PASSWORD);
    let page = Browser::signed_in(&stage, "tech").await.get("/realise?site=GAO&jour=2026-11-23").await.body;
    assert!(page.contains("<b>0</b>") && !page.contains("is-missing"), "{page}");
}
