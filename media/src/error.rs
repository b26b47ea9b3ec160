//! What can go wrong with sound, named by what the caller can do.

use std::io;
use std::path::{Path, PathBuf};

use domain::{AssetId, AudioHash, Frames};

/// An error of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written: mend the disk or the rights and try again.
    #[error("{} could not be used: {source}", path.display())]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not canonical audio: ingest the original again.
    #[error("{} is not canonical audio: {why}", path.display())]
    NotSound {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The bytes are not those that the hash promises; nothing from `at` on may sound. Fetch or ingest the file again.
    #[error("the sound is damaged from {:.3} s on: its bytes are not those that were approved", at.as_secs_f64())]
    Damaged {
        /// The first frame that cannot be given.
        at: Frames,
    },
    /// The shelf does not hold these bytes: fetch or ingest them.
    #[error("the shelf holds no sound {0}")]
    Gone(AudioHash),
    /// No room is left on the shelf's disk: let go of what has aired.
    #[error("the shelf's disk is full")]
    ShelfFull,
    /// The throw-away decoder could not be started: check the installation.
    #[error("the decoder {} could not be started: {source}", path.display())]
    NoDecoder {
        /// The executable.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The coder of low-rate renditions said no: the canonical file can be sent instead.
    #[error("the sound could not be coded: {why}")]
    Coder {
        /// What it said.
        why: String,
    },
    /// The database said no.
    #[error("the catalogue could not be used: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file is not a whole `SQLite` database: restore the last backup.
    #[error("{} is not a whole catalogue ({why}); restore it from the last backup", path.display())]
    BrokenCatalogue {
        /// The file.
        path: PathBuf,
        /// What the check said.
        why: String,
    },
    /// A newer program has written this catalogue: update this one.
    #[error("the catalogue has schema {found}, this program knows up to {known}; update the program")]
    NewerSchema {
        /// The schema in the file.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// A row holds something that cannot be: somebody else wrote it.
    #[error("the catalogue's card “{id}” holds an impossible {what}")]
    BadRow {
        /// The card.
        id: String,
        /// The column.
        what: &'static str,
    },
    /// There is no such card.
    #[error("the catalogue has no card “{0}”")]
    NoSuchAsset(AssetId),
    /// The bytes changed since the person looked: look again, then approve.
    #[error("“{asset}” has other bytes now than those that were to be approved; listen to it again")]
    OtherBytes {
        /// The card.
        asset: AssetId,
    },
    /// The card cannot take this step from where it stands.
    #[error("“{asset}” cannot be approved: {why}")]
    NotApprovable {
        /// The card.
        asset: AssetId,
        /// Why.
        why: &'static str,
    },
    /// It is flagged: only a protection officer says what may become of it.
    #[error("“{asset}” is flagged; only a protection officer may lower a flag")]
    Protected {
        /// The card.
        asset: AssetId,
    },
    /// Nobody can mean what was to be written: look at the dates, the title and the lengths.
    #[error("“{asset}” cannot be written so: an end before its beginning, an empty title, or more than the card holds")]
    Implausible {
        /// The card.
        asset: AssetId,
    },
}

/// A result of this room.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An input or output error at `path`; a full disk becomes [`Error::ShelfFull`].
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::ShelfFull,
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    pub(crate) fn not_sound(path: &Path, why: impl Into<String>) -> Self {
        Self::NotSound { path: path.to_owned(), why: why.into() }
    }
}
