//! An RDS encoder that stands beside the transmitter, told what is on the air over a serial line or TCP.
//!
//! [`uecp`] and [`ascii`] are what goes over the line, [`Line`] is the line with its deadlines, [`Feed`] decides what is said
//! when and is told the time. Nothing here writes an encoder's permanent memory: texts that change would wear it out.

pub mod ascii;
mod display;
mod feed;
mod link;
pub mod uecp;

pub use crate::line::{Line, LineAddress, Parity};
pub use display::{Display, TA_MAX};
pub use feed::{Feed, Heard, Item};
pub use link::{Dialect, EncoderLink};
