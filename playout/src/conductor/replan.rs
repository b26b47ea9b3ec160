//! A newer plan: what it leaves as it was goes on untouched, the rest is placed anew.

use domain::{Entry, Frames, Moment};

use super::slot::{Slot, Stage};
use super::{COMMITTED, CROSSFADE, Conductor, LEAD, Work, sentences};
use crate::planfile::PlanBundle;
use crate::realtime::{CUT_FADE, CueKey};

/// What a newer plan says of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The same promise.
    Same,
    /// The same sound at the same time, with another length.
    Resized(Frames),
    /// Something else.
    Other,
}

impl Conductor {
    /// Takes a bundle with a higher revision; an older one is old news. The same one read again is what memory should still
    /// hold: where it does not, the file is believed.
    pub(super) fn take_plans(&mut self, now: Moment, bundle: PlanBundle) {
        match &self.bundle {
            Some(have) if have.revision > bundle.revision => return,
            Some(have) if *have == bundle => return self.calm("plan.memory", ""),
            Some(have) if have.revision == bundle.revision => self.raise("", sentences::plan_memory()),
            _ => {}
        }
        self.bundle = Some(bundle);
        self.renew_waits();
        self.watched_at = None;
        let mut keep = 0;
        while let Some(slot) = self.lane.get(keep) {
            match self.verdict(slot) {
                Verdict::Same => keep += 1,
                Verdict::Resized(length) => {
                    self.resize(keep, length);
                    keep += 1;
                    break;
                }
                // What the site plays by its own plan is heard to its edge, unless that is far.
                Verdict::Other if self.ends_soon(now, keep) => {
                    keep += 1;
                    break;
                }
                Verdict::Other => break,
            }
        }
        self.retry_at_once(now, keep);
        self.replace_from(now, keep);
        self.renew_tails(true);
        self.turn(now);
    }

    fn verdict(&self, slot: &Slot) -> Verdict {
        let new = self.promise_of(&slot.cue.entry);
        match new {
            Some(e) if e.what != slot.cue.entry.what || e.at != slot.cue.entry.at => Verdict::Other,
            Some(e) if e.length != slot.cue.entry.length => Verdict::Resized(e.length),
            Some(_) => Verdict::Same,
            None => Verdict::Other,
        }
    }

    fn promise_of(&self, old: &Entry) -> Option<&Entry> {
        self.promised(old.at).map(|(e, _)| e).filter(|e| e.id == old.id)
    }

    fn resize(&mut self, i: usize, length: Frames) {
        let Some(slot) = self.lane.get_mut(i) else { return };
        let (old, key) = (slot.cue.entry.length, slot.cue.key);
        let end = if length > old {
            slot.cue.end + Frames(length.0 - old.0)
        } else {
            slot.cue.end - Frames(old.0 - length.0)
        };
        slot.cue.entry.length = length;
        slot.cue.end = end.max(slot.cue.at);
        slot.flows_on = false;
        (slot.cue.tail, slot.cue.duck) = (Frames::ZERO, None);
        slot.cue.fade_out = CUT_FADE;
        let (end, fade_out) = (slot.cue.end, slot.cue.fade_out);
        if slot.stage != Stage::Opening {
            self.work.push_back(Work::Retime { key, end, fade_out, under: None });
        }
    }

    fn retry_at_once(&mut self, now: Moment, keep: usize) {
        let mends = self.lane.iter_mut().take(keep).filter_map(|s| s.mend.as_mut());
        mends.filter(|m| m.trial.is_none()).for_each(|m| m.retry_at = now.at);
    }

    /// Drops the slots from `keep` on. One that sounds is not stopped before what replaces it is resolved.
    fn replace_from(&mut self, now: Moment, keep: usize) {
        let soon = now.at + COMMITTED;
        let committed = self.lane.iter().take_while(|s| s.is_committed(soon)).count();
        self.drop_from(committed.max(keep));
        let Some(leaving) = self.take_sounding(keep) else { return };
        if self.place(now, now.at + LEAD, false) {
            self.let_replace(now, leaving);
        } else {
            let end = now.at + LEAD + CROSSFADE;
            self.work.push_back(Work::Retime { key: leaving, end, fade_out: CROSSFADE, under: None });
        }
    }

    /// Takes the slots from `keep` on out of the lane, all of them on the mixer or about to be, and answers the one that
    /// is heard. What was still being opened has not sounded: the one that it was to replace is still on.
    fn take_sounding(&mut self, keep: usize) -> Option<CueKey> {
        let mut heard = None;
        while self.lane.len() > keep {
            self.drop_alarms(self.lane.len() - 1);
            let slot = self.lane.pop_back()?;
            let key = slot.cue.key;
            if slot.stage == Stage::Opening || heard.is_some() {
                self.work.push_back(Work::Forget { key });
                self.work.push_back(Work::Close { key });
                heard = heard.or(slot.replaces);
            } else {
                heard = Some(key);
            }
        }
        heard
    }

    /// Makes the newest slot take over from a cue that plays, once it is resolved.
    fn let_replace(&mut self, now: Moment, old: CueKey) {
        let Some(slot) = self.lane.back_mut() else { return };
        slot.replaces = Some(old);
        slot.cue.fade_in = CROSSFADE;
        let (key, resolved) = (slot.cue.key, slot.stage == Stage::Bed);
        if resolved {
            self.resolve(now, key);
        }
    }
}
