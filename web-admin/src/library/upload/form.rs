//! The form in one stream: for browsers without scripts, and for scripts that send a file at once.

use std::path::{Path, PathBuf};

use axum::Json;
use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use media::catalogue::NewCard;
use media::wire::IngestReport;
use tokio::io::AsyncWriteExt;

use super::allowance::{Allowance, under_allowance};
use super::asked::{self, TITLE_CHARS_MAX, Typed, nonce};
use super::{UPLOAD_BYTES_MAX, VerdictPage};
use crate::door::{TOKEN_HEADER, same};
use crate::error::{Field, WebError};
use crate::finish::Spoken;
use crate::pages::{Frame, Nav, show, show_refusal};
use crate::patience::Patience;
use crate::people::Act;
use crate::text::one_line;
use crate::visitor::Visitor;
use crate::web::Web;

/// Fields before the file are short texts.
const FIELD_BYTES_MAX: usize = 4096;
/// More parts than the form has are not a form of ours.
const PARTS_MAX: usize = 16;

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
    request: Request,
) -> Result<Response, WebError> {
    // The guard has compared the header when there is one.
    let is_vouched = headers.contains_key(TOKEN_HEADER);
    let (report, title) = taken_in(&web, &v, is_vouched, request).await?;
    let f = Frame::new(&v, Nav::Library, v.t().up_title, web.app.now());
    let page = VerdictPage { f, report, title };
    if page.is_refused() { show_refusal(StatusCode::UNPROCESSABLE_ENTITY, &page) } else { show(&page) }
}

/// `POST /api/upload`: the report that `mikado ingest --json` prints.
pub(crate) async fn api(State(web): State<Web>, v: Visitor, request: Request) -> Result<Response, WebError> {
    let (report, _) = taken_in(&web, &v, true, request).await?;
    let status = if report.verdict == "refused" { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = (status, Json(report)).into_response();
    response.extensions_mut().insert(Spoken);
    Ok(response)
}

async fn taken_in(
    web: &Web,
    v: &Visitor,
    is_vouched: bool,
    request: Request,
) -> Result<(IngestReport, String), WebError> {
    let _turn = web.uploads.clone().try_acquire_owned().map_err(|_| WebError::Busy)?;
    let mut form = Incoming::of(request).await?;
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

/// A form on its way in: so much at a time, so fast at least.
struct Incoming {
    form: Multipart,
    allowance: Allowance,
    patience: Patience,
}

impl Incoming {
    async fn of(request: Request) -> Result<Self, WebError> {
        let (head, body) = request.into_parts();
        let (body, allowance) = under_allowance(body);
        let form = Multipart::from_request(Request::from_parts(head, body), &()).await;
        let form = form.map_err(|_| WebError::Unreadable(Field::Form))?;
        Ok(Self { form, allowance, patience: Patience::new() })
    }

    /// The next field, if there is one.
    async fn field(&mut self) -> Result<Option<(Part<'_>, &mut Patience, &Allowance)>, WebError> {
        let part = self.patience.with(self.form.next_field()).await?.map_err(malformed)?;
        Ok(part.map(|part| (part, &mut self.patience, &self.allowance)))
    }
}

/// Without scripts the token is the form's first field: nothing is read before it.
async fn vouched_for(v: &Visitor, form: &mut Incoming) -> Result<(), WebError> {
    let first = form.field().await?.filter(|(part, ..)| part.name() == Some("csrf"));
    let (token, patience, _) = first.ok_or(WebError::Foreign)?;
    if same(short(token, patience).await?.as_bytes(), v.csrf().as_bytes()) { Ok(()) } else { Err(WebError::Foreign) }
}

/// Reads the form: short fields first, then the file. Everything is checked before the file's first byte is kept.
async fn read(web: &Web, mut form: Incoming, now: Timestamp) -> Result<(NewCard, Staged), WebError> {
    let mut typed = Typed::default();
    for _ in 0..PARTS_MAX {
        let Some((part, patience, allowance)) = form.field().await? else { break };
        let name = part.name().unwrap_or_default().to_owned();
        let place = match name.as_str() {
            "csrf" => &mut String::new(),
            "title" => &mut typed.title,
            "language" => &mut typed.language,
            "kind" => &mut typed.kind,
            "programme" => &mut typed.programme,
            "asset" => &mut typed.asset,
            "silence_intended" => &mut typed.silence_intended,
            "file" => {
                let source_name = one_line(part.file_name().unwrap_or_default(), TITLE_CHARS_MAX);
                let card = asked::card(web, &typed, source_name, now)?;
                allowance.grant(UPLOAD_BYTES_MAX);
                return Ok((card, staged(&web.app.ingest.staging, part, patience).await?));
            }
            _ => return Err(WebError::Unreadable(Field::Form)),
        };
        *place = short(part, patience).await?;
    }
    Err(WebError::Unreadable(Field::File))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn malformed(e: MultipartError) -> WebError {
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE { WebError::TooLarge } else { WebError::Unreadable(Field::Form) }
}

async fn short(mut part: Part<'_>, patience: &mut Patience) -> Result<String, WebError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = patience.with(part.chunk()).await?.map_err(malformed)? {
        patience.came(chunk.len());
        if bytes.len() + chunk.len() > FIELD_BYTES_MAX {
            return Err(WebError::Unreadable(Field::Form));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| WebError::Unreadable(Field::Form))
}

/// The file's own name never becomes a path.
async fn staged(folder: &Path, mut part: Part<'_>, patience: &mut Patience) -> Result<Staged, WebError> {
    let staged = Staged(folder.join(format!("{STAGED}{}.part", nonce()?)));
    let mut file = tokio::fs::File::create(&staged.0).await.map_err(WebError::internal)?;
    let mut bytes = 0_u64;
    loop {
        let Some(chunk) = patience.with(part.chunk()).await?.map_err(malformed)? else { break };
        patience.came(chunk.len());
        bytes += chunk.len() as u64;
        if bytes > UPLOAD_BYTES_MAX {
            return Err(WebError::TooLarge);
        }
        file.write_all(&chunk).await.map_err(WebError::internal)?;
    }
    file.sync_all().await.map_err(WebError::internal)?;
    Ok(staged)
}
