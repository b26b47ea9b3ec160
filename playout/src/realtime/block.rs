//! The unit of rendering.

use domain::Position;

/// One sample of both channels, left and right, full scale ±1.
pub type Frame = [f32; 2];

/// A frame of digital silence.
pub const SILENCE: Frame = [0.0; 2];

/// Frames in a block: 10 ms at 48 kHz. Short enough for a sound card's period, long enough to cost nothing.
pub const BLOCK_FRAMES: usize = 480;

/// Ten milliseconds of output and where they lie on it.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The position of the first frame.
    pub at: Position,
    /// The sound, within ±1 and always finite.
    pub frames: [Frame; BLOCK_FRAMES],
}

impl Default for Block {
    fn default() -> Self {
        Self { at: Position(0), frames: [SILENCE; BLOCK_FRAMES] }
    }
}
