//! The outermost layer: security headers on every answer, and the page or JSON around every error.

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::WebError;
use crate::pages;
use crate::visitor::Visitor;

/// Marks an answer that says itself what is wrong, so that it is not replaced.
#[derive(Clone, Copy)]
pub(crate) struct Spoken;

/// Sources of `<audio>` beyond our own: the air processes' ports, set by the page that plays them.
#[derive(Clone)]
pub(crate) struct MediaFrom(pub String);

/// The layer.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::read(&parts);
    let is_htmx = parts.headers.contains_key("hx-request");
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if (status.is_client_error() || status.is_server_error()) && response.extensions().get::<Spoken>().is_none() {
        response = worded(&visitor, is_htmx, response);
    }
    let media = response.extensions().get::<MediaFrom>().map(|m| m.0.clone()).unwrap_or_default();
    secure(response.headers_mut(), &media);
    response
}

fn worded(visitor: &Visitor, is_htmx: bool, response: Response) -> Response {
    let error =
        response.extensions().get::<WebError>().cloned().unwrap_or_else(|| WebError::from_status(response.status()));
    let (mut bare, _) = response.into_parts();
    bare.status = error.status();
    let sentence = error.sentence(visitor.t());
    let said = if visitor.path.starts_with("/api/") {
        Json(serde_json::json!({ "error": sentence })).into_response()
    } else if is_htmx {
        sentence.into_response()
    } else {
        pages::trouble(visitor, error.status(), &sentence)
    };
    let (head, body) = said.into_parts();
    bare.headers.remove(CONTENT_LENGTH);
    bare.headers.insert(
        CONTENT_TYPE,
        head.headers.get(CONTENT_TYPE).cloned().unwrap_or(HeaderValue::from_static("text/plain; charset=utf-8")),
    );
    Response::from_parts(bare, Body::new(body))
}

fn secure(headers: &mut HeaderMap, media: &str) {
    let policy = format!(
        "default-src 'self'; img-src 'self' data:; media-src 'self' {media}; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    // A host that does not fit a header leaves the strict policy, without its streams.
    let policy = HeaderValue::from_str(&policy)
        .unwrap_or(HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'"));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    let fixed: [(HeaderName, &str); 6] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages hold names and plans; only the front end's own files may be kept, and they say so themselves.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
