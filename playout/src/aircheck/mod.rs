//! The air check (*pige*): what really went out, kept hour by hour, found again by the wall clock to the frame.
//!
//! ```text
//! aircheck/2026-11-24T08.opus      Ogg/Opus, one page each half second; -02, -03 … when the hour was begun again
//! aircheck/2026-11-24T08.index     one line of JSON per fact: where a page begins and what the wall showed there; gaps
//! aircheck/chain.jsonl             a chained line per finished piece: BLAKE3 of sound and index; a line when it was let go
//! ```
//! A piece is written once, front to back, and never opened for writing again: after a kill the next boot seals it as it
//! lies and begins another. Frames of a piece are counted from its first one, so that a line of the index, the frame in
//! the file and the position on the output say the same.

mod chain;
mod clip;
mod encoder;
mod index;
mod name;
mod pages;
mod recorder;
mod retention;
mod search;
mod verify;

pub use chain::GoneBecause;
pub use clip::{Clip, clip};
pub use name::PieceName;
pub use recorder::{AirCheckOptions, ClockReading, Recorder};
pub use retention::{Keeping, Space};
pub use search::{Archive, Piece, Stretch};
pub use verify::verify;

#[cfg(test)]
mod tests;
