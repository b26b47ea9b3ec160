//! One site's card: every text ready to be shown, so that page and live stream say the same.

use domain::{LiveReading, LiveState, NowNext, SiteId, Vitals};
use jiff::Timestamp;
use scheduler::Station;
use scheduler::station::Site;
use serde::Serialize;

use super::{equipment, multiplex, severity_class, trace, witness};
use crate::SiteView;
use crate::words::{Dates, Lang, Words};

/// Without an answer for this long a site counts as lost. hq asks once a second.
const CONTACT_S_MAX: i64 = 3;
/// Silence shorter than this is a pause between two words.
const SILENCE_S_MIN: f64 = 2.0;

/// What is on or next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Turn {
    pub title: String,
    pub programme: String,
    /// Language tag of the station, for colour and `lang`.
    pub tag: String,
    pub language: &'static str,
    pub at_ms: i64,
    pub ends_ms: i64,
}

/// One condition as a sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct AlarmLine {
    pub class: &'static str,
    pub text: String,
    pub since: String,
}

impl AlarmLine {
    /// A condition with the time since when it lasts.
    pub(super) fn new(alarm: &domain::Alarm, station: &Station, lang: Lang) -> Self {
        Self {
            class: severity_class(alarm.finding.severity),
            text: lang.said(&alarm.finding).to_owned(),
            since: Dates::second(alarm.since.to_zoned(station.zone().clone()).time()),
        }
    }
}

/// One card. Fields serialise as the live stream sends them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Card {
    pub site: String,
    pub name: String,
    pub frequency: String,
    /// `sound`, `silent`, `lost`, `never` or `wait`.
    pub state: &'static str,
    pub state_text: String,
    /// Newest RMS, ready to read; empty when there is none.
    pub level: String,
    pub silence_s: f64,
    pub trace: String,
    pub now: Option<Turn>,
    pub next: Option<Turn>,
    pub rung: Option<u8>,
    pub rung_text: String,
    pub contact_ms: Option<i64>,
    pub horizon: String,
    pub underrun: String,
    /// The multiplex that leaves for the exciter, in one line; empty where the site makes none.
    pub mpx: String,
    /// What a receiver hears off the air, in one line; empty where there is none.
    pub witness: String,
    /// What the site's transmitter says, in one line; empty when none is wired.
    pub equipment: String,
    pub clock_bad: bool,
    pub alarms: Vec<AlarmLine>,
    pub port: Option<u16>,
}

impl Card {
    pub(super) fn new(site: &Site, view: Option<&SiteView>, station: &Station, lang: Lang, now: Timestamp) -> Self {
        let t = lang.words();
        let vitals = view.and_then(|v| v.vitals.as_ref());
        let contact = view.and_then(|v| v.last_contact);
        let (state, state_text, silence_s) = state(vitals, contact, t, now);
        let newest = vitals.and_then(|v| v.levels.last()).and_then(|l| l.rms_dbfs);
        Self {
            site: site.id.to_string(),
            name: site.name.clone(),
            frequency: t.number(f64::from(site.frequency_khz) / 1000.0, 1),
            state,
            state_text,
            level: newest.map_or_else(String::new, |d| t.number(f64::from(d), 1)),
            silence_s,
            trace: vitals.map_or_else(String::new, |v| trace::packed(&v.levels)),
            now: vitals.and_then(|v| on_air(v, station, t)),
            next: vitals.filter(|v| guest(v).is_none()).and_then(|v| v.next.as_ref()).map(|n| turn(n, station, t)),
            rung: vitals.map(|v| v.rung.number()),
            rung_text: vitals.map_or_else(String::new, |v| rung(v, station, t)),
            contact_ms: contact.map(Timestamp::as_millisecond),
            horizon: horizon(vitals, station, lang),
            underrun: underrun(vitals, t),
            mpx: vitals.and_then(|v| v.mpx.as_ref()).map_or_else(String::new, |m| multiplex::line(m, t)),
            witness: vitals.and_then(|v| v.witness.as_ref()).map_or_else(String::new, |w| witness::line(w, t)),
            equipment: vitals.map_or_else(String::new, |v| equipment::line(&v.equipment, station, lang)),
            clock_bad: vitals.is_some_and(|v| !v.time_trusted),
            alarms: vitals.map_or_else(Vec::new, |v| alarms(v, station, lang)),
            port: view.and_then(|v| v.stream_port),
        }
    }

    /// The site's code again as a site, for links.
    pub(crate) fn id(&self) -> Option<SiteId> {
        self.site.parse().ok()
    }

    /// The language of what is on, for its chip's colour.
    pub(crate) fn now_tag(&self) -> &str {
        self.now.as_ref().map_or("none", |n| &n.tag)
    }

    /// The language of what is next.
    pub(crate) fn next_tag(&self) -> &str {
        self.next.as_ref().map_or("none", |n| &n.tag)
    }

    /// How well the site is carried, as a class.
    pub(crate) fn rung_class(&self) -> &'static str {
        match self.rung {
            Some(3 | 4) => "good",
            Some(1 | 2) => "warning",
            Some(0) => "bad",
            _ => "none",
        }
    }
}

fn state(
    vitals: Option<&Vitals>,
    contact: Option<Timestamp>,
    t: &Words,
    now: Timestamp,
) -> (&'static str, String, f64) {
    let (Some(vitals), Some(contact)) = (vitals, contact) else { return ("never", t.st_never.to_owned(), 0.0) };
    let age_s = now.as_second() - contact.as_second();
    let silence_s = trace::silence_s(&vitals.levels);
    if age_s > CONTACT_S_MAX {
        ("lost", t.st_lost.replace("{}", &span(age_s, t)), silence_s)
    } else if vitals.levels.is_empty() {
        ("wait", t.st_wait.to_owned(), 0.0)
    } else if silence_s >= SILENCE_S_MIN {
        ("silent", t.st_silent.replace("{}", &span(silence_s as i64, t)), silence_s)
    } else {
        ("sound", t.st_sound.to_owned(), silence_s)
    }
}

/// A length of time in one unit, as a person would say it.
pub(crate) fn span(seconds: i64, t: &Words) -> String {
    let (pattern, value) = match seconds {
        ..120 => (t.js_seconds, seconds),
        120..7200 => (t.js_minutes, seconds / 60),
        _ => (t.js_hours, seconds / 3600),
    };
    pattern.replace("{}", &value.to_string())
}

/// Who covers the plan now.
fn guest(v: &Vitals) -> Option<&LiveReading> {
    v.live.as_ref().filter(|l| matches!(l.state, LiveState::OnAir | LiveState::Holding))
}

/// What is heard: somebody live, or else what the plan has. What lies covered beneath is not on.
fn on_air(v: &Vitals, station: &Station, t: &Words) -> Option<Turn> {
    let Some(guest) = guest(v) else { return v.now.as_ref().map(|n| turn(n, station, t)) };
    Some(Turn {
        title: guest.person.clone(),
        programme: live(guest, v.read_at, station, t),
        tag: "none".to_owned(),
        language: "",
        at_ms: guest.since.unwrap_or(v.read_at).as_millisecond(),
        ends_ms: guest.until.as_millisecond(),
    })
}

fn turn(of: &NowNext, station: &Station, t: &Words) -> Turn {
    let programme = of.programme.parse().ok().and_then(|id| station.programme(&id)).map(|p| p.title.clone());
    let programme = programme.unwrap_or_else(|| of.programme.clone());
    let tag = of.language.parse::<domain::Language>().map(|l| l.umbrella().to_string()).unwrap_or_default();
    Turn {
        programme: if programme == of.title { String::new() } else { programme },
        title: of.title.clone(),
        language: t.language(&tag),
        tag,
        at_ms: of.at.as_millisecond(),
        ends_ms: of.ends.as_millisecond(),
    }
}

fn horizon(vitals: Option<&Vitals>, station: &Station, lang: Lang) -> String {
    let Some(until) = vitals.and_then(|v| v.plan_until) else { return lang.words().horizon_none.to_owned() };
    let local = until.to_zoned(station.zone().clone());
    format!("{} {}", Dates(lang).short(local.date()), Dates::minute(local.time()))
}

/// What sounds, and what the limiter has taken from it in the last second; who waits to be let on the air.
fn rung(v: &Vitals, station: &Station, t: &Words) -> String {
    let rung = match &v.live {
        Some(l) if guest(v).is_none() => format!("{} · {}", t.rung(v.rung), live(l, v.read_at, station, t)),
        _ => t.rung(v.rung).to_owned(),
    };
    match v.limited_db.filter(|db| *db <= -0.1) {
        Some(db) => format!("{rung} · {}", t.limiting.replace("{}", &t.number(f64::from(db), 1))),
        None => rung,
    }
}

fn live(l: &LiveReading, now: Timestamp, station: &Station, t: &Words) -> String {
    let pattern = match l.state {
        LiveState::OnAir => t.live_on,
        LiveState::Holding => t.live_holding,
        LiveState::Proving => t.live_proving,
        LiveState::Kept => t.live_kept,
        LiveState::Waiting => t.live_waiting,
    };
    let since = l.since.map(|at| Dates::minute(at.to_zoned(station.zone().clone()).time()));
    pattern
        .replace("{since}", &since.unwrap_or_default())
        .replace("{left}", &span((l.until.as_second() - now.as_second()).max(0), t))
        .replace("{ms}", &l.buffer_ms.to_string())
        .replace("{who}", &l.person)
}

fn underrun(vitals: Option<&Vitals>, t: &Words) -> String {
    let seconds = vitals.map_or(0.0, |v| v.underrun.as_secs_f64());
    if seconds == 0.0 { t.underrun_none.to_owned() } else { format!("{} s", t.number(seconds, 2)) }
}

fn alarms(vitals: &Vitals, station: &Station, lang: Lang) -> Vec<AlarmLine> {
    let line = |a: &domain::Alarm| AlarmLine::new(a, station, lang);
    let outputs = vitals.outputs.iter().filter_map(|o| o.trouble.as_ref()).map(|finding| AlarmLine {
        class: severity_class(finding.severity),
        text: lang.said(finding).to_owned(),
        since: String::new(),
    });
    vitals.alarms.iter().map(line).chain(outputs).take(32).collect()
}
