//! What a campaign was promised, given a place, and heard: by site and day, with the languages, out of plan and as-run.
//!
//! *Heard* comes from the as-run alone (R-PROOF-01): the plan says only what was to be. So the numbers stay what they are when a
//! plan is made again from other cards, and anybody can count them again from the same records.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AsRun, AssetId, EntryId, Frames, Language, Outcome, Segment, SiteId, SitePlan, What};
use jiff::{Timestamp, civil::Date};

use crate::plan::asked_in_a_day;
use crate::reconcile::TOLERANCE;
use crate::station::{Campaign, Station};

/// One airing of a spot, whole or not, as the as-run has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Airing {
    /// The spot's sound.
    pub asset: AssetId,
    /// When its first frame was heard.
    pub at: Timestamp,
    /// How much of it was heard, over all lives of the process; what sounded twice counts once.
    pub aired: Frames,
    /// Whether all of it was heard.
    pub is_whole: bool,
}

/// What is known of one site's day.
#[derive(Clone, Copy, Debug)]
pub struct DayFacts<'a> {
    /// The site.
    pub site: SiteId,
    /// The civil day at the station.
    pub day: Date,
    /// What was to be; `None` where there is no plan.
    pub plan: Option<&'a SitePlan>,
    /// The day's airings, from [`airings`].
    pub airings: &'a [Airing],
    /// Whether the day is over: only then is something missing.
    pub is_over: bool,
}

/// A campaign's day at a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignDay {
    /// Airings that the campaign asks for.
    pub promised: u32,
    /// Airings in the plan, make-goods among them.
    pub scheduled: u32,
    /// Airings heard whole.
    pub aired: u32,
    /// Airings heard in part: they count for nothing.
    pub partly: u32,
    /// Of those promised, not heard whole; 0 until the day is over.
    pub missing: u32,
    /// Heard whole beyond what the day asks: they make good for a loss of the 48 hours before (R-LIVE-06).
    pub compensating: u32,
    /// Of those heard whole, the ones that the air check holds from beginning to end.
    pub proven: u32,
    /// Heard whole, by language.
    pub languages: BTreeMap<Language, u32>,
}

impl CampaignDay {
    /// Adds another day or site up.
    pub fn add(&mut self, other: &Self) {
        self.promised += other.promised;
        self.scheduled += other.scheduled;
        self.aired += other.aired;
        self.partly += other.partly;
        self.missing += other.missing;
        self.compensating += other.compensating;
        self.proven += other.proven;
        for (language, n) in &other.languages {
            *self.languages.entry(language.clone()).or_default() += n;
        }
    }
}

/// The airings of spots among `records`, in their order in time. A record given twice counts once; one without a trusted
/// time is none, since nobody can say on which day it was. `length` is the whole length of a sound, where it is known.
pub fn airings(
    station: &Station,
    site: SiteId,
    records: &[AsRun],
    length: &dyn Fn(&AssetId) -> Option<Frames>,
) -> Vec<Airing> {
    let mut seen = BTreeSet::new();
    let mut by_entry = BTreeMap::<(Option<&EntryId>, Option<usize>, &AssetId), (Airing, Vec<&AsRun>)>::new();
    for (n, record) in records.iter().enumerate().filter(|(_, r)| r.site == site) {
        let (Some(asset), Some(at)) = (&record.asset, record.wall) else { continue };
        if station.spot_of(asset, site).is_none() || !seen.insert((record.boot, record.seq)) {
            continue;
        }
        // What kept no entry stands alone.
        let alone = record.entry.is_none().then_some(n);
        let key = (record.entry.as_ref(), alone, asset);
        let none = Airing { asset: asset.clone(), at, aired: Frames::ZERO, is_whole: false };
        let (airing, heard) = by_entry.entry(key).or_insert((none, Vec::new()));
        airing.at = airing.at.min(at);
        heard.push(record);
    }
    let sum = |(airing, heard): (Airing, Vec<&AsRun>)| {
        let aired = covered(&heard);
        let is_whole = match length(&airing.asset) {
            Some(length) => aired + TOLERANCE >= length,
            None => heard.iter().any(|r| r.outcome == Outcome::Whole),
        };
        Airing { aired, is_whole, ..airing }
    };
    let mut all: Vec<Airing> = by_entry.into_values().map(sum).collect();
    all.sort_by(|a, b| (a.at, &a.asset).cmp(&(b.at, &b.asset)));
    all
}

/// How much of a sound the stretches of it cover: a site that starts again within a spot joins it or begins it anew, and
/// nobody is owed the same second twice.
fn covered(heard: &[&AsRun]) -> Frames {
    let mut stretches: Vec<(u64, u64)> =
        heard.iter().map(|r| (r.from.0, r.from.0.saturating_add(r.length.0))).collect();
    stretches.sort_unstable();
    let (mut known, mut sum) = (0, 0);
    for (from, to) in stretches {
        sum += to.saturating_sub(from.max(known));
        known = known.max(to);
    }
    Frames(sum)
}

/// Every campaign's day at a site: those that ask for something there, and those that were heard or planned without asking.
/// `is_held` says whether the air check has a stretch of that site's sound.
pub fn campaign_day(
    station: &Station,
    day: &DayFacts<'_>,
    is_held: &dyn Fn(&Airing) -> bool,
) -> BTreeMap<String, CampaignDay> {
    let mut found = BTreeMap::<String, CampaignDay>::new();
    for campaign in station.campaigns().iter().filter(|c| c.airs(day.site, day.day)) {
        found.entry(campaign.id.clone()).or_default().promised = asked_in_a_day(station, campaign, day.site);
    }
    let of = |asset: &AssetId| station.spot_of(asset, day.site);
    let planned = day.plan.map_or(&[][..], SitePlan::entries).iter().filter(|e| e.segment == Segment::Spot);
    for entry in planned {
        let What::Audio { asset, .. } = &entry.what else { continue };
        if let Some((Campaign { id, .. }, _)) = of(asset) {
            found.entry(id.clone()).or_default().scheduled += 1;
        }
    }
    for airing in day.airings {
        let Some((campaign, spot)) = of(&airing.asset) else { continue };
        let line = found.entry(campaign.id.clone()).or_default();
        if airing.is_whole {
            line.aired += 1;
            line.proven += u32::from(is_held(airing));
            *line.languages.entry(spot.lang.umbrella()).or_default() += 1;
        } else {
            line.partly += 1;
        }
    }
    for line in found.values_mut() {
        line.compensating = line.aired.saturating_sub(line.promised);
        line.missing = if day.is_over { line.promised.saturating_sub(line.aired) } else { 0 };
    }
    found.retain(|_, line| *line != CampaignDay::default());
    found
}
