//! One slot of the grid: what will air in it, why, and what may be put there.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Asset, AssetKind, Origin, Segment, SiteId, Status, What};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use scheduler::grid::hms;
use scheduler::station::Site;
use scheduler::{Changes, InForce, PlanInputs, Station};

use super::Asked as Typed;
use super::lanes::NETWORK;
use crate::error::{Field, WebError};
use crate::pages::show;
use crate::people::Right;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang, Words};
use crate::{App, asked};

/// Most assets in the list to choose from; the newest come first.
const CHOICES_MAX: usize = 200;

/// Which slot is meant.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `None` for the network's lane.
    pub site: Option<SiteId>,
    pub day: Date,
    pub start: Time,
}

impl Asked {
    pub(crate) fn read(site: &str, day: &str, start: &str, today: Date) -> Result<Self, WebError> {
        let site = match site {
            NETWORK => None,
            code => Some(code.parse().map_err(|_| WebError::Unreadable(Field::Site))?),
        };
        Ok(Self { site, day: asked::day(day, today)?, start: asked::time(start)? })
    }

    pub(crate) fn start_s(&self) -> u32 {
        self.start.hour() as u32 * 3600 + self.start.minute() as u32 * 60 + self.start.second() as u32
    }
}

/// The slot as found in the grid, whichever lane it is of.
pub(super) struct Found {
    pub programme: domain::ProgrammeId,
    pub title: String,
    pub language: Option<domain::Language>,
    pub start_s: u32,
    pub end_s: u32,
    pub origin: Origin,
    pub window: Option<String>,
    pub clock_format: String,
    /// A site that airs this slot: the lane's own, or the first that carries the network.
    pub heard_at: SiteId,
    /// Every site that carries it, for a slot of the network.
    pub carriers: Vec<SiteId>,
}

/// One asset that could air here.
pub(crate) struct Choice {
    pub id: String,
    pub label: String,
    pub is_chosen: bool,
}

/// The drawer beside the lanes.
#[derive(Template)]
#[template(path = "grid_slot.html")]
pub(crate) struct Drawer {
    pub t: &'static Words,
    pub csrf: String,
    pub lane: String,
    pub start_s: u32,
    pub title: String,
    pub tag: String,
    pub language: &'static str,
    pub place: String,
    pub time: String,
    pub origin: &'static str,
    pub clock_format: String,
    pub window: String,
    pub day: Date,
    pub start: String,
    pub reasons: Vec<String>,
    pub losers: Vec<(String, String)>,
    /// Its name in the grid, by which its feed is found.
    pub programme: String,
    pub asset: Option<String>,
    /// Whether nothing of it can be heard any more.
    pub is_over: bool,
    pub may_place: bool,
    pub choices: Vec<Choice>,
    pub sites: Vec<(String, String)>,
    pub said: Option<String>,
}

/// `GET /grille/case`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<Typed>) -> Result<Response, WebError> {
    let today = asked::today(web.app.now(), web.app.station.borrow().zone());
    show(&drawer(&web, &v, Asked::read(&q.site, &q.jour, &q.debut, today)?, None).await?)
}

/// Everything about one slot. Plans are made on a thread that may wait.
pub(super) async fn drawer(web: &Web, v: &Visitor, which: Asked, said: Option<String>) -> Result<Drawer, WebError> {
    let (v, lang) = (v.clone(), v.lang);
    web.blocking(move |app| {
        let station = app.station.borrow().clone();
        let changes = app.store.changes(which.day, which.day).map_err(WebError::internal)?;
        let found = find(&station, &changes, &which)?;
        let assets = app.catalogue.ready().map_err(WebError::internal)?;
        filled(app, &station, &v, &which, found, &assets, lang, said)
    })
    .await
}

pub(super) fn find(station: &Station, changes: &Changes, which: &Asked) -> Result<Found, WebError> {
    let start_s = which.start_s();
    let bad = WebError::Unreadable(Field::Time);
    if let Some(site) = which.site {
        let slot =
            station.programmes_on(site, which.day, changes).into_iter().find(|s| s.start_s == start_s).ok_or(bad)?;
        return Ok(Found {
            programme: slot.programme,
            title: slot.title,
            language: slot.language,
            start_s,
            end_s: slot.end_s,
            origin: slot.origin,
            window: slot.window,
            clock_format: slot.clock_format,
            heard_at: site,
            carriers: Vec::new(),
        });
    }
    let first = station.sites().first().map(|s| s.id).ok_or(bad.clone())?;
    let network = station.network_on(first, which.day, changes);
    let slot = network.into_iter().find(|s| s.start_s == start_s).ok_or(bad)?;
    let takes = |site: &&Site| {
        let own = station.programmes_on(site.id, which.day, changes);
        own.iter().any(|s| s.start_s == start_s && s.origin == Origin::Network)
    };
    let carriers: Vec<SiteId> = station.sites().iter().filter(takes).map(|s| s.id).collect();
    Ok(Found {
        title: slot.title,
        language: slot.language,
        start_s,
        end_s: slot.end_s,
        origin: Origin::Network,
        window: slot.window,
        clock_format: slot.clock_format,
        heard_at: carriers.first().copied().unwrap_or(first),
        carriers,
        programme: slot.programme,
    })
}

#[expect(clippy::too_many_arguments, reason = "all of them are read once, to fill one page")]
fn filled(
    app: &App,
    station: &Station,
    v: &Visitor,
    which: &Asked,
    found: Found,
    assets: &[Asset],
    lang: Lang,
    said: Option<String>,
) -> Result<Drawer, WebError> {
    let t = lang.words();
    let (reasons, losers) = reasons(app, station, which, &found, assets, lang)?;
    let asset = content(app, station, which, &found);
    let tag = found.language.as_ref().map_or_else(|| "mul".to_owned(), |l| l.umbrella().to_string());
    let name = |id: SiteId| station.site(id).map_or_else(|| id.to_string(), |s| s.name.clone());
    let placed = placed(app, which)?;
    let is_over = station.instant(which.day, found.end_s).is_some_and(|end| end <= app.now());
    Ok(Drawer {
        t,
        csrf: v.csrf().to_owned(),
        lane: which.site.map_or_else(|| NETWORK.to_owned(), |s| s.to_string()),
        start_s: found.start_s,
        language: t.language(&tag),
        tag,
        place: which.site.map_or_else(|| t.network.to_owned(), name),
        is_over,
        time: format!("{} · {}–{}", Dates(lang).day(which.day), hms(found.start_s), hms(found.end_s)),
        origin: t.origin(found.origin),
        window: found.window.clone().unwrap_or_default(),
        clock_format: found.clock_format.clone(),
        day: which.day,
        start: hms(found.start_s).to_string(),
        reasons,
        losers,
        programme: found.programme.to_string(),
        asset,
        may_place: v.may(Right::Place) && !is_over,
        choices: choices(assets, &found, placed.as_deref()),
        sites: found.carriers.iter().map(|s| (s.to_string(), name(*s))).collect(),
        title: found.title,
        said,
    })
}

fn placed(app: &App, which: &Asked) -> Result<Option<String>, WebError> {
    let of_day = app.store.placements(which.day, which.day).map_err(WebError::internal)?;
    let here = of_day.into_iter().find(|p| p.site == which.site && p.start == which.start);
    Ok(here.map(|p| p.asset.to_string()))
}

type Reasons = (Vec<String>, Vec<(String, String)>);

fn reasons(
    app: &App,
    station: &Station,
    which: &Asked,
    found: &Found,
    assets: &[Asset],
    lang: Lang,
) -> Result<Reasons, WebError> {
    let t = lang.words();
    let changes = app.store.changes(which.day, which.day).map_err(WebError::internal)?;
    let yesterday = which.day.yesterday().ok().and_then(|day| (app.plans)(found.heard_at, day));
    let mut said = Vec::new();
    if found.origin == Origin::Network {
        said.extend(which.site.map(|_| t.slot_from_network.to_owned()));
    } else {
        let network = station.network_on(found.heard_at, which.day, &changes);
        let under = network.into_iter().find(|s| s.start_s <= found.start_s && found.start_s < s.end_s);
        let title = under.map(|s| s.title).unwrap_or_default();
        said.push(t.slot_from_opt_out.replace("{}", &title));
    }
    let placements = app.store.placements(which.day, which.day).map_err(WebError::internal)?;
    let inputs = PlanInputs {
        placements: &placements,
        changes: &changes,
        yesterday: yesterday.as_ref().map(|p| &p.plan),
        ..PlanInputs::new(found.heard_at, which.day, station, assets)
    };
    let Some(at) = content_at(app, station, which, found) else { return Ok((said, Vec::new())) };
    let past = if at <= app.now() { (app.past)(found.heard_at, at) } else { None };
    let why = explained(&inputs, past.as_ref(), at)?;
    let word = |r: &scheduler::Reason| if lang == Lang::Fr { r.fr.clone() } else { r.en.clone() };
    let mut losers = Vec::new();
    if let Some(why) = why {
        said.extend(why.reasons.iter().map(word));
        losers = why.losers.iter().take(12).map(|l| (l.what.clone(), word(&l.reason))).collect();
    }
    let zone = station.zone();
    said.extend(past.map(|p| lang.one_of(p.said(at, zone))));
    if at <= app.now() {
        let heard = app.store.as_run_at(found.heard_at, at).map_err(WebError::internal)?;
        said.extend(heard.iter().map(|r| lang.one_of(scheduler::heard_said(r, zone))));
    }
    said.dedup();
    Ok((said, losers))
}

/// Why the plan of then had it, where one is kept; else why the plan of now has it.
fn explained(
    inputs: &PlanInputs<'_>,
    past: Option<&InForce>,
    at: Timestamp,
) -> Result<Option<scheduler::Why>, WebError> {
    let Some(past) = past else { return scheduler::why(inputs, at).map_err(WebError::internal) };
    let (station, changes) = past.grid.as_ref().map_or((inputs.station, inputs.changes), |(s, c)| (s, c));
    let then = PlanInputs { station, changes, ..*inputs };
    scheduler::why_given(&then, &past.plan, at).map_err(WebError::internal)
}

/// When the programme itself begins in this slot: after its opening.
fn content_at(app: &App, station: &Station, which: &Asked, found: &Found) -> Option<Timestamp> {
    let from = station.instant(which.day, found.start_s)?;
    let to = station.instant(which.day, found.end_s)?;
    let planned = (app.plans)(found.heard_at, which.day);
    let content = planned.as_ref().and_then(|p| {
        p.plan.entries().iter().find(|e| from <= e.at && e.at < to && e.segment == Segment::Content).map(|e| e.at)
    });
    Some(content.unwrap_or(from))
}

/// The title of what the plan plays in the slot; `None` when the bed holds its place.
fn content(app: &App, station: &Station, which: &Asked, found: &Found) -> Option<String> {
    let at = content_at(app, station, which, found)?;
    let planned = (app.plans)(found.heard_at, which.day)?;
    let entry = planned.plan.entry_at(at)?;
    matches!(entry.what, What::Audio { .. }).then(|| entry.title.clone())
}

/// What could air here, the likeliest first: editions of the programme, then its language, then the rest.
fn choices(assets: &[Asset], found: &Found, placed: Option<&str>) -> Vec<Choice> {
    let mut fit: Vec<&Asset> =
        assets.iter().filter(|a| a.status == Status::Ready && a.kind == AssetKind::Programme).collect();
    let rank = |a: &Asset| {
        let same_language = found.language.as_ref().is_some_and(|l| l.same_umbrella(&a.language));
        (a.programme.as_ref() != Some(&found.programme), !same_language)
    };
    fit.sort_by(|a, b| rank(a).cmp(&rank(b)).then(b.ready_since.cmp(&a.ready_since)));
    let choice = |a: &Asset| Choice {
        id: a.id.to_string(),
        label: format!("{} · {} · {}", a.title, a.language, crate::text::length(a.length)),
        is_chosen: placed == Some(a.id.as_str()),
    };
    fit.into_iter().take(CHOICES_MAX).map(choice).collect()
}
