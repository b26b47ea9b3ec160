//! What receivers shall be told: the station's facts and the entry that really sounds, put into words beside the air.
//!
//! The facts are those of the kit that the studio leaves with the plans. Reading them may take a while; it happens here, and the
//! thread that makes the multiplex only ever looks whether something new lies ready.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use domain::{Entry, EntryId, Finding, Rung, Severity};
use hardware::rds::{Pty, Said};
use scheduler::Station;

use super::super::turning::EngineView;
use super::{MpxWork, Shared};
use crate::kit::{self, Kit};
use crate::receivers::Receivers;

/// A text that is a quarter of a second late is late for nobody.
const LOOK: Duration = Duration::from_millis(250);
/// Looks between two at the kit: 5 s.
const KIT_EVERY: u32 = 20;
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
    kit: PathBuf,
    traffic: bool,
    words: Arc<Words>,
    station: Option<(SystemTime, Station)>,
    /// From which kit words were made last, and about what.
    told: Option<(SystemTime, Option<EntryId>)>,
}

impl Watching {
    pub fn new(work: MpxWork, traffic: bool, words: Arc<Words>) -> Self {
        let kit = kit::path(&work.data_dir);
        Self { work, kit, traffic, words, station: None, told: None }
    }

    /// Starts the thread; it ends with the multiplex.
    pub fn start(mut self, shared: Arc<Shared>) -> std::io::Result<()> {
        let builder = thread::Builder::new().name("mpx-words".into()).stack_size(STACK_BYTES);
        builder.spawn(move || {
            let mut looks = 0u32;
            while !shared.is_stopping() {
                if looks.is_multiple_of(KIT_EVERY) {
                    self.read_kit();
                }
                looks = looks.saturating_add(1);
                let speaks = self.look();
                let missing = (!speaks && looks > MISSED).then(without_rds);
                self.work.alarms.set("mpx", missing.into_iter().collect(), self.work.clock.now());
                thread::sleep(LOOK);
            }
        })?;
        Ok(())
    }

    /// Reads the station's facts where they have changed. What cannot be read leaves what was known.
    fn read_kit(&mut self) {
        let Some(written) = written(&self.kit) else { return };
        if self.station.as_ref().is_some_and(|(of, _)| *of == written) {
            return;
        }
        let read = Kit::read(&self.kit).map_err(|e| e.to_string());
        let station = read.and_then(|kit| Station::parse(&kit.station).map_err(|e| e.en));
        match station {
            Ok(station) => self.station = Some((written, station)),
            Err(why) => tracing::error!("receivers are told what they were: the kit: {why}"),
        }
    }

    /// Lays new words down where something else is on; answers whether there is anything to say at all.
    fn look(&mut self) -> bool {
        let Some((of, station)) = &self.station else { return false };
        let (entry, known) = {
            let view = self.work.engine.lock().unwrap_or_else(PoisonError::into_inner);
            (sounding(&view).cloned(), view.time_trusted)
        };
        self.words.time_is_known.store(known, Relaxed);
        let Some(receivers) = Receivers::new(station, self.work.site, &[], &[]) else { return false };
        let about = (*of, entry.as_ref().map(|e| e.id.clone()));
        if self.told.as_ref() != Some(&about) {
            let mut said = receivers.said(entry.as_ref());
            said.tuning.traffic = self.traffic;
            let announces = [Pty::ALARM, Pty::ALARM_TEST].contains(&said.tuning.pty);
            *self.words.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(Told { said, announces });
            self.told = Some(about);
        }
        true
    }
}

/// The entry that is heard: none while the bed, the floor or somebody live covers the plan, and the text then names the
/// station alone.
fn sounding(view: &EngineView) -> Option<&Entry> {
    view.entry.as_ref().filter(|_| matches!(view.rung, Rung::Plan | Rung::OwnPlan))
}

fn written(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
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
