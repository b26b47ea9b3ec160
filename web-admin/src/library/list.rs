//! The list of sounds.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use domain::Status;
use media::catalogue::{Card, Filter, Order, Search, status_of, status_word};
use serde::Deserialize;

use crate::App;
use crate::error::WebError;
use crate::pages::{Frame, Nav, show};
use crate::people::Right;
use crate::text::{length, one_line, query_encoded};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Words};

/// Sounds on one page.
const PAGE: u32 = 50;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    etat: String,
    /// `titre`, or the newest first.
    #[serde(default)]
    tri: String,
    #[serde(default)]
    page: u32,
}

const BY_TITLE: &str = "titre";
/// What waits for a protection officer, and what was deleted: tabs beside those of the status.
const BLOCKED: &str = "bloque";
const TRASH: &str = "corbeille";

struct Row {
    id: String,
    title: String,
    programme: String,
    tag: String,
    language: &'static str,
    kind: &'static str,
    length: String,
    entered: String,
    status: &'static str,
    class: &'static str,
    has_bytes: bool,
}

struct Tab {
    href: String,
    name: &'static str,
    here: bool,
}

#[derive(Template)]
#[template(path = "library.html")]
struct Page {
    f: Frame,
    rows: Vec<Row>,
    count: u64,
    q: String,
    etat: &'static str,
    /// `titre` or nothing.
    sorted: &'static str,
    by_title: String,
    by_date: String,
    tabs: Vec<Tab>,
    before: Option<String>,
    after: Option<String>,
    may_upload: bool,
}

/// How a status looks.
/// Where a card stands, in words and as the class of its chip: the trash first, then what bars it, then its approval.
pub(super) fn shown_status(card: &Card, t: &Words) -> (&'static str, &'static str) {
    match () {
        () if card.trashed.is_some() => (t.lib_trash, "bad"),
        () if card.is_blocked() => (t.status_blocked, "bad"),
        () => (t.status(card.asset.status), status_class(card.asset.status)),
    }
}

const fn status_class(status: Status) -> &'static str {
    match status {
        Status::Draft => "warning",
        Status::Ready => "good",
        Status::Withdrawn => "bad",
    }
}

/// The cards of one page, and how many there are in all.
fn found(app: &App, filter: &Filter, in_trash: bool, page: u32) -> Result<(Vec<Card>, u64), media::Error> {
    if !in_trash {
        return Ok((app.catalogue.list(filter, page * PAGE, PAGE)?, app.catalogue.count(filter)?));
    }
    let cards = app.catalogue.trash()?;
    let count = cards.len() as u64;
    Ok((cards.into_iter().skip((page * PAGE) as usize).take(PAGE as usize).collect(), count))
}

/// `GET /mediatheque`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Query(asked): Query<Asked>) -> Result<Response, WebError> {
    let t = v.t();
    let q = one_line(&asked.q, 100);
    let status = status_of(&asked.etat);
    let order = if asked.tri == BY_TITLE { Order::Title } else { Order::Newest };
    let station = web.app.station.borrow().clone();
    let programmes = station.programmes().iter().map(|p| (&p.id, p.title.as_str()));
    let search = Search::new(&q).map(|search| search.naming(programmes));
    let (is_blocked, in_trash) = (asked.etat == BLOCKED, asked.etat == TRASH);
    let filter = Filter { search, status, order, is_blocked, ..Filter::default() };
    let page = asked.page.min(100_000);
    let (cards, count) = web.blocking(move |app| found(app, &filter, in_trash, page)).await?;
    let row = |card: Card| {
        let a = &card.asset;
        let tag = a.language.umbrella().to_string();
        let (status, class) = shown_status(&card, t);
        let programme = a.programme.as_ref();
        let entered = card.entered_at.to_zoned(station.zone().clone());
        Row {
            id: a.id.to_string(),
            title: a.title.clone(),
            programme: programme.and_then(|p| station.programme(p)).map_or_else(String::new, |p| p.title.clone()),
            language: t.language(&tag),
            tag,
            kind: t.kind(a.kind),
            length: length(a.length),
            entered: format!("{} {}", Dates(v.lang).short(entered.date()), Dates::minute(entered.time())),
            status,
            class,
            has_bytes: card.has_bytes(),
        }
    };
    let rows: Vec<Row> = cards.into_iter().map(row).collect();
    let kinds = [
        ("", t.lib_all),
        (status_word(Status::Draft), t.status_draft),
        (status_word(Status::Ready), t.status_ready),
        (status_word(Status::Withdrawn), t.status_withdrawn),
        (BLOCKED, t.status_blocked),
        (TRASH, t.lib_trash),
    ];
    let etat = kinds.map(|(word, _)| word).into_iter().find(|word| *word == asked.etat).unwrap_or_default();
    let sorted = if order == Order::Title { BY_TITLE } else { "" };
    let address = |etat: &str, tri: &str, page: u32| {
        format!("/mediatheque?q={}&etat={etat}&tri={tri}&page={page}", query_encoded(&q))
    };
    let href = |etat: &str, page: u32| address(etat, sorted, page);
    let tabs = kinds.map(|(word, name)| Tab { href: href(word, 0), name, here: word == etat }).into();
    let shown = u64::from(page) * u64::from(PAGE) + rows.len() as u64;
    show(&Page {
        f: Frame::new(&v, Nav::Library, t.lib_title, web.app.now()),
        before: (page > 0).then(|| href(etat, page - 1)),
        after: (shown < count && !rows.is_empty()).then(|| href(etat, page + 1)),
        by_title: address(etat, BY_TITLE, 0),
        by_date: address(etat, "", 0),
        sorted,
        tabs,
        rows,
        count,
        may_upload: v.may(Right::Upload),
        q,
        etat,
    })
}
