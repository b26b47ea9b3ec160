//! What carries the sound: the sound card, and the metronome that stands in for it.
//!
//! This room knows nothing of playout: a card takes its sound from a closure.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod metronome;
pub mod priority;
pub mod soundcard;

pub use metronome::{Metronome, Tick};
pub use soundcard::{Card, CardError, CardHealth, CardInfo, CardName};
