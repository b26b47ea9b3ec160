//! What a change of the week does, before it is published: the difference in words, and what it makes the rules say.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Asset, Finding, Revision, Severity, SiteId, SitePlan};
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use crate::changes::{BadOverride, Changes};
use crate::compare;
use crate::plan::{Placement, PlanInputs, plan};
use crate::proposal::{Proposal, proposed};
use crate::rules;
use crate::sheets::{NO_SHEETS, Sheets};
use crate::station::Station;
use crate::store::{Store, StoreError};
use crate::week::ProgrammeSlot;

mod freeze;
mod programmes;

pub use freeze::{freeze, published_by};

/// A station with everything that was decided beside its week.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// The station.
    pub station: &'a Station,
    /// What was decided.
    pub changes: &'a Changes,
}

/// What a review looks at.
#[derive(Clone, Copy, Debug)]
pub struct ReviewInputs<'a> {
    /// What is in force.
    pub before: State<'a>,
    /// What would be.
    pub after: State<'a>,
    /// What leads from one to the other.
    pub proposals: &'a [Proposal],
    /// The catalogue's cards.
    pub assets: &'a [Asset],
    /// What their cards say that rules ask for.
    pub sheets: &'a Sheets,
    /// What was put into the grid by hand.
    pub placements: &'a [Placement],
    /// When it is asked.
    pub now: Timestamp,
}

/// One difference that people will hear, at one site or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayChange {
    /// The day.
    pub day: Date,
    /// From which second of it.
    pub at_s: u32,
    /// Where, in the station's order.
    pub sites: Vec<SiteId>,
    /// Whether only the number of a spot's airings changes.
    pub is_spot: bool,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// Something that the rules say of the new state and did not say of the old one.
#[derive(Clone, Debug, PartialEq)]
pub struct Brought {
    /// At which site; `None` for the station.
    pub site: Option<SiteId>,
    /// On which day, or in the week that begins with it.
    pub day: Date,
    /// What.
    pub finding: Finding,
}

/// A reviewed change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Review {
    /// The days looked at.
    pub days: Vec<Date>,
    /// What will be heard otherwise, in the order of time.
    pub changes: Vec<DayChange>,
    /// What the change brings, the gravest first. What stood before stays and is no reason to refuse: else nothing could
    /// be mended while anything is wrong.
    pub findings: Vec<Brought>,
    /// Days that are frozen (R-GRID-04) and change by something that could have waited.
    pub frozen: Vec<Date>,
    /// How much the rules said before.
    pub stood: usize,
}

/// Why changes could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum NotReviewed {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A change makes no sense.
    #[error(transparent)]
    Refused(#[from] BadOverride),
}

impl Review {
    /// How far ahead something can be entered, in days: a series of two years.
    const AHEAD_DAYS: i64 = 800;
    /// Most days shown: a fortnight; what lasts longer repeats itself.
    pub const DAYS_MAX: usize = 14;
    /// Most days planned to the second, twice over and at every site: a week.
    pub const DAYS_PLANNED_MAX: usize = 7;

    /// Looks at what a change does.
    pub fn new(inputs: &ReviewInputs<'_>) -> Self {
        let days = touched(inputs);
        let mut changes = programmes::differences(inputs, &days);
        let planned = &days[..days.len().min(Self::DAYS_PLANNED_MAX)];
        let (old, new) = (made(inputs, inputs.before, planned), made(inputs, inputs.after, planned));
        changes.extend(spots(inputs, &old.plans, &new.plans));
        let changes = together(changes);
        let stood: BTreeSet<_> = old.findings.iter().map(key).collect();
        let mut findings: Vec<Brought> = new.findings.into_iter().filter(|b| !stood.contains(&key(b))).collect();
        let frozen = freeze::frozen(inputs, &changes);
        findings.extend(freeze::findings(inputs, &changes, &frozen));
        findings.sort_by_key(|b| (std::cmp::Reverse(b.finding.severity), b.day, b.site, b.finding.code.clone()));
        Self { days, changes, findings, frozen, stood: old.findings.len() }
    }

    /// Looks at what changes do to what is in force. Without any change nothing is read.
    ///
    /// # Errors
    /// When the store cannot be read or a change makes no sense.
    pub fn of(
        store: &Store,
        station: &Station,
        proposals: &[Proposal],
        (assets, sheets): (&[Asset], &Sheets),
        now: Timestamp,
    ) -> Result<Self, NotReviewed> {
        if proposals.is_empty() {
            return Ok(Self::default());
        }
        let today = station.day_of(now);
        let far = today.saturating_add(Span::new().days(Self::AHEAD_DAYS));
        let (changes, placements) = (store.changes(today, far)?, store.placements(today, far)?);
        let (other, new) = proposed(&changes, proposals)?;
        let after = State { station: other.as_ref().unwrap_or(station), changes: &new };
        let before = State { station, changes: &changes };
        let placements = &placements;
        Ok(Self::new(&ReviewInputs { before, after, proposals, assets, sheets, placements, now }))
    }

    /// What is heard otherwise under one publication than under another, over the next seven days. `toml` is the station file
    /// of the second. Nothing is to be published, so nothing is frozen.
    pub fn between(
        (before, after): (State<'_>, State<'_>),
        toml: String,
        (assets, placements): (&[Asset], &[Placement]),
        now: Timestamp,
    ) -> Self {
        // A whole grid touches every day.
        let proposals = [Proposal::Grid { toml }];
        let mut review = Self::new(&ReviewInputs {
            before,
            after,
            proposals: &proposals,
            assets,
            // Cards stand on both sides alike.
            sheets: NO_SHEETS,
            placements,
            now,
        });
        review.findings.retain(|b| b.finding.code != freeze::CODE);
        review.frozen.clear();
        review
    }

    /// What keeps somebody from publishing it, the gravest first; nothing when they may. `reasons` holds by code why a
    /// warning is taken; `directs` says that they answer for the programmes, and may change frozen days.
    pub fn stopping(&self, reasons: &BTreeMap<String, String>, directs: bool) -> Vec<&Brought> {
        let freeze = |b: &Brought| b.finding.code == freeze::CODE && b.finding.severity == Severity::Blocking;
        let stops = |b: &&Brought| if freeze(b) { !directs } else { rules::stops(&b.finding, reasons) };
        self.findings.iter().filter(stops).collect()
    }
}

fn key(brought: &Brought) -> (Option<SiteId>, String, String) {
    (brought.site, brought.finding.code.clone(), brought.finding.fr.clone())
}

fn touched(inputs: &ReviewInputs<'_>) -> Vec<Date> {
    let today = inputs.before.station.day_of(inputs.now);
    let mut days = BTreeSet::new();
    for proposal in inputs.proposals {
        days.extend(proposal.days(inputs.after.station, today, Review::DAYS_MAX));
        // What an event that is taken back or replaced displaced comes home on its days.
        days.extend(
            former(inputs, proposal).iter().flat_map(|p| p.days(inputs.before.station, today, Review::DAYS_MAX)),
        );
    }
    days.into_iter().take(Review::DAYS_MAX).collect()
}

/// The event in force that a proposal takes back or replaces.
fn former(inputs: &ReviewInputs<'_>, proposal: &Proposal) -> Option<Proposal> {
    let of = |id: &str, date: Option<Date>| {
        let all = inputs.before.changes.overrides.iter().chain(inputs.before.station.overrides());
        let found = all.into_iter().find(|o| o.id().as_str() == id && date.is_none_or(|d| o.date() == d))?;
        let spec = crate::OverrideSpec { date: Some(found.date()), ..found.spec().clone() };
        Some(Proposal::Live { spec: Box::new(spec) })
    };
    match proposal {
        Proposal::LiveOff { id, date } => of(id, Some(*date)),
        Proposal::Live { spec } => of(spec.id.as_str(), spec.date),
        _ => None,
    }
}

struct Made {
    plans: Vec<SitePlan>,
    findings: Vec<Brought>,
}

/// The plans of a state and what is said about them.
fn made(inputs: &ReviewInputs<'_>, state: State<'_>, days: &[Date]) -> Made {
    let mut all = Made { plans: Vec::new(), findings: Vec::new() };
    for site in state.station.sites() {
        let mut own = Vec::new();
        for day in days {
            let about = PlanInputs {
                placements: inputs.placements,
                changes: state.changes,
                yesterday: own.last(),
                ..PlanInputs::new(site.id, *day, state.station, inputs.assets)
            };
            let Ok((plan, findings)) = plan(&about, Revision::default()) else { continue };
            let brought = findings.into_iter().map(|finding| Brought { site: Some(site.id), day: *day, finding });
            all.findings.extend(brought);
            own.push(plan);
        }
        let weeks: BTreeSet<Date> = days.iter().map(|d| monday(*d)).collect();
        for first in weeks {
            let findings = rules::examine(state.station, state.changes, site.id, first, (&own, inputs.sheets));
            all.findings.extend(findings.into_iter().map(|finding| Brought {
                site: Some(site.id),
                day: first,
                finding,
            }));
        }
        all.plans.extend(own);
    }
    all
}

fn monday(day: Date) -> Date {
    day.saturating_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))
}

/// Spots that air more or less often.
fn spots(inputs: &ReviewInputs<'_>, old: &[SitePlan], new: &[SitePlan]) -> Vec<DayChange> {
    let mut found = Vec::new();
    for plan in new {
        let Some(was) = old.iter().find(|p| p.site() == plan.site() && p.day() == plan.day()) else { continue };
        for one in compare::spots(was, plan) {
            let civil = inputs.after.station.zone().to_datetime(one.at);
            let (day, at_s) = (plan.day(), crate::grid::second_of(civil.time()));
            found.push(DayChange { day, at_s, sites: vec![plan.site()], is_spot: true, fr: one.fr, en: one.en });
        }
    }
    found
}

/// The same sentence at several sites is said once.
fn together(changes: Vec<DayChange>) -> Vec<DayChange> {
    let mut all = BTreeMap::<(Date, bool, u32, String, String), Vec<SiteId>>::new();
    for c in changes {
        // A spot's first airing differs from site to site; what is said of it does not.
        let at_s = if c.is_spot { 0 } else { c.at_s };
        let sites = all.entry((c.day, c.is_spot, at_s, c.fr, c.en)).or_default();
        sites.extend(c.sites.iter().filter(|s| !sites.contains(s)).copied().collect::<Vec<_>>());
    }
    let one = |((day, is_spot, at_s, fr, en), sites)| DayChange { day, at_s, sites, is_spot, fr, en };
    all.into_iter().map(one).collect()
}

fn slots(state: State<'_>, site: SiteId, day: Date) -> Vec<ProgrammeSlot> {
    state.station.programmes_on(site, day, state.changes)
}
