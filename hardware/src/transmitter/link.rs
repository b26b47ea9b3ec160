//! The way to one piece of equipment, whatever it speaks.

use std::net::SocketAddr;

use super::modbus::{ModbusAddress, ModbusLink, Register};
use super::object::{Object, ObjectId, Write};
use super::snmp::{SnmpAccess, SnmpLink};
use crate::contacts::Contacts;

/// Why the equipment told nothing, by what somebody could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Nothing came back: cable, power, address.
    #[error("it does not answer")]
    Silent,
    /// It does not let us in: user, passwords, versions.
    #[error("it does not let us in")]
    Barred,
    /// What came back is no answer to what was asked.
    #[error("what it answers is no answer")]
    Nonsense,
    /// It refuses the order, with the number of RFC 3416, 3, or that of a Modbus exception.
    #[error("it refuses the order (error {0})")]
    Refused(u32),
    /// This machine has no such contact, or may not use it.
    #[error("this machine has no such contact")]
    NoContact,
}

/// How equipment is reached.
#[derive(Clone, Debug)]
pub enum Reach {
    /// By SNMP over UDP.
    Snmp(SocketAddr, SnmpAccess),
    /// By Modbus.
    Modbus(ModbusAddress),
    /// By contacts of this machine alone.
    Contacts,
}

impl Reach {
    /// Whether this way leads to such an object; contacts are at hand beside every other way.
    pub const fn leads_to(&self, object: &Object) -> bool {
        matches!(
            (self, object),
            (_, Object::Contact(_)) | (Self::Snmp(..), Object::Snmp(_)) | (Self::Modbus(_), Object::Modbus(_))
        )
    }
}

/// One piece of equipment: asked and ordered, never longer than its deadlines.
pub struct EquipmentLink {
    wire: Wire,
    contacts: Contacts,
}

enum Wire {
    Snmp(SnmpLink),
    Modbus(ModbusLink),
    None,
}

impl EquipmentLink {
    /// A link that is opened when it is first asked.
    pub fn new(reach: &Reach) -> Self {
        let wire = match reach {
            Reach::Snmp(to, access) => Wire::Snmp(SnmpLink::new(*to, access.clone())),
            Reach::Modbus(address) => Wire::Modbus(ModbusLink::new(address.clone())),
            Reach::Contacts => Wire::None,
        };
        Self { wire, contacts: Contacts::default() }
    }

    /// What the objects say, in their order; `None` for one that the equipment does not have, or to which no way leads.
    ///
    /// # Errors
    /// When nothing at all was told.
    pub fn ask(&mut self, objects: &[&Object]) -> Result<Vec<Option<f64>>, LinkError> {
        let snmp: Vec<&ObjectId> = objects.iter().filter_map(|o| snmp(o)).collect();
        let modbus: Vec<&Register> = objects.iter().filter_map(|o| modbus(o)).collect();
        let mut told = match &mut self.wire {
            Wire::Snmp(link) if !snmp.is_empty() => link.ask(&snmp)?,
            Wire::Modbus(link) if !modbus.is_empty() => link.ask(&modbus)?,
            _ => Vec::new(),
        }
        .into_iter();
        let by_snmp = matches!(self.wire, Wire::Snmp(_));
        let mut contact_failed = false;
        let answers: Vec<Option<f64>> = objects
            .iter()
            .map(|object| match object {
                Object::Snmp(_) if by_snmp => told.next().flatten(),
                Object::Modbus(_) if !by_snmp => told.next().flatten(),
                Object::Contact(contact) => {
                    let closed = self.contacts.is_closed(*contact);
                    contact_failed |= closed.is_none();
                    closed.map(|c| f64::from(u8::from(c)))
                }
                _ => None,
            })
            .collect();
        if contact_failed && answers.iter().all(Option::is_none) {
            return Err(LinkError::NoContact);
        }
        Ok(answers)
    }

    /// Writes. That it answers is no proof: read back.
    pub fn set(&mut self, write: &Write) -> Result<(), LinkError> {
        match (write, &mut self.wire) {
            (Write::Snmp(object, value), Wire::Snmp(link)) => link.set(object, value),
            (Write::Modbus(register, written), Wire::Modbus(link)) => link.set(*register, *written),
            (Write::Contact(contact, pulse), _) => {
                self.contacts.close_for(*contact, *pulse).ok_or(LinkError::NoContact)
            }
            // The config refuses such an order.
            _ => Err(LinkError::Silent),
        }
    }
}

const fn snmp(object: &Object) -> Option<&ObjectId> {
    if let Object::Snmp(id) = object { Some(id) } else { None }
}

const fn modbus(object: &Object) -> Option<&Register> {
    if let Object::Modbus(register) = object { Some(register) } else { None }
}
