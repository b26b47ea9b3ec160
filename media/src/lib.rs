//! What sound is: foreign files made canonical and measured, the shelf that keeps them by hash, the catalogue that keeps
//! cards about them, and the reader that plays them back without ever sounding a damaged byte.
//!
//! A foreign file is only ever opened by [`decode`], which runs in a throw-away process ([`ingest`] starts it,
//! [`sandbox`] confines it). Everything else touches canonical files alone.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

#[cfg(test)]
extern crate self as media;

pub mod bands;
pub mod canonical;
pub mod catalogue;
pub mod check;
pub mod cues;
pub mod decode;
mod error;
pub mod fingerprint;
pub mod flac;
pub mod ingest;
pub mod measure;
pub mod peaks;
pub mod rendition;
pub mod report;
pub mod sandbox;
pub mod sentences;
pub mod shelf;
pub mod target;
pub mod terms;
mod tree;
pub mod window;
pub mod wire;

pub use error::{Error, Result};
pub use report::{Report, Source, Verdict};
pub use target::{Target, both_sides_db};
pub use terms::{SilenceRule, Terms};
