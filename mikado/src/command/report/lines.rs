//! The languages that were heard, and the as-run itself.

use std::collections::BTreeMap;

use domain::{AsRun, Language, Outcome, Segment};
use serde_json::{Value, json};

use super::{About, Table, sound};
use crate::error::Error;

/// Content and spots heard, by language; women's voices as far as the cards say how long they speak.
pub(super) fn languages(about: &About) -> Result<Table, Error> {
    let mut rows = Vec::new();
    for (site, day) in about.site_days() {
        let bounds = about.bounds(day)?;
        let plan = about.plan(site, day)?;
        let told = scheduler::reconcile(&plan, &about.records(site, bounds)?, about.studio.clock.now());
        let mut heard = BTreeMap::<Language, (f64, f64)>::new();
        let speech = |s| matches!(s, Segment::Content | Segment::Spot);
        for report in told.entries.iter().filter(|r| r.aired.0 > 0 && speech(r.entry.segment)) {
            let women_s = sound(&report.entry.what).and_then(|id| about.cards.get(id)?.paper.women_s).unwrap_or(0);
            let share = report.aired.as_secs_f64() / report.entry.length.as_secs_f64().max(1e-3);
            let sum = heard.entry(report.entry.language.umbrella()).or_default();
            sum.0 += report.aired.as_secs_f64();
            sum.1 += f64::from(women_s) * share.min(1.0);
        }
        let whole: f64 = heard.values().map(|(aired, _)| aired).sum();
        for (language, (aired, women)) in heard {
            let share_pct = (1000.0 * aired / whole).round() / 10.0;
            let tenth = |s: f64| (s * 10.0).round() / 10.0;
            rows.push(vec![
                json!(site.to_string()),
                json!(day.to_string()),
                json!(language.to_string()),
                json!(tenth(aired)),
                json!(share_pct),
                json!(tenth(women)),
            ]);
        }
    }
    Ok(Table { columns: &["site", "day", "language", "aired_s", "share_pct", "women_s"], rows, has_sum: false })
}

const AS_RUN: &[&str] =
    &["site", "at", "length_s", "asset", "title", "campaign", "entry", "rung", "outcome", "audio", "boot", "seq"];

/// Every stretch that an output consumed, in the station's own time.
pub(super) fn as_run(about: &About) -> Result<Table, Error> {
    let mut rows = Vec::new();
    for (site, day) in about.site_days() {
        let records = about.records(site, about.bounds(day)?)?;
        rows.extend(records.iter().map(|record| row(about, record)));
    }
    Ok(Table { columns: AS_RUN, rows, has_sum: false })
}

fn row(about: &About, record: &AsRun) -> Vec<Value> {
    let station = &about.material.station;
    let at = record.wall.map(|w| station.zone().to_datetime(w).strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string());
    let card = record.asset.as_ref().and_then(|id| about.cards.get(id));
    let campaign = record.asset.as_ref().and_then(|id| station.spot_of(id, record.site));
    vec![
        json!(record.site.to_string()),
        json!(at),
        json!((record.length.as_secs_f64() * 1000.0).round() / 1000.0),
        json!(record.asset.as_ref().map(ToString::to_string)),
        json!(card.map(|c| c.asset.title.as_str())),
        json!(campaign.map(|(c, _)| c.id.as_str())),
        json!(record.entry.as_ref().map(domain::EntryId::as_str)),
        json!(record.rung.number()),
        json!(outcome_word(record.outcome)),
        json!(record.audio.as_ref().map(ToString::to_string)),
        json!(record.boot.0.to_string()),
        json!(record.seq.0),
    ]
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Whole => "whole",
        Outcome::Joined => "joined",
        Outcome::Cut => "cut",
        Outcome::Damaged => "damaged",
        Outcome::Stopped => "stopped",
    }
}
