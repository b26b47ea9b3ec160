//! The file itself: its connections, its transactions, and how cards are read from it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Asset, AssetId, AudioHash, Finding};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Params, Transaction, params};

use super::card::{COLUMNS, Card, NEWEST};
use super::schema::{connect, migrate};
use super::search::{self, Place};
use crate::target::Target;
use crate::wire::severity_of;
use crate::{Error, Result};

/// Readers kept open; more may exist for a moment, and are closed again.
const READERS_KEPT: usize = 4;

/// The catalogue: share it by `Arc`; writes take turns, reads never wait for them.
#[derive(Debug)]
pub struct Catalogue {
    path: PathBuf,
    target: Target,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Catalogue {
    /// Opens or makes the catalogue in the file `path`; sounds are brought to EBU R 128 until
    /// [`Catalogue::towards`] says otherwise.
    ///
    /// [`Error::BrokenCatalogue`] when the file is no whole database, [`Error::NewerSchema`] when a newer program wrote it.
    pub fn open(path: &Path) -> Result<Self> {
        let broken = |e: rusqlite::Error| match e.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Error::BrokenCatalogue { path: path.to_owned(), why: e.to_string() }
            }
            _ => Error::Database(e),
        };
        let mut writer = connect(path, true).map_err(broken)?;
        let whole: String = writer.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)).map_err(broken)?;
        if whole != "ok" {
            return Err(Error::BrokenCatalogue { path: path.to_owned(), why: whole });
        }
        migrate(&mut writer)?;
        let target = Target::default();
        Ok(Self { path: path.to_owned(), target, writer: Mutex::new(writer), readers: Mutex::default() })
    }

    /// The same catalogue, whose gains lead to the station's own target. Gains are computed whenever a card is read, so
    /// a new target holds for all that is there already.
    #[must_use]
    pub fn towards(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// What its gains lead to.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Grows with every change by any process; equal numbers mean that nothing has changed.
    pub fn revision(&self) -> Result<u64> {
        let number: i64 = self.read(|db| Ok(db.query_row("SELECT number FROM revision", [], |r| r.get(0))?))?;
        Ok(number.unsigned_abs())
    }

    /// The card of `asset`, also while it is in the trash.
    pub fn get(&self, asset: &AssetId) -> Result<Option<Card>> {
        self.read(|db| self.find(db, asset))
    }

    /// Every asset that may air: its approved bytes, on the shelf and barred by nothing, within the dates of the card and
    /// of its rights. Newest approval first.
    ///
    /// While newer bytes of a card wait for their approval, the approved ones stay in this list.
    pub fn ready(&self) -> Result<Vec<Asset>> {
        let cards = self.select(&format!(
            "SELECT {COLUMNS} FROM version JOIN card ON card.id = version.asset
             LEFT JOIN clearance ON clearance.asset = card.id AND clearance.hash = version.hash
             WHERE version.standing = 'ready' ORDER BY version.ready_since DESC, card.id"
        ))?;
        Ok(cards.into_iter().filter_map(Card::for_air).collect())
    }

    /// Every card, by identifier, also those in the trash.
    pub fn all(&self) -> Result<Vec<Card>> {
        self.select(&format!("SELECT {COLUMNS} FROM {NEWEST} ORDER BY card.id"))
    }

    /// Every card in the trash, the last one first.
    pub fn trash(&self) -> Result<Vec<Card>> {
        self.select(&format!(
            "SELECT {COLUMNS} FROM {NEWEST} WHERE card.trashed_at IS NOT NULL ORDER BY card.trashed_at DESC, card.id"
        ))
    }

    /// Whether any version of any card names these bytes as being on the shelf.
    pub fn names(&self, hash: &AudioHash) -> Result<bool> {
        self.read(|db| named(db, hash))
    }

    /// All bytes that should be on the shelf, with the card that names them; old versions and the trash included.
    pub fn held(&self) -> Result<Vec<(AssetId, AudioHash)>> {
        self.read(|db| {
            let sql = "SELECT asset, hash FROM version WHERE bytes_gone_at IS NULL ORDER BY asset, number";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut held = Vec::new();
            while let Some(row) = rows.next()? {
                let (asset, hash): (String, String) = (row.get(0)?, row.get(1)?);
                let bad = |what| Error::BadRow { id: asset.chars().take(96).collect(), what };
                let asset_id = asset.parse().map_err(|_| bad("identifier"))?;
                held.push((asset_id, hash.parse().map_err(|_| bad("hash"))?));
            }
            Ok(held)
        })
    }

    /// What a person should know of the card's newest bytes, in the order of the report.
    pub fn findings(&self, asset: &AssetId) -> Result<Vec<Finding>> {
        self.read(|db| {
            let sql = "SELECT code, severity, at_s, fr, en FROM finding
                 WHERE version = (SELECT max(number) FROM version WHERE asset = ?) ORDER BY place";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([asset.as_str()], |r| {
                let severity = severity_of(&r.get::<_, String>(1)?);
                Ok(Finding { code: r.get(0)?, severity, at_s: r.get(2)?, fr: r.get(3)?, en: r.get(4)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Whether every card that people can find has its place in the index, and nothing else has one.
    pub fn index_is_whole(&self) -> Result<bool> {
        self.read(search::is_whole)
    }

    /// Writes the index of the words anew.
    pub fn write_index(&self) -> Result<()> {
        self.write(search::rebuild)
    }

    fn select(&self, sql: &str) -> Result<Vec<Card>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                cards.push(Card::from_row(row, &self.target)?);
            }
            Ok(cards)
        })
    }

    pub(super) fn find(&self, db: &Connection, asset: &AssetId) -> Result<Option<Card>> {
        let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM {NEWEST} WHERE card.id = ?"))?;
        let mut rows = statement.query([asset.as_str()])?;
        rows.next()?.map(|row| Card::from_row(row, &self.target)).transpose()
    }

    pub(super) fn known(&self, db: &Connection, asset: &AssetId) -> Result<Card> {
        self.find(db, asset)?.ok_or_else(|| Error::NoSuchAsset(asset.clone()))
    }

    /// Copies the whole catalogue, as it is at one moment, into a new file; others may read and write meanwhile.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        self.read(|db| Ok(db.execute("VACUUM INTO ?1", [path.to_string_lossy()]).map(drop)?))
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let kept = locked(&self.readers).pop();
        let reader = match kept {
            Some(reader) => reader,
            None => connect(&self.path, false)?,
        };
        let done = work(&reader);
        let mut readers = locked(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(reader);
        }
        done
    }

    /// One change, whole or not at all; what is found by words is brought along, and the revision grows.
    pub(super) fn change<T>(
        &self,
        asset: &AssetId,
        place: Place,
        work: impl FnOnce(&Transaction) -> Result<T>,
    ) -> Result<T> {
        self.write(|tx| {
            let done = work(tx)?;
            match self.find(tx, asset)? {
                Some(card) => search::write(tx, &card, place)?,
                None => search::forget(tx, asset)?,
            }
            Ok(done)
        })
    }

    pub(super) fn write<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let mut writer = locked(&self.writer);
        let tx = writer.transaction()?;
        let done = work(&tx)?;
        tx.execute("UPDATE revision SET number = number + 1", [])?;
        tx.commit()?;
        Ok(done)
    }
}

/// A connection stays whole when the thread that used it panicked: its transaction was rolled back on the way out.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn named(db: &Connection, hash: &AudioHash) -> Result<bool> {
    let sql = "SELECT 1 FROM version WHERE hash = ? AND bytes_gone_at IS NULL LIMIT 1";
    Ok(db.query_row(sql, [hash.to_string()], |_| Ok(())).optional()?.is_some())
}

pub(super) fn run(tx: &Transaction, sql: &str, values: impl Params) -> Result<()> {
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Who does something, and when.
#[derive(Clone, Copy)]
pub(super) struct Doing<'a> {
    pub(super) who: &'a str,
    pub(super) now: Timestamp,
}

/// Notes a step in the card's history.
pub(super) fn step(
    tx: &Transaction,
    (asset, hash): (&AssetId, &AudioHash),
    what: &str,
    doing: Doing<'_>,
    why: &str,
) -> Result<()> {
    run(
        tx,
        "INSERT INTO step (asset, hash, what, who, at, why) VALUES (?, ?, ?, ?, ?, ?)",
        params![asset.as_str(), hash.to_string(), what, doing.who, doing.now.to_string(), why],
    )
}
