//! Elections: equal time, silence, plural voices.

use domain::Severity;

use super::{Bound, Limit, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-ELEC-01",
        severity: Severity::Blocking,
        rule_fr: "Campagne officielle: temps de parole égal par candidat (modèle CNEAME 2013: 5 min par passage, 3 semaines, ordre tiré au sort + un enregistrement de 10 min aux mêmes questions); écart cumulé ≤ 5 %.",
        message_fr: "Écart de {n} s entre {a} et {b}.",
        message_en: "A gap of {n} between {a} and {b}.",
        mend_fr: "Rendre le temps manquant avant la fin de la campagne.",
        mend_en: "Give the missing time back before the end of the campaign.",
        params: &[
            ("turn_s", Param::Number(300.0)),
            ("long_s", Param::Number(600.0)),
            ("max_gap_pct", Param::Number(5.0)),
        ],
        bounds: &[
            Bound::most("candidate_gap_pct", Limit::Param("max_gap_pct")),
            Bound::most("candidate_turn_s", Limit::Param("turn_s")),
        ],
    },
    Rule {
        id: "R-ELEC-02",
        severity: Severity::Blocking,
        rule_fr: "Ordre de passage par tirage au sort conservé (graine + procès-verbal), tourné d'un rang chaque jour.",
        message_fr: "Tirage au sort {id}: ordre non conservé ou non tourné.",
        message_en: "Draw {id}: order not kept or not turned.",
        mend_fr: "Conserver la graine et le procès-verbal; tourner d'un rang.",
        mend_en: "Keep the seed and the minutes; turn by one.",
        params: &[("rotate", Param::Number(1.0))],
        bounds: &[Bound::must("draw_kept"), Bound::exactly("draw_rotated_by", Limit::Param("rotate"))],
    },
    Rule {
        id: "R-ELEC-03",
        severity: Severity::Blocking,
        rule_fr: "Silence électoral: de la veille du scrutin 00:00 à la fermeture des bureaux; aucun contenu partisan, rediffusions comprises; les messages pratiques neutres restent.",
        message_fr: "{programme}: contenu partisan pendant le silence électoral.",
        message_en: "{programme}: partisan content during electoral silence.",
        mend_fr: "Retirer ce contenu, rediffusions comprises.",
        mend_en: "Take this content out, repeats included.",
        params: &[("from_", Param::Text("J-1 00:00"))],
        bounds: &[Bound::most("partisan_in_silence", Limit::Fixed(0.0))],
    },
    Rule {
        id: "R-ELEC-04",
        severity: Severity::Warning,
        rule_fr: "Hors campagne: pluralisme mesuré sur 4 semaines glissantes par sensibilité (gouvernement, mouvements signataires, opposition, société civile); aucune > 50 %.",
        message_fr: "{v}: {x} % sur quatre semaines.",
        message_en: "{v}: {x} % over four weeks.",
        mend_fr: "Inviter les autres sensibilités.",
        mend_en: "Invite the other sensibilities.",
        params: &[("window_weeks", Param::Number(4.0)), ("max_pct", Param::Number(50.0))],
        bounds: &[Bound::most("sensibility_pct", Limit::Param("max_pct"))],
    },
    Rule {
        id: "R-ELEC-05",
        severity: Severity::Blocking,
        rule_fr: "Un journaliste candidat ou apparenté n'est pas à l'antenne pendant la campagne.",
        message_fr: "{v} est candidat ou apparenté et reste à l'antenne.",
        message_en: "{v} is a candidate or a relative and stays on air.",
        mend_fr: "Remplacer ce journaliste pendant la campagne.",
        mend_en: "Replace this journalist during the campaign.",
        params: &[],
        bounds: &[Bound::most("candidate_on_air", Limit::Fixed(0.0))],
    },
];
