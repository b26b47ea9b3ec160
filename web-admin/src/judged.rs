//! *Règles*: what the rules say of a site's week, of its plans, its cards and what was aired of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::{Severity, SiteId};
use jiff::civil::Date;
use scheduler::rules::{Asked, Breach};

use crate::App;
use crate::asked::{self, SiteDay};
use crate::day::{SiteTab, tabs};
use crate::error::WebError;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::stored::Stores;
use crate::visitor::Visitor;
use crate::wall::severity_class;
use crate::web::Web;
use crate::words::{Dates, Lang};

/// Sentences of one rule shown; the rest is counted.
const SENTENCES_MAX: usize = 20;

/// What one rule says.
struct Said {
    code: String,
    class: &'static str,
    /// The rule in the station's words.
    rule: &'static str,
    count: usize,
    /// Where and what, in the order of the week.
    lines: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct Page {
    f: Frame,
    here: &'static str,
    nav: DayNav,
    tabs: Vec<SiteTab>,
    title: String,
    said: Vec<Said>,
    silent: usize,
}

/// `GET /regles`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let today = asked::today(now, station.zone());
    let (site, day) = (q.site(&station)?.id, q.day(today)?);
    let monday = asked::shifted(day, -i64::from(day.weekday().to_monday_zero_offset()));
    let (t, lang) = (v.t(), v.lang);
    let said = web.blocking(move |app| Ok::<_, WebError>(by_rule(&of_week(app, site, monday)?, lang))).await?;
    let name = station.site(site).map_or_else(|| site.to_string(), |s| s.name.clone());
    show(&Page {
        f: Frame::new(&v, Nav::Grid, format!("{} · {name}", t.g().rules_title), now),
        here: "/regles",
        nav: DayNav::new(t, "/regles", format!("&site={site}"), monday, today).week(monday, today),
        tabs: tabs(&station, site),
        title: Dates(lang).full(monday),
        silent: scheduler::rules::all().count() - said.len(),
        said,
    })
}

/// Judges a week of a site.
fn of_week(app: &App, site: SiteId, monday: Date) -> Result<Vec<Breach>, WebError> {
    let station = app.station.borrow().clone();
    let Some(place) = station.site(site) else { return Ok(Vec::new()) };
    let days: Vec<Date> = (0..7).map(|n| asked::shifted(monday, n)).collect();
    let changes = app.store.changes(monday, asked::shifted(monday, 6)).map_err(WebError::internal)?;
    let sheets = crate::sheets(&app.catalogue.all().map_err(WebError::internal)?);
    let asked =
        Asked { station: &station, changes: &changes, sheets: &sheets, site: place, days: &days, now: app.now() };
    asked.breaches(&Stores::new(app), Vec::new())
}

/// By rule, the gravest first.
fn by_rule(found: &[Breach], lang: Lang) -> Vec<Said> {
    let mut all = BTreeMap::<(std::cmp::Reverse<Severity>, &str), Said>::new();
    for breach in found {
        let finding = &breach.finding;
        let rule = scheduler::rules::rule(&finding.code).map_or("", |r| r.rule_fr);
        let said = all.entry((std::cmp::Reverse(finding.severity), &finding.code)).or_insert_with(|| Said {
            code: finding.code.clone(),
            class: severity_class(finding.severity),
            rule,
            count: 0,
            lines: Vec::new(),
        });
        said.count += 1;
        let line = (place(breach, lang), lang.said(finding).to_owned());
        if said.lines.len() < SENTENCES_MAX && !said.lines.contains(&line) {
            said.lines.push(line);
        }
    }
    all.into_values().collect()
}

/// The day and the time that a breach speaks of.
fn place(breach: &Breach, lang: Lang) -> String {
    let Some(day) = breach.measured.day() else { return String::new() };
    let at = breach.measured.at_s().map(|s| format!(" {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
    format!("{}{}", Dates(lang).short(day), at.unwrap_or_default())
}
