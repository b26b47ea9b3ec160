//! Why a second of a site's day sounds as it does: the winning rule and what lost.

use domain::{Entry, Revision};
use jiff::Timestamp;

use crate::plan::{NoPlan, PlanInputs, plan};
use crate::week::ProgrammeSlot;

/// A sentence with the rule or cause that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// A stable code: a rule (`R-CAMP-02`) or a cause (`plan.newest-edition`).
    pub code: String,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// Something that might have aired and why it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loser {
    /// Its name: a programme, an asset or a campaign.
    pub what: String,
    /// Why not.
    pub reason: Reason,
}

/// The answer to “why does this site air this?”.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What the plan promises at that moment.
    pub entry: Entry,
    /// The slot of the grid around it.
    pub slot: ProgrammeSlot,
    /// What decided, in the order of deciding.
    pub reasons: Vec<Reason>,
    /// What lost, by name.
    pub losers: Vec<Loser>,
}

/// Explains what the plan of `inputs` promises at `at`; `None` when `at` lies outside the day.
pub fn why(inputs: &PlanInputs<'_>, at: Timestamp) -> Result<Option<Why>, NoPlan> {
    let (plan, _) = plan(inputs, Revision::default())?;
    let Some(entry) = plan.entry_at(at).cloned() else { return Ok(None) };
    let slots = inputs.station.day_slots(inputs.site, inputs.day);
    let slot = slots.into_iter().rfind(|s| inputs.station.instant(s.day, s.start_s).is_some_and(|t| t <= at));
    Ok(slot.map(|slot| Why { entry, slot, reasons: Vec::new(), losers: Vec::new() }))
}
