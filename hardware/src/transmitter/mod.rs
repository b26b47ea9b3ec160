//! The transmitter and what stands beside it, read and ordered through a role map: the config says which object of the
//! equipment plays which role, because no two makers agree and none of their tables is public.
//!
//! [`EquipmentLink`] touches the network, the serial line and the contacts, and has deadlines; [`Watch`] decides what a
//! reading means and is told the time, and what a person may order; [`Bell`] hears traps.

mod bell;
mod changeover;
mod link;
mod map;
mod modbus;
mod object;
mod ration;
mod sentences;
mod snmp;
mod watch;

pub use bell::Bell;
pub use changeover::{Pair, Unit, Why};
pub use link::{EquipmentLink, LinkError, Reach};
pub use map::{BadMap, Flag, Point, Role, RoleMap};
pub use modbus::{BadRegister, Framing, ModbusAddress, ModbusLink, Number, NumberKind, Place, Register, Written};
pub use object::{BadObjectId, Object, ObjectId, SetValue, Write};
pub use ration::{CHANGES_PER_HOUR_MAX, RESTARTS_PER_HOUR_MAX, Ration};
pub use snmp::{AuthProtocol, Cipher, Privacy, Secret, SnmpAccess, SnmpLink};
pub use watch::{Around, Limits, Order, Past, Refusal, Turn, Watch, Whose, Wish};
