//! How sounds meet: cue points inside one, and what happens where one entry gives way to the next.

use crate::Frames;

/// Points of one sound, in frames from its first; `start < end`, the others between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CuePoints {
    /// Where sound begins.
    pub start: Frames,
    /// Where it has ended.
    pub end: Frames,
    /// Until where one may talk over its beginning; `None` when it begins at full level.
    pub intro: Option<Frames>,
    /// From where on the next may begin; `None` when it ends at once.
    pub segue: Option<Frames>,
}

impl CuePoints {
    /// Points that make sense within `length`, or `None`: what comes from another process may be anything.
    pub fn checked(self, length: Frames) -> Option<Self> {
        let inside = |p: Option<Frames>| p.filter(|p| (self.start..=self.end).contains(p));
        (self.start < self.end && self.end <= length).then(|| Self {
            intro: inside(self.intro),
            segue: inside(self.segue),
            ..self
        })
    }
}

/// The shape of a fade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Curve {
    /// A quarter sine: two sounds that have nothing to do with each other cross at constant power.
    #[default]
    EqualPower,
    /// A straight line: two sounds that are alike cross at constant level.
    Linear,
}

/// How an entry begins on top of the one before it.
///
/// The join lies behind the boundary: the entry begins on its own frame, and the one before sounds on under it with what
/// its file has beyond its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Join {
    /// The one before ends where this begins.
    #[default]
    Butt,
    /// The one before fades away under this one, which enters whole.
    Segue {
        /// How long it is still heard; at most [`Join::MAX`].
        over: Frames,
        /// Shape of its fade.
        curve: Curve,
    },
    /// The one before fades away while this one comes in.
    Cross {
        /// How long both are heard; at most [`Join::MAX`].
        over: Frames,
        /// Shape of both fades.
        curve: Curve,
    },
}

impl Join {
    /// Longest overlap: ten seconds of two pieces at once is what a listener takes for a mix and not for a mistake.
    pub const MAX: Frames = Frames::from_secs(10);

    /// How long both entries are heard.
    pub fn over(self) -> Frames {
        match self {
            Self::Butt => Frames::ZERO,
            Self::Segue { over, .. } | Self::Cross { over, .. } => over.min(Self::MAX),
        }
    }

    /// Shape of its fades.
    pub fn curve(self) -> Curve {
        match self {
            Self::Butt => Curve::default(),
            Self::Segue { curve, .. } | Self::Cross { curve, .. } => curve,
        }
    }

    /// How long this entry takes to come in.
    pub fn fade_in(self) -> Frames {
        if let Self::Cross { .. } = self { self.over() } else { Frames::ZERO }
    }
}
