//! Modbus over TCP and over a serial line (Modbus Application Protocol V1.1b3; Modbus over Serial Line V1.02).
//!
//! [`Register`] says what is meant and turns words into numbers, `frame` is what goes over the line, [`ModbusLink`] has the
//! line and its deadlines.

mod frame;
mod link;
mod register;

pub use frame::Framing;
pub use link::{ModbusAddress, ModbusLink};
pub use register::{BadRegister, Number, NumberKind, Place, Register, Written};
