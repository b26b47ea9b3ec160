//! The site's own equipment: threads beside the air, for which nothing of the air waits.

mod encoder;
mod exercise;
mod hand;
mod past;
mod shed;
mod time;
mod transmitter;

pub use encoder::{EncoderOptions, start as start_encoder};
pub use shed::SharedShed;
pub use time::{Outvoted, TimeOptions, asked_once as ask_time_sources, start as start_time};
pub use transmitter::{Beside, Equipment, TransmitterOptions};
