//! What an air process answers: the streams and a tiny status page to listeners, the vitals to the headquarters.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use playout::outputs::{StreamHub, Subscription, hub::BURST};

use super::station::Station;
use crate::wire;

type Headers = [(HeaderName, HeaderValue); 3];

/// The routes for listeners: `/`, `/GAO.opus`, `/GAO.mp3`, `/GAO.sdp`.
pub fn listeners(station: Arc<Station>) -> Router {
    Router::new().route("/", get(status)).route("/{file}", get(listen).options(preflight)).with_state(station)
}

/// The routes of the Unix socket: `/vitals`.
pub fn headquarters(station: Arc<Station>) -> Router {
    Router::new().route("/vitals", get(vitals)).with_state(station)
}

async fn vitals(State(station): State<Arc<Station>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], wire::vitals_to_json(&station.vitals())).into_response()
}

/// An endless answer has no length and no ranges; a player that asks for `bytes=0-` gets the whole of it.
async fn listen(State(station): State<Arc<Station>>, Path(file): Path<String>) -> Response {
    if let Some(description) = station.description(&file) {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/sdp"))];
        return (kind, open_headers(), description.to_owned()).into_response();
    }
    let Some(hub) = station.stream(&file) else {
        return (StatusCode::NOT_FOUND, open_headers(), "Ce flux n'existe pas ici.\n").into_response();
    };
    match hub.subscribe(BURST) {
        Ok(subscription) => audio(hub, subscription),
        Err(full) => {
            let retry = [(header::RETRY_AFTER, HeaderValue::from_static("30"))];
            (StatusCode::SERVICE_UNAVAILABLE, retry, open_headers(), format!("{full}\n")).into_response()
        }
    }
}

async fn preflight() -> Response {
    let allow = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Range")),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    (StatusCode::NO_CONTENT, allow, open_headers()).into_response()
}

fn audio(hub: &StreamHub, subscription: Subscription) -> Response {
    let pieces = stream::unfold(subscription, |mut subscription| async {
        let bytes = subscription.next().await?;
        Some((Ok::<Bytes, std::convert::Infallible>(bytes), subscription))
    });
    let kind = [
        (header::CONTENT_TYPE, HeaderValue::from_static(hub.container().content_type())),
        (header::ACCEPT_RANGES, HeaderValue::from_static("none")),
    ];
    (kind, open_headers(), Body::from_stream(pieces)).into_response()
}

/// Anyone's page may play the stream; nobody may keep it or guess another type.
fn open_headers() -> Headers {
    [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}

async fn status(State(station): State<Arc<Station>>) -> Response {
    let vitals = station.vitals();
    let site = vitals.site;
    let on = vitals.now.map_or_else(|| "—".to_owned(), |n| escaped(&n.title));
    let links = station.files().map(|f| format!("<li><a href=\"/{f}\">{f}</a></li>")).collect::<Vec<_>>().concat();
    let page = format!(
        "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Mikado {site}</title>\
         <h1>Mikado {site}</h1><p>À l'antenne : <bdi>{on}</bdi> (échelon {})</p><ul>{links}</ul></html>\n",
        vitals.rung.number(),
    );
    let strict = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    (strict, open_headers(), Html(page)).into_response()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
