//! What `mikado doctor` says of a site's own equipment: it asks once, as the air process would, and tells what answered.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use domain::Quantity;
use hardware::encoder::{EncoderLink, LineAddress};
use hardware::transmitter::{Around, EquipmentLink, Limits, LinkError, Past, Reach, Watch};
use jiff::Timestamp;

use super::super::equipment;
use super::Look;
use crate::config::{Config, SiteConfig, TransmitterConfig};
use crate::hand::Word;
use crate::run::air::{EncoderOptions, MpxOutput, MpxTo};

/// What the lines about a transmitter begin with.
const TRANSMITTER: &str = "émetteur";

/// One look at everything that is wired, site by site.
pub(super) fn looks(config: &Config) -> Vec<Look> {
    let mut looks: Vec<Look> = config.sites.iter().flat_map(of_site).collect();
    let unwired = config.sites.iter().filter(|s| s.transmitter.is_none()).map(|s| s.id.to_string());
    let unwired = unwired.collect::<Vec<_>>().join(", ");
    if !unwired.is_empty() {
        looks.push(Look::new(
            TRANSMITTER,
            true,
            format!("pas branché pour {unwired} : personne n'y voit la puissance (guide/equipment.md)."),
            format!("not wired for {unwired}: nobody sees the power there (guide/equipment.md)."),
        ));
    }
    looks.push(contacts());
    looks.push(watchdog(config.watchdog.as_deref()));
    looks
}

fn of_site(site: &SiteConfig) -> Vec<Look> {
    let wired = [(TRANSMITTER, &site.transmitter), ("énergie", &site.power)];
    let wired = wired.into_iter().filter_map(|(what, config)| Some((what, config.as_ref()?)));
    let mut looks: Vec<Look> = wired.flat_map(|(what, config)| of_equipment(site, what, config)).collect();
    looks.extend(site.mpx.as_ref().map(|mpx| of_mpx(site, mpx)));
    looks.extend(site.rds_encoder.as_ref().map(|encoder| of_encoder(site, encoder)));
    looks
}

fn of_equipment(site: &SiteConfig, what: &'static str, config: &TransmitterConfig) -> Vec<Look> {
    let id = site.id;
    let options = match equipment::transmitter(config) {
        Ok(options) => options,
        Err(why) => {
            let finding = equipment::no_secret(&why);
            return vec![Look::new(what, false, format!("{id} : {}", finding.fr), format!("{id}: {}", finding.en))];
        }
    };
    let objects: Vec<_> = options.map.objects().collect();
    let answers = EquipmentLink::new(&options.reach).ask(&objects);
    let mut looks = vec![match &answers {
        Ok(answers) => read(site, what, &options.map, options.limits, answers),
        Err(why) => silent(site, what, *why, &options.reach),
    }];
    if config.map.restart().is_some() {
        looks.push(Look::new(
            TRANSMITTER,
            true,
            format!("{id} : une porteuse tombée est remise en marche, au plus trois fois par heure."),
            format!("{id}: a fallen carrier is switched on again, at most three times an hour."),
        ));
    }
    if config.map.pair().is_some() {
        let (fr, en) = match config.exercise {
            Some(_) => ("essayé à ses heures", "exercised at its hours"),
            None => ("jamais essayé de lui-même (exercise)", "never exercised by itself (exercise)"),
        };
        looks.push(Look::new(
            TRANSMITTER,
            true,
            format!("{id} : l'excitateur de secours prend la place d'un excitateur mort, au plus deux fois par heure ; {fr}."),
            format!("{id}: the standby exciter takes over from a dead one, at most twice an hour; {en}."),
        ));
    }
    if what == TRANSMITTER {
        looks.push(by_hand(site));
    }
    if let Some(traps) = config.traps
        && let Err(why) = UdpSocket::bind(traps)
    {
        looks.push(Look::new(
            TRANSMITTER,
            false,
            format!("{id} : ses alertes (traps) ne peuvent pas arriver sur {traps} ({why}), sauf si l'antenne de ce site tourne déjà."),
            format!("{id}: its traps cannot arrive on {traps} ({why}), unless this site's air runs already."),
        ));
    }
    looks
}

/// What a person may order.
fn by_hand(site: &SiteConfig) -> Look {
    let id = site.id;
    let words = [
        (Word::CarrierOff, "couper la porteuse", "switch the carrier off"),
        (Word::CarrierOn, "la rétablir", "switch it on"),
        (Word::ExciterStandby, "choisir l'excitateur", "choose the exciter"),
    ];
    let may: Vec<_> = words.into_iter().filter(|(word, ..)| site.may_order(*word)).collect();
    let list = |one: fn(&(Word, &'static str, &'static str)) -> &'static str| {
        may.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let (fr, en) = if may.is_empty() {
        (
            "aucun ordre d'une personne n'est branché (restart, carrier, changeover)".to_owned(),
            "no order of a person is wired (restart, carrier, changeover)".to_owned(),
        )
    } else {
        (format!("une personne peut {}", list(|w| w.1)), format!("a person may {}", list(|w| w.2)))
    };
    Look::new(TRANSMITTER, true, format!("{id} : {fr}."), format!("{id}: {en}."))
}

/// What was read, through the same watch as on the air, so that an impossible value is none here too.
fn read(
    site: &SiteConfig,
    what: &'static str,
    map: &hardware::transmitter::RoleMap,
    limits: Limits,
    answers: &[Option<f64>],
) -> Look {
    let mut watch = Watch::new(map.clone(), limits, Past::default());
    let turn = watch.heard(Duration::ZERO, Timestamp::UNIX_EPOCH, Ok(answers), Around::default());
    let told = |unknown: &str| {
        let one = |r: &domain::EquipmentReading| match r.value {
            Some(value) => format!("{} {value:.1}", r.quantity.key()),
            None => format!("{} {unknown}", r.quantity.key()),
        };
        turn.readings.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let all = turn.readings.iter().filter(|r| r.quantity != Quantity::Vswr).all(|r| r.value.is_some());
    let id = site.id;
    Look::new(what, all, format!("{id} : {}.", told("non lu")), format!("{id}: {}.", told("not read")))
}

fn silent(site: &SiteConfig, what: &'static str, why: LinkError, reach: &Reach) -> Look {
    let id = site.id;
    let place = match reach {
        Reach::Snmp(to, _) => to.to_string(),
        Reach::Modbus(address) => place(&address.line),
        Reach::Contacts => "gpiochip".to_owned(),
    };
    let fr = match why {
        LinkError::Silent => "ne répond pas : vérifiez le câble, l'alimentation, l'adresse et la communauté",
        LinkError::Barred => "refuse l'accès : vérifiez l'utilisateur et les mots de passe",
        LinkError::Nonsense | LinkError::Refused(_) => {
            "répond par autre chose : vérifiez la version de SNMP, le cadrage ou la vitesse de Modbus"
        }
        LinkError::NoContact => {
            "ne se lit pas : ce noyau n'a pas ce circuit de contacts, ou Mikado n'a pas le droit de s'en servir (groupe gpio)"
        }
    };
    Look::new(what, false, format!("{id} : {place} {fr}."), format!("{id}: {place}: {why}."))
}

fn place(line: &LineAddress) -> String {
    match line {
        LineAddress::Tcp(to) => to.to_string(),
        LineAddress::Serial { path, .. } => path.display().to_string(),
    }
}

/// Whether the place that the multiplex goes to is there. The card is not opened: the air has it, or will want it.
fn of_mpx(site: &SiteConfig, mpx: &MpxOutput) -> Look {
    let id = site.id;
    match &mpx.to {
        MpxTo::Card { name, .. } => {
            let there = hardware::soundcard::is_there(name);
            let (fr, en) = if there {
                (
                    "ALSA la connaît ; si elle ne tient pas 192 kHz, le mur le dit",
                    "ALSA knows it; if it cannot do 192 kHz, the wall says so",
                )
            } else {
                ("elle n'est pas là maintenant", "it is not there now")
            };
            Look::new("multiplex", there, format!("{id} : carte {name} : {fr}."), format!("{id}: card {name}: {en}."))
        }
        MpxTo::Pipe { path, .. } => {
            let path = path.display();
            Look::new(
                "multiplex",
                true,
                format!("{id} : dans le tube nommé {path}, à 192 kHz."),
                format!("{id}: into the named pipe {path}, at 192 kHz."),
            )
        }
        MpxTo::Rtp(rtp) => {
            let to = rtp.to;
            // Asks the machine for a way, and sends nothing.
            let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            match UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(to)) {
                Ok(()) => Look::new(
                    "multiplex",
                    true,
                    format!(
                        "{id} : par RTP vers {to}, à 192 kHz ; une route y mène, si l'excitateur écoute, lui seul le dit."
                    ),
                    format!(
                        "{id}: by RTP to {to}, at 192 kHz; a route leads there, whether the exciter listens it alone can tell."
                    ),
                ),
                Err(why) => Look::new(
                    "multiplex",
                    false,
                    format!("{id} : aucune route ne mène à l'excitateur {to} ({why})."),
                    format!("{id}: no route leads to the exciter {to} ({why})."),
                ),
            }
        }
    }
}

/// Opens the line and says nothing: what is on the air is the air's to say.
fn of_encoder(site: &SiteConfig, encoder: &EncoderOptions) -> Look {
    let id = site.id;
    let place = place(&encoder.address);
    match EncoderLink::new(encoder.address.clone(), encoder.dialect).open() {
        Ok(_) => Look::new(
            "rds",
            true,
            format!("{id} : la ligne du codeur RDS {place} s'ouvre."),
            format!("{id}: the line of the RDS encoder {place} opens."),
        ),
        Err(why) => Look::new(
            "rds",
            false,
            format!("{id} : la ligne du codeur RDS {place} ne s'ouvre pas ({why})."),
            format!("{id}: the line of the RDS encoder {place} does not open ({why})."),
        ),
    }
}

fn contacts() -> Look {
    let chips = (0..8).filter(|n| Path::new(&format!("/dev/gpiochip{n}")).exists()).count();
    if chips > 0 {
        let (fr, en) = (
            format!("{chips} circuit(s) de contacts (gpiochip), pour contact = \"gpiochip0 17\" dans un rôle."),
            format!("{chips} chip(s) of contacts (gpiochip), for contact = \"gpiochip0 17\" in a role."),
        );
        return Look::new("contacts", true, fr, en);
    }
    Look::new(
        "contacts",
        true,
        "pas de contacts secs : ce noyau n'a pas de gpiochip ; un boîtier d'entrées-sorties Modbus en donne.",
        "no dry contacts: this kernel has no gpiochip; a Modbus box of inputs and outputs gives some.",
    )
}

fn watchdog(fed: Option<&Path>) -> Look {
    if let Some(path) = fed {
        let name = path.display();
        // Opening it would start it: it is only looked at.
        return if path.exists() {
            Look::new(
                "garde",
                true,
                format!("le chien de garde {name} est nourri par le son de cette machine, dès qu'elle sonne."),
                format!("the watchdog {name} is fed by this machine's sound, as soon as there is some."),
            )
        } else {
            Look::new(
                "garde",
                false,
                format!("{name} n'existe pas : chargez son pilote, ou ôtez watchdog de [run]."),
                format!("{name} does not exist: load its driver, or take watchdog out of [run]."),
            )
        };
    }
    let (fr, en) = if Path::new("/dev/watchdog").exists() {
        (
            "cette machine a un chien de garde ; watchdog = \"/dev/watchdog\" sous [run] le fait nourrir par le son.",
            "this machine has a watchdog; watchdog = \"/dev/watchdog\" under [run] has it fed by the sound.",
        )
    } else {
        (
            "pas de chien de garde matériel (/dev/watchdog) : un noyau figé attend quelqu'un.",
            "no hardware watchdog (/dev/watchdog): a frozen kernel waits for somebody.",
        )
    };
    Look::new("garde", true, fr, en)
}
