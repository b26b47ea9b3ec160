//! The same count as files: the attestation, a table for programs, a table for a spreadsheet.

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use scheduler::Station;
use scheduler::proof::Proof;
use scheduler::station::Campaign;

use super::attestation::{Attested, attestation};
use super::count::{Asked, Period, proven};
use super::{airings, campaign};
use crate::App;
use crate::asked;
use crate::error::WebError;
use crate::web::Web;

/// What a file is made of.
struct Made<'a> {
    app: &'a App,
    station: &'a Station,
    campaign: &'a Campaign,
    period: Period,
    proof: Proof,
}

async fn file(
    web: Web,
    id: String,
    q: Asked,
    (name, mime): (&str, &'static str),
    make: fn(&Made<'_>) -> Result<Vec<u8>, WebError>,
) -> Result<Response, WebError> {
    let station = web.app.station.borrow().clone();
    let period = q.period(asked::today(web.app.now(), station.zone()))?;
    let id = campaign(&station, &id)?.id.clone();
    let told = format!("attachment; filename=\"{id}-{}-{}-{name}\"", period.first, period.last);
    let bytes = web.blocking(move |app| {
        let proof = proven(app, &station, Some(&id), period)?;
        make(&Made { app, station: &station, campaign: campaign(&station, &id)?, period, proof })
    });
    let mut response = bytes.await?.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&told).map_err(WebError::internal)?);
    Ok(response)
}

/// `GET /campagnes/{id}/attestation.pdf`
pub(crate) async fn pdf(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(q): Query<Asked>,
) -> Result<Response, WebError> {
    file(web, id, q, ("attestation.pdf", "application/pdf"), |made| {
        let Period { first, last } = made.period;
        let (station, campaign, proof, at) = (made.station, made.campaign, &made.proof, made.app.now());
        attestation(&Attested { station, campaign, first, last, proof, at }).map_err(WebError::internal)
    })
    .await
}

/// `GET /campagnes/{id}/diffusions.csv`
pub(crate) async fn csv(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(q): Query<Asked>,
) -> Result<Response, WebError> {
    file(web, id, q, ("diffusions.csv", "text/csv; charset=utf-8"), |made| {
        airings::csv(&airings::rows(made.station, &made.proof.heard)).map_err(WebError::internal)
    })
    .await
}

/// `GET /campagnes/{id}/diffusions.xlsx`
pub(crate) async fn xlsx(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(q): Query<Asked>,
) -> Result<Response, WebError> {
    const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    file(web, id, q, ("diffusions.xlsx", SHEET), |made| {
        airings::xlsx(&airings::rows(made.station, &made.proof.heard), made.app.now()).map_err(WebError::internal)
    })
    .await
}
