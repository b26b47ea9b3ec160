//! How the station wants sounds to meet: the `[join]` table of the station file.

use domain::{Curve, Frames, Join};
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
        Self { over_s: 2.5, curve: CurveSpec::EqualPower, music_share_min: 0.9 }
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

    pub(super) fn checked(&self, text: &str) -> Result<(), StationError> {
        if (0.0..=10.0).contains(&self.over_s) && (0.5..=1.0).contains(&self.music_share_min) {
            return Ok(());
        }
        Err(StationError::new(
            text.lines().position(|line| line.trim() == "[join]").map(|n| n + 1),
            "[join]: over_s va de 0 à 10 secondes, music_share_min de 0,5 à 1.",
            "[join]: over_s is 0 to 10 seconds, music_share_min 0.5 to 1.",
        ))
    }
}
