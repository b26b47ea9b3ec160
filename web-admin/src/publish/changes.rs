//! *Changements*: live events, seasons and feasts of the moon, in force and to be entered.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use scheduler::changes::Scope;
use scheduler::store::By;
use scheduler::{Changes, Override, Proposal, Station};
use serde::Deserialize;

use super::act::{Done, Fields, StoreErrorOf, field, note, reason, through_the_gate};
use super::wish::{self, Under};
use crate::App;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::people::Right;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang};

/// Days ahead that the page looks at: feasts and seasons of the next year, and a little more.
const AHEAD_DAYS: i64 = 400;
/// No month of the moon is longer.
const MONTH_DAYS: i64 = 30;

/// A live event in force or of the file.
struct Event {
    id: String,
    date: Date,
    title: String,
    when: String,
    places: String,
    recurs: bool,
    of_file: bool,
}

/// A season that is switched on.
struct On {
    season: String,
    name: String,
    from: Date,
    dates: String,
    is_now: bool,
    /// The calendar put it in force, and nobody takes it back but the moon.
    of_calendar: bool,
}

/// A feast of the moon that comes.
struct Feast {
    event: String,
    name: String,
    predicted: Date,
    day: String,
    /// What people said of it.
    moved: Option<i32>,
}

/// What was asked of the form for a live event, in its first step.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub date: String,
    #[serde(default)]
    pub debut: String,
    #[serde(default)]
    pub duree: String,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct Page {
    f: Frame,
    here: &'static str,
    events: Vec<Event>,
    on: Vec<On>,
    seasons: Vec<(String, String)>,
    feasts: Vec<Feast>,
    languages: Vec<(String, &'static str)>,
    sites: Vec<(String, String)>,
    waiting: usize,
    may: bool,
    today: Date,
    asked: Asked,
    under: Option<Under>,
}

/// `GET /changements`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let page = web.blocking(move |app| made(app, &v, asked)).await?;
    show(&page)
}

fn made(app: &App, v: &Visitor, asked: Asked) -> Result<Page, WebError> {
    let (now, station) = (app.now(), app.station.borrow().clone());
    let today = station.day_of(now);
    let last = today.saturating_add(Span::new().days(AHEAD_DAYS));
    let changes = app.store.changes(today, last).map_err(WebError::internal)?;
    let under = if asked.debut.is_empty() { None } else { Some(wish::under(&station, &changes, &asked, today)?) };
    let t = v.t();
    let languages = station.languages().iter().map(|l| (l.to_string(), t.language(l.as_str()))).collect();
    Ok(Page {
        f: Frame::new(v, Nav::Grid, t.g().changes_title, now),
        here: "/changements",
        events: events(&station, &changes, today, v.lang),
        on: on(&station, &changes, today, v.lang),
        seasons: seasons(&station, t.g().season_sunday),
        feasts: feasts(&station, &changes, today, v.lang),
        languages,
        sites: station.sites().iter().map(|s| (s.id.to_string(), s.name.clone())).collect(),
        waiting: app.store.proposals().map_err(WebError::internal)?.len(),
        may: v.may(Right::Publish),
        today,
        asked,
        under,
    })
}

/// Every season that can be switched on, with its name; Sunday's grid is one.
fn seasons(station: &Station, sunday: &str) -> Vec<(String, String)> {
    let known = station.seasons().iter().map(|s| (s.spec().id.clone(), s.spec().name_fr.clone()));
    known.chain([("dimanche".to_owned(), sunday.to_owned())]).collect()
}

fn events(station: &Station, changes: &Changes, today: Date, lang: Lang) -> Vec<Event> {
    let replaced = |o: &Override| changes.overrides.iter().any(|n| n.id() == o.id() && n.date() == o.date());
    let file = station.overrides().iter().filter(|o| !replaced(o)).map(|o| (o, true));
    let all = file.chain(changes.overrides.iter().map(|o| (o, false)));
    let coming = all.filter(|(o, _)| o.spec().rrule.is_some() || o.date() >= today);
    let mut found: Vec<Event> = coming
        .map(|(o, of_file)| {
            let spec = o.spec();
            let start = spec.start.map(Dates::minute).or(spec.anchor.map(|a| a.to_string())).unwrap_or_default();
            let places = match o.scope() {
                Scope::Network => lang.words().network.to_owned(),
                Scope::Sites(sites) => sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            };
            let minutes = (spec.planned_s + spec.overrun_s).div_ceil(60);
            Event {
                id: o.id().to_string(),
                date: o.date(),
                title: spec.title.clone(),
                when: format!("{}, {start}, {minutes} min", Dates(lang).day(o.date())),
                places,
                recurs: spec.rrule.is_some(),
                of_file,
            }
        })
        .collect();
    found.sort_by_key(|e| e.date);
    found
}

fn on(station: &Station, changes: &Changes, today: Date, lang: Lang) -> Vec<On> {
    let name = |id: &str| {
        let known = station.seasons().iter().find(|s| s.spec().id == id);
        known.map_or_else(|| lang.words().g().season_sunday.to_owned(), |s| s.spec().name_fr.clone())
    };
    let one = |s: &scheduler::changes::SeasonSwitched| On {
        season: s.season.clone(),
        name: name(&s.season),
        from: s.from,
        dates: format!("{} – {}", Dates(lang).day(s.from), Dates(lang).full(s.until)),
        is_now: s.from <= today && today <= s.until,
        of_calendar: false,
    };
    let switched = changes.seasons.iter().filter(|s| s.until >= today).map(one);
    switched.chain(by_calendar(station, changes, today, lang)).collect()
}

/// The seasons that the calendar puts in force, each with its days: from a month back, so that one that has begun is whole.
fn by_calendar(station: &Station, changes: &Changes, today: Date, lang: Lang) -> Vec<On> {
    let first = today.saturating_sub(Span::new().days(MONTH_DAYS));
    let mut found = Vec::<(&scheduler::Season, Date, Date)>::new();
    for day in first.series(Span::new().days(1)).take((MONTH_DAYS + AHEAD_DAYS) as usize) {
        for season in station.seasons_of_calendar(changes, day) {
            let yesterday = day.yesterday().ok();
            let known = found.iter_mut().find(|(s, _, last)| *s == season && Some(*last) == yesterday);
            match known {
                Some((.., last)) => *last = day,
                None => found.push((season, day, day)),
            }
        }
    }
    let coming = found.into_iter().filter(|(.., last)| *last >= today);
    let one = |(season, from, until): (&scheduler::Season, Date, Date)| On {
        season: season.spec().id.clone(),
        name: season.spec().name_fr.clone(),
        from,
        dates: format!(
            "{} – {}, {}",
            Dates(lang).day(from),
            Dates(lang).full(until),
            lang.words().g().season_by_calendar
        ),
        is_now: from <= today,
        of_calendar: true,
    };
    coming.map(one).collect()
}

fn feasts(station: &Station, changes: &Changes, today: Date, lang: Lang) -> Vec<Feast> {
    let mut found = Vec::<Feast>::new();
    let mut before: Vec<&str> = Vec::new();
    // One that was to begin yesterday may still be put off to today.
    let first = today.saturating_sub(Span::new().days(2));
    for day in first.series(Span::new().days(1)).take(AHEAD_DAYS as usize + 2) {
        let lunar = |o: &scheduler::calendar::Occasion<'_>| o.event.rule.starts_with("hijri ");
        let here: Vec<_> = Changes::NONE.occasions(station, day).into_iter().filter(lunar).map(|o| o.event).collect();
        for event in here.iter().filter(|e| day > first && !before.contains(&e.id.as_str())) {
            let said = changes.feasts.iter().find(|f| f.event == event.id && f.predicted == day);
            found.push(Feast {
                event: event.id.clone(),
                name: event.name_fr.clone(),
                predicted: day,
                day: Dates(lang).full(day),
                moved: said.map(|f| f.moved_days),
            });
        }
        before = here.iter().map(|e| e.id.as_str()).collect();
    }
    found
}

/// `POST /changements/direct`
pub(crate) async fn live(State(web): State<Web>, v: Visitor, Form(fields): Form<Fields>) -> Result<Response, WebError> {
    let today = web.app.station.borrow().day_of(web.app.now());
    let act = wish::live(&fields, today)?;
    entered(&web, v, act, fields).await
}

/// `POST /changements/direct/retirer`
pub(crate) async fn live_off(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let act = Proposal::LiveOff { id: field(&fields, "id").to_owned(), date: wish::date(&fields, "date")? };
    entered(&web, v, act, fields).await
}

/// `POST /changements/saison`
pub(crate) async fn season(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let (from, until) = (wish::date(&fields, "du")?, wish::date(&fields, "au")?);
    let act = Proposal::Season { season: field(&fields, "saison").to_owned(), from, until };
    entered(&web, v, act, fields).await
}

/// `POST /changements/saison/lever`
pub(crate) async fn season_off(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let act = Proposal::SeasonOff { season: field(&fields, "saison").to_owned(), from: wish::date(&fields, "du")? };
    entered(&web, v, act, fields).await
}

/// `POST /changements/fete`
pub(crate) async fn feast(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let moved_days = field(&fields, "decalage").parse().map_err(|_| WebError::Unreadable(crate::error::Field::Form))?;
    let act = Proposal::Feast {
        event: field(&fields, "fete").to_owned(),
        predicted: wish::date(&fields, "prevue")?,
        moved_days,
    };
    entered(&web, v, act, fields).await
}

/// Lays the change down; with `publier` it goes through the gate at once, and waits like others when that stops it.
async fn entered(web: &Web, v: Visitor, act: Proposal, fields: Fields) -> Result<Response, WebError> {
    let reason = reason(&fields)?;
    let at_once = !field(&fields, "publier").is_empty();
    let published = web
        .blocking(move |app| {
            let (now, station): (Timestamp, _) = (app.now(), app.station.borrow().clone());
            act.check(&station).map_err(WebError::from)?;
            let by = By { author: v.who(), reason: &reason, at: now };
            app.store.propose(&act, by).map_err(StoreErrorOf)?;
            note(app, &v, "grid.propose", &format!("{}: {reason}", act.key()), true)?;
            if !at_once {
                return Ok(false);
            }
            let done = through_the_gate(app, &v, &[act], &std::collections::BTreeMap::new(), &reason)?;
            Ok::<_, WebError>(matches!(done, Done::Published(_)))
        })
        .await?;
    Ok(Redirect::to(if published { "/changements" } else { "/publier" }).into_response())
}
