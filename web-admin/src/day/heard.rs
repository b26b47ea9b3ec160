//! *Réalisé*: what a site's output consumed, beside what it had been promised.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{AsRun, Entry, Outcome, What};
use jiff::tz::TimeZone;
use scheduler::reconcile as reckoning;
use scheduler::reconcile::{Kept, Reconciliation};

use super::{SiteTab, planned, tabs};
use crate::aircheck;
use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Words};

/// Most lines on one page, newest first. A day has about a thousand.
const LINES_MAX: usize = 3000;

struct Line {
    time: String,
    length: String,
    title: String,
    programme: String,
    tag: String,
    language: &'static str,
    segment: &'static str,
    rung: u8,
    rung_text: &'static str,
    outcome: &'static str,
    class: &'static str,
    /// Where it can be heard, ten seconds before and after.
    listen: Option<String>,
}

struct Absent {
    time: String,
    length: String,
    title: String,
    segment: &'static str,
}

#[derive(Template)]
#[template(path = "as_run.html")]
struct Page {
    f: Frame,
    nav: DayNav,
    tabs: Vec<SiteTab>,
    title: String,
    promised: u32,
    whole: u32,
    partly: u32,
    absent: u32,
    later: u32,
    unplanned: String,
    lines: Vec<Line>,
    absents: Vec<Absent>,
}

/// The facts of a day and their reckoning against the plan.
pub(super) async fn reckoned(
    web: &Web,
    site: domain::SiteId,
    day: jiff::civil::Date,
) -> Result<(Vec<AsRun>, Option<Reconciliation>), WebError> {
    let found = planned(web, site, day).await?;
    let now = web.app.now();
    let (from, to) = asked::bounds(&web.app.station.borrow(), day)?;
    web.blocking(move |app| {
        let heard = app.store.as_run(site, from, to).map_err(WebError::internal)?;
        let reckoned = found.map(|p| reckoning::reconcile(&p.plan, &heard, now));
        Ok::<_, WebError>((heard, reckoned))
    })
    .await
}

/// `GET /realise`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let today = asked::today(now, station.zone());
    let (site, day) = (q.site(&station)?, q.day(today)?);
    let t = v.t();
    let (heard, reckoned) = reckoned(&web, site.id, day).await?;
    let entries = reckoned.as_ref().map_or(&[][..], |r| &r.entries);
    let by_id: HashMap<&str, &Entry> = entries.iter().map(|e| (e.entry.id.as_str(), &e.entry)).collect();
    let zone = station.zone();
    let mut lines: Vec<Line> = heard.iter().map(|a| line(a, &by_id, zone, t)).collect();
    for l in &mut lines {
        if let Some(programme) = l.programme.parse().ok().and_then(|id| station.programme(&id)) {
            l.programme.clone_from(&programme.title);
        }
    }
    lines.reverse();
    lines.truncate(LINES_MAX);
    let total = reckoned.as_ref().map(|r| r.total).unwrap_or_default();
    // A bed promises nothing: it cannot be absent.
    let owed = entries.iter().filter(|e| e.kept == Kept::Not && matches!(e.entry.what, What::Audio { .. }));
    let absents = owed.map(|e| absent(&e.entry, zone, t));
    let page = Page {
        f: Frame::new(&v, Nav::AsRun, format!("{} · {}", t.asrun_title, site.name), now),
        nav: DayNav::new(t, "/realise", format!("&site={}", site.id), day, today),
        tabs: tabs(&station, site.id),
        title: Dates(v.lang).full(day),
        promised: total.whole + total.partly + total.not + total.not_yet,
        whole: total.whole,
        partly: total.partly,
        absent: total.not,
        later: total.not_yet,
        unplanned: unplanned(reckoned.as_ref()),
        absents: absents.take(LINES_MAX).collect(),
        lines,
    };
    show(&page)
}

fn unplanned(reckoned: Option<&Reconciliation>) -> String {
    let frames = reckoned.map_or(0, |r| r.unplanned.values().map(|f| f.0).sum());
    crate::text::length(domain::Frames(frames))
}

fn line(heard: &AsRun, by_id: &HashMap<&str, &Entry>, zone: &TimeZone, t: &'static Words) -> Line {
    let entry = heard.entry.as_ref().and_then(|id| by_id.get(id.as_str()));
    let asset = heard.asset.as_ref().map(ToString::to_string);
    let named = entry.map(|e| e.title.clone()).or(asset);
    let (outcome, class) = match heard.outcome {
        Outcome::Whole => (t.out_whole, "good"),
        Outcome::Joined => (t.out_joined, "warning"),
        Outcome::Cut => (t.out_cut, "warning"),
        Outcome::Damaged => (t.out_damaged, "bad"),
        Outcome::Stopped => (t.out_stopped, "warning"),
    };
    let tag = entry.map_or_else(|| "none".to_owned(), |e| e.language.umbrella().to_string());
    Line {
        listen: heard.wall.and_then(|wall| aircheck::around(heard.site, wall, heard.length, zone)),
        time: heard
            .wall
            .map_or_else(|| t.time_untrusted.to_owned(), |w| Dates::second(w.to_zoned(zone.clone()).time())),
        length: crate::text::length(heard.length),
        title: named.unwrap_or_else(|| t.rung(heard.rung).to_owned()),
        programme: entry.map_or_else(String::new, |e| e.programme.to_string()),
        language: if entry.is_some() { t.language(&tag) } else { "" },
        tag,
        segment: entry.map_or("", |e| t.segment(e.segment)),
        rung: heard.rung.number(),
        rung_text: t.rung(heard.rung),
        outcome,
        class,
    }
}

fn absent(entry: &Entry, zone: &TimeZone, t: &'static Words) -> Absent {
    Absent {
        time: Dates::second(entry.at.to_zoned(zone.clone()).time()),
        length: crate::text::length(entry.length),
        title: entry.title.clone(),
        segment: t.segment(entry.segment),
    }
}
