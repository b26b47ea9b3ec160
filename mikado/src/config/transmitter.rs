//! `[site.transmitter]`: which object of the transmitter plays which role, and who asks it.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use domain::Quantity;
use hardware::transmitter::{
    AuthProtocol, BadMap, Cipher, Flag, Limits, ObjectId, Point, Role, RoleMap, SetValue, Write,
};

use super::Password;
use super::file::{self, Text, Transmitter};
use super::read::{Reader, address};
use super::units;
use crate::speech::Said;

/// Often enough to tell of a fault within half a minute, seldom enough for the slowest agent.
const EVERY_USUAL: Duration = Duration::from_secs(5);
const EVERY: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(10);
/// What most transmitters begin to reduce their power at.
const VSWR_MAX_USUAL: f64 = 2.0;

/// A transmitter of this machine.
#[derive(Clone, Debug)]
pub struct TransmitterConfig {
    /// Where it is asked.
    pub to: SocketAddr,
    /// Who asks, and how.
    pub access: AccessConfig,
    /// How often.
    pub every: Duration,
    /// Where its traps arrive; `None` when it sends none.
    pub traps: Option<SocketAddr>,
    /// Its role map.
    pub map: RoleMap,
    /// What is told to people beyond the roles' own limits.
    pub limits: Limits,
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
    /// A transmitter, or `None` (with a complaint) when it cannot be asked.
    pub(super) fn transmitter(&mut self, written: &Transmitter) -> Option<TransmitterConfig> {
        let to = self.value(Some(&written.snmp), None, |t| address(t).map(Some));
        let access = self.access(written);
        let every = self.value(written.every.as_ref(), EVERY_USUAL, every);
        let traps = self.value(written.traps.as_ref(), None, |t| address(t).map(Some));
        let map = self.map(written);
        let vswr_max = written.vswr_max.as_ref().map_or(VSWR_MAX_USUAL, |v| *v.get_ref());
        if !(1.0..=100.0).contains(&vswr_max) {
            let at = written.vswr_max.as_ref().map_or(0..0, toml::Spanned::span);
            self.complain(&at, "vswr_max va de 1.0 à 100.0.", "vswr_max takes 1.0 to 100.0.");
        }
        Some(TransmitterConfig { to: to?, access: access?, every, traps, map: map?, limits: Limits { vswr_max } })
    }

    fn access(&mut self, written: &Transmitter) -> Option<AccessConfig> {
        let at = written.snmp.span();
        let version = written.version.as_ref().map_or("2c", |v| v.get_ref().as_str());
        match version {
            "1" | "2c" => {
                let community = match (&written.community, &written.community_file) {
                    (Some(given), None) => Password::Given(given.get_ref().clone()),
                    (None, Some(file)) => Password::InFile(self.path(Some(file), "")),
                    _ => {
                        self.complain(
                            &at,
                            "SNMP 1 et 2c demandent soit community, soit community_file.",
                            "SNMP 1 and 2c need either community or community_file.",
                        );
                        return None;
                    }
                };
                Some(if version == "1" { AccessConfig::V1(community) } else { AccessConfig::V2c(community) })
            }
            "3" => self.access_v3(written),
            _ => {
                let at = written.version.as_ref().map_or(at, Text::span);
                self.complain(
                    &at,
                    format!("« {version} » n'est pas une version de SNMP : \"1\", \"2c\" ou \"3\"."),
                    format!("“{version}” is not a version of SNMP: \"1\", \"2c\" or \"3\"."),
                );
                None
            }
        }
    }

    fn access_v3(&mut self, written: &Transmitter) -> Option<AccessConfig> {
        let (Some(user), Some(password)) = (&written.user, &written.auth_password_file) else {
            self.complain(
                &written.snmp.span(),
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

    fn map(&mut self, written: &Transmitter) -> Option<RoleMap> {
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
        let roles = roles.into_iter().filter_map(|(q, w)| self.role(q, w.as_ref()?)).collect();
        let flags = written.alarm.iter().filter_map(|a| self.flag(a)).collect();
        let restart = written.restart.as_ref().and_then(|w| self.write(w));
        match RoleMap::new(roles, flags, restart) {
            Ok(map) => Some(map),
            Err(why) => {
                let said = bad_map(why);
                self.complain(&written.snmp.span(), said.fr, said.en);
                None
            }
        }
    }

    fn role(&mut self, quantity: Quantity, written: &file::Point) -> Option<Role> {
        let object = self.object(&written.oid)?;
        let usual = 1.0;
        let point = Point { object, scale: written.scale.unwrap_or(usual), on: written.on.unwrap_or(usual) };
        Some(Role { quantity, point, least: written.min, most: written.max })
    }

    fn flag(&mut self, written: &file::Flag) -> Option<Flag> {
        let object = self.object(&written.oid)?;
        let fr = written.fr.get_ref().clone();
        let en = written.en.as_ref().map_or_else(|| fr.clone(), |t| t.get_ref().clone());
        let forbids_restart = written.forbids_restart.unwrap_or(false);
        Some(Flag { object, when: written.when.unwrap_or(1.0), fr, en, forbids_restart })
    }

    fn write(&mut self, written: &file::Write) -> Option<Write> {
        let object = self.object(&written.oid)?;
        let text = written.value.get_ref();
        let value = match written.kind.as_ref().map_or("integer", |t| t.get_ref().as_str()) {
            "integer" => text.parse().ok().map(SetValue::Integer),
            "unsigned" => text.parse().ok().map(SetValue::Unsigned),
            "text" => Some(SetValue::Text(text.clone())),
            _ => None,
        };
        if value.is_none() {
            self.complain(
                &written.value.span(),
                "value et type ne vont pas ensemble : type = \"integer\", \"unsigned\" ou \"text\", value = \"1\".",
                "value and type do not go together: type = \"integer\", \"unsigned\" or \"text\", value = \"1\".",
            );
        }
        Some(Write { object, value: value? })
    }

    fn object(&mut self, text: &Text) -> Option<ObjectId> {
        let at: Range<usize> = text.span();
        let object = text.get_ref().parse();
        if object.is_err() {
            let name = text.get_ref();
            self.complain(
                &at,
                format!("« {name} » n'est pas un objet SNMP : des nombres et des points, comme \"1.3.6.1.4.1.28142.1\", pris dans la notice de l'émetteur."),
                format!("“{name}” is not an SNMP object: numbers and dots, such as \"1.3.6.1.4.1.28142.1\", taken from the transmitter's manual."),
            );
        }
        object.ok()
    }
}

fn bad_map(why: BadMap) -> Said {
    let fr = match why {
        BadMap::Empty => "aucun rôle : il faut au moins une lecture, par exemple [site.transmitter.rf_on].".to_owned(),
        BadMap::Blind => "restart demande rf_on : un ordre que l'on ne relit pas n'est pas un ordre.".to_owned(),
        BadMap::Twice(quantity) => format!("{} est écrit deux fois.", quantity.key()),
        BadMap::Flags => format!("plus de {} alarmes.", RoleMap::FLAGS_MAX),
        BadMap::Scale => "scale est un nombre autre que 0.".to_owned(),
    };
    Said::new(fr, format!("{why}."))
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
