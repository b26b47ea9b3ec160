//! One sound: its measurements, its picture, its player, and the two acts that decide whether it may air.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use domain::{AudioHash, Finding, Sensibility, SiteId, Status};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use media::catalogue::{Bar, Card, Flags, Standing, Step, Version};
use serde::Deserialize;

use super::list::shown_status;
use super::paper::{Row, Sheet};
use super::{asset_id, cues, protect};
use crate::error::{Field, WebError};
use crate::pages::{Frame, Nav, show};
use crate::people::{Act, Right};
use crate::text::length;
use crate::visitor::Visitor;
use crate::web::Web;
use crate::words::{Dates, Lang};

#[derive(Template)]
#[template(path = "asset.html")]
struct Page {
    f: Frame,
    card: Card,
    /// Of the canonical file.
    length_bytes: u64,
    findings: Vec<Finding>,
    tag: String,
    language: &'static str,
    programme: String,
    since: String,
    sites: String,
    may_decide: bool,
    may_hear: bool,
    may_protect: bool,
    sheet: Sheet,
    /// Categories that the station's rotations know.
    categories: Vec<String>,
    versions: Vec<Version>,
    history: Vec<Step>,
    zone: TimeZone,
}

impl Page {
    fn is_draft(&self) -> bool {
        self.card.asset.status != Status::Ready
    }

    fn is_withdrawn(&self) -> bool {
        self.card.asset.status == Status::Withdrawn
    }

    fn status(&self) -> &'static str {
        shown_status(&self.card, self.f.t).0
    }

    fn status_class(&self) -> &'static str {
        shown_status(&self.card, self.f.t).1
    }

    /// Whether nothing stands against an approval but the approval itself.
    fn may_be_approved(&self) -> bool {
        self.is_draft() && self.card.bar().is_none()
    }

    /// Whether older bytes are still aired while these wait.
    fn airs_on(&self) -> bool {
        self.is_draft() && self.versions.iter().any(|v| v.standing.approval().is_some())
    }

    fn when(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        format!("{} {}", Dates(self.f.v.lang).short(local.date()), Dates::minute(local.time()))
    }

    fn flag_words(&self, flags: Flags) -> String {
        let t = self.f.t;
        let words = [(flags.child, t.flag_child), (flags.survivor, t.flag_survivor), (flags.witness, t.flag_witness)];
        words.into_iter().filter_map(|(is, word)| is.then_some(word)).collect::<Vec<_>>().join(", ")
    }

    /// Every flag as stable word, words for people, and whether it is raised.
    fn flags(&self) -> [(&'static str, &'static str, bool); 3] {
        let (t, flags) = (self.f.t, self.card.paper.flags);
        [
            ("child", t.flag_child, flags.child),
            ("survivor", t.flag_survivor, flags.survivor),
            ("witness", t.flag_witness, flags.witness),
        ]
    }

    /// For whom a person may speak, as stable word, words for people, and whether it is said.
    fn sides(&self, person: &Row) -> [(&'static str, &'static str, bool); 5] {
        Sensibility::ALL.map(|s| (s.as_str(), self.f.t.g().side(s), s == person.sensibility))
    }

    /// What keeps it off the air, as a sentence.
    fn barred(&self) -> Option<String> {
        let t = self.f.t;
        match (self.card.bar()?, &self.card.trashed) {
            (_, Some(gone)) => Some(t.bar_trashed.replacen("{}", &self.when(gone.at), 1).replacen("{}", &gone.by, 1)),
            (Bar::Protected(flags), _) => Some(t.bar_protected.replace("{}", &self.flag_words(flags))),
            (Bar::ConsentRefused, _) => Some(t.bar_consent.to_owned()),
            _ => None,
        }
    }

    /// Who cleared it, as a sentence.
    fn cleared(&self) -> Option<String> {
        let clearance = self.card.clearance.as_ref().filter(|_| !self.card.paper.flags.is_empty())?;
        let said = self.f.t.bar_cleared.replacen("{}", &clearance.by, 1);
        Some(said.replacen("{}", &self.when(clearance.at), 1))
    }

    fn standing(&self, standing: &Standing) -> &'static str {
        self.f.t.standing(standing)
    }

    fn lang(&self) -> Lang {
        self.f.v.lang
    }

    fn length(&self) -> String {
        length(self.card.asset.length)
    }

    fn cues(&self) -> Vec<cues::Point> {
        cues::points(self.card.asset.cues, self.f.t)
    }

    /// What the ear may choose instead on a poor line, with the size of both.
    fn light(&self) -> String {
        let size = |bytes: u64| crate::text::size(bytes, self.f.t.decimal);
        let light = media::rendition::Rate::Kbit24.bytes_of(self.card.asset.length);
        self.f.t.asset_light.replacen("{}", &size(light), 1).replacen("{}", &size(self.length_bytes), 1)
    }

    /// For the picture's ruler, where a decimal point is law.
    fn seconds(&self) -> String {
        format!("{:.3}", self.card.asset.length.as_secs_f64())
    }

    fn level(&self, value: Option<f64>, unit: &str) -> String {
        value.map_or_else(|| "—".to_owned(), |v| format!("{} {unit}", self.f.t.number(v, 1)))
    }

    fn loudness(&self) -> String {
        self.level(self.card.asset.loudness.map(domain::Loudness::get), "LUFS")
    }

    fn peak(&self) -> String {
        self.level(self.card.asset.true_peak.map(domain::TruePeak::get), "dBTP")
    }

    fn gain(&self) -> String {
        self.level(Some(self.card.asset.gain.get()), "dB")
    }
}

/// `GET /mediatheque/{id}`
pub(crate) async fn page(State(web): State<Web>, v: Visitor, Path(id): Path<String>) -> Result<Response, WebError> {
    let id = asset_id(&id)?;
    let read = web.blocking(move |app| {
        let card = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        let findings = app.catalogue.findings(&id)?;
        let length_bytes = std::fs::metadata(app.ingest.shelf.path(&card.asset.hash)).map_or(0, |m| m.len());
        Ok::<_, WebError>((card, length_bytes, findings, app.catalogue.versions(&id)?, app.catalogue.history(&id)?))
    });
    let (card, length_bytes, findings, versions, history) = read.await?;
    let station = web.app.station.borrow().clone();
    let all_sites: Vec<SiteId> = station.sites().iter().map(|s| s.id).collect();
    let t = v.t();
    let tag = card.asset.language.umbrella().to_string();
    let programme = card.asset.programme.as_ref();
    let since = card.asset.ready_since.map(|s| {
        let local = s.to_zoned(station.zone().clone());
        let who = card.ready_by.as_deref().unwrap_or_default();
        format!("{} {} · {who}", Dates(v.lang).full(local.date()), Dates::minute(local.time()))
    });
    let sites: Vec<String> = card.asset.sites.iter().map(ToString::to_string).collect();
    show(&Page {
        f: Frame::new(&v, Nav::Library, card.asset.title.clone(), web.app.now()),
        language: t.language(&tag),
        tag,
        programme: programme
            .map_or_else(String::new, |p| station.programme(p).map_or_else(|| p.to_string(), |p| p.title.clone())),
        since: since.unwrap_or_default(),
        sites: if sites.is_empty() { t.asset_all_sites.to_owned() } else { sites.join(", ") },
        may_decide: v.may(Right::Approve),
        may_hear: protect::may_hear(&v, &card),
        may_protect: v.may(Right::Protect),
        sheet: Sheet::of(&card, &all_sites, station.zone()),
        categories: station.file().music.iter().flat_map(|m| &m.category).map(|c| c.id.clone()).collect(),
        zone: station.zone().clone(),
        card,
        length_bytes,
        findings,
        versions,
        history,
    })
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Decision {
    /// The bytes that were heard and seen on the page; others are not approved by this.
    #[serde(default)]
    hash: String,
    /// Why it is taken back.
    #[serde(default)]
    why: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Approve,
    Withdraw,
}

async fn decide(web: &Web, v: Visitor, id: &str, verb: Verb, decision: Decision) -> Result<Card, WebError> {
    let id = asset_id(id)?;
    let now = web.app.now();
    web.blocking(move |app| {
        let before = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
        let hash = before.asset.hash.to_string();
        let (act, detail) = match verb {
            Verb::Approve => {
                let seen: AudioHash = decision.hash.parse().map_err(|_| WebError::Unreadable(Field::Asset))?;
                app.catalogue.approve(&id, &seen, v.who(), now)?;
                ("asset.approve", hash)
            }
            Verb::Withdraw => {
                let why = crate::text::one_line(&decision.why, 200);
                app.catalogue.withdraw(&id, v.who(), now, &why)?;
                ("asset.withdraw", format!("{hash} {why}"))
            }
        };
        let line = Act { who: v.who(), address: &v.address, act, object: id.as_str(), detail: &detail, allowed: true };
        app.people.record(&line, now)?;
        app.replan.notify_one();
        app.catalogue.get(&id)?.ok_or(WebError::NotFound)
    })
    .await
}

fn back(card: &Card) -> Response {
    Redirect::to(&format!("/mediatheque/{}", card.asset.id)).into_response()
}

/// `POST /mediatheque/{id}/approuver`
pub(crate) async fn approve(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response, WebError> {
    Ok(back(&decide(&web, v, &id, Verb::Approve, decision).await?))
}

/// `POST /mediatheque/{id}/retirer`
pub(crate) async fn withdraw(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response, WebError> {
    Ok(back(&decide(&web, v, &id, Verb::Withdraw, decision).await?))
}

fn told(card: &Card) -> Json<serde_json::Value> {
    Json(serde_json::json!({
        "asset": card.asset.id.as_str(), "hash": card.asset.hash.to_string(),
        "status": media::catalogue::status_word(card.asset.status), "ready_by": card.ready_by,
    }))
}

/// `POST /api/assets/{id}/approve`: `{"hash":"…"}`
pub(crate) async fn approve_api(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> Result<Response, WebError> {
    Ok(told(&decide(&web, v, &id, Verb::Approve, decision).await?).into_response())
}

/// `POST /api/assets/{id}/withdraw`: `{"why":"…"}`
pub(crate) async fn withdraw_api(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> Result<Response, WebError> {
    Ok(told(&decide(&web, v, &id, Verb::Withdraw, decision).await?).into_response())
}
