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

/// How a sound steps back under one that speaks over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duck {
    /// How far, in decibels; at most [`Duck::DEPTH_DB_MAX`].
    pub depth_db: u8,
    /// How long it takes to step back, before the other begins; at most [`Duck::MAX`].
    pub attack: Frames,
    /// How long it takes to fade away at its end; at most [`Duck::MAX`].
    pub release: Frames,
}

impl Duck {
    /// What lies 40 dB under a voice is not heard any more.
    pub const DEPTH_DB_MAX: u8 = 40;
    /// Whatever takes longer than two seconds is heard as a fade of its own.
    pub const MAX: Frames = Frames::from_secs(2);

    /// The same within its bounds: what comes from a file may be anything.
    pub fn bounded(self) -> Self {
        Self {
            depth_db: self.depth_db.min(Self::DEPTH_DB_MAX),
            attack: self.attack.min(Self::MAX),
            release: self.release.min(Self::MAX),
        }
    }

    /// What the samples of the one that has stepped back are multiplied by.
    pub fn factor(self) -> f32 {
        10f32.powf(-f32::from(self.depth_db.min(Self::DEPTH_DB_MAX)) / 20.0)
    }
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
    /// This one speaks over the one before, which has stepped back when it enters: a sweeper over music.
    Over {
        /// How long the one before is still heard under it; at most [`Join::MAX`].
        over: Frames,
        /// How it steps back.
        duck: Duck,
    },
}

impl Join {
    /// Longest overlap: ten seconds of two pieces at once is what a listener takes for a mix and not for a mistake.
    pub const MAX: Frames = Frames::from_secs(10);

    /// How long both entries are heard.
    pub fn over(self) -> Frames {
        match self {
            Self::Butt => Frames::ZERO,
            Self::Segue { over, .. } | Self::Cross { over, .. } | Self::Over { over, .. } => over.min(Self::MAX),
        }
    }

    /// Shape of its fades.
    pub fn curve(self) -> Curve {
        match self {
            Self::Butt | Self::Over { .. } => Curve::default(),
            Self::Segue { curve, .. } | Self::Cross { curve, .. } => curve,
        }
    }

    /// How the one before steps back under this one, if it does.
    pub fn duck(self) -> Option<Duck> {
        if let Self::Over { duck, .. } = self { Some(duck.bounded()) } else { None }
    }

    /// How long this entry takes to come in.
    pub fn fade_in(self) -> Frames {
        if let Self::Cross { .. } = self { self.over() } else { Frames::ZERO }
    }
}
