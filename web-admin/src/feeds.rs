//! Public feeds: what each site airs in the coming days, for calendars, guides and receivers. Nothing in them is secret:
//! it is what everybody hears.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{ProgrammeId, SiteId};
use jiff::Span;
use jiff::civil::Date;
use scheduler::exchange::{Bearer, ical, services, si, xmltv};
use scheduler::{ProgrammeSlot, Station};

use crate::error::{Field, WebError};
use crate::web::Web;
use crate::{App, asked};

/// Days in a calendar or a listing: a week ahead, as people plan to listen.
const DAYS: usize = 7;

const CALENDAR: &str = "text/calendar; charset=utf-8";
const XML: &str = "application/xml; charset=utf-8";

/// `GET /flux/{file}`: `GAO.ics`, `GAO.xml` (XMLTV), or `reseau.xml` for every site.
pub(crate) async fn site(State(web): State<Web>, Path(file): Path<String>) -> Result<Response, WebError> {
    written(&web, move |app, station| {
        let (name, form) = file.split_once('.').ok_or(WebError::NotFound)?;
        let today = station.day_of(app.now());
        if (name, form) == ("reseau", "xml") {
            return Ok((XML, xmltv(station, &slots(app, station, None, (today, DAYS))?)));
        }
        let id: SiteId = name.parse().map_err(|_| WebError::NotFound)?;
        let site = station.site(id).ok_or(WebError::NotFound)?;
        let slots = slots(app, station, Some(id), (today, DAYS))?;
        match form {
            "ics" => Ok((CALENDAR, ical(station, &format!("Mikado FM {}", site.name), &slots, app.now()))),
            "xml" => Ok((XML, xmltv(station, &slots))),
            _ => Err(WebError::NotFound),
        }
    })
    .await
}

/// `GET /flux/emission/{file}`: `journal-fr.ics`, a programme at every site that airs it.
pub(crate) async fn programme(State(web): State<Web>, Path(file): Path<String>) -> Result<Response, WebError> {
    written(&web, move |app, station| {
        let id: ProgrammeId = file.strip_suffix(".ics").and_then(|n| n.parse().ok()).ok_or(WebError::NotFound)?;
        let title = station.programme(&id).ok_or(WebError::NotFound)?.title.clone();
        let mut slots = slots(app, station, None, (station.day_of(app.now()), DAYS))?;
        slots.retain(|s| s.programme == id);
        Ok((CALENDAR, ical(station, &title, &slots, app.now())))
    })
    .await
}

/// `GET /radiodns/spi/3.1/SI.xml`: what a receiver can tune to.
pub(crate) async fn service_information(State(web): State<Web>) -> Result<Response, WebError> {
    written(&web, |app, station| Ok((XML, services(station, app.now())))).await
}

/// `GET /radiodns/spi/3.1/fm/{country}/{identification}/{frequency}/{file}`: `20261124_PI.xml`, where the service is
/// named by its bearer as TS 102 818 orders it.
pub(crate) async fn programme_information(
    State(web): State<Web>,
    Path((country, identification, frequency, file)): Path<(String, String, String, String)>,
) -> Result<Response, WebError> {
    written(&web, move |app, station| {
        let bearer = format!("fm:{country}.{identification}.{frequency}").to_ascii_lowercase();
        let tuned = |s: &&scheduler::station::Site| Bearer::fm(s).is_some_and(|b| b.id == bearer);
        let site = station.sites().iter().find(tuned).ok_or(WebError::NotFound)?;
        let day = file.strip_suffix("_PI.xml").filter(|d| d.len() == 8 && d.bytes().all(|b| b.is_ascii_digit()));
        let day = Date::strptime("%Y%m%d", day.ok_or(WebError::NotFound)?).map_err(|_| WebError::NotFound)?;
        let day = asked::day(&day.to_string(), station.day_of(app.now()))?;
        Ok((XML, si(station, site, &slots(app, station, Some(site.id), (day, 1))?, app.now())))
    })
    .await
}

fn slots(
    app: &App,
    station: &Station,
    site: Option<SiteId>,
    (first, days): (Date, usize),
) -> Result<Vec<ProgrammeSlot>, WebError> {
    let last = first.checked_add(Span::new().days(DAYS as i64)).map_err(|_| WebError::Unreadable(Field::Day))?;
    let changes = app.store.changes(first, last).map_err(WebError::internal)?;
    let sites = station.sites().iter().map(|s| s.id).filter(|s| site.is_none_or(|asked| asked == *s));
    let of = |site| first.series(Span::new().days(1)).take(days).map(move |day| (site, day));
    Ok(sites.flat_map(of).flat_map(|(site, day)| station.programmes_on(site, day, &changes)).collect())
}

async fn written(
    web: &Web,
    write: impl FnOnce(&App, &Station) -> Result<(&'static str, String), WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let _permit = web.feeds.acquire().await.map_err(WebError::internal)?;
    let (kind, body) = web
        .blocking(move |app| {
            let station = app.station.borrow().clone();
            write(app, &station)
        })
        .await?;
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    // Readers ask again and again; five minutes old is new enough for a calendar.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(response)
}
