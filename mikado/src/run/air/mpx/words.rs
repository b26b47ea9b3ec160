//! What receivers shall be told: the station's facts and the entry that really sounds, put into words beside the air.
//!
//! The facts are those of the kit that the studio leaves with the plans. Reading them may take a while; it happens here, and the
//! thread that makes the multiplex only ever looks whether something new lies ready.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use domain::{EntryId, Finding, Severity};
use hardware::rds::Said;

use super::super::facts::Facts;
use super::{MpxWork, Shared};
use crate::receivers::Receivers;

/// A text that is a quarter of a second late is late for nobody.
const LOOK: Duration = Duration::from_millis(250);
/// Looks after which the want of a kit is told: a minute, since a new site gets its first one with its first plan.
const MISSED: u32 = 240;
/// Reading a station file goes a few calls deep.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// What is to be said, and whether an announcement is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub said: Said,
    pub announces: bool,
}

/// Where the words lie until the multiplex takes them.
#[derive(Debug, Default)]
pub struct Words {
    next: Mutex<Option<Told>>,
    time_is_known: AtomicBool,
}

impl Words {
    /// New words, once. Never waits: what is being laid down now is taken with the next block.
    pub fn take(&self) -> Option<Told> {
        self.next.try_lock().ok()?.take()
    }

    /// Whether the time may be told.
    pub fn time_is_known(&self) -> bool {
        self.time_is_known.load(Relaxed)
    }
}

/// The thread that finds the words.
pub struct Watching {
    work: MpxWork,
    facts: Facts,
    traffic: bool,
    beside: bool,
    words: Arc<Words>,
    /// From which kit words were made last, and about what.
    told: Option<(SystemTime, Option<EntryId>)>,
}

impl Watching {
    /// `beside` says whether an opt-out names the network beside it.
    pub fn new(work: MpxWork, (traffic, beside): (bool, bool), words: Arc<Words>) -> Self {
        let facts = Facts::new(&work.data_dir);
        Self { work, facts, traffic, beside, words, told: None }
    }

    /// Starts the thread; it ends with the multiplex.
    pub fn start(mut self, shared: Arc<Shared>) -> std::io::Result<()> {
        let builder = thread::Builder::new().name("mpx-words".into()).stack_size(STACK_BYTES);
        builder.spawn(move || {
            let mut looks = 0u32;
            while !shared.is_stopping() {
                looks = looks.saturating_add(1);
                let speaks = self.look();
                let missing = (!speaks && looks > MISSED).then(without_rds);
                self.work.alarms.set("mpx", missing.into_iter().collect(), self.work.clock.now());
                thread::sleep(LOOK);
            }
        })?;
        Ok(())
    }

    /// Lays new words down where something else is on; answers whether there is anything to say at all.
    fn look(&mut self) -> bool {
        let Some((of, station)) = self.facts.station() else { return false };
        let (entry, known) = {
            let view = self.work.engine.lock().unwrap_or_else(PoisonError::into_inner);
            (view.sounding().cloned(), view.time_trusted)
        };
        self.words.time_is_known.store(known, Relaxed);
        let Some(receivers) = Receivers::new(station, self.work.site, &[], &[]) else { return false };
        let about = (of, entry.as_ref().map(|e| e.id.clone()));
        if self.told.as_ref() != Some(&about) {
            let mut said = receivers.said(entry.as_ref());
            said.tuning.traffic = self.traffic;
            said.others.extend(receivers.beside(entry.as_ref()).filter(|_| self.beside));
            let announces = said.tuning.pty.is_alarm();
            *self.words.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(Told { said, announces });
            self.told = Some(about);
        }
        true
    }
}

fn without_rds() -> Finding {
    Finding {
        code: "mpx.rds".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: "Le multiplex part sans RDS : ce site n'a pas de code PI (rds_pi dans la station), ou le studio ne lui a pas encore envoyé de plan. Le son et la pilote passent.".into(),
        en: "The multiplex goes out without RDS: this site has no PI (rds_pi in the station), or the studio has not sent it a plan yet. Sound and pilot are on.".into(),
    }
}
