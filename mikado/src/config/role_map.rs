//! The role map of a piece of equipment: which of its objects plays which role.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use domain::Quantity;
use hardware::contacts::Pulse;
use hardware::transmitter::{BadMap, Flag, Object, Pair, Point, Role, RoleMap, SetValue, Write};

use super::file::{self, Text, Transmitter};
use super::read::Reader;
use super::transmitter::ReachConfig;
use super::units;
use crate::speech::Said;

/// Longer than a restart and its reading back take: the exciter in use is first switched on again.
const CHANGE_AFTER_USUAL: Duration = Duration::from_mins(2);
const CHANGE_AFTER: RangeInclusive<Duration> = Duration::from_secs(20)..=Duration::from_hours(1);
const EXERCISE_USUAL: Duration = Duration::from_mins(10);
const EXERCISE: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(12);

impl Reader<'_> {
    /// The map, or `None` (with complaints) when a part of it cannot be used.
    pub(super) fn map(
        &mut self,
        written: &Transmitter,
        reach: Option<&ReachConfig>,
        at: &Range<usize>,
    ) -> Option<RoleMap> {
        let roles = [
            (Quantity::RfOn, &written.rf_on),
            (Quantity::ForwardPower, &written.forward_power_w),
            (Quantity::ReflectedPower, &written.reflected_power_w),
            (Quantity::Frequency, &written.frequency_khz),
            (Quantity::PaTemperature, &written.pa_temperature_c),
            (Quantity::Exciter, &written.exciter),
            (Quantity::Mains, &written.mains),
            (Quantity::Battery, &written.battery_v),
            (Quantity::Generator, &written.generator),
            (Quantity::Fuel, &written.fuel_percent),
            (Quantity::RoomTemperature, &written.room_temperature_c),
        ];
        let before = self.complaints.len();
        let roles: Vec<Role> = roles.into_iter().filter_map(|(q, w)| self.role(q, w.as_ref()?, reach)).collect();
        let flags = written.alarm.iter().filter_map(|a| self.flag(a, reach)).collect();
        let restart = written.restart.as_ref().and_then(|w| self.write(w, reach));
        if self.complaints.len() > before {
            return None;
        }
        let pair = match &written.changeover {
            Some(changeover) => Some(self.pair(changeover, reach)?),
            None => None,
        };
        let carrier = match &written.carrier {
            Some(carrier) => Some(self.carrier(carrier, reach)?),
            None => None,
        };
        let paired = |map: RoleMap| match pair {
            Some(pair) => map.with_pair(pair),
            None => Ok(map),
        };
        let switched = |map: RoleMap| match carrier {
            Some([off, on]) => map.with_carrier(off, on),
            None => Ok(map),
        };
        let map = RoleMap::new(roles, flags, restart).and_then(paired).and_then(switched);
        match map {
            Ok(map) => Some(map),
            Err(why) => {
                let said = bad_map(why);
                self.complain(at, said.fr, said.en);
                None
            }
        }
    }

    /// What switches the carrier off and on by a person's word; `None` (with a complaint) when one of them does not do.
    fn carrier(&mut self, written: &file::Carrier, reach: Option<&ReachConfig>) -> Option<[Option<Write>; 2]> {
        let mut one = |written: Option<&file::Write>| match written {
            Some(write) => self.write(write, reach).map(Some),
            None => Some(None),
        };
        let (off, on) = (one(written.off.as_ref()), one(written.on.as_ref()));
        Some([off?, on?])
    }

    fn pair(&mut self, written: &file::Changeover, reach: Option<&ReachConfig>) -> Option<Pair> {
        let to_main = self.write(&written.to_main, reach);
        let to_standby = self.write(&written.to_standby, reach);
        let after = self.value(written.after.as_ref(), CHANGE_AFTER_USUAL, |t| between(t, &CHANGE_AFTER));
        let exercise = self.value(written.exercise_length.as_ref(), EXERCISE_USUAL, |t| between(t, &EXERCISE));
        Some(Pair { reads: [written.main, written.standby], orders: [to_main?, to_standby?], after, exercise })
    }

    fn role(&mut self, quantity: Quantity, written: &file::Point, reach: Option<&ReachConfig>) -> Option<Role> {
        let object = self.object([&written.oid, &written.register, &written.contact], reach)?;
        let usual = 1.0;
        let point = Point { object, scale: written.scale.unwrap_or(usual), on: written.on.unwrap_or(usual) };
        Some(Role { quantity, point, least: written.min, most: written.max })
    }

    fn flag(&mut self, written: &file::Flag, reach: Option<&ReachConfig>) -> Option<Flag> {
        let object = self.object([&written.oid, &written.register, &written.contact], reach)?;
        let fr = written.fr.get_ref().clone();
        let en = written.en.as_ref().map_or_else(|| fr.clone(), |t| t.get_ref().clone());
        let forbids_restart = written.forbids_restart.unwrap_or(false);
        Some(Flag { object, when: written.when.unwrap_or(1.0), fr, en, forbids_restart })
    }

    pub(super) fn write(&mut self, written: &file::Write, reach: Option<&ReachConfig>) -> Option<Write> {
        let object = self.object([&written.oid, &written.register, &written.contact], reach)?;
        let text = written.value.as_ref().map(|v| v.get_ref().as_str());
        let kind = written.kind.as_ref().map(|k| k.get_ref().as_str());
        let pulse = match &written.pulse {
            None => Some(Pulse::USUAL),
            Some(length) => units::duration(length.get_ref()).ok().and_then(Pulse::new),
        };
        let write = match (object, text, kind) {
            (Object::Snmp(id), Some(text), kind) => set_value(text, kind).map(|value| Write::Snmp(id, value)),
            (Object::Modbus(register), Some(text), None) => {
                text.parse().ok().and_then(|v| register.order(v)).map(|written| Write::Modbus(register, written))
            }
            (Object::Contact(contact), None, None) => pulse.map(|pulse| Write::Contact(contact, pulse)),
            _ => None,
        };
        if write.is_none() {
            let at = [&written.value, &written.pulse, &written.oid, &written.register, &written.contact];
            let at = at.into_iter().flatten().next().map_or(0..0, Text::span);
            self.complain(
                &at,
                "cet ordre ne va pas : avec oid, value = \"1\" et type = \"integer\", \"unsigned\" ou \"text\" ; avec register, un nombre que coil ou holding peut prendre ; avec contact, pulse de \"50ms\" à \"5s\".",
                "this order does not do: with oid, value = \"1\" and type = \"integer\", \"unsigned\" or \"text\"; with register, a number that coil or holding can hold; with contact, pulse of \"50ms\" to \"5s\".",
            );
        }
        write
    }

    /// One of an SNMP object, a register and a contact, on a way that leads there.
    fn object(&mut self, ways: [&Option<Text>; 3], reach: Option<&ReachConfig>) -> Option<Object> {
        let at = ways.into_iter().flatten().next().map_or(0..0, Text::span);
        let one = match ways {
            [Some(oid), None, None] => self.value(Some(oid), None, |t| oid_of(t).map(Some)),
            [None, Some(register), None] => self.value(Some(register), None, |t| register_of(t).map(Some)),
            [None, None, Some(contact)] => self.value(Some(contact), None, |t| contact_of(t).map(Some)),
            _ => {
                self.complain(
                    &at,
                    "il faut soit oid (SNMP), soit register (Modbus), soit contact.",
                    "either oid (SNMP), or register (Modbus), or contact is needed.",
                );
                None
            }
        }?;
        let leads = match (reach, &one) {
            (None, _) | (_, Object::Contact(_)) => true,
            (Some(reach), Object::Snmp(_)) => matches!(reach, ReachConfig::Snmp(..)),
            (Some(reach), Object::Modbus(_)) => matches!(reach, ReachConfig::Modbus(_)),
        };
        if !leads {
            self.complain(
                &at,
                "aucune voie n'y mène : oid demande snmp, register demande modbus ou modbus_rtu.",
                "no way leads there: oid needs snmp, register needs modbus or modbus_rtu.",
            );
        }
        leads.then_some(one)
    }
}

fn between(text: &str, bounds: &RangeInclusive<Duration>) -> Result<Duration, Said> {
    let length = units::duration(text)?;
    if bounds.contains(&length) {
        return Ok(length);
    }
    let (least, most) = (bounds.start().as_secs(), bounds.end().as_secs());
    Err(Said::new(
        format!("« {text} » : de \"{least}s\" à \"{most}s\"."),
        format!("“{text}”: \"{least}s\" to \"{most}s\"."),
    ))
}

fn set_value(text: &str, kind: Option<&str>) -> Option<SetValue> {
    match kind.unwrap_or("integer") {
        "integer" => text.parse().ok().map(SetValue::Integer),
        "unsigned" => text.parse().ok().map(SetValue::Unsigned),
        "text" => Some(SetValue::Text(text.to_owned())),
        _ => None,
    }
}

fn oid_of(text: &str) -> Result<Object, Said> {
    text.parse().map(Object::Snmp).map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas un objet SNMP : des nombres et des points, comme \"1.3.6.1.4.1.28142.1\", pris dans la notice de l'émetteur."),
            format!("“{text}” is not an SNMP object: numbers and dots, such as \"1.3.6.1.4.1.28142.1\", taken from the transmitter's manual."),
        )
    })
}

fn register_of(text: &str) -> Result<Object, Said> {
    text.parse().map(Object::Modbus).map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas un registre Modbus : \"holding 10 f32 low-first unit 2\", \"input 3\", \"coil 5\", \"discrete 7\", adresses de la notice moins un."),
            format!("“{text}” is not a register of Modbus: \"holding 10 f32 low-first unit 2\", \"input 3\", \"coil 5\", \"discrete 7\", the manual's addresses less one."),
        )
    })
}

fn contact_of(text: &str) -> Result<Object, Said> {
    text.parse().map(Object::Contact).map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas un contact : \"gpiochip0 17\", ou \"gpiochip0 17 inverted\"."),
            format!("“{text}” is not a contact: \"gpiochip0 17\", or \"gpiochip0 17 inverted\"."),
        )
    })
}

fn bad_map(why: BadMap) -> Said {
    let fr = match why {
        BadMap::Empty => "aucun rôle : il faut au moins une lecture, par exemple rf_on.".to_owned(),
        BadMap::Blind => "restart demande rf_on : un ordre que l'on ne relit pas n'est pas un ordre.".to_owned(),
        BadMap::BlindPair => {
            "changeover demande exciter et rf_on : un ordre que l'on ne relit pas n'est pas un ordre.".to_owned()
        }
        BadMap::BlindCarrier => "carrier demande rf_on : un ordre que l'on ne relit pas n'est pas un ordre.".to_owned(),
        BadMap::Alike => "main et standby se lisent pareil : exciter doit dire lequel est en service.".to_owned(),
        BadMap::Twice(quantity) => format!("{} est écrit deux fois.", quantity.key()),
        BadMap::Flags => format!("plus de {} alarmes.", RoleMap::FLAGS_MAX),
        BadMap::Scale => "scale est un nombre autre que 0.".to_owned(),
    };
    Said::new(fr, format!("{why}."))
}
