//! *Comparer*: two publications side by side, as what would be heard otherwise in the coming week.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Span;
use scheduler::Station;
use scheduler::review::{self, Review};
use scheduler::store::{Publication, StoreError};
use serde::Deserialize;

use super::act::StoreErrorOf;
use super::moment;
use super::review::Reviewed;
use crate::App;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::Lang;

/// Which two; the one in force and the one before it where nothing is said.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    de: Option<u64>,
    a: Option<u64>,
}

/// A publication to choose.
struct Choice {
    number: u64,
    label: String,
}

#[derive(Template)]
#[template(path = "between.html")]
struct Page {
    f: Frame,
    here: &'static str,
    choices: Vec<Choice>,
    from: u64,
    to: u64,
    reviewed: Option<Reviewed>,
}

/// `GET /publier/comparer?de=3&a=5`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let page = web.blocking(move |app| made(app, &v, asked)).await?;
    show(&page)
}

fn made(app: &App, v: &Visitor, asked: Asked) -> Result<Page, WebError> {
    let (now, station) = (app.now(), app.station.borrow().clone());
    let known = app.store.publications(scheduler::Store::MAX_PUBLICATIONS).map_err(WebError::internal)?;
    let newest = known.first().map_or(0, |p| p.number);
    let to = asked.a.unwrap_or(newest);
    let from = asked.de.unwrap_or_else(|| known.iter().map(|p| p.number).find(|n| *n < to).unwrap_or(to));
    let reviewed = if known.is_empty() { None } else { Some(between(app, &station, (from, to), now)?) };
    Ok(Page {
        f: Frame::new(v, Nav::Grid, v.t().g().compare_title, now),
        here: "/publier/comparer",
        choices: known.iter().map(|p| choice(p, &station, v.lang)).collect(),
        from,
        to,
        reviewed: reviewed.map(|r| Reviewed::new(&r, &station, v.lang)),
    })
}

fn choice(p: &Publication, station: &Station, lang: Lang) -> Choice {
    let reason = if p.reason.is_empty() { String::new() } else { format!(" · « {} »", p.reason) };
    Choice {
        number: p.number,
        label: format!("n° {} · {} · {}{reason}", p.number, moment(station, p.at, lang), p.author),
    }
}

/// What is heard otherwise in the seven days from today on.
fn between(app: &App, station: &Station, (from, to): (u64, u64), now: jiff::Timestamp) -> Result<Review, WebError> {
    let today = station.day_of(now);
    let days = (today, today.saturating_add(Span::new().days(7)));
    let state = |number| {
        let (toml, changes) = app.store.published(number, days).map_err(|why| match why {
            StoreError::NoPublication(_) => WebError::NotFound,
            other => StoreErrorOf(other).into(),
        })?;
        let station = Station::parse(&toml).map_err(WebError::internal)?;
        Ok::<_, WebError>((toml, station, changes))
    };
    let ((_, old, was), (toml, new, is)) = (state(from)?, state(to)?);
    let placements = app.store.placements(today, days.1).map_err(WebError::internal)?;
    let assets = app.catalogue.ready().map_err(WebError::internal)?;
    let (before, after) =
        (review::State { station: &old, changes: &was }, review::State { station: &new, changes: &is });
    Ok(Review::between((before, after), toml, (&assets, &placements), now))
}
