//! The audit: who did what, when, from where, and whether it was allowed. Append-only, chained by hash.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{People, PeopleError};

/// One act, allowed or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act<'a> {
    /// The account, or what was typed as a name.
    pub who: &'a str,
    /// The address that the request came from.
    pub address: &'a str,
    /// What was done: `session.open`, `asset.approve`, …
    pub act: &'a str,
    /// On what.
    pub object: &'a str,
    /// What else matters, in plain text.
    pub detail: &'a str,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// One line of the audit as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number: from 1, no gap.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// From where.
    pub address: String,
    /// What.
    pub act: String,
    /// On what.
    pub object: String,
    /// What else.
    pub detail: String,
    /// Whether it was allowed.
    pub allowed: bool,
}

/// The longest text kept of any one field; what people type may be longer and is cut.
const FIELD_CHARS_MAX: usize = 400;

impl People {
    /// Appends one act.
    pub fn record(&self, act: &Act<'_>, now: Timestamp) -> Result<(), PeopleError> {
        let mut db = self.writer();
        let tx = db.transaction()?;
        append(&tx, act, now)?;
        tx.commit()?;
        Ok(())
    }

    /// The newest lines, newest first, at most `max`.
    pub fn audit(&self, max: usize) -> Result<Vec<AuditLine>, PeopleError> {
        let db = self.reader();
        let mut query = db.prepare_cached(
            "SELECT seq, at, who, address, act, object, detail, allowed, hash FROM audit ORDER BY seq DESC LIMIT ?1",
        )?;
        let lines = query.query_map([max as i64], |r| line(r).map(|(l, _)| l))?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// Walks the whole chain: how many lines hold, or the number of the first that does not.
    pub fn verify_audit(&self) -> Result<Result<u64, i64>, PeopleError> {
        let db = self.reader();
        let mut query = db.prepare_cached(
            "SELECT seq, at, who, address, act, object, detail, allowed, hash FROM audit ORDER BY seq",
        )?;
        let mut before = [0; 32];
        let mut count = 0_u64;
        for row in query.query_map([], line)? {
            let (line, kept) = row?;
            count += 1;
            let hash = link(&before, &line);
            if line.seq != count as i64 || kept != hash {
                return Ok(Err(line.seq));
            }
            before = hash;
        }
        Ok(Ok(count))
    }
}

pub(super) fn append(db: &Connection, act: &Act<'_>, now: Timestamp) -> Result<(), PeopleError> {
    let last = db.query_row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", [], |r| {
        Ok((r.get::<_, i64>(0)?, r.get::<_, [u8; 32]>(1)?))
    });
    let (seq, before) = match last {
        Ok(found) => found,
        Err(rusqlite::Error::QueryReturnedNoRows) => (0, [0; 32]),
        Err(e) => return Err(e.into()),
    };
    let cut = |s: &str| s.chars().take(FIELD_CHARS_MAX).collect::<String>();
    let line = AuditLine {
        seq: seq + 1,
        at: now.to_string(),
        who: cut(act.who),
        address: cut(act.address),
        act: cut(act.act),
        object: cut(act.object),
        detail: cut(act.detail),
        allowed: act.allowed,
    };
    db.execute(
        "INSERT INTO audit (seq, at, who, address, act, object, detail, allowed, hash) VALUES (?,?,?,?,?,?,?,?,?)",
        params![
            line.seq,
            line.at,
            line.who,
            line.address,
            line.act,
            line.object,
            line.detail,
            line.allowed,
            link(&before, &line)
        ],
    )?;
    Ok(())
}

/// The hash over the line before and this line; every field carries its length, so that no two lines read alike.
fn link(before: &[u8; 32], line: &AuditLine) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("mikado 2026 audit line");
    hasher.update(before);
    hasher.update(&line.seq.to_le_bytes());
    for field in [&line.at, &line.who, &line.address, &line.act, &line.object, &line.detail] {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.update(&[u8::from(line.allowed)]);
    *hasher.finalize().as_bytes()
}

fn line(r: &Row<'_>) -> rusqlite::Result<(AuditLine, [u8; 32])> {
    let line = AuditLine {
        seq: r.get(0)?,
        at: r.get(1)?,
        who: r.get(2)?,
        address: r.get(3)?,
        act: r.get(4)?,
        object: r.get(5)?,
        detail: r.get(6)?,
        allowed: r.get(7)?,
    };
    Ok((line, r.get(8)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.db");
        let people = People::open(&path).unwrap();
        let now = "2026-11-24T08:00:00Z".parse().unwrap();
        for object in ["a", "b", "c"] {
            let act = Act { who: "awa", address: "10.0.0.1", act: "asset.approve", object, detail: "", allowed: true };
            people.record(&act, now).unwrap();
        }
        assert_eq!(people.verify_audit().unwrap(), Ok(3));
        let raw = Connection::open(&path).unwrap();
        assert!(raw.execute("UPDATE audit SET who = 'ali' WHERE seq = 2", []).is_err(), "the trigger holds it");
        raw.execute_batch("DROP TRIGGER audit_is_not_edited; UPDATE audit SET who = 'ali' WHERE seq = 2").unwrap();
        assert_eq!(people.verify_audit().unwrap(), Err(2));
    }
}
