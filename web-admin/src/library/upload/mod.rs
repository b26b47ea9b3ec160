//! A sound comes in, by a form in one stream or by a parcel in pieces: staged, decoded and measured apart, and only then a
//! card. What is refused leaves nothing behind.

mod allowance;
mod asked;
pub(crate) mod form;
mod metadata;
mod parcel;
mod pieces;
mod reception;
mod refusal;
pub(crate) mod tus;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use media::wire::{FindingJson, IngestReport};

pub(crate) use self::reception::{Reception, look_after};
pub(crate) use self::refusal::Refusal;

use super::verdict_icon;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::text::size;
use crate::visitor::{Visitor, Who};
use crate::web::Web;
use crate::words::{Dates, Lang};

/// Largest file: two hours of 24-bit stereo WAV at 48 kHz.
pub(crate) const UPLOAD_BYTES_MAX: u64 = 2 << 30;

/// What somebody has sent in part.
struct Unfinished {
    id: String,
    title: String,
    percent: u64,
    size: String,
    until: String,
}

#[derive(Template)]
#[template(path = "upload.html")]
struct FormPage {
    f: Frame,
    programmes: Vec<(String, String)>,
    spots: Vec<(String, String)>,
    unfinished: Vec<Unfinished>,
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

#[derive(Template)]
#[template(path = "checking.html")]
struct CheckingPage {
    f: Frame,
    title: String,
    trouble: Option<String>,
}

/// `GET /mediatheque/envoyer`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Who(session): Who) -> Result<Response, WebError> {
    let t = v.t();
    let station = web.app.station.borrow().clone();
    let mut programmes: Vec<_> = station.programmes().iter().map(|p| (p.id.to_string(), p.title.clone())).collect();
    programmes.sort_by_key(|(_, title)| title.to_lowercase());
    let spots =
        station.campaigns().iter().flat_map(|c| c.spots.iter().map(|s| (s.id.clone(), c.title.clone()))).collect();
    let (reception, now) = (web.clone(), web.app.now());
    let parcels = web.blocking(move |_| reception.reception.unfinished_of(session.person, now)).await?;
    let known: Vec<_> = parcels
        .iter()
        .map(|(id, l, offset)| {
            let url = format!("/api/envois/{id}");
            serde_json::json!({ "url": url, "mark": l.mark, "offset": offset, "title": l.title, "language": l.language,
                "kind": l.kind, "programme": l.programme, "silence_intended": l.silence_intended, "id": id.to_string() })
        })
        .collect();
    let words = serde_json::json!({
        "sending": t.up_sending, "left": t.up_left, "checking": t.up_checking, "failed": t.up_failed,
        "paused": t.up_paused, "waiting": t.up_waiting, "resuming": t.up_resuming, "signedOut": t.err_signed_out,
        "decimal": t.decimal, "unfinished": known,
    });
    let unfinished = parcels.iter().map(|(id, l, offset)| {
        let local = l.expires.to_zoned(station.zone().clone());
        Unfinished {
            id: id.to_string(),
            title: l.title.clone(),
            percent: offset * 100 / l.length_bytes.max(1),
            size: size(l.length_bytes, t.decimal),
            until: format!("{} {}", Dates(v.lang).short(local.date()), Dates::minute(local.time())),
        }
    });
    show(&FormPage {
        f: Frame::new(&v, Nav::Library, t.up_title, now),
        programmes,
        spots,
        unfinished: unfinished.collect(),
        words: words.to_string().replace('<', "\\u003c"),
    })
}

/// `GET /mediatheque/envoi/{id}`: what became of a parcel.
pub(crate) async fn verdict(
    State(web): State<Web>,
    v: Visitor,
    Who(session): Who,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (id, label) = tus::mine(&web, &session, &id).await?;
    let (_, state) = tus::state(&web, &id, &label).await?;
    let f = Frame::new(&v, Nav::Library, v.t().up_title, web.app.now());
    let trouble = match state {
        reception::State::Arriving => return Ok(Redirect::to("/mediatheque/envoyer").into_response()),
        reception::State::Known(known) => return show(&VerdictPage { f, report: known.report, title: label.title }),
        reception::State::Measuring => None,
        reception::State::Trouble(why) => Some(why.sentence(v.t())),
    };
    show(&CheckingPage { f, title: label.title, trouble })
}

/// `POST /mediatheque/envoi/{id}/annuler`
pub(crate) async fn call_off(
    State(web): State<Web>,
    Who(session): Who,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    tus::thrown_away(&web, &session, &id).await?;
    Ok(Redirect::to("/mediatheque/envoyer").into_response())
}
