//! Stepping back: the gain of a sound while another speaks over it.

use domain::{Frames, Position};

/// From where on a cue steps back, how far and how fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Under {
    /// The frame on which it begins to.
    pub from: Position,
    /// What its samples are multiplied by when it has: 0 to 1.
    pub factor: f32,
    /// How long it takes to step back.
    pub attack: Frames,
    /// How long it takes to come forward again, when the order is taken back.
    pub release: Frames,
}

/// The gain itself: it follows the order along a raised cosine, whenever that is given or taken back, and never jumps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stepping {
    order: Option<Under>,
    /// What was ordered last: how far it goes down, and how fast it comes back.
    last: (f32, Frames),
    /// 1 is forward, 0 is back.
    x: f32,
}

impl Stepping {
    pub(super) fn new(order: Option<Under>) -> Self {
        let last = order.map_or((1.0, Frames(1)), |u| (u.factor.clamp(0.0, 1.0), u.release));
        Self { order, last, x: 1.0 }
    }

    /// Gives another order, or takes the last one back.
    pub(super) fn order(&mut self, order: Option<Under>) {
        if let Some(under) = order {
            // On the way already: the depth stays, so that nothing jumps.
            let factor = if self.x < 1.0 { self.last.0 } else { under.factor.clamp(0.0, 1.0) };
            self.last = (factor, under.release);
        }
        self.order = order;
    }

    /// The factor for the frame at `at`; the next call is for the next frame.
    pub(super) fn step(&mut self, at: Position) -> f32 {
        let down = self.order.filter(|u| at >= u.from);
        if down.is_none() && self.x >= 1.0 {
            return 1.0;
        }
        let (factor, release) = self.last;
        let shape = 0.5 - 0.5 * (std::f32::consts::PI * self.x).cos();
        let over = down.map_or(release, |u| u.attack).0.max(1) as f32;
        self.x = if down.is_some() { (self.x - 1.0 / over).max(0.0) } else { (self.x + 1.0 / over).min(1.0) };
        factor + (1.0 - factor) * shape
    }
}
