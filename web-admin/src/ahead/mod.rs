//! *Préparation*: what the days lack that each site must be able to play alone.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::SiteId;
use jiff::Timestamp;
use scheduler::Station;
use scheduler::readiness::{ALARMS, Lack, Responsible, horizon};

use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::wall::AlarmLine;
use crate::web::Web;
use crate::words::{Dates, Lang, Words};

/// Lines of one site; a site without any sound would fill the page.
const LINES_MAX: usize = 60;

/// One slot without sound.
struct Line {
    at: String,
    title: String,
    who: String,
    since: String,
    instead: String,
    /// The alarm that has begun, in words.
    alarm: &'static str,
    class: &'static str,
}

/// A site with what it lacks.
struct Place {
    name: String,
    hours: i64,
    count: usize,
    urgent: usize,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "ready.html")]
struct Page {
    f: Frame,
    here: &'static str,
    places: Vec<Place>,
}

/// `GET /preparation`
pub(crate) async fn page(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    let (now, station) = (web.app.now(), web.app.station.borrow().clone());
    let lacks = web.app.lacks.borrow().clone();
    let place = |site: &scheduler::station::Site| {
        let own: Vec<&Lack> = lacks.iter().filter(|l| l.missing.site == site.id && l.missing.at >= now).collect();
        Place {
            name: site.name.clone(),
            hours: horizon(site).as_hours(),
            count: own.len(),
            urgent: own.iter().filter(|l| l.missing.alarm(now).is_some()).count(),
            lines: own.into_iter().take(LINES_MAX).map(|l| line(l, &station, v.lang, now)).collect(),
        }
    };
    let places = station.sites().iter().map(place).collect();
    let f = Frame::new(&v, Nav::Grid, v.t().g().ready_title, now);
    show(&Page { f, here: "/preparation", places })
}

fn line(l: &Lack, station: &Station, lang: Lang, now: Timestamp) -> Line {
    let t = lang.words();
    let (m, at) = (&l.missing, |at: Timestamp| {
        let civil = at.to_zoned(station.zone().clone());
        format!("{} {}", Dates(lang).short(civil.date()), Dates::minute(civil.time()))
    });
    let (alarm, class) = alarm(l, t, now);
    let title = |id: &domain::ProgrammeId| station.programme(id).map_or_else(|| id.to_string(), |p| p.title.clone());
    Line {
        at: at(m.at),
        title: m.title.clone(),
        who: match m.responsible {
            Responsible::Network => t.g().ready_network.to_owned(),
            Responsible::Site(site) => station.site(site).map_or_else(|| site.to_string(), |s| s.name.clone()),
        },
        since: at(l.since),
        instead: m.instead.as_ref().map_or_else(|| t.g().ready_bed.to_owned(), title),
        alarm,
        class,
    }
}

fn alarm(l: &Lack, t: &Words, now: Timestamp) -> (&'static str, &'static str) {
    match l.missing.alarm(now) {
        Some(lead) if lead == ALARMS[0] => (t.g().ready_h10, "bad"),
        Some(lead) if lead == ALARMS[1] => (t.g().ready_h2, "warning"),
        Some(_) => (t.g().ready_h24, "info"),
        None => ("", ""),
    }
}

/// What the wall says of a site's coming slots: the most urgent lack, and how many more are under the same alarm.
pub(crate) fn on_the_wall(
    lacks: &[Lack],
    site: SiteId,
    station: &Station,
    lang: Lang,
    now: Timestamp,
) -> Option<AlarmLine> {
    let t = lang.words();
    let begun = |l: &&Lack| l.missing.site == site && l.missing.at >= now && l.missing.alarm(now).is_some();
    let first = lacks.iter().filter(begun).min_by_key(|l| l.missing.at)?;
    let lead = first.missing.alarm(now);
    let more = lacks.iter().filter(begun).filter(|l| l.missing.alarm(now) == lead).count() - 1;
    let civil = first.missing.at.to_zoned(station.zone().clone());
    let (word, class) = alarm(first, t, now);
    let and = if more == 0 { String::new() } else { format!(" (+ {more})") };
    let (what, title) = (t.g().ready_alarm, &first.missing.title);
    Some(AlarmLine {
        class: if class == "bad" { "bad" } else { class },
        text: format!(
            "{what} : « {title} », {} {} · {word}{and}",
            Dates(lang).short(civil.date()),
            Dates::minute(civil.time())
        ),
        since: String::new(),
    })
}

/// `GET /api/readiness`
pub(crate) async fn api(State(web): State<Web>) -> Json<serde_json::Value> {
    let (now, lacks) = (web.app.now(), web.app.lacks.borrow().clone());
    let one = |l: &Lack| {
        serde_json::json!({
            "site": l.missing.site.to_string(), "at": l.missing.at.to_string(),
            "programme": l.missing.programme.as_str(), "title": l.missing.title, "since": l.since.to_string(),
            "alarm_min": l.missing.alarm(now).map(|a| a.as_mins()),
        })
    };
    Json(serde_json::json!({ "now": now.to_string(), "missing": lacks.iter().map(one).collect::<Vec<_>>() }))
}
