//! What a newer plan may no longer change: everything before a moment, and the file of a slot that has begun.
//!
//! Approvals arrive all day. Without this, each would shuffle the spots of the break that is on the air and swap the
//! file of a programme in its middle.

use std::collections::BTreeSet;

use domain::{AssetId, Entry, Segment, SitePlan, What};
use jiff::Timestamp;

use super::PlanInputs;
use super::stretch::Stretch;
use crate::grid::{GridSlot, hms};
use crate::station::SegmentKind;

/// The plan in force, and until when it stands.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// The plan in force for the same site and day; another one is not looked at.
    pub plan: &'a SitePlan,
    /// Usually now, or a little later so that sites have time to fetch.
    pub until: Timestamp,
}

/// What stays of the plan in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'a> {
    /// Its entries before the seam.
    pub(crate) entries: &'a [Entry],
    /// From when on new entries stand.
    pub(crate) seam: Timestamp,
}

impl<'a> Settled<'a> {
    /// The first moment from which new entries stand: the first segment at or after `until` that begins in both plans.
    ///
    /// Bed in place of a programme is given up at once, from its own start, when there is sound for it now: the player
    /// joins it in progress.
    fn seam(&self, inputs: &PlanInputs<'_>, stretches: &[Stretch<'_>], end: Timestamp) -> Timestamp {
        let starts: BTreeSet<Timestamp> = self.plan.entries().iter().map(|e| e.at).collect();
        let bed = self.plan.entry_at(self.until).filter(|e| e.what == What::Bed).map(|e| e.at);
        let pieces = stretches.iter().flat_map(|stretch| {
            let sounds = stretch.content.is_some();
            stretch
                .pieces(inputs.station)
                .into_iter()
                .map(move |piece| (stretch.instant(piece.from_s), sounds && piece.kind == SegmentKind::Contenu))
        });
        let open = |(at, content): &(Timestamp, bool)| *at >= self.until || (*content && bed == Some(*at));
        pieces.filter(open).map(|(at, _)| at).find(|at| starts.contains(at)).unwrap_or(end)
    }

    /// What stays of it when the day is laid out anew.
    pub(super) fn kept(&self, inputs: &PlanInputs<'_>, stretches: &[Stretch<'_>], end: Timestamp) -> Kept<'a> {
        let seam = self.seam(inputs, stretches, end);
        let entries = self.plan.entries();
        Kept { entries: &entries[..entries.partition_point(|e| e.at < seam)], seam }
    }

    /// The file that a slot has begun with.
    pub(super) fn content_of(&self, slot: &GridSlot) -> Option<&'a AssetId> {
        let start = hms(slot.start_s).to_string().replace(':', "");
        let name = format!("{}/{start}/{}/", self.plan.day(), slot.programme);
        let begun = self.plan.entries().iter().take_while(|e| e.at < self.until);
        let mut own = begun.filter(|e| e.segment == Segment::Content && e.id.as_str().starts_with(&name));
        own.find_map(|e| match &e.what {
            What::Audio { asset, .. } => Some(asset),
            What::Bed => None,
        })
    }
}
