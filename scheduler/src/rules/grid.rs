//! The week itself: whole, on its steps, published in time.

use domain::Severity;
use jiff::civil::Date;

use super::Source::{Built, Kept, Plan, Said};
use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::station::{SegmentKind, SegmentSpec};
use crate::week::ProgrammeSlot;

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
        bounds: &[
            Bound::most("hole_s", Limit::Fixed(0.0), Built("each_break_of_the_week_is_named")),
            Bound::least("day_covered_s", Limit::Param("day_s"), Built("each_break_of_the_week_is_named")),
        ],
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
            Bound::most("slot_off_step_s", Limit::Fixed(0.0), Built("each_break_of_the_week_is_named")),
            Bound::least("slot_length_s", Limit::Param("min_slot_s"), Built("each_break_of_the_week_is_named")),
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
            Bound::most("format_differs_s", Limit::Fixed(0.0), Built("each_break_of_the_week_is_named")),
            Bound::most("elastic_segments_per_part", Limit::Fixed(1.0), Plan).saying(
                "L'horloge {id} a {n} segments élastiques entre deux écrans.",
                "Clock format {id} has {n} elastic segments between two breaks.",
            ),
            Bound::most(
                "elastic_pct",
                Limit::Param("elastic_pct"),
                Said("sound_of_a_wrong_length_is_filled_or_cut_and_said"),
            ),
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
            Bound::most(
                "week_published_late_h",
                Limit::Fixed(0.0),
                Said("a_day_is_frozen_from_the_evening_before_for_all_but_the_director_and_an_alert"),
            ),
            Bound::most(
                "change_after_freeze_unapproved",
                Limit::Fixed(0.0),
                Said("a_day_is_frozen_from_the_evening_before_for_all_but_the_director_and_an_alert"),
            ),
        ],
    },
    Rule {
        id: "R-GRID-05",
        severity: Severity::Warning,
        rule_fr: "Une rediffusion passe au moins 2 h et au plus 7 jours après la première diffusion; jamais deux fois la même édition d'un journal au-delà de 24 h.",
        message_fr: "Journal {id} vieux de {n} h.",
        message_en: "{id} is {n} h old.",
        mend_fr: "Déposer une édition du jour.",
        mend_en: "Upload an edition of the day.",
        params: &[
            ("min_gap_h", Param::Number(2.0)),
            ("max_age_d", Param::Number(7.0)),
            ("news_max_age_h", Param::Number(24.0)),
        ],
        bounds: &[
            Bound::least("repeat_gap_h", Limit::Param("min_gap_h"), Plan).saying(
                "{id} repasse {n} h après la première diffusion; au moins {y}.",
                "{id} is repeated {n} h after its first airing; at least {y}.",
            ),
            Bound::most("repeat_age_d", Limit::Param("max_age_d"), Plan)
                .saying("{id} repasse après {n} jours; au plus {y}.", "{id} is repeated after {n} days; at most {y}."),
            Bound::most(
                "news_age_h",
                Limit::Param("news_max_age_h"),
                Kept("a_site_alone_for_nine_days_airs_no_old_news_as_news_and_keeps_sounding"),
            ),
        ],
    },
];

/// Elastic segments between two breaks of a clock format (R-GRID-03), and how long after its first airing a programme is
/// heard again (R-GRID-05).
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let mut measured = Vec::new();
    for format in &days.station.file().clock_format {
        let parts = format.segments.split(|s| s.kind == SegmentKind::Ecran);
        let elastic = |part: &[SegmentSpec]| part.iter().filter(|s| s.elastic == Some(true)).count();
        let most = parts.map(elastic).max().unwrap_or(0);
        measured.push(Measured::number("elastic_segments_per_part", most as f64).about(format.id.as_str()));
    }
    let second = |s: &ProgrammeSlot| s.day.duration_since(Date::ZERO).as_secs() + i64::from(s.start_s);
    let own = || days.slots.iter().filter(|s| s.site == days.site_id());
    for slot in own() {
        let original = days.station.programme(&slot.programme).and_then(|p| p.repeat_of.as_deref());
        let Some(original) = original else { continue };
        let first = own().filter(|s| s.programme.as_str() == original && second(s) < second(slot)).map(second).max();
        let Some(first) = first else { continue };
        let hours = (second(slot) - first) as f64 / 3600.0;
        let of = |quantity, value| {
            Measured::number(quantity, value)
                .at(slot.site)
                .on(slot.day, Some(slot.start_s))
                .about(slot.programme.as_str())
        };
        measured.push(of("repeat_gap_h", hours));
        measured.push(of("repeat_age_d", hours / 24.0));
    }
    measured
}
