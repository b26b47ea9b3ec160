//! A site's day on one sheet of paper, and the second-exact running order as CSV.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{Entry, Segment, What};
use jiff::tz::TimeZone;
use scheduler::{Station, origin_word};

use super::planned;
use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Words};

/// One programme of the day.
struct Line {
    time: String,
    title: String,
    language: String,
    /// Whose it is, when it is not the network's.
    origin: &'static str,
    spots: usize,
    is_missing: bool,
}

#[derive(Template)]
#[template(path = "paper.html")]
struct Page {
    f: Frame,
    site: String,
    mhz: String,
    hotline: String,
    day: String,
    revision: u64,
    lines: Vec<Line>,
}

/// `GET /conducteur/feuille`
pub(crate) async fn sheet(State(web): State<Web>, v: Visitor, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let (site, day) = (q.site(&station)?, q.day(asked::today(now, station.zone()))?);
    let found = planned(&web, site.id, day).await?.ok_or(WebError::NotFound)?;
    let entries = found.plan.entries();
    let absent = super::promised::missing(entries);
    let mut flags = absent.iter().copied();
    let mut lines = Vec::new();
    for slot in entries.chunk_by(|one, next| !next.begins_slot_after(one)) {
        let own: Vec<bool> = flags.by_ref().take(slot.len()).collect();
        lines.push(line(slot, own.contains(&true), &station, v.t()));
    }
    show(&Page {
        f: Frame::new(&v, Nav::Plan, format!("{} {day}", site.id), now),
        site: site.name.clone(),
        mhz: format!("{:.1}", f64::from(site.frequency_khz) / 1000.0),
        hotline: site.hr_hotline.clone(),
        day: Dates(v.lang).full(day),
        revision: found.plan.revision().0,
        lines,
    })
}

fn line(slot: &[Entry], is_missing: bool, station: &Station, t: &'static Words) -> Line {
    let first = &slot[0];
    let content = slot.iter().find(|e| e.segment == Segment::Content).unwrap_or(first);
    let title = station.programme(&first.programme).map_or_else(|| first.programme.to_string(), |p| p.title.clone());
    Line {
        time: Dates::minute(first.at.to_zoned(station.zone().clone()).time()),
        title,
        language: content.language.umbrella().to_string(),
        origin: if first.origin == domain::Origin::Network { "" } else { t.origin(first.origin) },
        spots: slot.iter().filter(|e| e.segment == Segment::Spot).count(),
        is_missing,
    }
}

/// `GET /conducteur/csv`
pub(crate) async fn csv(State(web): State<Web>, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let station = web.app.station.borrow().clone();
    let (site, day) = (q.site(&station)?.id, q.day(asked::today(web.app.now(), station.zone()))?);
    let found = planned(&web, site, day).await?.ok_or(WebError::NotFound)?;
    let mut text = String::from("site,day,start,length_s,programme,title,lang,origin,segment,asset\n");
    for entry in found.plan.entries() {
        let row = record(entry, station.zone()).map(|field| quoted(&field)).join(",");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{site},{day},{row}");
    }
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = format!("attachment; filename=\"conducteur-{site}-{day}.csv\"");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(WebError::internal)?);
    Ok(response)
}

fn record(entry: &Entry, zone: &TimeZone) -> [String; 8] {
    let asset = match &entry.what {
        What::Audio { asset, .. } => asset.to_string(),
        What::Bed => String::new(),
    };
    [
        Dates::second(entry.at.to_zoned(zone.clone()).time()),
        format!("{:.3}", entry.length.as_secs_f64()),
        entry.programme.to_string(),
        entry.title.clone(),
        entry.language.to_string(),
        origin_word(entry.origin).to_owned(),
        format!("{:?}", entry.segment).to_ascii_lowercase(),
        asset,
    ]
}

/// A field quoted where RFC 4180 asks for it. What a spreadsheet would take for a formula gets an apostrophe.
fn quoted(field: &str) -> String {
    let field =
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_and_are_never_formulas() {
        assert_eq!(quoted("La «une», et plus"), "\"La «une», et plus\"");
        assert_eq!(quoted("dit \"oui\""), "\"dit \"\"oui\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("Midikado"), "Midikado");
    }
}
