//! *Antenne*: seven cards of what is measured now. Nothing here comes from a plan that nobody was heard to play.

mod card;
mod equipment;
mod multiplex;
mod stream;
mod trace;
mod wire;
mod witness;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Severity;
use jiff::Timestamp;
use scheduler::Station;

pub(crate) use card::{AlarmLine, Card};
pub(crate) use stream::events;
pub(crate) use wire::{api, finding};

use crate::error::WebError;
use crate::finish::MediaFrom;
use crate::pages::{Frame, Nav, show};
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::Lang;

/// The state of all sites in one sentence.
pub(crate) fn summary(cards: &[Card], lang: Lang) -> String {
    let t = lang.words();
    let sounding = cards.iter().filter(|c| c.state == "sound").count();
    let all = cards.len().to_string();
    if sounding == cards.len() {
        t.wall_sound_all.replace("{}", &all)
    } else {
        t.wall_sound_some.replacen("{}", &sounding.to_string(), 1).replacen("{}", &all, 1)
    }
}

/// The cards in the station's order; a site that hq never spoke of has a card too.
pub(crate) fn cards(web: &Web, lang: Lang, now: Timestamp) -> Vec<Card> {
    let station: std::sync::Arc<Station> = web.app.station.borrow().clone();
    let live = web.app.live.borrow().clone();
    let lacks = web.app.lacks.borrow().clone();
    let untold = web.app.untold.borrow().clone();
    let of = |site: &scheduler::station::Site| {
        let view = live.iter().find(|v| v.site == site.id);
        let mut card = Card::new(site, view, &station, lang, now);
        let own = untold.iter().filter(|(about, _)| *about == site.id);
        card.alarms.extend(own.map(|(_, alarm)| AlarmLine::new(alarm, &station, lang)));
        card.alarms.extend(crate::ahead::on_the_wall(&lacks, site.id, &station, lang, now));
        card
    };
    station.sites().iter().map(of).collect()
}

#[derive(Template)]
#[template(path = "wall.html")]
struct Page {
    f: Frame,
    cards: Vec<Card>,
    summary: String,
    words: String,
    jobs: crate::jobs::InShort,
}

impl Page {
    fn is_well(&self) -> bool {
        self.cards.iter().all(|c| c.state == "sound")
    }

    fn has_alarms(&self) -> bool {
        self.cards.iter().any(|c| !c.alarms.is_empty())
    }
}

/// The patterns that the page's own script fills in.
fn script_words(lang: Lang) -> String {
    let t = lang.words();
    let words = serde_json::json!({
        "silent": t.st_silent, "lost": t.st_lost, "ago": t.ago, "in": t.next_in, "hqGone": t.wall_hq_gone,
        "s": t.js_seconds, "min": t.js_minutes, "h": t.js_hours, "listen": t.listen, "stop": t.listen_stop,
        "listening": t.listening, "nowNone": t.now_none, "nextNone": t.next_none, "fail": t.listen_fail, "silence": t.silence_word, "decimal": t.decimal,
    });
    // Inside a script element only `<` could end it early.
    words.to_string().replace('<', "\\u003c")
}

/// `GET /antenne`
pub(crate) async fn page(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    let now = web.app.now();
    let cards = cards(&web, v.lang, now);
    let media = media_sources(&v, &cards);
    let summary = summary(&cards, v.lang);
    let f = Frame::new(&v, Nav::Wall, v.t().wall_title, now);
    let jobs = crate::jobs::in_short(&web, v.lang).await?;
    let mut response = show(&Page { f, cards, summary, words: script_words(v.lang), jobs })?;
    response.extensions_mut().insert(MediaFrom(media));
    Ok(response)
}

/// The ports that `<audio>` may play from, for the security policy.
fn media_sources(v: &Visitor, cards: &[Card]) -> String {
    let Some(host) = &v.host else { return String::new() };
    let ports = cards.iter().filter_map(|c| c.port);
    ports.map(|p| format!("http://{host}:{p}")).collect::<Vec<_>>().join(" ")
}

/// The word that a stylesheet knows for a severity.
pub(crate) const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Blocking => "bad",
    }
}
