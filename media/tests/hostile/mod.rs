//! Files that are not what they claim: each with what must become of it. The numbers are those of the house's list of bad
//! inputs; every family has several files.
#![allow(dead_code)]

use std::ops::RangeInclusive;

pub mod mp4;
pub mod mpeg;
pub mod others;
pub mod seeds;
pub mod waves;

/// What must become of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Want {
    /// Refused with this code; the sentences hold these words, French and English.
    Refused(&'static str, &'static str, &'static str),
    /// Taken in, and this said.
    Told(&'static str, &'static str, &'static str),
    /// Taken in as if nothing were wrong.
    Plays,
    /// Refused, with one of these codes: which one depends on where the damage is met first.
    Declined(&'static [&'static str]),
}

pub const NOT_AUDIO: Want = Want::Declined(&["file.not-audio"]);
pub const UNDECODABLE: Want = Want::Declined(&["file.undecodable"]);
pub const TRUNCATED: Want = Want::Declined(&["audio.truncated"]);

/// One file.
pub struct Bad {
    /// The family, e.g. `B14`.
    pub family: &'static str,
    pub name: String,
    pub content: Content,
    pub want: Want,
    /// How long the sound is, where that is the question.
    pub frames: Option<RangeInclusive<u64>>,
}

/// Bytes; or bytes far apart, with zeros that take no place on the disk between them.
pub enum Content {
    Bytes(Vec<u8>),
    Sparse { length_bytes: u64, at: Vec<(u64, Vec<u8>)> },
}

pub fn bad(family: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>, want: Want) -> Bad {
    Bad { family, name: name.into(), content: Content::Bytes(bytes.into()), want, frames: None }
}

impl Bad {
    pub fn with_frames(self, frames: u64) -> Self {
        self.lasting(frames..=frames)
    }

    pub fn lasting(mut self, frames: RangeInclusive<u64>) -> Self {
        self.frames = Some(frames);
        self
    }
}

pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = 0x0139_408D_CBBF_7A44_u64 ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

pub fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).position(|w| w == what).unwrap()
}

pub fn half(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() / 2 + 7].to_vec()
}
