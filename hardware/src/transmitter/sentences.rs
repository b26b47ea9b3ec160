//! What people are told of a transmitter: what is wrong, what it means for the air, what to do.

use domain::{Finding, Quantity, Severity};

use super::link::LinkError;
use super::map::Flag;

fn finding(code: &str, severity: Severity, fr: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { code: format!("transmitter.{code}"), severity, at_s: None, fr: fr.into(), en: en.into() }
}

/// A quantity's name with its article, in French and in English.
fn name(quantity: Quantity) -> (&'static str, &'static str) {
    match quantity {
        Quantity::RfOn => ("l'état de la porteuse", "the carrier's state"),
        Quantity::ForwardPower => ("la puissance émise", "the forward power"),
        Quantity::ReflectedPower => ("la puissance réfléchie", "the reflected power"),
        Quantity::Vswr => ("le taux d'ondes stationnaires", "the standing wave ratio"),
        Quantity::Frequency => ("la fréquence", "the frequency"),
        Quantity::PaTemperature => ("la température de l'amplificateur", "the amplifier's temperature"),
        Quantity::Exciter => ("l'excitateur en service", "the exciter in use"),
        Quantity::Mains => ("le secteur", "the mains"),
        Quantity::Battery => ("la tension de la batterie", "the battery's voltage"),
        Quantity::Generator => ("le groupe électrogène", "the generator"),
        Quantity::Fuel => ("le niveau de carburant", "the fuel level"),
        Quantity::RoomTemperature => ("la température du local", "the room's temperature"),
    }
}

/// A value with its unit, with the decimal sign of each language.
fn value(quantity: Quantity, value: f64) -> (String, String) {
    let (scaled, decimals, unit) = match quantity {
        Quantity::ForwardPower | Quantity::ReflectedPower if value < 10.0 => (value, 1, " W"),
        Quantity::ForwardPower | Quantity::ReflectedPower => (value, 0, " W"),
        Quantity::Vswr => (value, 2, ""),
        Quantity::Frequency => (value / 1000.0, 2, " MHz"),
        Quantity::PaTemperature | Quantity::RoomTemperature => (value, 0, " °C"),
        Quantity::Battery => (value, 1, " V"),
        Quantity::Fuel => (value, 0, " %"),
        Quantity::RfOn | Quantity::Mains | Quantity::Generator | Quantity::Exciter => (value, 0, ""),
    };
    let en = format!("{scaled:.decimals$}{unit}");
    (en.replace('.', ",").replace('-', "−"), en)
}

pub(super) fn silent(why: LinkError) -> Finding {
    let (fr, en) = match why {
        LinkError::Silent => (
            "L'émetteur ne répond plus à la télésurveillance. L'antenne continue, mais personne ne voit sa puissance : vérifiez le câble, l'alimentation et l'adresse.",
            "The transmitter no longer answers. The air goes on, but nobody sees its power: check cable, supply and address.",
        ),
        LinkError::Barred => (
            "L'émetteur refuse l'accès de la télésurveillance. L'antenne continue : vérifiez la communauté ou l'utilisateur et ses mots de passe.",
            "The transmitter does not let us in. The air goes on: check the community, or the user and the passwords.",
        ),
        LinkError::Nonsense | LinkError::Refused(_) => (
            "L'émetteur répond à la télésurveillance par autre chose qu'une réponse. L'antenne continue : vérifiez l'adresse et le protocole (version de SNMP, cadrage ou vitesse de Modbus).",
            "What the transmitter answers is no answer. The air goes on: check the address and the protocol (version of SNMP, framing or speed of Modbus).",
        ),
        LinkError::NoContact => (
            "Les contacts de l'émetteur ne se lisent pas : cette machine n'a pas ce gpiochip, ou n'a pas le droit de s'en servir. L'antenne continue : voyez « mikado doctor ».",
            "The transmitter's contacts cannot be read: this machine has no such gpiochip, or no right to use it. The air goes on: see “mikado doctor”.",
        ),
    };
    finding("silent", Severity::Warning, fr, en)
}

pub(super) fn off() -> Finding {
    finding(
        "off",
        Severity::Blocking,
        "L'émetteur n'émet plus : la porteuse est coupée, personne n'entend ce site. Vérifiez le secteur, l'antenne et les défauts de l'émetteur.",
        "The transmitter is off: there is no carrier, nobody hears this site. Check mains, antenna and the transmitter's faults.",
    )
}

pub(super) fn mains() -> Finding {
    finding(
        "mains",
        Severity::Warning,
        "Le secteur manque au site ; il tourne sur sa réserve. Vérifiez le groupe et la batterie.",
        "The site has no mains and runs on its reserve. Check generator and battery.",
    )
}

pub(super) fn missing(quantity: Quantity) -> Finding {
    let (fr, en) = name(quantity);
    let key = quantity.key();
    finding(
        &format!("missing.{key}"),
        Severity::Warning,
        format!("L'émetteur répond, mais ne dit pas {fr}. Vérifiez l'objet de {key} dans la configuration."),
        format!("The transmitter answers, but does not tell {en}. Check the object of {key} in the config."),
    )
}

pub(super) fn absurd(quantity: Quantity, told: f64) -> Finding {
    let (fr, en) = name(quantity);
    let (value_fr, value_en) = value(quantity, told);
    let key = quantity.key();
    finding(
        &format!("absurd.{key}"),
        Severity::Warning,
        format!(
            "L'émetteur donne une valeur impossible pour {fr} ({value_fr}) ; elle est ignorée. Vérifiez l'échelle de {key}."
        ),
        format!(
            "The transmitter tells an impossible value for {en} ({value_en}); it is ignored. Check the scale of {key}."
        ),
    )
}

pub(super) fn bound(side: &str, quantity: Quantity, told: f64, limit: f64) -> Finding {
    let (fr, en) = name(quantity);
    let (value_fr, value_en) = value(quantity, told);
    let (limit_fr, limit_en) = value(quantity, limit);
    let (past_fr, past_en) = if side == "low" { ("trop basse", "too low") } else { ("trop élevée", "too high") };
    let (do_fr, do_en) = match quantity {
        Quantity::ForwardPower | Quantity::ReflectedPower | Quantity::Vswr => {
            ("Vérifiez l'antenne, son câble et l'amplificateur.", "Check the antenna, its cable and the amplifier.")
        }
        Quantity::PaTemperature | Quantity::RoomTemperature => {
            ("Vérifiez la ventilation et les filtres.", "Check fans and filters.")
        }
        Quantity::Fuel => ("Faites livrer du carburant.", "Have fuel delivered."),
        _ => ("Allez voir.", "Go and look."),
    };
    finding(
        &format!("{side}.{}", quantity.key()),
        Severity::Warning,
        format!("Valeur {past_fr} : {fr} est à {value_fr}, la limite est {limit_fr}. {do_fr}"),
        format!("A value is {past_en}: {en} is {value_en}, the limit is {limit_en}. {do_en}"),
    )
}

pub(super) fn frequency(told_khz: f64, own_khz: u32) -> Finding {
    let (told_fr, told_en) = value(Quantity::Frequency, told_khz);
    let (own_fr, own_en) = value(Quantity::Frequency, f64::from(own_khz));
    finding(
        "frequency",
        Severity::Blocking,
        format!(
            "L'émetteur est réglé sur {told_fr}, la fréquence de ce site est {own_fr}. Corrigez l'excitateur : il brouille quelqu'un."
        ),
        format!(
            "The transmitter is set to {told_en}, this site's frequency is {own_en}. Correct the exciter: it disturbs somebody."
        ),
    )
}

pub(super) fn flag(n: usize, flag: &Flag) -> Finding {
    finding(&format!("flag.{}", n + 1), Severity::Warning, flag.fr.clone(), flag.en.clone())
}

pub(super) fn restart_ordered() -> Finding {
    finding(
        "restart.ordered",
        Severity::Warning,
        "La porteuse est tombée et sa remise en marche a été ordonnée, au plus trois fois par heure. Cherchez pourquoi elle est tombée.",
        "The carrier fell and was ordered on again, at most three times an hour. Find out why it fell.",
    )
}

pub(super) fn restart_failed() -> Finding {
    finding(
        "restart.failed",
        Severity::Blocking,
        "L'émetteur a reçu l'ordre de se remettre en marche et se lit toujours coupé 30 s après. Allez voir sur place.",
        "The transmitter was ordered on and still reads off 30 s later. Go there and look.",
    )
}

pub(super) fn restarts_used() -> Finding {
    finding(
        "restart.used",
        Severity::Blocking,
        "Trois remises en marche en une heure n'ont pas suffi ; il n'y en aura pas d'autre avant que l'heure soit passée. Vérifiez l'antenne et le secteur avant de forcer.",
        "Three restarts within the hour were not enough; there is no other until the hour has passed. Check antenna and mains before forcing it.",
    )
}

pub(super) fn refused(why: LinkError) -> Finding {
    finding(
        "restart.refused",
        Severity::Blocking,
        format!(
            "L'émetteur n'a pas pris l'ordre de remise en marche ({why}). Vérifiez le droit d'écriture et l'objet de restart."
        ),
        format!(
            "The transmitter did not take the order to switch on ({why}). Check the right to write and the object of restart."
        ),
    )
}
