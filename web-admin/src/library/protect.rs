//! What protects people: a flagged sound is heard by protection officers alone until one of them clears its bytes, and
//! every listening is written down. And the trash, from which a sound comes back.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::RANGE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{AssetId, AudioHash};
use jiff::Timestamp;
use media::catalogue::{Card, Catalogue};

use super::asset_id;
use super::paper::Typed;
use crate::App;
use crate::error::{Field, WebError};
use crate::people::{Act, Right};
use crate::text::one_line;
use crate::visitor::Visitor;
use crate::web::Web;

/// Whether the visitor may hear the card's bytes, or see their shape.
pub(super) fn may_hear(v: &Visitor, card: &Card) -> bool {
    !card.is_protected() || v.may(Right::Protect)
}

/// Refuses who may not hear the card's bytes, and writes down who hears what is flagged.
pub(super) fn admit(app: &App, v: &Visitor, card: &Card, headers: &HeaderMap) -> Result<(), WebError> {
    if card.paper.flags.is_empty() {
        return Ok(());
    }
    let allowed = may_hear(v, card);
    // A player asks for the same listening in many pieces; the first one begins at the beginning.
    let begins = headers.get(RANGE).is_none_or(|r| r.as_bytes().starts_with(b"bytes=0-"));
    if begins || !allowed {
        let detail = card.asset.hash.to_string();
        let (who, address, object) = (v.who(), v.address.as_str(), card.asset.id.as_str());
        app.people.record(&Act { who, address, act: "asset.listen", object, detail: &detail, allowed }, app.now())?;
    }
    if allowed { Ok(()) } else { Err(WebError::Barred) }
}

/// What a person does to a card with a reason.
struct Doing<'a> {
    id: &'a AssetId,
    who: &'a str,
    now: Timestamp,
    why: &'a str,
    hash: Option<AudioHash>,
    typed: &'a Typed,
}

type Work = fn(&Catalogue, &Doing<'_>) -> media::Result<()>;

async fn done(
    web: Web,
    v: Visitor,
    id: String,
    fields: Vec<(String, String)>,
    (act, work): (&'static str, Work),
) -> Result<Response, WebError> {
    let (id, now, typed) = (asset_id(&id)?, web.app.now(), Typed::from(fields));
    let id = web
        .blocking(move |app| {
            let why = one_line(typed.one("why"), 200);
            let hash = match typed.one("hash") {
                "" => None,
                text => Some(text.parse().map_err(|_| WebError::Unreadable(Field::Asset))?),
            };
            work(&app.catalogue, &Doing { id: &id, who: v.who(), now, why: &why, hash, typed: &typed })?;
            let detail = format!("{} {why}", typed.one("hash"));
            let (who, address, object) = (v.who(), v.address.as_str(), id.as_str());
            app.people.record(&Act { who, address, act, object, detail: detail.trim(), allowed: true }, now)?;
            app.replan.notify_one();
            Ok::<_, WebError>(id)
        })
        .await?;
    Ok(Redirect::to(&format!("/mediatheque/{id}")).into_response())
}

/// `POST /mediatheque/{id}/lever`: a protection officer clears exactly the bytes that were heard.
pub(crate) async fn clear(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let work: Work = |c, d| {
        let hash = d.hash.ok_or_else(|| media::Error::OtherBytes { asset: d.id.clone() })?;
        c.clear(d.id, &hash, d.who, d.now, d.why)
    };
    done(web, v, id, fields, ("asset.clear", work)).await
}

/// `POST /mediatheque/{id}/signaler`: a protection officer says whom it could harm.
pub(crate) async fn flag(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let work: Work = |c, d| c.flag(d.id, d.typed.flags(), d.who, d.now, d.why);
    done(web, v, id, fields, ("asset.flag", work)).await
}

/// `POST /mediatheque/{id}/corbeille`
pub(crate) async fn throw_away(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    done(web, v, id, fields, ("asset.trash", |c, d| c.throw_away(d.id, d.who, d.now, d.why))).await
}

/// `POST /mediatheque/{id}/reprendre`
pub(crate) async fn restore(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    done(web, v, id, fields, ("asset.restore", |c, d| c.restore(d.id, d.who, d.now))).await
}
