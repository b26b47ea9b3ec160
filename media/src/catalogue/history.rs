//! What was: the versions of a card's bytes, and who did what when.

use domain::{AssetId, AudioHash, Frames, Loudness};
use jiff::Timestamp;
use rusqlite::Connection;

use super::card::Gone;
use super::standing::Standing;
use super::store::Catalogue;
use crate::{Error, Result};

/// Bytes that a card has or had.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The bytes.
    pub hash: AudioHash,
    /// Their length.
    pub length: Frames,
    /// Their loudness; `None` for silence.
    pub loudness: Option<Loudness>,
    /// Where they stand.
    pub standing: Standing,
    /// When they came in.
    pub entered_at: Timestamp,
    /// The name that the file came with.
    pub source_name: String,
    /// Set when the shelf no longer has them.
    pub bytes_gone: Option<Gone>,
    pub(super) number: i64,
}

/// One step of a card's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who; empty for the program itself.
    pub who: String,
    /// What, as a stable word: `enter`, `approve`, `withdraw`, `edit`, `flag`, `clear`, `purge`, `trash`, `restore`.
    pub what: String,
    /// Why, or what exactly.
    pub why: String,
    /// The bytes that the card had then.
    pub hash: AudioHash,
}

/// Steps shown of one card: nobody reads further back on a page.
const STEPS_MAX: u32 = 200;

impl Catalogue {
    /// Every version of the card's bytes, the newest first.
    pub fn versions(&self, asset: &AssetId) -> Result<Vec<Version>> {
        self.read(|db| versions_in(db, asset))
    }

    /// What happened to the card, the last first.
    pub fn history(&self, asset: &AssetId) -> Result<Vec<Step>> {
        self.read(|db| {
            let sql = "SELECT at, who, what, why, hash FROM step WHERE asset = ? ORDER BY number DESC LIMIT ?";
            let mut statement = db.prepare_cached(sql)?;
            let mut rows = statement.query(rusqlite::params![asset.as_str(), STEPS_MAX])?;
            let bad = |what| Error::BadRow { id: asset.to_string(), what };
            let mut steps = Vec::new();
            while let Some(row) = rows.next()? {
                steps.push(Step {
                    at: row.get::<_, String>(0)?.parse().map_err(|_| bad("date"))?,
                    who: row.get(1)?,
                    what: row.get(2)?,
                    why: row.get(3)?,
                    hash: row.get::<_, String>(4)?.parse().map_err(|_| bad("hash"))?,
                });
            }
            Ok(steps)
        })
    }
}

pub(super) fn versions_in(db: &Connection, asset: &AssetId) -> Result<Vec<Version>> {
    let mut statement = db.prepare_cached(
        "SELECT number, hash, length_frames, loudness_lufs, standing, entered_at, source_name, ready_since, ready_by,
             bytes_gone_at, bytes_gone_why FROM version WHERE asset = ? ORDER BY number DESC",
    )?;
    let mut rows = statement.query([asset.as_str()])?;
    let bad = |what| Error::BadRow { id: asset.to_string(), what };
    let date = |text: Option<String>| text.map(|t| t.parse().map_err(|_| bad("date"))).transpose();
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        let standing = Standing::read(&row.get::<_, String>(4)?, row.get(8)?, date(row.get(7)?)?);
        let why: Option<String> = row.get(10)?;
        let gone = date(row.get(9)?)?;
        versions.push(Version {
            number: row.get(0)?,
            hash: row.get::<_, String>(1)?.parse().map_err(|_| bad("hash"))?,
            length: Frames(row.get::<_, i64>(2)?.unsigned_abs()),
            loudness: row.get::<_, Option<f64>>(3)?.and_then(|v| Loudness::new(v).ok()),
            standing: standing.ok_or_else(|| bad("status"))?,
            entered_at: row.get::<_, String>(5)?.parse().map_err(|_| bad("date"))?,
            source_name: row.get(6)?,
            bytes_gone: gone.map(|at| Gone { at, why: why.unwrap_or_default(), by: String::new() }),
        });
    }
    Ok(versions)
}
