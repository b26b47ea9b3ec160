//! Deliveries: in time, of the right length, sound.

use domain::Severity;

use super::{Bound, Limit, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-PAD-01",
        severity: Severity::Blocking,
        rule_fr: "Dépôt d'un programme PAD: J-1 20:00 (réseau), H-3 (région); spot: J-2 12:00; au-delà, circuit « dernière minute » avec signature.",
        message_fr: "Livré à {h}, limite {l}.",
        message_en: "Delivered {h}, {n} h after the limit.",
        mend_fr: "Passer par le circuit de dernière minute, signé.",
        mend_en: "Use the last-minute way, signed.",
        params: &[
            ("network", Param::Text("D-1 20:00")),
            ("region", Param::Text("H-3")),
            ("spot", Param::Text("D-2 12:00")),
        ],
        bounds: &[Bound::most("delivered_late_h", Limit::Fixed(0.0))],
    },
    Rule {
        id: "R-PAD-02",
        severity: Severity::Blocking,
        rule_fr: "Dépôt par morceaux de 256 Kio, reprise après coupure, sans limite de temps sous 7 jours; 55 min en MP3 128 kbit/s = 52,8 Mo ≈ 55 min à 128 kbit/s pleins, 2 h en pratique.",
        message_fr: "Dépôt interrompu à {x} %: reprise automatique.",
        message_en: "The upload stopped at {x} %: it resumes by itself.",
        mend_fr: "Relancer le dépôt: il reprend où il en était.",
        mend_en: "Start the upload again: it resumes where it was.",
        params: &[("chunk_kib", Param::Number(256.0)), ("keep_days", Param::Number(7.0))],
        bounds: &[
            Bound::most("chunk_kib", Limit::Param("chunk_kib")),
            Bound::most("upload_age_d", Limit::Param("keep_days")),
        ],
    },
    Rule {
        id: "R-PAD-03",
        severity: Severity::Warning,
        rule_fr: "Durée réelle = durée de case -0/+3 %: accepté et calé par l'élastique; +3 à +10 %: choix (couper, accélérer ≤ 2 %, décaler); au-delà: refus.",
        message_fr: "{programme}: durée à {x} % de la case.",
        message_en: "{programme}: length {x} % off the slot.",
        mend_fr: "Couper, accélérer d'au plus 2 % ou décaler.",
        mend_en: "Cut, speed up by 2 % at most, or move.",
        params: &[("ok_pct", Param::Number(3.0)), ("ask_pct", Param::Number(10.0))],
        bounds: &[
            Bound::most("length_over_pct", Limit::Param("ask_pct")),
            Bound::least("length_over_pct", Limit::Fixed(0.0)),
        ],
    },
    Rule {
        id: "R-PAD-04",
        severity: Severity::Warning,
        rule_fr: "Contrôle à l'écoute: silence > 3 s, mono/stéréo, écrêtage, niveau, langue déclarée; verdict en moins de 60 s, expliqué en une phrase.",
        message_fr: "{programme}: silence de {n} s.",
        message_en: "{programme}: a silence of {n} s.",
        mend_fr: "Réécouter et corriger le son.",
        mend_en: "Listen again and correct the sound.",
        params: &[("silence_s", Param::Number(3.0))],
        bounds: &[Bound::most("longest_silence_s", Limit::Param("silence_s"))],
    },
];
