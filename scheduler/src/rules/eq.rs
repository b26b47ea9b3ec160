//! Women, listeners, music.

use std::collections::BTreeMap;

use domain::{Entry, Severity, SitePlan, What};
use jiff::Timestamp;

use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::grid::second_of;

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

/// How titles of music keep their distance, and how much of them is sung in the languages of the country (R-EQ-04). An
/// entry that a rotation made says its seed at the end of its name, and its artist before its title.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let own = days.plans.iter().filter(|p| p.site() == days.site_id()).flat_map(SitePlan::entries);
    let titles: Vec<&Entry> = own.filter(|e| is_title(e)).collect();
    let zone = days.station.zone();
    let mut measured = Vec::new();
    for (quantity, unit_s) in [("title_gap_h", 3_600.0), ("artist_gap_min", 60.0)] {
        let mut last = BTreeMap::<&str, Timestamp>::new();
        let mut nearest = BTreeMap::<&str, (f64, &Entry)>::new();
        for entry in &titles {
            let Some(name) = (if quantity == "title_gap_h" { Some(entry.title.as_str()) } else { artist(entry) })
            else {
                continue;
            };
            if let Some(before) = last.insert(name, entry.at) {
                let gap = entry.at.duration_since(before).as_secs_f64() / unit_s;
                let nearer = nearest.get(name).is_none_or(|(n, _)| gap < *n);
                if nearer {
                    nearest.insert(name, (gap, entry));
                }
            }
        }
        measured.extend(nearest.into_iter().map(|(name, (gap, entry))| {
            let civil = zone.to_datetime(entry.at);
            let one = Measured::number(quantity, gap).at(days.site_id()).about(name);
            one.on(civil.date(), Some(second_of(civil.time())))
        }));
    }
    measured.extend(malian(days, &titles));
    measured
}

/// The share of titles sung in a language of the station other than French; too few titles are no share.
fn malian(days: &Days<'_>, titles: &[&Entry]) -> Option<Measured> {
    const ENOUGH: usize = 20;
    let known: Vec<_> = titles.iter().filter(|e| e.language.as_str() != "mul").collect();
    let sung = |e: &&&&Entry| {
        e.language.umbrella().as_str() != "fr" && days.station.languages().iter().any(|l| l.same_umbrella(&e.language))
    };
    let share = 100.0 * known.iter().filter(sung).count() as f64 / known.len().max(1) as f64;
    let one = Measured::number("malian_music_pct", share).at(days.site_id()).about("%");
    (known.len() >= ENOUGH).then_some(one)
}

fn is_title(entry: &Entry) -> bool {
    let part = entry.id.as_str().rsplit('/').next().and_then(|p| p.split_once(".m"));
    matches!(entry.what, What::Audio { .. }) && part.is_some_and(|(_, n)| n.contains('-'))
}

fn artist(entry: &Entry) -> Option<&str> {
    entry.title.split_once(" – ").map(|(artist, _)| artist)
}
