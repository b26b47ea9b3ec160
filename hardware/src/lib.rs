//! What carries the sound and what is said beside it: the sound card, the metronome that stands in for it, the stereo
//! multiplex and RDS of a transmitter, encoders of RDS, the transmitter itself, dry contacts, mains and battery, a GSM
//! modem, the time, the machine's watchdog.
//!
//! This room knows nothing of playout: a card takes its sound from a closure.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod contacts;
pub mod encoder;
mod line;
pub mod metronome;
pub mod modem;
pub mod mpx;
pub mod power;
pub mod priority;
pub mod rds;
pub mod soundcard;
pub mod time_source;
pub mod transmitter;
pub mod watchdog;

pub use metronome::{Metronome, Tick};
pub use soundcard::{Card, CardError, CardHealth, CardInfo, CardInput, CardName, Carries};
