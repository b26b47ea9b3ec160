//! What can go wrong on this side of the line, in sentences for people.

use std::path::{Path, PathBuf};

use domain::{BrokenPlan, SiteId};

/// Why something was refused or could not be done. None of these stops the sound.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read or written.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are not a plan file.
    #[error("not a plan file: {0}; publish the plan again")]
    NotAPlan(&'static str),
    /// The plan file was written by a newer Mikado.
    #[error("the plan file has format {found}, and this Mikado reads up to {known}; update this site")]
    NewerPlan {
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// Some byte of the plan file has changed since it was written.
    #[error("the plan file is damaged: its checksum does not match; publish the plan again")]
    DamagedPlan,
    /// The text in the plan file does not make plans.
    #[error("the plan file cannot be understood: {0}")]
    BadPlan(String),
    /// The entries do not make a day.
    #[error(transparent)]
    BrokenPlan(#[from] BrokenPlan),
    /// The plan file is for somebody else.
    #[error("the plan file is for {found}, not for {expected}; check where it was published")]
    ForeignPlan {
        /// Whose plan it is.
        found: SiteId,
        /// Whose it should be.
        expected: SiteId,
    },
    /// The sound cannot be opened because the shelf does not have it.
    #[error("the shelf has no sound {0}; ingest the file again or wait for it to arrive")]
    Missing(String),
    /// The sound's bytes are not those that were approved.
    #[error("the sound {what} is damaged: {why}; ingest the file again")]
    Damaged {
        /// Which sound.
        what: String,
        /// What the reader said.
        why: String,
    },
    /// The sound was open at several early ends of the process in a row.
    #[error("the sound {0} was open each time this process ended too soon; put another edition in its place")]
    Barred(String),
    /// A piece of the air check, its index or its chain is not what was written.
    #[error("air check {}: {why}", path.display())]
    BrokenAirCheck {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The air check cannot be coded or decoded.
    #[error(transparent)]
    Coding(#[from] crate::outputs::OutputError),
    /// The journal holds a record that is not what was written.
    #[error("journal {} line {line}: {why}", path.display())]
    BrokenJournal {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    /// An I/O error with what was tried.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

/// A result of this room.
pub type Result<T, E = Error> = std::result::Result<T, E>;
