//! The front end's own files, built from `ui/` and carried inside the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::error::WebError;

#[derive(RustEmbed)]
#[folder = "ui/dist/"]
struct Dist;

/// Whether the front end was built.
pub(crate) fn built() -> bool {
    Dist::get("app.css").is_some() && Dist::get("app.js").is_some()
}

/// Names the whole front end: changes when any file does, so that browsers may keep files for a year.
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Dist::iter().collect();
        names.sort();
        let mut hasher = blake3::Hasher::new();
        for file in names.iter().filter_map(|n| Dist::get(n)) {
            hasher.update(&file.metadata.sha256_hash());
        }
        hasher.finalize().to_hex()[..10].to_owned()
    });
    &VERSION
}

/// `GET /ui/{version}/{file}`: the version is in the path only to make the address new.
pub(crate) async fn file(
    Path((asked, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let file = Dist::get(&name).ok_or(WebError::NotFound)?;
    let etag = format!("\"{}\"", &blake3::Hash::from(file.metadata.sha256_hash()).to_hex()[..20]);
    if headers.get(IF_NONE_MATCH).is_some_and(|v| v.as_bytes() == etag.as_bytes()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let keep = if asked == version() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let head = [(CONTENT_TYPE, kind.to_owned()), (CACHE_CONTROL, keep.to_owned()), (ETAG, etag)];
    Ok((head, file.data).into_response())
}
