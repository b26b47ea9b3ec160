//! The inside of the throw-away decoder: one foreign file into a canonical one, measured in the same pass.
//!
//! Everything streams: an hour of sound takes as much memory as a second. Nothing in here is trusted by the process
//! that asked: see [`crate::ingest`].

#[cfg(test)]
mod against_ffmpeg;
#[cfg(all(test, feature = "he-aac"))]
mod against_ffmpeg_he;
mod boxes;
mod child;
mod foreign;
#[cfg(feature = "he-aac")]
mod he_aac;
#[cfg(not(feature = "he-aac"))]
#[path = "he_aac_absent.rs"]
mod he_aac;
mod mix;
mod mp4;
mod mpeg;
mod ogg;
mod pass;
mod positions;
mod resample;
mod sniff;
mod stream;
mod survey;
mod tags;
mod view;
mod wave;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

pub use child::decode_main;
pub use resample::Resampler;
pub use stream::stream_main;

use crate::report::Report;
use crate::sentences;
use crate::terms::Terms;

/// Rates that make sense for sound on the air and off a recorder.
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;
const CHANNELS_MAX: usize = 8;

/// What one file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longer sound is refused as soon as this much was decoded: nothing that airs is longer.
    pub length_s_max: u64,
    /// Shorter sound is refused.
    pub length_ms_min: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { length_s_max: 6 * 3600, length_ms_min: 500 }
    }
}

/// Decodes `input` into the canonical file `output` (and its waveform beside it), whatever `input` is.
///
/// Never an error: what goes wrong is a finding with a sentence, and the report's verdict is `refused`.
pub fn decode_file(input: &Path, output: &Path, limits: &Limits) -> Report {
    decode_on(input, output, limits, &Terms::default())
}

/// [`decode_file`] on the terms of a station and of what the sound is for.
pub fn decode_on(input: &Path, output: &Path, limits: &Limits, terms: &Terms) -> Report {
    // Foreign decoders have panicked on damaged files before; here that is an answer like any other.
    catch_unwind(AssertUnwindSafe(|| pass::decode(input, output, limits, terms)))
        .unwrap_or_else(|_| Report::refused(sentences::undecodable()))
}
