//! The paperwork of a card: who speaks, who agreed, whom it could harm, and how long it may be used.

use domain::{Asset, Sensibility};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Everything about a sound that its bytes do not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// Number or name of the edition within its programme; empty when it has none.
    pub episode: String,
    /// Who is heard in it or made it.
    pub contributors: Vec<Contributor>,
    /// Seconds in which women speak; `None` until somebody measured it.
    pub women_s: Option<u32>,
    /// Whether those who are heard agreed to be broadcast.
    pub consent: Consent,
    /// Whom it could harm.
    pub flags: Flags,
    /// First moment that the rights cover; `None` when they have no beginning.
    pub rights_from: Option<Timestamp>,
    /// First moment that the rights no longer cover; `None` when they have no end.
    pub rights_until: Option<Timestamp>,
}

/// Somebody who is heard in a sound or made it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contributor {
    /// The name, or what may be said of a person who may not be named.
    pub name: String,
    /// What the person does in it, in the station's words.
    pub part: String,
    /// Whose voice it is.
    pub voice: Voice,
    /// Seconds that the person speaks; `None` until somebody measured it.
    pub spoken_s: Option<u32>,
    /// For whom the person speaks.
    #[serde(with = "sensibility")]
    pub sensibility: Sensibility,
}

/// A sensibility as its stable word.
mod sensibility {
    use domain::Sensibility;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
    pub(super) fn serialize<S: Serializer>(sensibility: &Sensibility, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(sensibility.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Sensibility, D::Error> {
        String::deserialize(from).map(|word| Sensibility::of(&word))
    }
}

/// Whose voice is heard: what the share of women's voices is counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Voice {
    /// Nobody said.
    #[default]
    Unsaid,
    /// A woman's.
    Woman,
    /// A man's.
    Man,
}

/// Whether those who are heard agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Nobody noted it.
    #[default]
    Unsaid,
    /// Nobody needs to be asked: staff, music, public speech.
    NotNeeded,
    /// Recorded: of a child, its own and its parent's (R-CHILD-03).
    Given,
    /// Refused or taken back. Such material never airs.
    Refused,
}

/// Whom the material could harm. Any of them blocks it until a protection officer clears these exact bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// A child is heard or can be recognised.
    pub child: bool,
    /// A survivor of violence is heard or can be recognised.
    pub survivor: bool,
    /// A witness is heard or can be recognised.
    pub witness: bool,
}

impl Voice {
    /// The stable word: `unsaid`, `woman` or `man`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsaid => "unsaid",
            Self::Woman => "woman",
            Self::Man => "man",
        }
    }

    /// The voice of a stable word; what nobody knows says nothing.
    pub fn of(word: &str) -> Self {
        [Self::Woman, Self::Man].into_iter().find(|v| v.as_str() == word).unwrap_or_default()
    }
}

impl Consent {
    /// Every answer, in the order of the screens.
    pub const ALL: [Self; 4] = [Self::Unsaid, Self::NotNeeded, Self::Given, Self::Refused];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsaid => "unsaid",
            Self::NotNeeded => "not-needed",
            Self::Given => "given",
            Self::Refused => "refused",
        }
    }

    /// The consent of a stable word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == word)
    }
}

impl Flags {
    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        !self.child && !self.survivor && !self.witness
    }

    /// Whether `other` has all of these.
    pub const fn within(self, other: Self) -> bool {
        (!self.child || other.child) && (!self.survivor || other.survivor) && (!self.witness || other.witness)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            child: self.child || other.child,
            survivor: self.survivor || other.survivor,
            witness: self.witness || other.witness,
        }
    }

    /// The stable words, with spaces between.
    pub fn words(self) -> String {
        let words = [(self.child, "child"), (self.survivor, "survivor"), (self.witness, "witness")];
        words.into_iter().filter_map(|(is, word)| is.then_some(word)).collect::<Vec<_>>().join(" ")
    }

    /// The flags of stable words. A word that nobody knows flags everything: a newer program meant something by it.
    pub fn of(words: &str) -> Self {
        let mut flags = Self::default();
        for word in words.split_whitespace() {
            match word {
                "child" => flags.child = true,
                "survivor" => flags.survivor = true,
                "witness" => flags.witness = true,
                _ => flags = Self { child: true, survivor: true, witness: true },
            }
        }
        flags
    }
}

impl Paper {
    /// More people than this are a crowd, which has no names.
    pub const CONTRIBUTORS_MAX: usize = 40;
    /// A name or a part longer than this is a story.
    pub const TEXT_CHARS_MAX: usize = 120;
    /// No sound of the station is longer than a day.
    pub const SECONDS_MAX: u32 = 86_400;

    /// Whether a person could have meant it.
    pub(super) fn is_plausible(&self) -> bool {
        let short = |text: &str| text.chars().count() <= Self::TEXT_CHARS_MAX;
        let seconds = |s: Option<u32>| s.is_none_or(|s| s <= Self::SECONDS_MAX);
        let known = |c: &Contributor| !c.name.is_empty() && short(&c.name) && short(&c.part) && seconds(c.spoken_s);
        short(&self.episode)
            && seconds(self.women_s)
            && self.contributors.len() <= Self::CONTRIBUTORS_MAX
            && self.contributors.iter().all(known)
            && self.rights_from.zip(self.rights_until).is_none_or(|(from, until)| from < until)
    }

    /// The asset inside both its own dates and those of its rights, so that whoever plans cannot miss the rights.
    pub(super) fn narrowed(&self, mut asset: Asset) -> Asset {
        asset.not_before = asset.not_before.max(self.rights_from);
        asset.expires = match (asset.expires, self.rights_until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        asset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_consents_read_back() {
        for n in 0..8 {
            let flags = Flags { child: n & 1 > 0, survivor: n & 2 > 0, witness: n & 4 > 0 };
            assert_eq!(Flags::of(&flags.words()), flags);
            assert!(flags.within(flags) && Flags::default().within(flags));
            assert_eq!(flags.within(Flags::default()), flags.is_empty());
        }
        assert!(Flags { witness: true, ..Flags::default() }.within(Flags::of("hostage")), "the unknown protects all");
        for consent in Consent::ALL {
            assert_eq!(Consent::of(consent.as_str()), Some(consent));
        }
    }
}
