//! The form in one stream: for browsers without scripts, and for scripts that send a file at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Json;
use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use media::catalogue::NewCard;
use media::wire::IngestReport;
use tokio::io::AsyncWriteExt;

use super::asked::{self, TITLE_CHARS_MAX, Typed, nonce};
use super::{UPLOAD_BYTES_MAX, VerdictPage};
use crate::door::{TOKEN_HEADER, same};
use crate::error::{Field, WebError};
use crate::finish::Spoken;
use crate::pages::{Frame, Nav, show, show_refusal};
use crate::people::Act;
use crate::text::one_line;
use crate::visitor::Visitor;
use crate::web::Web;

/// Fields before the file are short texts.
const FIELD_BYTES_MAX: usize = 4096;
/// More parts than the form has are not a form of ours.
const PARTS_MAX: usize = 16;
/// A sender that is silent this long has gone; its file goes too.
const IDLE: Duration = Duration::from_secs(30);

/// How the names of such files begin.
const STAGED: &str = "upload-";

/// The bytes on their way; removed when dropped, whatever happened.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_file(&self.0) {
            tracing::warn!(file = %self.0.display(), "a staged upload could not be removed: {e}");
        }
    }
}

/// Removes what a killed process left of forms in one stream: whoever sent them got no answer.
pub(super) fn sweep(staging: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(staging)? {
        let path = entry?.path();
        let is_ours = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(STAGED));
        if is_ours && path.extension().is_some_and(|e| e == "part") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// `POST /mediatheque/envoi`
pub(crate) async fn submit(
    State(web): State<Web>,
    v: Visitor,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, WebError> {
    // The guard has compared the header when there is one.
    let is_vouched = headers.contains_key(TOKEN_HEADER);
    let (report, title) = taken_in(&web, &v, is_vouched, form).await?;
    let f = Frame::new(&v, Nav::Library, v.t().up_title, web.app.now());
    let page = VerdictPage { f, report, title };
    if page.is_refused() { show_refusal(StatusCode::UNPROCESSABLE_ENTITY, &page) } else { show(&page) }
}

/// `POST /api/upload`: the report that `mikado ingest --json` prints.
pub(crate) async fn api(State(web): State<Web>, v: Visitor, form: Multipart) -> Result<Response, WebError> {
    let (report, _) = taken_in(&web, &v, true, form).await?;
    let status = if report.verdict == "refused" { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = (status, Json(report)).into_response();
    response.extensions_mut().insert(Spoken);
    Ok(response)
}

async fn taken_in(
    web: &Web,
    v: &Visitor,
    is_vouched: bool,
    mut form: Multipart,
) -> Result<(IngestReport, String), WebError> {
    let _turn = web.uploads.clone().try_acquire_owned().map_err(|_| WebError::Busy)?;
    if !is_vouched {
        vouched_for(v, &mut form).await?;
    }
    let now = web.app.now();
    let (mut card, staged) = read(web, form, now).await?;
    v.who().clone_into(&mut card.by);
    let title = card.title.clone();
    let v = v.clone();
    let report = web
        .blocking(move |app| {
            let (report, entered) = app.ingest.enter(&app.catalogue, &staged.0, &card, now)?;
            drop(staged);
            let detail = format!("{} · {} · {:?}", report.verdict, card.source_name, entered);
            let (who, address, object) = (v.who(), v.address.as_str(), card.id.as_str());
            app.people
                .record(&Act { who, address, act: "asset.upload", object, detail: &detail, allowed: true }, now)?;
            if entered.is_some() {
                app.replan.notify_one();
            }
            Ok::<_, WebError>(report)
        })
        .await?;
    Ok((report, title))
}

/// Without scripts the token is the form's first field: nothing is read before it.
async fn vouched_for(v: &Visitor, form: &mut Multipart) -> Result<(), WebError> {
    let first = tokio::time::timeout(IDLE, form.next_field()).await.map_err(|_| WebError::Foreign)?;
    let first = first.map_err(malformed)?.filter(|part| part.name() == Some("csrf")).ok_or(WebError::Foreign)?;
    if same(short(first).await?.as_bytes(), v.csrf().as_bytes()) { Ok(()) } else { Err(WebError::Foreign) }
}

/// Reads the form: short fields first, then the file. Everything is checked before the file's first byte is kept.
async fn read(web: &Web, mut form: Multipart, now: Timestamp) -> Result<(NewCard, Staged), WebError> {
    let mut typed = Typed::default();
    for _ in 0..PARTS_MAX {
        let part = tokio::time::timeout(IDLE, form.next_field()).await;
        let Some(part) = part.map_err(|_| WebError::Unreadable(Field::File))?.map_err(malformed)? else { break };
        match part.name().unwrap_or_default() {
            "csrf" => _ = short(part).await?,
            "title" => typed.title = short(part).await?,
            "language" => typed.language = short(part).await?,
            "kind" => typed.kind = short(part).await?,
            "programme" => typed.programme = short(part).await?,
            "asset" => typed.asset = short(part).await?,
            "file" => {
                let source_name = one_line(part.file_name().unwrap_or_default(), TITLE_CHARS_MAX);
                let card = asked::card(web, &typed, source_name, now)?;
                return Ok((card, staged(&web.app.ingest.staging, part).await?));
            }
            _ => return Err(WebError::Unreadable(Field::Form)),
        }
    }
    Err(WebError::Unreadable(Field::File))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn malformed(e: MultipartError) -> WebError {
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE { WebError::TooLarge } else { WebError::Unreadable(Field::Form) }
}

async fn short(mut part: Part<'_>) -> Result<String, WebError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(malformed)? {
        if bytes.len() + chunk.len() > FIELD_BYTES_MAX {
            return Err(WebError::Unreadable(Field::Form));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| WebError::Unreadable(Field::Form))
}

/// The file's own name never becomes a path.
async fn staged(folder: &Path, mut part: Part<'_>) -> Result<Staged, WebError> {
    let staged = Staged(folder.join(format!("{STAGED}{}.part", nonce()?)));
    let mut file = tokio::fs::File::create(&staged.0).await.map_err(WebError::internal)?;
    let mut bytes = 0_u64;
    loop {
        let chunk = tokio::time::timeout(IDLE, part.chunk()).await.map_err(|_| WebError::Unreadable(Field::File))?;
        let Some(chunk) = chunk.map_err(malformed)? else { break };
        bytes += chunk.len() as u64;
        if bytes > UPLOAD_BYTES_MAX {
            return Err(WebError::TooLarge);
        }
        file.write_all(&chunk).await.map_err(WebError::internal)?;
    }
    file.sync_all().await.map_err(WebError::internal)?;
    Ok(staged)
}
