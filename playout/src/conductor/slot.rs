//! One entry on its way to the output.

use domain::{Curve, Duck, Entry, Frames, Gain, Position, Rung};

use crate::realtime::{CueKey, Under};

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
    /// How far into its entry it begins.
    pub into: Frames,
    /// Gain on the way to the station's target.
    pub gain: Gain,
    /// Fade at its beginning.
    pub fade_in: Frames,
    /// Fade before its end, where it has no tail.
    pub fade_out: Frames,
    /// How long it sounds on behind its end, fading away under what follows.
    pub tail: Frames,
    /// How it steps back under what speaks over that.
    pub duck: Option<Duck>,
    /// Shapes of the fade at its beginning and of the one that ends it.
    pub curves: [Curve; 2],
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
    /// Whose promise it is: the studio's or the site's own.
    pub(super) source: Rung,
    pub(super) began: bool,
    /// Whether the next entry goes on in the same file where this one stops.
    pub(super) flows_on: bool,
    /// A playing cue that leaves when this one is resolved.
    pub(super) replaces: Option<CueKey>,
    pub(super) mend: Option<Mend>,
    /// Length of the whole sound, once it is open.
    pub(super) length: Option<Frames>,
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

impl Cue {
    /// The first frame after the last that is heard of it.
    pub fn last(&self) -> Position {
        self.end + self.tail
    }

    /// The fade that leads to [`Cue::last`].
    pub fn last_fade(&self) -> Frames {
        match self.duck {
            Some(duck) => duck.release.min(self.tail),
            None if self.tail > Frames::ZERO => self.tail,
            None => self.fade_out,
        }
    }

    /// Where and how far it steps back: it has when what speaks over it begins.
    pub fn under(&self) -> Option<Under> {
        let Duck { attack, release, .. } = self.duck?;
        Some(Under { from: self.end - attack, factor: self.duck?.factor(), attack, release })
    }
}

impl Slot {
    /// The place in the file of an output position inside the slot.
    pub(super) fn file_at(&self, at: Position) -> Frames {
        self.cue.from + at.since(self.cue.at).unwrap_or_default()
    }

    /// The fade that its entry asks for before its end; none where it is left before that.
    pub(super) fn ending(&self) -> Frames {
        let span = self.cue.end.since(self.cue.at).unwrap_or_default();
        let whole = self.cue.into + span + Frames(1) >= self.cue.entry.length;
        if whole { self.cue.entry.fade_out.min(span) } else { Frames::ZERO }
    }

    /// Whether it sounds, or will before anything can be changed.
    pub(super) fn is_committed(&self, soon: Position) -> bool {
        self.began || self.cue.at <= soon
    }
}
