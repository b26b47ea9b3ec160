//! The tables, and how an older database becomes this one.

use rusqlite::Connection;

use super::StoreError;

/// One script per version; a released one is never changed.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    INSERT INTO counter VALUES ('change', 0), ('plan', 0);
    CREATE TABLE station (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        toml TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE placement (
        site TEXT NOT NULL, day TEXT NOT NULL, start TEXT NOT NULL,
        asset TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (site, day, start)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX placement_day ON placement (day);
    CREATE TABLE as_run (
        site TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL,
        entry TEXT, asset TEXT, audio BLOB,
        from_frames INTEGER NOT NULL, at_frames INTEGER NOT NULL, length_frames INTEGER NOT NULL,
        wall_ms INTEGER, wall TEXT, rung INTEGER NOT NULL, outcome TEXT NOT NULL,
        PRIMARY KEY (site, boot, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX as_run_wall ON as_run (site, wall_ms);
",
    "
    CREATE TABLE override (
        id TEXT NOT NULL, date TEXT NOT NULL, recurs INTEGER NOT NULL,
        spec TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (id, date)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX override_date ON override (date);
    CREATE TABLE feast (
        event TEXT NOT NULL, predicted TEXT NOT NULL, moved_days INTEGER NOT NULL,
        author TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (event, predicted)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE season (
        season TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
        author TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (season, first)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE proposal (
        key TEXT PRIMARY KEY,
        act TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE publication (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        station INTEGER NOT NULL, state TEXT NOT NULL, said TEXT NOT NULL, accepted TEXT NOT NULL,
        undoes INTEGER, author TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE lack (
        site TEXT NOT NULL, at TEXT NOT NULL, programme TEXT NOT NULL, since TEXT NOT NULL,
        PRIMARY KEY (site, at, programme)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE owed (
        site TEXT NOT NULL, campaign TEXT NOT NULL, missed_ms INTEGER NOT NULL, placed_on TEXT,
        PRIMARY KEY (site, campaign, missed_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX owed_missed ON owed (missed_ms);
",
    "
    CREATE TABLE piece (
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, day TEXT NOT NULL, bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX piece_day ON piece (day);
    CREATE TABLE given (
        site TEXT NOT NULL, day TEXT NOT NULL, revision INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        publication INTEGER, hash BLOB NOT NULL, pieces BLOB NOT NULL,
        PRIMARY KEY (site, day, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX given_day ON given (day);
",
];

pub(super) fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as i64;
    loop {
        let tx = db.transaction()?;
        let found: i64 = tx.pragma_query_value(None, "user_version", |r| r.get(0))?;
        if found == known {
            return Ok(());
        }
        let Some(script) = usize::try_from(found).ok().and_then(|n| MIGRATIONS.get(n)) else {
            return Err(StoreError::TooNew { found, known });
        };
        tx.execute_batch(script)?;
        // Inside the transaction: a power cut leaves either the old version or the new one.
        tx.pragma_update(None, "user_version", found + 1)?;
        tx.commit()?;
    }
}
