//! What crosses the line: orders in, events out.

use domain::{Curve, Frames, Gain, Position, Rung};

use super::feed::Feed;
use super::live::LiveFeed;
use super::under::Under;

/// The name of one cue on both sides of the line; never used twice in a boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CueKey(pub u64);

/// A cue for a voice.
pub struct Load {
    /// Its name.
    pub key: CueKey,
    /// Its sound; the first frame belongs to `at`. `None` promises nothing but leaves the sound to the ladder below, and is
    /// reported like any other cue.
    pub feed: Option<Feed>,
    /// Where it begins. When that has passed, the frames owed are dropped and it joins at *now*.
    pub at: Position,
    /// Where it ends: the first frame that is no longer its own.
    pub end: Position,
    /// What its samples are multiplied by.
    pub gain: Gain,
    /// Length of the fade at its beginning; zero starts hard.
    pub fade_in: Frames,
    /// Length of the fade before its end; zero ends hard. Without a feed it is the bed below that fades.
    pub fade_out: Frames,
    /// Shape of the fade at its beginning and of the one before its end; a retimed end fades at equal power.
    pub curves: [Curve; 2],
    /// Where it steps back under another that speaks over it.
    pub under: Option<Under>,
    /// The rung that it sounds on.
    pub rung: Rung,
    /// Whether silence belongs to it: the watch then lets it be.
    pub silence_meant: bool,
}

/// From the conductor's side to the mixer.
pub enum Order {
    /// Takes a cue onto a free voice.
    Load(Load),
    /// Begins a cue that waits, elsewhere than it was loaded for; one that has begun is left alone.
    Start {
        /// Which cue.
        key: CueKey,
        /// Its new beginning.
        at: Position,
        /// Its new end.
        end: Position,
        /// Length of the fade before that.
        fade_out: Frames,
    },
    /// Moves the end of a cue, with this fade before it. An end that has passed ends it after a very short fade.
    Retime {
        /// Which cue.
        key: CueKey,
        /// Its new end.
        end: Position,
        /// Length of the fade before it.
        fade_out: Frames,
        /// Where it steps back; `None` lets it come forward again.
        under: Option<Under>,
    },
    /// Takes a cue off: unheard if it has not begun, otherwise after a very short fade.
    Forget {
        /// Which cue.
        key: CueKey,
    },
    /// Gives the sustaining bed; the one before comes home.
    Bed(Feed),
    /// Gives the line on which somebody live comes in, behind its gate; the one before comes home.
    Live(LiveFeed),
    /// Fades everything to silence for good, over this length: the process is about to stop.
    Close {
        /// Length of the fade.
        over: Frames,
    },
}

/// From the mixer to the conductor's side: what the output really consumed.
pub enum Event {
    /// The first frame of a cue was consumed here; `late` frames of it had been owed and were dropped.
    Began {
        /// Which cue.
        key: CueKey,
        /// Its first consumed frame.
        at: Position,
        /// Frames of its sound that were dropped before.
        late: Frames,
    },
    /// A cue ran out of sound here, and the ladder below sounds.
    Starved {
        /// Which cue.
        key: CueKey,
        /// The first frame without its sound.
        at: Position,
    },
    /// A starved cue sounds again from here, at the place where it should be.
    Resumed {
        /// Which cue.
        key: CueKey,
        /// Its first frame.
        at: Position,
    },
    /// A cue has left its voice. Its feed comes home to be emptied and freed.
    Ended {
        /// Which cue.
        key: CueKey,
        /// The first frame after it; where it was taken off when it had not begun.
        at: Position,
        /// Whether any of it was consumed.
        began: bool,
        /// Its feed.
        feed: Option<Feed>,
    },
    /// No voice was free; the cue comes home unheard.
    Refused {
        /// Which cue.
        key: CueKey,
        /// Its feed.
        feed: Option<Feed>,
    },
    /// Another rung sounds from here.
    Rung {
        /// Which one.
        rung: Rung,
        /// Its first frame.
        at: Position,
    },
    /// The cues on the air have been silent for too long and leave their place to the rungs below (`fallen`), or sound again.
    Hushed {
        /// Which of both.
        fallen: bool,
        /// The first frame of the block in which it was found.
        at: Position,
    },
    /// A replaced bed.
    BedHome(Feed),
    /// A replaced live line.
    LiveHome(LiveFeed),
}
