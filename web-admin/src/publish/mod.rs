//! *Publier*: what people want to change of the week, what that does, and the act that puts it in force.

mod act;
mod between;
mod changes;
mod moving;
mod review;
mod wish;

pub(crate) use act::{publish, undo, withdraw};
pub(crate) use between::page as between_page;
pub(crate) use changes::{feast, live, live_off, page as changes_page, season, season_off};
pub(crate) use moving::{page as moving_page, submit as moving};

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::SiteId;
use scheduler::Station;
use scheduler::store::Publication;

use crate::error::WebError;
use crate::pages::{Frame, Nav, show, show_refusal};
use crate::people::Right;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang};
use crate::{App, SiteView};
use review::{Reviewed, Waiting};

/// Publications shown under each other; older ones are in the database.
const HISTORY_MAX: u32 = 20;

/// A site and what it has loaded.
struct Ack {
    name: String,
    /// What headquarters has written for it.
    published: u64,
    /// What its air process says it plays from.
    loaded: Option<u64>,
    since: Option<String>,
}

impl Ack {
    fn has_it(&self) -> bool {
        self.loaded.is_some_and(|n| n >= self.published)
    }
}

/// A publication as people read it.
struct Past {
    number: u64,
    at: String,
    author: String,
    reason: String,
    said: Vec<String>,
    accepted: Vec<(String, String)>,
    is_in_force: bool,
}

#[derive(Template)]
#[template(path = "publish.html")]
struct Page {
    f: Frame,
    here: &'static str,
    waiting: Vec<Waiting>,
    reviewed: Reviewed,
    fingerprint: String,
    acks: Vec<Ack>,
    history: Vec<Past>,
    may_publish: bool,
    directs: bool,
    said: Option<String>,
    problem: Option<String>,
}

impl Page {
    /// Whether the newest publication can be taken back by one act.
    fn can_undo(&self) -> bool {
        self.may_publish && self.history.len() > 1
    }

    fn acks_missing(&self) -> usize {
        self.acks.iter().filter(|a| !a.has_it()).count()
    }
}

/// `GET /publier`
pub(crate) async fn page(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    show(&made(&web, &v, None, None).await?)
}

/// The page again, with what was refused and why.
async fn refused(web: &Web, v: &Visitor, why: String) -> Result<Response, WebError> {
    show_refusal(StatusCode::UNPROCESSABLE_ENTITY, &made(web, v, None, Some(why)).await?)
}

async fn made(web: &Web, v: &Visitor, said: Option<String>, problem: Option<String>) -> Result<Page, WebError> {
    let (v, live) = (v.clone(), web.app.live.borrow().clone());
    web.blocking(move |app| {
        let now = app.now();
        let station = app.station.borrow().clone();
        let proposed = app.store.proposals().map_err(WebError::internal)?;
        let reviewed = review::of(app, &station, &proposed, now)?;
        let publications = app.store.publications(HISTORY_MAX).map_err(WebError::internal)?;
        let newest = publications.first().map_or(0, |p| p.number);
        Ok::<_, WebError>(Page {
            f: Frame::new(&v, Nav::Grid, v.t().g().publish_title, now),
            here: "/publier",
            fingerprint: review::fingerprint(&proposed),
            waiting: proposed.into_iter().map(|p| Waiting::new(p, &station, v.lang)).collect(),
            reviewed: Reviewed::new(&reviewed, &station, v.lang),
            acks: acks(app, &station, &live, v.lang),
            history: publications.into_iter().map(|p| past(p, newest, &station, v.lang)).collect(),
            may_publish: v.may(Right::Publish),
            directs: v.may(Right::Direct),
            said,
            problem,
        })
    })
    .await
}

fn past(p: Publication, newest: u64, station: &Station, lang: Lang) -> Past {
    let word = |said: (String, String)| lang.one_of(said);
    Past {
        number: p.number,
        at: moment(station, p.at, lang),
        author: p.author,
        reason: p.reason,
        said: p.said.into_iter().map(word).collect(),
        accepted: p.accepted.into_iter().collect(),
        is_in_force: p.number == newest,
    }
}

/// A moment at the station: `mardi 24 novembre, 08:10:30`.
fn moment(station: &Station, at: jiff::Timestamp, lang: Lang) -> String {
    let civil = at.to_zoned(station.zone().clone());
    format!("{}, {}", Dates(lang).day(civil.date()), Dates::second(civil.time()))
}

fn acks(app: &App, station: &Station, live: &Arc<Vec<SiteView>>, lang: Lang) -> Vec<Ack> {
    let today = station.day_of(app.now());
    let one = |view: &SiteView| {
        let name = |id: SiteId| station.site(id).map_or_else(|| id.to_string(), |s| s.name.clone());
        Ack {
            name: name(view.site),
            published: (app.plans)(view.site, today).map_or(0, |p| p.plan.revision().0),
            loaded: view.vitals.as_ref().and_then(|v| v.revision).map(|r| r.0),
            since: view.revision_since.map(|at| moment(station, at, lang)),
        }
    };
    live.iter().map(one).collect()
}
