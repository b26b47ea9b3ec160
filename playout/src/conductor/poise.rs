//! A start that waits for somebody live before it: held ready on the mixer, begun when they have left, and at its latest in
//! any case. What then follows is late until something gives way; a hard start keeps its frame.

use domain::{Entry, EntryId, Frames, Moment, Position, Rung, SitePlan, Wait, begun_at};
use jiff::Timestamp;

use super::place::Right;
use super::slot::{Cue, Slot, Stage};
use super::{COMMITTED, Conductor, LOOK_AHEAD, Work};
use crate::planfile::PlanBundle;
use crate::realtime::CUT_FADE;

/// A start that is due within this is ordered now: two turns of the engine.
const DUE: Frames = Frames::from_millis(100);
/// Who was lost while a start waited may come back within this (R-LIVE-04); the bed sounds meanwhile.
const LOST_MAX: Frames = Frames::from_secs(60);

/// How somebody live stands to the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnAir {
    /// Nobody is on: whoever was has said goodbye, or their right was over.
    #[default]
    Nobody,
    /// Somebody is.
    Live,
    /// Whoever was has been lost and may come back.
    Lost,
}

/// Entries that are heard at other times than planned, because the first of them waited.
#[derive(Debug)]
pub(super) struct Moved {
    first: EntryId,
    begins: Timestamp,
    source: Rung,
    entries: Vec<Entry>,
}

impl Moved {
    /// What of it is heard at `wall`.
    pub(super) fn at(&self, wall: Timestamp) -> Option<(&Entry, Rung)> {
        self.entries.iter().find(|e| e.at <= wall && wall < e.end()).map(|e| (e, self.source))
    }
}

impl Conductor {
    /// Somebody live came, left or was lost.
    pub(super) fn take_live(&mut self, now: Moment, on_air: OnAir) {
        (self.on_air, self.live_since) = (on_air, now.at);
        self.turn(now);
    }

    /// Holds the next start that waits while somebody is on before it, and lets it go when its time has come.
    pub(super) fn poise(&mut self, now: Moment) {
        if self.poised.is_none() && self.on_air == OnAir::Live {
            self.hold(now);
        }
        let Some((begins, is_early)) = self.poised.as_ref().and_then(|p| self.begins(now, &p.cue)) else { return };
        if is_early {
            self.let_be();
        } else if begins <= now.at + DUE {
            self.go(begins.max(now.at + COMMITTED));
        }
    }

    /// What is held goes back to its planned time.
    pub(super) fn let_be(&mut self) {
        if let Some(Slot { cue: Cue { key, .. }, .. }) = self.poised.take() {
            self.work.push_back(Work::Forget { key });
            self.work.push_back(Work::Close { key });
        }
    }

    /// Whether what is promised at `wall` is held for later.
    pub(super) fn is_held(&self, wall: Timestamp) -> bool {
        self.poised.as_ref().is_some_and(|p| p.cue.entry.at <= wall)
    }

    /// After newer plans: a start that they know otherwise is not held, and what follows a late one is laid out anew.
    pub(super) fn renew_waits(&mut self) {
        let same = |old: &Entry| {
            self.original(&old.id).is_some_and(|(e, _)| (&e.what, e.at, e.wait) == (&old.what, old.at, old.wait))
        };
        if self.poised.as_ref().is_some_and(|p| !same(&p.cue.entry)) {
            self.let_be();
        }
        let Some(moved) = self.moved.take() else { return };
        self.moved = self.moved_from(&moved.first, moved.begins);
    }

    /// Where what is held begins, as things stand, and whether it is let be because they left before it could come.
    fn begins(&self, now: Moment, held: &Cue) -> Option<(Position, bool)> {
        let planned = self.timeline.position_of(held.entry.at)?;
        let Wait { early, late } = held.entry.wait;
        let latest = planned + late;
        Some(match self.on_air {
            OnAir::Live => (latest, false),
            OnAir::Lost if self.live_since < planned => (planned, false),
            OnAir::Lost => (latest.min(self.live_since + LOST_MAX), false),
            OnAir::Nobody => (now.at, self.live_since < planned - early),
        })
    }

    fn hold(&mut self, now: Moment) {
        let Some((entry, source)) = self.next_waiting(now).map(|(e, source)| (e.clone(), source)) else { return };
        let Some(planned) = self.timeline.position_of(entry.at) else { return };
        if planned - entry.wait.early > now.at + LOOK_AHEAD {
            return;
        }
        let right = self.right_of(&entry, entry.at);
        if !matches!(right, Right::Audio { .. } | Right::Bed) {
            return;
        }
        let keep = self.lane.iter().take_while(|s| s.cue.entry.at < entry.at).count();
        self.drop_from(keep);
        let at = planned + entry.wait.late;
        self.add(now, (&entry, source), (at, at + entry.length, Frames::ZERO), &right);
        self.poised = self.lane.pop_back();
    }

    /// The next start to come that waits, where it can be reached by waiting.
    fn next_waiting(&self, now: Moment) -> Option<(&Entry, Rung)> {
        let wall = self.timeline.wall_of(now.at + COMMITTED)?;
        let far = wall.checked_add((LOOK_AHEAD + Wait::MAX).as_duration()).unwrap_or(wall);
        let source = self.promised(wall)?.1;
        let plans = self.of(source)?.plans.iter().filter(|p| p.entries().last().is_some_and(|e| e.at > wall));
        let coming = plans.flat_map(|p| p.entries().iter().skip(p.entries().partition_point(|e| e.at <= wall)));
        let mut near = coming.take_while(|e| e.at <= far);
        let waits = |e: &&Entry| e.wait != Wait::NONE && self.moved.as_ref().is_none_or(|m| m.first != e.id);
        near.find(waits).map(|e| (e, source))
    }

    /// Begins what is held.
    fn go(&mut self, at: Position) {
        let Some(mut slot) = self.poised.take() else { return };
        let key = slot.cue.key;
        let moved = self.timeline.wall_of(at).and_then(|begins| self.moved_from(&slot.cue.entry.id, begins));
        let Some(head) = moved.as_ref().and_then(|m| m.entries.first()).filter(|e| e.id == slot.cue.entry.id) else {
            // A hard start has come before it: nothing is left of it.
            self.poised = Some(slot);
            return self.let_be();
        };
        let keep = self.lane.iter().take_while(|s| s.cue.at < at).count();
        slot.cue.entry = head.clone();
        (slot.cue.at, slot.cue.end) = (at, at + head.length);
        if let Some(mend) = &mut slot.mend {
            mend.dry_at = at;
        }
        let beyond = slot.length.unwrap_or_default().saturating_sub(slot.cue.from + head.length);
        let cut = if beyond > Frames::ZERO && !slot.flows_on { CUT_FADE } else { Frames::ZERO };
        slot.cue.fade_out = slot.ending().max(cut);
        self.drop_from(keep);
        self.close_up(at, true);
        if slot.stage != Stage::Opening {
            let (end, fade_out) = (slot.cue.end, slot.cue.fade_out);
            self.work.push_back(Work::Start { key, at, end, fade_out });
        }
        self.lane.push_back(slot);
        self.moved = moved;
        self.renew_tails(true);
    }

    /// What is heard when this entry begins then.
    fn moved_from(&self, first: &EntryId, begins: Timestamp) -> Option<Moved> {
        let (entry, source) = self.original(first)?;
        let plan = self.of(source)?.plans.iter().find(|p| p.covers(entry.at))?;
        let from = plan.entries().partition_point(|e| e.at < entry.at);
        let entries = begun_at(plan.entries().get(from..)?, begins);
        Some(Moved { first: first.clone(), begins, source, entries })
    }

    /// An entry as it was planned.
    fn original(&self, id: &EntryId) -> Option<(&Entry, Rung)> {
        [Rung::Plan, Rung::OwnPlan].into_iter().find_map(|source| {
            let mut entries = self.of(source)?.plans.iter().flat_map(SitePlan::entries);
            entries.find(|e| e.id == *id).map(|e| (e, source))
        })
    }

    fn of(&self, source: Rung) -> Option<&PlanBundle> {
        if source == Rung::OwnPlan { self.own.as_ref() } else { self.bundle.as_ref() }
    }
}
