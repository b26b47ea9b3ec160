//! The week: seven days under each other, opt-outs as coloured bars.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use scheduler::Station;

use super::DayNav;
use super::lanes::{self, Lane};
use crate::asked;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::Dates;

struct DayLanes {
    day: Date,
    title: String,
    is_today: bool,
    day_ms: i64,
    lanes: Vec<Lane>,
}

#[derive(Template)]
#[template(path = "grid_week.html")]
struct WeekPage {
    f: Frame,
    nav: DayNav,
    title: String,
    days: Vec<DayLanes>,
}

pub(super) fn page(
    web: &Web,
    v: &Visitor,
    station: &Arc<Station>,
    day: Date,
    today: Date,
) -> Result<Response, WebError> {
    let monday = asked::shifted(day, -i64::from(day.weekday().to_monday_zero_offset()));
    let changes = web.app.store.changes(monday, asked::shifted(monday, 6)).map_err(WebError::internal)?;
    let t = v.t();
    let mut days = Vec::with_capacity(7);
    for day in (0..7).map(|n| asked::shifted(monday, n)) {
        let (from, _) = asked::bounds(station, day)?;
        let lanes = lanes::of_day(station, &changes, day, t, None);
        let title = Dates(v.lang).day(day);
        days.push(DayLanes { day, title, is_today: day == today, day_ms: from.as_millisecond(), lanes });
    }
    let f = Frame::new(v, Nav::Grid, t.grid_title, web.app.now());
    let nav = DayNav::new(t, "/grille", "&vue=semaine".into(), day, today).week(monday, today);
    let title = format!("{} – {}", Dates(v.lang).day(monday), Dates(v.lang).full(asked::shifted(monday, 6)));
    show(&WeekPage { f, nav, title, days })
}
