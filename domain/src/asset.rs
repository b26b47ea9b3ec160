//! Editorial things and their exact bytes.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{CuePoints, Frames, Gain, Language, Loudness, SiteId, TruePeak};

/// The text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not an identifier: 1 to 96 letters, digits, points, hyphens or underscores")]
pub struct BadId(pub String);

fn checked_id(s: &str) -> Result<String, BadId> {
    let fits = (1..=96).contains(&s.len())
        && s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && !s.starts_with(['.', '-']);
    if fits { Ok(s.to_owned()) } else { Err(BadId(s.chars().take(32).collect())) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> {
                checked_id(s).map(Self)
            }
        }

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id!(
    /// The editorial thing: a programme's edition, a spot, a jingle. A corrected bulletin keeps its id and gets a new hash.
    AssetId
);
id!(
    /// A programme of the grid (`journal-fr`): what recurs, as opposed to the edition that airs once.
    ProgrammeId
);

/// The exact bytes of a canonical file: their BLAKE3 hash, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AudioHash(pub [u8; 32]);

impl fmt::Display for AudioHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl FromStr for AudioHash {
    type Err = BadId;

    fn from_str(s: &str) -> Result<Self, BadId> {
        let bad = || BadId(s.chars().take(80).collect());
        if s.len() != 64 || !s.is_ascii() {
            return Err(bad());
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(s.as_bytes().chunks(2)) {
            let text = std::str::from_utf8(pair).map_err(|_| bad())?;
            *byte = u8::from_str_radix(text, 16).map_err(|_| bad())?;
        }
        Ok(Self(hash))
    }
}

/// What an asset is for; decides where it may be used and what may replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    /// An edition of a programme of the grid.
    Programme,
    /// A short campaign message.
    Spot,
    /// A station sound: jingle, ident, sweeper, opening or closing theme, time signal, promo.
    Jingle,
    /// A bed that may loop without end under or between entries.
    Bed,
    /// One title of music: never placed by its name, chosen by a rotation.
    Music,
}

/// What a rotation needs to know of a title of music.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Music {
    /// Who is heard, as people write it; empty when nobody said.
    pub artist: String,
    /// The station's category of it; empty when nobody said.
    pub category: String,
    /// Equal for two spellings of one artist.
    pub artist_key: String,
    /// Equal for two recordings of one work.
    pub work_key: String,
}

/// Where an asset stands on its way to the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Measured, not yet approved. Never airs.
    Draft,
    /// *Prêt à diffuser*: approved by a named person on these exact bytes.
    Ready,
    /// Taken back. Never airs.
    Withdrawn,
}

/// What the scheduler and the player need to know of an asset: the card without its paperwork.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    /// The editorial thing.
    pub id: AssetId,
    /// Its exact bytes on the shelf.
    pub hash: AudioHash,
    /// Title in its own language.
    pub title: String,
    /// What it is for.
    pub kind: AssetKind,
    /// Spoken language, or `mul`.
    pub language: Language,
    /// The programme that it is an edition of, when it is one.
    pub programme: Option<ProgrammeId>,
    /// What rotations go by; `None` for everything that is no title of music.
    pub music: Option<Music>,
    /// Measured length.
    pub length: Frames,
    /// Where it begins to sound, ends, and may give way; `None` when nothing was heard or measured.
    pub cues: Option<CuePoints>,
    /// Integrated loudness; `None` for silence.
    pub loudness: Option<Loudness>,
    /// Maximum true peak; `None` for silence.
    pub true_peak: Option<TruePeak>,
    /// What brings it to the station's target.
    pub gain: Gain,
    /// Where it stands.
    pub status: Status,
    /// Sites that may air it; empty means all.
    pub sites: Vec<SiteId>,
    /// First moment it may air; `None` means at once.
    pub not_before: Option<Timestamp>,
    /// First moment it may no longer air; `None` means never.
    pub expires: Option<Timestamp>,
    /// When these bytes were approved; newer editions win.
    pub ready_since: Option<Timestamp>,
}

impl Asset {
    /// Whether it may start at `site` at `when`: approved, allowed there, inside its dates.
    pub fn may_air(&self, site: SiteId, when: Timestamp) -> bool {
        self.status == Status::Ready
            && (self.sites.is_empty() || self.sites.contains(&site))
            && self.not_before.is_none_or(|t| t <= when)
            && self.expires.is_none_or(|t| when < t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_also_a_safe_file_name() {
        assert!("journal-fr.2026-11-24_0800".parse::<AssetId>().is_ok());
        for bad in ["", "../x", ".hidden", "-rf", "a b", "é", "a/b", &"x".repeat(97)] {
            assert!(bad.parse::<AssetId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hash_reads_back() {
        let h = AudioHash([0xa5; 32]);
        assert_eq!(h.to_string().parse::<AudioHash>().unwrap(), h);
        assert!("zz".repeat(32).parse::<AudioHash>().is_err());
    }
}
