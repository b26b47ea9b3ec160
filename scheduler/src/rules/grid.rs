//! The week itself: whole, on its steps, published in time.

use domain::Severity;

use super::{Bound, Limit, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-GRID-01",
        severity: Severity::Blocking,
        rule_fr: "La grille réseau couvre 86 400 s par jour et 604 800 s par semaine, sans trou ni chevauchement; même exigence par site après décrochages.",
        message_fr: "Trou de {n} s le {jour} à {heure} à {site}.",
        message_en: "A hole of {n} s on {jour} at {heure} at {site}.",
        mend_fr: "Remplir le trou ou allonger la case voisine.",
        mend_en: "Fill the hole or lengthen the slot beside it.",
        params: &[("day_s", Param::Number(86_400.0)), ("week_s", Param::Number(604_800.0))],
        bounds: &[Bound::most("hole_s", Limit::Fixed(0.0)), Bound::least("day_covered_s", Limit::Param("day_s"))],
    },
    Rule {
        id: "R-GRID-02",
        severity: Severity::Blocking,
        rule_fr: "Une case commence à un multiple de 5 min et dure au moins 5 min; les segments d'horloge au pas de 1 s.",
        message_fr: "La case {id} commence à {heure}: pas de 5 minutes.",
        message_en: "Slot {id} starts at {heure}: not on a step of five minutes.",
        mend_fr: "Déplacer la case sur un pas de 5 min et lui donner au moins 5 min.",
        mend_en: "Move the slot to a step of five minutes and give it five at least.",
        params: &[("slot_step_s", Param::Number(300.0)), ("min_slot_s", Param::Number(300.0))],
        bounds: &[
            Bound::most("slot_off_step_s", Limit::Fixed(0.0)),
            Bound::least("slot_length_s", Limit::Param("min_slot_s")),
        ],
    },
    Rule {
        id: "R-GRID-03",
        severity: Severity::Blocking,
        rule_fr: "La somme des segments d'une horloge égale la durée de la case; au plus un segment élastique par partie, élasticité ±8 %.",
        message_fr: "L'horloge {id} dure {x}, la case {y}.",
        message_en: "Clock format {id} lasts {x}, the slot {y}.",
        mend_fr: "Changer d'horloge, ou la durée d'un segment.",
        mend_en: "Choose another clock format, or change the length of a segment.",
        params: &[("elastic_pct", Param::Number(8.0))],
        bounds: &[
            Bound::most("format_differs_s", Limit::Fixed(0.0)),
            Bound::most("elastic_segments_per_part", Limit::Fixed(1.0)),
            Bound::most("elastic_pct", Limit::Param("elastic_pct")),
        ],
    },
    Rule {
        id: "R-GRID-04",
        severity: Severity::Warning,
        rule_fr: "Publication de la semaine S au plus tard jeudi 18:00 de S-1; modification après publication = nouvelle version + motif; gel à J-1 20:00 (au-delà: approbation du directeur des programmes).",
        message_fr: "La semaine n'est pas publiée à H-{n}.",
        message_en: "The week is not published, {n} h late.",
        mend_fr: "Publier la semaine; après le gel, faire approuver par le directeur des programmes.",
        mend_en: "Publish the week; after the freeze, have the programme director approve.",
        params: &[("publish", Param::Text("thu 18:00")), ("freeze", Param::Text("D-1 20:00"))],
        bounds: &[
            Bound::most("week_published_late_h", Limit::Fixed(0.0)),
            Bound::most("change_after_freeze_unapproved", Limit::Fixed(0.0)),
        ],
    },
    Rule {
        id: "R-GRID-05",
        severity: Severity::Warning,
        rule_fr: "Une rediffusion passe au moins 2 h et au plus 7 jours après la première diffusion; jamais deux fois la même édition d'un journal au-delà de 24 h.",
        message_fr: "Journal {id} vieux de {n} h.",
        message_en: "News {id} is {n} h old.",
        mend_fr: "Déposer une édition du jour.",
        mend_en: "Upload an edition of the day.",
        params: &[
            ("min_gap_h", Param::Number(2.0)),
            ("max_age_d", Param::Number(7.0)),
            ("news_max_age_h", Param::Number(24.0)),
        ],
        bounds: &[
            Bound::least("repeat_gap_h", Limit::Param("min_gap_h")),
            Bound::most("repeat_age_d", Limit::Param("max_age_d")),
            Bound::most("news_age_h", Limit::Param("news_max_age_h")),
        ],
    },
];
