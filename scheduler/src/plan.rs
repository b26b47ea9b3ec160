//! The plan: second-exact promises for one site and day, with everything that is to be said about them.

use domain::{AsRun, Asset, AssetId, Finding, Revision, SiteId, SitePlan};
use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::changes::Changes;
use crate::owed::Owed;
use crate::station::Station;

mod board;
mod cards;
mod choice;
mod complaints;
mod draft;
mod ends;
pub(crate) mod entries;
mod flight;
mod joins;
pub(crate) mod music;
mod pause;
mod remarks;
mod rules;
mod settled;
mod stretch;

pub(crate) use cards::ready;
pub(crate) use choice::{LengthFit, Standing, fit, placed};
pub(crate) use draft::Draft;
pub(crate) use flight::asked_in_a_day;
pub(crate) use rules::Bar;
pub use settled::Settled;
pub(crate) use stretch::Stretch;

/// An asset put into the grid by hand: it airs in the slot that starts then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
    /// The site whose slot it is; `None` for the network's slot, wherever that is carried.
    pub site: Option<SiteId>,
    /// The civil day.
    pub day: Date,
    /// Start of the slot.
    pub start: Time,
    /// What shall air.
    pub asset: AssetId,
}

/// All that a plan depends on: the same inputs give the same plan, whatever the order of the lists.
#[derive(Clone, Copy, Debug)]
pub struct PlanInputs<'a> {
    /// For which site.
    pub site: SiteId,
    /// For which civil day.
    pub day: Date,
    /// The station.
    pub station: &'a Station,
    /// The catalogue's cards.
    pub assets: &'a [Asset],
    /// What was put into the grid by hand; other days and sites may be among them.
    pub placements: &'a [Placement],
    /// What aired before the day: spots of its last hours keep their distance over midnight. May be empty.
    pub history: &'a [AsRun],
    /// The plan of the day before, for what has not aired yet: its last spots keep their distance over midnight too.
    pub yesterday: Option<&'a SitePlan>,
    /// What people decided beside the grid.
    pub changes: &'a Changes,
    /// Airings that were lost and are made good on this day, besides what campaigns ask for.
    pub owed: &'a [Owed],
    /// Since when the site has been on its own; `None` while the network reaches it.
    pub alone_since: Option<Timestamp>,
}

impl<'a> PlanInputs<'a> {
    /// A site's day with what it needs at least; the other fields say that nothing else is known.
    pub const fn new(site: SiteId, day: Date, station: &'a Station, assets: &'a [Asset]) -> Self {
        let (placements, history, owed, changes) = (&[], &[], &[], Changes::NONE);
        Self { site, day, station, assets, placements, history, yesterday: None, changes, owed, alone_since: None }
    }
}

/// There is no such day to plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlan {
    /// The station has no such site.
    #[error("{0} is not a site of the station")]
    UnknownSite(SiteId),
    /// The zone skips this day, or it lies outside the calendar.
    #[error("{0} does not exist in the station's time zone")]
    NoSuchDay(Date),
    /// The entries do not make a day.
    #[error("the plan is broken: {0}")]
    Broken(#[from] domain::BrokenPlan),
}

/// What a site shall air on a day, and the complaints about it in the order of the day.
///
/// Pure and deterministic. Whatever is missing is filled with the site's bed and said in a finding; an error means only
/// that there is no such site or day. For a day that has begun, see [`replan`].
pub fn plan(inputs: &PlanInputs<'_>, revision: Revision) -> Result<(SitePlan, Vec<Finding>), NoPlan> {
    written(&Draft::new(inputs, None)?, revision)
}

/// A newer plan that leaves alone what is settled: what stands before [`Settled::until`] stays to the letter, a
/// programme that has begun keeps its file, and spots already aired count.
pub fn replan(
    inputs: &PlanInputs<'_>,
    settled: Settled<'_>,
    revision: Revision,
) -> Result<(SitePlan, Vec<Finding>), NoPlan> {
    let same = settled.plan.site() == inputs.site && settled.plan.day() == inputs.day;
    written(&Draft::new(inputs, Some(settled).filter(|_| same))?, revision)
}

fn written(draft: &Draft<'_>, revision: Revision) -> Result<(SitePlan, Vec<Finding>), NoPlan> {
    let (entries, remarks) = entries::of(draft);
    let (site, day) = (draft.inputs.site, draft.inputs.day);
    let plan = SitePlan::new(site, day, revision, draft.bounds, entries)?;
    Ok((plan, remarks.into_findings()))
}
