//! The jitter buffer: uneven arrivals in, an even flow out, at the output's pace and not at the sender's.
//!
//! Told positions of the output as its time, it holds the average depth at its target by playing up to 0.1 % faster or
//! slower. Nothing is repeated and nothing left out while the source flows; where the source stopped, what waited too long
//! is left out at once instead of being caught up with.

use domain::{Frames, Position};

use super::stretch::Stretch;
use crate::realtime::{Frame, SILENCE};

/// Sound that waits at most: what a stall lets pile up before the oldest goes.
pub const WAITING_MAX: Frames = Frames::from_secs(30);
/// Depths that make sense: a cable in the studio, a satellite on a bad day.
pub const DEPTH: std::ops::RangeInclusive<Frames> = Frames::from_millis(4)..=Frames::from_secs(10);
/// The most that the speed may differ from the sender's: 0.1 %, a sixtieth of a semitone.
const PPM_MAX: f64 = 1_000.0;
/// Depth that the control loop holds with its slowest answer.
const DEPTH_SLOW_S: f64 = 1.0;
/// Its answer there: 1 % of what is too much per second. A smaller depth leaves less time and is held more firmly, to ten
/// times that.
const ANSWER_PER_S: f64 = 0.01;
const ANSWER_PER_S_MAX: f64 = 0.1;
/// How fast the speed may change at the slowest answer, in parts in a million per second: slower than any ear.
const PPM_PER_S: f64 = 20.0;
/// The depth is averaged over a tenth of the answer's time, so that a sender who writes once a second is not followed up
/// and down.
const AVERAGE_OF_ANSWER: f64 = 0.1;
/// Over how long unevenness of arrivals is remembered.
const SWING_OVER: Frames = Frames::from_secs(10);
/// Unevenness beyond this is a sender who sent everything at once, not a network.
const SWING_MAX: Frames = Frames::from_secs(2);
/// Sound that comes so soon after the buffer ran dry was late and not broken off: the buffer then grows by a step, so that
/// the next one as late is in time.
const LATE_MAX: Frames = Frames::from_millis(250);
const STEP: Frames = Frames::from_millis(5);
/// It grows by this at most, and shrinks again by a millisecond in each half minute in which nothing was late.
const GROWN_MAX: Frames = Frames::from_millis(500);
const EASE: Frames = Frames::from_millis(1);
const EASE_EVERY: Frames = Frames::from_secs(30);
/// What was dry begins again over 10 ms.
const EDGE: usize = 480;
/// What is left of the last frame from one to the next where sound ran dry: gone in 5 ms, without a click.
const DECAY: f32 = 0.97;

/// What flows, and how.
pub struct Buffer {
    stretch: Stretch,
    queue: Vec<Frame>,
    /// Frames at the front of the queue that are used up.
    used: usize,
    depth: Frames,
    /// What lateness has added to the depth, and when that was last more or less.
    grown: Frames,
    grown_at: Position,
    dry_at: Option<Position>,
    flow: Flow,
    swing: Swing,
    drift: Drift,
    left_out: Frames,
    ended: bool,
    /// What sounded last, dying away where nothing follows.
    last: Frame,
}

/// Whether the buffer gives sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// Waits until enough lies ready.
    Filling,
    /// Gives sound; so many frames of its soft beginning are over.
    Sounding { rise: usize },
}

impl Buffer {
    /// A buffer that holds `depth` on average, brought into [`DEPTH`].
    pub fn new(depth: Frames) -> Self {
        Self {
            stretch: Stretch::default(),
            queue: Vec::new(),
            used: 0,
            depth: depth.clamp(*DEPTH.start(), *DEPTH.end()),
            grown: Frames::ZERO,
            grown_at: Position(0),
            dry_at: None,
            flow: Flow::Filling,
            swing: Swing::default(),
            drift: Drift::default(),
            left_out: Frames::ZERO,
            ended: false,
            last: SILENCE,
        }
    }

    /// Takes what arrived at `now`.
    pub fn push(&mut self, sound: &[Frame], now: Position) {
        self.swing.arrived(sound.len(), now);
        self.queue.extend_from_slice(sound);
        let over = self.waiting().saturating_sub(WAITING_MAX);
        self.leave_out(over);
    }

    /// Says that nothing more will come: what waits is given to its last frame.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Fills `out` with what is due at `now`, with silence where there is nothing, and answers how much of it is sound.
    pub fn pull(&mut self, now: Position, out: &mut [Frame]) -> usize {
        if self.flow == Flow::Filling && !self.may_begin(now) {
            self.die_away(out);
            return 0;
        }
        self.ease(now);
        let step = 1.0 + self.drift.ppm(self.waiting(), self.depth + self.grown, now) * 1e-6;
        let mut length = out.len();
        let source = self.queue.get(self.used..).unwrap_or_default();
        while length > 0 && self.stretch.needs(length, step) > source.len() {
            length -= 1;
        }
        let (sound, rest) = out.split_at_mut(length);
        self.used += self.stretch.render(source, step, sound);
        self.begin_softly(sound);
        self.last = sound.last().copied().unwrap_or(self.last);
        self.die_away(rest);
        if !rest.is_empty() {
            (self.flow, self.dry_at) = (Flow::Filling, Some(now));
            self.drift.settle();
        }
        self.forget_used();
        length
    }

    /// Sound that waits.
    pub fn waiting(&self) -> Frames {
        Frames(self.queue.len().saturating_sub(self.used) as u64)
    }

    /// Whether it gives sound.
    pub fn is_flowing(&self) -> bool {
        self.flow != Flow::Filling
    }

    /// Whether the source has ended and all of it was given.
    pub fn is_over(&self) -> bool {
        self.ended && self.flow == Flow::Filling
    }

    /// How much faster than this output the source's clock goes, in parts in a million, as far as it is known.
    pub fn drift_ppm(&self) -> f64 {
        self.drift.lasting_ppm
    }

    /// What was left out because it had waited too long, since the start.
    pub fn left_out(&self) -> Frames {
        self.left_out
    }

    /// Begins when the average will be the depth although arrivals swing, and lets go of what is more than that.
    fn may_begin(&mut self, now: Position) -> bool {
        let was_late = self.dry_at.and_then(|at| now.since(at)).is_some_and(|dry| dry < LATE_MAX);
        let grown = if was_late { (self.grown + STEP).min(GROWN_MAX) } else { self.grown };
        let wanted = self.depth + grown + Frames(self.swing.width().min(SWING_MAX).0 / 2);
        if self.waiting() < wanted || self.ended {
            return false;
        }
        self.leave_out(self.waiting().saturating_sub(wanted));
        (self.grown, self.grown_at, self.dry_at) = (grown, now, None);
        self.flow = Flow::Sounding { rise: 0 };
        true
    }

    fn ease(&mut self, now: Position) {
        if now.since(self.grown_at).is_some_and(|calm| calm >= EASE_EVERY) {
            (self.grown, self.grown_at) = (self.grown.saturating_sub(EASE), now);
        }
    }

    fn leave_out(&mut self, frames: Frames) {
        self.used += frames.0 as usize;
        self.left_out += frames;
        self.forget_used();
    }

    fn begin_softly(&mut self, sound: &mut [Frame]) {
        let Flow::Sounding { rise } = &mut self.flow else { return };
        for frame in sound.iter_mut().take(EDGE.saturating_sub(*rise)) {
            *frame = frame.map(|s| s * *rise as f32 / EDGE as f32);
            *rise += 1;
        }
    }

    fn die_away(&mut self, out: &mut [Frame]) {
        for frame in out {
            self.last = self.last.map(|s| if s.abs() > 1e-6 { s * DECAY } else { 0.0 });
            *frame = self.last;
        }
    }

    fn forget_used(&mut self) {
        if self.used * 2 > self.queue.len() {
            self.queue.drain(..self.used.min(self.queue.len()));
            self.used = 0;
        }
    }
}

/// How unevenly sound arrives: the width between the earliest and the latest against an even flow.
#[derive(Debug, Default)]
struct Swing {
    began: Option<Position>,
    arrived: u64,
    /// Least and most in this stretch of time and in the one before, and when this one began.
    widths: [Option<(i64, i64)>; 2],
    since: Position,
    last: Position,
}

impl Swing {
    fn arrived(&mut self, frames: usize, now: Position) {
        if now.since(self.last).unwrap_or_default() > SWING_MAX {
            // An outage is no unevenness.
            *self = Self { since: now, ..Self::default() };
        }
        self.last = now;
        let began = *self.began.get_or_insert(now);
        let even = now.since(began).unwrap_or_default().0 as i64;
        let before = self.arrived as i64 - even;
        self.arrived += frames as u64;
        let after = self.arrived as i64 - even;
        if now.since(self.since).unwrap_or_default() >= SWING_OVER {
            self.widths = [None, self.widths[0]];
            self.since = now;
        }
        let (least, most) = self.widths[0].unwrap_or((before, after));
        self.widths[0] = Some((least.min(before), most.max(after)));
    }

    fn width(&self) -> Frames {
        let widest = self.widths.iter().flatten().map(|(least, most)| most - least).max();
        Frames(widest.unwrap_or_default().max(0) as u64)
    }
}

/// The control loop from depth to speed.
#[derive(Debug, Default)]
struct Drift {
    average_s: Option<f64>,
    lasting_ppm: f64,
    ppm: f64,
    last: Option<Position>,
}

impl Drift {
    /// How much faster to play from now on.
    fn ppm(&mut self, waiting: Frames, depth: Frames, now: Position) -> f64 {
        let dt = self.last.replace(now).and_then(|last| now.since(last)).unwrap_or_default().as_secs_f64();
        let (waiting_s, depth_s) = (waiting.as_secs_f64(), depth.as_secs_f64());
        let answer = (ANSWER_PER_S * DEPTH_SLOW_S / depth_s).clamp(ANSWER_PER_S / 4.0, ANSWER_PER_S_MAX);
        // At the start the swing is believed to be around the depth already.
        let average_s = self.average_s.unwrap_or(depth_s);
        let average_s = average_s + (waiting_s - average_s) * (dt * answer / AVERAGE_OF_ANSWER).min(1.0);
        self.average_s = Some(average_s);
        let error = (average_s - depth_s) * 1e6;
        let wanted = error * answer + self.lasting_ppm;
        if wanted.abs() < PPM_MAX {
            // A quarter of the square damps critically.
            self.lasting_ppm += error * answer * answer / 4.0 * dt;
        }
        let slew = PPM_PER_S * (answer / ANSWER_PER_S).max(1.0) * dt;
        self.ppm += (wanted.clamp(-PPM_MAX, PPM_MAX) - self.ppm).clamp(-slew, slew);
        self.ppm
    }

    /// Keeps what was learnt of the clocks when the depth begins anew.
    fn settle(&mut self) {
        self.average_s = None;
        self.ppm = self.lasting_ppm;
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: usize = 480;

    /// What an hour does to the depth, in virtual time and without samples: least and most that waited, in milliseconds,
    /// after the first minute.
    fn hour(depth: Frames, ppm: f64, page_ms: u64) -> (u64, u64) {
        let mut drift = Drift::default();
        let page = (page_ms * 48) as f64;
        // Begins as the buffer does: half a page more than the depth just after one has come.
        let (mut waiting, mut arrived, mut sent) = (depth.0 as f64 + page / 2.0, 0.0, 0.0);
        let (mut least, mut most) = (f64::MAX, 0.0f64);
        for n in 0..360_000u64 {
            let now = Position(n * STEP as u64);
            let speed = 1.0 + drift.ppm(Frames(waiting as u64), depth, now) * 1e-6;
            waiting -= STEP as f64 * speed;
            arrived += STEP as f64 * (1.0 + ppm * 1e-6);
            if arrived - sent >= page {
                waiting += page;
                sent += page;
            }
            assert!(waiting > 0.0, "dry at {now:?} with {depth:?} at {ppm} ppm");
            if n > 6_000 {
                (least, most) = (least.min(waiting), most.max(waiting));
            }
        }
        ((least / 48.0) as u64, (most / 48.0) as u64)
    }

    #[test]
    fn an_hour_at_200_ppm_stays_at_its_depth() {
        // Depth, difference of the clocks, what the sender writes at once; least and most that waits then.
        for (depth_ms, ppm, page_ms, least, most) in [
            (1_000, 200.0, 1_000, 470, 1_530),
            (1_000, -200.0, 20, 970, 1_020),
            (40, 200.0, 20, 20, 60),
            (40, -200.0, 20, 20, 60),
            (3_000, 500.0, 1_000, 2_450, 3_750),
        ] {
            let got = hour(Frames::from_millis(depth_ms), ppm, page_ms);
            assert!(got.0 >= least && got.1 <= most, "{depth_ms} ms, {ppm} ppm, {page_ms} ms: {got:?}");
        }
    }

    /// A tone that arrives in pages of `page` frames, while `sends` says so; what came out, and the buffer.
    fn played(depth_ms: u64, page: usize, blocks: u64, sends: impl Fn(u64) -> bool) -> (Vec<f32>, Buffer) {
        let mut buffer = Buffer::new(Frames::from_millis(depth_ms));
        let (mut out, mut block, mut sent) = (Vec::new(), [SILENCE; STEP], 0);
        let tone = |i: usize| [(i as f32 * 0.05).sin() * 0.5; 2];
        for n in 0..blocks {
            let now = Position(n * STEP as u64);
            if (n as usize * STEP).is_multiple_of(page) && sends(n) {
                buffer.push(&(sent..sent + page).map(tone).collect::<Vec<_>>(), now);
            }
            sent += if (n as usize * STEP).is_multiple_of(page) { page } else { 0 };
            buffer.pull(now, &mut block);
            out.extend(block.iter().map(|f| f[0]));
        }
        (out, buffer)
    }

    fn first_sound(out: &[f32]) -> usize {
        out.iter().position(|s| s.abs() > 0.01).unwrap_or(usize::MAX) / 48
    }

    fn largest_step(out: &[f32]) -> f32 {
        out.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn it_begins_when_arrivals_may_swing_around_its_depth() {
        for (page_ms, begins_ms) in [(20, 980..1_040), (1_000, 1_000..1_020)] {
            let (out, buffer) = played(1_000, page_ms * 48, 500, |_| true);
            let began = first_sound(&out);
            assert!(begins_ms.contains(&began), "pages of {page_ms} ms: after {began} ms");
            let deepest = 1_000 + page_ms as u64 / 2;
            assert!(buffer.waiting() <= Frames::from_millis(deepest), "{:?}", buffer.waiting());
            assert!(largest_step(&out) < 0.05 * 0.5 * 1.05, "no seam");
        }
    }

    #[test]
    fn what_stops_dies_away_and_comes_back_without_having_grown_late() {
        // From the third to the seventh second nothing comes.
        let (out, buffer) = played(500, 960, 1_200, |n| !(300..700).contains(&n));
        let quiet = |s: usize| out[s * 480..(s + 1) * 480].iter().all(|v| v.abs() < 1e-3);
        assert!(!quiet(345) && quiet(356) && quiet(744) && !quiet(760), "silent for as long as nothing came");
        assert!(largest_step(&out) < 0.05, "no click: {}", largest_step(&out));
        assert!(buffer.waiting() <= Frames::from_millis(520) && buffer.is_flowing());
    }

    #[test]
    fn packets_that_are_late_deepen_the_buffer_until_they_are_in_time() {
        let mut buffer = Buffer::new(Frames::from_millis(15));
        let (mut piece, mut dry_s) = ([SILENCE; 96], Vec::new());
        for ms in 0..60_000u64 {
            let now = Position(ms * 48);
            // A packet each millisecond; each four seconds the network holds them for a while.
            let (at, held) = (ms % 4_000, 12);
            match at {
                0..12 => {}
                _ if at == held => buffer.push(&vec![[0.1; 2]; 48 * (held as usize + 1)], now),
                _ => buffer.push(&[[0.1; 2]; 48], now),
            }
            // The mixer takes 10 ms at once.
            if ms % 10 == 0 {
                let given: usize = (0..5).map(|_| buffer.pull(now, &mut piece)).sum();
                dry_s.extend((given < 480 && ms > 100).then_some(ms / 1_000));
            }
        }
        dry_s.dedup();
        assert!(dry_s.iter().all(|s| *s < 20), "dry in seconds {dry_s:?}");
        assert!(buffer.waiting() <= Frames::from_millis(45), "{:?}", buffer.waiting());
    }

    #[test]
    fn everything_sent_at_once_is_not_caught_up_with() {
        let mut buffer = Buffer::new(Frames::from_secs(1));
        buffer.push(&vec![[0.1; 2]; 48_000 * 40], Position(0));
        assert_eq!((buffer.waiting(), buffer.left_out()), (WAITING_MAX, Frames::from_secs(10)));
        let mut block = [SILENCE; STEP];
        assert_eq!(buffer.pull(Position(0), &mut block), STEP);
        assert!(buffer.waiting() <= Frames::from_secs(2));
    }

    #[test]
    fn the_last_words_are_given_when_the_source_ends() {
        let mut buffer = Buffer::new(Frames::from_millis(100));
        let mut block = [SILENCE; STEP];
        buffer.push(&vec![[0.1; 2]; 9_600], Position(0));
        buffer.pull(Position(0), &mut block);
        buffer.end();
        let mut given = STEP;
        for n in 1..100 {
            given += buffer.pull(Position(n * STEP as u64), &mut block);
        }
        assert!(buffer.is_over() && given > 4_700, "{given}");
    }
}
