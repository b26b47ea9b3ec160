//! Languages as BCP 47 tags, matched by the station's own umbrella table.

use std::fmt;
use std::str::FromStr;

/// A language or variant as a BCP 47 tag (`fr`, `bm`, `ses`, `taq-Tfng`), or `mul` for several at once.
///
/// Parsed once and stored in its usual case. Matching goes by [`Language::umbrella`], never by prefix: no public table
/// knows that Koyraboro Senni (`ses`) is Songhaï (`son`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(String);

/// The text is not a language tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a language tag: give a BCP 47 tag such as fr, bm, ses or taq-Tfng")]
pub struct BadLanguage(pub String);

/// Umbrella and its variants. Dogon has no umbrella code of its own; the station uses `dts`.
const UMBRELLAS: &[(&str, &[&str])] = &[
    ("fr", &["fr", "fr-ML"]),
    ("bm", &["bm", "bm-Nkoo"]),
    ("son", &["son", "ses", "khq", "hmb"]),
    ("tmh", &["tmh", "taq", "ttq", "taq-Tfng"]),
    ("ff", &["ff", "ffm", "ff-Adlm"]),
    ("dts", &["dts", "djm", "dtm", "dto", "dds"]),
    ("ar", &["ar", "arb", "mey"]),
];

impl FromStr for Language {
    type Err = BadLanguage;

    fn from_str(s: &str) -> Result<Self, BadLanguage> {
        let bad = || BadLanguage(s.chars().take(24).collect());
        let mut parts = s.split('-');
        let primary = parts.next().unwrap_or_default();
        if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(bad());
        }
        let mut tag = primary.to_ascii_lowercase();
        for part in parts {
            if !(2..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(bad());
            }
            tag.push('-');
            match part.len() {
                2 => tag.push_str(&part.to_ascii_uppercase()),
                4 if part.bytes().all(|b| b.is_ascii_alphabetic()) => {
                    tag.push_str(&part[..1].to_ascii_uppercase());
                    tag.push_str(&part[1..].to_ascii_lowercase());
                }
                _ => tag.push_str(&part.to_ascii_lowercase()),
            }
        }
        if tag.len() > 24 { Err(bad()) } else { Ok(Self(tag)) }
    }
}

impl Language {
    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The station language that this tag belongs to (`ses` → `son`), or the tag itself where no table names it.
    pub fn umbrella(&self) -> Self {
        let found = UMBRELLAS.iter().find(|(_, variants)| variants.contains(&self.as_str()));
        found.map_or_else(|| self.clone(), |(umbrella, _)| Self((*umbrella).to_owned()))
    }

    /// Whether both belong to the same station language.
    pub fn same_umbrella(&self, other: &Self) -> bool {
        self.umbrella() == other.umbrella()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_match_by_table_and_not_by_prefix() {
        let l = |s: &str| s.parse::<Language>().unwrap();
        assert!(l("ses").same_umbrella(&l("khq")));
        assert!(l("djm").same_umbrella(&l("dts")));
        assert!(!l("dgn").same_umbrella(&l("dts")));
        assert_eq!(l("TAQ-tfng").as_str(), "taq-Tfng");
        assert_eq!(l("fr-ml").umbrella(), l("fr"));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "f", "français", "fr_FR", "fr-", "x".repeat(40).as_str()] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
    }
}
