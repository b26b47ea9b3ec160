//! *Couverture*: which languages each site hears on each day of a week, and their shares.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Language;
use jiff::civil::Date;
use scheduler::station::Site;
use scheduler::{Coverage, Share, Station, coverage};

use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Words};

/// A rule's figure as the station tuned it, or nothing where the rule has none.
fn figure(station: &Station, rule: &str, name: &str) -> Option<f64> {
    scheduler::rules::rule(rule)?.figure(name, &station.file().rule)
}

/// The least share of a language at a site in percent: its own floor there (R-LANG-02), else everybody's (R-LANG-03).
fn floor_pct(station: &Station, site: &Site, language: &Language, is_first: bool) -> f64 {
    let own = figure(station, "R-LANG-02", &format!("{}_{language}", site.id));
    let own = own.or_else(|| if is_first { figure(station, "R-LANG-02", site.id.as_str()) } else { None });
    own.or_else(|| figure(station, "R-LANG-03", "floor_pct")).unwrap_or_default()
}

/// One language at one site.
struct Line {
    tag: String,
    language: &'static str,
    variant: String,
    days: Vec<CellOfDay>,
    share: String,
    /// Where the bar ends, 0 to 100.
    pct: u32,
    class: &'static str,
    bound: String,
}

/// One language at one site on one day.
struct CellOfDay {
    minutes: u32,
    news: u32,
    is_short: bool,
}

struct Place {
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "coverage.html")]
struct Page {
    f: Frame,
    here: &'static str,
    nav: DayNav,
    title: String,
    days: Vec<String>,
    places: Vec<Place>,
}

/// `GET /couverture`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let today = asked::today(now, station.zone());
    let day = q.day(today)?;
    let monday = asked::shifted(day, -i64::from(day.weekday().to_monday_zero_offset()));
    let t = v.t();
    let places = web
        .blocking(move |app| {
            let station = app.station.borrow().clone();
            let changes = app.store.changes(monday, asked::shifted(monday, 7)).map_err(WebError::internal)?;
            let weeks = coverage(&station, &changes, monday);
            let sites = station.sites().iter().zip(&weeks);
            Ok::<_, WebError>(sites.map(|(site, week)| place(&station, site, week, t)).collect())
        })
        .await?;
    let dates = Dates(v.lang);
    show(&Page {
        f: Frame::new(&v, Nav::Grid, t.g().cover_title, now),
        here: "/couverture",
        nav: DayNav::new(t, "/couverture", String::new(), monday, today).week(monday, today),
        title: dates.full(monday),
        days: (0..7).map(|n| dates.short(asked::shifted(monday, n))).collect(),
        places,
    })
}

fn place(station: &Station, site: &Site, week: &Coverage, t: &'static Words) -> Place {
    let lines = site.languages.iter().enumerate().map(|(n, l)| line(station, site, (n == 0, l), week, t));
    Place { name: site.name.clone(), lines: lines.collect() }
}

fn line(station: &Station, site: &Site, (first, l): (bool, &Language), week: &Coverage, t: &'static Words) -> Line {
    let pct = 100.0 * week.share(l);
    let floor = floor_pct(station, site, l, first);
    let french_max = figure(station, "R-LANG-03", "fr_max_pct").unwrap_or(100.0);
    let news_min = figure(station, "R-LANG-01", "min_news_per_day").unwrap_or_default();
    let is_french = l.umbrella().as_str() == "fr";
    let low = pct + 0.05 < floor;
    let high = is_french && pct > french_max + 0.05;
    let day = |(_, day): &(Date, std::collections::BTreeMap<Language, Share>)| {
        let share = day.get(&l.umbrella()).copied().unwrap_or_default();
        CellOfDay {
            minutes: (share.spoken_s / 60.0).round() as u32,
            news: share.news,
            is_short: f64::from(share.news) < news_min,
        }
    };
    let variants = station.variants(site.id, l);
    Line {
        tag: l.umbrella().to_string(),
        language: t.language(l.umbrella().as_str()),
        variant: variants.iter().map(Language::as_str).collect::<Vec<_>>().join(" / "),
        days: week.days.iter().map(day).collect(),
        share: format!("{pct:.1}").replace('.', t.g().decimal),
        pct: pct.round() as u32,
        class: if low || high { "bad" } else { "good" },
        bound: if is_french { format!("≤ {french_max:.0}") } else { format!("≥ {floor:.0}") },
    }
}
