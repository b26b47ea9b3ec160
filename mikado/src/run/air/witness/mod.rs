//! What a receiver hears off the air: recorded beside the air check and compared with what was sent.
//!
//! The air knows nothing of it. The thread hangs on a tap like any other; a receiver that is away, lies or floods costs it alone.

mod ear;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Finding, Frames, OutputReading, Position, Severity, WitnessReading};
use playout::aircheck::AirCheckOptions;
use playout::outputs::Standing;
use playout::realtime::{BLOCK_FRAMES, Block, Fanout, Frame, SILENCE, TapReader, TapSpec};
use playout::witness::Witness;

use super::air_check::{AirCheck, AirCheckWork};
use super::alarms::AlarmBoard;
use super::line::OutputLine;
use super::live::LineBy;
use crate::clock::WallClock;
use crate::speech::Said;
use ear::Ear;

/// How often the receiver and the tap are emptied; both hold several times that.
const NAP: Duration = Duration::from_millis(50);
/// How often a receiver that is away is looked for.
const RETRY: Duration = Duration::from_secs(2);
/// A receiver that gives nothing for this long is told, and opened anew.
const STALL: Duration = Duration::from_secs(5);
/// The recorder may stand still this long.
const RECORDING_TAP: Frames = Frames::from_secs(8);
/// Frames taken from the tap at once.
const CHUNK: usize = 960;
/// Under which name it complains.
const SOURCE: &str = "witness";

/// A receiver that hears the site off the air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessOptions {
    /// How its sound comes in.
    pub by: WitnessBy,
    /// How it is recorded; `None` when it is only listened to.
    pub recorded: Option<AirCheckOptions>,
}

/// How a receiver's sound comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessBy {
    /// By a sound card or as RTP, as a live line does.
    Line(LineBy),
    /// Through a named pipe: 48 kHz, two channels, 16 bits, least byte first. Made where there is none.
    Pipe(PathBuf),
}

/// What the witness works with.
pub struct WitnessWork {
    /// How it hears.
    pub options: WitnessOptions,
    /// What the recording needs; its folder is the witness's own.
    pub recording: AirCheckWork,
    /// Where conditions go.
    pub alarms: Arc<AlarmBoard>,
}

/// The running witness.
pub struct WitnessEar {
    shared: Arc<Shared>,
    recorder: Option<AirCheck>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    standing: Standing,
    reading: Mutex<WitnessReading>,
}

impl WitnessEar {
    /// Starts listening; `tap` gives what is sent.
    pub fn start(work: WitnessWork, tap: TapReader) -> std::io::Result<Self> {
        let WitnessWork { options, recording, alarms } = work;
        let clock = recording.clock;
        let line = Arc::new(OutputLine::starting(Instant::now()));
        let (fanout, mut taps) = Fanout::new(&[TapSpec::new(SOURCE, RECORDING_TAP)]);
        let recorder = match (options.recorded, taps.pop()) {
            (Some(keeping), Some(tap)) => {
                let line = Arc::clone(&line);
                let position = Box::new(move |now| line.at(now));
                Some(AirCheck::start(SOURCE, AirCheckWork { options: keeping, position, ..recording }, tap)?)
            }
            _ => None,
        };
        let shared = Arc::new(Shared::default());
        let listening = Listening {
            by: options.by,
            tap,
            witness: Witness::default(),
            heard: Heard { fanout, block: Block::default(), filled: 0, line },
            alarms,
            clock,
            shared: Arc::clone(&shared),
        };
        let builder = thread::Builder::new().name("witness".into()).stack_size(512 * 1024);
        let thread = builder.spawn(move || listening.run())?;
        Ok(Self { shared, recorder, thread })
    }

    /// What it says now.
    pub fn reading(&self) -> WitnessReading {
        *self.shared.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How its recording fares.
    pub fn recording(&self) -> Option<OutputReading> {
        self.recorder.as_ref().map(AirCheck::reading)
    }

    /// Lets the threads end.
    pub fn stop(&self) {
        self.shared.standing.stop();
        self.recorder.iter().for_each(AirCheck::stop);
    }

    /// Whether they have ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished() && self.recorder.as_ref().is_none_or(AirCheck::has_ended)
    }
}

struct Listening {
    by: WitnessBy,
    tap: TapReader,
    witness: Witness,
    heard: Heard,
    alarms: Arc<AlarmBoard>,
    clock: WallClock,
    shared: Arc<Shared>,
}

impl Listening {
    fn run(mut self) {
        let (mut ear, mut tried, mut moved) = (None::<Ear>, None::<Instant>, Instant::now());
        let (mut away, mut sound) = (None::<Said>, Vec::new());
        while !self.shared.standing.is_stopping() {
            if ear.is_none() && tried.is_none_or(|at| at.elapsed() >= RETRY) {
                tried = Some(Instant::now());
                match Ear::open(&self.by) {
                    Ok(open) => (ear, moved) = (Some(open), Instant::now()),
                    Err(why) => away = Some(why),
                }
            }
            sound.clear();
            let trouble = ear.as_mut().and_then(|ear| ear.hear(&mut sound).err());
            let now = Instant::now();
            if !sound.is_empty() {
                if away.take().is_some() || now - moved > STALL {
                    self.witness.interrupted();
                    self.heard.resume(now);
                }
                moved = now;
                self.witness.heard(&sound);
                self.heard.record(&sound, now);
            }
            let stalled = (now - moved > STALL).then(|| Said::new("plus de son depuis 5 s", "no sound for 5 s"));
            if let Some(why) = trouble.or(stalled.filter(|_| ear.is_some())) {
                (ear, away) = (None, Some(why));
            }
            self.compare();
            self.tell(away.as_ref());
            thread::sleep(NAP);
        }
    }

    fn compare(&mut self) {
        let mut chunk = [SILENCE; CHUNK];
        loop {
            let n = self.tap.read(&mut chunk);
            if n == 0 {
                return;
            }
            self.witness.sent(chunk.get(..n).unwrap_or_default());
        }
    }

    fn tell(&self, away: Option<&Said>) {
        let found = away.map_or_else(|| self.witness.finding(), |why| Some(no_receiver(why)));
        self.alarms.set(SOURCE, found.into_iter().collect(), self.clock.now());
        let reading = away.map_or_else(|| self.witness.reading(), |_| WitnessReading::default());
        *self.shared.reading.lock().unwrap_or_else(PoisonError::into_inner) = reading;
    }
}

/// What was heard on its way to the recorder, by a time of its own: the receiver's card has a clock of its own.
struct Heard {
    fanout: Fanout,
    block: Block,
    filled: usize,
    line: Arc<OutputLine>,
}

impl Heard {
    /// The receiver is there again: what it did not hear is a hole of that length.
    fn resume(&mut self, now: Instant) {
        let at = self.line.at(now).0.max(self.block.at.0 + BLOCK_FRAMES as u64);
        (self.block.at, self.filled) = (Position(at), 0);
        self.line.fix(self.block.at, now);
    }

    fn record(&mut self, sound: &[Frame], now: Instant) {
        for frame in sound {
            if let Some(place) = self.block.frames.get_mut(self.filled) {
                *place = frame.map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 });
            }
            self.filled += 1;
            if self.filled == BLOCK_FRAMES {
                self.fanout.push(&self.block);
                (self.block.at, self.filled) = (self.block.at + Frames(BLOCK_FRAMES as u64), 0);
            }
        }
        self.line.follow(self.block.at + Frames(self.filled as u64), now);
    }
}

fn no_receiver(why: &Said) -> Finding {
    let Said { fr, en } = why;
    Finding {
        code: "witness.input".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Le récepteur de contrôle ne donne rien ({fr}) : personne ne vérifie ce qui passe sur la fréquence. Branchez-le, il sera repris de lui-même."
        ),
        en: format!(
            "The off-air receiver gives nothing ({en}): nobody checks what is on the frequency. Plug it in, it is taken back by itself."
        ),
    }
}
