//! The plans that the sites were given, kept as they were given.
//!
//! A day's plan is a list of pieces, one per slot. A piece is kept once, under the hash of its bytes, whichever sites and
//! revisions have it; a newer plan that changes one slot adds one piece and a list. What a piece says is the caller's.

use std::io::{Read as _, Write as _};

use domain::{Revision, SiteId};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::{Store, StoreError, unsigned};

/// The plan of one day, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenDay {
    /// The civil day.
    pub day: Date,
    /// Its pieces in order; together they are the day.
    pub pieces: Vec<Vec<u8>>,
}

/// The plan of a site's day as the site was given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its version.
    pub revision: Revision,
    /// Since when it has been in force.
    pub at: Timestamp,
    /// The publication whose grid it was made of; `None` before the first.
    pub publication: Option<u64>,
    /// Its pieces in order, byte for byte.
    pub pieces: Vec<Vec<u8>>,
}

impl Store {
    /// Days of plans that are kept: a year and the month in which it is accounted for.
    pub const GIVEN_DAYS: u32 = 400;
    /// A piece is a slot: the longest, a whole night of short titles, has some 200 entries of 400 bytes.
    const PIECE_BYTES_MAX: u64 = 4 << 20;

    /// Keeps the plans that a site has been given, in one transaction, and returns how many were new. A day that says what
    /// the newest one kept of it says is not kept again.
    pub fn keep_plans(
        &self,
        site: SiteId,
        revision: Revision,
        at: Timestamp,
        days: &[GivenDay],
    ) -> Result<usize, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let mut new = 0;
        for GivenDay { day, pieces } in days {
            let hashes: Vec<blake3::Hash> = pieces.iter().map(|p| blake3::hash(p)).collect();
            let whole = whole(&hashes);
            let newest = "SELECT hash FROM given WHERE site = ?1 AND day = ?2 ORDER BY revision DESC LIMIT 1";
            let key = params![site.as_str(), day.to_string()];
            let newest: Option<Vec<u8>> = tx.query_row(newest, key, |r| r.get(0)).optional()?;
            if newest.is_some_and(|hash| hash == whole.as_bytes()) {
                continue;
            }
            let mut list = Vec::with_capacity(8 * pieces.len());
            for (piece, hash) in pieces.iter().zip(&hashes) {
                list.extend(put(&tx, *day, piece, hash)?.to_le_bytes());
            }
            // What is kept under a revision stays as it is.
            new += tx.execute(
                "INSERT OR IGNORE INTO given (site, day, revision, at_ms, publication, hash, pieces)
                 VALUES (?1, ?2, ?3, ?4, (SELECT max(number) FROM publication), ?5, ?6)",
                params![
                    site.as_str(),
                    day.to_string(),
                    revision.0 as i64,
                    at.as_millisecond(),
                    whole.as_bytes().as_slice(),
                    list
                ],
            )?;
        }
        tx.commit()?;
        Ok(new)
    }

    /// The plan of a site's day that was in force at a moment; the first one when none was yet, and `None` when none is kept.
    ///
    /// # Errors
    /// When a piece is missing or is not what was kept.
    pub fn given_plan(&self, site: SiteId, day: Date, at: Timestamp) -> Result<Option<Given>, StoreError> {
        let mut db = self.db();
        // Of one moment: the oldest days are forgotten while it is read.
        let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Deferred)?;
        let find = |which: &str| {
            let sql = format!(
                "SELECT revision, at_ms, publication, hash, pieces FROM given WHERE site = ?1 AND day = ?2 AND {which} LIMIT 1"
            );
            let key = params![site.as_str(), day.to_string(), at.as_millisecond()];
            tx.prepare_cached(&sql)?.query_row(key, Line::read).optional()
        };
        let line = match find("at_ms <= ?3 ORDER BY revision DESC")? {
            Some(line) => Some(line),
            None => find("at_ms > ?3 ORDER BY revision")?,
        };
        line.map(|line| line.given(&tx)).transpose()
    }

    /// Forgets the oldest days beyond [`Self::GIVEN_DAYS`] and returns how many plans that were. Days are counted: a clock that
    /// shows another century for an hour costs three of them.
    pub fn forget_plans(&self) -> Result<usize, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let oldest = "SELECT day FROM (SELECT DISTINCT day FROM given ORDER BY day DESC) LIMIT 1 OFFSET ?1";
        let oldest: Option<String> = tx.query_row(oldest, [Self::GIVEN_DAYS - 1], |r| r.get(0)).optional()?;
        let Some(oldest) = oldest else { return Ok(0) };
        let gone = tx.execute("DELETE FROM given WHERE day < ?1", [&oldest])?;
        tx.execute("DELETE FROM piece WHERE day < ?1", [&oldest])?;
        tx.commit()?;
        Ok(gone)
    }
}

/// A line of the table, with the columns that are read.
struct Line {
    revision: u64,
    at_ms: i64,
    publication: Option<i64>,
    hash: Vec<u8>,
    list: Vec<u8>,
}

impl Line {
    fn read(r: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            revision: unsigned(r, 0)?,
            at_ms: r.get(1)?,
            publication: r.get(2)?,
            hash: r.get(3)?,
            list: r.get(4)?,
        })
    }

    fn given(self, tx: &Transaction<'_>) -> Result<Given, StoreError> {
        let damaged = || StoreError::Damaged { what: "plan that was given", text: format!("no. {}", self.revision) };
        let (ids, rest) = self.list.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(damaged());
        }
        let mut query = tx.prepare_cached("SELECT bytes FROM piece WHERE id = ?1")?;
        let mut pieces = Vec::with_capacity(ids.len());
        for id in ids {
            let bytes: Option<Vec<u8>> = query.query_row([i64::from_le_bytes(*id)], |r| r.get(0)).optional()?;
            pieces.push(bytes.and_then(|b| inflated(&b)).ok_or_else(damaged)?);
        }
        let hashes: Vec<blake3::Hash> = pieces.iter().map(|p| blake3::hash(p)).collect();
        if whole(&hashes).as_bytes().as_slice() != self.hash {
            return Err(damaged());
        }
        Ok(Given {
            revision: Revision(self.revision),
            at: Timestamp::from_millisecond(self.at_ms).map_err(|_| damaged())?,
            publication: self.publication.map(i64::unsigned_abs),
            pieces,
        })
    }
}

/// The hash of a whole plan: over those of its pieces.
fn whole(pieces: &[blake3::Hash]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for piece in pieces {
        hasher.update(piece.as_bytes());
    }
    hasher.finalize()
}

/// Keeps a piece, if it is not there, and returns its number.
fn put(tx: &Transaction<'_>, day: Date, piece: &[u8], hash: &blake3::Hash) -> Result<i64, StoreError> {
    let known: Option<i64> = tx
        .prepare_cached("SELECT id FROM piece WHERE hash = ?1")?
        .query_row([hash.as_bytes().as_slice()], |r| r.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let mut insert = tx.prepare_cached("INSERT INTO piece (hash, day, bytes) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![hash.as_bytes().as_slice(), day.to_string(), deflated(piece)?])?;
    Ok(tx.last_insert_rowid())
}

fn deflated(piece: &[u8]) -> Result<Vec<u8>, StoreError> {
    if piece.len() as u64 > Store::PIECE_BYTES_MAX {
        return Err(StoreError::Damaged { what: "piece of a plan", text: format!("{} bytes", piece.len()) });
    }
    let mut writer = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = writer.write_all(piece).and_then(|()| writer.finish());
    written.map_err(|e| StoreError::Damaged { what: "piece of a plan", text: e.to_string() })
}

/// What was deflated; `None` when it was not, or is larger than any piece.
fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut piece = Vec::new();
    let limit = Store::PIECE_BYTES_MAX + 1;
    DeflateDecoder::new(bytes).take(limit).read_to_end(&mut piece).ok()?;
    (piece.len() as u64 <= Store::PIECE_BYTES_MAX).then_some(piece)
}
