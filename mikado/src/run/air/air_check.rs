//! The thread that records the air check; a full, slow or broken disk stops nothing else.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Anchor, BootId, Finding, Frames, OutputReading, Position, Severity, SiteId};
use playout::aircheck::{AirCheckOptions, ClockReading, Recorder};
use playout::outputs::Standing;
use playout::realtime::TapReader;

use super::turning::EngineView;
use crate::clock::WallClock;

/// How often the ring is emptied and the clocks are read.
const NAP: Duration = Duration::from_millis(100);
/// How often the disk is asked for its room, and what was written is synced: a power cut takes no more than this.
const LOOK: Duration = Duration::from_secs(10);
/// How often what is too old or too much is let go.
const RETAIN: Duration = Duration::from_mins(10);
/// How soon a recording that failed is tried again.
const RETRY: Duration = Duration::from_secs(20);
/// Two readings of the wall further apart than this had something between them: the pair is read again.
const PAIR_MAX: Duration = Duration::from_millis(1);
/// A machine so busy that five pairs in a row are torn has other troubles.
const PAIRS_MAX: usize = 5;

/// Frames taken from the ring at once: a gap is told to a tenth of a second.
const CHUNK: usize = 4_800;

/// What the thread works with.
pub struct AirCheckWork {
    /// Where the pieces go.
    pub dir: PathBuf,
    /// The site.
    pub site: SiteId,
    /// This life of the process.
    pub boot: BootId,
    /// What is recorded and how long it is kept.
    pub options: AirCheckOptions,
    /// The wall clock.
    pub clock: WallClock,
    /// Where what is recorded stands at an instant.
    pub position: Box<dyn Fn(Instant) -> Position + Send>,
    /// Whether the wall is trusted.
    pub engine: Arc<Mutex<EngineView>>,
}

/// The running thread.
pub struct AirCheck {
    name: &'static str,
    shared: Arc<Standing>,
    thread: JoinHandle<()>,
}

impl AirCheck {
    /// Starts recording what `tap` gives; `name` is what the vitals call it.
    pub fn start(name: &'static str, work: AirCheckWork, tap: TapReader) -> std::io::Result<Self> {
        let shared = Arc::new(Standing::default());
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name(name.into()).stack_size(512 * 1024);
        let thread =
            builder.spawn(move || Turn { work, shared: theirs, recorder: None, unwritten: Frames::ZERO }.run(tap))?;
        Ok(Self { name, shared, thread })
    }

    /// How it fares.
    pub fn reading(&self) -> OutputReading {
        self.shared.reading(self.name)
    }

    /// Lets the thread write what is in the ring, seal the piece and end.
    pub fn stop(&self) {
        self.shared.stop();
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

struct Turn {
    work: AirCheckWork,
    shared: Arc<Standing>,
    recorder: Option<Recorder>,
    /// Frames that came while nothing recorded.
    unwritten: Frames,
}

impl Turn {
    fn run(mut self, mut tap: TapReader) {
        let (mut tried, mut looked, mut retained) = (None::<Instant>, Instant::now(), None::<Instant>);
        loop {
            let stopping = self.shared.is_stopping();
            if self.recorder.is_none() && tried.is_none_or(|t| t.elapsed() >= RETRY) {
                tried = Some(Instant::now());
                self.open();
            }
            self.drain(&mut tap);
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.look();
            }
            if self.recorder.is_some() && retained.is_none_or(|t| t.elapsed() >= RETAIN) {
                retained = Some(Instant::now());
                self.retain();
            }
            if stopping {
                break;
            }
            thread::sleep(NAP);
        }
        if let Some(recorder) = self.recorder.take() {
            self.shared.tell(recorder.finish().err().map(|e| stopped(&e)));
        }
    }

    fn open(&mut self) {
        let AirCheckWork { dir, site, boot, options, .. } = &self.work;
        match Recorder::open(dir, *site, *boot, *options) {
            Ok(recorder) => {
                self.recorder = Some(recorder);
                self.look();
            }
            Err(e) => self.shared.tell(Some(stopped(&e))),
        }
    }

    fn drain(&mut self, tap: &mut TapReader) {
        let mut chunk = vec![[0.0; 2]; CHUNK];
        let reading = self.read_clocks();
        loop {
            let lost_before = tap.lost();
            let n = tap.read(&mut chunk);
            if n == 0 {
                break;
            }
            let at = tap.position() - Frames(n as u64);
            let gap = tap.lost().saturating_sub(lost_before);
            self.record(|r| {
                r.push(&chunk[..n], at, reading)?;
                if gap > Frames::ZERO { r.note_gap(at, gap) } else { Ok(()) }
            });
            match self.recorder {
                Some(_) => self.shared.took(Frames(n as u64)),
                None => self.unwritten += Frames(n as u64),
            }
        }
        self.shared.has_lost(tap.lost() + self.unwritten);
    }

    /// Does something with the recorder; when that fails the recorder goes, and the piece stays as it is.
    fn record(&mut self, work: impl FnOnce(&mut Recorder) -> playout::Result<()>) {
        if let Some(mut recorder) = self.recorder.take() {
            match work(&mut recorder) {
                Ok(()) => self.recorder = Some(recorder),
                Err(e) => self.shared.tell(Some(stopped(&e))),
            }
        }
    }

    /// Syncs, and stops while the disk has too little room.
    fn look(&mut self) {
        let Some(mut recorder) = self.recorder.take() else { return };
        let Some(space) = recorder.space() else { return self.recorder = Some(recorder) };
        let keeping = self.work.options.keeping;
        if !keeping.has_room(space, recorder.piece().is_some()) {
            // Sealing takes a few hundred bytes; when even they are refused the next start seals.
            let _ = recorder.finish_piece();
            return self.shared.tell(Some(no_room(space.free_bytes, keeping.floor_bytes(space))));
        }
        self.recorder = Some(recorder);
        self.shared.tell(None);
        self.record(|r| r.sync());
    }

    fn retain(&mut self) {
        let now = self.read_clocks();
        self.record(|r| r.retain(now.trusted.then_some(now.anchor.wall)));
    }

    /// Both clocks; read again when something came between the two.
    fn read_clocks(&self) -> ClockReading {
        let trusted = self.work.engine.lock().unwrap_or_else(PoisonError::into_inner).time_trusted;
        let mut left = PAIRS_MAX;
        loop {
            let before = Instant::now();
            let wall = self.work.clock.now();
            let after = Instant::now();
            left -= 1;
            if after - before < PAIR_MAX || left == 0 {
                let at = (self.work.position)(before + (after - before) / 2);
                return ClockReading { anchor: Anchor { at, wall }, trusted };
            }
        }
    }
}

fn stopped(e: &playout::Error) -> Finding {
    Finding {
        code: "aircheck.stopped".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("La pige s'est arrêtée ({e}). L'antenne continue ; nouvel essai dans 20 secondes."),
        en: format!("The air check has stopped: {e}. The air goes on; trying again in 20 seconds."),
    }
}

fn no_room(free_bytes: u64, floor_bytes: u64) -> Finding {
    let (free, floor) = (free_bytes / 1_000_000, floor_bytes / 1_000_000);
    Finding {
        code: "aircheck.full".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "La pige est arrêtée : il reste {free} Mo sur le disque, et {floor} Mo sont gardés pour l'antenne. Libérez de la \
             place, ou baissez keep ou disk_budget."
        ),
        en: format!(
            "The air check is stopped: {free} MB are left on the disk, and {floor} MB are kept for the air. Free some space, \
             or lower keep or disk_budget."
        ),
    }
}
