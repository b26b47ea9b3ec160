//! Live events: bounded, and joined rightly after.

use domain::Severity;

use super::Source::{Kept, Plan};
use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::changes::OverrideSpec;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-LIVE-01",
        severity: Severity::Blocking,
        rule_fr: "Un direct exceptionnel porte: durée prévue, débordement maximal, heure butoir, ce qu'il déplace et comment (reporter, supprimer, joindre en cours).",
        message_fr: "Direct {id} sans heure butoir.",
        message_en: "Live event {id} has no hard end or lacks other fields.",
        mend_fr: "Donner durée, débordement, heure butoir et cases déplacées.",
        mend_en: "Give length, overrun, hard end and displaced slots.",
        params: &[("fields", Param::List(&["planned_s", "max_overrun_s", "hard_end", "displaces"]))],
        bounds: &[Bound::most("live_fields_missing", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-LIVE-02",
        severity: Severity::Warning,
        rule_fr: "Débordement maximal par défaut: discours 30 min, match 20 min, débat 5 min, journal 0; prévenir la régie à T-5 min et T-60 s.",
        message_fr: "Le direct {id} déborde de {n} s de trop.",
        message_en: "Live event {id} runs {n} s over its limit.",
        mend_fr: "Rendre l'antenne, ou relever le débordement maximal.",
        mend_en: "Give the air back, or raise the longest overrun.",
        params: &[
            ("speech_min", Param::Number(30.0)),
            ("match_min", Param::Number(20.0)),
            ("debate_min", Param::Number(5.0)),
            ("news_min", Param::Number(0.0)),
        ],
        bounds: &[Bound::most("overrun_beyond_s", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-LIVE-03",
        severity: Severity::Blocking,
        rule_fr: "Pendant un débordement réseau, un décrochage de site attend jusqu'à « latest » (W2: 15:50:00) puis part, quoi qu'il arrive; un direct « cérémonie nationale » peut lever cette limite avec approbation.",
        message_fr: "{site} part {n} s après l'heure limite.",
        message_en: "{site} leaves {n} s after the latest moment.",
        mend_fr: "Partir à 15:50:00, quoi qu'il arrive.",
        mend_en: "Leave at 15:50:00, whatever happens.",
        params: &[("W2_latest", Param::Text("15:50:00"))],
        bounds: &[Bound::most(
            "leave_after_latest_s",
            Limit::Fixed(0.0),
            Kept(
                "a_press_point_that_runs_over_delays_the_opt_outs_to_ten_to_four_at_the_latest_and_the_return_stays_hard",
            ),
        )],
    },
    Rule {
        id: "R-LIVE-04",
        severity: Severity::Blocking,
        rule_fr: "Perte du signal distant pendant un direct: 3 s de silence → ligne de secours; 8 s → instant-calme + annonce; 60 s → retour à la grille en cours.",
        message_fr: "Direct perdu depuis {n} s.",
        message_en: "The live line has been lost for {n} s.",
        mend_fr: "Passer à la ligne de secours, puis à la grille en cours.",
        mend_en: "Go to the backup line, then to the grid in progress.",
        params: &[
            ("backup_s", Param::Number(3.0)),
            ("filler_s", Param::Number(8.0)),
            ("abandon_s", Param::Number(60.0)),
        ],
        bounds: &[
            Bound::most(
                "live_lost_s",
                Limit::Param("abandon_s"),
                Kept("losses_are_held_then_filled_and_proved_before_the_air_is_given_again"),
            ),
            Bound::most(
                "live_lost_without_backup_s",
                Limit::Param("backup_s"),
                Kept("losses_are_held_then_filled_and_proved_before_the_air_is_given_again"),
            ),
            Bound::most(
                "live_lost_without_filler_s",
                Limit::Param("filler_s"),
                Kept("losses_are_held_then_filled_and_proved_before_the_air_is_given_again"),
            ),
        ],
    },
    Rule {
        id: "R-LIVE-05",
        severity: Severity::Warning,
        rule_fr: "Après un direct, l'élément suivant est rejoint en cours s'il reste ≥ 15 min (parlé) ou ≥ 8 min (information); sinon remplissage jusqu'à la prochaine case.",
        message_fr: "{programme} est rejoint pour {n} min seulement.",
        message_en: "{programme} is joined for only {n} min.",
        mend_fr: "Remplir jusqu'à la prochaine case.",
        mend_en: "Fill up to the next slot.",
        params: &[("join_min_talk", Param::Number(15.0)), ("join_min_news", Param::Number(8.0))],
        bounds: &[
            Bound::least(
                "joined_talk_rest_min",
                Limit::Param("join_min_talk"),
                Kept("what_has_less_than_a_quarter_of_an_hour_left_is_not_joined_but_filled"),
            ),
            Bound::least(
                "joined_news_rest_min",
                Limit::Param("join_min_news"),
                Kept("the_press_point_is_followed_by_its_flash_and_the_repeat_is_cut_then_dropped"),
            ),
        ],
    },
    Rule {
        id: "R-LIVE-06",
        severity: Severity::Info,
        rule_fr: "Les spots couverts par un direct sont compensés le jour même dans la même tranche, sinon sous 48 h.",
        message_fr: "{campagne}: compensation après {n} h.",
        message_en: "{campagne}: made good after {n} h.",
        mend_fr: "Compenser le jour même, sinon sous 48 h.",
        mend_en: "Make good the same day, else within 48 h.",
        params: &[("makegood_h", Param::Number(48.0))],
        bounds: &[Bound::most(
            "makegood_delay_h",
            Limit::Param("makegood_h"),
            Kept("a_lost_airing_is_made_good_once_though_plans_are_made_again_all_day_and_the_next"),
        )],
    },
];

/// What an event declares of itself (R-LIVE-01, R-LIVE-02).
fn of_event(spec: &OverrideSpec) -> Vec<Measured> {
    if spec.kind.passes_over() {
        return Vec::new();
    }
    let missing = [spec.hard_end.is_none(), spec.max_overrun_s.is_none(), spec.displaces.is_empty()];
    let missing = missing.iter().filter(|m| **m).count() as f64;
    let beyond = spec.overrun_s.saturating_sub(spec.max_overrun_s.unwrap_or(spec.kind.max_overrun_s()));
    let of = |quantity, value| Measured::number(quantity, value).about(spec.id.as_str());
    vec![of("live_fields_missing", missing), of("overrun_beyond_s", f64::from(beyond))]
}

/// Events that are dated at all: those of the station file and those decided since.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    days.changes.all(days.station).flat_map(|o| of_event(o.spec())).collect()
}
