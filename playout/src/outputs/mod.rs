//! What hangs on the air: encoders, the hubs that share their streams, recorders, and the meter.
//!
//! Nothing here paces and nothing here is waited for: each output reads its own tap ring or hub cursor and may starve or
//! stall unseen by the air. The encoders are state machines without threads, sockets or clocks; those that touch the
//! world are named for it: [`icecast`] and [`rtp`] (sockets) and [`wav`] (files).

pub mod hub;
pub mod icecast;
mod icecast_handshake;
pub mod meter;
pub mod mp3_stream;
pub mod ogg_page;
pub mod opus_stream;
pub mod rtp;
mod standing;
pub mod wav;

pub use hub::{Container, Ended, Full, Next, StreamHub, Subscription, Unit};
pub use icecast::{Icecast, IcecastOptions, Secret};
pub use meter::Meter;
pub use mp3_stream::{Mp3Options, Mp3Stream};
pub use opus_stream::{OpusOptions, OpusStream};
pub use standing::Standing;
pub use wav::WavRecorder;

/// Why an output cannot work.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The encoder refused its settings or its input.
    #[error("the {encoder} encoder says: {reason}")]
    Encoder {
        /// `Opus` or `MP3`.
        encoder: &'static str,
        /// What it said.
        reason: String,
    },
    /// A setting lies outside what the format allows.
    #[error("{what} cannot be {value}: choose {allowed}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// What was asked.
        value: String,
        /// What is possible.
        allowed: &'static str,
    },
    /// A recording cannot be written.
    #[error("the recording {path} cannot be written: {reason}")]
    Recording {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

/// A sample that an encoder can take: LAME stops the process on infinities, and NaN poisons an encoder's memory.
pub(crate) fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}
