//! One sound: its measurements, its picture, its player, and the two acts that decide whether it may air.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use domain::{AudioHash, Finding, Status};
use media::catalogue::Card;
use serde::Deserialize;
use tower_http::services::ServeFile;

use super::asset_id;
use super::list::status_class;
use crate::error::{Field, WebError};
use crate::pages::{Frame, Nav, show};
use crate::people::{Act, Right};
use crate::text::length;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang};

#[derive(Template)]
#[template(path = "asset.html")]
struct Page {
    f: Frame,
    card: Card,
    findings: Vec<Finding>,
    tag: String,
    language: &'static str,
    programme: String,
    since: String,
    sites: String,
    may_decide: bool,
}

impl Page {
    fn is_draft(&self) -> bool {
        self.card.asset.status != Status::Ready
    }

    fn is_withdrawn(&self) -> bool {
        self.card.asset.status == Status::Withdrawn
    }

    fn status(&self) -> &'static str {
        self.f.t.status(self.card.asset.status)
    }

    fn status_class(&self) -> &'static str {
        status_class(self.card.asset.status)
    }

    fn lang(&self) -> Lang {
        self.f.v.lang
    }

    fn length(&self) -> String {
        length(self.card.asset.length)
    }

    fn level(&self, value: Option<f64>, unit: &str) -> String {
        value.map_or_else(|| "—".to_owned(), |v| format!("{} {unit}", self.f.t.number(v, 1)))
    }

    fn loudness(&self) -> String {
        self.level(self.card.asset.loudness.map(domain::Loudness::get), "LUFS")
    }

    fn peak(&self) -> String {
        self.level(self.card.asset.true_peak.map(domain::TruePeak::get), "dBTP")
    }

    fn gain(&self) -> String {
        self.level(Some(self.card.asset.gain.get()), "dB")
    }
}

/// `GET /mediatheque/{id}`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Path(id): Path<String>) -> Result<Response, WebError> {
    let id = asset_id(&id)?;
    let read = web.blocking(move |app| {
        let card = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        let findings = app.catalogue.findings(&id)?;
        Ok::<_, WebError>((card, findings))
    });
    let (card, findings) = read.await?;
    let station = web.app.station.borrow().clone();
    let t = v.t();
    let tag = card.asset.language.umbrella().to_string();
    let programme = card.asset.programme.as_ref();
    let since = card.asset.ready_since.map(|s| {
        let local = s.to_zoned(station.zone().clone());
        let who = card.ready_by.as_deref().unwrap_or_default();
        format!("{} {} · {who}", Dates(v.lang).full(local.date()), Dates::minute(local.time()))
    });
    let sites: Vec<String> = card.asset.sites.iter().map(ToString::to_string).collect();
    show(&Page {
        f: Frame::new(&v, Nav::Library, card.asset.title.clone(), web.app.now()),
        language: t.language(&tag),
        tag,
        programme: programme
            .map_or_else(String::new, |p| station.programme(p).map_or_else(|| p.to_string(), |p| p.title.clone())),
        since: since.unwrap_or_default(),
        sites: if sites.is_empty() { t.asset_all_sites.to_owned() } else { sites.join(", ") },
        may_decide: v.may(Right::Approve),
        card,
        findings,
    })
}

/// `GET /mediatheque/{id}/son`: the canonical file itself, in ranges.
pub(crate) async fn sound(
    State(web): State<Web>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let id = asset_id(&id)?;
    let found = web.blocking(move |app| {
        let card = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        Ok::<_, WebError>(app.ingest.shelf.path(&card.asset.hash))
    });
    let served = ServeFile::new(found.await?).try_call(request).await.map_err(WebError::internal)?;
    let mut response = served.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("audio/flac"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Decision {
    /// The bytes that were heard and seen on the page; others are not approved by this.
    #[serde(default)]
    hash: String,
    /// Why it is taken back.
    #[serde(default)]
    why: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Approve,
    Withdraw,
}

async fn decide(web: &Web, v: Visitor, id: &str, verb: Verb, decision: Decision) -> Result<Card, WebError> {
    let id = asset_id(id)?;
    let now = web.app.now();
    web.blocking(move |app| {
        let before = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        let hash = before.asset.hash.to_string();
        let (act, detail) = match verb {
            Verb::Approve => {
                let seen: AudioHash = decision.hash.parse().map_err(|_| WebError::Unreadable(Field::Asset))?;
                app.catalogue.approve(&id, &seen, v.who(), now)?;
                ("asset.approve", hash)
            }
            Verb::Withdraw => {
                let why = crate::text::one_line(&decision.why, 200);
                app.catalogue.withdraw(&id, v.who(), now, &why)?;
                ("asset.withdraw", format!("{hash} {why}"))
            }
        };
        let line = Act { who: v.who(), address: &v.address, act, object: id.as_str(), detail: &detail, allowed: true };
        app.people.record(&line, now)?;
        app.replan.notify_one();
        app.catalogue.get(&id)?.ok_or(WebError::NotFound)
    })
    .await
}

fn back(card: &Card) -> Response {
    Redirect::to(&format!("/mediatheque/{}", card.asset.id)).into_response()
}

/// `POST /mediatheque/{id}/approuver`
pub(crate) async fn approve(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response, WebError> {
    Ok(back(&decide(&web, v, &id, Verb::Approve, decision).await?))
}

/// `POST /mediatheque/{id}/retirer`
pub(crate) async fn withdraw(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response, WebError> {
    Ok(back(&decide(&web, v, &id, Verb::Withdraw, decision).await?))
}

fn told(card: &Card) -> Json<serde_json::Value> {
    Json(serde_json::json!({
        "asset": card.asset.id.as_str(), "hash": card.asset.hash.to_string(),
        "status": media::catalogue::status_word(card.asset.status), "ready_by": card.ready_by,
    }))
}

/// `POST /api/assets/{id}/approve`: `{"hash":"…"}`
pub(crate) async fn approve_api(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> Result<Response, WebError> {
    Ok(told(&decide(&web, v, &id, Verb::Approve, decision).await?).into_response())
}

/// `POST /api/assets/{id}/withdraw`: `{"why":"…"}`
pub(crate) async fn withdraw_api(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> Result<Response, WebError> {
    Ok(told(&decide(&web, v, &id, Verb::Withdraw, decision).await?).into_response())
}
