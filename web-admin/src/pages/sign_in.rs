//! *Connexion*: signing in and out.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::{Form, Json};
use serde::Deserialize;

use super::{Frame, Nav, show, show_refusal};
use crate::error::WebError;
use crate::people::{ABSOLUTE_LIFE_S, Session, SignIn, Token};
use crate::visitor::{COOKIE_PLAIN, COOKIE_TLS, Visitor};
use crate::web::Web;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    f: Frame,
    name: String,
    back: String,
    problem: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    vers: String,
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default, alias = "user")]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    vers: String,
}

/// `GET /connexion`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    if v.session.as_ref().is_some_and(|s| !s.must_choose) {
        return Ok(Redirect::to(inside(&asked.vers)).into_response());
    }
    let f = Frame::new(&v, Nav::None, v.t().sign_in, web.app.now());
    show(&Page { f, name: String::new(), back: asked.vers, problem: None })
}

/// `POST /connexion`
pub(crate) async fn submit(
    State(web): State<Web>,
    v: Visitor,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, WebError> {
    let f = Frame::new(&v, Nav::None, v.t().sign_in, web.app.now());
    let (name, back) = (typed.name.clone(), typed.vers.clone());
    let (status, problem) = match tried(&web, &v, typed).await? {
        SignIn::Welcome(token, session) => {
            let goal = if session.must_choose { "/mot-de-passe" } else { inside(&back) };
            return Ok((cookie(&token, &headers), Redirect::to(goal)).into_response());
        }
        SignIn::Refused => (StatusCode::UNAUTHORIZED, v.t().sign_in_refused.to_owned()),
        SignIn::Wait(s) => (StatusCode::TOO_MANY_REQUESTS, v.t().sign_in_wait.replace("{}", &s.to_string())),
    };
    let name = crate::text::one_line(&name, 64);
    show_refusal(status, &Page { f, name, back, problem: Some(problem) })
}

/// `POST /api/session`: for scripts. Answers the token that changes must carry.
pub(crate) async fn api(
    State(web): State<Web>,
    v: Visitor,
    headers: HeaderMap,
    Json(typed): Json<Typed>,
) -> Result<Response, WebError> {
    let said = |status: StatusCode, sentence: &str| {
        let mut response = (status, Json(serde_json::json!({ "error": sentence }))).into_response();
        response.extensions_mut().insert(crate::finish::Spoken);
        response
    };
    Ok(match tried(&web, &v, typed).await? {
        SignIn::Welcome(token, session) => (cookie(&token, &headers), Json(about(&session))).into_response(),
        SignIn::Refused => said(StatusCode::UNAUTHORIZED, v.t().sign_in_refused),
        SignIn::Wait(s) => said(StatusCode::TOO_MANY_REQUESTS, &v.t().sign_in_wait.replace("{}", &s.to_string())),
    })
}

fn about(session: &Session) -> serde_json::Value {
    serde_json::json!({
        "name": session.name, "role": session.role.as_str(), "csrf": session.csrf,
        "must_choose_password": session.must_choose,
    })
}

/// `POST /deconnexion`
pub(crate) async fn sign_out(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    let now = web.app.now();
    if let Some(session) = v.session {
        web.blocking(move |app| app.people.sign_out(&session, &v.address, now)).await?;
    }
    let gone = |name: &str, secure: &str| format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}");
    let cookies = [(SET_COOKIE, gone(COOKIE_PLAIN, "")), (SET_COOKIE, gone(COOKIE_TLS, "; Secure"))];
    Ok((AppendHeaders(cookies), Redirect::to("/connexion")).into_response())
}

async fn tried(web: &Web, v: &Visitor, typed: Typed) -> Result<SignIn, WebError> {
    let _turn = web.hashing.acquire().await.map_err(WebError::internal)?;
    let (address, now) = (v.address.clone(), web.app.now());
    web.blocking(move |app| app.people.sign_in(&typed.name, &typed.password, &address, now)).await
}

/// The cookie. Behind TLS (told by the front server) it is `Secure` and carries the `__Host-` name; the header can only
/// make the cookie stricter, so a liar harms nobody but himself.
pub(crate) fn cookie(token: &Token, headers: &HeaderMap) -> [(axum::http::HeaderName, HeaderValue); 1] {
    let is_tls = headers.get("x-forwarded-proto").is_some_and(|p| p == "https");
    let (name, secure) = if is_tls { (COOKIE_TLS, "; Secure") } else { (COOKIE_PLAIN, "") };
    let text =
        format!("{name}={}; Path=/; Max-Age={ABSOLUTE_LIFE_S}; HttpOnly; SameSite=Strict{secure}", token.as_str());
    [(SET_COOKIE, HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("")))]
}

/// A way back that stays on this server: one slash, then no other.
fn inside(path: &str) -> &str {
    let plain = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n', '\t']);
    if plain { path } else { "/antenne" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leaves_the_station() {
        for outside in ["", "http://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "antenne"] {
            assert_eq!(inside(outside), "/antenne", "{outside:?}");
        }
        assert_eq!(inside("/grille?jour=2026-11-24"), "/grille?jour=2026-11-24");
    }
}
