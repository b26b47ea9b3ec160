//! A GSM modem at a serial line, which takes short messages of 160 characters.
//!
//! [`GsmText`] is what a message can hold, [`submission`] how it is handed over, [`Modem`] the talk with its deadlines.

mod alphabet;
mod link;
mod submission;

pub use alphabet::{GsmText, SMS_CHARS_MAX};
pub use link::{Modem, ModemError, ModemState};
pub use submission::{BadNumber, Number, submission};
