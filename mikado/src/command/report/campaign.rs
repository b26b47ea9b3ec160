//! Campaigns: promised, scheduled, aired, compensated, proven.

use std::collections::BTreeMap;

use domain::SiteId;
use jiff::civil::Date;
use scheduler::report::{CampaignDay, DayFacts, airings, campaign_day};
use serde_json::{Map, Value, json};

use super::{About, Table, is_held};
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
    let mut lines = BTreeMap::<(String, SiteId, Date), CampaignDay>::new();
    for (site, day) in about.site_days() {
        for (campaign, line) in of_day(about, site, day)? {
            if one.is_none_or(|id| id == campaign) {
                lines.insert((campaign, site, day), line);
            }
        }
    }
    let mut sum = CampaignDay::default();
    for line in lines.values() {
        sum.add(line);
    }
    let mut rows: Vec<_> =
        lines.iter().map(|((c, site, day), line)| row(c, &site.to_string(), &day.to_string(), line)).collect();
    rows.push(row("=", "", "", &sum));
    Ok(Table { columns: COLUMNS, rows, has_sum: true })
}

fn of_day(about: &About, site: SiteId, day: Date) -> Result<BTreeMap<String, CampaignDay>, Error> {
    let bounds = about.bounds(day)?;
    let station = &about.material.station;
    let plan = about.plan(site, day)?;
    let heard = airings(station, site, &about.records(site, bounds)?, &|asset| about.length(asset));
    let facts = DayFacts { site, day, plan: Some(&plan), airings: &heard, is_over: about.is_over(bounds) };
    // Nothing is looked for in the air check of a day on which nothing was heard.
    let pieces = if heard.is_empty() { Vec::new() } else { about.air_check(site, bounds) };
    Ok(campaign_day(station, &facts, &|airing| is_held(&pieces, airing)))
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
