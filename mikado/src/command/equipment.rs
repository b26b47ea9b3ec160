//! From the config of a site's equipment to what its thread is told, passwords read.

use std::io;

use domain::{Finding, Severity};
use hardware::transmitter::{Privacy, Reach, Secret, SnmpAccess};

use crate::config::{AccessConfig, Password, ReachConfig, TransmitterConfig};
use crate::run::air::TransmitterOptions;

/// The transmitter, or what feeds the site, with its passwords.
///
/// # Errors
/// When a file of a password cannot be read.
pub(super) fn transmitter(config: &TransmitterConfig) -> io::Result<TransmitterOptions> {
    let reach = reach(&config.reach)?;
    Ok(TransmitterOptions {
        reach,
        every: config.every,
        traps: config.traps,
        map: config.map.clone(),
        limits: config.limits,
        exercise: config.exercise.clone(),
        shed: config.shed.clone(),
    })
}

fn reach(config: &ReachConfig) -> io::Result<Reach> {
    Ok(match config {
        ReachConfig::Snmp(to, access) => Reach::Snmp(*to, snmp(access)?),
        ReachConfig::Modbus(address) => Reach::Modbus(address.clone()),
        ReachConfig::Contacts => Reach::Contacts,
    })
}

fn snmp(access: &AccessConfig) -> io::Result<SnmpAccess> {
    Ok(match access {
        AccessConfig::V1(community) => SnmpAccess::V1(secret(community)?),
        AccessConfig::V2c(community) => SnmpAccess::V2c(secret(community)?),
        AccessConfig::V3 { user, auth: (auth, password), privacy } => {
            let privacy = privacy
                .as_ref()
                .map(|(cipher, password)| Ok::<_, io::Error>(Privacy { cipher: *cipher, password: secret(password)? }));
            SnmpAccess::V3 {
                user: user.clone(),
                auth: *auth,
                password: secret(password)?,
                privacy: privacy.transpose()?,
            }
        }
    })
}

fn secret(password: &Password) -> io::Result<Secret> {
    password.read().map(Secret::new)
}

/// A password file that cannot be read.
pub(super) fn no_secret(why: &io::Error) -> Finding {
    Finding {
        code: "transmitter.password".to_owned(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Un mot de passe de l'équipement du site ne se lit pas ({why}) ; personne ne lit cet équipement, l'antenne continue. Vérifiez community_file ou les fichiers de mots de passe."
        ),
        en: format!(
            "A password of the site's equipment cannot be read ({why}); nobody reads this equipment, the air goes on. Check community_file or the password files."
        ),
    }
}
