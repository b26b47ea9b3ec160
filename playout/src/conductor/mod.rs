//! The conductor: from the plan and the time to cues, as a state machine that never reads a clock, a file or a sample.
//!
//! Facts come in by [`Conductor::handle`], work comes out of [`Conductor::poll`], and [`Conductor::wake_at`] says when it
//! wants to be asked again. It keeps a *lane*: the present entry and those of the next 20 s, each opened, verified and loaded
//! on the mixer well before its first frame. Whatever has no sound leaves its place to the bed and is tried again.

mod join;
mod own;
mod place;
mod poise;
mod replan;
mod sentences;
mod slot;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use domain::{AudioHash, Entry, Finding, Frames, Moment, Position, Revision, Rung, What};
use jiff::{SignedDuration, Timestamp};

use poise::Moved;
pub(crate) use poise::OnAir;
pub use slot::Cue;
use slot::{Mend, Slot, Stage};

use crate::deck::Trouble;
use crate::planfile::PlanBundle;
use crate::realtime::{CueKey, JOIN_FADE, Under};
use crate::timeline::{Change, Timeline, Trust};

/// How far ahead of the output entries are opened and loaded.
const LOOK_AHEAD: Frames = Frames::from_secs(20);
/// Entries in the lane at most: the present one and five short ones; the mixer has two more voices for what fades out.
const MAX_LANE: usize = 6;
/// How long from a decision to its first frame: time for a deck to open and verify a file.
const LEAD: Frames = Frames::from_millis(300);
/// What begins within this is not changed any more.
const COMMITTED: Frames = Frames::from_millis(50);
/// Length of the crossfade when the present entry changes.
const CROSSFADE: Frames = Frames::from_millis(200);
/// How often a missing sound is tried again.
const RETRY: Frames = Frames::from_secs(10);
/// How soon a sound is tried again that could be read so far: well before what was read ahead has sounded.
const RETRY_READING: Frames = Frames::from_secs(1);
/// How often the standing conditions are looked at.
const WATCH: Frames = Frames::from_secs(1);
/// A plan that ends sooner than this raises an alarm.
const PLAN_LOW: SignedDuration = SignedDuration::from_hours(12);

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Fact {
    /// Time passed.
    Turn,
    /// New plans were published.
    Plans(PlanBundle),
    /// The site has made plans of its own for when the published ones end.
    OwnPlans(PlanBundle),
    /// A deck has read a sound ahead; this is its whole length.
    Ready { key: CueKey, length: Frames },
    /// A deck cannot open a sound.
    Refused { key: CueKey, why: Trouble },
    /// A sound cannot be read from this frame of its file on.
    Failed { key: CueKey, at: Frames, why: Trouble },
    /// The mixer consumed a cue's first frame.
    Began { key: CueKey },
    /// A cue has left the mixer.
    Ended { key: CueKey },
    /// Somebody live came, left or was lost.
    Live(OnAir),
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Work {
    /// Open and read ahead.
    Open { key: CueKey, hash: AudioHash, from: Frames },
    /// Stop reading.
    Close { key: CueKey },
    /// Put a cue on the mixer.
    Load(Box<Cue>),
    /// Begin a loaded cue elsewhere.
    Start { key: CueKey, at: Position, end: Position, fade_out: Frames },
    /// Move the end of a cue.
    Retime { key: CueKey, end: Position, fade_out: Frames, under: Option<Under> },
    /// Take a cue off.
    Forget { key: CueKey },
    /// Raise an alarm; `about` tells alarms with the same code apart.
    Raise { about: String, finding: Finding },
    /// The condition is over.
    Calm { code: &'static str, about: String },
}

/// From plan and time to cues.
#[derive(Debug)]
pub(crate) struct Conductor {
    timeline: Timeline,
    bundle: Option<PlanBundle>,
    /// The site's own plans, for when the published ones have ended.
    own: Option<PlanBundle>,
    /// Whether what was placed last comes from them.
    alone: bool,
    lane: VecDeque<Slot>,
    on_air: OnAir,
    /// Since when that is so.
    live_since: Position,
    /// A start that waits, loaded for its latest time.
    poised: Option<Slot>,
    /// What followed the last one that did.
    moved: Option<Moved>,
    work: VecDeque<Work>,
    last_key: u64,
    aired_until: Option<Timestamp>,
    watched_at: Option<Position>,
}

impl Conductor {
    pub(crate) fn new(timeline: Timeline) -> Self {
        let (lane, work) = (VecDeque::new(), VecDeque::new());
        Self {
            timeline,
            bundle: None,
            own: None,
            alone: false,
            lane,
            on_air: OnAir::default(),
            live_since: Position(0),
            poised: None,
            moved: None,
            work,
            last_key: 0,
            aired_until: None,
            watched_at: None,
        }
    }

    /// Takes one fact.
    pub(crate) fn handle(&mut self, now: Moment, fact: Fact) {
        match fact {
            Fact::Turn => self.turn(now),
            Fact::Plans(bundle) => self.take_plans(now, bundle),
            Fact::OwnPlans(bundle) => self.take_own_plans(now, bundle),
            Fact::Ready { key, length } => self.ready(now, key, length),
            Fact::Refused { key, why } => self.refused(now, key, &why),
            Fact::Failed { key, at, why } => self.failed(now, key, at, &why),
            Fact::Began { key } => {
                if let Some(slot) = self.slot(key) {
                    slot.began = true;
                }
            }
            Fact::Ended { key } => self.ended(key),
            Fact::Live(on_air) => self.take_live(now, on_air),
        }
    }

    /// The next thing to be done.
    pub(crate) fn poll(&mut self) -> Option<Work> {
        self.work.pop_front()
    }

    /// When it wants to be turned again, at the latest.
    pub(crate) fn wake_at(&self, now: Position) -> Position {
        let edge = self.lane.back().map_or(now + LOOK_AHEAD, |s| s.cue.end);
        let mends = self.lane.iter().filter_map(|s| s.mend.filter(|m| m.trial.is_none()).map(|m| m.retry_at));
        let next = mends.chain([edge - LOOK_AHEAD]).min().unwrap_or(now);
        next.max(now + Frames::from_millis(50)).min(now + Frames::from_secs(1))
    }

    /// Wall time and output, as the conductor sees them.
    pub(crate) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The entry that sounds now, by what the mixer has said, and the one after it.
    pub(crate) fn now_next(&self, now: Position) -> (Option<&Entry>, Option<&Entry>) {
        let on = |s: &&Slot| s.began && s.cue.at <= now && now < s.cue.end;
        let present = self.lane.iter().rev().find(on).map(|s| &s.cue.entry);
        let after = self.lane.iter().find(|s| !s.began && s.cue.at >= now).map(|s| &s.cue.entry);
        let next = after.filter(|n| present.is_none_or(|p| p.id != n.id)).or_else(|| {
            let wall = present.map(Entry::end).or_else(|| self.timeline.wall_of(now))?;
            self.entry_near(wall)
        });
        (present, next)
    }

    /// The plan revision in use.
    pub(crate) fn revision(&self) -> Option<Revision> {
        self.bundle.as_ref().map(|b| b.revision)
    }

    /// How far ahead plans reach without a hole.
    pub(crate) fn plan_until(&self, now: Position) -> Option<Timestamp> {
        self.bundle.as_ref()?.until(self.timeline.wall_of(now)?)
    }

    fn turn(&mut self, now: Moment) {
        let present_end = self.lane.iter().filter(|s| s.began).map(|s| s.cue.end).max().unwrap_or(now.at);
        let told_until = self.timeline.wall_of(present_end);
        match self.timeline.observe(now) {
            Some(Change::Stepped(by)) => self.raise("", sentences::clock_step(by.as_secs())),
            Some(Change::Settled { moved }) => {
                self.calm("clock.step", "");
                if moved {
                    self.rearrange(now, present_end, told_until);
                }
            }
            Some(Change::Anchored) => self.calm("clock.unknown", ""),
            None => {}
        }
        self.drop_stale(now);
        self.poise(now);
        self.mend(now);
        self.extend(now);
        if self.watched_at.is_none_or(|t| t + WATCH <= now.at) {
            self.watched_at = Some(now.at);
            self.watch(now);
        }
    }

    fn watch(&mut self, now: Moment) {
        if self.timeline.trust() == Trust::Unknown {
            return self.raise("", sentences::clock_unknown());
        }
        let wall = self.timeline.wall_of(now.at);
        self.watch_own();
        match self.plan_until(now.at) {
            None if self.alone => self.calm("plan.none", ""),
            None => self.raise("", sentences::no_plan()),
            Some(until) => {
                self.calm("plan.none", "");
                let left = wall.map_or(SignedDuration::ZERO, |w| w.duration_until(until));
                if left < PLAN_LOW {
                    self.raise("", sentences::plan_ending(left.as_hours()));
                } else {
                    self.calm("plan.ending", "");
                }
            }
        }
    }

    /// After the wall was followed to a new time: what plays goes on, the rest is placed anew, nothing is repeated.
    fn rearrange(&mut self, now: Moment, present_end: Position, told_until: Option<Timestamp>) {
        let soon = now.at + COMMITTED;
        let keep = self.lane.iter().take_while(|s| s.is_committed(soon)).count();
        self.let_be();
        self.drop_from(keep);
        self.renew_tails(false);
        if self.timeline.wall_of(present_end) < told_until {
            self.aired_until = self.aired_until.max(told_until);
        }
    }

    fn ready(&mut self, now: Moment, key: CueKey, length: Frames) {
        if let Some(i) = self.lane.iter().position(|s| s.mend.and_then(|m| m.trial).is_some_and(|t| t.0 == key)) {
            self.mended(i, key);
        }
        let Some(slot) = self.slot(key) else {
            self.work.push_back(Work::Close { key });
            return;
        };
        slot.stage = Stage::Loaded;
        let span = slot.cue.end.since(slot.cue.at).unwrap_or_default();
        let missing = (slot.cue.from + span).saturating_sub(length);
        let Some(cue) = self.joined(key, length) else { return };
        self.resolve(now, key);
        if missing > crate::realtime::TAIL {
            self.raise(cue.entry.id.as_str(), sentences::short(&cue.entry, missing.as_secs_f64()));
        }
        self.work.push_back(Work::Load(Box::new(cue)));
    }

    fn refused(&mut self, now: Moment, key: CueKey, why: &Trouble) {
        let retry_at = now.at + RETRY;
        if let Some(mend) =
            self.lane.iter_mut().filter_map(|s| s.mend.as_mut()).find(|m| m.trial.is_some_and(|t| t.0 == key))
        {
            (mend.trial, mend.retry_at) = (None, retry_at);
            return;
        }
        let Some(slot) = self.slot(key) else { return };
        slot.mend = Some(Mend { retry_at, dry_at: slot.cue.at, trial: None });
        let finding = sentences::no_sound(&slot.cue.entry, why);
        let about = slot.cue.entry.id.to_string();
        self.raise(&about, finding);
        self.leave_to_bed(now, key);
    }

    fn failed(&mut self, now: Moment, key: CueKey, at: Frames, why: &Trouble) {
        let Some(slot) = self.slot(key) else { return };
        let dry_at = slot.cue.at + at.saturating_sub(slot.cue.from);
        if dry_at >= slot.cue.end {
            return; // The damage lies behind what the entry airs.
        }
        let read_so_far = at > slot.cue.from;
        let retry_at = now.at + if read_so_far { RETRY_READING } else { RETRY };
        slot.mend = Some(Mend { retry_at, dry_at, trial: None });
        let finding = sentences::no_sound(&slot.cue.entry, why);
        let about = slot.cue.entry.id.to_string();
        self.raise(&about, finding);
    }

    fn ended(&mut self, key: CueKey) {
        self.work.push_back(Work::Close { key });
        self.poised.take_if(|p| p.cue.key == key);
        if let Some(i) = self.lane.iter().position(|s| s.cue.key == key) {
            self.drop_alarms(i);
            if let Some((trial, _)) = self.lane.remove(i).and_then(|s| s.mend).and_then(|m| m.trial) {
                self.work.push_back(Work::Close { key: trial });
            }
        }
    }

    /// The slot has its cue: what it replaces may go now, and not before.
    fn resolve(&mut self, now: Moment, key: CueKey) {
        let Some(slot) = self.slot(key) else { return };
        if let Some(old) = slot.replaces.take() {
            let end = slot.cue.at.max(now.at) + CROSSFADE;
            self.work.push_back(Work::Retime { key: old, end, fade_out: CROSSFADE, under: None });
        }
    }

    fn leave_to_bed(&mut self, now: Moment, key: CueKey) {
        self.resolve(now, key);
        let Some(slot) = self.slot(key) else { return };
        slot.stage = Stage::Bed;
        slot.cue.rung = Rung::Sustaining;
        slot.cue.fade_out = slot.ending();
        let cue = Box::new(slot.cue.clone());
        self.work.push_back(Work::Load(cue));
    }

    /// Begins a new try for every slot whose time has come.
    fn mend(&mut self, now: Moment) {
        for i in 0..self.lane.len() {
            let Some(slot) = self.lane.get(i) else { return };
            let due = slot.mend.is_some_and(|m| m.trial.is_none() && m.retry_at <= now.at);
            let What::Audio { hash, .. } = slot.cue.entry.what else { continue };
            let Some(mend) = slot.mend.filter(|_| due) else { continue };
            let begin = mend.dry_at.max(slot.cue.at).max(now.at + LEAD);
            if begin + CROSSFADE >= slot.cue.end {
                continue; // Too little of it is left to be worth a join.
            }
            let from = slot.file_at(begin);
            let key = self.new_key();
            if let Some(m) = self.lane.get_mut(i).and_then(|s| s.mend.as_mut()) {
                m.trial = Some((key, begin));
            }
            self.work.push_back(Work::Open { key, hash, from });
        }
    }

    /// A try has succeeded: the rest of the slot gets its sound back.
    fn mended(&mut self, i: usize, key: CueKey) {
        let Some(slot) = self.lane.get_mut(i) else { return };
        let Some(Mend { dry_at, trial: Some((_, begin)), .. }) = slot.mend.take() else { return };
        let mut whole = slot.clone();
        let old = slot.cue.key;
        (slot.cue.end, slot.cue.tail) = (begin, Frames::ZERO);
        (whole.cue.from, whole.cue.at) = (slot.file_at(begin), begin);
        whole.cue.into = slot.cue.into + begin.since(slot.cue.at).unwrap_or_default();
        (whole.cue.key, whole.stage, whole.began) = (key, Stage::Opening, false);
        (whole.cue.rung, whole.mend) = (whole.source, None);
        // Where the old sound ends on the very frame on which the new one begins, there is nothing to fade.
        let goes_on = slot.stage == Stage::Loaded && begin == dry_at;
        if begin > slot.cue.at {
            whole.cue.fade_in = if goes_on { Frames::ZERO } else { JOIN_FADE };
        }
        let about = whole.cue.entry.id.to_string();
        let unheard = begin <= slot.cue.at;
        self.lane.insert(i + 1, whole);
        if unheard {
            self.work.push_back(Work::Forget { key: old });
            self.lane.remove(i);
        } else {
            self.work.push_back(Work::Retime { key: old, end: begin, fade_out: Frames::ZERO, under: None });
        }
        for code in ["audio.missing", "audio.damaged", "audio.barred"] {
            self.calm(code, &about);
        }
    }

    fn drop_stale(&mut self, now: Moment) {
        let late = now.at - Frames::from_secs(1);
        while let Some(key) = self.lane.iter().find(|s| s.cue.last() < late).map(|s| s.cue.key) {
            self.ended(key);
        }
    }

    /// Takes the slots from `keep` on out of the lane and off the mixer.
    fn drop_from(&mut self, keep: usize) {
        while self.lane.len() > keep {
            self.drop_alarms(self.lane.len() - 1);
            let Some(slot) = self.lane.pop_back() else { return };
            let key = slot.cue.key;
            self.work.push_back(Work::Forget { key });
            self.work.push_back(Work::Close { key });
            if let Some((trial, _)) = slot.mend.and_then(|m| m.trial) {
                self.work.push_back(Work::Close { key: trial });
            }
        }
    }

    fn drop_alarms(&mut self, i: usize) {
        let Some(about) = self.lane.get(i).map(|s| s.cue.entry.id.to_string()) else { return };
        for code in ["audio.missing", "audio.damaged", "audio.barred", "audio.expired", "audio.short", "clock.back"] {
            self.calm(code, &about);
        }
    }

    fn slot(&mut self, key: CueKey) -> Option<&mut Slot> {
        self.lane.iter_mut().chain(&mut self.poised).find(|s| s.cue.key == key)
    }

    fn new_key(&mut self) -> CueKey {
        self.last_key += 1;
        CueKey(self.last_key)
    }

    fn raise(&mut self, about: &str, finding: Finding) {
        self.work.push_back(Work::Raise { about: about.to_owned(), finding });
    }

    fn calm(&mut self, code: &'static str, about: &str) {
        self.work.push_back(Work::Calm { code, about: about.to_owned() });
    }
}
