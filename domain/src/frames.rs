//! Lengths of sound and points on an output, both counted in frames at the house rate.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// The house sample rate in hertz. Every canonical file, deck and output runs at it.
pub const SAMPLE_RATE_HZ: u32 = 48_000;

const RATE: u64 = SAMPLE_RATE_HZ as u64;

/// A length of sound in frames at 48 000 Hz; one frame is one sample of every channel.
///
/// Never negative: [`Frames::checked_sub`] answers `None` instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frames(pub u64);

impl Frames {
    /// No sound at all.
    pub const ZERO: Self = Self(0);

    /// The length of `seconds` whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * RATE)
    }

    /// The length of `ms` whole milliseconds (48 frames each).
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms * RATE / 1000)
    }

    /// The nearest length to a duration; half a frame rounds up.
    pub fn from_duration(d: Duration) -> Self {
        Self(((d.as_nanos() * u128::from(RATE) + 500_000_000) / 1_000_000_000) as u64)
    }

    /// This length in seconds, for display and statistics.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / RATE as f64
    }

    /// This length as a duration, rounded down to the nanosecond.
    pub fn as_duration(self) -> Duration {
        Duration::from_nanos((u128::from(self.0) * 1_000_000_000 / u128::from(RATE)) as u64)
    }

    /// `self - other`, or `None` when `other` is longer.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// `self - other`, or nothing when `other` is longer.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Frames {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Frames {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

/// A point on a site's output: frames handed to the consuming device since this boot.
///
/// Only ever grows, and means nothing after a restart; an [`Anchor`](crate::Anchor) says which wall time it was.
/// Adding two positions does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// How far this point lies after `earlier`, or `None` when it lies before it.
    pub const fn since(self, earlier: Self) -> Option<Frames> {
        match self.0.checked_sub(earlier.0) {
            Some(n) => Some(Frames(n)),
            None => None,
        }
    }
}

impl Add<Frames> for Position {
    type Output = Self;
    fn add(self, length: Frames) -> Self {
        Self(self.0 + length.0)
    }
}

impl Sub<Frames> for Position {
    type Output = Self;
    /// Saturates at the start of the output: there is no point before it.
    fn sub(self, length: Frames) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_48000_frames_both_ways() {
        assert_eq!(Frames::from_secs(1), Frames(48_000));
        assert_eq!(Frames::from_duration(Duration::from_millis(20)), Frames(960));
        assert_eq!(Frames(48_000).as_duration(), Duration::from_secs(1));
    }

    #[test]
    fn a_length_is_never_negative() {
        assert_eq!(Frames(1).checked_sub(Frames(2)), None);
        assert_eq!(Frames(1).saturating_sub(Frames(2)), Frames::ZERO);
        assert_eq!(Position(1).since(Position(2)), None);
    }
}
