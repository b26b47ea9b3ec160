//! The file itself: its connections, and every change as one transaction.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Asset, AssetId, AudioHash, Finding, Loudness, Status, TruePeak};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction, params};

use super::card::{COLUMNS, Card, Entered, NewCard, kind_word, status_word};
use super::schema::{connect, migrate};
use super::search::{self, Place};
use crate::report::{Report, Verdict};
use crate::wire::{severity_of, severity_word};
use crate::{Error, Result};

/// Readers kept open; more may exist for a moment, and are closed again.
const READERS_KEPT: usize = 4;
/// The catalogue: share it by `Arc`; writes take turns, reads never wait for them.
#[derive(Debug)]
pub struct Catalogue {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Catalogue {
    /// Opens or makes the catalogue in the file `path`.
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
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::default() })
    }

    /// Grows with every change by any process; equal numbers mean that nothing has changed.
    pub fn revision(&self) -> Result<u64> {
        let number: i64 = self.read(|db| Ok(db.query_row("SELECT number FROM revision", [], |r| r.get(0))?))?;
        Ok(number.unsigned_abs())
    }

    /// Enters the card of bytes that the shelf has: a draft, unless these very bytes were approved before.
    ///
    /// A refused report is [`Error::NotApprovable`]: it never becomes a card.
    pub fn enter(&self, card: &NewCard, report: &Report, hash: &AudioHash, now: Timestamp) -> Result<Entered> {
        if report.verdict() == Verdict::Refused {
            return Err(Error::NotApprovable { asset: card.id.clone(), why: "the file was refused" });
        }
        self.write(|tx| {
            let known = find(tx, &card.id)?;
            let entered = match &known {
                None => Entered::New,
                Some(k) if k.asset.hash == *hash => Entered::Same,
                Some(k) => Entered::Replaced { was: k.asset.hash },
            };
            let keeps = known.filter(|k| entered == Entered::Same && k.asset.status == Status::Ready);
            put_card(tx, card, report, hash, now, keeps.as_ref())?;
            put_findings(tx, &card.id, &report.findings)?;
            step(tx, &card.id, hash, "enter", "", now, &card.source_name)?;
            index(tx, &card.id, Place::First)?;
            Ok(entered)
        })
    }

    /// *Prêt à diffuser*: `who` has heard exactly `hash` and lets it go on the air.
    ///
    /// [`Error::OtherBytes`] when the card has other bytes by now.
    pub fn approve(&self, asset: &AssetId, hash: &AudioHash, who: &str, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            let card = find(tx, asset)?.ok_or_else(|| Error::NoSuchAsset(asset.clone()))?;
            if card.asset.hash != *hash {
                return Err(Error::OtherBytes { asset: asset.clone() });
            }
            if !card.has_bytes() {
                return Err(Error::NotApprovable { asset: asset.clone(), why: "its bytes were let go" });
            }
            if card.asset.status == Status::Ready {
                return Ok(());
            }
            tx.execute(
                "UPDATE card SET status = 'ready', ready_since = ?2, ready_by = ?3 WHERE id = ?1",
                params![asset.as_str(), now.to_string(), who],
            )?;
            step(tx, asset, hash, "approve", who, now, "")?;
            index(tx, asset, Place::Same)
        })
    }

    /// Takes it back: it never airs again unless it is approved again.
    pub fn withdraw(&self, asset: &AssetId, who: &str, now: Timestamp, why: &str) -> Result<()> {
        self.write(|tx| {
            let card = find(tx, asset)?.ok_or_else(|| Error::NoSuchAsset(asset.clone()))?;
            tx.execute(
                "UPDATE card SET status = 'withdrawn', ready_since = NULL, ready_by = NULL WHERE id = ?1",
                [asset.as_str()],
            )?;
            step(tx, asset, &card.asset.hash, "withdraw", who, now, why)?;
            index(tx, asset, Place::Same)
        })
    }

    /// Notes that the bytes of `asset` are let go; the card stays, and the same bytes may come back by another ingest.
    ///
    /// The answer is the hash to remove from the shelf, or `None` while another card still names the same bytes. Note
    /// first, remove after: a crash between leaves a file without a row, never a row without its file.
    pub fn purge_bytes(&self, asset: &AssetId, now: Timestamp, why: &str) -> Result<Option<AudioHash>> {
        self.write(|tx| {
            let card = find(tx, asset)?.ok_or_else(|| Error::NoSuchAsset(asset.clone()))?;
            let hash = card.asset.hash;
            tx.execute(
                "UPDATE card SET bytes_gone_at = ?2, bytes_gone_why = ?3 WHERE id = ?1",
                params![asset.as_str(), now.to_string(), why],
            )?;
            step(tx, asset, &hash, "purge", "", now, why)?;
            Ok((!named(tx, &hash)?).then_some(hash))
        })
    }

    /// The card of `asset`.
    pub fn get(&self, asset: &AssetId) -> Result<Option<Card>> {
        self.read(|db| find(db, asset))
    }

    /// Every asset that may air: approved, with its bytes on the shelf. Newest approval first.
    pub fn ready(&self) -> Result<Vec<Asset>> {
        let order = "WHERE status = 'ready' AND bytes_gone_at IS NULL ORDER BY ready_since DESC, id";
        Ok(self.select(order)?.into_iter().map(|c| c.asset).collect())
    }

    /// Every card, by identifier.
    pub fn all(&self) -> Result<Vec<Card>> {
        self.select("ORDER BY id")
    }

    /// Whether a card names these bytes as being on the shelf.
    pub fn names(&self, hash: &AudioHash) -> Result<bool> {
        self.read(|db| named(db, hash))
    }

    /// What a person should know of the card's present bytes, in the order of the report.
    pub fn findings(&self, asset: &AssetId) -> Result<Vec<Finding>> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT code, severity, at_s, fr, en FROM finding WHERE asset = ? ORDER BY place")?;
            let rows = statement.query_map([asset.as_str()], |r| {
                let severity = severity_of(&r.get::<_, String>(1)?);
                Ok(Finding { code: r.get(0)?, severity, at_s: r.get(2)?, fr: r.get(3)?, en: r.get(4)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn select(&self, order: &str) -> Result<Vec<Card>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM card {order}"))?;
            let mut rows = statement.query([])?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                cards.push(Card::from_row(row)?);
            }
            Ok(cards)
        })
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

    fn write<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
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

fn find(db: &Connection, asset: &AssetId) -> Result<Option<Card>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM card WHERE id = ?"))?;
    let mut rows = statement.query([asset.as_str()])?;
    rows.next()?.map(Card::from_row).transpose()
}

fn index(tx: &Transaction, asset: &AssetId, place: Place) -> Result<()> {
    find(tx, asset)?.map_or(Ok(()), |card| search::write(tx, &card, place))
}

fn named(db: &Connection, hash: &AudioHash) -> Result<bool> {
    let sql = "SELECT 1 FROM card WHERE hash = ? AND bytes_gone_at IS NULL LIMIT 1";
    Ok(db.query_row(sql, [hash.to_string()], |_| Ok(())).optional()?.is_some())
}

fn put_card(
    tx: &Transaction,
    card: &NewCard,
    report: &Report,
    hash: &AudioHash,
    now: Timestamp,
    keeps: Option<&Card>,
) -> Result<()> {
    let sites = card.sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let status = keeps.map_or(Status::Draft, |k| k.asset.status);
    let marks = (1..=22).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
    tx.prepare_cached(&format!("INSERT OR REPLACE INTO card ({COLUMNS}) VALUES ({marks})"))?.execute(params![
        card.id.as_str(),
        hash.to_string(),
        card.title,
        kind_word(card.kind),
        card.language.as_str(),
        card.programme.as_ref().map(domain::ProgrammeId::as_str),
        sites,
        report.length.0 as i64,
        report.channels,
        report.loudness.map(Loudness::get),
        report.loudness_range_lu,
        report.true_peak.map(TruePeak::get),
        report.gain().get(),
        status_word(status),
        card.not_before.map(|t| t.to_string()),
        card.expires.map(|t| t.to_string()),
        now.to_string(),
        keeps.and_then(|k| k.asset.ready_since).map(|t| t.to_string()),
        keeps.and_then(|k| k.ready_by.as_deref()),
        None::<String>,
        None::<String>,
        card.source_name,
    ])?;
    Ok(())
}

fn put_findings(tx: &Transaction, asset: &AssetId, findings: &[Finding]) -> Result<()> {
    tx.execute("DELETE FROM finding WHERE asset = ?", [asset.as_str()])?;
    let mut statement = tx.prepare_cached("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    for (place, f) in findings.iter().enumerate() {
        let severity = severity_word(f.severity);
        statement.execute(params![asset.as_str(), place as i64, f.code, severity, f.at_s, f.fr, f.en])?;
    }
    Ok(())
}

fn step(
    tx: &Transaction,
    asset: &AssetId,
    hash: &AudioHash,
    what: &str,
    who: &str,
    at: Timestamp,
    why: &str,
) -> Result<()> {
    tx.execute(
        "INSERT INTO step (asset, hash, what, who, at, why) VALUES (?, ?, ?, ?, ?, ?)",
        params![asset.as_str(), hash.to_string(), what, who, at.to_string(), why],
    )?;
    Ok(())
}
