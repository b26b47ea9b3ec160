//! Spots in breaks: what fits where it was asked for, what moves, what is lost, and the rule to blame.

use scheduler::PlanInputs;
use scheduler::breaks::{Line, Sheet, sheet};
use serde_json::{Value, json};

use super::{About, Table};
use crate::error::Error;
use crate::speech::Tongue;

const COLUMNS: &[&str] =
    &["campaign", "site", "day", "daypart", "asked", "placed", "moved", "moved_to", "lost", "rule", "why"];

/// Every campaign, or one, as today's station, cards and decisions place it.
pub(super) fn table(about: &About, one: Option<&str>, tongue: Tongue) -> Result<Table, Error> {
    one.map(|id| super::campaign::known(about, id)).transpose()?;
    let (mut rows, mut sums) = (Vec::new(), [0_u32; 4]);
    for (site, day) in about.site_days() {
        let material = about.studio.material(about.material.station.clone(), day)?;
        let eve = material.eve(site, day);
        let inputs = PlanInputs { yesterday: eve.as_ref(), ..material.inputs(site, day) };
        let Ok(mut found) = sheet(&inputs) else { continue };
        found.lines.retain(|l| one.is_none_or(|id| l.campaign == id));
        sums.iter_mut().zip(found.sums()).for_each(|(sum, n)| *sum += n);
        rows.extend(found.lines.iter().map(|line| row(&found, line, tongue)));
    }
    let [asked, placed, moved, lost] = sums.map(|n| json!(n));
    let none = || json!("");
    let sum = [json!("="), none(), none(), none(), asked, placed, moved, none(), lost, none(), none()];
    rows.push(sum.into());
    Ok(Table { columns: COLUMNS, rows, has_sum: true })
}

fn row(sheet: &Sheet, line: &Line, tongue: Tongue) -> Vec<Value> {
    let blame = line.blame.first();
    let why = blame.map(|b| match tongue {
        Tongue::Fr => b.fr.clone(),
        Tongue::En => b.en.clone(),
    });
    let moved: Vec<String> = line.moved.iter().map(ToString::to_string).collect();
    vec![
        json!(line.campaign),
        json!(sheet.site.to_string()),
        json!(sheet.day.to_string()),
        json!(line.daypart),
        json!(line.asked),
        json!(line.placed),
        json!(line.moved.len()),
        json!(moved.join(" ")),
        json!(line.lost),
        json!(blame.map(|b| b.code.as_str())),
        json!(why),
    ]
}
