//! The transmitter and what stands beside it, read and ordered through a role map: the config says which object of the
//! equipment plays which role, because no two makers agree and none of their tables is public.
//!
//! [`SnmpLink`] touches the network and has deadlines; [`Watch`] decides what a reading means and is told the time;
//! [`Bell`] hears traps.

mod bell;
mod map;
mod restarts;
mod sentences;
mod snmp;
mod watch;

pub use bell::Bell;
pub use map::{BadMap, Flag, ObjectId, Point, Role, RoleMap, SetValue, Write};
pub use restarts::{RESTARTS_PER_HOUR_MAX, Restarts};
pub use snmp::{AuthProtocol, Cipher, LinkError, Privacy, Secret, SnmpAccess, SnmpLink};
pub use watch::{Limits, Order, Turn, Watch};
