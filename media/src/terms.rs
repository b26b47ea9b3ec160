//! On which terms a file is taken in: the level it is wanted at, and what its silences may be.

use std::fmt;
use std::str::FromStr;

use domain::{AssetKind, Loudness, TruePeak};

use crate::target::Target;

/// What becomes of long silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SilenceRule {
    /// It is told. Silence from beginning to end is refused.
    #[default]
    Told,
    /// Half a minute of it is refused: listeners take such a hole in a programme for the end of the station.
    Refused,
    /// It is meant, from beginning to end if need be: a minute of silence is a programme too.
    Meant,
}

impl SilenceRule {
    /// What holds for sounds of this kind, unless somebody says that silence is meant.
    pub const fn of(kind: AssetKind, is_meant: bool) -> Self {
        match kind {
            _ if is_meant => Self::Meant,
            AssetKind::Programme | AssetKind::Music => Self::Refused,
            _ => Self::Told,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Refused => "refused",
            Self::Meant => "meant",
        }
    }
}

/// What a sound is held against while it is taken in.
///
/// As text, for the decoder's arguments: `refused/-23/-1`, the rule, LUFS and dBTP.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Terms {
    /// The level of the station.
    pub target: Target,
    /// What becomes of long silence.
    pub silence: SilenceRule,
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.silence.word(), self.target.loudness.get(), self.target.ceiling.get())
    }
}

/// These are no terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("terms are told|refused|meant, LUFS and dBTP, as in refused/-23/-1")]
pub struct NoTerms;

impl FromStr for Terms {
    type Err = NoTerms;

    fn from_str(text: &str) -> Result<Self, NoTerms> {
        let [rule, loudness, ceiling] = text.split('/').collect::<Vec<_>>()[..] else { return Err(NoTerms) };
        let rules = [SilenceRule::Told, SilenceRule::Refused, SilenceRule::Meant];
        let silence = rules.into_iter().find(|r| r.word() == rule).ok_or(NoTerms)?;
        let number = |text: &str| text.parse::<f64>().map_err(|_| NoTerms);
        let loudness = Loudness::new(number(loudness)?).map_err(|_| NoTerms)?;
        let ceiling = TruePeak::new(number(ceiling)?).map_err(|_| NoTerms)?;
        Ok(Self { target: Target { loudness, ceiling }, silence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_back_from_their_text_and_nothing_else_does() {
        for kind in [AssetKind::Programme, AssetKind::Spot] {
            for is_meant in [false, true] {
                let target = Target { loudness: Loudness::new(-16.25).unwrap(), ..Target::default() };
                let terms = Terms { target, silence: SilenceRule::of(kind, is_meant) };
                assert_eq!(terms.to_string().parse(), Ok(terms));
            }
        }
        assert_eq!("refused/-23/-1".parse::<Terms>().unwrap().silence, SilenceRule::Refused);
        for text in ["", "told", "told/-23", "told/NaN/-1", "loud/-23/-1", "told/-23/-1/0", "told/x/-1"] {
            assert_eq!(text.parse::<Terms>(), Err(NoTerms), "{text}");
        }
    }
}
