//! Where two sounds meet: what is left of one under the next, and how the next comes in.

use domain::{Entry, Frames, Join, Rung, What};
use jiff::Timestamp;

use super::slot::{Cue, Slot, Stage};
use super::{Conductor, Work};
use crate::realtime::{CUT_FADE, CueKey};

impl Conductor {
    /// The cue of a sound whose length is known now, with its tail and its fades; `None` when it is in no slot.
    pub(super) fn joined(&mut self, key: CueKey, length: Frames) -> Option<Cue> {
        if let Some(held) = self.poised.as_mut().filter(|p| p.cue.key == key) {
            held.length = Some(length);
            return Some(held.cue.clone());
        }
        let i = self.lane.iter().position(|s| s.cue.key == key)?;
        let before = i.checked_sub(1).and_then(|i| self.lane.get(i)).map(|s| s.cue.clone());
        let after = self.lane.get(i).and_then(|s| self.after(&s.cue)).map(|e| e.join);
        let slot = self.lane.get_mut(i)?;
        let span = slot.cue.end.since(slot.cue.at).unwrap_or_default();
        let beyond = length.saturating_sub(slot.cue.from + span);
        slot.length = Some(length);
        let over = after.filter(|_| !slot.flows_on).map_or(Frames::ZERO, Join::over);
        slot.cue.tail = over.min(beyond);
        slot.cue.duck = after.and_then(Join::duck).filter(|_| slot.cue.tail > Frames::ZERO);
        slot.cue.curves[1] = after.unwrap_or_default().curve();
        let cut = if beyond > Frames::ZERO && !slot.flows_on { CUT_FADE } else { Frames::ZERO };
        slot.cue.fade_out = slot.ending().max(cut);
        // It comes in slowly only over something that is there: a tail of the one before it.
        let join = slot.cue.entry.join;
        let over =
            before.filter(|b| b.end == slot.cue.at && b.rung > Rung::Sustaining).map_or(Frames::ZERO, |b| b.tail);
        if slot.cue.into == Frames::ZERO && slot.cue.fade_in == Frames::ZERO {
            slot.cue.fade_in = join.fade_in().min(over);
            slot.cue.curves[0] = join.curve();
        }
        Some(slot.cue.clone())
    }

    /// The entry that a cue gives way to when it airs to its end: one with a sound of its own, right behind it.
    fn after(&self, cue: &Cue) -> Option<&Entry> {
        let end = cue.entry.end();
        let whole = self.timeline.position_of(end).is_some_and(|p| p.0.abs_diff(cue.end.0) <= 1);
        let next = self.entry_near(end).filter(|n| n.id != cue.entry.id && touches(n.at, end))?;
        (whole && matches!(next.what, What::Audio { .. })).then_some(next)
    }

    /// After what follows has changed: a tail stays only where the new neighbour asks for one (`by_plan`), or none does.
    pub(super) fn renew_tails(&mut self, by_plan: bool) {
        for i in 0..self.lane.len() {
            let Some(slot) = self.lane.get(i).filter(|s| s.stage == Stage::Loaded) else { continue };
            let join = self.after(&slot.cue).filter(|_| by_plan).map(|e| e.join).unwrap_or_default();
            let span = slot.cue.end.since(slot.cue.at).unwrap_or_default();
            let beyond = slot.length.unwrap_or_default().saturating_sub(slot.cue.from + span);
            let tail = join.over().min(beyond);
            let duck = join.duck().filter(|_| tail > Frames::ZERO);
            let changed = |s: &&mut Slot| (s.cue.tail, s.cue.duck) != (tail, duck);
            let Some(slot) = self.lane.get_mut(i).filter(changed) else { continue };
            (slot.cue.tail, slot.cue.duck) = (tail, duck);
            slot.cue.fade_out = slot.cue.fade_out.max(CUT_FADE);
            let (key, end, fade_out, under) = (slot.cue.key, slot.cue.last(), slot.cue.last_fade(), slot.cue.under());
            self.work.push_back(Work::Retime { key, end, fade_out, under });
        }
    }
}

/// Whether one instant is the other, give or take the rounding of lengths to nanoseconds.
fn touches(a: Timestamp, b: Timestamp) -> bool {
    (a.as_nanosecond() - b.as_nanosecond()).abs() <= 1_000_000
}
