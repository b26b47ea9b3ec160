//! *Conducteur*: the second-exact promises of one site and day.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Entry, Finding, Frames, Segment, Severity, Start, What};
use jiff::tz::TimeZone;
use scheduler::Station;

use super::{Remark, SiteTab, planned, remarks, tabs};
use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::wall::severity_class;
use crate::web::Web;
use crate::words::{Dates, Lang, Words};

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
    /// The bed fills a gap: nothing to be said about it.
    is_fill: bool,
    /// On the first line of a slot.
    heading: Option<Heading>,
}

/// What stands above the lines of a slot.
struct Heading {
    title: String,
    /// What the plan has to say about this slot, with its class.
    said: Vec<(&'static str, String)>,
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

/// A bed shorter than this closes a gap beside a jingle or a spot; a longer one, in a slot without any programme, stands
/// where the programme should be.
const GAP_MAX: Frames = Frames::from_secs(120);

/// For each entry whether the bed stands there because the programme's sound is missing.
pub(super) fn missing(entries: &[Entry]) -> Vec<bool> {
    let mut flags = Vec::with_capacity(entries.len());
    for slot in entries.chunk_by(|one, next| !next.begins_slot_after(one)) {
        let has_content = slot.iter().any(|e| e.segment == Segment::Content && matches!(e.what, What::Audio { .. }));
        flags.extend(slot.iter().map(|e| !has_content && matches!(e.what, What::Bed) && e.length >= GAP_MAX));
    }
    flags
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
    let findings = found.as_ref().map_or(&[][..], |p| &p.findings[..]);
    let absent = missing(entries);
    let mut lines = Vec::with_capacity(entries.len());
    let mut flags = absent.iter().copied();
    for slot in entries.chunk_by(|one, next| !next.begins_slot_after(one)) {
        let mut heading = Some(heading(slot, entries, findings, &station, v.lang));
        for (entry, is_missing) in slot.iter().zip(&mut flags) {
            lines.push(line(entry, is_missing, heading.take(), station.zone(), t));
        }
    }
    let page = Page {
        f: Frame::new(&v, Nav::Plan, format!("{} · {}", t.plan_title, site.name), now),
        nav: DayNav::new(t, "/conducteur", format!("&site={}", site.id), day, today),
        tabs: tabs(&station, site.id),
        title: Dates(v.lang).full(day),
        revision: found.as_ref().map_or(0, |p| p.plan.revision().0),
        missing: absent.iter().filter(|m| **m).count(),
        remarks: remarks(findings, v.lang),
        lines,
    };
    show(&page)
}

/// The programme's title and the findings that speak of a second within the slot.
fn heading(slot: &[Entry], day: &[Entry], findings: &[Finding], station: &Station, lang: Lang) -> Heading {
    let first = &slot[0];
    let title = station.programme(&first.programme).map_or_else(|| first.programme.to_string(), |p| p.title.clone());
    let midnight = day[0].at.as_second();
    let (from, to) = (first.at.as_second() - midnight, slot[slot.len() - 1].end().as_second() - midnight);
    let here = findings.iter().filter(|f| {
        let is_here = f.at_s.is_some_and(|s| (from..to).contains(&(s as i64)));
        is_here && f.severity != Severity::Info
    });
    Heading { title, said: here.map(|f| (severity_class(f.severity), lang.said(f).to_owned())).collect() }
}

fn line(entry: &Entry, is_missing: bool, heading: Option<Heading>, zone: &TimeZone, t: &'static Words) -> Line {
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
        is_missing,
        is_fill: !is_missing && matches!(entry.what, What::Bed),
        heading,
    }
}
