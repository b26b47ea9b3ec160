//! The way in: a staged file through a throw-away decoder process onto the shelf, and only then into the catalogue.
//!
//! Whatever the file does to its decoder (crash, hang, memory, nonsense) becomes a finding with a sentence; nothing else
//! happens to this process, the shelf or the catalogue.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::AudioHash;
use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};

use crate::catalogue::{Catalogue, Entered, NewCard, Twin};
use crate::report::{Report, Verdict};
use crate::shelf::Shelf;
use crate::terms::{SilenceRule, Terms};
use crate::wire::{DecodeReport, IngestReport};
use crate::{Error, Result, sentences};

/// What became of one staged file.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the decoder found out, or why there was nothing to find.
    pub report: Report,
    /// The canonical bytes, whole and synced on the shelf; `None` when the file was refused.
    pub hash: Option<AudioHash>,
}

/// How files come in.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// The executable that understands `decode --input F --output G --terms T`: `mikado` itself.
    pub decoder: PathBuf,
    /// Where canonical files go.
    pub shelf: Shelf,
    /// Where work in progress lies.
    pub staging: PathBuf,
    /// The decoder is stopped after this much wall time. One file of six hours needs two minutes here.
    pub time_max: Duration,
    turns: Arc<Turns>,
}

/// Decoders at once, at most: a machine with more processors has other work for them too.
const DECODERS_MAX: usize = 4;

/// Places for decoders: as many as there are processors. Each keeps one busy, behind everything else in the queue.
#[derive(Debug)]
struct Turns {
    free: Mutex<usize>,
    given_back: Condvar,
}

impl Turns {
    fn new() -> Self {
        let places = thread::available_parallelism().map_or(1, usize::from).min(DECODERS_MAX);
        Self { free: Mutex::new(places), given_back: Condvar::new() }
    }

    /// Waits for a place; it is given back when the answer is dropped.
    fn take(&self) -> Turn<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.given_back.wait_while(free, |n| *n == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Turn(self)
    }
}

struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.given_back.notify_one();
    }
}

/// A report is a few kilobytes; more than this is nonsense, and is not read.
const REPORT_BYTES_MAX: u64 = 1 << 20;
/// The end of what a failing decoder said is kept for the trace.
const STDERR_BYTES_MAX: u64 = 16 << 10;
const POLL: Duration = Duration::from_millis(5);
static RUNS: AtomicU64 = AtomicU64::new(0);

impl Ingest {
    /// The usual limits.
    pub fn new(decoder: impl Into<PathBuf>, shelf: Shelf, staging: impl Into<PathBuf>) -> Self {
        let (decoder, staging) = (decoder.into(), staging.into());
        Self { decoder, shelf, staging, time_max: Duration::from_mins(20), turns: Arc::new(Turns::new()) }
    }

    /// Removes what runs that were killed left in the staging folder. Work in progress stays, whichever process does it.
    pub fn sweep(&self) -> Result<()> {
        match sweep(&self.staging) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io(&self.staging, e)),
            _ => Ok(()),
        }
    }

    /// Decodes, measures and shelves `staged`, which stays where it is. The same file again gives the same hash.
    ///
    /// Waits for its turn: this and its clones decode as many files at once as the machine has processors, at most four.
    ///
    /// An error means that this station is in trouble, never that the file is bad.
    pub fn run(&self, staged: &Path) -> Result<Outcome> {
        self.run_on(staged, &Terms::default())
    }

    /// [`Ingest::run`] on the terms of a station and of what the sound is for.
    pub fn run_on(&self, staged: &Path, terms: &Terms) -> Result<Outcome> {
        let work = Work::new(&self.staging)?;
        let turn = self.turns.take();
        let report = self.decode(staged, &work, terms)?;
        drop(turn);
        if report.verdict() == Verdict::Refused {
            return Ok(Outcome { report, hash: None });
        }
        let hash = self.shelf.put(&work.canonical)?;
        if let Ok(peaks) = fs::read(crate::peaks::beside(&work.canonical)) {
            self.shelf.put_peaks(&hash, &peaks)?;
        }
        Ok(Outcome { report, hash: Some(hash) })
    }

    /// [`Ingest::run`], and the card after it. A refused file leaves no card and changes none.
    pub fn enter(
        &self,
        catalogue: &Catalogue,
        staged: &Path,
        card: &NewCard,
        now: Timestamp,
    ) -> Result<(IngestReport, Option<Entered>)> {
        let silence = SilenceRule::of(card.kind, card.silence_intended);
        let Outcome { mut report, hash } = self.run_on(staged, &Terms { target: *catalogue.target(), silence })?;
        let Some(hash) = hash else { return Ok((IngestReport::new(&report, catalogue.target(), None, None), None)) };
        let twins = catalogue.twins(&card.id, &report, &hash)?;
        report.findings.extend(twins.iter().map(Twin::finding));
        let entered = catalogue.enter(card, &report, &hash, now)?;
        Ok((IngestReport::new(&report, catalogue.target(), Some(&card.id), Some(hash)), Some(entered)))
    }

    fn decode(&self, staged: &Path, work: &Work, terms: &Terms) -> Result<Report> {
        match fs::metadata(staged) {
            Ok(m) if m.len() == 0 => return Ok(Report::refused(sentences::empty())),
            Ok(_) => {}
            Err(e) => return Err(Error::io(staged, e)),
        }
        let mut child = Command::new(&self.decoder)
            .arg("decode")
            .arg("--input")
            .arg(staged)
            .arg("--output")
            .arg(&work.canonical)
            .args(["--terms", &terms.to_string()])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| Error::NoDecoder { path: self.decoder.clone(), source })?;
        let said = gather(child.stdout.take(), REPORT_BYTES_MAX);
        let trace = gather(child.stderr.take(), STDERR_BYTES_MAX);
        let ended = wait(&mut child, self.time_max).map_err(|e| Error::io(&self.decoder, e))?;
        let trace = trace.join().unwrap_or_default();
        if !trace.is_empty() {
            tracing::warn!(file = %staged.display(), "decoder said: {}", String::from_utf8_lossy(&trace).trim());
        }
        Ok(understand(ended, &said.join().unwrap_or_default(), work))
    }
}

/// Reads a pipe on a thread of its own, so that a talkative child can never block.
fn gather(pipe: Option<impl Read + Send + 'static>, bytes_max: u64) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut pipe) = pipe {
            // A broken pipe only means less to read.
            let _ = pipe.by_ref().take(bytes_max).read_to_end(&mut kept);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        kept
    })
}

/// `None` when the time was up and the child was killed.
fn wait(child: &mut Child, time_max: Duration) -> io::Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() >= time_max {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

fn understand(ended: Option<ExitStatus>, said: &[u8], work: &Work) -> Report {
    let Some(status) = ended else { return Report::refused(sentences::decoder_too_slow()) };
    let report = serde_json::from_slice::<DecodeReport>(said).ok().map(Report::from);
    match report {
        Some(report) if status.success() && consistent(&report, work) => report,
        _ => Report::refused(sentences::decoder_failed(status)),
    }
}

/// A decoder that a file has taken over may claim anything; what it wrote must agree.
fn consistent(report: &Report, work: &Work) -> bool {
    if report.verdict() == Verdict::Refused {
        return true;
    }
    crate::canonical::Canonical::open_unnamed(&work.canonical)
        .is_ok_and(|(c, _)| c.length() == report.length && c.channels() == report.channels)
}

/// Files of one run, removed when it ends. The first is locked while its maker lives, so that the next one may sweep what
/// a killed one left.
struct Work {
    canonical: PathBuf,
    _held: fs::File,
}

const WORK: &str = ".ingest-";

impl Work {
    fn new(staging: &Path) -> Result<Self> {
        fs::create_dir_all(staging).map_err(|e| Error::io(staging, e))?;
        // The decoder may create nothing: it gets its two files ready made.
        let work = loop {
            let name = format!("{WORK}{}-{}.flac", std::process::id(), RUNS.fetch_add(1, Ordering::Relaxed));
            let canonical = staging.join(name);
            let held = fs::File::create(&canonical).map_err(|e| Error::io(&canonical, e))?;
            let is_locked = flock(&held, FlockOperation::NonBlockingLockExclusive).is_ok();
            // Somebody's sweep may have come between the two calls.
            if is_locked && held.metadata().is_ok_and(|m| m.nlink() > 0) {
                break Self { canonical, _held: held };
            }
        };
        let peaks = crate::peaks::beside(&work.canonical);
        fs::write(&peaks, b"").map_err(|e| Error::io(&peaks, e))?;
        Ok(work)
    }
}

/// Removes what killed runs left in `staging`; work in progress, of whichever process, stays.
fn sweep(staging: &Path) -> io::Result<()> {
    for entry in fs::read_dir(staging)? {
        let path = entry?.path();
        let is_work = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(WORK));
        // A waveform goes with the file that it lies beside.
        if !is_work || path.extension().is_none_or(|e| e != "flac") {
            continue;
        }
        let Ok(file) = fs::File::open(&path) else { continue };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = fs::remove_file(crate::peaks::beside(&path));
            let _ = fs::remove_file(&path);
        }
    }
    Ok(())
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.canonical);
        let _ = fs::remove_file(crate::peaks::beside(&self.canonical));
    }
}
