//! What people are told about somebody live.

use domain::{Finding, Severity};

fn finding(code: &str, severity: Severity, fr: String, en: String) -> Finding {
    Finding { code: code.to_owned(), severity, at_s: None, fr, en }
}

pub(super) fn lost(who: &str) -> Finding {
    finding(
        "live.lost",
        Severity::Warning,
        format!(
            "Le direct de {who} s’est interrompu ; le plan passe et l’antenne revient après 5 s de son, ou 60 s après trois coupures. Vérifiez le réseau du reporter."
        ),
        format!(
            "{who}’s live sound broke off; the plan plays, and the air comes back after 5 s of sound, or 60 s after three breaks. Check the reporter's network."
        ),
    )
}

pub(super) fn ends_in_ten(who: &str) -> Finding {
    finding(
        "live.ending",
        Severity::Info,
        format!("Le droit d’antenne de {who} finit dans moins de dix minutes. Prolongez-le si le direct doit durer."),
        format!("{who}’s right to the air ends in less than ten minutes. Extend it if they shall go on."),
    )
}

pub(super) fn ends_in_a_minute(who: &str) -> Finding {
    finding(
        "live.ending",
        Severity::Warning,
        format!("Le droit d’antenne de {who} finit dans moins d’une minute ; le plan reprend alors."),
        format!("{who}’s right to the air ends in less than a minute; the plan then goes on."),
    )
}
