//! What `mikado doctor` says of the ways by which people are told: it signs in at the mail server and asks the modem, and
//! sends nothing.

use super::Look;
use crate::config::Config;
use crate::run::hq::notices::Ways;

pub(super) fn looks(config: &Config) -> Vec<Look> {
    let options = &config.notices;
    if options.readers.is_empty() {
        return vec![Look::new(
            "avis",
            true,
            "personne n'est prévenu par courrier ou SMS (guide/notices.md).",
            "nobody is told by mail or short message (guide/notices.md).",
        )];
    }
    let mut ways = Ways::new(options);
    let mut looks = Vec::new();
    if let (Some(mail), Some(tried)) = (&options.mail, ways.try_mail()) {
        let host = &mail.host;
        looks.push(match tried {
            Ok(()) => Look::new(
                "avis",
                true,
                format!("le serveur de courrier {host} nous laisse entrer."),
                format!("the mail server {host} lets us in."),
            ),
            Err(why) => Look::new("avis", false, format!("courrier : {}", why.fr), format!("mail: {}", why.en)),
        });
    }
    match ways.try_modem() {
        Some(Ok(state)) => {
            let signal = |unknown: &str| state.signal_dbm.map_or(unknown.to_owned(), |dbm| format!("{dbm} dBm"));
            looks.push(Look::new(
                "avis",
                true,
                format!("le modem est dans son réseau, signal {}.", signal("inconnu")),
                format!("the modem is in its network, signal {}.", signal("unknown")),
            ));
        }
        Some(Err(why)) => looks.push(Look::new("avis", false, format!("SMS : {}", why.fr), format!("SMS: {}", why.en))),
        None => {}
    }
    if options.gateway.is_some() {
        looks.push(Look::new(
            "avis",
            true,
            "une passerelle SMS est écrite ; « mikado notify --test » dit si elle prend les messages.",
            "a gateway of short messages is written; “mikado notify --test” says whether it takes messages.",
        ));
    }
    looks
}
