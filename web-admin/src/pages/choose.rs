//! *Choisir un mot de passe*: what a one-time secret is good for.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Frame, Nav, show, show_refusal, sign_in};
use crate::error::WebError;
use crate::people::SignIn;
use crate::people::password::{self, WeakPassword};
use crate::visitor::{Visitor, Who};
use crate::web::Web;

#[derive(Template)]
#[template(path = "choose.html")]
struct Page {
    f: Frame,
    problem: Option<&'static str>,
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

/// `GET /mot-de-passe`
pub(crate) async fn page(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    show(&Page { f: Frame::new(&v, Nav::None, v.t().choose, web.app.now()), problem: None })
}

/// `POST /mot-de-passe`: all sessions of the account end, and a new one begins.
pub(crate) async fn submit(
    State(web): State<Web>,
    v: Visitor,
    Who(session): Who,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, WebError> {
    let t = v.t();
    let problem = match password::check(&typed.new, &session.name) {
        Ok(()) if typed.new != typed.again => Some(t.choose_differ),
        Ok(()) => None,
        Err(WeakPassword::Short) => Some(t.choose_short),
        Err(WeakPassword::Long) => Some(t.choose_long),
        Err(WeakPassword::Guessable) => Some(t.choose_guessable),
    };
    if problem.is_some() {
        let f = Frame::new(&v, Nav::None, t.choose, web.app.now());
        return show_refusal(StatusCode::UNPROCESSABLE_ENTITY, &Page { f, problem });
    }
    let _turn = web.hashing.acquire().await.map_err(WebError::internal)?;
    let now = web.app.now();
    let entered = web.blocking(move |app| {
        app.people.choose_password(session.person, &typed.new, &v.address, now)?;
        app.people.sign_in(&session.name, &typed.new, &v.address, now)
    });
    match entered.await? {
        SignIn::Welcome(token, _) => Ok((sign_in::cookie(&token, &headers), Redirect::to("/antenne")).into_response()),
        SignIn::Refused | SignIn::Wait(_) => Ok(Redirect::to("/connexion").into_response()),
    }
}
