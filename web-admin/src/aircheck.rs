//! *Pige*: hearing what really went out, by site, day, hour and second.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::{Frames, SiteId};
use http_range_header::parse_range_header;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tower_http::services::ServeFile;

use crate::RecordedPiece;
use crate::asked::{self, SiteDay};
use crate::day::{SiteTab, tabs};
use crate::error::{Field, WebError};
use crate::finish::Spoken;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::Dates;

/// The longest clip of a page: it is cut in memory, 7 MB.
const CLIP_S_MAX: u64 = 600;
/// What is heard before and after a line of the as-run.
const AROUND: SignedDuration = SignedDuration::from_secs(10);
/// Lengths to choose from, in seconds.
const LENGTHS: [(u64, &str); 6] =
    [(10, "10 s"), (30, "30 s"), (60, "1 min"), (120, "2 min"), (300, "5 min"), (600, "10 min")];

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(flatten)]
    day: SiteDay,
    /// An hour to show, by the name of its piece's beginning: `08`.
    #[serde(default)]
    heure: String,
    /// A time of day to listen at.
    #[serde(default)]
    a: String,
    #[serde(default)]
    duree: String,
}

struct Hour {
    name: String,
    href: String,
    here: bool,
}

struct Run {
    name: String,
    trusted: bool,
}

struct Shown {
    name: String,
    href: String,
    runs: Vec<Run>,
}

struct Cut {
    name: String,
    href: String,
    file: String,
    kept: bool,
}

#[derive(Template)]
#[template(path = "aircheck.html")]
struct Page {
    f: Frame,
    nav: DayNav,
    tabs: Vec<SiteTab>,
    title: String,
    site: SiteId,
    hours: Vec<Hour>,
    at: String,
    length_s: u64,
    lengths: [(u64, &'static str); 6],
    clip: Option<Cut>,
    pieces: Vec<Shown>,
}

/// Where a line of the as-run can be heard with ten seconds on either side; long ones by their beginning.
pub(crate) fn around(site: SiteId, wall: Timestamp, length: Frames, zone: &TimeZone) -> Option<String> {
    let from = wall.checked_sub(AROUND).ok()?.to_zoned(zone.clone());
    let seconds = (length.0.div_ceil(Frames::from_secs(1).0) + 2 * AROUND.as_secs().unsigned_abs()).min(CLIP_S_MAX);
    let (day, at) = (from.date(), Dates::second(from.time()));
    Some(format!("/pige?site={site}&jour={day}&a={at}&duree={seconds}"))
}

/// `GET /pige`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<Asked>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let zone = station.zone().clone();
    let today = asked::today(now, &zone);
    let (site, day) = (q.day.site(&station)?, q.day.day(today)?);
    let (id, (from, to)) = (site.id, asked::bounds(&station, day)?);
    let length_s = length_of(&q.duree)?;
    let pieces = web.blocking(move |app| Ok::<_, WebError>(app.air_checks.pieces(id, from, to))).await?;
    let clip = match q.a.as_str() {
        "" => None,
        text => Some(cut(id, day, asked::time(text)?, length_s, &zone, &pieces)?),
    };
    let t = v.t();
    let here = if q.heure.is_empty() { None } else { Some(q.heure.as_str()) };
    let hour_of = |p: &RecordedPiece| p.runs.first().map(|r| Dates::minute(r.0.to_zoned(zone.clone()).time()));
    let mut hours: Vec<Hour> = Vec::new();
    for hour in pieces.iter().filter_map(hour_of).map(|minute| minute[..2].to_owned()) {
        if hours.last().is_none_or(|h| h.name != format!("{hour} h")) {
            let href = format!("/pige?site={id}&jour={day}&heure={hour}");
            hours.push(Hour { name: format!("{hour} h"), href, here: here == Some(hour.as_str()) });
        }
    }
    let is_shown = |p: &&RecordedPiece| here.is_some_and(|h| hour_of(p).is_some_and(|minute| minute.starts_with(h)));
    show(&Page {
        f: Frame::new(&v, Nav::AirCheck, format!("{} · {}", t.pige_title, site.name), now),
        nav: DayNav::new(t, "/pige", format!("&site={id}"), day, today),
        tabs: tabs(&station, id),
        title: Dates(v.lang).full(day),
        site: id,
        pieces: pieces.iter().filter(is_shown).map(|p| shown(id, p, &zone)).collect(),
        hours,
        at: q.a,
        length_s,
        lengths: LENGTHS,
        clip,
    })
}

/// The seconds of a clip: half a minute unless asked otherwise.
fn length_of(text: &str) -> Result<u64, WebError> {
    let seconds = if text.is_empty() { Ok(30) } else { text.parse() };
    seconds.ok().filter(|s| (1..=CLIP_S_MAX).contains(s)).ok_or(WebError::Unreadable(Field::Length))
}

fn cut(
    site: SiteId,
    day: Date,
    at: Time,
    length_s: u64,
    zone: &TimeZone,
    pieces: &[RecordedPiece],
) -> Result<Cut, WebError> {
    let bad = |_| WebError::Unreadable(Field::Time);
    let from = day.to_datetime(at).to_zoned(zone.clone()).map_err(bad)?.timestamp();
    let to = from.checked_add(SignedDuration::from_secs(length_s as i64)).map_err(bad)?;
    let kept = pieces.iter().flat_map(|p| &p.runs).any(|(begins, ends, _)| *begins < to && from < *ends);
    Ok(Cut {
        name: format!("{}, {length_s} s", Dates::second(at)),
        href: format!("/pige/extrait?site={site}&de={from}&duree={length_s}"),
        file: format!("{site}-{}.opus", from.to_string().replace(':', "")),
        kept,
    })
}

fn shown(site: SiteId, piece: &RecordedPiece, zone: &TimeZone) -> Shown {
    let second = |at: Timestamp| Dates::second(at.to_zoned(zone.clone()).time());
    let runs = piece
        .runs
        .iter()
        .map(|(from, to, trusted)| Run { name: format!("{} – {}", second(*from), second(*to)), trusted: *trusted });
    Shown { name: piece.name.clone(), href: format!("/pige/piece/{site}/{}", piece.name), runs: runs.collect() }
}

/// `GET /pige/piece/{site}/{piece}`: the recorded file itself, in ranges.
pub(crate) async fn piece(
    State(web): State<Web>,
    Path((site, piece)): Path<(String, String)>,
    request: Request,
) -> Result<Response, WebError> {
    let site: SiteId = site.parse().map_err(|_| WebError::NotFound)?;
    let found = web.blocking(move |app| app.air_checks.file(site, &piece).ok_or(WebError::NotFound));
    let served = ServeFile::new(found.await?).try_call(request).await.map_err(WebError::internal)?;
    Ok(as_audio(served.into_response()))
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ClipAsked {
    #[serde(default)]
    site: String,
    #[serde(default)]
    de: String,
    #[serde(default)]
    duree: String,
}

/// `GET /pige/extrait`: a clip, cut to the frame.
pub(crate) async fn clip(
    State(web): State<Web>,
    Query(q): Query<ClipAsked>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let site: SiteId = q.site.parse().map_err(|_| WebError::Unreadable(Field::Site))?;
    let from: Timestamp = q.de.parse().map_err(|_| WebError::Unreadable(Field::Time))?;
    let length = Frames::from_secs(length_of(&q.duree)?);
    let _permit = web.clips.try_acquire().map_err(|_| WebError::Busy)?;
    let bytes = web.blocking(move |app| app.air_checks.clip(site, from, length).ok_or(WebError::NotFound)).await?;
    Ok(as_audio(ranged(bytes.into(), &headers)))
}

/// What was asked for of `bytes` (RFC 9110 §14): browsers find the length of an Ogg clip by its end.
fn ranged(bytes: Bytes, headers: &HeaderMap) -> Response {
    let total = bytes.len() as u64;
    let asked = headers.get(RANGE).filter(|_| total > 0).and_then(|r| parse_range_header(r.to_str().ok()?).ok());
    let accept = (ACCEPT_RANGES, "bytes".to_owned());
    match asked.map(|ranges| ranges.validate(total)) {
        // Several pieces in one answer: nobody who plays sound asks for them, and the whole is always right.
        None => ([accept], bytes).into_response(),
        Some(Ok(ranges)) if ranges.len() != 1 => ([accept], bytes).into_response(),
        Some(Ok(ranges)) => {
            let (from, to) = (*ranges[0].start(), *ranges[0].end());
            let told = (CONTENT_RANGE, format!("bytes {from}-{to}/{total}"));
            let piece = bytes.slice(from as usize..=to as usize);
            (StatusCode::PARTIAL_CONTENT, [accept, told], piece).into_response()
        }
        Some(Err(_)) => {
            let told = [(CONTENT_RANGE, format!("bytes */{total}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, Extension(Spoken), told).into_response()
        }
    }
}

fn as_audio(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("audio/ogg"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
