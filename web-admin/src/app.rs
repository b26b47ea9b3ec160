//! What `mikado hq` hands to the pages.

use std::path::PathBuf;
use std::sync::Arc;

use domain::{Alarm, Finding, Frames, SiteId, SitePlan, Vitals};
use jiff::{Timestamp, civil::Date};
use media::catalogue::Catalogue;
use media::ingest::Ingest;
use scheduler::{InForce, Station, Store};
use tokio::sync::{Notify, watch};

use crate::People;

/// What is known of a site at this moment: what it last said itself, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteView {
    /// The site.
    pub site: SiteId,
    /// What it last said; `None` before the first answer.
    pub vitals: Option<Vitals>,
    /// When it last answered; `None` before the first answer.
    pub last_contact: Option<Timestamp>,
    /// Since when it has said that it plays from the revision that it names, as far as headquarters has heard it.
    pub revision_since: Option<Timestamp>,
    /// The TCP port of its air process's own web server (`/GAO.opus`, `/GAO.mp3`), on the host that serves the pages.
    pub stream_port: Option<u16>,
}

/// A plan and what is to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: SitePlan,
    /// What stands beside it.
    pub findings: Vec<Finding>,
}

/// How the pages ask for the plan of a site and civil day: the published one when there is one, else one made for the
/// occasion. Called on a blocking thread; `None` when the site is unknown or the day cannot be planned.
pub type Plans = Arc<dyn Fn(SiteId, Date) -> Option<Arc<Planned>> + Send + Sync>;

/// How the pages ask which plan a site had at a moment, and of which grid. Called on a blocking thread; `None` when nothing is
/// kept of that day.
pub type Past = Arc<dyn Fn(SiteId, Timestamp) -> Option<InForce> + Send + Sync>;

/// One piece of a site's air check as the pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPiece {
    /// Its name, such as `2026-11-24T08`.
    pub name: String,
    /// The runs of time that it holds, and whether the clock was trusted in each.
    pub runs: Vec<(Timestamp, Timestamp, bool)>,
}

/// How the pages hear what went out. Called on a blocking thread.
pub trait AirChecks: Send + Sync {
    /// The pieces of a site that hold something between two times, oldest first.
    fn pieces(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Vec<RecordedPiece>;
    /// The Ogg/Opus file of a piece; `None` when there is no such site or piece.
    fn file(&self, site: SiteId, piece: &str) -> Option<PathBuf>;
    /// What went out from `from` on as a file for listening; `None` when nothing of it is kept.
    fn clip(&self, site: SiteId, from: Timestamp, length: Frames) -> Option<Vec<u8>>;
}

/// How a run of a job ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// It runs.
    Runs,
    /// All is well.
    Fine,
    /// It found something that somebody should look at.
    Findings,
    /// It took too long, wrote too much, could not start or failed.
    Failed,
    /// Headquarters or the machine stopped while it ran.
    CutOff,
}

/// One run of a job as the pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRun {
    /// Its name, for addresses.
    pub id: String,
    /// When it was due or asked for.
    pub at: Timestamp,
    /// Who asked for it; `None` when it was due.
    pub asked_by: Option<String>,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How.
    pub end: JobEnd,
    /// What it wrote: names and sizes in bytes.
    pub files: Vec<(String, u64)>,
}

/// A recurring job of the station as the pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Its name.
    pub name: String,
    /// When it is due, as a cron expression in the station's time.
    pub cron: String,
    /// What it runs.
    pub command: String,
    /// When it is due next.
    pub next: Option<Timestamp>,
    /// Its runs, the newest first.
    pub runs: Vec<JobRun>,
}

/// How the pages see the station's recurring jobs. Called on a blocking thread.
pub trait Jobs: Send + Sync {
    /// All jobs, in the order of the config.
    fn all(&self) -> Vec<JobView>;
    /// Asks for a run now; `false` when there is no such job, or too many wait already.
    fn run_now(&self, name: &str, who: &str) -> bool;
    /// A file that a run wrote; `None` when there is no such thing.
    fn file(&self, name: &str, run: &str, file: &str) -> Option<PathBuf>;
}

/// Everything that the pages need. Cloning it clones handles.
#[derive(Clone)]
pub struct App {
    /// Accounts, sessions, audit.
    pub people: Arc<People>,
    /// The station file in force.
    pub station: watch::Receiver<Arc<Station>>,
    /// Cards of all sounds.
    pub catalogue: Arc<Catalogue>,
    /// How files come in; also knows the shelf and the staging folder.
    pub ingest: Arc<Ingest>,
    /// Placements and as-run records.
    pub store: Arc<Store>,
    /// What the sites say, renewed about once a second.
    pub live: watch::Receiver<Arc<Vec<SiteView>>>,
    /// What the coming days lack.
    pub lacks: watch::Receiver<Arc<Vec<scheduler::readiness::Lack>>>,
    /// Notices that do not reach their reader, as conditions of the sites that they are about.
    pub untold: watch::Receiver<Arc<Vec<(SiteId, Alarm)>>>,
    /// The wall clock.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Woken when something changed that plans depend on.
    pub replan: Arc<Notify>,
    /// Plans by site and day.
    pub plans: Plans,
    /// Plans as they were in force.
    pub past: Past,
    /// What headquarters runs by itself.
    pub jobs: Arc<dyn Jobs>,
    /// What went out, as it was recorded.
    pub air_checks: Arc<dyn AirChecks>,
}

impl App {
    /// What the wall clock shows.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }
}
