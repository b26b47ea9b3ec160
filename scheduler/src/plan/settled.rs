//! What a newer plan may no longer change: everything before a moment, and the file of a slot that has begun.
//!
//! Approvals arrive all day. Without this, each would shuffle the spots of the break that is on the air and swap the
//! file of a programme in its middle.

use std::collections::BTreeMap;

use domain::{AssetId, Entry, EntryId, Fit, Frames, Join, Segment, SitePlan, What};
use jiff::Timestamp;

use super::PlanInputs;
use super::cards::Cards;
use super::stretch::{Piece, Stretch};
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
    /// Until when entries are facts already.
    until: Timestamp,
}

impl Kept<'_> {
    /// Its entries as they still may air: what was withdrawn since and is not over gives way to the bed.
    pub(super) fn still_airable(&self, inputs: &PlanInputs<'_>, cards: &Cards<'_>) -> Vec<Entry> {
        let may = |entry: &Entry| match &entry.what {
            What::Audio { asset, hash, .. } => {
                cards.get(asset).is_some_and(|a| a.hash == *hash && a.may_air(inputs.site, entry.at))
            }
            What::Bed => true,
        };
        let still = |entry: &Entry| if entry.end() <= self.until || may(entry) { entry.clone() } else { bed(entry) };
        let mut entries: Vec<Entry> = self.entries.iter().map(still).collect();
        if let Some(last) = entries.last_mut().filter(|e| e.end() > self.seam) {
            last.length = Frames::from_duration(self.seam.duration_since(last.at).unsigned_abs());
        }
        entries
    }
}

fn bed(entry: &Entry) -> Entry {
    let id = format!("{}.bed", entry.id).parse::<EntryId>().unwrap_or_else(|_| entry.id.clone());
    Entry { id, fit: Fit::Filler, what: What::Bed, segment: Segment::Fill, join: Join::Butt, ..entry.clone() }
}

/// Whether an entry of content sounds other bytes than the piece would, or for another time.
fn differs(was: &Entry, stretch: &Stretch<'_>, piece: &Piece) -> bool {
    // Titles of a rotation follow each other as they stand; only a bed gives way to them.
    let Some(now) = stretch.content else { return (was.what == What::Bed) == stretch.rotates };
    let before = Frames::from_secs(u64::from(piece.content_before_s));
    let lasts = now.asset.length.saturating_sub(before).min(Frames::from_secs(u64::from(piece.length_s)));
    match &was.what {
        What::Audio { hash, .. } => now.asset.hash != *hash || was.length != lasts,
        What::Bed => lasts > Frames::ZERO,
    }
}

impl<'a> Settled<'a> {
    /// The first moment from which new entries stand: the first segment at or after `until` that begins in both plans.
    ///
    /// Where the content on the air is no longer the one that stands in the grid (sound came for a bed, somebody put
    /// something else there by hand, the file was withdrawn), new entries stand from the beginning of that content: the
    /// player joins it in progress. An opt-out that comes late may begin its content where the network has no seam; it
    /// cuts the bed that stood in, and never a sound.
    fn seam(&self, inputs: &PlanInputs<'_>, stretches: &[Stretch<'_>], end: Timestamp) -> Timestamp {
        let old: BTreeMap<Timestamp, &Entry> = self.plan.entries().iter().map(|e| (e.at, e)).collect();
        let sustaining = self.plan.entry_at(self.until).is_some_and(|e| e.what == What::Bed);
        let open = |stretch: &Stretch<'_>, piece: &Piece| {
            let at = stretch.instant(piece.from_s);
            let to = stretch.instant(piece.from_s + piece.length_s);
            let present = at < self.until && self.until < to && piece.kind == SegmentKind::Contenu;
            match old.get(&at) {
                Some(was) => (at >= self.until || (present && differs(was, stretch, piece))).then_some(at),
                None => {
                    (present && sustaining && stretch.content.is_some() && !self.knows(&stretch.slot)).then_some(at)
                }
            }
        };
        let firsts = stretches.iter().flat_map(|s| s.pieces(inputs.station).into_iter().map(move |p| (s, p)));
        let mut seams = firsts.filter_map(|(stretch, piece)| open(stretch, &piece));
        seams.next().unwrap_or(end)
    }

    /// What stays of it when the day is laid out anew.
    pub(super) fn kept(&self, inputs: &PlanInputs<'_>, stretches: &[Stretch<'_>], end: Timestamp) -> Kept<'a> {
        let seam = self.seam(inputs, stretches, end);
        let entries = self.plan.entries();
        Kept { entries: &entries[..entries.partition_point(|e| e.at < seam)], seam, until: self.until }
    }

    /// What the names of a slot's entries begin with.
    fn name(&self, slot: &GridSlot) -> String {
        let start = hms(slot.start_s).to_string().replace(':', "");
        format!("{}/{start}/{}/", self.plan.day(), slot.programme)
    }

    /// Whether sound stands for a slot, at whatever time.
    fn knows(&self, slot: &GridSlot) -> bool {
        let name = self.name(slot);
        let mut own = self.plan.entries().iter().filter(|e| e.id.as_str().starts_with(&name));
        own.any(|e| e.segment == Segment::Content && e.what != What::Bed)
    }

    /// The file that a slot has begun with.
    pub(super) fn content_of(&self, slot: &GridSlot) -> Option<&'a AssetId> {
        let name = self.name(slot);
        let begun = self.plan.entries().iter().take_while(|e| e.at < self.until);
        let mut own = begun.filter(|e| e.segment == Segment::Content && e.id.as_str().starts_with(&name));
        own.find_map(|e| match &e.what {
            What::Audio { asset, .. } => Some(asset),
            What::Bed => None,
        })
    }
}
