//! Signing in: the same answer, in the same time, whatever was wrong.

use jiff::Timestamp;
use rusqlite::params;

use super::account::{find, key, secret_hash};
use super::{Act, People, PeopleError, Session, Token, password, session};

/// What came of a try.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// In. The token goes into the cookie; `session.must_choose` says that a password must be chosen first.
    Welcome(Token, Session),
    /// The name or what was typed is wrong, or the secret has expired.
    Refused,
    /// Too many tries: wait this many seconds.
    Wait(u64),
}

impl People {
    /// Tries a name with a password or a one-time secret. Takes tens of milliseconds: never on an async thread.
    pub fn sign_in(&self, name: &str, typed: &str, address: &str, now: Timestamp) -> Result<SignIn, PeopleError> {
        let account = key(name);
        let may_try = self.limits().take(&account, address, now);
        if let Err(wait_s) = may_try {
            return Ok(SignIn::Wait(wait_s));
        }
        let Some(must_choose) = self.is_right(&account, typed, now)? else {
            self.record(&Act { who: name, address, act: "session.open", object: "", detail: "", allowed: false }, now)?;
            return Ok(SignIn::Refused);
        };
        self.limits().forgive(&account);
        let mut db = self.writer();
        let tx = db.transaction()?;
        let person = find(&tx, &account)?.ok_or_else(|| PeopleError::Unknown(account.clone()))?;
        let (token, session) = session::open(&tx, &person, address, must_choose, now)?;
        let act = Act { who: &person.name, address, act: "session.open", object: "", detail: "", allowed: true };
        super::audit::append(&tx, &act, now)?;
        tx.commit()?;
        Ok(SignIn::Welcome(token, session))
    }

    /// `Some(must_choose)` when what was typed opens the account. The slow hash is always spent.
    fn is_right(&self, account: &str, typed: &str, now: Timestamp) -> Result<Option<bool>, PeopleError> {
        let kept = {
            let db = self.reader();
            let mut query = db.prepare_cached(
                "SELECT password, secret_hash IS NOT NULL AND secret_hash = ?2 AND secret_until_s > ?3
                 FROM person WHERE key = ?1 AND closed_at_s IS NULL",
            )?;
            let mut rows = query.query(params![account, secret_hash(typed), now.as_second()])?;
            match rows.next()? {
                Some(row) => Some((row.get::<_, Option<String>>(0)?, row.get::<_, bool>(1)?)),
                None => None,
            }
        };
        let (hash, by_secret) = kept.unwrap_or((None, false));
        let by_password = password::verify(typed, hash.as_deref());
        Ok(if by_password { Some(false) } else { by_secret.then_some(true) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Role;

    fn at(s: &str) -> Timestamp {
        s.parse().unwrap()
    }

    fn people() -> (tempfile::TempDir, People) {
        let dir = tempfile::tempdir().unwrap();
        let people = People::open(&dir.path().join("people.db")).unwrap();
        (dir, people)
    }

    #[test]
    fn the_first_start_gives_a_secret_once_it_is_used_there_is_none() {
        let (_dir, people) = people();
        let noon = at("2026-11-24T12:00:00Z");
        let first = people.ensure_first_admin(noon).unwrap().unwrap();
        let second = people.ensure_first_admin(noon).unwrap().unwrap();
        assert_ne!(first.secret, second.secret);
        assert!(matches!(people.sign_in("admin", &first.secret, "::1", noon).unwrap(), SignIn::Refused));
        let typed = second.secret.to_uppercase().replace('-', " ");
        let SignIn::Welcome(_, session) = people.sign_in(" Admin ", &typed, "::1", noon).unwrap() else { panic!() };
        assert!(session.must_choose && session.role == Role::Administrator);
        people.choose_password(session.person, "trois chèvres au marché", "::1", noon).unwrap();
        assert!(matches!(people.sign_in("admin", &second.secret, "::1", noon).unwrap(), SignIn::Refused));
        assert_eq!(people.ensure_first_admin(noon).unwrap(), None);
        let back = people.sign_in("admin", "trois chèvres au marché", "::1", noon).unwrap();
        assert!(matches!(back, SignIn::Welcome(_, s) if !s.must_choose));
    }

    #[test]
    fn a_secret_expires_after_a_day() {
        let (_dir, people) = people();
        let secret = people.add_user("Awa", Role::Producer, "admin", at("2026-11-24T12:00:00Z")).unwrap().secret;
        let late = people.sign_in("awa", &secret, "::1", at("2026-11-25T12:00:00Z")).unwrap();
        assert!(matches!(late, SignIn::Refused));
        let in_time = people.sign_in("awa", &secret, "::1", at("2026-11-25T11:59:59Z")).unwrap();
        assert!(matches!(in_time, SignIn::Welcome(..)));
    }

    #[test]
    fn an_unknown_name_takes_as_long_as_a_wrong_password() {
        let (_dir, people) = people();
        let now = at("2026-11-24T12:00:00Z");
        let secret = people.add_user("Awa", Role::Producer, "admin", now).unwrap();
        let SignIn::Welcome(_, s) = people.sign_in("awa", &secret.secret, "::1", now).unwrap() else { panic!() };
        people.choose_password(s.person, "trois chèvres au marché", "::1", now).unwrap();
        // Of the processor and not of the wall: other tests want the machine too.
        let spent = || {
            let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            t.tv_sec as f64 + t.tv_nsec as f64 / 1e9
        };
        let time = |name: &str| {
            let mut times: Vec<_> = (0..5)
                .map(|_| {
                    let begun = spent();
                    let _ = people.is_right(name, "quatre chèvres au marché", now).unwrap();
                    spent() - begun
                })
                .collect();
            times.sort_by(f64::total_cmp);
            times[2]
        };
        let _warm = time("nobody");
        let (known, unknown) = (time("awa"), time("nobody"));
        assert!(unknown > known * 0.5 && unknown < known * 2.0, "known {known} s, unknown {unknown} s");
    }
}
