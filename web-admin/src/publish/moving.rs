//! *Déplacer une case*: the network's week as it would be published, one slot of it moved or replaced, and what the rules say
//! before anybody accepts it.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use scheduler::station::{Day, Slot};
use scheduler::store::By;
use scheduler::{Moving, Proposal, Station};
use serde::Deserialize;

use super::act::{Fields, StoreErrorOf, field, note, reason};
use super::review::{self, Reviewed};
use crate::App;
use crate::error::{Field, WebError};
use crate::pages::{Frame, Nav, show};
use crate::people::Right;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang};

/// Which slot, and what shall become of it; empty where nothing was chosen yet.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    case: String,
    #[serde(default)]
    vers: String,
    #[serde(default)]
    emission: String,
    #[serde(default)]
    horloge: String,
    /// The move that takes the last one back, after one was laid down.
    #[serde(default)]
    retour: String,
}

impl Asked {
    fn moving(&self) -> Option<Moving> {
        let slot = self.case.clone();
        if slot.is_empty() {
            None
        } else if !self.vers.is_empty() {
            Some(Moving::To { slot, target: self.vers.clone() })
        } else if self.emission.is_empty() {
            None
        } else {
            let clock_format = Some(self.horloge.clone()).filter(|f| !f.is_empty());
            Some(Moving::Replace { slot, programme: self.emission.parse().ok()?, clock_format })
        }
    }
}

/// A day of the week in order.
struct Column {
    name: &'static str,
    cells: Vec<Cell>,
}

/// A slot of the week.
struct Cell {
    id: String,
    time: String,
    title: String,
    tag: String,
    minutes: u32,
    is_chosen: bool,
    is_target: bool,
    is_home: bool,
}

/// What was chosen, and what can be done with it.
struct Chosen {
    title: String,
    when: String,
    programmes: Vec<(String, String)>,
    /// Other recipes of the same length.
    formats: Vec<String>,
    homes: usize,
}

/// What a move would do.
enum Outcome {
    /// This, in one sentence; and what the rules say of it.
    Makes(String, Reviewed),
    /// No week, for this reason.
    Refused(String),
}

#[derive(Template)]
#[template(path = "moving.html")]
struct Page {
    f: Frame,
    here: &'static str,
    asked: Asked,
    week: Vec<Column>,
    chosen: Option<Chosen>,
    outcome: Option<Outcome>,
    /// A grid waits already; this move is laid upon it.
    waits: bool,
    may: bool,
}

impl Page {
    /// The slot and the target of the move that takes the last one back.
    fn back(&self) -> Option<(&str, &str)> {
        self.asked.retour.split_once(' ')
    }
}

/// The week that would be published: the one that waits, else the one in force.
fn drafted(app: &App) -> Result<(Station, bool), WebError> {
    let waiting = app.store.proposals().map_err(WebError::internal)?;
    for proposed in waiting {
        if let Proposal::Grid { toml } = proposed.act {
            return Ok((Station::parse(&toml).map_err(WebError::internal)?, true));
        }
    }
    Ok(((**app.station.borrow()).clone(), false))
}

/// `GET /grille/deplacer`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let page = web.blocking(move |app| made(app, &v, asked)).await?;
    show(&page)
}

fn made(app: &App, v: &Visitor, asked: Asked) -> Result<Page, WebError> {
    let (now, (station, waits)) = (app.now(), drafted(app)?);
    let outcome = asked.moving().map(|moving| outcome(app, &station, &moving, v)).transpose()?;
    Ok(Page {
        f: Frame::new(v, Nav::Grid, v.t().g().move_title, now),
        here: "/grille/deplacer",
        week: week(&station, &asked, v.lang),
        chosen: chosen(&station, &asked.case, v.lang),
        outcome,
        waits,
        may: v.may(Right::Publish),
        asked,
    })
}

fn title(station: &Station, slot: &Slot) -> String {
    station.programme(&slot.programme).map_or_else(|| slot.programme.to_string(), |p| p.title.clone())
}

fn day_name(day: Day, lang: Lang) -> &'static str {
    if lang == Lang::Fr { day.fr() } else { day.en() }
}

fn week(station: &Station, asked: &Asked, lang: Lang) -> Vec<Column> {
    let homes: Vec<&str> = if asked.case.is_empty() {
        Vec::new()
    } else {
        station.homes(&asked.case).iter().map(|s| s.id.as_str()).collect()
    };
    let column = |day: Day| {
        let mut slots: Vec<&Slot> = station.file().slot.iter().filter(|s| s.day == day).collect();
        slots.sort_by_key(|s| s.start);
        let cell = |s: &&Slot| Cell {
            id: s.id.clone(),
            time: Dates::minute(s.start),
            title: title(station, s),
            tag: station.programme(&s.programme).map_or_else(|| "none".to_owned(), |p| p.lang.umbrella().to_string()),
            minutes: s.duration_s / 60,
            is_chosen: s.id == asked.case,
            is_target: s.id == asked.vers,
            is_home: homes.contains(&s.id.as_str()),
        };
        Column { name: day_name(day, lang), cells: slots.iter().map(cell).collect() }
    };
    Day::WEEK.into_iter().map(column).collect()
}

fn chosen(station: &Station, id: &str, lang: Lang) -> Option<Chosen> {
    let slot = station.slot(id)?;
    let mut programmes: Vec<(String, String)> =
        station.programmes().iter().map(|p| (p.id.to_string(), p.title.clone())).collect();
    programmes.sort_by_key(|(_, title)| media::catalogue::sort_key(title));
    let formats = station.file().clock_format.iter().filter(|f| f.duration_s == slot.duration_s);
    Some(Chosen {
        title: title(station, slot),
        when: place(slot, lang),
        programmes,
        formats: formats.map(|f| f.id.clone()).filter(|f| *f != slot.clock_format).collect(),
        homes: station.homes(id).len(),
    })
}

/// `lundi 08:10, 50 min`
fn place(slot: &Slot, lang: Lang) -> String {
    format!("{} {}, {} min", day_name(slot.day, lang), Dates::minute(slot.start), slot.duration_s / 60)
}

/// What a move would make of the week, held against what waits or is in force.
fn outcome(app: &App, station: &Station, moving: &Moving, v: &Visitor) -> Result<Outcome, WebError> {
    let moved = match station.with_moved(moving) {
        Ok(moved) => moved,
        Err(why) => return Ok(Outcome::Refused(if v.lang == Lang::Fr { why.fr } else { why.en })),
    };
    let act = Proposal::Grid { toml: moved.to_toml().map_err(WebError::internal)? };
    let review = review::of_acts(app, station, &[act], app.now())?;
    Ok(Outcome::Makes(said(station, moving, v.lang), Reviewed::new(&review, station, v.lang)))
}

/// The move in one sentence.
fn said(station: &Station, moving: &Moving, lang: Lang) -> String {
    let named = |id: &str| {
        station.slot(id).map_or_else(|| id.to_owned(), |s| format!("« {} » ({})", title(station, s), place(s, lang)))
    };
    let t = lang.words().g();
    match moving {
        Moving::To { slot, target } => t.move_said.replacen("{}", &named(slot), 1).replacen("{}", &named(target), 1),
        Moving::Replace { slot, programme, .. } => {
            let new = station.programme(programme).map_or_else(|| programme.to_string(), |p| p.title.clone());
            t.move_replaced.replacen("{}", &named(slot), 1).replacen("{}", &format!("« {new} »"), 1)
        }
    }
}

/// `POST /grille/deplacer`: the week with this move waits to be published.
pub(crate) async fn submit(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let asked = Asked {
        case: field(&fields, "case").to_owned(),
        vers: field(&fields, "vers").to_owned(),
        emission: field(&fields, "emission").to_owned(),
        horloge: field(&fields, "horloge").to_owned(),
        retour: String::new(),
    };
    let (moving, reason) = (asked.moving().ok_or(WebError::Unreadable(Field::Form))?, reason(&fields)?);
    let back = web
        .blocking(move |app| {
            let (station, _) = drafted(app)?;
            let moved = station.with_moved(&moving).map_err(WebError::from)?;
            let act = Proposal::Grid { toml: moved.to_toml().map_err(WebError::internal)? };
            let why = format!("{} {reason}", said(&station, &moving, v.lang));
            let why = crate::one_line(&why, 400);
            let by = By { author: v.who(), reason: &why, at: app.now() };
            // What has become again what is in force no longer waits.
            let waits = moved.file() != app.station.borrow().file();
            if waits {
                app.store.propose(&act, by).map_err(StoreErrorOf)?;
            } else {
                app.store.withdraw(&act.key()).map_err(WebError::internal)?;
            }
            note(app, &v, "grid.move", &why, true)?;
            Ok::<_, WebError>(undoing(&station, &moved, &moving).filter(|_| waits))
        })
        .await?;
    let back = back.map_or_else(String::new, |(slot, target)| format!("?retour={slot}+{target}"));
    Ok(Redirect::to(&format!("/grille/deplacer{back}")).into_response())
}

/// The move that takes a move back, as slot and target; `None` for another programme, which is taken back by the one before.
fn undoing(before: &Station, after: &Station, moving: &Moving) -> Option<(String, String)> {
    let Moving::To { slot, target } = moving else { return None };
    let days = [before.slot(slot)?.day, before.slot(target)?.day];
    let near = after.file().slot.iter().filter(|s| days.contains(&s.day)).map(|s| &s.id);
    let likely = [(slot, target), (target, slot)].into_iter();
    let others = near.flat_map(|n| [(slot, n), (n, target), (target, n), (n, slot)]);
    let undoes = |(slot, target): &(&String, &String)| {
        let back = after.with_moved(&Moving::To { slot: (*slot).clone(), target: (*target).clone() });
        back.is_ok_and(|b| b.file().slot == before.file().slot)
    };
    likely.chain(others).find(undoes).map(|(slot, target)| (slot.clone(), target.clone()))
}
