//! All campaigns of a period in one table.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use scheduler::Station;
use scheduler::proof::Proof;
use scheduler::station::Campaign;

use super::count::{Asked, Period, proven};
use super::sentence::{count, rate};
use super::{PeriodForm, is_ready};
use crate::App;
use crate::asked;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Lang, ProofWords};

/// One version of a campaign's message.
struct Version {
    tag: String,
    language: &'static str,
    is_ready: bool,
}

struct Row {
    id: String,
    title: String,
    client: String,
    dates: String,
    promised: String,
    scheduled: String,
    aired: String,
    missing: String,
    is_short: bool,
    compensating: String,
    proven: String,
    rate: String,
    versions: Vec<Version>,
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct Page {
    f: Frame,
    w: &'static ProofWords,
    period: PeriodForm,
    rows: Vec<Row>,
}

/// `GET /campagnes`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<Asked>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let period = q.period(asked::today(now, station.zone()))?;
    let lang = v.lang;
    let rows = web.blocking(move |app| rows(app, &station, period, lang)).await?;
    let w = lang.proof();
    show(&Page {
        f: Frame::new(&v, Nav::Campaigns, w.title, now),
        w,
        period: PeriodForm::new("/campagnes", period),
        rows,
    })
}

fn rows(app: &App, station: &Station, period: Period, lang: Lang) -> Result<Vec<Row>, WebError> {
    let proof = proven(app, station, None, period)?;
    station.campaigns().iter().map(|campaign| row(app, campaign, &proof, lang)).collect()
}

fn row(app: &App, campaign: &Campaign, proof: &Proof, lang: Lang) -> Result<Row, WebError> {
    let sum = proof.sum(&campaign.id);
    let version = |spot| {
        let is_ready = is_ready(&app.catalogue, campaign, spot)?;
        let tag = spot.lang.umbrella().to_string();
        Ok::<_, WebError>(Version { language: lang.words().language(&tag), tag, is_ready })
    };
    Ok(Row {
        id: campaign.id.clone(),
        title: campaign.title.clone(),
        client: campaign.client.clone(),
        dates: format!("{} – {}", campaign.start, campaign.end),
        promised: count(sum.promised),
        scheduled: count(sum.scheduled),
        aired: count(sum.aired),
        missing: count(sum.missing),
        is_short: sum.missing > 0,
        compensating: count(sum.compensating),
        proven: count(sum.proven),
        rate: rate(&sum, lang),
        versions: campaign.spots.iter().map(version).collect::<Result<_, _>>()?,
    })
}
