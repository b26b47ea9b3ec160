//! What people are told of a transmitter and of what feeds it: what is wrong, what it means for the air, what to do.

use domain::{Finding, Quantity, Severity};

use super::changeover::Unit;
use super::link::LinkError;
use super::map::Flag;
use super::watch::Whose;

fn finding(code: &str, severity: Severity, fr: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), severity, at_s: None, fr: fr.into(), en: en.into() }
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

/// Who speaks, at the front of a sentence, and what nobody sees while it does not.
const fn who(whose: Whose) -> [(&'static str, &'static str); 2] {
    match whose {
        Whose::Transmitter => [("L'émetteur", "The transmitter"), ("sa puissance", "its power")],
        Whose::Power => [
            ("L'équipement d'énergie", "The power equipment"),
            ("le secteur et la réserve du site", "the site's mains and reserve"),
        ],
    }
}

pub(super) fn silent(whose: Whose, why: LinkError) -> Finding {
    let [(fr, en), (unseen_fr, unseen_en)] = who(whose);
    let (said_fr, said_en) = match why {
        LinkError::Silent => ("ne répond plus à la télésurveillance", "no longer answers"),
        LinkError::Barred => ("refuse l'accès de la télésurveillance", "does not let us in"),
        LinkError::Nonsense | LinkError::Refused(_) => {
            ("répond à la télésurveillance par autre chose qu'une réponse", "answers with what is no answer")
        }
        LinkError::NoContact => ("a des contacts qui ne se lisent pas", "has contacts that cannot be read"),
    };
    let (do_fr, do_en) = match why {
        LinkError::Silent => ("vérifiez le câble, l'alimentation et l'adresse", "check cable, supply and address"),
        LinkError::Barred => (
            "vérifiez la communauté ou l'utilisateur et ses mots de passe",
            "check the community, or the user and the passwords",
        ),
        LinkError::Nonsense | LinkError::Refused(_) => (
            "vérifiez l'adresse et le protocole (version de SNMP, cadrage ou vitesse de Modbus)",
            "check the address and the protocol (version of SNMP, framing or speed of Modbus)",
        ),
        LinkError::NoContact => (
            "cette machine n'a pas ce gpiochip ou pas le droit de s'en servir, voyez « mikado doctor »",
            "this machine has no such gpiochip or no right to use it, see “mikado doctor”",
        ),
    };
    finding(
        "silent",
        Severity::Warning,
        format!("{fr} {said_fr}. L'antenne continue, mais personne ne voit {unseen_fr} : {do_fr}."),
        format!("{en} {said_en}. The air goes on, but nobody sees {unseen_en}: {do_en}."),
    )
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

pub(super) fn no_generator() -> Finding {
    finding(
        "generator",
        Severity::Warning,
        "Le secteur manque et le groupe électrogène ne tourne pas ; le site vit sur sa batterie. Faites démarrer le groupe.",
        "There are no mains and the generator does not run; the site lives on its battery. Have the generator started.",
    )
}

pub(super) fn missing(whose: Whose, quantity: Quantity) -> Finding {
    let [(who_fr, who_en), _] = who(whose);
    let (fr, en) = name(quantity);
    let key = quantity.key();
    finding(
        &format!("missing.{key}"),
        Severity::Warning,
        format!("{who_fr} répond, mais ne dit pas {fr}. Vérifiez l'objet de {key} dans la configuration."),
        format!("{who_en} answers, but does not tell {en}. Check the object of {key} in the config."),
    )
}

pub(super) fn absurd(whose: Whose, quantity: Quantity, told: f64) -> Finding {
    let [(who_fr, who_en), _] = who(whose);
    let (fr, en) = name(quantity);
    let (value_fr, value_en) = value(quantity, told);
    let key = quantity.key();
    finding(
        &format!("absurd.{key}"),
        Severity::Warning,
        format!(
            "{who_fr} donne une valeur impossible pour {fr} ({value_fr}) ; elle est ignorée. Vérifiez l'échelle de {key}."
        ),
        format!("{who_en} tells an impossible value for {en} ({value_en}); it is ignored. Check the scale of {key}."),
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

/// Why an order was not taken.
fn reason(why: LinkError) -> (String, String) {
    let fr = match why {
        LinkError::Silent => "il ne répond pas".to_owned(),
        LinkError::Barred => "il refuse l'accès".to_owned(),
        LinkError::Nonsense => "sa réponse n'en est pas une".to_owned(),
        LinkError::Refused(code) => format!("erreur {code}"),
        LinkError::NoContact => "cette machine n'a pas ce contact".to_owned(),
    };
    (fr, why.to_string())
}

pub(super) fn refused(why: LinkError) -> Finding {
    let (why_fr, why_en) = reason(why);
    finding(
        "restart.refused",
        Severity::Blocking,
        format!(
            "L'émetteur n'a pas pris l'ordre de remise en marche ({why_fr}). Vérifiez le droit d'écriture et l'objet de restart."
        ),
        format!(
            "The transmitter did not take the order to switch on ({why_en}). Check the right to write and the object of restart."
        ),
    )
}

const fn exciter(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Main => ("l'excitateur principal", "the main exciter"),
        Unit::Standby => ("l'excitateur de secours", "the standby exciter"),
    }
}

pub(super) fn on_standby() -> Finding {
    finding(
        "changeover.standby",
        Severity::Warning,
        "L'excitateur de secours émet ; il n'y en a plus d'autre derrière lui. Réparez l'excitateur principal, puis remettez-le en service sur place.",
        "The standby exciter carries; there is no other behind it. Repair the main exciter, then put it back on at the transmitter.",
    )
}

pub(super) fn on_exercise() -> Finding {
    finding(
        "changeover.exercise",
        Severity::Info,
        "L'excitateur de secours émet pour son essai ; l'excitateur principal reprend ensuite de lui-même.",
        "The standby exciter carries for its exercise; the main exciter takes over again by itself.",
    )
}

pub(super) fn exercise_failed() -> Finding {
    finding(
        "changeover.exercise.failed",
        Severity::Warning,
        "L'excitateur de secours n'a pas émis à son dernier essai ; l'excitateur principal a repris. Réparez le secours avant d'en avoir besoin.",
        "The standby exciter did not carry when it was last exercised; the main exciter took over again. Repair the standby before it is needed.",
    )
}

pub(super) fn change_failed(unit: Unit) -> Finding {
    let (fr, en) = exciter(unit);
    finding(
        "changeover.failed",
        Severity::Blocking,
        format!(
            "L'ordre de mettre {fr} en service a été donné, et 30 s après l'autre est toujours lu. Vérifiez le relais et la commande à distance sur place."
        ),
        format!(
            "It was ordered to put {en} on, and 30 s later the other still reads as in use. Check the relay and the remote control at the transmitter."
        ),
    )
}

pub(super) fn changes_used() -> Finding {
    finding(
        "changeover.used",
        Severity::Blocking,
        "Aucun des deux excitateurs ne donne de porteuse ; Mikado ne les change plus. Vérifiez l'amplificateur, l'antenne et le secteur.",
        "Neither exciter gives a carrier; Mikado no longer changes them over. Check amplifier, antenna and mains.",
    )
}

pub(super) fn change_refused(unit: Unit, why: LinkError) -> Finding {
    let (fr, en) = exciter(unit);
    let (why_fr, why_en) = reason(why);
    finding(
        "changeover.refused",
        Severity::Blocking,
        format!(
            "L'ordre de mettre {fr} en service n'a pas été pris ({why_fr}). Vérifiez le droit d'écriture et l'objet de changeover."
        ),
        format!(
            "The order to put {en} on was not taken ({why_en}). Check the right to write and the object of changeover."
        ),
    )
}

pub(super) fn held_off() -> Finding {
    finding(
        "hand.off",
        Severity::Warning,
        "Quelqu'un a coupé la porteuse ; personne n'entend ce site, et rien ne la remet en marche avant qu'une personne l'ordonne. Qui et pourquoi : le journal des équipements.",
        "Somebody switched the carrier off; nobody hears this site, and nothing switches it on again before a person orders it. Who and why: the journal of equipment.",
    )
}

pub(super) fn held_off_and_on() -> Finding {
    finding(
        "hand.on",
        Severity::Blocking,
        "Quelqu'un a ordonné de couper la porteuse, et elle se lit en marche : si quelqu'un travaille au pylône, prévenez-le. Coupez sur place, ou ordonnez la porteuse si tout est bien.",
        "Somebody ordered the carrier off, and it reads on: if anybody works at the mast, warn them. Switch it off at the transmitter, or order the carrier on if all is well.",
    )
}

pub(super) fn hand_failed(on: bool) -> Finding {
    let (fr, en) = switched(on);
    finding(
        "hand.failed",
        Severity::Blocking,
        format!("L'ordre de {fr} la porteuse a été donné, et 30 s après il n'est pas suivi. Faites-le sur place."),
        format!("The carrier was ordered {en}, and 30 s later it is not. Do it at the transmitter."),
    )
}

pub(super) fn hand_refused(on: bool, why: LinkError) -> Finding {
    let (fr, en) = switched(on);
    let (why_fr, why_en) = reason(why);
    finding(
        "hand.refused",
        Severity::Blocking,
        format!(
            "L'ordre de {fr} la porteuse n'a pas été pris ({why_fr}). Vérifiez le droit d'écriture et l'objet de carrier."
        ),
        format!(
            "The order to switch the carrier {en} was not taken ({why_en}). Check the right to write and the object of carrier."
        ),
    )
}

const fn switched(on: bool) -> (&'static str, &'static str) {
    if on { ("rétablir", "on") } else { ("couper", "off") }
}
