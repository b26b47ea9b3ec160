//! What of the equipment is read and written, by the way that leads to it.

use std::fmt;
use std::str::FromStr;

use snmp2::Oid;

use super::modbus::{Register, Written};
use crate::contacts::{Contact, Pulse};

/// Something of the equipment that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// An object of its SNMP agent.
    Snmp(ObjectId),
    /// A register, input or coil of Modbus.
    Modbus(Register),
    /// A dry contact at this machine: 1 is closed, 0 is open.
    Contact(Contact),
}

/// Something to write, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// An object of its SNMP agent.
    Snmp(ObjectId, SetValue),
    /// A register or coil of Modbus, with its bits.
    Modbus(Register, Written),
    /// A contact that is closed for a moment.
    Contact(Contact, Pulse),
}

/// What is written by SNMP, with its type on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetValue {
    /// INTEGER.
    Integer(i64),
    /// Unsigned32, also called Gauge32.
    Unsigned(u32),
    /// OCTET STRING.
    Text(String),
}

/// The name of an SNMP object, such as `1.3.6.1.2.1.1.3.0`.
#[derive(Clone, PartialEq, Eq)]
pub struct ObjectId(Oid<'static>);

/// The text is no name of an SNMP object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an SNMP object: numbers with dots between, beginning with 1.3")]
pub struct BadObjectId;

impl ObjectId {
    /// RFC 2578, 3.5: at most 128 numbers.
    const NUMBERS_MAX: usize = 128;

    pub(super) const fn oid(&self) -> &Oid<'static> {
        &self.0
    }
}

impl FromStr for ObjectId {
    type Err = BadObjectId;

    fn from_str(text: &str) -> Result<Self, BadObjectId> {
        let numbers: Result<Vec<u32>, _> = text.trim_start_matches('.').split('.').map(str::parse).collect();
        let numbers = numbers.map_err(|_| BadObjectId)?;
        if numbers.len() < 3 || numbers.len() > Self::NUMBERS_MAX || numbers[..2] != [1, 3] {
            return Err(BadObjectId);
        }
        let numbers: Vec<u64> = numbers.into_iter().map(u64::from).collect();
        Oid::from(&numbers).map(Self).map_err(|_| BadObjectId)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_none_is_refused() {
        for good in ["1.3.6.1.2.1.1.3.0", ".1.3.6.1.4.1.28142.1"] {
            assert_eq!(good.parse::<ObjectId>().unwrap().to_string(), good.trim_start_matches('.'));
        }
        for bad in ["", "1.3", "1.3.6.x", "2.5.4", "1.3.6..1", "1.3.6.99999999999", "sysUpTime.0", "1.3.-6"] {
            assert!(bad.parse::<ObjectId>().is_err(), "{bad}");
        }
        let long = format!("1.3{}", ".1".repeat(200));
        assert!(long.parse::<ObjectId>().is_err());
    }
}
