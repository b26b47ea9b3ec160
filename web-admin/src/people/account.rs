//! Accounts and the one-time secrets that they begin with.

use std::fmt;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Act, People, PeopleError, Role, audit, password, random};

/// How long a one-time secret is good for.
const SECRET_LIFE_S: i64 = 24 * 3600;
/// Letters of a one-time secret: no look-alikes (0 o, 1 l i), 32 of them, so that each carries five bits.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789z";
/// The account that exists before all others.
const FIRST: &str = "admin";

/// A secret shown once: whoever types it within 24 hours chooses the account's password.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeSecret {
    /// The account.
    pub name: String,
    /// What to type in place of a password.
    pub secret: String,
    /// When it stops to work.
    pub until: Timestamp,
}

impl fmt::Debug for OneTimeSecret {
    /// Never prints the secret: it is for a person's eyes, not for a trace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneTimeSecret").field("name", &self.name).field("until", &self.until).finish_non_exhaustive()
    }
}

/// One account, without what it keeps secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its number.
    pub id: i64,
    /// Its name as typed at its making.
    pub name: String,
    /// What it is at the station.
    pub role: Role,
    /// Whether a password was chosen.
    pub has_password: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it was closed.
    pub closed: bool,
}

impl People {
    /// The first administrator's one-time secret, or `None` once any administrator has chosen a password.
    ///
    /// Asked again before that, it gives a new secret; the one before stops to work, because only its hash is kept.
    pub fn ensure_first_admin(&self, now: Timestamp) -> Result<Option<OneTimeSecret>, PeopleError> {
        let mut db = self.writer();
        let tx = db.transaction()?;
        let chosen: bool = tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM person WHERE role = 'administrator' AND password IS NOT NULL AND closed_at_s IS NULL)",
            [],
            |r| r.get(0),
        )?;
        if chosen {
            return Ok(None);
        }
        if find(&tx, FIRST)?.is_none() {
            insert(&tx, FIRST, Role::Administrator, now)?;
        }
        let secret = issue(&tx, FIRST, now)?;
        tx.commit()?;
        Ok(Some(secret))
    }

    /// Makes an account and its one-time secret.
    pub fn add_user(&self, name: &str, role: Role, by: &str, now: Timestamp) -> Result<OneTimeSecret, PeopleError> {
        let name = checked_name(name)?;
        let mut db = self.writer();
        let tx = db.transaction()?;
        if find(&tx, name)?.is_some() {
            return Err(PeopleError::NameTaken(name.to_owned()));
        }
        insert(&tx, name, role, now)?;
        let secret = issue(&tx, name, now)?;
        let act = Act { who: by, address: "", act: "person.add", object: name, detail: role.as_str(), allowed: true };
        audit::append(&tx, &act, now)?;
        tx.commit()?;
        Ok(secret)
    }

    /// Gives an account a new one-time secret and ends its sessions: for a forgotten password. The old password keeps
    /// working until a new one was chosen only if nobody uses the secret; an administrator never chooses a password.
    pub fn reset(&self, name: &str, by: &str, now: Timestamp) -> Result<OneTimeSecret, PeopleError> {
        let mut db = self.writer();
        let tx = db.transaction()?;
        let person = find(&tx, name)?.ok_or_else(|| PeopleError::Unknown(name.to_owned()))?;
        let secret = issue(&tx, &person.name, now)?;
        tx.execute("DELETE FROM session WHERE person = ?1", [person.id])?;
        let act = Act { who: by, address: "", act: "person.reset", object: &person.name, detail: "", allowed: true };
        audit::append(&tx, &act, now)?;
        tx.commit()?;
        Ok(secret)
    }

    /// Closes an account and ends its sessions. Its acts stay in the audit.
    pub fn close(&self, name: &str, by: &str, now: Timestamp) -> Result<(), PeopleError> {
        let mut db = self.writer();
        let tx = db.transaction()?;
        let person = find(&tx, name)?.ok_or_else(|| PeopleError::Unknown(name.to_owned()))?;
        tx.execute(
            "UPDATE person SET closed_at_s = ?2, secret_hash = NULL WHERE id = ?1",
            params![person.id, now.as_second()],
        )?;
        tx.execute("DELETE FROM session WHERE person = ?1", [person.id])?;
        let act = Act { who: by, address: "", act: "person.close", object: &person.name, detail: "", allowed: true };
        audit::append(&tx, &act, now)?;
        tx.commit()?;
        Ok(())
    }

    /// All accounts, by name.
    pub fn users(&self) -> Result<Vec<Person>, PeopleError> {
        let db = self.reader();
        let mut query = db.prepare_cached(&format!("{SELECT} ORDER BY key"))?;
        Ok(query.query_map([], person)?.collect::<Result<_, _>>()?)
    }

    /// Sets the password that the account's owner chose; the one-time secret is used up and all sessions end.
    pub fn choose_password(&self, person: i64, new: &str, address: &str, now: Timestamp) -> Result<(), PeopleError> {
        let hash = password::hash(new)?;
        let mut db = self.writer();
        let tx = db.transaction()?;
        let name: String = tx.query_row("SELECT name FROM person WHERE id = ?1", [person], |r| r.get(0))?;
        tx.execute(
            "UPDATE person SET password = ?2, secret_hash = NULL, secret_until_s = NULL WHERE id = ?1",
            params![person, hash],
        )?;
        tx.execute("DELETE FROM session WHERE person = ?1", [person])?;
        let act = Act { who: &name, address, act: "password.choose", object: &name, detail: "", allowed: true };
        audit::append(&tx, &act, now)?;
        tx.commit()?;
        Ok(())
    }
}

const SELECT: &str = "SELECT id, name, role, password IS NOT NULL, created_at_s, closed_at_s FROM person";

fn person(r: &Row<'_>) -> rusqlite::Result<Person> {
    let role: String = r.get(2)?;
    Ok(Person {
        id: r.get(0)?,
        name: r.get(1)?,
        // An unknown word in the file gets the least that there is.
        role: role.parse().unwrap_or(Role::Technician),
        has_password: r.get(3)?,
        created_at: Timestamp::from_second(r.get(4)?).unwrap_or_default(),
        closed: r.get::<_, Option<i64>>(5)?.is_some(),
    })
}

/// Names are compared without case and with single spaces.
pub(super) fn key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn checked_name(name: &str) -> Result<&str, PeopleError> {
    let name = name.trim();
    let fits = (1..=64).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '\'' | '’'));
    if fits { Ok(name) } else { Err(PeopleError::BadName(name.chars().take(64).collect())) }
}

pub(super) fn find(db: &Connection, name: &str) -> Result<Option<Person>, PeopleError> {
    Ok(db.query_row(&format!("{SELECT} WHERE key = ?1"), [key(name)], person).optional()?)
}

fn insert(db: &Connection, name: &str, role: Role, now: Timestamp) -> Result<(), PeopleError> {
    db.execute(
        "INSERT INTO person (name, key, role, created_at_s) VALUES (?1, ?2, ?3, ?4)",
        params![name, key(name), role.as_str(), now.as_second()],
    )?;
    Ok(())
}

fn issue(db: &Connection, name: &str, now: Timestamp) -> Result<OneTimeSecret, PeopleError> {
    let secret = readable(&random::<25>()?);
    let until_s = now.as_second() + SECRET_LIFE_S;
    db.execute(
        "UPDATE person SET secret_hash = ?2, secret_until_s = ?3 WHERE key = ?1",
        params![key(name), secret_hash(&secret), until_s],
    )?;
    Ok(OneTimeSecret {
        name: name.to_owned(),
        secret,
        until: Timestamp::from_second(until_s).unwrap_or(Timestamp::MAX),
    })
}

/// 25 letters of five bits in groups of five: 124 bits at least, and it can be read over a telephone.
fn readable(bytes: &[u8]) -> String {
    let letters: Vec<u8> = bytes.iter().map(|b| LETTERS[usize::from(b % 32)]).collect();
    letters.chunks(5).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join("-")
}

/// A secret of 124 random bits needs no slow hash; spaces, hyphens and case do not matter when it is typed.
pub(super) fn secret_hash(typed: &str) -> [u8; 32] {
    let plain: String = typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(64).collect();
    blake3::derive_key("mikado 2026 one-time secret", plain.as_bytes())
}
