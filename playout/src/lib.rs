//! What is heard: the conductor that turns a plan into cues, the decks that read ahead, the mixer that renders, the
//! journal that says what was consumed.
//!
//! The real-time line is the folder [`realtime`]: what lies there never allocates, waits or fails while it renders.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod aircheck;
mod board;
mod chained;
mod conductor;
pub mod deck;
pub mod engine;
mod error;
pub mod journal;
mod ledger;
pub mod live;
pub mod outputs;
pub mod planfile;
pub mod realtime;
pub mod render;
#[cfg(test)]
mod testing;
pub mod timeline;
pub mod watch;
pub mod witness;

pub use error::{Error, Result};
