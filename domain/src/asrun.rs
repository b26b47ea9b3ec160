//! What was really consumed by an output.

use std::fmt;

use jiff::Timestamp;

use crate::{AssetId, AudioHash, EntryId, Frames, Position, Rung, SiteId};

/// One life of an air process: random, drawn at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(pub u64);

impl fmt::Display for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The number of a record within its boot: starts at 0, no gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

/// A link of the chain: BLAKE3 over the record before and this record's content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

/// Why a stretch of sound ended, or what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Sounded whole, as promised.
    #[default]
    Whole,
    /// Began after its start (restart, late plan, late file) and sounded to its end.
    Joined,
    /// Ended before its end because a newer promise took over.
    Cut,
    /// Ended before its end because the file failed under the player.
    Damaged,
    /// Ended because the process stopped.
    Stopped,
}

/// A fact: one uninterrupted stretch of sound that the output consumed.
#[derive(Clone, Debug, PartialEq)]
pub struct AsRun {
    /// The site.
    pub site: SiteId,
    /// The life of the air process.
    pub boot: BootId,
    /// Its number in that life.
    pub seq: Seq,
    /// The entry that it kept; `None` for the rungs that keep none.
    pub entry: Option<EntryId>,
    /// The editorial thing, when it was one; of somebody live `direct-` and their name.
    pub asset: Option<AssetId>,
    /// The exact bytes that sounded, when they came from the shelf.
    pub audio: Option<AudioHash>,
    /// Where in the file the stretch began.
    pub from: Frames,
    /// First frame on the output.
    pub at: Position,
    /// How many frames were consumed.
    pub length: Frames,
    /// The wall time of the first frame; `None` while the time was not trusted.
    pub wall: Option<Timestamp>,
    /// The rung of the ladder that sounded.
    pub rung: Rung,
    /// How it ended.
    pub outcome: Outcome,
}
