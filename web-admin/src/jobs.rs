//! *Travaux*: what headquarters does by itself, when, how it went, and what it wrote.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use tower_http::services::ServeFile;

use crate::app::{JobEnd, JobRun, JobView};
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::people::{Act, Right};
use crate::text;
use crate::visitor::{Visitor, Who};
use crate::web::Web;
use crate::words::{Dates, JobWords, Lang};

/// One run as a row.
struct Row {
    id: String,
    at: String,
    by: Option<String>,
    class: &'static str,
    end: &'static str,
    lasted: String,
    files: Vec<(String, String)>,
}

struct Shown {
    name: String,
    cron: String,
    command: String,
    next: String,
    runs: Vec<Row>,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct Page {
    f: Frame,
    w: &'static JobWords,
    jobs: Vec<Shown>,
    may_operate: bool,
    asked: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    fait: String,
}

/// `GET /travaux`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<Asked>) -> Result<Response, WebError> {
    let jobs = web.blocking(|app| Ok::<_, WebError>(app.jobs.all())).await?;
    let zone = web.app.station.borrow().zone().clone();
    let w = v.lang.jobs();
    let f = Frame::new(&v, Nav::Wall, w.title, web.app.now());
    let jobs = jobs.into_iter().map(|job| shown(job, v.lang, &zone)).collect();
    show(&Page { f, w, jobs, may_operate: v.may(Right::Operate), asked: !q.fait.is_empty() })
}

fn shown(job: JobView, lang: Lang, zone: &TimeZone) -> Shown {
    let next = job.next.map_or_else(|| "—".to_owned(), |at| told(at, lang, zone));
    let runs = job.runs.into_iter().map(|run| row(run, lang, zone)).collect();
    Shown { name: job.name, cron: job.cron, command: job.command, next, runs }
}

fn told(at: Timestamp, lang: Lang, zone: &TimeZone) -> String {
    let at = zone.to_datetime(at);
    format!("{} {}", Dates(lang).short(at.date()), Dates::second(at.time()))
}

fn row(run: JobRun, lang: Lang, zone: &TimeZone) -> Row {
    let (w, decimal) = (lang.jobs(), lang.words().decimal);
    let (class, end) = match run.end {
        JobEnd::Runs => ("info", w.runs),
        JobEnd::Fine => ("good", w.fine),
        JobEnd::Findings => ("warning", w.findings),
        JobEnd::Failed => ("bad", w.failed),
        JobEnd::CutOff => ("bad", w.cut_off),
    };
    let lasted = run.ended.map_or_else(String::new, |ended| {
        format!("{:.1} s", ended.duration_since(run.begun).as_secs_f64().max(0.0)).replace('.', decimal)
    });
    Row {
        at: told(run.at, lang, zone),
        by: run.asked_by.map(|who| w.by.replace("{}", &who)),
        class,
        end,
        lasted,
        files: run.files.into_iter().map(|(name, bytes)| (name, text::size(bytes, decimal))).collect(),
        id: run.id,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

/// `POST /travaux/lancer`
pub(crate) async fn run_now(
    State(web): State<Web>,
    v: Visitor,
    Who(by): Who,
    Form(named): Form<Named>,
) -> Result<Response, WebError> {
    let now = web.app.now();
    web.blocking(move |app| {
        if !app.jobs.run_now(&named.name, &by.name) {
            return Err(WebError::NotFound);
        }
        let (who, address) = (by.name.as_str(), v.address.as_str());
        let act = Act { who, address, act: "job.run", object: &named.name, detail: "", allowed: true };
        app.people.record(&act, now).map_err(WebError::from)
    })
    .await?;
    Ok(Redirect::to("/travaux?fait=1").into_response())
}

/// `GET /travaux/{job}/{run}/{file}`
pub(crate) async fn file(
    State(web): State<Web>,
    Path((job, run, file)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, WebError> {
    let name = format!("attachment; filename=\"{job}-{run}-{file}\"");
    let found = web.blocking(move |app| Ok::<_, WebError>(app.jobs.file(&job, &run, &file))).await?;
    let path = found.ok_or(WebError::NotFound)?;
    let mut response = ServeFile::new(path).try_call(request).await.map_err(WebError::internal)?.into_response();
    // Its parts are names that the station knows; what could not stand in a header is no such name.
    let told = HeaderValue::from_str(&name).map_err(|_| WebError::NotFound)?;
    response.headers_mut().insert(CONTENT_DISPOSITION, told);
    Ok(response)
}

/// All jobs in one line of the wall.
pub(crate) struct InShort {
    pub text: String,
    pub is_well: bool,
}

/// How the jobs went, for the wall: what failed last is told there.
pub(crate) async fn in_short(web: &Web, lang: Lang) -> Result<InShort, WebError> {
    let jobs = web.blocking(|app| Ok::<_, WebError>(app.jobs.all())).await?;
    let w = lang.jobs();
    let has_failed =
        |job: &&JobView| job.runs.first().is_some_and(|r| matches!(r.end, JobEnd::Failed | JobEnd::CutOff));
    Ok(match jobs.iter().filter(has_failed).count() {
        0 if jobs.is_empty() => InShort { text: w.nothing.to_owned(), is_well: true },
        0 => InShort { text: w.all_well.to_owned(), is_well: true },
        failed => InShort { text: w.some_failed.replace("{}", &failed.to_string()), is_well: false },
    })
}
