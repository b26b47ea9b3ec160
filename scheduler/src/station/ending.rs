//! What becomes of sound that lasts longer than its place: the `ending` of a programme, a slot or an opt-out.

use std::fmt;
use std::str::FromStr;

use domain::{Frames, Wait};

/// How a programme ends whose sound goes on behind its place; also how long what follows waits for somebody live in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// `cut`: it ends there, on the frame.
    #[default]
    Cut,
    /// `fade 5`: it fades away over its last seconds, 1 to 30.
    Fade(u32),
    /// `finish 90`: it is let finish, at most so many seconds longer, 1 to 1800; what follows begins when it has, and is shorter by
    /// what its elastic parts give up.
    Finish(u32),
    /// `absorb 60`: jingles and fill that follow it in its own slot give up at most so many seconds, 1 to 1800; the slot ends on time.
    Absorb(u32),
}

impl Ending {
    /// Longest fade, in seconds.
    pub const FADE_S_MAX: u32 = 30;
    /// Longest that is let finish, in seconds.
    pub const LATE_S_MAX: u32 = (Wait::MAX.0 / domain::SAMPLE_RATE_HZ as u64) as u32;

    /// The fade before its end.
    pub(crate) const fn fade(self) -> Frames {
        if let Self::Fade(s) = self { Frames::from_secs(s as u64) } else { Frames::ZERO }
    }

    /// How long it is let finish.
    pub(crate) const fn late(self) -> Frames {
        if let Self::Finish(s) = self { Frames::from_secs(s as u64) } else { Frames::ZERO }
    }

    /// Most seconds that it takes from what follows in its own slot.
    pub(crate) const fn absorbs_s(self) -> u32 {
        if let Self::Absorb(s) = self { s } else { 0 }
    }

    /// In words, in French and English: « on la laisse finir, 90 s au plus ».
    pub fn words(self) -> (String, String) {
        match self {
            Self::Cut => ("coupée à l'heure".to_owned(), "cut on time".to_owned()),
            Self::Fade(s) => (format!("fondue sur ses {s} dernières secondes"), format!("faded over its last {s} s")),
            Self::Finish(s) => (
                format!("on la laisse finir, {s} s au plus, et la suite attend"),
                format!("let finish, {s} s at most, and what follows waits"),
            ),
            Self::Absorb(s) => (
                format!("prend jusqu'à {s} s sur l'habillage qui la suit dans sa case"),
                format!("takes up to {s} s from the jingles behind it in its slot"),
            ),
        }
    }
}

/// The text names no ending.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no ending: write cut, fade 1 to 30, finish 1 to 1800 or absorb 1 to 1800")]
pub struct BadEnding(String);

impl FromStr for Ending {
    type Err = BadEnding;

    fn from_str(text: &str) -> Result<Self, BadEnding> {
        let bad = || BadEnding(text.chars().take(24).collect());
        if text == "cut" {
            return Ok(Self::Cut);
        }
        let (how, seconds) = text.split_once(' ').ok_or_else(bad)?;
        let seconds = seconds.bytes().all(|b| b.is_ascii_digit()).then(|| seconds.parse().ok()).flatten();
        match (how, seconds) {
            ("fade", Some(s @ 1..=Self::FADE_S_MAX)) => Ok(Self::Fade(s)),
            ("finish", Some(s @ 1..=Self::LATE_S_MAX)) => Ok(Self::Finish(s)),
            ("absorb", Some(s @ 1..=Self::LATE_S_MAX)) => Ok(Self::Absorb(s)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("cut"),
            Self::Fade(s) => write!(f, "fade {s}"),
            Self::Finish(s) => write!(f, "finish {s}"),
            Self::Absorb(s) => write!(f, "absorb {s}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_reads_back_and_nothing_else_is_one() {
        for text in ["cut", "fade 5", "finish 90", "finish 1800", "absorb 60"] {
            assert_eq!(text.parse::<Ending>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "Cut",
            "cut 3",
            "fade",
            "fade 0",
            "fade 31",
            "finish 1801",
            "finish -5",
            "finish +5",
            "stop 3",
            "fade  3",
        ] {
            assert!(text.parse::<Ending>().is_err(), "{text}");
        }
    }
}
