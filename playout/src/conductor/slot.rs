//! One entry on its way to the output.

use domain::{Entry, Frames, Gain, Position, Rung};

use crate::realtime::CueKey;

/// A promise as physics: which frames of which sound, where on the output. Made from the [`crate::timeline::Timeline`]
/// alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// Its name on both sides of the line.
    pub key: CueKey,
    /// First frame on the output.
    pub at: Position,
    /// The first frame after it.
    pub end: Position,
    /// Where in the file it begins.
    pub from: Frames,
    /// Gain on the way to the station's target.
    pub gain: Gain,
    /// Fade at its beginning.
    pub fade_in: Frames,
    /// Fade before its end.
    pub fade_out: Frames,
    /// The rung that it sounds on; below [`Rung::OwnPlan`] it has no sound of its own.
    pub rung: Rung,
    /// The entry that it keeps.
    pub entry: Entry,
}

/// How far a slot's sound has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// A deck was asked.
    Opening,
    /// Its cue is on the mixer.
    Loaded,
    /// Its cue leaves the sound to the bed: so promised, or for want of the sound.
    Bed,
}

/// An entry with its place on the output.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) cue: Cue,
    pub(super) stage: Stage,
    pub(super) began: bool,
    /// Whether the next entry goes on in the same file where this one stops.
    pub(super) flows_on: bool,
    /// A playing cue that leaves when this one is resolved.
    pub(super) replaces: Option<CueKey>,
    pub(super) mend: Option<Mend>,
}

/// A slot without its sound, and the next try to get it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mend {
    /// When the next try begins.
    pub(super) retry_at: Position,
    /// The sound that is there lasts until here.
    pub(super) dry_at: Position,
    /// A try under way: its key and the place where it would come in.
    pub(super) trial: Option<(CueKey, Position)>,
}

impl Slot {
    /// The place in the file of an output position inside the slot.
    pub(super) fn file_at(&self, at: Position) -> Frames {
        self.cue.from + at.since(self.cue.at).unwrap_or_default()
    }

    /// Whether it sounds, or will before anything can be changed.
    pub(super) fn is_committed(&self, soon: Position) -> bool {
        self.began || self.cue.at <= soon
    }
}
