//! Rung 2: the site's own plan, when the studio's have ended.

use domain::{Entry, Frames, Moment, Rung};
use jiff::{SignedDuration, Timestamp};

use super::place::SNAP;
use super::{COMMITTED, Conductor, sentences};
use crate::planfile::PlanBundle;

/// A site on its own follows the studio again when its plans reach this far: a plan that ends in a minute would have it
/// change twice.
const FOLLOW_MIN: SignedDuration = SignedDuration::from_hours(1);
/// How long an entry of the site's own may still sound when the studio's plans are back.
const FINISH_MAX: Frames = Frames::from_secs(900);

impl Conductor {
    /// What is promised at `wall`, or begins within a snap of it, or else begins next; and by whom.
    pub(super) fn promised(&self, wall: Timestamp) -> Option<(&Entry, Rung)> {
        let near = wall.checked_add(SNAP).unwrap_or(wall);
        if let Some(moved) = self.moved.as_ref().and_then(|m| m.at(near)) {
            return Some(moved);
        }
        let both = || of_both(self.bundle.as_ref().filter(|b| self.follows(b, near)), self.own.as_ref());
        let at = both().find_map(|(b, rung)| Some((b.plans.iter().find_map(|p| p.entry_at(near))?, rung)));
        at.or_else(|| {
            let firsts =
                both().flat_map(|(b, rung)| b.plans.iter().filter_map(move |p| Some((p.entries().first()?, rung))));
            firsts.filter(|(e, _)| e.at > wall).min_by_key(|(e, _)| e.at)
        })
    }

    /// The entry at `wall`, or the one that begins within a snap of it, or else the next one to begin.
    pub(super) fn entry_near(&self, wall: Timestamp) -> Option<&Entry> {
        self.promised(wall).map(|(entry, _)| entry)
    }

    fn follows(&self, studio: &PlanBundle, at: Timestamp) -> bool {
        let reaches = || studio.until(at).is_some_and(|until| at.duration_until(until) >= FOLLOW_MIN);
        !self.alone || self.own.is_none() || reaches()
    }

    /// Takes newer plans of the site's own: what they promised and nobody hears yet is placed anew.
    pub(super) fn take_own_plans(&mut self, now: Moment, bundle: PlanBundle) {
        self.own = Some(bundle);
        self.renew_waits();
        let soon = now.at + COMMITTED;
        let stays = |s: &super::Slot| s.source != Rung::OwnPlan || s.is_committed(soon);
        let keep = self.lane.iter().take_while(|s| stays(s)).count();
        self.drop_from(keep);
        self.renew_tails(true);
        self.watched_at = None;
        self.turn(now);
    }

    /// Whether a slot of the site's own plan is on the air and near enough to its edge to be heard out.
    pub(super) fn ends_soon(&self, now: Moment, i: usize) -> bool {
        let own = self.lane.get(i).filter(|s| s.source == Rung::OwnPlan && s.is_committed(now.at + COMMITTED));
        own.is_some_and(|s| s.cue.end.since(now.at).unwrap_or_default() <= FINISH_MAX)
    }

    pub(super) fn watch_own(&mut self) {
        if self.alone {
            self.raise("", sentences::own_plan());
        } else {
            self.calm("plan.own", "");
        }
    }
}

/// The studio's plans before the site's own.
fn of_both<'a>(
    studio: Option<&'a PlanBundle>,
    own: Option<&'a PlanBundle>,
) -> impl Iterator<Item = (&'a PlanBundle, Rung)> {
    studio.map(|b| (b, Rung::Plan)).into_iter().chain(own.map(|b| (b, Rung::OwnPlan)))
}
