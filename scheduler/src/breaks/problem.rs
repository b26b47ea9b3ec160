//! A site's day as numbers: breaks, wishes, and what keeps them apart. Times are frames from the day's first instant.

use std::ops::RangeInclusive;

use domain::{Frames, SAMPLE_RATE_HZ};

use super::Worth;

/// A break that may hold spots.
pub(crate) struct Room {
    /// Its first frame.
    pub(crate) at: i64,
    /// The civil second of the day at which that is.
    pub(crate) second: u32,
    /// Its frames.
    pub(crate) length: i64,
    /// The daypart that it begins in.
    pub(crate) daypart: Option<usize>,
}

/// One version of a campaign's spot.
pub(crate) struct Version {
    /// Its frames.
    pub(crate) length: i64,
    /// Whether it is French, which is capped (R-CAMP-05).
    pub(crate) is_french: bool,
    /// Its share in the site's draw of languages.
    pub(crate) weight: i64,
    /// Where its days begin in the draw.
    pub(crate) draw: i64,
}

/// What a campaign asks of the day.
pub(crate) struct Wish {
    /// Airings by daypart.
    pub(crate) wanted: Vec<u32>,
    /// Who gives way: 1 first served.
    pub(crate) priority: u8,
    /// A number for its client; two of one client never share a break.
    pub(crate) client: usize,
    /// Its versions.
    pub(crate) versions: Vec<Version>,
}

impl Wish {
    pub(crate) fn worth(&self) -> Worth {
        Worth { priority: self.priority, wanted: self.wanted.iter().sum() }
    }
}

/// A spot that stands where it stands: aired, begun, or in the plan of the day before.
pub(crate) struct Fixed {
    pub(crate) at: i64,
    /// The hours of the day that it counts for, and its frames; none for a spot of another day.
    pub(crate) hours: Option<(RangeInclusive<u32>, i64)>,
    /// The wish and version that it fulfils, and the daypart that it stands in.
    pub(crate) fulfils: Option<(usize, usize, Option<usize>)>,
    /// Frames that each wish keeps from it.
    pub(crate) apart: Vec<i64>,
}

/// Everything that a filling depends on.
pub(crate) struct Problem {
    pub(crate) rooms: Vec<Room>,
    pub(crate) wishes: Vec<Wish>,
    pub(crate) fixed: Vec<Fixed>,
    /// By wish and room: the versions that may stand there, and whether each speaks the carrier's language.
    pub(crate) may: Vec<Vec<Vec<(usize, bool)>>>,
    /// By two wishes: frames between their airings at least; 0 where they need not keep apart.
    pub(crate) apart: Vec<Vec<i64>>,
    /// Frames of spots in a clock hour at most (R-CAMP-01).
    pub(crate) hour_max: i64,
}

/// The clock hours that a spot touches, from the civil second at which it begins.
pub(crate) fn hours(second: u32, length: Frames) -> RangeInclusive<u32> {
    // The second in which it ends may be begun; one that it only reaches is not.
    let lasts_s = u32::try_from(length.0.saturating_sub(1) / u64::from(SAMPLE_RATE_HZ)).unwrap_or(u32::MAX);
    second / 3600..=second.saturating_add(lasts_s) / 3600
}
