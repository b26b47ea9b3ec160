//! What the rules say of days: from grid, plans and cards, from what was aired, and from what the sites hold.

use domain::SiteId;
use jiff::civil::Date;
use scheduler::rules::{self, Asked, Breach, Source};
use serde_json::{Value, json};

use super::{About, Table, holding};
use crate::command::studio::store_error;
use crate::error::Error;
use crate::speech::{Tongue, severity_word};

const COLUMNS: &[&str] = &["rule", "severity", "site", "day", "at", "about", "quantity", "value", "limit", "fr", "en"];
const LIST: &[&str] = &["rule", "severity", "quantity", "measured_by", "test", "fr", "en"];

/// For the eye: the sentence in one language, and no name of a quantity.
const EYE: &[&str] = &["rule", "severity", "site", "day", "at", "about", "value", "limit", "said"];

/// Every rule with its quantities, and who measures each.
pub(super) fn list() -> Table {
    let row = |rule: &rules::Rule, bound: &rules::Bound| {
        let (fr, en) = match bound.source {
            Source::Nobody { fr, en } => (fr, en),
            _ => (rule.mend_fr, rule.mend_en),
        };
        vec![
            json!(rule.id),
            json!(severity_word(rule.severity)),
            json!(bound.quantity),
            json!(bound.source.word()),
            json!(bound.source.test()),
            json!(fr),
            json!(en),
        ]
    };
    let mut rows: Vec<Vec<Value>> =
        rules::all().flat_map(|rule| rule.bounds.iter().map(move |bound| row(rule, bound))).collect();
    // A quantity that is bounded on both sides is measured once.
    rows.dedup_by(|a, b| a[..3] == b[..3]);
    Table { columns: LIST, rows, has_sum: false }
}

/// The findings of the days, the gravest first at each site. `eye` is the language of whoever reads a table.
pub(super) fn table(about: &About, eye: Option<Tongue>) -> Result<Table, Error> {
    let mut rows = Vec::new();
    for site in &about.sites {
        rows.extend(of_site(about, *site)?.iter().map(|b| row(b, *site, eye)));
    }
    Ok(Table { columns: if eye.is_some() { EYE } else { COLUMNS }, rows, has_sum: false })
}

/// Everything that can be measured of a site's days, judged.
fn of_site(about: &About, site: SiteId) -> Result<Vec<Breach>, Error> {
    let station = &about.material.station;
    let Some(place) = station.site(site) else { return Ok(Vec::new()) };
    let Some((first, last)) = about.days.first().zip(about.days.last()) else { return Ok(Vec::new()) };
    let changes = about.studio.store.changes(*first, *last).map_err(store_error)?;
    let now = about.studio.clock.now();
    // What a site holds is known of today alone.
    let holding = about.days.contains(&station.day_of(now)).then(|| holding::of(about, site).measured(station));
    let days = &about.days;
    let asked = Asked { station, changes: &changes, sheets: &about.sheets, site: place, days, now };
    asked.breaches(about, holding.unwrap_or_default())
}

fn row(breach: &Breach, site: SiteId, eye: Option<Tongue>) -> Vec<Value> {
    let (m, f) = (&breach.measured, &breach.finding);
    let (value, limit) = match m.value() {
        rules::Value::Number(n) => (json!(rounded(*n)), json!(breach.limit)),
        rules::Value::Texts { given, expected } => (json!(given), json!(expected)),
    };
    let at = m.at_s().map(|s| format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
    let mut row = vec![
        json!(f.code),
        json!(severity_word(f.severity)),
        json!(m.site().unwrap_or(site).to_string()),
        json!(m.day().map(|d: Date| d.to_string())),
        json!(at),
        json!(m.subject()),
    ];
    match eye {
        Some(tongue) => row.extend([value, limit, json!(if tongue == Tongue::Fr { &f.fr } else { &f.en })]),
        None => row.extend([json!(m.quantity()), value, limit, json!(f.fr), json!(f.en)]),
    }
    row
}

fn rounded(n: f64) -> f64 {
    (n * 100.0).round() / 100.0
}
