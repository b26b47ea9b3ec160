//! How the station wants sounds to meet: the `[join]` table of the station file.

use domain::{Curve, Duck, Frames, Join};
use serde::{Deserialize, Serialize};

use super::error::StationError;

/// How music gives way to music, and jingles to music. Speech is never overlapped by speech, whatever stands here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JoinSpec {
    /// Longest overlap in seconds, 0 to 10; 0 joins butt to butt.
    pub over_s: f64,
    /// Shape of the fades.
    pub curve: CurveSpec,
    /// Share of music from which a programme counts as music and not as speech, 0.5 to 1.
    pub music_share_min: f64,
    /// How far music steps back under a sweeper or an ident that speaks over its end, in decibels, 0 to 40; 0 lets none
    /// speak over it: the music fades away as under any other.
    pub duck_db: u8,
    /// How long it takes to step back, in seconds, 0 to 2.
    pub duck_attack_s: f64,
    /// How long it takes to fade away at its end, in seconds, 0 to 2.
    pub duck_release_s: f64,
}

/// Shape of a fade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CurveSpec {
    /// Constant power: for pieces that have nothing to do with each other.
    EqualPower,
    /// Constant level: for pieces that are alike.
    Linear,
}

impl Default for JoinSpec {
    fn default() -> Self {
        Self {
            over_s: 2.5,
            curve: CurveSpec::EqualPower,
            music_share_min: 0.9,
            duck_db: 0,
            duck_attack_s: 0.3,
            duck_release_s: 0.8,
        }
    }
}

impl JoinSpec {
    /// Longest overlap.
    pub fn over(&self) -> Frames {
        Frames::from_millis((self.over_s * 1_000.0).round() as u64).min(Join::MAX)
    }

    /// Shape of the fades.
    pub const fn curve(&self) -> Curve {
        match self.curve {
            CurveSpec::EqualPower => Curve::EqualPower,
            CurveSpec::Linear => Curve::Linear,
        }
    }

    /// How music steps back under what speaks over it; `None` where nothing does.
    pub fn duck(&self) -> Option<Duck> {
        let frames = |seconds: f64| Frames::from_millis((seconds * 1_000.0).round() as u64);
        let (attack, release) = (frames(self.duck_attack_s), frames(self.duck_release_s));
        (self.duck_db > 0).then(|| Duck { depth_db: self.duck_db, attack, release }.bounded())
    }

    pub(super) fn checked(&self, text: &str) -> Result<(), StationError> {
        let fades = [self.duck_attack_s, self.duck_release_s].iter().all(|s| (0.0..=2.0).contains(s));
        let duck = fades && self.duck_db <= Duck::DEPTH_DB_MAX;
        if duck && (0.0..=10.0).contains(&self.over_s) && (0.5..=1.0).contains(&self.music_share_min) {
            return Ok(());
        }
        Err(StationError::new(
            text.lines().position(|line| line.trim() == "[join]").map(|n| n + 1),
            "[join]: over_s va de 0 à 10 secondes, music_share_min de 0,5 à 1, duck_db de 0 à 40, duck_attack_s et duck_release_s de 0 à 2.",
            "[join]: over_s is 0 to 10 seconds, music_share_min 0.5 to 1, duck_db 0 to 40, duck_attack_s and duck_release_s 0 to 2.",
        ))
    }
}
