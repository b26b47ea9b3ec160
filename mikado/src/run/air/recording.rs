//! The thread that writes the air into a WAV file; a full or slow disk stops nothing else.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Finding, Frames, OutputReading, Severity};
use playout::outputs::{OutputError, WavRecorder};
use playout::realtime::TapReader;

/// How often the ring is emptied.
const NAP: Duration = Duration::from_millis(100);
/// How soon a recording that failed is tried again, in a new file.
const RETRY: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
struct Shared {
    taken: AtomicU64,
    lost: AtomicU64,
    stop: AtomicBool,
    trouble: Mutex<Option<Finding>>,
}

/// The running thread.
pub struct Recording {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl Recording {
    /// Starts writing what `tap` gives to `path`.
    pub fn start(path: PathBuf, tap: TapReader) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name("recording".into()).stack_size(256 * 1024);
        let thread = builder.spawn(move || work(&path, tap, &theirs))?;
        Ok(Self { shared, thread })
    }

    /// How it fares.
    pub fn reading(&self) -> OutputReading {
        OutputReading {
            name: "wav".into(),
            taken: Frames(self.shared.taken.load(Relaxed)),
            lost: Frames(self.shared.lost.load(Relaxed)),
            listeners: None,
            trouble: self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Lets the thread write what is in the ring, close the file and end.
    pub fn stop(&self) {
        self.shared.stop.store(true, Relaxed);
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

fn work(path: &std::path::Path, mut tap: TapReader, shared: &Shared) {
    let mut recorder = None;
    let mut tried: Option<Instant> = None;
    let mut chunk = [[0.0; 2]; 960];
    let mut unwritten = 0;
    loop {
        let stopping = shared.stop.load(Relaxed);
        if recorder.is_none() && tried.is_none_or(|t| t.elapsed() > RETRY) {
            tried = Some(Instant::now());
            recorder = keep(WavRecorder::create(path), shared);
        }
        while let n @ 1.. = tap.read(&mut chunk) {
            if let Some(mut open) = recorder.take() {
                recorder = keep(open.push(&chunk[..n]).map(|()| open), shared);
            }
            if recorder.is_some() {
                shared.taken.fetch_add(n as u64, Relaxed);
            } else {
                unwritten += n as u64;
            }
        }
        shared.lost.store(tap.lost().0 + unwritten, Relaxed);
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
fn keep<T>(result: Result<T, OutputError>, shared: &Shared) -> Option<T> {
    let trouble = result.as_ref().err().map(|e| Finding {
        code: "recording.stopped".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("L'enregistrement s'est arrêté ({e}). L'antenne continue ; nouvel essai dans une minute."),
        en: format!("The recording has stopped: {e}. The air goes on; trying again in a minute."),
    });
    *shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    result.ok()
}
