//! Women, listeners, music.

use domain::Severity;

use super::{Bound, Limit, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-EQ-01",
        severity: Severity::Warning,
        rule_fr: "Voix de femmes ≥ 30 % du temps de parole par semaine et par site; 40 % en débat; ≥ 80 % dans « Elles vous en parlent »; compter aussi les femmes rurales (constat national: 19–24 % à la télévision, 1 % de femmes rurales).",
        message_fr: "Femmes: {x} %.",
        message_en: "Women: {x} %.",
        mend_fr: "Inviter des femmes, rurales comprises.",
        mend_en: "Invite women, rural ones included.",
        params: &[("week_pct", Param::Number(30.0)), ("debate_pct", Param::Number(40.0))],
        bounds: &[
            Bound::least("women_pct", Limit::Param("week_pct")),
            Bound::least("women_debate_pct", Limit::Param("debate_pct")),
        ],
    },
    Rule {
        id: "R-EQ-02",
        severity: Severity::Warning,
        rule_fr: "Un débat a au moins 2 sensibilités et 1 femme; sinon avertissement à la programmation et à l'antenne.",
        message_fr: "Plateau sans femme.",
        message_en: "A panel without women or with a single view.",
        mend_fr: "Inviter au moins une femme et deux sensibilités.",
        mend_en: "Invite one woman and two views at least.",
        params: &[("min_views", Param::Number(2.0)), ("min_women", Param::Number(1.0))],
        bounds: &[
            Bound::least("debate_views", Limit::Param("min_views")),
            Bound::least("debate_women", Limit::Param("min_women")),
        ],
    },
    Rule {
        id: "R-EQ-03",
        severity: Severity::Warning,
        rule_fr: "Auditeurs: ≥ 3 h par semaine d'antenne ouverte (Midikado, forum, dédicaces); au moins 1 appel sur 3 hors Bamako; notes vocales ≤ 45 s, écoutées avant antenne.",
        message_fr: "Antenne ouverte: {x} sur {y}.",
        message_en: "Open air: {x} of {y}.",
        mend_fr: "Ouvrir l'antenne davantage, aux régions d'abord.",
        mend_en: "Open the air more, to the regions first.",
        params: &[
            ("open_h", Param::Number(3.0)),
            ("regional_ratio", Param::Number(0.33)),
            ("voice_note_s", Param::Number(45.0)),
        ],
        bounds: &[
            Bound::least("open_air_h", Limit::Param("open_h")),
            Bound::least("regional_call_share", Limit::Param("regional_ratio")),
            Bound::most("voice_note_s", Limit::Param("voice_note_s")),
        ],
    },
    Rule {
        id: "R-EQ-04",
        severity: Severity::Warning,
        rule_fr: "Musique: ≥ 70 % malienne; un même titre pas avant 4 h, un même artiste pas avant 60 min; chaque heure mêle au moins 2 terroirs; liste retirée de titres appelant à la violence.",
        message_fr: "Musique {id}: {x}.",
        message_en: "Music {id}: {x}.",
        mend_fr: "Choisir un autre titre.",
        mend_en: "Choose another title.",
        params: &[
            ("malian_pct", Param::Number(70.0)),
            ("title_h", Param::Number(4.0)),
            ("artist_min", Param::Number(60.0)),
        ],
        bounds: &[
            Bound::least("malian_music_pct", Limit::Param("malian_pct")),
            Bound::least("title_gap_h", Limit::Param("title_h")),
            Bound::least("artist_gap_min", Limit::Param("artist_min")),
        ],
    },
];
