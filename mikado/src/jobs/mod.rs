//! The station's own recurring jobs: a backup every night, a report every Monday.
//!
//! A job is one of the program's own commands that change nothing of what is heard, run as a process of its own at the times of
//! a cron expression. Each run has a folder named after the moment that it was due at, made before the run begins: what has a
//! folder is not run again, whatever the clock or the power did meanwhile ([`due`]).

mod due;
mod folder;
mod process;

use std::time::Duration;

use jiff::SignedDuration;
use scheduler::Cron;

pub use due::due;
pub use folder::{End, Folder, Run, RunId};
pub use process::{Program, carry_out};

/// One recurring job of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name, which is also the name of its folder: letters, digits and hyphens.
    pub name: String,
    /// When it is due, in the station's time.
    pub cron: Cron,
    /// What it runs: arguments of this program.
    pub runs: Vec<String>,
    /// How many of its runs are kept.
    pub keep: usize,
    /// How long one run may take.
    pub within: Duration,
    /// How long after its time a run that was missed is still of use.
    pub catch_up: SignedDuration,
}

impl Job {
    /// A station needs a handful.
    pub const MAX: usize = 32;
    /// Longest name, in characters.
    pub const NAME_MAX: usize = 40;
    /// Runs of a month, when nothing else is said.
    pub const KEEP_USUAL: usize = 30;
    /// Every day of a year.
    pub const KEEP_MAX: usize = 366;
    /// A report over a year takes seconds; a check of a full shelf reads every byte.
    pub const WITHIN_USUAL: Duration = Duration::from_mins(10);
    /// What has just come due is run, also where nothing is made up for.
    const NOTICED_WITHIN: SignedDuration = SignedDuration::from_mins(1);
    /// Power comes back within half a day more often than not; what is older waits for its next time.
    pub const CATCH_UP_USUAL: SignedDuration = SignedDuration::from_hours(12);
}
