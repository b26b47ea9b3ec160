//! *Écrans*: what of each campaign fits into the breaks of a day, what moves, what is lost, and which rule is to blame.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::SiteId;
use jiff::civil::Date;
use scheduler::breaks::{Line, Sheet, sheet};
use scheduler::{Owed, PlanInputs, Station};

use crate::App;
use crate::asked::{self, SiteDay};
use crate::error::WebError;
use crate::grid::DayNav;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang, ProofWords};

/// A site's day, or a campaign's, added up.
struct Sum {
    name: String,
    href: Option<String>,
    asked: u32,
    placed: u32,
    moved: u32,
    lost: u32,
    /// `2 557 s / 6 165 s`, for a site.
    room: String,
}

/// A daypart that did not get what it asked for.
struct Trouble {
    campaign: String,
    title: String,
    site: String,
    daypart: String,
    placed: String,
    moved: String,
    lost: u32,
    blame: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "breaks.html")]
struct Page {
    f: Frame,
    w: &'static ProofWords,
    nav: DayNav,
    title: String,
    /// Added up by site, and by campaign, each under its heading.
    tables: [(&'static str, Vec<Sum>); 2],
    troubles: Vec<Trouble>,
}

/// `GET /ecrans`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(q): Query<SiteDay>) -> Result<Response, WebError> {
    let now = web.app.now();
    let station = web.app.station.borrow().clone();
    let today = asked::today(now, station.zone());
    let (day, lang) = (q.day(today)?, v.lang);
    let sheets = web.blocking(move |app| sheets(app, day)).await?;
    let w = lang.proof();
    show(&Page {
        f: Frame::new(&v, Nav::Campaigns, w.breaks_title, now),
        w,
        nav: DayNav::new(v.t(), "/ecrans", String::new(), day, today),
        title: Dates(lang).full(day),
        tables: [
            (w.by_site, sheets.iter().map(|s| of_site(&station, s)).collect()),
            (w.title, of_campaigns(&station, &sheets)),
        ],
        troubles: troubles(&station, &sheets, lang),
    })
}

/// Every site's day as it would be planned now, the day before known as it stands.
fn sheets(app: &App, day: Date) -> Result<Vec<Sheet>, WebError> {
    let station = app.station.borrow().clone();
    let eve = asked::shifted(day, -1);
    let assets = app.catalogue.ready().map_err(WebError::internal)?;
    let placements = app.store.placements(day, day).map_err(WebError::internal)?;
    let changes = app.store.changes(eve, day).map_err(WebError::internal)?;
    let from = app.now().checked_sub(Owed::WITHIN).unwrap_or(jiff::Timestamp::MIN);
    let mut debts = app.store.debts(from).map_err(WebError::internal)?;
    debts.retain(|d| d.is_open_on(day));
    let owed: Vec<Owed> = debts.into_iter().map(|d| d.owed).collect();
    let of = |site: SiteId| {
        let yesterday = (app.plans)(site, eve);
        let inputs = PlanInputs {
            placements: &placements,
            changes: &changes,
            owed: &owed,
            yesterday: yesterday.as_ref().map(|planned| &planned.plan),
            ..PlanInputs::new(site, day, &station, &assets)
        };
        sheet(&inputs).ok()
    };
    Ok(station.sites().iter().filter_map(|site| of(site.id)).collect())
}

fn of_site(station: &Station, sheet: &Sheet) -> Sum {
    let [asked, placed, moved, lost] = sheet.sums();
    let name = name(station, sheet.site);
    Sum { name, href: None, asked, placed, moved, lost, room: format!("{} s / {} s", sheet.used_s, sheet.room_s) }
}

fn of_campaigns(station: &Station, sheets: &[Sheet]) -> Vec<Sum> {
    let sum = |campaign: &scheduler::station::Campaign| {
        let own = sheets.iter().flat_map(|s| &s.lines).filter(|l| l.campaign == campaign.id);
        let none = Sum {
            name: campaign.title.clone(),
            href: Some(format!("/campagnes/{}", campaign.id)),
            asked: 0,
            placed: 0,
            moved: 0,
            lost: 0,
            room: String::new(),
        };
        own.fold(none, |mut sum, line| {
            sum.asked += line.asked;
            sum.placed += line.placed;
            sum.moved += line.moved.len() as u32;
            sum.lost += line.lost;
            sum
        })
    };
    station.campaigns().iter().map(sum).filter(|s| s.asked > 0).collect()
}

/// What is lost first, then what moves.
fn troubles(station: &Station, sheets: &[Sheet], lang: Lang) -> Vec<Trouble> {
    let all = sheets.iter().flat_map(|s| s.lines.iter().map(move |l| (s.site, l)));
    let mut open: Vec<(SiteId, &Line)> = all.filter(|(_, l)| l.placed < l.asked).collect();
    open.sort_by_key(|(_, l)| l.lost == 0);
    open.into_iter().map(|(site, line)| trouble(station, site, line, lang)).collect()
}

fn trouble(station: &Station, site: SiteId, line: &Line, lang: Lang) -> Trouble {
    let campaign = station.campaigns().iter().find(|c| c.id == line.campaign);
    let said = |b: &scheduler::breaks::Blame| {
        let sentence = if lang == Lang::Fr { &b.fr } else { &b.en };
        (b.code.clone(), sentence.clone())
    };
    Trouble {
        campaign: line.campaign.clone(),
        title: campaign.map_or_else(|| line.campaign.clone(), |c| c.title.clone()),
        site: name(station, site),
        daypart: line.daypart.clone(),
        placed: format!("{}/{}", line.placed, line.asked),
        moved: line.moved.iter().map(|t| Dates::minute(*t)).collect::<Vec<_>>().join(" · "),
        lost: line.lost,
        blame: line.blame.iter().map(said).collect(),
    }
}

fn name(station: &Station, site: SiteId) -> String {
    station.site(site).map_or_else(|| site.to_string(), |s| s.name.clone())
}
