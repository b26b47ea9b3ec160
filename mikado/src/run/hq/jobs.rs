//! The recurring jobs at headquarters: one at a time, each when it is due or asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use scheduler::Station;
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};
use web_admin::{JobEnd, JobRun, JobView, Jobs};

use super::Rooms;
use crate::clock::WallClock;
use crate::config::Config;
use crate::error::Error;
use crate::jobs::{End, Folder, Job, Program, Run, RunId, carry_out, due};
use crate::run::our_executable;

/// A job begins within this of its time.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// More than one of each job waits for nobody.
const ASKED_MAX: usize = Job::MAX;

/// A job that somebody asked for.
struct Asked {
    job: String,
    who: String,
}

/// What the pages see of the jobs.
pub(super) struct Desk {
    config: Arc<Config>,
    clock: WallClock,
    station: watch::Receiver<Arc<Station>>,
    ask: mpsc::Sender<Asked>,
}

/// Begins to carry jobs out, as long as headquarters lives.
///
/// # Errors
/// When this program cannot be found on the disk.
pub(super) fn keep(rooms: &Rooms, station: watch::Receiver<Arc<Station>>) -> Result<Desk, Error> {
    let (ask, asked) = mpsc::channel(ASKED_MAX);
    let (config, clock) = (Arc::clone(&rooms.config), rooms.clock);
    let keeper = Keeper { program: program(&config, clock)?, config, clock, station: station.clone(), asked };
    tokio::spawn(keeper.run());
    Ok(Desk { config: Arc::clone(&rooms.config), clock, station, ask })
}

/// This program with this station's config and clock.
pub(crate) fn program(config: &Config, clock: WallClock) -> Result<Program, Error> {
    let executable = our_executable().map_err(|e| Error::doing("exécutable introuvable", "executable not found", e))?;
    let shift = clock.shift().as_millis().to_string();
    let before = ["--config".to_owned(), config.file.display().to_string(), "--clock-shift-ms".to_owned(), shift];
    Ok(Program { executable, before: before.into() })
}

struct Keeper {
    program: Program,
    config: Arc<Config>,
    clock: WallClock,
    station: watch::Receiver<Arc<Station>>,
    asked: mpsc::Receiver<Asked>,
}

impl Keeper {
    async fn run(mut self) {
        let config = Arc::clone(&self.config);
        for job in &config.jobs {
            // Whoever carried them out is gone.
            Folder::of(&config.jobs_dir(), job).close_cut_off(self.clock.now());
        }
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = look.tick() => for job in &config.jobs {
                    if let Some(id) = self.due(job) {
                        self.carry_out(job, &id, None).await;
                    }
                },
                Some(asked) = self.asked.recv() => {
                    if let Some(job) = config.jobs.iter().find(|j| j.name == asked.job) {
                        self.carry_out(job, &RunId::by_hand(self.clock.now()), Some(&asked.who)).await;
                    }
                }
            }
        }
    }

    fn due(&self, job: &Job) -> Option<RunId> {
        let (folder, now) = (Folder::of(&self.config.jobs_dir(), job), self.clock.now());
        let since = folder.since(job, now).inspect_err(|why| {
            tracing::error!("the job {} has no folder: {why}", job.name);
        });
        due(job, self.station.borrow().zone(), since.ok()?, &folder.runs(), now)
    }

    async fn carry_out(&self, job: &Job, id: &RunId, who: Option<&str>) {
        match made(&self.program, &self.config, self.clock, (job, id), who).await {
            Ok(Some(end)) => tracing::info!("the job {} ended: {end:?}", job.name),
            Ok(None) => {}
            Err(why) => tracing::error!("the job {} could not be run: {why}", job.name),
        }
    }
}

/// Carries one run out, from its folder to what is let go after it; `None` when it has been begun before.
pub(crate) async fn made(
    program: &Program,
    config: &Config,
    clock: WallClock,
    (job, id): (&Job, &RunId),
    who: Option<&str>,
) -> std::io::Result<Option<End>> {
    let folder = Folder::of(&config.jobs_dir(), job);
    let Some(dir) = folder.begin(id, who, clock.now())? else { return Ok(None) };
    let end = carry_out(program, job, &dir).await;
    folder.end(id, end.clone(), clock.now())?;
    folder.keep(job.keep, clock.now());
    Ok(Some(end))
}

/// A job with its runs, as people see it.
pub(crate) fn view(config: &Config, job: &Job, zone: &TimeZone, clock: WallClock) -> JobView {
    JobView {
        name: job.name.clone(),
        cron: job.cron.text.clone(),
        command: format!("mikado {}", job.runs.join(" ")),
        next: job.cron.next(zone, clock.now()),
        runs: Folder::of(&config.jobs_dir(), job).runs().into_iter().map(shown).collect(),
    }
}

fn shown(run: Run) -> JobRun {
    let end = match run.end {
        None => JobEnd::Runs,
        Some(End::Done { code: 0 }) => JobEnd::Fine,
        Some(End::Done { code: 1 }) => JobEnd::Findings,
        Some(End::CutOff) => JobEnd::CutOff,
        Some(End::Done { .. } | End::TooLong | End::TooMuch | End::Failed { .. }) => JobEnd::Failed,
    };
    let (at, id) = (run.id.at(), run.id.to_string());
    JobRun { id, at, asked_by: run.asked_by, begun: run.begun, ended: run.ended, end, files: run.files }
}

impl Desk {
    fn job(&self, name: &str) -> Option<&Job> {
        self.config.jobs.iter().find(|j| j.name == name)
    }
}

impl Jobs for Desk {
    fn all(&self) -> Vec<JobView> {
        let zone = self.station.borrow().zone().clone();
        self.config.jobs.iter().map(|job| view(&self.config, job, &zone, self.clock)).collect()
    }

    fn run_now(&self, name: &str, who: &str) -> bool {
        let asked = self.job(name).map(|job| Asked { job: job.name.clone(), who: who.to_owned() });
        asked.is_some_and(|asked| self.ask.try_send(asked).is_ok())
    }

    fn file(&self, name: &str, run: &str, file: &str) -> Option<PathBuf> {
        let folder = Folder::of(&self.config.jobs_dir(), self.job(name)?);
        let run = folder.runs().into_iter().find(|r| r.id.to_string() == run)?;
        let (file, _) = run.files.iter().find(|(name, _)| name == file)?;
        Some(folder.path(&run.id).join(file))
    }
}
