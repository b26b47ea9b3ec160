//! The proof of campaigns over sites and days: the sums of [`crate::report`] and every airing by itself.
//!
//! The command, the pages and the attestation all count here, so that they can never differ.

use std::collections::BTreeMap;

use domain::{AsRun, AssetId, Frames, Language, SiteId, SitePlan};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::report::{Airing, CampaignDay, DayFacts, airings, campaign_day};
use crate::station::Station;

/// Where the facts lie.
pub trait Sources {
    /// Why they cannot be read.
    type Error;

    /// What was to be heard on a day; `None` where nobody can say.
    ///
    /// # Errors
    /// The plans cannot be read.
    fn plan(&self, site: SiteId, day: Date) -> Result<Option<SitePlan>, Self::Error>;

    /// What the site's output consumed from a time up to another.
    ///
    /// # Errors
    /// The records cannot be read.
    fn records(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Result<Vec<AsRun>, Self::Error>;

    /// The whole length of a sound, where it is known.
    fn length(&self, asset: &AssetId) -> Option<Frames>;

    /// The runs of time that the air check has between two times, where its clock was trusted.
    fn held(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)>;
}

/// Which campaigns, where and when.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// One campaign; `None` for all.
    pub campaign: Option<&'a str>,
    /// The sites, in the order of the answer.
    pub sites: &'a [SiteId],
    /// The civil days at the station.
    pub days: &'a [Date],
    /// What the clock shows: a day that is not over misses nothing yet.
    pub now: Timestamp,
}

/// One airing of a campaign's spot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The campaign.
    pub campaign: String,
    /// The version, by its name in the station file.
    pub spot: String,
    /// Its language.
    pub language: Language,
    /// Where.
    pub site: SiteId,
    /// When, how long, whether whole.
    pub airing: Airing,
    /// Whether the air check has it from beginning to end.
    pub is_held: bool,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Each day of each campaign at each site where there is anything to say.
    pub lines: BTreeMap<(String, SiteId, Date), CampaignDay>,
    /// Every airing, by site and time.
    pub heard: Vec<Heard>,
}

impl Proof {
    /// The lines of one campaign added up by what `key` makes of their site and day.
    pub fn by<K: Ord>(&self, campaign: &str, key: impl Fn(SiteId, Date) -> K) -> BTreeMap<K, CampaignDay> {
        let mut sums = BTreeMap::<K, CampaignDay>::new();
        for ((_, site, day), line) in self.lines.iter().filter(|((id, ..), _)| id == campaign) {
            sums.entry(key(*site, *day)).or_default().add(line);
        }
        sums
    }

    /// All lines of one campaign in one.
    pub fn sum(&self, campaign: &str) -> CampaignDay {
        self.by(campaign, |_, _| ()).remove(&()).unwrap_or_default()
    }
}

/// Counts campaigns over sites and days.
///
/// # Errors
/// A source cannot be read.
pub fn prove<S: Sources>(station: &Station, scope: &Scope<'_>, sources: &S) -> Result<Proof, S::Error> {
    let mut proof = Proof::default();
    let is_asked = |id: &str| scope.campaign.is_none_or(|one| one == id);
    for (&site, &day) in scope.sites.iter().flat_map(|site| scope.days.iter().map(move |day| (site, day))) {
        // A day that the calendar does not have has nothing to prove.
        let Some((from, to)) = station.day_bounds(day) else { continue };
        let plan = sources.plan(site, day)?;
        let all = airings(station, site, &sources.records(site, from, to)?, &|asset| sources.length(asset));
        // Nothing is looked for in the air check of a day on which nothing was heard.
        let runs = if all.is_empty() { Vec::new() } else { sources.held(site, from, to) };
        let facts = DayFacts { site, day, plan: plan.as_ref(), airings: &all, is_over: to <= scope.now };
        let lines = campaign_day(station, &facts, &|airing| is_held(&runs, airing));
        proof.lines.extend(lines.into_iter().filter(|(id, _)| is_asked(id)).map(|(id, line)| ((id, site, day), line)));
        for airing in all {
            let Some((campaign, spot)) = station.spot_of(&airing.asset, site) else { continue };
            if is_asked(&campaign.id) {
                let (campaign, spot, language) = (campaign.id.clone(), spot.id.clone(), spot.lang.umbrella());
                let is_held = airing.is_whole && is_held(&runs, &airing);
                proof.heard.push(Heard { campaign, spot, language, site, airing, is_held });
            }
        }
    }
    Ok(proof)
}

/// Whether runs of the air check have all of an airing; runs may meet within it.
fn is_held(runs: &[(Timestamp, Timestamp)], airing: &Airing) -> bool {
    // The air check's own times are good to a block and a half.
    let slack = SignedDuration::from_millis(100);
    let ends = airing.at + SignedDuration::from_secs_f64(airing.aired.as_secs_f64()) - slack;
    let mut runs = runs.to_vec();
    runs.sort_unstable();
    let mut known = airing.at + slack;
    for (from, to) in runs {
        if from <= known && known < to {
            known = to + slack;
        }
    }
    known >= ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_the_air_check_hold_an_airing_only_without_a_gap() {
        let at = |s: i64| Timestamp::from_second(s).unwrap();
        let airing =
            Airing { asset: "spot".parse().unwrap(), at: at(100), aired: Frames::from_secs(40), is_whole: true };
        for (runs, is) in [
            (&[(90, 150)][..], true),
            (&[(90, 120), (120, 150)], true),
            (&[(120, 150), (90, 120)], true),
            (&[(90, 120), (121, 150)], false),
            (&[(90, 139)], false),
            (&[(101, 150)], false),
            (&[], false),
        ] {
            let runs: Vec<_> = runs.iter().map(|(from, to)| (at(*from), at(*to))).collect();
            assert_eq!(is_held(&runs, &airing), is, "{runs:?}");
        }
    }
}
