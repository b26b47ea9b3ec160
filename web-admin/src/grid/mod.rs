//! *Grille*: what is heard where, a day or a week at a time.

mod lanes;
mod place;
mod slot;
mod week;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

pub(crate) use place::{api as place_api, submit as place};
pub(crate) use slot::page as slot;

use crate::asked;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Words};
use lanes::Lane;
use slot::Drawer;

/// The station's languages in the legend's order.
pub(crate) const TAGS: [&str; 8] = ["fr", "bm", "son", "tmh", "ff", "dts", "ar", "mul"];

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    jour: String,
    #[serde(default)]
    vue: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    debut: String,
}

#[derive(Template)]
#[template(path = "grid_day.html")]
struct DayPage {
    f: Frame,
    nav: DayNav,
    title: String,
    lanes: Vec<Lane>,
    day_ms: i64,
    at: String,
    drawer: Option<Drawer>,
}

/// The arrows around a day or a week, and where they lead.
pub(crate) struct DayNav {
    pub t: &'static Words,
    pub path: &'static str,
    /// Further parameters that stay while the day changes, each with its `&`.
    pub keep: String,
    pub day: Date,
    pub before: Date,
    pub after: Date,
    pub is_today: bool,
    pub is_week: bool,
}

impl DayNav {
    pub(crate) fn new(t: &'static Words, path: &'static str, keep: String, day: Date, today: Date) -> Self {
        let (before, after) = (asked::shifted(day, -1), asked::shifted(day, 1));
        Self { t, path, keep, day, before, after, is_today: day == today, is_week: false }
    }

    /// The parameters that stay, to stand first in an address.
    pub(crate) fn kept(&self) -> &str {
        self.keep.trim_start_matches('&')
    }

    pub(crate) fn week(mut self, monday: Date, today: Date) -> Self {
        self.before = asked::shifted(monday, -7);
        self.after = asked::shifted(monday, 7);
        self.is_today = (monday..asked::shifted(monday, 7)).contains(&today);
        self.is_week = true;
        self
    }
}

/// `GET /grille`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<Asked>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let today = asked::today(now, station.zone());
    let day = asked::day(&q.jour, today)?;
    let t = v.t();
    if q.vue == "semaine" {
        return week::page(&web, &v, &station, day, today);
    }
    let asked_slot =
        (!q.site.is_empty() && !q.debut.is_empty()).then(|| slot::Asked::read(&q.site, &q.jour, &q.debut, today));
    let drawer = match asked_slot {
        Some(which) => Some(slot::drawer(&web, &v, which?, None).await?),
        None => None,
    };
    let at = drawer.as_ref().map_or(String::new(), |d| format!("{:.4}", f64::from(d.start_s) / 86_400.0));
    let changes = web.app.store.changes(day, day).map_err(WebError::internal)?;
    let lanes = lanes::of_day(&station, &changes, day, t, drawer.as_ref().map(|d| (d.lane.as_str(), d.start_s)));
    let (from, _) = asked::bounds(&station, day)?;
    let f = Frame::new(&v, Nav::Grid, t.grid_title, now);
    let nav = DayNav::new(t, "/grille", String::new(), day, today);
    show(&DayPage { f, nav, title: Dates(v.lang).full(day), lanes, day_ms: from.as_millisecond(), at, drawer })
}
