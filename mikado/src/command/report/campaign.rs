//! Campaigns: promised, scheduled, aired, compensated, proven.

use scheduler::proof::{Scope, prove};
use scheduler::report::CampaignDay;
use serde_json::{Map, Value, json};

use super::{About, Table};
use crate::error::Error;

const COLUMNS: &[&str] = &[
    "campaign",
    "site",
    "day",
    "promised",
    "scheduled",
    "aired",
    "partly",
    "missing",
    "compensating",
    "proven",
    "languages",
];

pub(super) fn table(about: &About, one: Option<&str>) -> Result<Table, Error> {
    let known = about.material.station.campaigns().iter().map(|c| c.id.as_str()).collect::<Vec<_>>();
    if let Some(unknown) = one.filter(|id| !known.contains(id)) {
        let list = known.join(", ");
        return Err(Error::usage(
            format!("il n'y a pas de campagne « {unknown} » ; les campagnes sont {list}."),
            format!("there is no campaign “{unknown}”; the campaigns are {list}."),
        ));
    }
    let station = &about.material.station;
    let scope = Scope { campaign: one, sites: &about.sites, days: &about.days, now: about.studio.clock.now() };
    let proof = prove(station, &scope, about)?;
    let mut sum = CampaignDay::default();
    for line in proof.lines.values() {
        sum.add(line);
    }
    let rows = proof.lines.iter().map(|((c, site, day), line)| row(c, &site.to_string(), &day.to_string(), line));
    let rows = rows.chain([row("=", "", "", &sum)]).collect();
    Ok(Table { columns: COLUMNS, rows, has_sum: true })
}

fn row(campaign: &str, site: &str, day: &str, line: &CampaignDay) -> Vec<Value> {
    let languages: Map<String, Value> = line.languages.iter().map(|(l, n)| (l.to_string(), json!(n))).collect();
    vec![
        json!(campaign),
        json!(site),
        json!(day),
        json!(line.promised),
        json!(line.scheduled),
        json!(line.aired),
        json!(line.partly),
        json!(line.missing),
        json!(line.compensating),
        json!(line.proven),
        Value::Object(languages),
    ]
}
