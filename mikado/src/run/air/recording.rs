//! The thread that writes the air into a WAV file; a full or slow disk stops nothing else.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Finding, Frames, OutputReading, Severity};
use playout::outputs::{OutputError, Standing, WavRecorder};
use playout::realtime::TapReader;

/// How often the ring is emptied.
const NAP: Duration = Duration::from_millis(100);
/// How soon a recording that failed is tried again, in a new file.
const RETRY: Duration = Duration::from_mins(1);

/// The running thread.
pub struct Recording {
    shared: Arc<Standing>,
    thread: JoinHandle<()>,
}

impl Recording {
    /// Starts writing what `tap` gives to `path`.
    pub fn start(path: PathBuf, tap: TapReader) -> std::io::Result<Self> {
        let shared = Arc::new(Standing::default());
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name("recording".into()).stack_size(256 * 1024);
        let thread = builder.spawn(move || work(&path, tap, &theirs))?;
        Ok(Self { shared, thread })
    }

    /// How it fares.
    pub fn reading(&self) -> OutputReading {
        self.shared.reading("wav")
    }

    /// Lets the thread write what is in the ring, close the file and end.
    pub fn stop(&self) {
        self.shared.stop();
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

fn work(path: &std::path::Path, mut tap: TapReader, shared: &Standing) {
    let mut recorder = None;
    let mut tried: Option<Instant> = None;
    let mut chunk = [[0.0; 2]; 960];
    let mut unwritten = Frames::ZERO;
    loop {
        let stopping = shared.is_stopping();
        if recorder.is_none() && tried.is_none_or(|t| t.elapsed() > RETRY) {
            tried = Some(Instant::now());
            recorder = keep(WavRecorder::create(path), shared);
        }
        while let n @ 1.. = tap.read(&mut chunk) {
            if let Some(mut open) = recorder.take() {
                recorder = keep(open.push(&chunk[..n]).map(|()| open), shared);
            }
            if recorder.is_some() {
                shared.took(Frames(n as u64));
            } else {
                unwritten += Frames(n as u64);
            }
        }
        shared.has_lost(tap.lost() + unwritten);
        if stopping {
            break;
        }
        thread::sleep(NAP);
    }
    if let Some(open) = recorder {
        keep(open.finish(), shared);
    }
}

/// Keeps the trouble, or says that there is none any more.
fn keep<T>(result: Result<T, OutputError>, shared: &Standing) -> Option<T> {
    let trouble = result.as_ref().err().map(|e| Finding {
        code: "recording.stopped".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("L'enregistrement s'est arrêté ({e}). L'antenne continue ; nouvel essai dans une minute."),
        en: format!("The recording has stopped: {e}. The air goes on; trying again in a minute."),
    });
    shared.tell(trouble);
    result.ok()
}
