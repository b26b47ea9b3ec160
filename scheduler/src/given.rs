//! The past explained: from the plan that was in force then, and not from the one that would be made today.

use domain::{AsRun, Entry, Outcome, Rung, Segment, SitePlan, What};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::changes::Changes;
use crate::plan::{NoPlan, PlanInputs};
use crate::station::Station;
use crate::store::Publication;
use crate::why::{Loser, Reason, Why, why};

/// What a site had been given for a moment.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The plan of that day.
    pub plan: SitePlan,
    /// Since when it was in force; later than the moment when nothing had been given before.
    pub since: Timestamp,
    /// The publication whose grid it was made of.
    pub publication: Option<Publication>,
    /// The station and the decisions of that publication; `None` when they are those of today.
    pub grid: Option<(Station, Changes)>,
}

impl InForce {
    /// Which plan it was, since when, and who had published its grid, in French and English.
    pub fn said(&self, at: Timestamp, zone: &TimeZone) -> (String, String) {
        let (site, number, since) = (self.plan.site(), self.plan.revision().0, second(self.since, zone));
        let (fr, en) = if self.since <= at {
            (
                format!("Conducteur n° {number} de {site}, en vigueur depuis le {since}"),
                format!("Running order no. {number} of {site}, in force since {since}"),
            )
        } else {
            (
                format!(
                    "Rien n'était encore publié à {site} à cet instant ; le premier conducteur, n° {number}, l'a été le {since}"
                ),
                format!(
                    "Nothing was published yet at {site} at that moment; the first running order, no. {number}, was on {since}"
                ),
            )
        };
        let (by_fr, by_en) = self.publication.as_ref().map(published_by).unwrap_or_default();
        (format!("{fr}{by_fr}."), format!("{en}{by_en}."))
    }
}

fn published_by(p: &Publication) -> (String, String) {
    let Publication { number, author, reason, .. } = p;
    let (why_fr, why_en) = match reason.as_str() {
        "" => Default::default(),
        reason => (format!(" (« {reason} »)"), format!(" (“{reason}”)")),
    };
    (
        format!(" ; grille de la publication n° {number}, par {author}{why_fr}"),
        format!("; grid of publication no. {number}, by {author}{why_en}"),
    )
}

/// Explains what a plan that was given promised at `at`; `None` outside its day. `inputs` are the grid of then and the cards
/// of today.
///
/// Where the day made again has the same sound there, its reasons are those of then. Where it has not, the cards have moved
/// on: the entry is what was given all the same, and what would stand there today is named.
pub fn why_given(inputs: &PlanInputs<'_>, given: &SitePlan, at: Timestamp) -> Result<Option<Why>, NoPlan> {
    let Some(entry) = given.entry_at(at) else { return Ok(None) };
    let Some(today) = why(inputs, at)? else { return Ok(None) };
    if today.entry.programme == entry.programme && same_sound(&today.entry.what, &entry.what) {
        return Ok(Some(Why { entry: entry.clone(), ..today }));
    }
    let number = given.revision().0;
    let grid = today.reasons.into_iter().take(1).filter(|_| today.entry.programme == entry.programme);
    let mut reasons: Vec<Reason> = grid.collect();
    reasons.push(told_of_given(inputs.station, given, entry));
    let other = today.entry;
    let reason = Reason {
        code: "plan.given".to_owned(),
        fr: format!("serait ici avec les fiches d'aujourd'hui ; le conducteur n° {number} ne l'avait pas"),
        en: format!("would stand here with the cards of today; running order no. {number} did not have it"),
    };
    let what = sound(&other.what).unwrap_or_else(|| other.title.clone());
    Ok(Some(Why { entry: entry.clone(), slot: today.slot, reasons, losers: vec![Loser { what, reason }] }))
}

fn told_of_given(station: &Station, given: &SitePlan, entry: &Entry) -> Reason {
    let (number, title) = (given.revision().0, &entry.title);
    let said = |fr, en| Reason { code: "plan.given".to_owned(), fr, en };
    let What::Audio { asset, .. } = &entry.what else {
        return said(
            format!("Le conducteur n° {number} y avait le tapis: aucun son de « {title} » ne pouvait passer alors."),
            format!("Running order no. {number} had the bed there: no sound of “{title}” could air then."),
        );
    };
    let campaign = station.spot_of(asset, given.site()).map(|(c, _)| &c.id);
    match campaign.filter(|_| entry.segment == Segment::Spot) {
        Some(id) => {
            let own = |e: &&Entry| match &e.what {
                What::Audio { asset, .. } => station.spot_of(asset, given.site()).is_some_and(|(c, _)| c.id == *id),
                What::Bed => false,
            };
            let placed = given.entries().iter().filter(own).count();
            said(
                format!(
                    "Écran: le conducteur n° {number} avait {placed} passages de la campagne {id} ce jour-là, dont celui-ci."
                ),
                format!(
                    "Break: running order no. {number} had {placed} airings of campaign {id} that day, this one among them."
                ),
            )
        }
        None => said(
            format!(
                "« {asset} » passe: le conducteur n° {number} le portait; les fiches ou les placements ont changé depuis."
            ),
            format!("“{asset}” airs: running order no. {number} had it; cards or placements have changed since."),
        ),
    }
}

fn same_sound(a: &What, b: &What) -> bool {
    match (a, b) {
        (What::Audio { asset, hash, .. }, What::Audio { asset: other, hash: bytes, .. }) => {
            asset == other && hash == bytes
        }
        (What::Bed, What::Bed) => true,
        _ => false,
    }
}

fn sound(what: &What) -> Option<String> {
    match what {
        What::Audio { asset, .. } => Some(asset.to_string()),
        What::Bed => None,
    }
}

/// What the output of a site consumed, in French and English: what, from when to when, how it ended, from which rung.
pub fn heard_said(record: &AsRun, zone: &TimeZone) -> (String, String) {
    let (site, what) = (record.site, record.asset.as_ref().map(ToString::to_string));
    let from = record.wall.map_or_else(|| "?".to_owned(), |t| second(t, zone));
    let end = record.wall.and_then(|t| t.checked_add(record.length.as_duration()).ok());
    let to = end.map_or_else(|| "?".to_owned(), |t| second(t, zone));
    let (how_fr, how_en) = match record.outcome {
        Outcome::Whole => ("entier", "whole"),
        Outcome::Joined => ("pris en cours", "joined in progress"),
        Outcome::Cut => ("coupé", "cut"),
        Outcome::Damaged => ("abîmé", "damaged"),
        Outcome::Stopped => ("arrêté avec le site", "stopped with the site"),
    };
    let (rung_fr, rung_en) = match record.rung {
        Rung::Live => ("direct", "live"),
        Rung::Plan => ("plan publié", "published plan"),
        Rung::OwnPlan => ("plan du site seul", "the site's own plan"),
        Rung::Sustaining => ("tapis de secours", "sustaining bed"),
        Rung::Floor => ("boucle de secours", "floor"),
    };
    let named = |bed: &str, open: &str, close: &str| {
        what.as_ref().map_or_else(|| bed.to_owned(), |w| format!("{open}{w}{close}"))
    };
    (
        format!("Diffusé à {site}: {} du {from} au {to}, {how_fr} ({rung_fr}).", named("le tapis", "« ", " »")),
        format!("Aired at {site}: {} from {from} to {to}, {how_en} ({rung_en}).", named("the bed", "“", "”")),
    )
}

fn second(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
