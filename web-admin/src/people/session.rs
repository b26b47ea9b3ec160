//! Sessions: kept on the server, so that they survive a restart and can be ended from here.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Act, People, PeopleError, Person, Role, audit, hex, random};

/// A session ends after this long without a request, in seconds. The wall's live stream counts as a request.
pub const IDLE_LIFE_S: i64 = 30 * 60;
/// A session ends after this long whatever happens, in seconds: one working day.
pub const ABSOLUTE_LIFE_S: i64 = 12 * 3600;
/// Last use is written at most this often, so that a busy page does not mean a commit each request.
const TOUCH_EVERY_S: i64 = 60;
/// Most sessions one account may hold; the oldest ends. More than any person has browsers.
const PER_PERSON_MAX: i64 = 16;

/// What the cookie holds: 256 random bits. The file keeps only its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The cookie's value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The account's number.
    pub person: i64,
    /// The account's name.
    pub name: String,
    /// What it is at the station.
    pub role: Role,
    /// The token that every change must carry.
    pub csrf: String,
    /// A one-time secret was used: nothing but choosing a password is open.
    pub must_choose: bool,
    seen_at_s: i64,
    key: [u8; 32],
}

fn token_hash(token: &str) -> [u8; 32] {
    blake3::derive_key("mikado 2026 session token", token.as_bytes())
}

pub(super) fn open(
    db: &Connection,
    person: &Person,
    address: &str,
    must_choose: bool,
    now: Timestamp,
) -> Result<(Token, Session), PeopleError> {
    let token = Token(hex(&random::<32>()?));
    let csrf = hex(&random::<16>()?);
    let key = token_hash(token.as_str());
    let now_s = now.as_second();
    db.execute(
        "DELETE FROM session WHERE seen_at_s <= ?1 OR opened_at_s <= ?2",
        params![now_s - IDLE_LIFE_S, now_s - ABSOLUTE_LIFE_S],
    )?;
    db.execute(
        "DELETE FROM session WHERE person = ?1 AND token_hash NOT IN
         (SELECT token_hash FROM session WHERE person = ?1 ORDER BY seen_at_s DESC LIMIT ?2)",
        params![person.id, PER_PERSON_MAX - 1],
    )?;
    db.execute(
        "INSERT INTO session (token_hash, person, csrf, address, opened_at_s, seen_at_s, must_choose)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        params![key, person.id, csrf, address, now_s, must_choose],
    )?;
    let (name, role) = (person.name.clone(), person.role);
    Ok((token, Session { person: person.id, name, role, csrf, must_choose, seen_at_s: now_s, key }))
}

impl People {
    /// Who a cookie's value belongs to, or `None` when the session ended or never was.
    pub fn session(&self, token: &str, now: Timestamp) -> Result<Option<Session>, PeopleError> {
        let key = token_hash(token);
        let now_s = now.as_second();
        let db = self.reader();
        let mut query = db.prepare_cached(
            "SELECT p.id, p.name, p.role, s.csrf, s.must_choose, s.seen_at_s FROM session s JOIN person p ON p.id = s.person
             WHERE s.token_hash = ?1 AND s.seen_at_s > ?2 AND s.opened_at_s > ?3 AND p.closed_at_s IS NULL",
        )?;
        let found = query.query_row(params![key, now_s - IDLE_LIFE_S, now_s - ABSOLUTE_LIFE_S], |r| {
            let role: String = r.get(2)?;
            Ok(Session {
                person: r.get(0)?,
                name: r.get(1)?,
                role: role.parse().unwrap_or(Role::Technician),
                csrf: r.get(3)?,
                must_choose: r.get(4)?,
                seen_at_s: r.get(5)?,
                key,
            })
        });
        Ok(found.optional()?)
    }

    /// Whether the last use should be written now.
    pub fn is_touch_due(session: &Session, now: Timestamp) -> bool {
        now.as_second() - session.seen_at_s >= TOUCH_EVERY_S
    }

    /// Writes that the session was used.
    pub fn touch(&self, session: &Session, now: Timestamp) -> Result<(), PeopleError> {
        let set = params![session.key, now.as_second()];
        self.writer().execute("UPDATE session SET seen_at_s = max(seen_at_s, ?2) WHERE token_hash = ?1", set)?;
        Ok(())
    }

    /// Ends a session.
    pub fn sign_out(&self, session: &Session, address: &str, now: Timestamp) -> Result<(), PeopleError> {
        let mut db = self.writer();
        let tx = db.transaction()?;
        tx.execute("DELETE FROM session WHERE token_hash = ?1", [session.key])?;
        let act = Act { who: &session.name, address, act: "session.close", object: "", detail: "", allowed: true };
        audit::append(&tx, &act, now)?;
        tx.commit()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::SignIn;
    use jiff::ToSpan;

    fn signed_in() -> (tempfile::TempDir, People, Token, Session, Timestamp) {
        let dir = tempfile::tempdir().unwrap();
        let people = People::open(&dir.path().join("people.db")).unwrap();
        let now: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
        let secret = people.ensure_first_admin(now).unwrap().unwrap();
        let SignIn::Welcome(token, session) = people.sign_in("admin", &secret.secret, "::1", now).unwrap() else {
            panic!("the secret opens the account")
        };
        (dir, people, token, session, now)
    }

    #[test]
    fn a_session_ends_idle_and_absolutely() {
        let (_dir, people, token, session, now) = signed_in();
        assert!(token.as_str().len() == 64 && session.csrf.len() == 32);
        assert!(people.session(token.as_str(), now + 29.minutes()).unwrap().is_some());
        assert!(people.session(token.as_str(), now + 30.minutes()).unwrap().is_none());
        for quarter in 1..48 {
            people.touch(&session, now + (quarter * 15).minutes()).unwrap();
        }
        assert!(people.session(token.as_str(), now + 719.minutes()).unwrap().is_some());
        assert!(people.session(token.as_str(), now + 12.hours()).unwrap().is_none());
    }

    #[test]
    fn after_signing_out_the_cookie_opens_nothing() {
        let (_dir, people, token, session, now) = signed_in();
        people.sign_out(&session, "::1", now).unwrap();
        assert_eq!(people.session(token.as_str(), now).unwrap(), None);
        for garbage in ["", "0", "'; DROP TABLE session", &"f".repeat(64)] {
            assert_eq!(people.session(garbage, now).unwrap(), None);
        }
    }

    #[test]
    fn a_closed_account_is_out_at_once() {
        let (_dir, people, token, _, now) = signed_in();
        people.close("admin", "test", now).unwrap();
        assert_eq!(people.session(token.as_str(), now).unwrap(), None);
    }
}
