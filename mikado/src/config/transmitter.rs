//! `[site.transmitter]` and `[site.power]`: how equipment is reached, by whom and how often, and what makes the site shed load.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use domain::Quantity;
use hardware::encoder::{LineAddress, Parity};
use hardware::power::ShedLimit;
use hardware::transmitter::{AuthProtocol, Cipher, Framing, Limits, ModbusAddress, RoleMap, Whose};
use scheduler::Cron;

use super::Password;
use super::file::{Shed, Text, Transmitter};
use super::rds_encoder::BAUDS;
use super::read::{Reader, address};
use super::units;
use crate::speech::Said;

/// Often enough to tell of a fault within half a minute, seldom enough for the slowest agent.
const EVERY_USUAL: Duration = Duration::from_secs(5);
const EVERY: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10);
/// What most transmitters begin to reduce their power at.
const VSWR_MAX_USUAL: f64 = 2.0;
/// Modbus over Serial Line, 2.5.1: 19 200 when nothing else was agreed.
const MODBUS_BAUD_USUAL: u32 = 19_200;

/// A transmitter of this machine, or what feeds its site.
#[derive(Clone, Debug)]
pub struct TransmitterConfig {
    /// How it is reached.
    pub reach: ReachConfig,
    /// How often.
    pub every: Duration,
    /// Where its traps arrive; `None` when it sends none.
    pub traps: Option<SocketAddr>,
    /// Its role map.
    pub map: RoleMap,
    /// What is told to people beyond the roles' own limits.
    pub limits: Limits,
    /// When the standby exciter is exercised; `None`: never by itself.
    pub exercise: Option<Cron>,
    /// What makes the site shed load; empty: nothing does.
    pub shed: Vec<ShedLimit>,
}

/// How equipment is reached; passwords may lie in files of their own.
#[derive(Clone, Debug)]
pub enum ReachConfig {
    /// By SNMP: where, and who asks.
    Snmp(SocketAddr, AccessConfig),
    /// By Modbus.
    Modbus(ModbusAddress),
    /// By contacts of this machine alone.
    Contacts,
}

/// Who asks by SNMP; passwords may lie in files of their own.
#[derive(Clone, Debug)]
pub enum AccessConfig {
    /// Version 1.
    V1(Password),
    /// Version 2c.
    V2c(Password),
    /// Version 3.
    V3 {
        /// The user.
        user: String,
        /// How messages are signed, and the password for it.
        auth: (AuthProtocol, Password),
        /// What hides them.
        privacy: Option<(Cipher, Password)>,
    },
}

impl Reader<'_> {
    /// What feeds the site, or `None` (with a complaint) when it cannot be asked. It has no carrier.
    pub(super) fn power(&mut self, written: &Transmitter) -> Option<TransmitterConfig> {
        let carrier = [&written.rf_on, &written.forward_power_w, &written.reflected_power_w, &written.frequency_khz];
        let orders = written.restart.is_some() || written.changeover.is_some() || written.carrier.is_some();
        if orders || carrier.into_iter().chain([&written.exciter, &written.pa_temperature_c]).any(Option::is_some) {
            self.complain(
                &place(written),
                "[site.power] a mains, battery_v, generator, fuel_percent, room_temperature_c et ses alarmes ; le reste est à [site.transmitter].",
                "[site.power] has mains, battery_v, generator, fuel_percent, room_temperature_c and its alarms; the rest belongs to [site.transmitter].",
            );
        }
        self.equipment(written, Whose::Power)
    }

    /// A transmitter, or `None` (with a complaint) when it cannot be asked.
    pub(super) fn transmitter(&mut self, written: &Transmitter) -> Option<TransmitterConfig> {
        if written.shed.is_some() {
            self.complain(&place(written), "shed est à [site.power].", "shed belongs to [site.power].");
        }
        self.equipment(written, Whose::Transmitter)
    }

    fn equipment(&mut self, written: &Transmitter, whose: Whose) -> Option<TransmitterConfig> {
        let at = place(written);
        let reach = self.reach(written, &at);
        let every = self.value(written.every.as_ref(), EVERY_USUAL, every);
        let traps = self.value(written.traps.as_ref(), None, |t| address(t).map(Some));
        if traps.is_some() && written.snmp.is_none() {
            self.complain(&at, "traps n'existe qu'avec snmp.", "traps goes with snmp alone.");
        }
        let map = self.map(written, reach.as_ref(), &at);
        let vswr_max = written.vswr_max.as_ref().map_or(VSWR_MAX_USUAL, |v| *v.get_ref());
        if !(1.0..=100.0).contains(&vswr_max) {
            let at = written.vswr_max.as_ref().map_or(0..0, toml::Spanned::span);
            self.complain(&at, "vswr_max va de 1.0 à 100.0.", "vswr_max takes 1.0 to 100.0.");
        }
        let exercise = written.changeover.as_ref().and_then(|c| c.exercise.as_ref());
        let exercise = self.value(exercise, None, |t| units::daily_cron(t).map(Some));
        let limits = Limits { whose, vswr_max };
        let shed = written.shed.as_ref().map_or_else(Vec::new, |shed| self.shed(shed, map.as_ref()));
        Some(TransmitterConfig { reach: reach?, every, traps, map: map?, limits, exercise, shed })
    }

    fn shed(&mut self, written: &Shed, map: Option<&RoleMap>) -> Vec<ShedLimit> {
        let limits = [
            (Quantity::Battery, &written.battery_v),
            (Quantity::Fuel, &written.fuel_percent),
            (Quantity::RoomTemperature, &written.room_temperature_c),
        ];
        let mut read = Vec::new();
        for (quantity, written) in limits.into_iter().filter_map(|(q, w)| Some((q, w.as_ref()?))) {
            let [first, second] = *written.get_ref();
            let limit = ShedLimit::new(quantity, first, second);
            if limit.is_none() || map.is_some_and(|m| m.roles().iter().all(|r| r.quantity != quantity)) {
                let key = quantity.key();
                self.complain(
                    &written.span(),
                    format!(
                        "{key} demande deux limites, la seconde plus grave que la première, et un rôle {key} à lire."
                    ),
                    format!("{key} needs two limits, the second graver than the first, and a role {key} to read."),
                );
            }
            read.extend(limit);
        }
        read
    }

    fn reach(&mut self, written: &Transmitter, at: &Range<usize>) -> Option<ReachConfig> {
        let over_tcp = |framing| move |to| ReachConfig::Modbus(ModbusAddress { line: LineAddress::Tcp(to), framing });
        match (&written.snmp, &written.modbus, &written.modbus_rtu) {
            (Some(snmp), None, None) => {
                let to: Option<SocketAddr> = self.value(Some(snmp), None, |t| address(t).map(Some));
                let access = self.access(written, at);
                Some(ReachConfig::Snmp(to?, access?))
            }
            (None, Some(to), None) => self.value(Some(to), None, |t| address(t).map(over_tcp(Framing::Tcp)).map(Some)),
            (None, None, Some(to)) if to.get_ref().starts_with('/') => {
                let baud = self.number(written.baud.as_ref(), MODBUS_BAUD_USUAL, |b| BAUDS.contains(b), "baud");
                // Modbus over Serial Line, 2.5.1: even is what a unit has when nobody has set anything.
                let parity = self.value(written.parity.as_ref(), Parity::Even, parity);
                let line = LineAddress::Serial { path: to.get_ref().into(), baud, parity };
                Some(ReachConfig::Modbus(ModbusAddress { line, framing: Framing::Rtu }))
            }
            (None, None, Some(to)) => self.value(Some(to), None, |t| address(t).map(over_tcp(Framing::Rtu)).map(Some)),
            (None, None, None) => Some(ReachConfig::Contacts),
            _ => {
                self.complain(
                    at,
                    "une seule voie : soit snmp, soit modbus, soit modbus_rtu.",
                    "one way alone: either snmp, or modbus, or modbus_rtu.",
                );
                None
            }
        }
    }

    fn access(&mut self, written: &Transmitter, at: &Range<usize>) -> Option<AccessConfig> {
        let version = written.version.as_ref().map_or("2c", |v| v.get_ref().as_str());
        match version {
            "1" | "2c" => {
                let community = match (&written.community, &written.community_file) {
                    (Some(given), None) => Password::Given(given.get_ref().clone()),
                    (None, Some(file)) => Password::InFile(self.path(Some(file), "")),
                    _ => {
                        self.complain(
                            at,
                            "SNMP 1 et 2c demandent soit community, soit community_file.",
                            "SNMP 1 and 2c need either community or community_file.",
                        );
                        return None;
                    }
                };
                Some(if version == "1" { AccessConfig::V1(community) } else { AccessConfig::V2c(community) })
            }
            "3" => self.access_v3(written, at),
            _ => {
                let at = written.version.as_ref().map_or_else(|| at.clone(), Text::span);
                self.complain(
                    &at,
                    format!("« {version} » n'est pas une version de SNMP : \"1\", \"2c\" ou \"3\"."),
                    format!("“{version}” is not a version of SNMP: \"1\", \"2c\" or \"3\"."),
                );
                None
            }
        }
    }

    fn access_v3(&mut self, written: &Transmitter, at: &Range<usize>) -> Option<AccessConfig> {
        let (Some(user), Some(password)) = (&written.user, &written.auth_password_file) else {
            self.complain(
                at,
                "SNMP 3 demande user et auth_password_file ; pour chiffrer, aussi privacy_password_file.",
                "SNMP 3 needs user and auth_password_file; to encrypt, also privacy_password_file.",
            );
            return None;
        };
        let auth = self.value(written.auth.as_ref(), AuthProtocol::Sha1, auth_protocol);
        let cipher = self.value(written.privacy.as_ref(), Cipher::Aes128, cipher);
        if written.privacy.is_some() && written.privacy_password_file.is_none() {
            let at = written.privacy.as_ref().map_or(0..0, Text::span);
            self.complain(&at, "privacy demande privacy_password_file.", "privacy needs privacy_password_file.");
        }
        let privacy =
            written.privacy_password_file.as_ref().map(|f| (cipher, Password::InFile(self.path(Some(f), ""))));
        let auth = (auth, Password::InFile(self.path(Some(password), "")));
        Some(AccessConfig::V3 { user: user.get_ref().clone(), auth, privacy })
    }
}

/// Where people look when the way itself is wrong.
fn place(written: &Transmitter) -> Range<usize> {
    let ways = [&written.snmp, &written.modbus, &written.modbus_rtu, &written.every];
    let roles = [&written.rf_on, &written.forward_power_w, &written.mains, &written.battery_v, &written.exciter];
    let points = roles.into_iter().flatten().flat_map(|p| [&p.contact, &p.register, &p.oid]);
    ways.into_iter().chain(points).flatten().next().map_or(0..0, Text::span)
}

fn every(text: &str) -> Result<Duration, Said> {
    let every = units::duration(text)?;
    if EVERY.contains(&every) {
        return Ok(every);
    }
    Err(Said::new(
        format!("« {text} » : un émetteur se lit toutes les \"1s\" à \"10s\"."),
        format!("“{text}”: a transmitter is read every \"1s\" to \"10s\"."),
    ))
}

fn auth_protocol(text: &str) -> Result<AuthProtocol, Said> {
    match text {
        "MD5" => Ok(AuthProtocol::Md5),
        "SHA" => Ok(AuthProtocol::Sha1),
        "SHA-256" => Ok(AuthProtocol::Sha256),
        "SHA-512" => Ok(AuthProtocol::Sha512),
        _ => Err(Said::new(
            format!("« {text} » n'est pas une signature : \"SHA\", \"SHA-256\", \"SHA-512\" ou \"MD5\"."),
            format!("“{text}” is not a signature: \"SHA\", \"SHA-256\", \"SHA-512\" or \"MD5\"."),
        )),
    }
}

fn cipher(text: &str) -> Result<Cipher, Said> {
    match text {
        "AES" => Ok(Cipher::Aes128),
        "AES-256" => Ok(Cipher::Aes256),
        "DES" => Ok(Cipher::Des),
        _ => Err(Said::new(
            format!("« {text} » n'est pas un chiffre : \"AES\", \"AES-256\" ou \"DES\"."),
            format!("“{text}” is not a cipher: \"AES\", \"AES-256\" or \"DES\"."),
        )),
    }
}

fn parity(text: &str) -> Result<Parity, Said> {
    match text {
        "none" => Ok(Parity::None),
        "even" => Ok(Parity::Even),
        "odd" => Ok(Parity::Odd),
        _ => Err(Said::new(
            format!("« {text} » n'est pas une parité : \"even\", \"odd\" ou \"none\"."),
            format!("“{text}” is not a parity: \"even\", \"odd\" or \"none\"."),
        )),
    }
}
