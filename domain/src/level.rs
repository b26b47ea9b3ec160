//! Levels: three scales that must never be mixed.

use std::fmt;

/// The number given was NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a level must be a finite number")]
pub struct NotFinite;

macro_rules! level {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name(f64);

        impl $name {
            /// A level from its number; NaN and infinities are refused.
            pub fn new(value: f64) -> Result<Self, NotFinite> {
                if value.is_finite() { Ok(Self(value)) } else { Err(NotFinite) }
            }

            /// The number, in the unit of the type.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:.1} {}", self.0, $unit)
            }
        }
    };
}

level!(
    /// A gain in decibels; 0 dB leaves the sound as it is.
    Gain, "dB"
);
level!(
    /// Integrated loudness in LUFS (EBU R 128, ITU-R BS.1770-5). Silence has none: use `Option`.
    Loudness, "LUFS"
);
level!(
    /// Maximum true peak in dBTP (ITU-R BS.1770-5, annex 2).
    TruePeak, "dBTP"
);

impl Loudness {
    /// Where the station brings everything, unless its config says otherwise (EBU R 128, 2020: programme loudness).
    pub const TARGET: Self = Self(-23.0);
}

impl TruePeak {
    /// What nothing passes after its gain, unless the config says otherwise (EBU R 128, 2020: maximum true peak level).
    pub const CEILING: Self = Self(-1.0);
}

impl Gain {
    /// 0 dB.
    pub const UNITY: Self = Self(0.0);

    /// The factor that samples are multiplied by.
    pub fn linear(self) -> f32 {
        10f64.powf(self.0 / 20.0) as f32
    }

    /// What brings `loudness` to `target` without letting `peak` pass `ceiling`.
    pub fn towards(target: Loudness, loudness: Loudness, peak: TruePeak, ceiling: TruePeak) -> Self {
        Self((target.0 - loudness.0).min(ceiling.0 - peak.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_stops_at_the_true_peak_ceiling() {
        let l = |v| Loudness::new(v).unwrap();
        let p = |v| TruePeak::new(v).unwrap();
        assert!((Gain::towards(l(-23.0), l(-30.0), p(-20.0), p(-1.0)).get() - 7.0).abs() < 1e-9);
        assert!((Gain::towards(l(-23.0), l(-30.0), p(-4.0), p(-1.0)).get() - 3.0).abs() < 1e-9);
        assert_eq!(Gain::new(f64::NAN), Err(NotFinite));
    }
}
