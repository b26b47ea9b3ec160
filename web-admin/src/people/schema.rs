//! The tables of `people.db` and how an older file becomes a newer one.

use rusqlite::{Connection, TransactionBehavior};

use super::PeopleError;

/// Each step runs once, in order; `user_version` counts the steps done. Steps are never edited after they shipped.
const STEPS: &[&str] = &["
    CREATE TABLE person (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL,
        password TEXT,
        secret_hash BLOB,
        secret_until_s INTEGER,
        created_at_s INTEGER NOT NULL,
        closed_at_s INTEGER
    ) STRICT;
    CREATE TABLE session (
        token_hash BLOB PRIMARY KEY,
        person INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        csrf TEXT NOT NULL,
        address TEXT NOT NULL,
        opened_at_s INTEGER NOT NULL,
        seen_at_s INTEGER NOT NULL,
        must_choose INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_person ON session(person);
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        address TEXT NOT NULL,
        act TEXT NOT NULL,
        object TEXT NOT NULL,
        detail TEXT NOT NULL,
        allowed INTEGER NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_is_not_edited BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"];

/// Brings the file to the newest shape; refuses one that a newer Mikado wrote.
pub(super) fn migrate(db: &mut Connection) -> Result<(), PeopleError> {
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: i64 = tx.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    if done > STEPS.len() {
        return Err(PeopleError::Newer);
    }
    for (n, step) in STEPS.iter().enumerate().skip(done) {
        tx.execute_batch(step)?;
        tx.pragma_update(None, "user_version", n as i64 + 1)?;
    }
    tx.commit()?;
    Ok(())
}
