//! The shapes in which plans are printed: JSON, CSV, tables.

use domain::{Entry, Fit, Segment, SitePlan, Start, What};
use jiff::tz::TimeZone;
use scheduler::{ProgrammeSlot, origin_word};
use serde_json::{Value, json};

use crate::speech::Tongue;

/// An entry as JSON, second-exact and with its exact bytes.
pub(super) fn entry_json(e: &Entry) -> Value {
    let (what, asset, hash, from, gain) = match &e.what {
        What::Audio { asset, hash, from, gain, .. } => {
            ("audio", Some(asset.to_string()), Some(hash.to_string()), Some(from.0), Some(gain.get()))
        }
        What::Bed => ("bed", None, None, None, None),
    };
    json!({
        "id": e.id.as_str(), "at": e.at.to_string(), "ends": e.end().to_string(), "length_frames": e.length.0,
        "start": start_word(e.start), "fit": fit_word(e.fit), "what": what, "asset": asset, "hash": hash,
        "from_frames": from, "gain_db": gain, "programme": e.programme.as_str(), "title": e.title,
        "language": e.language.as_str(), "origin": origin_word(e.origin), "segment": segment_word(e.segment),
    })
}

/// A whole plan as JSON.
pub(super) fn plan_json(plan: &SitePlan, published: bool) -> Value {
    json!({
        "site": plan.site().to_string(), "day": plan.day().to_string(), "revision": plan.revision().0,
        "published": published, "entries": plan.entries().iter().map(entry_json).collect::<Vec<_>>(),
    })
}

/// A programme of the grid as JSON: the columns of its CSV.
pub(super) fn slot_json(s: &ProgrammeSlot) -> Value {
    json!({
        "site": s.site.to_string(), "day": s.day.to_string(), "start_s": s.start_s, "end_s": s.end_s,
        "duration_s": s.end_s - s.start_s, "programme": s.programme.as_str(), "title": s.title,
        "lang": s.language.as_ref().map(domain::Language::as_str), "origin": origin_word(s.origin),
        "window": s.window, "clock": s.clock_format,
    })
}

/// The columns of [`entry_record`].
pub(super) const ENTRY_COLUMNS: [&str; 13] = [
    "site",
    "day",
    "at",
    "length_s",
    "start",
    "segment",
    "programme",
    "title",
    "lang",
    "origin",
    "what",
    "asset",
    "from_s",
];

/// An entry as a line of CSV.
pub(super) fn entry_record(plan: &SitePlan, e: &Entry) -> [String; 13] {
    let (what, asset, from_s) = match &e.what {
        What::Audio { asset, from, .. } => ("audio", asset.to_string(), format!("{:.3}", from.as_secs_f64())),
        What::Bed => ("bed", String::new(), String::new()),
    };
    [
        plan.site().to_string(),
        plan.day().to_string(),
        e.at.to_string(),
        format!("{:.3}", e.length.as_secs_f64()),
        start_word(e.start).to_owned(),
        segment_word(e.segment).to_owned(),
        e.programme.to_string(),
        e.title.clone(),
        e.language.to_string(),
        origin_word(e.origin).to_owned(),
        what.to_owned(),
        asset,
        from_s,
    ]
}

/// An entry as a line of the running order for people.
pub(super) fn entry_line(e: &Entry, zone: &TimeZone, tongue: Tongue) -> String {
    let at = zone.to_datetime(e.at).strftime("%H:%M:%S").to_string();
    let length_s = e.length.as_secs_f64().round() as u64;
    let mark = match (&e.what, tongue) {
        (What::Audio { asset, .. }, _) => asset.to_string(),
        (What::Bed, Tongue::Fr) => "(tapis)".to_owned(),
        (What::Bed, Tongue::En) => "(bed)".to_owned(),
    };
    let (minutes, seconds) = (length_s / 60, length_s % 60);
    let (segment, origin) = (segment_word(e.segment), origin_word(e.origin));
    format!(
        "{at} {minutes:>3}:{seconds:02} {segment:<12} {:<4} {origin:<11} {:<40} {mark}",
        e.language,
        clip(&e.title, 40)
    )
}

/// A programme of the grid as a line for people.
pub(super) fn slot_line(s: &ProgrammeSlot) -> String {
    let hms = |t: u32| format!("{:02}:{:02}:{:02}", t / 3600, t / 60 % 60, t % 60);
    let language = s.language.as_ref().map(domain::Language::as_str).unwrap_or_default();
    let origin = origin_word(s.origin);
    format!("{} {} {}–{} {language:<4} {origin:<11} {}", s.site, s.day, hms(s.start_s), hms(s.end_s), s.title)
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

const fn start_word(start: Start) -> &'static str {
    match start {
        Start::Hard => "hard",
        Start::Soft => "soft",
        Start::Follows => "follows",
    }
}

const fn fit_word(fit: Fit) -> &'static str {
    match fit {
        Fit::Exact => "exact",
        Fit::Elastic => "elastic",
        Fit::Filler => "filler",
    }
}

/// The word of a segment: the reference week's own, and `remplissage` for what fills up.
pub(super) const fn segment_word(segment: Segment) -> &'static str {
    match segment {
        Segment::Opening => "generique",
        Segment::Content => "contenu",
        Segment::Spot => "ecran",
        Segment::Fill => "remplissage",
        Segment::Promo => "promo",
        Segment::Ident => "ident",
        Segment::Sweeper => "virgule",
        Segment::TimeSignal => "top-horaire",
        Segment::BackAnnounce => "desannonce",
    }
}
