//! A sound comes in: streamed to a staging file, decoded and measured apart, and only then a card. What is refused leaves
//! nothing behind.

use std::path::{Path, PathBuf};
use std::time::Duration;

use askama::Template;
use axum::Json;
use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{AssetId, AssetKind, Language, ProgrammeId};
use jiff::Timestamp;
use media::catalogue::{NewCard, kind_of};
use media::wire::{FindingJson, IngestReport};
use tokio::io::AsyncWriteExt;
use unicode_normalization::UnicodeNormalization;

use super::verdict_icon;
use crate::error::{Field, WebError};
use crate::finish::Spoken;
use crate::pages::{Frame, Nav, show, show_refusal};
use crate::people::Act;
use crate::text::one_line;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::Lang;

/// Largest file: two hours of 24-bit stereo WAV at 48 kHz.
const UPLOAD_BYTES_MAX: u64 = 2 << 30;
/// Fields before the file are short texts.
const FIELD_BYTES_MAX: usize = 4096;
/// More parts than the form has are not a form of ours.
const PARTS_MAX: usize = 16;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 200;
/// A sender that is silent this long has gone; its file goes too.
const IDLE: Duration = Duration::from_secs(30);

/// The bytes on their way; removed when dropped, whatever happened.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_file(&self.0) {
            tracing::warn!(file = %self.0.display(), "a staged upload could not be removed: {e}");
        }
    }
}

/// What stood in the form.
#[derive(Debug, Default)]
struct Typed {
    title: String,
    language: String,
    kind: String,
    programme: String,
    asset: String,
}

#[derive(Template)]
#[template(path = "upload.html")]
struct FormPage {
    f: Frame,
    programmes: Vec<(String, String)>,
    spots: Vec<(String, String)>,
    words: String,
}

#[derive(Template)]
#[template(path = "verdict.html")]
struct VerdictPage {
    f: Frame,
    report: IngestReport,
    title: String,
}

impl VerdictPage {
    fn heading(&self) -> &'static str {
        match self.report.verdict.as_str() {
            "ready" => self.f.t.verdict_ready,
            "refused" => self.f.t.verdict_refused,
            _ => self.f.t.verdict_warning,
        }
    }

    fn icon(&self) -> &'static str {
        verdict_icon(&self.report.verdict)
    }

    fn said<'a>(&self, finding: &'a FindingJson) -> &'a str {
        if self.f.v.lang == Lang::Fr { &finding.fr } else { &finding.en }
    }

    fn is_refused(&self) -> bool {
        self.report.verdict == "refused"
    }

    fn length(&self) -> String {
        crate::text::length(domain::Frames(self.report.length_frames))
    }

    fn level(&self, value: Option<&f64>, unit: &str) -> String {
        value.map_or_else(|| "—".to_owned(), |v| format!("{} {unit}", self.f.t.number(*v, 1)))
    }
}

/// `GET /mediatheque/envoyer`
pub(crate) async fn page(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    let t = v.t();
    let station = web.app.station.borrow().clone();
    let mut programmes: Vec<_> = station.programmes().iter().map(|p| (p.id.to_string(), p.title.clone())).collect();
    programmes.sort_by_key(|(_, title)| title.to_lowercase());
    let spots = station.campaigns().iter().flat_map(|c| c.spots.iter().map(|s| (s.id.clone(), c.title.clone())));
    let words = serde_json::json!({
        "sending": t.up_sending, "left": t.up_left, "checking": t.up_checking, "failed": t.up_failed, "decimal": t.decimal,
    });
    show(&FormPage {
        f: Frame::new(&v, Nav::Library, t.up_title, web.app.now()),
        programmes,
        spots: spots.collect(),
        words: words.to_string().replace('<', "\\u003c"),
    })
}

/// `POST /mediatheque/envoi`
pub(crate) async fn submit(State(web): State<Web>, v: Visitor, form: Multipart) -> Result<Response, WebError> {
    let (report, title) = taken_in(&web, &v, form).await?;
    let f = Frame::new(&v, Nav::Library, v.t().up_title, web.app.now());
    let page = VerdictPage { f, report, title };
    if page.is_refused() { show_refusal(StatusCode::UNPROCESSABLE_ENTITY, &page) } else { show(&page) }
}

/// `POST /api/upload`: the report that `mikado ingest --json` prints.
pub(crate) async fn api(State(web): State<Web>, v: Visitor, form: Multipart) -> Result<Response, WebError> {
    let (report, _) = taken_in(&web, &v, form).await?;
    let status = if report.verdict == "refused" { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = (status, Json(report)).into_response();
    response.extensions_mut().insert(Spoken);
    Ok(response)
}

async fn taken_in(web: &Web, v: &Visitor, form: Multipart) -> Result<(IngestReport, String), WebError> {
    let _turn = web.uploads.clone().try_acquire_owned().map_err(|_| WebError::Busy)?;
    let now = web.app.now();
    let (card, staged) = read(web, form, now).await?;
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

/// Reads the form: short fields first, then the file. Everything is checked before the file's first byte is kept.
async fn read(web: &Web, mut form: Multipart, now: Timestamp) -> Result<(NewCard, Staged), WebError> {
    let mut typed = Typed::default();
    for _ in 0..PARTS_MAX {
        let part = tokio::time::timeout(IDLE, form.next_field()).await;
        let Some(part) = part.map_err(|_| WebError::Unreadable(Field::File))?.map_err(malformed)? else { break };
        match part.name().unwrap_or_default() {
            "title" => typed.title = short(part).await?,
            "language" => typed.language = short(part).await?,
            "kind" => typed.kind = short(part).await?,
            "programme" => typed.programme = short(part).await?,
            "asset" => typed.asset = short(part).await?,
            "file" => {
                let source_name = one_line(part.file_name().unwrap_or_default(), TITLE_CHARS_MAX);
                let card = checked(web, &typed, source_name, now)?;
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
    let staged = Staged(folder.join(format!("upload-{}.part", nonce()?)));
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

fn nonce() -> Result<String, WebError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(WebError::internal)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// The card that the form asks for.
fn checked(web: &Web, typed: &Typed, source_name: String, now: Timestamp) -> Result<NewCard, WebError> {
    let title: String = one_line(&typed.title, usize::MAX).nfc().collect();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        return Err(WebError::Unreadable(Field::Title));
    }
    let language: Language = typed.language.trim().parse().map_err(|_| WebError::Unreadable(Field::Language))?;
    let kind = if typed.kind.is_empty() { Some(AssetKind::Programme) } else { kind_of(&typed.kind) };
    let kind = kind.ok_or(WebError::Unreadable(Field::Kind))?;
    let station = web.app.station.borrow().clone();
    let programme: Option<ProgrammeId> = match typed.programme.trim() {
        "" => None,
        id => {
            let known = id.parse().ok().filter(|p| station.programme(p).is_some());
            Some(known.ok_or(WebError::Unreadable(Field::Programme))?)
        }
    };
    let id = match typed.asset.trim() {
        "" => fresh_id(kind, programme.as_ref(), now, station.zone())?,
        given => given.parse().map_err(|_| WebError::Unreadable(Field::Asset))?,
    };
    Ok(NewCard { programme, source_name, ..NewCard::new(id, title, kind, language) })
}

/// `journal-fr.20261124-081000-3fa9`: whose edition it is, when it came, and four digits against two at once.
fn fresh_id(
    kind: AssetKind,
    programme: Option<&ProgrammeId>,
    now: Timestamp,
    zone: &jiff::tz::TimeZone,
) -> Result<AssetId, WebError> {
    let local = now.to_zoned(zone.clone());
    let stem = programme.map_or_else(|| media::catalogue::kind_word(kind).to_owned(), ToString::to_string);
    let stem: String = stem.chars().take(60).collect();
    let id = format!("{stem}.{}-{}", local.strftime("%Y%m%d-%H%M%S"), &nonce()?[..4]);
    id.parse().map_err(WebError::internal)
}
