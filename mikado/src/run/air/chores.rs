//! The thread that looks into the plan slots each second and writes the wall mark each ten.
//!
//! Reading and checking a plan file takes a moment; here it delays nobody.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use domain::{Finding, Frames, Revision, Severity, SiteId};
use jiff::Timestamp;
use playout::deck::Suspects;
use playout::planfile::{PlanBundle, PlanSlots};

use super::alarms::AlarmBoard;
use super::mark::WallMark;
use super::own::OwnPlanner;
use super::pace::PaceState;
use super::turning::News;
use crate::clock::WallClock;

/// How often the slots are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Looks between two wall marks.
const MARK_EVERY: u64 = 10;
/// Looks after which the plans are read again though nothing changed: what memory holds is compared with the file.
const REREAD_EVERY: u64 = 60;
/// Looks after which this life counts as a long one: a minute.
const LASTED: u64 = 60;
/// Looks for which lost time is shown: ten minutes.
const LOST_SHOWN: u64 = 600;
/// Reading JSON of several days, and planning some, goes a few calls deep.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// What the thread needs.
pub struct Chores {
    /// The site.
    pub site: SiteId,
    /// The wall clock.
    pub clock: WallClock,
    /// Whether the wall clock may be written down: only what is trusted makes a mark.
    pub trusted: Box<dyn Fn() -> bool + Send>,
    /// The pace-maker's readings.
    pub pace: Arc<PaceState>,
    /// Where the shell's own conditions go.
    pub alarms: Arc<AlarmBoard>,
    /// Where news go. Two may wait; what does not fit is sent a second later.
    pub news: SyncSender<News>,
    /// Makes the site's own plans when the studio's end.
    pub own: OwnPlanner,
    /// Whether the bed alone is trusted until this life has lasted.
    pub hold: bool,
}

impl Chores {
    /// Starts the thread for the site's folder; it lives as long as the process.
    pub fn start(self, data_dir: &Path) -> std::io::Result<Arc<AtomicBool>> {
        let stop = Arc::new(AtomicBool::new(false));
        let (theirs, data_dir) = (Arc::clone(&stop), data_dir.to_owned());
        let builder = thread::Builder::new().name("chores".into()).stack_size(STACK_BYTES);
        builder.spawn(move || self.run(&data_dir, &theirs))?;
        Ok(stop)
    }

    fn run(mut self, data_dir: &Path, stop: &AtomicBool) {
        let mark = WallMark::in_dir(data_dir);
        let mut slots = None;
        let mut seen = Seen::default();
        let mut lost = Lost::default();
        let mut looks: u64 = 0;
        while !stop.load(Relaxed) {
            slots = slots.or_else(|| self.open(data_dir));
            if looks % REREAD_EVERY == REREAD_EVERY - 1 {
                (seen.looks, seen.compared) = (None, false);
            }
            if looks == LASTED {
                Suspects::lasted(&suspects_dir(data_dir));
                self.hold = false;
                self.alarms.set("suspects", Vec::new(), self.clock.now());
            }
            if let Some(slots) = slots.as_ref().filter(|_| !self.hold) {
                self.look(slots, &mut seen);
                self.plan_alone(&seen);
            }
            if looks % MARK_EVERY == MARK_EVERY - 1 && (self.trusted)() {
                // A mark that cannot be written is missed only after a power cut with a dead clock battery.
                let _ = mark.write(self.clock.now(), &self.clock);
            }
            looks += 1;
            lost.look(&self, looks);
            thread::sleep(LOOK);
        }
    }

    fn open(&self, data_dir: &Path) -> Option<PlanSlots> {
        let opened = PlanSlots::open(data_dir.join("plans"), self.site);
        let findings = opened.as_ref().err().map(no_folder).into_iter().collect::<Vec<_>>();
        if !findings.is_empty() {
            let _ = self.news.try_send(News::Findings(findings));
        }
        opened.ok()
    }

    /// Sends what changed. A slot is read again only when it looks different from outside.
    fn look(&self, slots: &PlanSlots, seen: &mut Seen) {
        let looks = slots.fingerprint();
        if seen.looks == Some(looks) {
            return;
        }
        let (bundle, findings) = slots.load();
        if seen.findings != findings {
            if let Err(TrySendError::Full(_)) = self.news.try_send(News::Findings(findings.clone())) {
                return;
            }
            seen.findings = findings;
        }
        let again = !seen.compared;
        let newer = |b: &PlanBundle| Some(b.revision) > seen.revision;
        let same = |b: &PlanBundle| again && Some(b.revision) == seen.revision;
        if let Some(bundle) = bundle.filter(|b| newer(b) || same(b)) {
            let (revision, until) = (bundle.revision, bundle.until(self.clock.now()));
            if let Err(TrySendError::Full(_)) = self.news.try_send(News::Plans(bundle)) {
                return;
            }
            (seen.revision, seen.until) = (Some(revision), until);
        }
        seen.compared = true;
        seen.looks = Some(looks);
    }
}

impl Chores {
    /// Sends plans of the site's own when they are due. Nothing that is bound to a clock is planned by one that is not
    /// believed.
    fn plan_alone(&mut self, seen: &Seen) {
        if !(self.trusted)() {
            return;
        }
        let own = self.own.look(self.clock.now(), seen.until);
        if own.is_some_and(|plans| self.news.try_send(News::OwnPlans(plans)).is_err()) {
            self.own.again();
        }
    }
}

/// Where it is noted which sounds are open.
pub fn suspects_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("suspects")
}

/// Several early ends in a row that no one sound explains.
pub fn safe_mode() -> Finding {
    Finding {
        code: "engine.safe".into(),
        severity: Severity::Blocking,
        at_s: None,
        fr: "Ce site s'est arrêté cinq fois de suite sans durer une minute, et aucun fichier ne l'explique ; le tapis musical passe pendant une minute, puis le plan. Prévenez le technicien.".into(),
        en: "This site ended five times in a row without lasting a minute, and no one file explains it; the bed plays for a minute, then the plan. Call the technician.".into(),
    }
}

type Looks = [Option<(u64, std::time::SystemTime)>; 2];

#[derive(Default)]
struct Seen {
    looks: Option<Looks>,
    revision: Option<Revision>,
    /// Whether the engine has been given what the slots hold since the last minute.
    compared: bool,
    /// How far the plans reached when they were read.
    until: Option<Timestamp>,
    findings: Vec<Finding>,
}

/// Time that was lost because the whole process stood still.
#[derive(Default)]
struct Lost {
    dropped: Frames,
    noticed: u64,
}

impl Lost {
    fn look(&mut self, chores: &Chores, looks: u64) {
        let dropped = chores.pace.dropped();
        if dropped > self.dropped {
            let lost = dropped.saturating_sub(self.dropped);
            chores.alarms.set("pace", vec![stood_still(lost)], chores.clock.now());
            (self.dropped, self.noticed) = (dropped, looks);
        } else if self.noticed + LOST_SHOWN == looks {
            chores.alarms.set("pace", Vec::new(), chores.clock.now());
        }
    }
}

fn stood_still(lost: Frames) -> Finding {
    let s = lost.as_secs_f64();
    Finding {
        code: "pace.dropped".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "La machine s'est arrêtée : {s:.1} s n'ont pas été entendues. L'antenne a repris où elle doit être ; vérifiez la charge."
        ),
        en: format!(
            "The machine stood still: {s:.1} s were not heard. The air is back where it should be; check the load."
        ),
    }
}

fn no_folder(e: &playout::Error) -> Finding {
    Finding {
        code: "plan.folder".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("Le dossier des plans ne peut pas être ouvert ({e}) ; le tapis musical passe. Vérifiez le disque."),
        en: format!("The plans folder cannot be opened ({e}); the sustaining bed plays. Check the disk."),
    }
}
