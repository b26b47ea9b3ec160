//! Somebody live: their sound evened out and brought to the output's pace, and the decision who has the air.
//!
//! No sockets and no decoders in here. The shell decodes what a guest sends and gives it to a [`Buffer`], puts what that
//! gives into the ring of the real-time line, and says at the [`LiveDesk`] how it goes; the engine reads that on every turn
//! and opens or closes the gate in the mixer.

mod arrivals;
mod buffer;
mod desk;
mod hearing;
mod seat;
mod sentences;
mod stretch;
mod takeover;

pub use arrivals::{Arrivals, Bits, Counts, Linear};
pub use buffer::{Buffer, DEPTH, WAITING_MAX};
pub use desk::{Guest, LiveDesk, Report};
pub use hearing::{Fault, Hearing};
pub(crate) use seat::Seat;
pub use takeover::{End, FLAPPING_MIN, HOLD_MAX, LOSSES_MAX, STABLE_MIN, Standing, Takeover};
