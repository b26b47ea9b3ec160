//! Gains that never jump.

/// A gain that walks between silence and unity along an equal-power quarter sine, one step per frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    x: f32,
}

impl Ramp {
    pub(super) const fn at(x: f32) -> Self {
        Self { x }
    }

    /// Whether nothing of it is heard.
    pub(super) fn is_silent(self) -> bool {
        self.x <= 0.0
    }

    /// Whether it has arrived at unity.
    pub(super) fn is_open(self) -> bool {
        self.x >= 1.0
    }

    /// The factor of whatever it fades against: the squares of both add up to 1.
    pub(super) fn rest(self) -> f32 {
        equal_power(1.0 - self.x)
    }

    /// The factor for this frame; then one step of `1/frames` towards unity (`open`) or silence.
    pub(super) fn step(&mut self, open: bool, frames: f32) -> f32 {
        let now = equal_power(self.x);
        let dx = 1.0 / frames.max(1.0);
        self.x = if open { (self.x + dx).min(1.0) } else { (self.x - dx).max(0.0) };
        now
    }
}

/// The equal-power curve: 0 at 0, 1 at 1, and the squares of `x` and `1 - x` add up to 1.
pub(super) fn equal_power(x: f32) -> f32 {
    if x >= 1.0 {
        1.0
    } else if x <= 0.0 {
        0.0
    } else {
        (x * std::f32::consts::FRAC_PI_2).sin()
    }
}
