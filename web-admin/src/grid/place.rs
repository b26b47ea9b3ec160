//! *Mettre à l'antenne*: an asset put into one slot of one day.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use domain::{AssetId, SiteId};
use scheduler::Placement;
use serde::Deserialize;

use super::lanes::NETWORK;
use super::slot::{self, Asked};
use crate::error::{Field, WebError};
use crate::pages::show;
use crate::people::Act;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::{App, asked};

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Wish {
    /// The lane: `reseau` or a site.
    #[serde(default)]
    site: String,
    #[serde(default, alias = "day")]
    jour: String,
    #[serde(default, alias = "start")]
    debut: String,
    /// For a slot of the network: only this site's copy of it; empty for all that carry it.
    #[serde(default, rename = "pour", alias = "for")]
    only: String,
    #[serde(default)]
    asset: String,
}

/// `POST /grille/placer`
pub(crate) async fn submit(
    State(web): State<Web>,
    v: Visitor,
    headers: HeaderMap,
    Form(wish): Form<Wish>,
) -> Result<Response, WebError> {
    let (which, title) = placed(&web, &v, wish).await?;
    let said = v.t().slot_placed.replace("{}", &title);
    if headers.contains_key("hx-request") {
        return show(&slot::drawer(&web, &v, which, Some(said)).await?);
    }
    let lane = which.site.map_or_else(|| NETWORK.to_owned(), |s| s.to_string());
    let back = format!("/grille?jour={}&site={lane}&debut={}", which.day, which.start);
    Ok(Redirect::to(&back).into_response())
}

/// `POST /api/place`: `{"site":"GAO","day":"2026-11-24","start":"08:10","asset":"…"}`
pub(crate) async fn api(State(web): State<Web>, v: Visitor, Json(wish): Json<Wish>) -> Result<Response, WebError> {
    let (which, title) = placed(&web, &v, wish).await?;
    let site = which.site.map(|s| s.to_string());
    Ok(Json(serde_json::json!({ "site": site, "day": which.day.to_string(), "start": which.start.to_string(), "title": title }))
        .into_response())
}

async fn placed(web: &Web, v: &Visitor, wish: Wish) -> Result<(Asked, String), WebError> {
    let (v, now) = (v.clone(), web.app.now());
    web.blocking(move |app| {
        let station = app.station.borrow().clone();
        let which = Asked::read(&wish.site, &wish.jour, &wish.debut, asked::today(now, station.zone()))?;
        let changes = app.store.changes(which.day, which.day).map_err(WebError::internal)?;
        let found = slot::find(&station, &changes, &which)?;
        let site = target(&wish.only, &which, &found.carriers)?;
        let asset: AssetId = wish.asset.parse().map_err(|_| WebError::Unreadable(Field::Asset))?;
        let title = airable(app, &asset, site)?;
        let placement = Placement { site, day: which.day, start: which.start, asset };
        app.store.place(&placement, v.who(), now).map_err(WebError::internal)?;
        let lane = site.map_or_else(|| NETWORK.to_owned(), |s| s.to_string());
        let object = format!("{lane} {} {}", which.day, which.start);
        let act = Act {
            who: v.who(),
            address: &v.address,
            act: "grid.place",
            object: &object,
            detail: wish.asset.as_str(),
            allowed: true,
        };
        app.people.record(&act, now)?;
        app.replan.notify_one();
        Ok::<_, WebError>((which, title))
    })
    .await
}

/// The site that the placement is for: the lane's, or for the network's lane one that carries it, or all.
fn target(only: &str, which: &Asked, carriers: &[SiteId]) -> Result<Option<SiteId>, WebError> {
    if which.site.is_some() || only.is_empty() {
        return Ok(which.site);
    }
    let site: SiteId = only.parse().map_err(|_| WebError::Unreadable(Field::Site))?;
    if carriers.contains(&site) { Ok(Some(site)) } else { Err(WebError::Unreadable(Field::Site)) }
}

/// The title, when the asset may air: approved, barred by nothing, allowed at the site.
fn airable(app: &App, asset: &AssetId, site: Option<SiteId>) -> Result<String, WebError> {
    let ready = app.catalogue.ready().map_err(WebError::internal)?;
    let is_allowed = |sites: &[SiteId]| site.is_none_or(|s| sites.is_empty() || sites.contains(&s));
    let found = ready.into_iter().find(|a| a.id == *asset && is_allowed(&a.sites));
    found.map(|a| a.title).ok_or(WebError::Unreadable(Field::Asset))
}
