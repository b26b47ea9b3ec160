//! What the tests of the whole product share: the repository as text, and a running station with foreign ears.
//!
//! Nothing depends on this crate. A test's claim is its name; what is not true stops with a sentence that says what was
//! expected, so unwrapping is the custom here.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]
#![expect(clippy::missing_panics_doc, reason = "every function here panics when what it looks at is not as claimed")]

pub mod browser;
pub mod claims;
pub mod foreign;
pub mod icecast;
pub mod listener;
pub mod markers;
pub mod processes;
pub mod repository;
pub mod sound;
pub mod station;
pub mod studio;
