//! A card's sound for the ear: the canonical file, or its rendition for a line that the canonical file would choke.

use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::AudioHash;
use tokio::sync::Semaphore;
use tower_http::services::ServeFile;

use super::{asset_id, protect};
use crate::error::WebError;
use crate::visitor::Visitor;
use crate::web::Web;

/// Renditions in the making: one, so that ten listeners never take the processors from those who upload.
static MAKING: Semaphore = Semaphore::const_new(1);

/// Whose bytes may be heard by this visitor; a listening of what is flagged is written down.
async fn admitted(web: &Web, v: Visitor, id: &str, headers: HeaderMap) -> Result<AudioHash, WebError> {
    let id = asset_id(id)?;
    let look = web.blocking(move |app| {
        let card = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        protect::admit(app, &v, &card, &headers)?;
        Ok::<_, WebError>(card.asset.hash)
    });
    look.await
}

async fn served(path: &std::path::Path, kind: &'static str, request: Request) -> Result<Response, WebError> {
    let mut response = ServeFile::new(path).try_call(request).await.map_err(WebError::internal)?.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// `GET /mediatheque/{id}/son`: the canonical file itself, in ranges.
pub(crate) async fn sound(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let hash = admitted(&web, v, &id, request.headers().clone()).await?;
    served(&web.app.ingest.shelf.path(&hash), "audio/flac", request).await
}

/// `GET /mediatheque/{id}/leger`: the rendition at 24 kbit/s, in ranges; the first listener waits until it is made.
pub(crate) async fn light(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let hash = admitted(&web, v, &id, request.headers().clone()).await?;
    let made = web.app.ingest.shelf.rendition_path(&hash);
    if !tokio::fs::try_exists(&made).await.unwrap_or(false) {
        let _place = MAKING.acquire().await.map_err(WebError::internal)?;
        web.blocking(move |app| Ok::<_, WebError>(app.ingest.shelf.rendition(&hash)?)).await?;
    }
    served(&made, "audio/ogg", request).await
}
