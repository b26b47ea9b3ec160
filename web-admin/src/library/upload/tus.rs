//! The resumable upload: tus 1.0.0 with creation, creation-with-upload, checksum, expiration and termination
//! (<https://tus.io/protocols/resumable-upload>), so that any client of that protocol can send.
//!
//! Every request stands behind the session, the right to upload and the token, as every form does.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::fmt::rfc2822;
use jiff::{Timestamp, ToSpan};
use media::catalogue::kind_word;

use super::parcel::{Label, ParcelId};
use super::pieces::{Promise, receive};
use super::reception::{self, State as Where, claim, measure};
use super::refusal::Refusal;
use super::{UPLOAD_BYTES_MAX, asked, metadata};
use crate::error::WebError;
use crate::people::Session;
use crate::visitor::{Visitor, Who};
use crate::web::Web;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// The path under which parcels are.
const PARCELS: &str = "/api/envois";
/// A parcel of the largest size takes three days at 64 kbit/s; then a week-end comes.
const LIFE_HOURS: i64 = 7 * 24;

/// What a handler answers: a bare status with the protocol's headers, errors included.
type Answered = Result<Response, WebError>;

/// Puts the protocol's version on every answer, as it asks for.
fn spoken(answered: Answered) -> Response {
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    if status == StatusCode::PRECONDITION_FAILED {
        headers.insert("tus-version", HeaderValue::from_static(VERSION));
    }
    response
}

fn speaks_ours(headers: &HeaderMap) -> Result<(), WebError> {
    let ours = headers.get(RESUMABLE).is_some_and(|v| v == VERSION);
    if ours { Ok(()) } else { Err(Refusal::Version.into()) }
}

/// `OPTIONS /api/envois`: what this server can do.
pub(crate) async fn abilities() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static(super::pieces::ALGORITHMS));
    headers.insert("tus-max-size", HeaderValue::from(UPLOAD_BYTES_MAX));
    spoken(Ok(response))
}

/// `POST /api/envois`: announces a parcel; its first bytes may come along.
pub(crate) async fn announce(
    State(web): State<Web>,
    v: Visitor,
    Who(session): Who,
    headers: HeaderMap,
    body: Body,
) -> Response {
    spoken(announced(&web, &v, &session, &headers, body).await)
}

async fn announced(web: &Web, v: &Visitor, session: &Session, headers: &HeaderMap, body: Body) -> Answered {
    speaks_ours(headers)?;
    let length_bytes = number(headers, &UPLOAD_LENGTH).ok_or(Refusal::Length)?;
    if length_bytes > UPLOAD_BYTES_MAX {
        return Err(WebError::TooLarge);
    }
    let label = label(web, v, session, headers, length_bytes)?;
    let (known, parcels) = (label.clone(), web.clone());
    let id = web.blocking(move |_| parcels.reception.announce(&known)).await?;
    let mut offset = 0;
    if headers.get(CONTENT_TYPE).is_some_and(is_piece) {
        let promise = Promise::of(headers)?;
        let mut claim = claim(web, &id).await?;
        // What has arrived counts, also when the line broke: the sender learns where the parcel is and goes on there.
        if let Err(why) = receive(web, &mut claim, &id, &label, promise, body).await {
            tracing::info!(parcel = %id, "the first piece did not come whole: {why:?}");
        }
        let (parcels, name, known) = (web.clone(), id.clone(), label.clone());
        offset =
            web.blocking(move |_| parcels.reception.parcels.offset(&name, &known).map_err(reception::trouble)).await?;
    }
    if offset == label.length_bytes {
        measure(web, id.clone());
    }
    let place = HeaderValue::from_str(&format!("{PARCELS}/{id}")).map_err(WebError::internal)?;
    let mut response = placed(StatusCode::CREATED, &label, offset);
    response.headers_mut().insert(LOCATION, place);
    Ok(response)
}

fn label(web: &Web, v: &Visitor, session: &Session, headers: &HeaderMap, length_bytes: u64) -> Result<Label, WebError> {
    let now = web.app.now();
    let said = metadata::read(headers)?;
    let card = asked::card(web, &said.typed, said.source_name, now)?;
    Ok(Label {
        owner: session.person,
        who: session.name.clone(),
        address: v.address.clone(),
        length_bytes,
        created: now,
        expires: now.checked_add(LIFE_HOURS.hours()).map_err(WebError::internal)?,
        asset: card.id.to_string(),
        title: card.title,
        kind: kind_word(card.kind).to_owned(),
        language: card.language.to_string(),
        programme: card.programme.map(|p| p.to_string()),
        source_name: card.source_name,
        silence_intended: card.silence_intended,
        mark: said.mark,
    })
}

/// `HEAD /api/envois/{id}`: where to go on. Whoever still sends is stopped first, so that the answer stays true.
pub(crate) async fn whereabouts(
    State(web): State<Web>,
    Who(session): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = async {
        speaks_ours(&headers)?;
        let (id, label) = mine(&web, &session, &id).await?;
        let claim = claim(&web, &id).await?;
        let (offset, _) = state(&web, &id, &label).await?;
        drop(claim);
        let mut response = placed(StatusCode::OK, &label, offset);
        response.headers_mut().insert(UPLOAD_LENGTH, HeaderValue::from(label.length_bytes));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    spoken(found.await)
}

/// `PATCH /api/envois/{id}`: a further piece.
pub(crate) async fn piece(
    State(web): State<Web>,
    Who(session): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    spoken(taken(&web, &session, &id, &headers, body).await)
}

async fn taken(web: &Web, session: &Session, id: &str, headers: &HeaderMap, body: Body) -> Answered {
    speaks_ours(headers)?;
    if !headers.get(CONTENT_TYPE).is_some_and(is_piece) {
        return Err(Refusal::MediaType.into());
    }
    let from = number(headers, &UPLOAD_OFFSET).ok_or(Refusal::Offset)?;
    let promise = Promise::of(headers)?;
    let (id, label) = mine(web, session, id).await?;
    if number(headers, &CONTENT_LENGTH).is_some_and(|n| from.saturating_add(n) > label.length_bytes) {
        return Err(WebError::TooLarge);
    }
    let mut claim = claim(web, &id).await?;
    let (offset, stands) = state(web, &id, &label).await?;
    if offset != from {
        return Err(Refusal::Offset.into());
    }
    let mut offset = offset;
    if matches!(stands, Where::Arriving) {
        offset = receive(web, &mut claim, &id, &label, promise, body).await?;
        if offset == label.length_bytes {
            measure(web, id);
        }
    }
    Ok(placed(StatusCode::NO_CONTENT, &label, offset))
}

/// `DELETE /api/envois/{id}`: the sender has thought better of it.
pub(crate) async fn call_off(
    State(web): State<Web>,
    Who(session): Who,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let called_off = async {
        speaks_ours(&headers)?;
        thrown_away(&web, &session, &id).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    spoken(called_off.await)
}

/// Throws a parcel of this person away.
pub(super) async fn thrown_away(web: &Web, session: &Session, id: &str) -> Result<(), WebError> {
    let (id, _) = mine(web, session, id).await?;
    let _claim = claim(web, &id).await?;
    let parcels = web.clone();
    web.blocking(move |_| parcels.reception.call_off(&id)).await
}

/// `POST /api/envois/{id}`: for lines whose gateways know no PATCH and no DELETE, as the protocol foresees.
pub(crate) async fn overridden(
    state: State<Web>,
    who: Who,
    path: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let meant = headers.get("x-http-method-override").and_then(|v| Method::from_bytes(v.as_bytes()).ok());
    match meant {
        Some(Method::PATCH) => piece(state, who, path, headers, body).await,
        Some(Method::DELETE) => call_off(state, who, path, headers).await,
        _ => spoken(Err(WebError::NotFound)),
    }
}

/// `GET /api/envois/{id}`: where the parcel stands, and the report once it is known.
pub(crate) async fn standing(
    State(web): State<Web>,
    v: Visitor,
    Who(session): Who,
    Path(id): Path<String>,
) -> Answered {
    let (id, label) = mine(&web, &session, &id).await?;
    let (offset, state) = state(&web, &id, &label).await?;
    let (word, error, report) = match state {
        Where::Arriving => ("arriving", None, None),
        Where::Measuring => ("measuring", None, None),
        Where::Trouble(why) => ("trouble", Some(why.sentence(v.t())), None),
        Where::Known(verdict) => ("known", None, Some(verdict.report)),
    };
    Ok(Json(serde_json::json!({
        "state": word, "offset_bytes": offset, "length_bytes": label.length_bytes, "title": label.title,
        "expires": label.expires.to_string(), "error": error, "report": report,
    }))
    .into_response())
}

/// The parcel, when it is this person's; nobody learns that another's exists.
pub(super) async fn mine(web: &Web, session: &Session, id: &str) -> Result<(ParcelId, Label), WebError> {
    let id: ParcelId = id.parse().map_err(|()| WebError::NotFound)?;
    let (owner, now, parcels) = (session.person, web.app.now(), web.clone());
    web.blocking(move |_| parcels.reception.label_of(&id, owner, now).map(|label| (id, label))).await
}

/// Where it stands.
pub(super) async fn state(web: &Web, id: &ParcelId, label: &Label) -> Result<(u64, Where), WebError> {
    let (id, label, parcels) = (id.clone(), label.clone(), web.clone());
    web.blocking(move |_| parcels.reception.state(&id, &label)).await
}

fn placed(status: StatusCode, label: &Label, offset: u64) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(offset));
    if let Some(until) = http_date(label.expires) {
        headers.insert(UPLOAD_EXPIRES, until);
    }
    response
}

/// RFC 9110, 5.6.7: the protocol asks for this form.
fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()?;
    HeaderValue::from_str(&text).ok()
}

fn is_piece(value: &HeaderValue) -> bool {
    value == "application/offset+octet-stream"
}

/// A header that is a number of bytes, and nothing else.
fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}
