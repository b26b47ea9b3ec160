//! One campaign: its sentence, its sites, its versions, and each airing with its proof to listen to.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use scheduler::Station;
use scheduler::proof::{Heard, Proof};
use scheduler::report::CampaignDay;
use scheduler::station::{Campaign, Hotline};

use super::count::{Asked, Period, proven};
use super::sentence::{count, rate, sentence};
use super::{PeriodForm, campaign, is_ready};
use crate::App;
use crate::aircheck;
use crate::asked;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang, ProofWords};

/// Most airings on one page, newest first: a week of the busiest campaign at seven sites.
const LINES_MAX: usize = 1000;

struct Spoken {
    tag: String,
    language: &'static str,
    count: u32,
}

struct Line {
    name: String,
    /// The numbers that its listeners are told, as they are spoken.
    hotline: String,
    promised: String,
    scheduled: String,
    aired: String,
    partly: String,
    missing: String,
    is_short: bool,
    compensating: String,
    proven: String,
    rate: String,
    languages: Vec<Spoken>,
    is_sum: bool,
}

struct Version {
    id: String,
    title: String,
    tag: String,
    language: &'static str,
    length: String,
    is_ready: bool,
}

struct Played {
    site: String,
    day: String,
    time: String,
    length: String,
    tag: String,
    language: &'static str,
    version: String,
    state: &'static str,
    class: &'static str,
    listen: Option<String>,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct Page {
    f: Frame,
    w: &'static ProofWords,
    period: PeriodForm,
    here: String,
    title: String,
    client: String,
    dates: String,
    sentence: String,
    is_over: bool,
    lines: Vec<Line>,
    versions: Vec<Version>,
    heard: Vec<Played>,
    heard_count: usize,
}

/// `GET /campagnes/{id}`
pub(crate) async fn page(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Query(q): Query<Asked>,
) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let period = q.period(asked::today(now, station.zone()))?;
    let frame = Frame::new(&v, Nav::Campaigns, campaign(&station, &id)?.title.clone(), now);
    let lang = v.lang;
    let page = web.blocking(move |app| shown(app, &station, &id, period, lang, frame)).await?;
    show(&page)
}

fn shown(app: &App, station: &Station, id: &str, period: Period, lang: Lang, f: Frame) -> Result<Page, WebError> {
    let campaign = campaign(station, id)?;
    let proof = proven(app, station, Some(id), period)?;
    let here = format!("/campagnes/{id}");
    let newest = proof.heard.iter().rev().take(LINES_MAX);
    let mut heard: Vec<&Heard> = newest.collect();
    heard.sort_by_key(|h| std::cmp::Reverse(h.airing.at));
    Ok(Page {
        w: lang.proof(),
        period: PeriodForm::new(here.clone(), period),
        here,
        title: campaign.title.clone(),
        client: campaign.client.clone(),
        dates: format!("{} – {}", campaign.start, campaign.end),
        sentence: sentence(&campaign.title, &proof.sum(id), period, campaign.sites.len(), lang),
        is_over: station.day_bounds(period.last).is_some_and(|(_, to)| to <= app.now()),
        lines: lines(station, campaign, &proof, lang),
        versions: versions(app, campaign, lang)?,
        heard: heard.into_iter().map(|h| played(h, station, lang)).collect(),
        heard_count: proof.heard.len(),
        f,
    })
}

fn lines(station: &Station, campaign: &Campaign, proof: &Proof, lang: Lang) -> Vec<Line> {
    let sites = proof.by(&campaign.id, |site, _| site);
    let mut lines: Vec<Line> = sites
        .iter()
        .map(|(id, day)| {
            let name = station.site(*id).map_or_else(|| id.to_string(), |s| s.name.clone());
            let told: Vec<&str> =
                campaign.hotlines.iter().filter(|h| h.serves(*id)).map(|h: &Hotline| h.spoken.as_str()).collect();
            Line { hotline: told.join(" · "), ..line(name, day, lang) }
        })
        .collect();
    let sum = line(lang.proof().total.to_owned(), &proof.sum(&campaign.id), lang);
    lines.push(Line { is_sum: true, ..sum });
    lines
}

fn line(name: String, day: &CampaignDay, lang: Lang) -> Line {
    let spoken = day.languages.iter().map(|(language, n)| {
        let tag = language.umbrella().to_string();
        Spoken { language: lang.words().language(&tag), tag, count: *n }
    });
    Line {
        name,
        hotline: String::new(),
        promised: count(day.promised),
        scheduled: count(day.scheduled),
        aired: count(day.aired),
        partly: count(day.partly),
        missing: count(day.missing),
        is_short: day.missing > 0,
        compensating: count(day.compensating),
        proven: count(day.proven),
        rate: rate(day, lang),
        languages: spoken.collect(),
        is_sum: false,
    }
}

fn versions(app: &App, campaign: &Campaign, lang: Lang) -> Result<Vec<Version>, WebError> {
    let version = |spot: &scheduler::station::Spot| {
        let tag = spot.lang.umbrella().to_string();
        Ok(Version {
            id: spot.id.clone(),
            title: spot.title.clone(),
            language: lang.words().language(&tag),
            tag,
            length: crate::text::length(domain::Frames::from_secs(u64::from(spot.duration_s))),
            is_ready: is_ready(&app.catalogue, campaign, spot)?,
        })
    };
    campaign.spots.iter().map(version).collect()
}

fn played(heard: &Heard, station: &Station, lang: Lang) -> Played {
    let (w, zone) = (lang.proof(), station.zone());
    let at = heard.airing.at.to_zoned(zone.clone());
    let (state, class) = match (heard.airing.is_whole, heard.is_held) {
        (true, true) => (w.state_held, "good"),
        (true, false) => (w.state_whole, "warning"),
        (false, _) => (w.state_partly, "bad"),
    };
    let tag = heard.language.to_string();
    Played {
        site: station.site(heard.site).map_or_else(|| heard.site.to_string(), |s| s.name.clone()),
        day: Dates(lang).short(at.date()),
        time: Dates::second(at.time()),
        length: crate::text::length(heard.airing.aired),
        language: lang.words().language(&tag),
        tag,
        version: heard.airing.asset.to_string(),
        state,
        class,
        listen: aircheck::around(heard.site, heard.airing.at, heard.airing.aired, zone),
    }
}
