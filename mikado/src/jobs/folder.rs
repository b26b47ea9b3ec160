//! A job's folder: a folder for each run, with what it wrote and how it ended.

use std::fmt;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Job;

/// How it went, in a run's folder.
const RECORD: &str = "run.json";
/// Since when the job is known, in its folder.
const KNOWN: &str = "job.json";
/// A record is a few lines.
const RECORD_BYTES_MAX: u64 = 16 * 1024;
/// Files of one run that are listed.
const FILES_MAX: usize = 100;
const FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// The name of a run: when it was due, or asked for by hand, and whether it is the second try.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId {
    at: Timestamp,
    suffix: &'static str,
}

impl RunId {
    /// Suffixes: due, asked for by somebody, due and tried again.
    const SUFFIXES: [&'static str; 3] = ["", "m", "-2"];

    pub(super) fn due(at: Timestamp) -> Self {
        Self { at, suffix: "" }
    }

    /// A run that somebody asked for.
    pub fn by_hand(now: Timestamp) -> Self {
        let at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self { at, suffix: "m" }
    }

    pub(super) fn again(&self) -> Self {
        Self { at: self.at, suffix: "-2" }
    }

    /// When it was due or asked for.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.at.to_zoned(TimeZone::UTC).strftime(FORMAT), self.suffix)
    }
}

/// The text names no run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRun;

impl FromStr for RunId {
    type Err = NoRun;

    fn from_str(text: &str) -> Result<Self, NoRun> {
        let (time, rest) = text.split_at_checked(16).ok_or(NoRun)?;
        let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", time.strip_suffix('Z').ok_or(NoRun)?);
        let at = at.and_then(|at| at.to_zoned(TimeZone::UTC)).map_err(|_| NoRun)?.timestamp();
        let suffix = Self::SUFFIXES.into_iter().find(|s| *s == rest).ok_or(NoRun)?;
        Ok(Self { at, suffix })
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By itself: 0 all is well, 1 there is something to see, anything else is a failure.
    Done {
        /// What the process returned.
        code: i32,
    },
    /// It took longer than it may, and was ended.
    TooLong,
    /// It wrote more than it may, and was ended.
    TooMuch,
    /// Headquarters or the machine stopped while it ran.
    CutOff,
    /// It could not be started, or was killed.
    Failed {
        /// What the system said.
        why: String,
    },
}

/// One run of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// Who asked for it; `None` when it was due.
    pub asked_by: Option<String>,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended; `None` while it runs.
    pub ended: Option<Timestamp>,
    /// How it ended; `None` while it runs.
    pub end: Option<End>,
    /// What lies in its folder, by name, with sizes in bytes.
    pub files: Vec<(String, u64)>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    asked_by: Option<String>,
    /// Moments are written as RFC 3339 says, for whoever opens the file.
    begun: String,
    ended: Option<String>,
    end: Option<End>,
}

#[derive(Serialize, Deserialize)]
struct Known {
    cron: String,
    since: String,
}

/// The folder of one job.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder of a job among those of all jobs; nothing is made.
    pub fn of(jobs: &Path, job: &Job) -> Self {
        Self(jobs.join(&job.name))
    }

    /// Since when the job is known with this expression; the first time that it is asked, since now.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn since(&self, job: &Job, now: Timestamp) -> io::Result<Timestamp> {
        let path = self.0.join(KNOWN);
        let known = read::<Known>(&path).filter(|k| k.cron == job.cron.text);
        if let Some(since) = known.and_then(|k| k.since.parse().ok()) {
            return Ok(since);
        }
        private().recursive(true).create(&self.0)?;
        write(&path, &Known { cron: job.cron.text.clone(), since: now.to_string() })?;
        Ok(now)
    }

    /// Its runs, the newest first. What cannot be read as a run is passed over.
    pub fn runs(&self) -> Vec<Run> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let ids = entries.filter_map(|e| e.file_name().to_str()?.parse::<RunId>().ok());
        let mut runs: Vec<Run> = ids.filter_map(|id| self.run(id)).collect();
        runs.sort_by(|a, b| b.id.cmp(&a.id));
        runs
    }

    fn run(&self, id: RunId) -> Option<Run> {
        let dir = self.path(&id);
        let files = listed(&dir);
        // A folder whose record was never written was cut off before it began.
        let Some(record) = read::<Record>(&dir.join(RECORD)) else {
            let at = id.at;
            let cut_off = Run { id, asked_by: None, begun: at, ended: Some(at), end: Some(End::CutOff), files };
            return dir.is_dir().then_some(cut_off);
        };
        let Record { asked_by, begun, ended, end } = record;
        let begun = begun.parse().unwrap_or(id.at);
        let ended = ended.and_then(|t| t.parse().ok());
        Some(Run { id, asked_by, begun, ended, end, files })
    }

    /// Where a run's files lie.
    pub fn path(&self, id: &RunId) -> PathBuf {
        self.0.join(id.to_string())
    }

    /// Makes the folder of a run that begins now; `None` when somebody else was first.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(&self, id: &RunId, asked_by: Option<&str>, now: Timestamp) -> io::Result<Option<PathBuf>> {
        private().recursive(true).create(&self.0)?;
        let dir = self.path(id);
        match private().create(&dir) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            made => made?,
        }
        let asked_by = asked_by.map(ToOwned::to_owned);
        write(&dir.join(RECORD), &Record { asked_by, begun: now.to_string(), ended: None, end: None })?;
        Ok(Some(dir))
    }

    /// Writes how a run ended.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn end(&self, id: &RunId, end: End, now: Timestamp) -> io::Result<()> {
        let path = self.path(id).join(RECORD);
        let Some(record) = read::<Record>(&path) else { return Err(io::ErrorKind::NotFound.into()) };
        write(&path, &Record { ended: Some(now.to_string()), end: Some(end), ..record })
    }

    /// Says of runs that nobody carries out any more that they were cut off.
    pub fn close_cut_off(&self, now: Timestamp) {
        for run in self.runs().into_iter().filter(|r| r.end.is_none()) {
            if let Err(why) = self.end(&run.id, End::CutOff, now) {
                tracing::warn!("the end of run {} cannot be written: {why}", run.id);
            }
        }
    }

    /// Lets the oldest runs go. Runs from ahead of the clock are counted by themselves: a clock that lies in either direction
    /// costs no run of the true time.
    pub fn keep(&self, most: usize, now: Timestamp) {
        let (past, ahead): (Vec<Run>, Vec<Run>) = self.runs().into_iter().partition(|r| r.id.at <= now);
        for old in past.into_iter().skip(most).chain(ahead.into_iter().skip(most)).filter(|r| r.end.is_some()) {
            if let Err(why) = fs::remove_dir_all(self.path(&old.id)) {
                tracing::warn!("run {} cannot be let go: {why}", old.id);
            }
        }
    }
}

fn private() -> DirBuilder {
    // A backup holds what nobody else on the machine should read.
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

fn listed(dir: &Path) -> Vec<(String, u64)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().take(FILES_MAX);
    let file = |e: fs::DirEntry| {
        let name = e.file_name().into_string().ok().filter(|n| n != RECORD)?;
        // Of the entry itself: a link is no file of the run.
        let about = e.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((name, about.len()))
    };
    let mut files: Vec<_> = entries.filter_map(file).filter(|f| f.1 > 0).collect();
    files.sort();
    files
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    let mut text = String::new();
    File::open(path).ok()?.take(RECORD_BYTES_MAX).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whole or not at all: a power cut leaves the record before.
fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, serde_json::to_vec(value)?)?;
    File::open(&new)?.sync_all()?;
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_run_that_has_a_folder_cannot_begin_again_and_tells_how_it_ended() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder(dir.path().join("jobs/sauvegarde"));
        let (id, now) = (RunId::due(at("2026-11-24T02:30:00Z")), at("2026-11-24T02:30:02Z"));
        let made = folder.begin(&id, None, now).unwrap().unwrap();
        assert_eq!(folder.begin(&id, None, now).unwrap(), None);
        fs::write(made.join("output.txt"), "bonjour").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", made.join("passwd")).unwrap();
        assert_eq!(folder.runs()[0].end, None);
        folder.end(&id, End::Done { code: 1 }, at("2026-11-24T02:30:05Z")).unwrap();
        let [run] = folder.runs().try_into().unwrap();
        assert_eq!((run.end, run.files), (Some(End::Done { code: 1 }), vec![("output.txt".to_owned(), 7)]));
    }

    #[test]
    fn what_was_running_when_the_power_failed_was_cut_off_also_where_nothing_was_written_yet() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder(dir.path().to_owned());
        let (one, two) = (RunId::due(at("2026-11-24T02:30:00Z")), RunId::due(at("2026-11-25T02:30:00Z")));
        folder.begin(&one, None, one.at).unwrap();
        fs::create_dir(folder.path(&two)).unwrap();
        folder.close_cut_off(at("2026-11-25T06:00:00Z"));
        assert!(folder.runs().iter().all(|r| r.end == Some(End::CutOff)));
    }

    #[test]
    fn a_clock_that_lies_costs_no_run_of_the_true_time() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder(dir.path().to_owned());
        let days = ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"];
        let moments = days.iter().map(|d| at(&format!("{d}T02:30:00Z"))).chain([at("1970-01-01T00:00:00Z")]);
        for moment in moments {
            let id = RunId::due(moment);
            folder.begin(&id, None, moment).unwrap().unwrap();
            folder.end(&id, End::Done { code: 0 }, moment).unwrap();
            folder.keep(3, moment);
        }
        let left: Vec<_> = folder.runs().iter().map(|r| r.id.to_string()).collect();
        assert_eq!(left, ["20261123T023000Z", "20261122T023000Z", "20261121T023000Z", "19700101T000000Z"]);
        folder.keep(3, at("2026-11-23T09:00:00Z"));
        assert_eq!(folder.runs().len(), 3);
        assert!(folder.runs().iter().all(|r| r.id.at > at("2026-01-01T00:00:00Z")));
    }

    #[test]
    fn a_name_of_a_run_is_read_as_it_is_written_and_nothing_else_is() {
        for text in ["20261124T023000Z", "20261124T023000Zm", "20261124T023000Z-2"] {
            assert_eq!(text.parse::<RunId>().unwrap().to_string(), text);
        }
        for bad in ["", "..", "20261124T023000", "20261124T023000Z-3", "20261324T023000Z", "é0261124T023000Zm"] {
            assert_eq!(bad.parse::<RunId>(), Err(NoRun), "{bad}");
        }
    }

    #[test]
    fn a_job_is_known_since_it_was_first_seen_with_its_expression() {
        let dir = tempfile::tempdir().unwrap();
        let mut job = crate::jobs::due::tests::job("30 2 * * *", 12);
        let folder = Folder::of(dir.path(), &job);
        assert_eq!(folder.since(&job, at("2026-11-24T10:00:00Z")).unwrap(), at("2026-11-24T10:00:00Z"));
        assert_eq!(folder.since(&job, at("2026-11-25T10:00:00Z")).unwrap(), at("2026-11-24T10:00:00Z"));
        job.cron = scheduler::Cron::parse("30 3 * * *").unwrap();
        assert_eq!(folder.since(&job, at("2026-11-25T10:00:00Z")).unwrap(), at("2026-11-25T10:00:00Z"));
    }
}
