//! FLAC (RFC 9639), both ways, for canonical files only.
//!
//! Foreign FLAC files go through the throw-away decoder like any other file. What is written and read here is a narrow
//! part of the format: 48 kHz, one or two channels, 16 or 24 bits, blocks of 4096 frames. Written by us and read by us,
//! it needs no guessing after damage: the reader accepts the next frame where it must be, or says that it is not there.
//! Why this is our own, and what it was measured against: `design/0009-canonical-file.md`.

mod bits;
mod checksum;
mod frame;
mod header;
mod predict;
mod rice;
#[cfg(test)]
mod tests;
mod unframe;
mod write;

pub use header::{HEADER_BYTES, Header, SeekPoint};
pub use unframe::{Block, unframe};
pub use write::Writer;

/// Frames of sound in every block but the last: 85 ms, the size at which prediction gains no more.
pub const BLOCK_FRAMES: usize = 4096;

/// How many bits of each sample are kept, and how they are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Depth {
    /// 16 bits: sources that have no more, kept bit for bit.
    Sixteen,
    /// 20 bits stored in 24: sources without a depth of their own (lossy or resampled). The rounding lies at −125 dBFS,
    /// and costs a third less than 24 bits.
    Twenty,
    /// 24 bits: sources that have them.
    TwentyFour,
}

impl Depth {
    /// The depth that the file declares.
    pub const fn stored_bits(self) -> u32 {
        match self {
            Self::Sixteen => 16,
            Self::Twenty | Self::TwentyFour => 24,
        }
    }

    /// The depth that is kept.
    pub const fn kept_bits(self) -> u32 {
        match self {
            Self::Sixteen => 16,
            Self::Twenty => 20,
            Self::TwentyFour => 24,
        }
    }

    /// The stored sample nearest to `value` (full scale ±1.0); what lies outside is held at full scale, NaN becomes 0.
    #[inline]
    pub fn quantise(self, value: f32) -> i32 {
        /// Adding it leaves a number's nearest whole number in its lowest bits: four times faster than `round`.
        const TO_WHOLE: f64 = 6_755_399_441_055_744.0;
        let kept = self.kept_bits();
        let full = f64::from(1u32 << (kept - 1));
        let scaled = f64::from(value) * full;
        let number = if scaled.is_nan() { 0.0 } else { scaled };
        let held = if number < -full { -full } else { number };
        let held = if held > full - 1.0 { full - 1.0 } else { held };
        ((held + TO_WHOLE).to_bits() as i32) << (self.stored_bits() - kept)
    }
}
