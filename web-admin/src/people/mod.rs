//! People: accounts, one-time secrets, sessions, the audit. All of it in one database file, `people.db`.
//!
//! No account has a password that anybody else chose: each begins with a one-time secret that expires after 24 hours and
//! is good for choosing a password, nothing else.

mod account;
mod audit;
mod limit;
pub mod password;
mod role;
mod schema;
mod session;
mod sign_in;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags};

pub use account::{OneTimeSecret, Person};
pub use audit::{Act, AuditLine};
pub use role::{BadRole, Right, Role};
pub use session::{ABSOLUTE_LIFE_S, IDLE_LIFE_S, Session, Token};
pub use sign_in::SignIn;

/// What can go wrong with the people file.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The database refused.
    #[error("people.db: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The file was written by a newer Mikado.
    #[error("people.db was written by a newer Mikado: install that version again, or restore a backup")]
    Newer,
    /// The name is not one that can be typed and read.
    #[error("“{0}” is not a name for an account: 1 to 64 letters, digits, spaces, points or hyphens")]
    BadName(String),
    /// Somebody has that name already.
    #[error("there is already an account called “{0}”")]
    NameTaken(String),
    /// Nobody has that name.
    #[error("there is no account called “{0}”")]
    Unknown(String),
    /// The machine gave no random numbers.
    #[error("the machine gave no random numbers: {0}")]
    Random(String),
    /// Hashing failed.
    #[error("a password could not be hashed: {0}")]
    Hash(String),
}

/// The accounts, sessions and audit of the station.
///
/// One writer and one reader connection, so that a look-up never waits for a commit to reach the disk.
pub struct People {
    write: Mutex<Connection>,
    read: Mutex<Connection>,
    limits: Mutex<limit::Limits>,
}

impl People {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<Self, PeopleError> {
        let mut write = Connection::open(path)?;
        schema::migrate(&mut write)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let read = Connection::open_with_flags(path, flags)?;
        read.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(Self { write: Mutex::new(write), read: Mutex::new(read), limits: Mutex::default() })
    }

    /// Copies accounts and audit, as they are at one moment, into a new file; others may read and write meanwhile.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), PeopleError> {
        Ok(self.reader().execute("VACUUM INTO ?1", [path.to_string_lossy()]).map(drop)?)
    }

    // A panic while a lock was held leaves the database itself whole: its transaction was rolled back.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.write.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> MutexGuard<'_, limit::Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `N` random bytes from the system.
fn random<const N: usize>() -> Result<[u8; N], PeopleError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| PeopleError::Random(e.to_string()))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}
