//! The thread that turns the engine: at most 50 ms apart, whatever the rest of the process does.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Alarm, Entry, Finding, Frames, Moment, NowNext, Revision, Rung};
use jiff::Timestamp;
use playout::engine::{Engine, Snapshot};
use playout::planfile::PlanBundle;
use playout::timeline::Trust;

use super::equipment::Outvoted;
use super::pace::PaceState;
use crate::clock::WallClock;

/// How often the wall page may learn something new.
const SHOW_EVERY: Duration = Duration::from_millis(200);
/// The engine reads plans of several days and keeps small stacks otherwise.
const STACK_BYTES: usize = 1024 * 1024;
/// The fade at the end: short enough to be gone before anyone waits, long enough not to click.
pub const FADE_OUT: Frames = Frames::from_millis(150);

/// What the engine said after its last turn.
#[derive(Clone, Debug, Default)]
pub struct EngineView {
    /// Whether the wall clock is trusted.
    pub time_trusted: bool,
    /// The rung that sounds.
    pub rung: Rung,
    /// What is on.
    pub now: Option<NowNext>,
    /// The entry that is on, whole.
    pub entry: Option<Entry>,
    /// What is next.
    pub next: Option<NowNext>,
    /// The plan revision in use.
    pub revision: Option<Revision>,
    /// How far ahead plans reach.
    pub plan_until: Option<Timestamp>,
    /// Frames that a late voice cost.
    pub underrun: Frames,
    /// What the limiter took away in the last second, in decibels.
    pub limited_db: Option<f32>,
    /// The engine's own conditions.
    pub alarms: Vec<Alarm>,
}

impl EngineView {
    /// The entry that is heard: none while the bed, the floor or somebody live covers the plan, and receivers then read the
    /// station's name alone.
    pub fn sounding(&self) -> Option<&Entry> {
        self.entry.as_ref().filter(|_| matches!(self.rung, Rung::Plan | Rung::OwnPlan))
    }
}

impl From<Snapshot> for EngineView {
    fn from(s: Snapshot) -> Self {
        Self {
            time_trusted: s.trust == Trust::Trusted,
            rung: s.rung,
            now: s.now,
            entry: s.entry,
            next: s.next,
            revision: s.revision,
            plan_until: s.plan_until,
            underrun: s.underrun,
            limited_db: s.limited_db,
            alarms: s.alarms,
        }
    }
}

/// News from the plan slots.
#[derive(Debug)]
pub enum News {
    /// Plans that were read.
    Plans(PlanBundle),
    /// Plans of the site's own, for when those end.
    OwnPlans(PlanBundle),
    /// What is wrong with the slots now.
    Findings(Vec<Finding>),
}

/// What the thread works with.
pub struct Turning {
    /// The engine.
    pub engine: Engine,
    /// News from the plan slots.
    pub news: Receiver<News>,
    /// The pace-maker's readings.
    pub pace: Arc<PaceState>,
    /// The wall clock.
    pub clock: WallClock,
    /// Whether other sources of time say that it is wrong: then nothing follows it.
    pub outvoted: Outvoted,
    /// Where the thread says what the engine said.
    pub view: Arc<Mutex<EngineView>>,
}

/// The running thread.
pub struct EngineThread {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl EngineThread {
    /// Starts turning.
    pub fn start(turning: Turning) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&stop);
        let builder = thread::Builder::new().name("engine".into()).stack_size(STACK_BYTES);
        let thread = builder.spawn(move || turning.run(&theirs))?;
        Ok(Self { stop, thread })
    }

    /// Fades out; when the fade has sounded, closes the journal and ends.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

impl Turning {
    fn run(mut self, stop: &AtomicBool) {
        let mut shown: Option<Instant> = None;
        while !stop.load(Relaxed) {
            let now = self.now();
            let wait = self.engine.turn(now).min(Duration::from_millis(50)).max(Duration::from_millis(1));
            if shown.is_none_or(|t| t.elapsed() >= SHOW_EVERY) {
                shown = Some(Instant::now());
                let mut view = EngineView::from(self.engine.snapshot());
                view.time_trusted &= !self.outvoted.load(Relaxed);
                *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view;
            }
            match self.news.recv_timeout(wait) {
                Ok(news) => self.take(news),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => thread::sleep(wait),
            }
        }
        self.finish();
    }

    fn take(&mut self, news: News) {
        let now = self.now();
        match news {
            News::Plans(bundle) => self.engine.set_plans(now, bundle),
            News::OwnPlans(bundle) => self.engine.set_own_plans(now, bundle),
            News::Findings(findings) => self.engine.set_plan_findings(now, findings),
        }
    }

    fn finish(mut self) {
        self.engine.fade_out(FADE_OUT);
        self.pace.stop_after(FADE_OUT + Frames::from_millis(20));
        let until = Instant::now() + 2 * FADE_OUT.as_duration();
        while Instant::now() < until && !self.pace.has_stopped() {
            let now = self.now();
            self.engine.turn(now);
            thread::sleep(Duration::from_millis(5));
        }
        let now = self.now();
        self.engine.close(now);
    }

    /// Both clocks, read one after the other: microseconds apart. A wall that is outvoted is none; the output's pace goes on.
    fn now(&self) -> Moment {
        let wall = (!self.outvoted.load(Relaxed)).then(|| self.clock.now());
        Moment { at: self.pace.position(Instant::now()), wall }
    }
}
