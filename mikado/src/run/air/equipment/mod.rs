//! The site's own equipment: threads beside the air, for which nothing of the air waits.

mod encoder;
mod transmitter;

pub use encoder::{EncoderOptions, start as start_encoder};
pub use transmitter::{Equipment, TransmitterOptions};
