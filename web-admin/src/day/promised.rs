//! *Conducteur*: the second-exact promises of one site and day.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Entry, Segment, Start, What};
use jiff::tz::TimeZone;

use super::{Remark, SiteTab, planned, remarks, tabs};
use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Words};

/// One line of the running order.
struct Line {
    at_ms: i64,
    ends_ms: i64,
    time: String,
    length: String,
    title: String,
    tag: String,
    language: &'static str,
    segment: &'static str,
    origin: &'static str,
    is_hard: bool,
    is_missing: bool,
    /// The programme's title, on the first line of a slot.
    heading: Option<String>,
}

#[derive(Template)]
#[template(path = "running.html")]
struct Page {
    f: Frame,
    nav: DayNav,
    tabs: Vec<SiteTab>,
    title: String,
    revision: u64,
    missing: usize,
    lines: Vec<Line>,
    remarks: Vec<Remark>,
}

/// Whether the bed stands where something was promised; a bed that fills up a break is what it should be.
pub(super) fn is_missing(entry: &Entry) -> bool {
    matches!(entry.what, What::Bed) && entry.segment != Segment::Fill
}

/// `GET /conducteur`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let today = asked::today(now, station.zone());
    let (site, day) = (q.site(&station)?, q.day(today)?);
    let t = v.t();
    let found = planned(&web, site.id, day).await?;
    let entries = found.as_ref().map_or(&[][..], |p| p.plan.entries());
    let name = |e: &Entry| station.programme(&e.programme).map_or_else(|| e.programme.to_string(), |p| p.title.clone());
    let mut before: Option<&Entry> = None;
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries {
        // A slot begins where its programme does, or where the same programme starts again at an exact time.
        let begins = before.is_none_or(|b| b.programme != entry.programme || entry.start == Start::Hard);
        lines.push(line(entry, begins.then(|| name(entry)), station.zone(), t));
        before = Some(entry);
    }
    let page = Page {
        f: Frame::new(&v, Nav::Plan, format!("{} · {}", t.plan_title, site.name), now),
        nav: DayNav::new(t, "/conducteur", format!("&site={}", site.id), day, today),
        tabs: tabs(&station, site.id),
        title: Dates(v.lang).full(day),
        revision: found.as_ref().map_or(0, |p| p.plan.revision().0),
        missing: entries.iter().filter(|e| is_missing(e)).count(),
        remarks: remarks(found.as_ref().map_or(&[][..], |p| &p.findings), v.lang),
        lines,
    };
    show(&page)
}

fn line(entry: &Entry, heading: Option<String>, zone: &TimeZone, t: &'static Words) -> Line {
    let tag = entry.language.umbrella().to_string();
    Line {
        at_ms: entry.at.as_millisecond(),
        ends_ms: entry.end().as_millisecond(),
        time: Dates::second(entry.at.to_zoned(zone.clone()).time()),
        length: crate::text::length(entry.length),
        title: entry.title.clone(),
        language: t.language(&tag),
        tag,
        segment: t.segment(entry.segment),
        origin: t.origin(entry.origin),
        is_hard: entry.start == Start::Hard,
        is_missing: is_missing(entry),
        heading,
    }
}
