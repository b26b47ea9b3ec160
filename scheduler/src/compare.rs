//! What a newer plan changes, in words: read before publishing, and to compare any two revisions.

use std::collections::BTreeMap;

use domain::{AssetId, Entry, ProgrammeId, Segment, SitePlan, What};
use jiff::Timestamp;

use crate::station::Station;

/// One difference, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// From when on; for spots the first airing of the day.
    pub at: Timestamp,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// A programme heard without interruption, with what sounds as its content.
struct Run<'a> {
    at: Timestamp,
    programme: &'a ProgrammeId,
    content: Vec<&'a AssetId>,
}

/// The differences from one plan to another of the same site and day, in the order of the day; empty when people would
/// hear the same.
pub fn compare(station: &Station, old: &SitePlan, new: &SitePlan) -> Vec<Difference> {
    let (before, after) = (runs(old), runs(new));
    let title = |id: &ProgrammeId| station.programme(id).map_or_else(|| id.to_string(), |p| p.title.clone());
    let time = |at: Timestamp| station.zone().to_datetime(at).strftime("%H:%M:%S").to_string();
    let mut found = Vec::new();
    for run in &after {
        let at = time(run.at);
        match before.iter().rfind(|b| b.at <= run.at) {
            Some(was) if was.programme != run.programme => {
                let (was, is) = (title(was.programme), title(run.programme));
                let fr = format!("{at}: « {is} » au lieu de « {was} ».");
                found.push(Difference { at: run.at, fr, en: format!("{at}: “{is}” instead of “{was}”.") });
            }
            Some(was) if was.at != run.at => {
                let (is, from) = (title(run.programme), time(was.at));
                let fr = format!("« {is} » commence à {at} au lieu de {from}.");
                found.push(Difference { at: run.at, fr, en: format!("“{is}” starts at {at} instead of {from}.") });
            }
            Some(was) if was.content != run.content => {
                let (is, had, has) = (title(run.programme), words(&was.content), words(&run.content));
                let fr = format!("{at}, « {is} »: {has} au lieu de {had}.");
                found.push(Difference { at: run.at, fr, en: format!("{at}, “{is}”: {has} instead of {had}.") });
            }
            _ => {}
        }
    }
    found.extend(spots(old, new));
    found.sort_by(|a, b| (a.at, &a.en).cmp(&(b.at, &b.en)));
    found
}

fn words(assets: &[&AssetId]) -> String {
    if assets.is_empty() {
        return "–".to_owned();
    }
    assets.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ")
}

fn asset(entry: &Entry) -> Option<&AssetId> {
    match &entry.what {
        What::Audio { asset, .. } => Some(asset),
        What::Bed => None,
    }
}

fn runs(plan: &SitePlan) -> Vec<Run<'_>> {
    let mut runs = Vec::<Run<'_>>::new();
    for entry in plan.entries() {
        if runs.last().is_none_or(|r| *r.programme != entry.programme) {
            runs.push(Run { at: entry.at, programme: &entry.programme, content: Vec::new() });
        }
        let sound = asset(entry).filter(|_| entry.segment == Segment::Content);
        if let (Some(run), Some(asset)) = (runs.last_mut(), sound)
            && !run.content.contains(&asset)
        {
            run.content.push(asset);
        }
    }
    runs
}

/// Spots that air more or less often; those that only move are not told.
pub(crate) fn spots(old: &SitePlan, new: &SitePlan) -> Vec<Difference> {
    let mut counts = BTreeMap::<&AssetId, (Timestamp, i64)>::new();
    for (plan, sign) in [(old, -1), (new, 1)] {
        for entry in plan.entries().iter().filter(|e| e.segment == Segment::Spot) {
            if let Some(asset) = asset(entry) {
                let one = counts.entry(asset).or_insert((entry.at, 0));
                *one = (one.0.min(entry.at), one.1 + sign);
            }
        }
    }
    let told = counts.into_iter().filter(|(_, (_, n))| *n != 0);
    told.map(|(asset, (at, n))| {
        let fr = format!("Spot {asset}: {n:+} passage(s).");
        Difference { at, fr, en: format!("Spot {asset}: {n:+} airing(s).") }
    })
    .collect()
}
