//! `GET /api/plan` and `GET /api/asrun`: a site's day for scripts.

use axum::Json;
use axum::extract::{Query, State};
use domain::{AsRun, Entry, Start, What};
use scheduler::origin_word;
use serde_json::{Value, json};

use super::promised::missing;
use super::{heard, planned};
use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::wall::finding;
use crate::web::Web;

fn which(web: &Web, q: &SiteDay) -> Result<(domain::SiteId, jiff::civil::Date), WebError> {
    let station = web.app.station.borrow();
    Ok((q.site(&station)?.id, q.day(asked::today(web.app.now(), station.zone()))?))
}

/// `GET /api/plan?site=GAO&day=2026-11-24`
pub(crate) async fn plan_api(State(web): State<Web>, Query(q): Query<SiteDay>) -> Result<Json<Value>, WebError> {
    let (site, day) = which(&web, &q)?;
    let found = planned(&web, site, day).await?.ok_or(WebError::NotFound)?;
    Ok(Json(json!({
        "site": site.as_str(),
        "day": day.to_string(),
        "revision": found.plan.revision().0,
        "entries": found.plan.entries().iter().zip(missing(found.plan.entries())).map(entry).collect::<Vec<_>>(),
        "findings": found.findings.iter().map(finding).collect::<Vec<_>>(),
    })))
}

fn entry((e, is_missing): (&Entry, bool)) -> Value {
    let (asset, hash, from) = match &e.what {
        What::Audio { asset, hash, from, .. } => (Some(asset.to_string()), Some(hash.to_string()), Some(from.0)),
        What::Bed => (None, None, None),
    };
    let start = match e.start {
        Start::Hard => "hard",
        Start::Soft => "soft",
        Start::Follows => "follows",
    };
    json!({
        "entry": e.id.as_str(), "at": e.at.to_string(), "length_frames": e.length.0, "start": start,
        "title": e.title, "programme": e.programme.as_str(), "language": e.language.as_str(),
        "origin": origin_word(e.origin), "asset": asset, "hash": hash, "from_frames": from, "missing": is_missing,
    })
}

/// `GET /api/asrun?site=GAO&day=2026-11-24`
pub(crate) async fn as_run_api(State(web): State<Web>, Query(q): Query<SiteDay>) -> Result<Json<Value>, WebError> {
    let (site, day) = which(&web, &q)?;
    let (records, reckoned) = heard::reckoned(&web, site, day).await?;
    let totals = reckoned.map(|r| {
        json!({
            "whole": r.total.whole, "partly": r.total.partly, "not": r.total.not, "not_yet": r.total.not_yet,
            "promised_frames": r.total.promised.0, "due_frames": r.total.due.0, "aired_frames": r.total.aired.0,
            "unplanned_frames": r.unplanned.values().map(|f| f.0).sum::<u64>(),
        })
    });
    Ok(Json(json!({
        "site": site.as_str(),
        "day": day.to_string(),
        "totals": totals,
        "records": records.iter().map(record).collect::<Vec<_>>(),
    })))
}

fn record(a: &AsRun) -> Value {
    json!({
        "boot": a.boot.to_string(), "seq": a.seq.0, "entry": a.entry.as_ref().map(ToString::to_string),
        "asset": a.asset.as_ref().map(ToString::to_string), "hash": a.audio.map(|h| h.to_string()),
        "from_frames": a.from.0, "at_frames": a.at.0, "length_frames": a.length.0,
        "wall": a.wall.map(|w| w.to_string()), "rung": a.rung.number(), "outcome": format!("{:?}", a.outcome).to_lowercase(),
    })
}
