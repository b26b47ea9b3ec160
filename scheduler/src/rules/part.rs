//! Partner radios.

use domain::Severity;

use super::{Bound, Limit, Param, Rule, Source};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[Rule {
    id: "R-PART-01",
    severity: Severity::Warning,
    rule_fr: "Radios partenaires: lot du jour en MP3 128 kbit/s mono + conducteur en une page, prêt à 18:00, par HTTP, WhatsApp (≤ 16 Mo par fichier) et clé USB; retour d'attestation hebdomadaire.",
    message_fr: "Lot partenaire: {n} au-delà de {y}.",
    message_en: "Partner lot: {n}, limit {y}.",
    mend_fr: "Préparer le lot pour 18:00, fichiers de 16 Mo au plus.",
    mend_en: "Have the lot ready at 18:00, files of 16 MB at most.",
    params: &[("ready", Param::Text("18:00")), ("whatsapp_mb", Param::Number(16.0))],
    bounds: &[
        Bound::most(
            "partner_lot_late_h",
            Limit::Fixed(0.0),
            Source::nobody(
                "Aucun lot pour les radios partenaires n'est encore fabriqué.",
                "No lots for partner radios are made yet.",
            ),
        ),
        Bound::most(
            "partner_file_mb",
            Limit::Param("whatsapp_mb"),
            Source::nobody(
                "Aucun lot pour les radios partenaires n'est encore fabriqué.",
                "No lots for partner radios are made yet.",
            ),
        ),
    ],
}];
