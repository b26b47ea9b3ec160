//! One cue sounding: where it begins and ends, what is owed, and how it leaves when its deck is late.

use domain::{Curve, Frames, Position};
use rtrb::Producer;

use super::block::{BLOCK_FRAMES, Frame, SILENCE};
use super::feed::{CHUNK_FRAMES, Chunk, Feed};
use super::ladder::RUNG_FADE;
use super::order::{CueKey, Event, Load};
use super::ramp::{Ramp, equal_power};
use super::under::{Stepping, Under};

/// Frames over which a voice leaves whose deck is late, and comes in that joins in the middle: the same 50 ms as the rung
/// below, so that both together are one equal-power crossfade.
pub const JOIN_FADE: Frames = RUNG_FADE;
/// Frames over which a cue is cut that must go at once, or starts in the middle of its file: 10 ms, no fade, but no click.
pub const CUT_FADE: Frames = Frames::from_millis(10);
/// A sound that ends up to 50 ms before its promise is not a fault; the voice holds its place in silence.
pub const TAIL: Frames = Frames::from_millis(50);

/// Chunks passed over per block when frames are owed: 1.6 s of debt in 10 ms, and still a bounded walk.
const SKIP_CHUNKS_MAX: usize = 16;

/// What a voice needs from the mixer while it renders one block.
pub(super) struct Bench<'a> {
    pub(super) at: Position,
    pub(super) out: &'a mut [Frame; BLOCK_FRAMES],
    pub(super) cover: &'a mut [u8; BLOCK_FRAMES],
    /// What the rungs below are multiplied by.
    pub(super) below: &'a mut [f32; BLOCK_FRAMES],
    pub(super) home: &'a mut Producer<Chunk>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Its first frame has not come.
    Waiting,
    /// It sounds.
    Sounding,
    /// Its deck is late: it leaves over the frames that it still has.
    Leaving { left: usize, of: usize },
    /// It has no sound and waits for some.
    Starved,
}

/// A cue on its voice.
pub(super) struct Voice {
    load: Load,
    factor: f32,
    state: State,
    taken: u64,
    join: Ramp,
    stepping: Stepping,
    began: bool,
}

/// What one block did to a voice, for the mixer to report.
#[derive(Default)]
pub(super) struct Report {
    pub(super) began: Option<Event>,
    pub(super) turned: Option<Event>,
    pub(super) late_frames: u64,
    pub(super) over: bool,
    /// Whether silence in this block belongs to it.
    pub(super) silence_meant: bool,
}

impl Voice {
    pub(super) fn new(load: Load) -> Self {
        let (factor, stepping) = (load.gain.linear(), Stepping::new(load.under));
        Self { load, factor, state: State::Waiting, taken: 0, join: Ramp::at(1.0), stepping, began: false }
    }

    pub(super) fn key(&self) -> CueKey {
        self.load.key
    }

    /// Moves a beginning that has not come yet.
    pub(super) fn start(&mut self, at: Position, end: Position, fade_out: Frames) {
        if !self.began {
            (self.load.at, self.load.end, self.load.fade_out) = (at, end, fade_out);
        }
    }

    /// Moves the end; one that has passed becomes a very short fade from `now`.
    pub(super) fn retime(&mut self, end: Position, fade_out: Frames, under: Option<Under>, now: Position) {
        self.stepping.order(under);
        self.load.curves[1] = Curve::EqualPower;
        let soonest = now + CUT_FADE;
        if end < soonest && self.began {
            self.load.end = self.load.end.min(soonest);
            self.load.fade_out = CUT_FADE;
        } else {
            self.load.end = end;
            self.load.fade_out = fade_out;
        }
    }

    /// Ends it: unheard when it has not begun, otherwise after a very short fade.
    pub(super) fn forget(&mut self, now: Position) {
        self.retime(now, CUT_FADE, None, now);
    }

    /// The event that hands everything home.
    pub(super) fn leave(self, now: Position) -> Event {
        let at = if self.began { self.load.end } else { now };
        Event::Ended { key: self.load.key, at, began: self.began, feed: self.load.feed }
    }

    /// Adds its sound to the block and marks what it covers.
    pub(super) fn render(&mut self, bench: &mut Bench) -> Report {
        let mut report = Report::default();
        let block_end = bench.at + Frames(BLOCK_FRAMES as u64);
        let (from, to) = (self.load.at.max(bench.at), self.load.end.min(block_end));
        report.over = self.load.end <= block_end;
        let Some(length) = to.since(from).filter(|n| *n > Frames::ZERO) else { return report };
        let first = from.since(bench.at).unwrap_or_default().0 as usize;
        report.silence_meant = self.load.silence_meant;
        if self.load.feed.is_none() {
            if !self.began {
                report.began = Some(self.begin(from));
            }
            self.fade_below(bench, first, length.0 as usize);
        } else {
            self.sound(bench, first, length.0 as usize, &mut report);
        }
        report
    }

    /// The sound of a cue without a feed is the bed: its fade is the bed's.
    fn fade_below(&self, bench: &mut Bench, first: usize, length: usize) {
        let left = self.left(bench.at + Frames(first as u64)) as u64;
        for (i, below) in bench.below.iter_mut().skip(first).take(length).enumerate() {
            *below *= fade(left.saturating_sub(i as u64), self.load.fade_out, self.load.curves[1]);
        }
    }

    fn begin(&mut self, at: Position) -> Event {
        self.began = true;
        let late = at.since(self.load.at).unwrap_or_default();
        Event::Began { key: self.load.key, at, late }
    }

    fn sound(&mut self, bench: &mut Bench, first: usize, length: usize, report: &mut Report) {
        let at = bench.at + Frames(first as u64);
        let finished = self.load.feed.as_ref().is_some_and(Feed::finished);
        if !self.began {
            report.began = Some(self.begin(at));
            self.state = State::Sounding;
            if at > self.load.at {
                self.join = Ramp::at(0.0);
            }
        }
        self.pay_debt(at, bench.home);
        let ahead = self.load.feed.as_ref().map_or(0, Feed::available);
        if self.state == State::Starved && (self.owed(at) > 0 || ahead < CHUNK_FRAMES.min(self.left(at))) {
            self.stay_starved(bench, first, length, finished, report);
            return;
        }
        if self.state == State::Starved {
            self.state = State::Sounding;
            self.join = Ramp::at(0.0);
            report.turned = Some(Event::Resumed { key: self.load.key, at });
        }
        let dry_soon = !finished && ahead < self.left(at).min(BLOCK_FRAMES + JOIN_FADE.0 as usize);
        if self.state == State::Sounding && (dry_soon || self.owed(at) > 0) {
            let of = if self.owed(at) > 0 { 0 } else { ahead.min(JOIN_FADE.0 as usize) };
            self.state = State::Leaving { left: of, of };
        }
        self.mix(bench, first, length, finished, report);
    }

    /// Drops the frames that the output has passed.
    fn pay_debt(&mut self, at: Position, home: &mut Producer<Chunk>) {
        let owed = self.owed(at);
        if let Some(feed) = self.load.feed.as_mut().filter(|_| owed > 0) {
            self.taken += feed.skip(owed, SKIP_CHUNKS_MAX, home);
        }
    }

    fn owed(&self, at: Position) -> u64 {
        at.since(self.load.at).unwrap_or_default().0.saturating_sub(self.taken)
    }

    fn left(&self, at: Position) -> usize {
        self.load.end.since(at).unwrap_or_default().0 as usize
    }

    fn stay_starved(&self, bench: &mut Bench, first: usize, length: usize, finished: bool, report: &mut Report) {
        let at = bench.at + Frames(first as u64);
        if finished {
            self.hold_tail(bench, first, length, at);
        } else {
            report.late_frames = length as u64;
        }
    }

    /// A finished sound a little shorter than its promise keeps its place; the bed does not peep in.
    fn hold_tail(&self, bench: &mut Bench, first: usize, length: usize, at: Position) -> bool {
        let short = self.left(at) as u64 <= TAIL.0;
        if short {
            let rung = self.load.rung.number();
            bench.cover.iter_mut().skip(first).take(length).for_each(|c| *c = (*c).max(rung));
        }
        short
    }

    fn mix(&mut self, bench: &mut Bench, first: usize, length: usize, finished: bool, report: &mut Report) {
        let wanted = if let State::Leaving { left, .. } = self.state { left.min(length) } else { length };
        let mut scratch = [SILENCE; BLOCK_FRAMES];
        let room = scratch.get_mut(..wanted).unwrap_or_default();
        let got = self.load.feed.as_mut().map_or(0, |f| f.take(room, bench.home));
        self.taken += got as u64;
        self.add(bench, first, scratch.get(..got).unwrap_or_default());
        if got == length && !matches!(self.state, State::Leaving { left: 0, .. }) {
            return;
        }
        let at = bench.at + Frames((first + got) as u64);
        if finished && self.hold_tail(bench, first + got, length - got, at) {
            return;
        }
        self.state = State::Starved;
        report.late_frames += if finished { 0 } else { (length - got) as u64 };
        report.turned = Some(Event::Starved { key: self.load.key, at });
    }

    /// Adds frames with every gain that applies. While leaving, the rung below already comes in.
    fn add(&mut self, bench: &mut Bench, first: usize, sound: &[Frame]) {
        let rung = self.load.rung.number();
        let start = bench.at.since(self.load.at).unwrap_or_default().0 + first as u64;
        let start = if bench.at < self.load.at { 0 } else { start };
        let at = bench.at + Frames(first as u64);
        let left = self.left(at) as u64;
        let [curve_in, curve_out] = self.load.curves;
        let outs = bench.out.iter_mut().zip(bench.cover.iter_mut()).skip(first);
        for (i, ((out, cover), frame)) in outs.zip(sound).enumerate() {
            let mut g = self.factor * fade(start + i as u64, self.load.fade_in, curve_in);
            g *= fade(left.saturating_sub(i as u64), self.load.fade_out, curve_out);
            g *= self.stepping.step(at + Frames(i as u64));
            if !self.join.is_open() {
                g *= self.join.step(true, JOIN_FADE.0 as f32);
            }
            if let State::Leaving { left, of } = &mut self.state {
                g *= equal_power(*left as f32 / (*of).max(1) as f32);
                *left = left.saturating_sub(1);
            } else {
                *cover = (*cover).max(rung);
            }
            out[0] += frame[0] * g;
            out[1] += frame[1] * g;
        }
    }
}

/// The fade's factor `frames` frames away from its silent end.
fn fade(frames: u64, length: Frames, curve: Curve) -> f32 {
    let x = frames as f32 / length.0 as f32;
    match curve {
        _ if frames >= length.0 => 1.0,
        Curve::EqualPower => equal_power(x),
        Curve::Linear => x,
    }
}
