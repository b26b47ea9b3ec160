//! The scheduler's own database: station revisions, placements, plan revisions, as-run records that came home.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{AsRun, BootId, Revision, Seq, SiteId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use crate::plan::Placement;

mod changes;
mod given;
mod lacks;
mod owed;
mod publication;
mod rows;
mod schema;

pub use changes::By;
pub use given::{Given, GivenDay};
pub use owed::Debt;
pub use publication::{Proposed, Publication};

/// The database could not do what was asked; what stood before still stands.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `SQLite` refused.
    #[error("the scheduler's database refused: {0}")]
    Sql(#[from] rusqlite::Error),
    /// The file was written by a newer program.
    #[error(
        "the scheduler's database has version {found}, newer than this program knows ({known}); update the program"
    )]
    TooNew {
        /// Version of the file.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// A row does not read back as what was stored.
    #[error("the scheduler's database holds a damaged {what}: {text}")]
    Damaged {
        /// Which kind of row.
        what: &'static str,
        /// What stands there.
        text: String,
    },
    /// The text is not a sound station file.
    #[error("the station file is refused: {0}")]
    Station(#[from] crate::station::StationError),
    /// There is no such publication, or none before it.
    #[error("there is no publication no. {0} to go back to")]
    NoPublication(u64),
    /// The change makes no sense.
    #[error("the change is refused: {0}")]
    Change(#[from] crate::changes::BadOverride),
}

/// One version of the station file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationRevision {
    /// Its number, from 1.
    pub number: u64,
    /// The file.
    pub toml: String,
    /// Who put it in force.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The scheduler's database. One per machine; share it behind an `Arc`.
///
/// Every commit is on disk before the call returns (WAL, `synchronous=FULL`). One connection behind a lock: calls are
/// short, and a single writer never meets itself.
#[derive(Debug)]
pub struct Store {
    db: Mutex<Connection>,
}

impl Store {
    /// Most as-run records that one query returns: a site's day has some 1 500, a bad one ten times that.
    pub const MAX_AS_RUN: u32 = 50_000;
    /// Records looked at for one moment: what begins together at a join, with room.
    const MAX_OVERLAP: u32 = 16;
    /// Most station revisions listed.
    pub const MAX_HISTORY: u32 = 200;

    /// Opens the database at `path`, making or migrating it as needed.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut db = Connection::open(path)?;
        db.busy_timeout(Duration::from_secs(5))?;
        // A deferred transaction that becomes a writer fails at once when another holds the lock, whatever the timeout.
        db.set_transaction_behavior(TransactionBehavior::Immediate);
        db.pragma_update(None, "journal_mode", "WAL")?;
        // The machines lose power: NORMAL may lose the last commits in WAL mode.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&mut db)?;
        Ok(Self { db: Mutex::new(db) })
    }

    /// A panic elsewhere leaves no half transaction: `SQLite` rolled it back, so the connection stays good.
    fn db(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies everything, as it is at one moment, into a new file; other processes may read and write meanwhile.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        Ok(self.db().execute("VACUUM INTO ?1", [path.to_string_lossy()]).map(drop)?)
    }

    /// A number that grows with every change of what plans depend on: station file and placements.
    pub fn revision(&self) -> Result<u64, StoreError> {
        Ok(self.db().query_row("SELECT value FROM counter WHERE name = 'change'", [], |r| unsigned(r, 0))?)
    }

    /// The station file in force; `None` before the first.
    pub fn station(&self) -> Result<Option<StationRevision>, StoreError> {
        Ok(self.stations(1)?.pop())
    }

    /// The newest station files, newest first, at most [`Self::MAX_HISTORY`].
    pub fn stations(&self, most: u32) -> Result<Vec<StationRevision>, StoreError> {
        let db = self.db();
        let mut query =
            db.prepare_cached("SELECT number, toml, author, reason, at FROM station ORDER BY number DESC LIMIT ?1")?;
        let rows = query.query_map([most.min(Self::MAX_HISTORY)], |r| {
            Ok((unsigned(r, 0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get::<_, String>(4)?))
        })?;
        rows.map(|row| {
            let (number, toml, author, reason, at) = row?;
            Ok(StationRevision { number, toml, author, reason, at: read("station revision", &at)? })
        })
        .collect()
    }

    /// Puts a station file in force, after checking it, and returns its number.
    pub fn save_station(&self, toml: &str, author: &str, reason: &str, at: Timestamp) -> Result<u64, StoreError> {
        crate::station::Station::parse(toml)?;
        let mut db = self.db();
        let tx = db.transaction()?;
        let number = publication::put_station(&tx, toml, By { author, reason, at })?;
        publication::record(&tx, &[], By { author, reason, at })?;
        changed(&tx)?;
        tx.commit()?;
        Ok(number)
    }

    /// Puts an asset into the grid, in place of what was there by hand before.
    pub fn place(&self, placement: &Placement, author: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        tx.execute(
            "INSERT INTO placement (site, day, start, asset, author, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (site, day, start) DO UPDATE SET asset = excluded.asset, author = excluded.author, at = excluded.at",
            params![
                site_text(placement.site),
                placement.day.to_string(),
                placement.start.to_string(),
                placement.asset.as_str(),
                author,
                at.to_string()
            ],
        )?;
        changed(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Takes a placement out of the grid; false when there was none.
    pub fn unplace(&self, site: Option<SiteId>, day: Date, start: Time) -> Result<bool, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let sql = "DELETE FROM placement WHERE site = ?1 AND day = ?2 AND start = ?3";
        let gone = tx.execute(sql, params![site_text(site), day.to_string(), start.to_string()])? > 0;
        if gone {
            changed(&tx)?;
        }
        tx.commit()?;
        Ok(gone)
    }

    /// Placements of the days `from` to `to`, both included, of all sites.
    pub fn placements(&self, from: Date, to: Date) -> Result<Vec<Placement>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(
            "SELECT site, day, start, asset FROM placement WHERE day BETWEEN ?1 AND ?2 ORDER BY day, start, site",
        )?;
        let rows = query.query_map([from.to_string(), to.to_string()], |r| {
            Ok::<[String; 4], _>([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?])
        })?;
        rows.map(|row| {
            let [site, day, start, asset] = row?;
            let what = "placement";
            Ok(Placement {
                site: if site.is_empty() { None } else { Some(read(what, &site)?) },
                day: read(what, &day)?,
                start: read(what, &start)?,
                asset: read(what, &asset)?,
            })
        })
        .collect()
    }

    /// The next plan revision: greater than every one given before, also over restarts.
    pub fn next_plan_revision(&self) -> Result<Revision, StoreError> {
        let sql = "UPDATE counter SET value = value + 1 WHERE name = 'plan' RETURNING value";
        Ok(Revision(self.db().query_row(sql, [], |r| unsigned(r, 0))?))
    }

    /// Takes as-run records home in one transaction and returns how many were new; known ones change nothing.
    pub fn import_as_run(&self, records: &[AsRun]) -> Result<usize, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let mut new = 0;
        {
            let mut insert = tx.prepare_cached(rows::INSERT)?;
            for record in records {
                new += rows::insert(&mut insert, record)?;
            }
        }
        tx.commit()?;
        Ok(new)
    }

    /// As-run records of a site whose first frame fell in `from..to`, in order of time, at most [`Self::MAX_AS_RUN`].
    /// Records made without trusted time have no place here; see [`Self::as_run_of_boot`].
    pub fn as_run(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Result<Vec<AsRun>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(rows::BY_TIME)?;
        let (from, to) = (from.as_millisecond(), to.as_millisecond());
        let found = query.query_map(params![site.as_str(), from, to, Self::MAX_AS_RUN], rows::raw)?;
        found.map(|row| row?.read()).collect()
    }

    /// The newest as-run records of a site that have a time, newest first.
    pub fn as_run_newest(&self, site: SiteId, most: u32) -> Result<Vec<AsRun>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(rows::NEWEST)?;
        let found = query.query_map(params![site.as_str(), most.min(Self::MAX_AS_RUN)], rows::raw)?;
        found.map(|row| row?.read()).collect()
    }

    /// What a site was putting out at a moment: one record, or none, or two where one sounds over the other.
    pub fn as_run_at(&self, site: SiteId, at: Timestamp) -> Result<Vec<AsRun>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(rows::UNTIL)?;
        let found = query.query_map(params![site.as_str(), at.as_millisecond(), Self::MAX_OVERLAP], rows::raw)?;
        let records = found.map(|row| row?.read()).collect::<Result<Vec<AsRun>, StoreError>>()?;
        let ends = |r: &AsRun| r.wall.and_then(|from| from.checked_add(r.length.as_duration()).ok());
        Ok(records.into_iter().filter(|r| ends(r).is_some_and(|end| at < end)).collect())
    }

    /// Every as-run record of one life of an air process, in order, at most [`Self::MAX_AS_RUN`].
    pub fn as_run_of_boot(&self, site: SiteId, boot: BootId) -> Result<Vec<AsRun>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(rows::BY_BOOT)?;
        let found = query.query_map(params![site.as_str(), boot.to_string(), Self::MAX_AS_RUN], rows::raw)?;
        found.map(|row| row?.read()).collect()
    }

    /// The highest record number that came home from one life of an air process; `None` when none did.
    pub fn last_seq(&self, site: SiteId, boot: BootId) -> Result<Option<Seq>, StoreError> {
        let sql = "SELECT max(seq) FROM as_run WHERE site = ?1 AND boot = ?2";
        let params = params![site.as_str(), boot.to_string()];
        let last: Option<i64> = self.db().query_row(sql, params, |r| r.get(0)).optional()?.flatten();
        Ok(last.map(|n| Seq(n.unsigned_abs())))
    }
}

fn site_text(site: Option<SiteId>) -> String {
    site.map(|s| s.to_string()).unwrap_or_default()
}

fn changed(tx: &rusqlite::Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE counter SET value = value + 1 WHERE name = 'change'", [])?;
    Ok(())
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

fn read<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged { what, text: text.chars().take(80).collect() })
}
