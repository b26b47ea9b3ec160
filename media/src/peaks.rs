//! The waveform that pages draw: the lowest and highest sample of every 512 frames.
//!
//! A `.peaks` file is `MKP1`, the channel count (u8), three zero bytes, and then for each 512 frames (10.7 ms) and
//! channel a minimum and a maximum as i8 (±127 is full scale). An hour of stereo takes 1.35 MB.

use std::path::{Path, PathBuf};

/// Frames under one pair of numbers.
pub const PEAK_FRAMES: usize = 512;
/// The first bytes of the file.
pub const MAGIC: [u8; 4] = *b"MKP1";

/// Where the waveform of `canonical` is written by the decoder.
pub fn beside(canonical: &Path) -> PathBuf {
    let mut name = canonical.as_os_str().to_owned();
    name.push(".peaks");
    PathBuf::from(name)
}
