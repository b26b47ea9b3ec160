//! Who may take the air of a site live, and when: the file `live.rights` beside the site's plans.
//!
//! `mikado live grant` writes it, the air process reads it; neither needs a database. Of a password it holds only the
//! argon2id hash. The password names its right, so that one hash is computed per attempt and not one per right; being drawn
//! at random, it needs less memory to check than a chosen one (4 MiB, so that an air process stays small).

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Rights of one site at once: a handful of reporters, and what has not yet been swept.
pub const RIGHTS_MAX: usize = 64;
/// A file longer than this is no list of [`RIGHTS_MAX`] rights.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// The longest that a right may lie open: a month of daily reports.
pub const RIGHT_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The longest that one takeover lasts; then the plan has the air, whatever was forgotten (F37 of the faults' list).
pub const TAKEOVER_MAX: SignedDuration = SignedDuration::from_hours(4);
/// The longest name.
pub const PERSON_CHARS_MAX: usize = 60;
/// No password is longer, so that nothing long is hashed.
const PASSWORD_BYTES_MAX: usize = 64;
/// Letters that nobody confuses when they are read out over a telephone.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";
const ID_CHARS: usize = 4;
const MEMORY_KIB: u32 = 4_096;
const PASSES: u32 = 3;

/// One right to the air of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Right {
    /// Its name: the first four letters of the password.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// From when on.
    #[serde(with = "crate::wire::time")]
    pub from: Timestamp,
    /// Until when.
    #[serde(with = "crate::wire::time")]
    pub until: Timestamp,
    /// The argon2id hash of the password, as a PHC string.
    pub hash: String,
    /// Who granted it.
    pub granted_by: String,
    /// When.
    #[serde(with = "crate::wire::time")]
    pub granted_at: Timestamp,
}

/// The rights of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// The rights, oldest first.
    pub rights: Vec<Right>,
}

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No right has this password, or it has been taken back.
    Unknown,
    /// It begins later.
    NotYet(Timestamp),
    /// It has ended.
    Over(Timestamp),
}

/// Why a right cannot be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadGrant {
    /// The name is empty, too long or holds control characters.
    Person,
    /// It ends before it begins, has ended already, or lies open for more than [`RIGHT_MAX`].
    Times,
    /// There are [`RIGHTS_MAX`] already.
    Full,
    /// The machine gave no random numbers, or could not hash.
    Machine,
}

/// The file of a site's rights.
pub fn path(site_dir: &Path) -> PathBuf {
    site_dir.join("live.rights")
}

impl Rights {
    /// Reads a site's rights; a file that is not there holds none.
    ///
    /// # Errors
    /// When it cannot be read or is no list of rights.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut text = String::new();
        match fs::File::open(path) {
            Ok(file) => file.take(FILE_BYTES_MAX).read_to_string(&mut text)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(e),
        };
        let mut rights: Self = serde_json::from_str(&text)?;
        rights.rights.truncate(RIGHTS_MAX);
        Ok(rights)
    }

    /// Writes them: whole or not at all, for this user's eyes.
    ///
    /// # Errors
    /// When the disk does.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let temp = path.with_extension("rights-new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&temp, path)
    }

    /// Adds a right and answers it with its password, which is nowhere kept. Rights that are over make room.
    ///
    /// # Errors
    /// When the name or times cannot be, or there are too many.
    pub fn grant(
        &mut self,
        person: &str,
        (from, until): (Timestamp, Timestamp),
        by: &str,
        now: Timestamp,
    ) -> Result<(Right, String), BadGrant> {
        let person = person.trim();
        let length = person.chars().count();
        if length == 0 || length > PERSON_CHARS_MAX || person.chars().any(char::is_control) {
            return Err(BadGrant::Person);
        }
        if until <= from || until <= now || from.duration_until(until) > RIGHT_MAX {
            return Err(BadGrant::Times);
        }
        self.rights.retain(|r| now < r.until);
        if self.rights.len() >= RIGHTS_MAX {
            return Err(BadGrant::Full);
        }
        let id = self.fresh_id().ok_or(BadGrant::Machine)?;
        let secret = letters::<15>().ok_or(BadGrant::Machine)?;
        let password = format!("{id}-{}-{}-{}", &secret[..5], &secret[5..10], &secret[10..]);
        let hash = hasher().hash_password(password.as_bytes()).map_err(|_| BadGrant::Machine)?.to_string();
        let right =
            Right { id, person: person.to_owned(), from, until, hash, granted_by: by.to_owned(), granted_at: now };
        self.rights.push(right.clone());
        Ok((right, password))
    }

    /// Takes a right back; answers whether it was there.
    pub fn revoke(&mut self, id: &str) -> bool {
        let before = self.rights.len();
        self.rights.retain(|r| r.id != id);
        self.rights.len() < before
    }

    /// The right that a password opens at `now`. Takes some ten milliseconds: never on an async thread.
    ///
    /// # Errors
    /// The reason why it opens none. An unknown password takes as long as a known one.
    pub fn admit(&self, password: &str, now: Timestamp) -> Result<&Right, Refusal> {
        let password = password.trim();
        let named = password.split('-').next().unwrap_or_default();
        let right = self.rights.iter().find(|r| r.id == named);
        let kept = right.map_or(NOBODY, |r| r.hash.as_str());
        let fits = password.len() <= PASSWORD_BYTES_MAX
            && PasswordHash::new(kept).is_ok_and(|h| hasher().verify_password(password.as_bytes(), &h).is_ok());
        match right.filter(|_| fits) {
            None => Err(Refusal::Unknown),
            Some(right) if now < right.from => Err(Refusal::NotYet(right.from)),
            Some(right) if now >= right.until => Err(Refusal::Over(right.until)),
            Some(right) => Ok(right),
        }
    }

    fn fresh_id(&self) -> Option<String> {
        (0..16).find_map(|_| letters::<ID_CHARS>().filter(|id| self.rights.iter().all(|r| r.id != *id)))
    }
}

/// A hash that nothing matches.
const NOBODY: &str = "$argon2id$v=19$m=4096,t=3,p=1$bm9ib2R5aXNoZXJlMTIzNA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default())
}

/// So many letters that nobody can guess; `None` when the machine gives no random numbers.
pub(crate) fn letters<const N: usize>() -> Option<String> {
    let mut random = [0; N];
    getrandom::fill(&mut random).ok()?;
    Some(random.iter().filter_map(|b| LETTERS.get(usize::from(b % 32))).map(|b| char::from(*b)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        "2026-11-24T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
    }

    #[test]
    fn a_right_opens_the_air_in_its_time_to_its_password_alone() {
        let mut rights = Rights::default();
        let (right, password) = rights.grant("Fatoumata Touré", (at(0), at(60)), "chef", at(-30)).unwrap();
        let wrong = format!("{}-aaaaa-bbbbb-ccccc", right.id);
        for (password, minute, want) in [
            (&password, 0, Ok(&right)),
            (&password, 59, Ok(&right)),
            (&password, -1, Err(Refusal::NotYet(at(0)))),
            (&password, 60, Err(Refusal::Over(at(60)))),
            (&wrong, 30, Err(Refusal::Unknown)),
            (&"hackme".to_owned(), 30, Err(Refusal::Unknown)),
            (&format!("{password}{}", "x".repeat(4_000)), 30, Err(Refusal::Unknown)),
        ] {
            assert_eq!(rights.admit(password, at(minute)), want, "{password} at {minute}");
        }
        assert!(rights.revoke(&right.id) && !rights.revoke(&right.id));
        assert_eq!(rights.admit(&password, at(30)), Err(Refusal::Unknown));
    }

    #[test]
    fn what_makes_no_sense_is_not_granted() {
        let mut rights = Rights::default();
        for (person, from, until, why) in [
            ("", 0, 60, BadGrant::Person),
            ("a\nb", 0, 60, BadGrant::Person),
            ("Awa", 60, 60, BadGrant::Times),
            ("Awa", -60, 0, BadGrant::Times),
            ("Awa", 0, 32 * 24 * 60, BadGrant::Times),
        ] {
            assert_eq!(rights.grant(person, (at(from), at(until)), "chef", at(0)).map(|_| ()), Err(why), "{person}");
        }
    }

    #[test]
    fn the_file_holds_no_password_and_comes_back_whole() {
        let dir = tempfile::tempdir().unwrap();
        let file = path(dir.path());
        assert_eq!(Rights::read(&file).unwrap(), Rights::default());
        let mut rights = Rights::default();
        let (_, password) = rights.grant("Awa", (at(0), at(60)), "chef", at(0)).unwrap();
        rights.write(&file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("$argon2id$") && !text.contains(&password[5..]));
        assert_eq!(Rights::read(&file).unwrap(), rights);
        fs::write(&file, "{\"rights\":[{}]}").unwrap();
        assert!(Rights::read(&file).is_err());
    }
}
