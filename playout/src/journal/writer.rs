//! The journal's own thread: records are made where the air is conducted and synced where waiting harms nobody.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use domain::{AsRun, BootId, Finding, Severity, SiteId};

use super::store::Journal;
use crate::error::{Error, Result};

/// Messages that may wait while one sync hangs; the engine sends one per record and one per 2 s.
const MAX_WAITING: usize = 512;
/// Records held while the disk refuses: ten days of a site's entries, a few MiB.
const MAX_HELD: usize = 10_000;
/// How often a refusing disk is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// How long a stopping process waits for the last sync.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

enum Message {
    Records(Vec<AsRun>),
    Sounding(Vec<AsRun>),
    Close(SyncSender<()>),
}

/// The sending end: never waits, never fails; what is wrong is told by [`JournalWriter::findings`].
#[derive(Debug)]
pub struct JournalWriter {
    messages: SyncSender<Message>,
    unsent: VecDeque<AsRun>,
    findings: Arc<Mutex<Vec<Finding>>>,
}

impl JournalWriter {
    /// Starts the thread, which opens the journal in `dir` as soon as the disk lets it.
    pub fn start(dir: &Path, site: SiteId, boot: BootId) -> Result<Self> {
        let (messages, inbox) = sync_channel(MAX_WAITING);
        let findings = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&findings);
        let shelf =
            Shelf { dir: dir.to_owned(), site, boot, journal: None, held: VecDeque::new(), told, mended: Vec::new() };
        let spawned = thread::Builder::new().name("journal".to_owned()).stack_size(256 << 10);
        spawned.spawn(move || shelf.run(&inbox)).map_err(Error::io("starting the journal's thread for", dir))?;
        Ok(Self { messages, unsent: VecDeque::new(), findings })
    }

    /// Hands records over.
    pub fn record(&mut self, records: Vec<AsRun>) {
        hold(&mut self.unsent, records);
        let batch: Vec<_> = self.unsent.drain(..).collect();
        if let Err(e) = self.messages.try_send(Message::Records(batch))
            && let Message::Records(back) = back(e)
        {
            self.unsent.extend(back);
        }
    }

    /// Hands over what sounds now; only the newest counts, so that one may be missed.
    pub fn sounding(&mut self, records: Vec<AsRun>) {
        if !self.unsent.is_empty() {
            self.record(Vec::new());
        }
        let _ = self.messages.try_send(Message::Sounding(records));
    }

    /// What is wrong now, and what was mended at the start.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits (at most 2 s) until everything is on the disk.
    pub fn close(mut self) {
        if !self.unsent.is_empty() {
            self.record(Vec::new());
        }
        let (done, wait) = sync_channel(1);
        if self.messages.try_send(Message::Close(done)).is_ok() {
            let _ = wait.recv_timeout(CLOSE_WAIT);
        }
    }
}

fn back(e: std::sync::mpsc::TrySendError<Message>) -> Message {
    match e {
        std::sync::mpsc::TrySendError::Full(m) | std::sync::mpsc::TrySendError::Disconnected(m) => m,
    }
}

fn hold(held: &mut VecDeque<AsRun>, records: impl IntoIterator<Item = AsRun>) -> bool {
    held.extend(records);
    let over = held.len().saturating_sub(MAX_HELD);
    held.drain(..over);
    over > 0
}

/// The thread's side.
struct Shelf {
    dir: PathBuf,
    site: SiteId,
    boot: BootId,
    journal: Option<Journal>,
    held: VecDeque<AsRun>,
    told: Arc<Mutex<Vec<Finding>>>,
    mended: Vec<Finding>,
}

impl Shelf {
    fn run(mut self, inbox: &Receiver<Message>) {
        self.flush();
        loop {
            match inbox.recv_timeout(RETRY) {
                Ok(Message::Records(records)) => {
                    if hold(&mut self.held, records) {
                        self.tell(Some(full()));
                    }
                    self.flush();
                }
                Ok(Message::Sounding(records)) => self.note(&records),
                Ok(Message::Close(done)) => {
                    self.flush();
                    if let Some(journal) = &self.journal {
                        let _ = journal.sounding(&[]);
                    }
                    let _ = done.try_send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => self.flush(),
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
        }
    }

    fn flush(&mut self) {
        match self.try_flush() {
            Ok(()) => self.tell(None),
            Err(e) => self.tell(Some(disk(&e, self.held.len()))),
        }
    }

    fn try_flush(&mut self) -> Result<()> {
        if self.journal.is_none() {
            let (journal, findings) = Journal::open(&self.dir, self.site, self.boot)?;
            self.mended.extend(findings);
            self.journal = Some(journal);
        }
        if let Some(journal) = self.journal.as_mut().filter(|_| !self.held.is_empty()) {
            journal.append(self.held.make_contiguous())?;
            self.held.clear();
        }
        Ok(())
    }

    fn note(&mut self, records: &[AsRun]) {
        // While records are held, the note would claim numbers that are not written yet.
        if let Some(journal) = self.journal.as_ref().filter(|j| self.held.is_empty() && !j.is_suspect())
            && let Err(e) = journal.sounding(records)
        {
            self.tell(Some(disk(&e, 0)));
        }
    }

    fn tell(&self, now: Option<Finding>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        *told = self.mended.iter().cloned().chain(now).collect();
    }
}

fn disk(e: &Error, held: usize) -> Finding {
    Finding {
        code: "journal.disk".to_owned(),
        severity: Severity::Blocking,
        at_s: None,
        fr: format!(
            "Le disque refuse le journal de diffusion ({e}) ; {held} enregistrements attendent en mémoire et l’antenne continue. Libérez de la place ou changez le disque."
        ),
        en: format!(
            "The disk refuses the as-run journal ({e}); {held} records wait in memory and the air goes on. Free some space or replace the disk."
        ),
    }
}

fn full() -> Finding {
    Finding {
        code: "journal.full".to_owned(),
        severity: Severity::Blocking,
        at_s: None,
        fr: format!(
            "Plus de {MAX_HELD} enregistrements de diffusion attendaient que le disque réponde ; les plus anciens sont perdus."
        ),
        en: format!("More than {MAX_HELD} as-run records waited for the disk; the oldest are lost."),
    }
}
