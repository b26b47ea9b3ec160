//! Who was heard speaking: women, sensibilities and people, in seconds that were really aired.

use std::collections::BTreeMap;

use domain::SiteId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use scheduler::sheets::Speech;
use scheduler::speech::{spoken, stretches};
use serde_json::{Value, json};

use super::{About, Table};
use crate::args::Period;
use crate::error::Error;

const COLUMNS: &[&str] = &["site", "from", "what", "who", "spoken_s", "share_pct"];

pub(super) fn table(about: &About, by: Period) -> Result<Table, Error> {
    let mut sums = BTreeMap::<(SiteId, Date), Speech>::new();
    let first = about.days.first().copied().unwrap_or_default();
    for (site, day) in about.site_days() {
        let records = about.records(site, about.bounds(day)?)?;
        let heard = spoken(&about.material.station, &stretches(&records, &about.sheets));
        let from = match by {
            Period::Day => day,
            Period::Week => monday(day).max(first),
            Period::All => first,
        };
        sums.entry((site, from)).or_default().add(&heard);
    }
    let rows = sums.iter().filter(|(_, speech)| speech.heard_s > 0.0);
    Ok(Table {
        columns: COLUMNS,
        rows: rows.flat_map(|(place, speech)| lines(*place, speech)).collect(),
        has_sum: false,
    })
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// `heard` is a share of itself, `known` of what was heard, sensibilities of those who speak for any, the rest of the speech
/// that is known.
fn lines((site, from): (SiteId, Date), speech: &Speech) -> Vec<Vec<Value>> {
    let line = |what: &str, who: &str, seconds: f64, of: f64| {
        let share = (of > 0.0).then(|| tenth(100.0 * seconds / of));
        vec![
            json!(site.to_string()),
            json!(from.to_string()),
            json!(what),
            json!(who),
            json!(tenth(seconds)),
            json!(share),
        ]
    };
    let mut rows = vec![
        line("heard", "", speech.heard_s, speech.heard_s),
        line("known", "", speech.known_s, speech.heard_s),
        line("women", "", speech.women_s, speech.known_s),
    ];
    let all: f64 = speech.sensibilities.values().sum();
    rows.extend(speech.sensibilities.iter().map(|(s, seconds)| line("sensibility", s.as_str(), *seconds, all)));
    rows.extend(speech.speakers.iter().map(|(name, seconds)| line("speaker", name, *seconds, speech.known_s)));
    rows
}

fn tenth(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
