//! The file's schema, the steps that lead to it from any earlier one, and how a connection to it is made.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::search;
use crate::{Error, Result};

/// Schema steps; `user_version` counts how many a file has had. Steps are only ever added.
const STEPS: &[&str] = &[
    "
    CREATE TABLE card (
        id TEXT PRIMARY KEY, hash TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
        programme TEXT, sites TEXT NOT NULL, length_frames INTEGER NOT NULL, channels INTEGER NOT NULL,
        loudness_lufs REAL, loudness_range_lu REAL, true_peak_dbtp REAL, gain_db REAL NOT NULL, status TEXT NOT NULL,
        not_before TEXT, expires TEXT, entered_at TEXT NOT NULL, ready_since TEXT, ready_by TEXT,
        bytes_gone_at TEXT, bytes_gone_why TEXT, source_name TEXT NOT NULL) STRICT;
    CREATE INDEX card_by_hash ON card (hash);
    CREATE INDEX card_by_programme ON card (programme, ready_since);
    CREATE INDEX card_by_entry ON card (entered_at);
    CREATE TABLE finding (
        asset TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE, place INTEGER NOT NULL, code TEXT NOT NULL,
        severity TEXT NOT NULL, at_s REAL, fr TEXT NOT NULL, en TEXT NOT NULL, PRIMARY KEY (asset, place)) STRICT;
    CREATE TABLE step (
        number INTEGER PRIMARY KEY, asset TEXT NOT NULL, hash TEXT NOT NULL, what TEXT NOT NULL, who TEXT NOT NULL,
        at TEXT NOT NULL, why TEXT NOT NULL) STRICT;
    CREATE INDEX step_by_asset ON step (asset);
    CREATE TABLE revision (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER NOT NULL) STRICT;
    INSERT INTO revision VALUES (1, 0);",
    search::SCHEMA,
    VERSIONS,
    "ALTER TABLE version ADD COLUMN fingerprint BLOB;
    CREATE INDEX version_by_length ON version (length_frames);",
    "ALTER TABLE version ADD COLUMN cue_start_frames INTEGER;
    ALTER TABLE version ADD COLUMN cue_end_frames INTEGER;
    ALTER TABLE version ADD COLUMN cue_intro_frames INTEGER;
    ALTER TABLE version ADD COLUMN cue_segue_frames INTEGER;",
    "ALTER TABLE card ADD COLUMN artist TEXT NOT NULL DEFAULT '';
    ALTER TABLE card ADD COLUMN category TEXT NOT NULL DEFAULT '';",
];

/// Bytes part from cards: one card, and every version of its bytes. Gains are computed, and no longer kept.
const VERSIONS: &str = "
    ALTER TABLE finding RENAME TO finding_1;
    ALTER TABLE card RENAME TO card_1;
    CREATE TABLE card (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, programme TEXT,
        sites TEXT NOT NULL, not_before TEXT, expires TEXT, episode TEXT NOT NULL DEFAULT '',
        contributors TEXT NOT NULL DEFAULT '[]', women_s INTEGER, consent TEXT NOT NULL DEFAULT 'unsaid',
        flags TEXT NOT NULL DEFAULT '', rights_from TEXT, rights_until TEXT, trashed_at TEXT, trashed_by TEXT,
        trashed_why TEXT) STRICT;
    CREATE TABLE version (
        number INTEGER PRIMARY KEY AUTOINCREMENT, asset TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE,
        hash TEXT NOT NULL, length_frames INTEGER NOT NULL, channels INTEGER NOT NULL, loudness_lufs REAL,
        loudness_range_lu REAL, true_peak_dbtp REAL, standing TEXT NOT NULL, entered_at TEXT NOT NULL,
        source_name TEXT NOT NULL, ready_since TEXT, ready_by TEXT, bytes_gone_at TEXT, bytes_gone_why TEXT,
        UNIQUE (asset, hash)) STRICT;
    CREATE TABLE finding (
        version INTEGER NOT NULL REFERENCES version (number) ON DELETE CASCADE, place INTEGER NOT NULL,
        code TEXT NOT NULL, severity TEXT NOT NULL, at_s REAL, fr TEXT NOT NULL, en TEXT NOT NULL,
        PRIMARY KEY (version, place)) STRICT;
    CREATE TABLE clearance (
        asset TEXT NOT NULL REFERENCES card (id) ON DELETE CASCADE, hash TEXT NOT NULL, officer TEXT NOT NULL,
        at TEXT NOT NULL, why TEXT NOT NULL, flags TEXT NOT NULL, PRIMARY KEY (asset, hash)) STRICT;
    INSERT INTO card (id, title, kind, language, programme, sites, not_before, expires)
        SELECT id, title, kind, language, programme, sites, not_before, expires FROM card_1;
    INSERT INTO version (asset, hash, length_frames, channels, loudness_lufs, loudness_range_lu, true_peak_dbtp, standing,
            entered_at, source_name, ready_since, ready_by, bytes_gone_at, bytes_gone_why)
        SELECT id, hash, length_frames, channels, loudness_lufs, loudness_range_lu, true_peak_dbtp, status, entered_at,
            source_name, iif(status = 'ready', coalesce(ready_since, entered_at), NULL),
            iif(status = 'ready', coalesce(ready_by, ''), NULL), bytes_gone_at, bytes_gone_why
        FROM card_1 ORDER BY entered_at, id;
    INSERT INTO finding SELECT version.number, place, code, severity, at_s, fr, en
        FROM finding_1 JOIN version USING (asset);
    DROP TABLE finding_1;
    DROP TABLE card_1;
    CREATE INDEX version_by_asset ON version (asset);
    CREATE INDEX version_by_hash ON version (hash);
    CREATE INDEX version_on_air ON version (ready_since) WHERE standing = 'ready';
    CREATE INDEX card_in_trash ON card (trashed_at) WHERE trashed_at IS NOT NULL;";

/// A writer of another process is waited for this long before the person is told.
const BUSY: Duration = Duration::from_secs(10);

/// A connection for reading, or for reading and writing.
pub(super) fn connect(path: &Path, write: bool) -> Result<Connection, rusqlite::Error> {
    let access = if write {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    let mut db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY)?;
    if write {
        // A transaction that begins by reading and then writes would fail at once when another process writes.
        db.set_transaction_behavior(TransactionBehavior::Immediate);
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "FULL")?;
    }
    db.pragma_update(None, "foreign_keys", true)?;
    Ok(db)
}

/// Brings a file of any earlier program to today's schema.
pub(super) fn migrate(db: &mut Connection) -> Result<()> {
    loop {
        let tx = db.transaction()?;
        let found: i64 = tx.pragma_query_value(None, "user_version", |r| r.get(0))?;
        let known = STEPS.len() as i64;
        if found > known || found < 0 {
            return Err(Error::NewerSchema { found, known });
        }
        let Some(sql) = STEPS.get(found as usize) else {
            if search::is_old(&tx)? {
                search::rebuild(&tx)?;
                tx.commit()?;
            }
            return Ok(());
        };
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", found + 1)?;
        tx.commit()?;
    }
}
