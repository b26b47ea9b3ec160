//! Promised against aired: each entry of a plan beside what the output really consumed.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AsRun, AssetId, Entry, EntryId, Frames, Language, Outcome, ProgrammeId, Revision, Rung, Segment, SiteId, SitePlan,
    What,
};
use jiff::{Timestamp, civil::Date};

use crate::station::Station;

/// As-run times are exact to a tenth of a second (R-PROOF-01): less than that is not missing.
pub(crate) const TOLERANCE: Frames = Frames::from_millis(100);

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Aired whole.
    Whole,
    /// Aired in part.
    Partly,
    /// Did not air.
    Not,
    /// Its end is still to come.
    NotYet,
}

/// One promise and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryReport {
    /// The promise.
    pub entry: Entry,
    /// Frames of it that the output consumed, over all boots.
    pub aired: Frames,
    /// When it was first heard; `None` when it was not, or without trusted time.
    pub heard_at: Option<Timestamp>,
    /// The verdict.
    pub kept: Kept,
}

/// Promises of one kind added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Entries aired whole.
    pub whole: u32,
    /// Entries aired in part.
    pub partly: u32,
    /// Entries that did not air.
    pub not: u32,
    /// Entries still to come.
    pub not_yet: u32,
    /// Length promised, of all of them.
    pub promised: Frames,
    /// Length promised up to now.
    pub due: Frames,
    /// Length aired of it.
    pub aired: Frames,
}

impl Tally {
    /// How many entries were promised.
    pub const fn entries(&self) -> u32 {
        self.whole + self.partly + self.not + self.not_yet
    }

    /// Entries aired whole out of those whose time has passed, 0 to 1; `None` before the first (R-CAMP-09).
    pub fn rate(&self) -> Option<f64> {
        let due = self.whole + self.partly + self.not;
        (due > 0).then(|| f64::from(self.whole) / f64::from(due))
    }

    fn add(&mut self, report: &EntryReport) {
        match report.kept {
            Kept::Whole => self.whole += 1,
            Kept::Partly => self.partly += 1,
            Kept::Not => self.not += 1,
            Kept::NotYet => self.not_yet += 1,
        }
        self.promised += report.entry.length;
        if report.kept != Kept::NotYet {
            self.due += report.entry.length;
        }
        self.aired += report.aired;
    }
}

/// A site's day, promised against aired.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconciliation {
    /// The site.
    pub site: SiteId,
    /// The civil day.
    pub day: Date,
    /// The plan's version.
    pub revision: Revision,
    /// Every entry in order.
    pub entries: Vec<EntryReport>,
    /// All entries that promise audio; bed promises nothing and is left out.
    pub total: Tally,
    /// By programme of the grid, content alone.
    pub programmes: BTreeMap<ProgrammeId, Tally>,
    /// By spot.
    pub spots: BTreeMap<AssetId, Tally>,
    /// Length of content and spots aired, by language.
    pub languages: BTreeMap<Language, Frames>,
    /// Length aired that kept no entry of this plan, by rung.
    pub unplanned: BTreeMap<Rung, Frames>,
    /// What a site on its own plan aired whole where this plan has something else, and when: a spot among it is no debt.
    pub own: Vec<(AssetId, Timestamp)>,
}

impl Reconciliation {
    /// Spots added up by campaign; spots that the station no longer knows are left out.
    pub fn campaigns(&self, station: &Station) -> BTreeMap<String, Tally> {
        let mut by_campaign = BTreeMap::<String, Tally>::new();
        for report in self.entries.iter().filter(|r| r.entry.segment == Segment::Spot) {
            let What::Audio { asset, .. } = &report.entry.what else { continue };
            if let Some((campaign, _)) = station.spot_of(asset, self.site) {
                by_campaign.entry(campaign.id.clone()).or_default().add(report);
            }
        }
        by_campaign
    }
}

/// Puts the as-run of a site beside its plan, as things stand at `now`.
///
/// Frames count for an entry when the record names it and, where it promises audio, the same asset. A record given twice
/// counts once; records of other sites do not count.
pub fn reconcile(plan: &SitePlan, as_run: &[AsRun], now: Timestamp) -> Reconciliation {
    let aired = aired_by_entry(plan, as_run);
    let report = |entry: &Entry| {
        let (frames, heard_at) = aired.kept.get(&entry.id).copied().unwrap_or_default();
        EntryReport { entry: entry.clone(), aired: frames, heard_at, kept: verdict(entry, frames, now) }
    };
    let mut whole = Reconciliation {
        site: plan.site(),
        day: plan.day(),
        revision: plan.revision(),
        entries: plan.entries().iter().map(report).collect(),
        total: Tally::default(),
        programmes: BTreeMap::new(),
        spots: BTreeMap::new(),
        languages: BTreeMap::new(),
        unplanned: aired.unplanned,
        own: aired.own,
    };
    for report in &whole.entries {
        let What::Audio { asset, .. } = &report.entry.what else { continue };
        whole.total.add(report);
        match report.entry.segment {
            Segment::Content => whole.programmes.entry(report.entry.programme.clone()).or_default().add(report),
            Segment::Spot => whole.spots.entry(asset.clone()).or_default().add(report),
            _ => continue,
        }
        *whole.languages.entry(report.entry.language.umbrella()).or_default() += report.aired;
    }
    whole
}

fn verdict(entry: &Entry, aired: Frames, now: Timestamp) -> Kept {
    if aired + TOLERANCE >= entry.length && aired > Frames::ZERO {
        Kept::Whole
    } else if entry.end() > now {
        Kept::NotYet
    } else if aired > Frames::ZERO {
        Kept::Partly
    } else {
        Kept::Not
    }
}

#[derive(Default)]
struct Aired<'a> {
    kept: BTreeMap<&'a EntryId, (Frames, Option<Timestamp>)>,
    unplanned: BTreeMap<Rung, Frames>,
    own: Vec<(AssetId, Timestamp)>,
}

fn aired_by_entry<'a>(plan: &'a SitePlan, as_run: &[AsRun]) -> Aired<'a> {
    let promises: BTreeMap<&EntryId, &Entry> = plan.entries().iter().map(|e| (&e.id, e)).collect();
    let bounds = plan.entries().first().map(|e| e.at).zip(plan.entries().last().map(Entry::end));
    let inside = |r: &AsRun| r.wall.zip(bounds).is_some_and(|(t, (from, to))| from <= t && t < to);
    let mut seen = BTreeSet::new();
    let mut aired = Aired::default();
    for record in as_run.iter().filter(|r| r.site == plan.site()) {
        if !seen.insert((record.boot, record.seq)) {
            continue;
        }
        let promise = record.entry.as_ref().and_then(|id| promises.get(id)).filter(|e| keeps(e, record));
        if let Some(entry) = promise {
            let (frames, heard_at) = aired.kept.entry(&entry.id).or_default();
            *frames += record.length;
            *heard_at = heard_at.map_or(record.wall, |t| Some(record.wall.map_or(t, |w| w.min(t))));
        } else if inside(record) {
            *aired.unplanned.entry(record.rung).or_default() += record.length;
            let whole = record.rung == Rung::OwnPlan && record.outcome == Outcome::Whole;
            aired.own.extend(record.asset.clone().zip(record.wall).filter(|_| whole));
        }
    }
    aired
}

fn keeps(entry: &Entry, record: &AsRun) -> bool {
    match &entry.what {
        What::Audio { asset, .. } => record.asset.as_ref() == Some(asset),
        What::Bed => true,
    }
}
