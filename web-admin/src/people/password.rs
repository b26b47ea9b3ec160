//! Passwords: what is accepted, how it is kept, how it is checked.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::PeopleError;

/// Fewest characters of a password (NIST SP 800-63B recommends length over composition rules).
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Most bytes of a password: a whole sentence fits, and hashing stays bounded.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// OWASP's floor for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Words that every guesser tries first at this station, beside the common ones.
const CONTEXT: &[&str] = &[
    "mikado",
    "minusma",
    "bamako",
    "tombouctou",
    "tessalit",
    "menaka",
    "kidal",
    "mopti",
    "password",
    "motdepasse",
    "azerty",
    "qwerty",
    "administrateur",
    "radio",
    "lavoixdelapaix",
];

/// Why a new password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakPassword {
    /// Fewer than [`PASSWORD_CHARS_MIN`] characters.
    Short,
    /// More than [`PASSWORD_BYTES_MAX`] bytes.
    Long,
    /// Few different characters, a simple run, or the station's own words with a few digits.
    Guessable,
}

/// Whether a new password may be used by `name`.
pub fn check(password: &str, name: &str) -> Result<(), WeakPassword> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(WeakPassword::Short);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(WeakPassword::Long);
    }
    if guessable(&password.to_lowercase(), &name.to_lowercase()) { Err(WeakPassword::Guessable) } else { Ok(()) }
}

/// What stays after the words that a guesser knows are taken away has to carry the secret.
fn guessable(password: &str, name: &str) -> bool {
    let mut rest: String = password.chars().filter(|c| c.is_alphanumeric()).collect();
    for word in CONTEXT.iter().copied().chain(std::iter::once(name).filter(|n| n.len() > 2)) {
        rest = rest.replace(word, "");
    }
    let letters: Vec<char> = rest.chars().collect();
    let steps = letters.windows(2).filter(|w| (w[1] as i64 - w[0] as i64).abs() > 1).count();
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    different.len() < 5 || steps < 4
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string to keep. Takes tens of milliseconds and 19 MiB: never on an async thread.
pub fn hash(password: &str) -> Result<String, PeopleError> {
    let hash = hasher().hash_password(password.as_bytes()).map_err(|e| PeopleError::Hash(e.to_string()))?;
    Ok(hash.to_string())
}

/// Checks a password against what was kept; with `None` it spends the same time on a hash that nothing matches, so that
/// the answer for an unknown name takes as long as for a known one.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").unwrap_or_default());
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    let phc = kept.unwrap_or(&NOBODY);
    let right = PasswordHash::new(phc).is_ok_and(|h| hasher().verify_password(password.as_bytes(), &h).is_ok());
    right && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_stations_own_name() {
        let rows = [
            ("court", Err(WeakPassword::Short)),
            ("aaaaaaaaaaaaaaaa", Err(WeakPassword::Guessable)),
            ("123456789012345", Err(WeakPassword::Guessable)),
            ("abcdefghijklmnop", Err(WeakPassword::Guessable)),
            ("MikadoBamako2026", Err(WeakPassword::Guessable)),
            ("motdepasse1234", Err(WeakPassword::Guessable)),
            ("awa.traore.2026", Err(WeakPassword::Guessable)),
            ("trois chèvres au marché", Ok(())),
            ("Dɔnkili kɔnɔ sira ŋana", Ok(())),
            ("🐐🐐🐐🐐 trois chèvres 🐐", Ok(())),
        ];
        for (password, expected) in rows {
            assert_eq!(check(password, "awatraore"), expected, "{password}");
        }
        assert_eq!(check(&"chèvre marché ".repeat(100), "awa"), Err(WeakPassword::Long));
    }

    #[test]
    fn what_is_kept_is_argon2id_at_the_floor_or_above() {
        let kept = hash("trois chèvres au marché").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("trois chèvres au marché", Some(&kept)));
        assert!(!verify("trois chèvres au marche", Some(&kept)));
        assert!(!verify("nobody has this password", None));
    }
}
