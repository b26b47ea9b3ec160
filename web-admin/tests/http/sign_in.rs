//! From the first start's secret to a session, and out again.

use axum::http::StatusCode;
use jiff::ToSpan;
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

fn stage() -> Stage {
    Stage::new("2026-11-24T08:09:30Z".parse().unwrap(), "/nonexistent/mikado")
}

fn token_in(page: &str) -> String {
    page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_administrator_chooses_a_password_before_anything_else() {
    let stage = stage();
    let secret = stage.app.people.ensure_first_admin(stage.app.now()).unwrap().unwrap();
    let mut browser = Browser::new(&stage);
    let wrong = browser.form("/connexion", &[("name", "admin"), ("password", "devinette")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.body.contains("ne vont pas ensemble") && browser.cookie.is_empty());

    let entered =
        browser.form("/connexion", &[("name", "admin"), ("password", &secret.secret), ("vers", "/registre")]).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/mot-de-passe"));
    let cookie = entered.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"), "{cookie}");
    let wall = browser.get("/antenne").await;
    assert_eq!((wall.status, wall.header("location")), (StatusCode::SEE_OTHER, "/mot-de-passe"));
    assert_eq!(browser.get("/api/wall").await.status, StatusCode::FORBIDDEN);

    browser.csrf = token_in(&browser.get("/mot-de-passe").await.body);
    let short = browser.form("/mot-de-passe", &[("new", "court"), ("again", "court")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("trop court"));
    let before = browser.cookie.clone();
    let chosen = browser.form("/mot-de-passe", &[("new", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/antenne"));
    assert_ne!(before, browser.cookie, "the session is a new one");
    assert_eq!(browser.get("/antenne").await.status, StatusCode::OK);
    let mut old = Browser::new(&stage);
    old.cookie = before;
    assert_eq!(old.get("/api/wall").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn sign_in_leads_back_and_out_ends_the_session() {
    let stage = stage();
    stage.person("Awa", Role::Producer, PASSWORD);
    let mut browser = Browser::new(&stage);
    let sent = browser.get("/grille?jour=2026-11-24").await;
    assert_eq!(sent.header("location"), "/connexion?vers=/grille%3Fjour%3D2026-11-24");
    let back = [("name", "awa"), ("password", PASSWORD), ("vers", "/grille?jour=2026-11-24")];
    assert_eq!(browser.form("/connexion", &back).await.header("location"), "/grille?jour=2026-11-24");
    let page = browser.get("/grille?jour=2026-11-24").await;
    assert_eq!(page.status, StatusCode::OK);
    browser.csrf = token_in(&page.body);
    let cookie = browser.cookie.clone();
    let out = browser.form("/deconnexion", &[]).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    browser.cookie = cookie;
    assert_eq!(browser.get("/api/wall").await.status, StatusCode::UNAUTHORIZED, "the old cookie opens nothing");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host() {
    let stage = stage();
    stage.person("Awa", Role::Producer, PASSWORD);
    let mut browser = Browser::new(&stage);
    let body = format!("name=awa&password={}", PASSWORD.replace(' ', "+"));
    let request = browser
        .request("POST", "/connexion")
        .header("x-forwarded-proto", "https")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = browser.send(request.body(body.into()).unwrap()).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-mikado=") && cookie.contains("; Secure"), "{cookie}");
}

#[tokio::test]
async fn guessing_is_slowed_and_told_with_the_time_to_wait() {
    let stage = stage();
    stage.person("Awa", Role::Producer, PASSWORD);
    let mut browser = Browser::new(&stage);
    for n in 0..8 {
        let answer = browser.form("/connexion", &[("name", "awa"), ("password", &format!("essai {n}"))]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let held = browser.form("/connexion", &[("name", "awa"), ("password", PASSWORD)]).await;
    assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(held.body.contains("Recommencez dans 45 s"));
    *stage.time.lock().unwrap() += 45.seconds();
    assert_eq!(
        browser.form("/connexion", &[("name", "awa"), ("password", PASSWORD)]).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn half_an_hour_without_a_request_ends_the_session() {
    let stage = stage();
    stage.person("Awa", Role::Producer, PASSWORD);
    let mut browser = Browser::signed_in(&stage, "Awa").await;
    for _ in 0..3 {
        *stage.time.lock().unwrap() += 29.minutes();
        assert_eq!(browser.get("/api/wall").await.status, StatusCode::OK);
    }
    *stage.time.lock().unwrap() += 31.minutes();
    assert_eq!(browser.get("/api/wall").await.status, StatusCode::UNAUTHORIZED);
}
