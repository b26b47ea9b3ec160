//! Campaigns: promised, scheduled, aired, compensated, proven.

use std::io::{IsTerminal, Write};

use scheduler::proof::{Scope, prove};
use scheduler::report::CampaignDay;
use scheduler::station::Campaign;
use serde_json::{Map, Value, json};
use web_admin::Attested;

use super::super::Answer;
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

/// The campaign of that name.
pub(super) fn known<'a>(about: &'a About, id: &str) -> Result<&'a Campaign, Error> {
    let all = about.material.station.campaigns();
    all.iter().find(|c| c.id == id).ok_or_else(|| {
        let list = all.iter().map(|c| c.id.as_str()).collect::<Vec<_>>().join(", ");
        Error::usage(
            format!("il n'y a pas de campagne « {id} » ; les campagnes sont {list}."),
            format!("there is no campaign “{id}”; the campaigns are {list}."),
        )
    })
}

/// Writes the attestation of one campaign to the standard output.
pub(super) fn attest(about: &About, one: Option<&str>) -> Result<Answer, Error> {
    let Some(id) = one else {
        return Err(Error::usage(
            "une attestation est celle d'une campagne : nommez-la (mikado report campaign CAMPAGNE --format pdf).",
            "an attestation is one campaign's: name it (mikado report campaign CAMPAIGN --format pdf).",
        ));
    };
    let campaign = known(about, id)?;
    let mut out = std::io::stdout();
    if out.is_terminal() {
        return Err(Error::usage(
            "un PDF n'est pas fait pour un terminal : ajoutez « > attestation.pdf ».",
            "a PDF is not for a terminal: add “> attestation.pdf”.",
        ));
    }
    let failed = |e: &dyn std::fmt::Display| Error::doing("attestation impossible", "impossible attestation", e);
    let (station, at) = (&about.material.station, about.studio.clock.now());
    let scope = Scope { campaign: Some(id), sites: &about.sites, days: &about.days, now: at };
    let proof = prove(station, &scope, about)?;
    let (first, last) = (about.days[0], about.days[about.days.len() - 1]);
    let pdf = web_admin::attestation(&Attested { station, campaign, first, last, proof: &proof, at });
    out.write_all(&pdf.map_err(|e| failed(&e))?).and_then(|()| out.flush()).map_err(|e| failed(&e))?;
    Ok(Answer::Fine)
}

pub(super) fn table(about: &About, one: Option<&str>) -> Result<Table, Error> {
    one.map(|id| known(about, id)).transpose()?;
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
