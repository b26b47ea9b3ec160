//! Which object of the equipment plays which role.

use domain::Quantity;

use super::changeover::Pair;
use super::object::{Object, Write};
use super::watch::Wish;

/// One object to read and how its number becomes the quantity's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What to ask for.
    pub object: Object,
    /// What its number is multiplied with; finite and not 0.
    pub scale: f64,
    /// For a switch: the number that means on; any other means off.
    pub on: f64,
}

/// A quantity and where it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// What is read.
    pub quantity: Quantity,
    /// Where.
    pub point: Point,
    /// Below this somebody is told, in the quantity's unit.
    pub least: Option<f64>,
    /// Above this somebody is told.
    pub most: Option<f64>,
}

impl Role {
    /// The quantity's value when the object says `raw`.
    pub(super) fn value(&self, raw: f64) -> f64 {
        if self.quantity.is_switch() {
            f64::from(u8::from((raw - self.point.on).abs() < 0.5))
        } else {
            raw * self.point.scale
        }
    }
}

/// A condition of the equipment itself, with the sentence that people read.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// What to ask for.
    pub object: Object,
    /// The number that means that the condition is there.
    pub when: f64,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
    /// Whether the carrier must not be switched on again while it lasts.
    pub forbids_restart: bool,
}

/// The whole map of one piece of equipment.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleMap {
    roles: Vec<Role>,
    flags: Vec<Flag>,
    restart: Option<Write>,
    pair: Option<Pair>,
    /// What a person's word writes to switch the carrier off, and on.
    carrier: [Option<Write>; 2],
}

/// The roles do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMap {
    /// There is nothing to read.
    #[error("nothing is mapped")]
    Empty,
    /// A quantity has two objects.
    #[error("{} is mapped twice", .0.key())]
    Twice(Quantity),
    /// The order to switch on could not be checked.
    #[error("restart needs rf_on: an order without a reading back cannot be checked")]
    Blind,
    /// The orders to change between two exciters could not be checked.
    #[error("changeover needs exciter and rf_on: an order without a reading back cannot be checked")]
    BlindPair,
    /// The orders of a person to switch the carrier could not be checked.
    #[error("carrier needs rf_on: an order without a reading back cannot be checked")]
    BlindCarrier,
    /// Both exciters read alike.
    #[error("main and standby read the same")]
    Alike,
    /// More flags than [`RoleMap::FLAGS_MAX`].
    #[error("more than {} alarms", RoleMap::FLAGS_MAX)]
    Flags,
    /// A scale is no number, or 0.
    #[error("a scale is a number other than 0")]
    Scale,
}

impl RoleMap {
    /// The alarms of a transmitter that somebody would act on.
    pub const FLAGS_MAX: usize = 16;

    /// A map with at least one role or flag, every quantity at most once, and no order without its reading back.
    pub fn new(roles: Vec<Role>, flags: Vec<Flag>, restart: Option<Write>) -> Result<Self, BadMap> {
        if roles.is_empty() && flags.is_empty() {
            return Err(BadMap::Empty);
        }
        for (n, role) in roles.iter().enumerate() {
            if roles[..n].iter().any(|r| r.quantity == role.quantity) || role.quantity == Quantity::Vswr {
                return Err(BadMap::Twice(role.quantity));
            }
            if !role.point.scale.is_normal() {
                return Err(BadMap::Scale);
            }
        }
        if restart.is_some() && roles.iter().all(|r| r.quantity != Quantity::RfOn) {
            return Err(BadMap::Blind);
        }
        if flags.len() > Self::FLAGS_MAX {
            return Err(BadMap::Flags);
        }
        Ok(Self { roles, flags, restart, pair: None, carrier: [None, None] })
    }

    /// The same with a pair of exciters, which are changed over when the one in use is dead.
    ///
    /// # Errors
    /// When nobody could read back which is in use, or whether it carries.
    pub fn with_pair(self, pair: Pair) -> Result<Self, BadMap> {
        let reads = |quantity| self.roles.iter().any(|r| r.quantity == quantity);
        if !reads(Quantity::Exciter) || !reads(Quantity::RfOn) {
            return Err(BadMap::BlindPair);
        }
        pair.check()?;
        Ok(Self { pair: Some(pair), ..self })
    }

    /// The same with what a person's word writes to switch the carrier off, and on; without the latter it is the restart.
    ///
    /// # Errors
    /// When nobody could read back whether it carries.
    pub fn with_carrier(self, off: Option<Write>, on: Option<Write>) -> Result<Self, BadMap> {
        if self.roles.iter().all(|r| r.quantity != Quantity::RfOn) {
            return Err(BadMap::BlindCarrier);
        }
        Ok(Self { carrier: [off, on], ..self })
    }

    /// What a person's word writes to switch the carrier; `None` when nobody may.
    pub fn carrier(&self, on: bool) -> Option<&Write> {
        let [off, written] = &self.carrier;
        if on { written.as_ref().or(self.restart.as_ref()) } else { off.as_ref() }
    }

    /// Whether a person may order this.
    pub fn offers(&self, wish: Wish) -> bool {
        match wish {
            Wish::CarrierOff => self.carrier(false).is_some(),
            Wish::CarrierOn => self.carrier(true).is_some(),
            Wish::Exciter(_) => self.pair.is_some(),
        }
    }

    /// What is read.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The equipment's own conditions.
    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    /// How the carrier is switched on again; `None` when nobody may.
    pub const fn restart(&self) -> Option<&Write> {
        self.restart.as_ref()
    }

    /// Its two exciters; `None` when there is one, or when nobody may change them over.
    pub const fn pair(&self) -> Option<&Pair> {
        self.pair.as_ref()
    }

    /// All objects to read: those of the roles, then those of the flags.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.roles.iter().map(|r| &r.point.object).chain(self.flags.iter().map(|f| &f.object))
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::SetValue;
    use super::*;

    fn role(quantity: Quantity) -> Role {
        let object = Object::Snmp("1.3.6.1.4.1.8072.9999.9999.1".parse().unwrap());
        Role { quantity, point: Point { object, scale: 0.1, on: 1.0 }, least: None, most: None }
    }

    #[test]
    fn an_order_that_cannot_be_read_back_is_no_map() {
        let restart = || Some(Write::Snmp("1.3.6.1.9".parse().unwrap(), SetValue::Integer(1)));
        let map = |roles: Vec<Role>, restart| RoleMap::new(roles, Vec::new(), restart);
        assert_eq!(map(vec![role(Quantity::ForwardPower)], restart()), Err(BadMap::Blind));
        assert_eq!(map(Vec::new(), None), Err(BadMap::Empty));
        let twice = vec![role(Quantity::Fuel), role(Quantity::Fuel)];
        assert_eq!(map(twice, None), Err(BadMap::Twice(Quantity::Fuel)));
        assert!(map(vec![role(Quantity::RfOn)], restart()).is_ok());
    }

    #[test]
    fn a_scale_brings_the_unit_and_a_switch_is_on_or_off() {
        assert!((role(Quantity::ForwardPower).value(4805.0) - 480.5).abs() < 1e-9);
        assert!((role(Quantity::RfOn).value(1.0) - 1.0).abs() < 1e-9);
        assert!(role(Quantity::RfOn).value(2.0).abs() < 1e-9);
    }
}
