//! Where the next entry goes on the output.

use domain::{Anchor, Curve, Entry, Frames, Gain, Moment, Position, Rung, Start, What};
use jiff::{SignedDuration, Timestamp};

use super::slot::{Cue, Slot, Stage};
use super::{Conductor, LEAD, LOOK_AHEAD, MAX_LANE, Work, sentences};
use crate::realtime::{CUT_FADE, JOIN_FADE};

/// An entry whose start lies within this of the lane's edge begins there as promised; further off it is joined in progress.
pub(super) const SNAP: SignedDuration = SignedDuration::from_millis(50);
/// A boundary that moves by more than this gets a fade at its early side, so that the cut does not click.
const TOUCH: Frames = Frames(1);

/// What may sound in a stretch of an entry.
pub(super) enum Right {
    /// Its own sound, up to this moment.
    Audio { until: Option<Timestamp> },
    /// Only the bed: it says so itself.
    Bed,
    /// Only the bed: its right to air is over.
    Expired,
    /// Only the bed, up to this moment: it has been heard already.
    Heard { until: Timestamp },
}

impl Conductor {
    /// Fills the lane up to the look-ahead.
    pub(super) fn extend(&mut self, now: Moment) {
        for _ in 0..MAX_LANE {
            let soonest = now.at + LEAD;
            let edge = self.lane.back().map(|s| s.cue.end).filter(|e| *e >= soonest);
            let begin = edge.unwrap_or(soonest);
            if self.lane.len() + usize::from(self.poised.is_some()) >= MAX_LANE
                || begin > now.at + LOOK_AHEAD
                || !self.place(now, begin, edge.is_some())
            {
                return;
            }
        }
    }

    /// Places whatever the plan promises at `begin`; says whether it did.
    pub(super) fn place(&mut self, now: Moment, begin: Position, touching: bool) -> bool {
        self.timeline.trim();
        let Some(wall) = self.timeline.wall_of(begin) else { return false };
        if self.is_held(wall.checked_add(SNAP).unwrap_or(wall)) {
            return false;
        }
        let Some((entry, source)) = self.promised(wall).map(|(e, source)| (e.clone(), source)) else { return false };
        let Some((at, into)) = self.start_of(&entry, begin, wall, touching) else { return false };
        if at > now.at + LOOK_AHEAD {
            return false;
        }
        self.close_up(at, touching);
        let wall = wall.max(entry.at);
        let right = self.right_of(&entry, wall);
        let until = match right {
            Right::Audio { until } => until,
            Right::Heard { until } => Some(until),
            Right::Bed | Right::Expired => None,
        };
        let whole = at + entry.length.saturating_sub(into);
        let end = until.and_then(|t| self.timeline.position_of(t)).map_or(whole, |p| p.min(whole));
        if end <= at {
            return false;
        }
        self.alone = source == Rung::OwnPlan;
        self.add(now, (&entry, source), (at, end, into), &right);
        true
    }

    /// Where an entry begins on the output, and how far into it that is.
    fn start_of(&self, entry: &Entry, begin: Position, wall: Timestamp, touching: bool) -> Option<(Position, Frames)> {
        if wall.duration_until(entry.at) < -SNAP {
            return Some((begin, Anchor::length_between(entry.at, wall)?));
        }
        let promised = self.timeline.position_of(entry.at)?;
        let apart = promised.0.abs_diff(begin.0);
        if !touching {
            return Some((promised.max(begin), begin.since(promised).unwrap_or_default()));
        }
        // Rounding may put a following entry a frame off; it touches. A hard start keeps its frame.
        let follows = entry.start != Start::Hard && apart <= TOUCH.0;
        Some((if follows { begin } else { promised }, Frames::ZERO))
    }

    /// Moves the end of the slot before so that it touches.
    pub(super) fn close_up(&mut self, at: Position, touching: bool) {
        let Some(last) = self.lane.back_mut().filter(|s| touching && s.cue.end != at) else { return };
        // A hole of more than a snap stays the bed's.
        if at.since(last.cue.end).is_some_and(|gap| i128::from(gap.0) * 1_000 > SNAP.as_millis() * 48_000) {
            return;
        }
        let cut = last.cue.end.since(at).unwrap_or_default();
        if cut > TOUCH {
            last.cue.fade_out = last.cue.fade_out.max(CUT_FADE);
        }
        last.cue.end = at;
        if cut > TOUCH {
            (last.cue.tail, last.cue.duck) = (Frames::ZERO, None);
        }
        self.retime_last();
    }

    fn retime_last(&mut self) {
        let Some(last) = self.lane.back().filter(|s| s.stage != Stage::Opening) else { return };
        let (key, end, fade_out, under) = (last.cue.key, last.cue.last(), last.cue.last_fade(), last.cue.under());
        self.work.push_back(Work::Retime { key, end, fade_out, under });
    }

    pub(super) fn right_of(&self, entry: &Entry, wall: Timestamp) -> Right {
        if let Some(until) = self.aired_until.filter(|t| wall < *t) {
            return Right::Heard { until };
        }
        match &entry.what {
            What::Bed => Right::Bed,
            What::Audio { expires: Some(t), .. } if *t <= wall => Right::Expired,
            What::Audio { expires, .. } => Right::Audio { until: *expires },
        }
    }

    pub(super) fn add(
        &mut self,
        now: Moment,
        (entry, source): (&Entry, Rung),
        (at, end, into): (Position, Position, Frames),
        right: &Right,
    ) {
        let key = self.new_key();
        let (file_from, gain) = match &entry.what {
            What::Audio { from, gain, .. } => (*from, *gain),
            What::Bed => (Frames::ZERO, Gain::UNITY),
        };
        let audio = matches!(right, Right::Audio { .. });
        let from = file_from + into;
        let fade_in = self.fade_in(entry, from, into);
        let rung = if audio { source } else { Rung::Sustaining };
        let curves = [Curve::EqualPower; 2];
        let cue = Cue {
            key,
            at,
            end,
            from,
            into,
            gain,
            fade_in,
            fade_out: Frames::ZERO,
            tail: Frames::ZERO,
            duck: None,
            curves,
            rung,
            entry: entry.clone(),
        };
        let flows_on = self.flows_on(entry, from + end.since(at).unwrap_or_default());
        let stage = if audio { Stage::Opening } else { Stage::Bed };
        self.lane.push_back(Slot {
            cue,
            stage,
            source,
            began: false,
            flows_on,
            replaces: None,
            mend: None,
            length: None,
        });
        match (&entry.what, right) {
            (What::Audio { hash, .. }, Right::Audio { .. }) => {
                self.work.push_back(Work::Open { key, hash: *hash, from });
            }
            (_, Right::Expired) => self.raise(entry.id.as_str(), sentences::expired(entry)),
            (_, Right::Heard { .. }) => self.raise(entry.id.as_str(), sentences::clock_back(entry)),
            _ => {}
        }
        if !audio {
            self.leave_to_bed(now, key);
        }
    }

    /// A whole sound starts hard; one that is joined comes in with the fade of the rung below; one that starts in the middle of its file does
    /// not click, unless it goes on where the entry before stopped.
    fn fade_in(&self, entry: &Entry, from: Frames, into: Frames) -> Frames {
        let goes_on = self
            .lane
            .back()
            .is_some_and(|last| same_file(&last.cue.entry, entry) && last.file_at(last.cue.end) == from);
        if goes_on {
            Frames::ZERO
        } else if into > Frames::ZERO {
            JOIN_FADE
        } else if from > Frames::ZERO {
            CUT_FADE
        } else {
            Frames::ZERO
        }
    }

    fn flows_on(&self, entry: &Entry, stops_at: Frames) -> bool {
        let next = self.entry_near(entry.end()).filter(|n| n.id != entry.id && same_file(entry, n));
        next.is_some_and(|n| matches!(n.what, What::Audio { from, .. } if from == stops_at))
    }
}

fn same_file(a: &Entry, b: &Entry) -> bool {
    match (&a.what, &b.what) {
        (What::Audio { hash: a, .. }, What::Audio { hash: b, .. }) => a == b,
        _ => false,
    }
}
