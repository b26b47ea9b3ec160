//! Alerts: who approves, how soon, how often.

use domain::Severity;

use super::{Bound, Limit, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-ALERT-01",
        severity: Severity::Blocking,
        rule_fr: "Alerte vitale: à l'antenne ≤ 10 s après la seconde approbation sur un site en ligne; ≤ 60 s par SMS de commande; interrompt tout sauf une autre alerte vitale.",
        message_fr: "L'alerte part après {n} s.",
        message_en: "The alert starts after {n} s.",
        mend_fr: "Vérifier la liaison du site; ordonner par SMS.",
        mend_en: "Check the site's link; order by SMS.",
        params: &[("start_s", Param::Number(10.0))],
        bounds: &[Bound::most("alert_start_s", Limit::Param("start_s"))],
    },
    Rule {
        id: "R-ALERT-02",
        severity: Severity::Blocking,
        rule_fr: "Deux personnes distinctes approuvent (dont une du site ou de la Protection des civils); exercice: une seule.",
        message_fr: "Alerte {id}: {n} approbation.",
        message_en: "Alert {id}: {n} approval.",
        mend_fr: "Faire approuver par une seconde personne, du site ou de la Protection des civils.",
        mend_en: "Have a second person approve, from the site or the Protection of civilians.",
        params: &[("approvals", Param::Number(2.0))],
        bounds: &[
            Bound::least("alert_approvers", Limit::Param("approvals")),
            Bound::least("alert_local_approvers", Limit::Fixed(1.0)),
        ],
    },
    Rule {
        id: "R-ALERT-03",
        severity: Severity::Blocking,
        rule_fr: "Ciblage par site; langues dans l'ordre du site, puis français; 20 à 45 s par langue; total ≤ 3 min.",
        message_fr: "Alerte {id}: {n} s.",
        message_en: "Alert {id}: {n} s.",
        mend_fr: "Ramener chaque langue entre 20 et 45 s, le tout à 3 min.",
        mend_en: "Bring each language to 20 to 45 s, all to 3 min.",
        params: &[("max_total_s", Param::Number(180.0))],
        bounds: &[
            Bound::most("alert_total_s", Limit::Param("max_total_s")),
            Bound::least("alert_language_s", Limit::Fixed(20.0)),
            Bound::most("alert_language_s", Limit::Fixed(45.0)),
        ],
    },
    Rule {
        id: "R-ALERT-04",
        severity: Severity::Warning,
        rule_fr: "Répétition toutes les 15 min pendant 2 h, puis toutes les 30 min pendant 4 h; péremption obligatoire; annulation diffusée autant de fois que l'alerte, au moins 3.",
        message_fr: "Alerte {id}: {n} répétitions manquent.",
        message_en: "Alert {id}: {n} repetitions are missing.",
        mend_fr: "Répéter toutes les 15 min pendant 2 h, puis toutes les 30 min pendant 4 h.",
        mend_en: "Repeat every 15 min for 2 h, then every 30 min for 4 h.",
        params: &[
            ("first_min", Param::Number(15.0)),
            ("then_min", Param::Number(30.0)),
            ("cancel_min", Param::Number(3.0)),
        ],
        bounds: &[
            Bound::most("alert_repeat_missed", Limit::Fixed(0.0)),
            Bound::must("alert_expiry"),
            Bound::least("alert_cancellations", Limit::Param("cancel_min")),
        ],
    },
    Rule {
        id: "R-ALERT-05",
        severity: Severity::Blocking,
        rule_fr: "Pas de spot, de jeu ni de musique de danse dans les 60 s avant et après.",
        message_fr: "{programme} à {n} s d'une alerte.",
        message_en: "{programme} is {n} s from an alert.",
        mend_fr: "Laisser 60 s sans spot ni jeu autour de l'alerte.",
        mend_en: "Leave 60 s without spots or games around the alert.",
        params: &[("margin_s", Param::Number(60.0))],
        bounds: &[Bound::least("unfit_near_alert_s", Limit::Param("margin_s"))],
    },
    Rule {
        id: "R-ALERT-06",
        severity: Severity::Warning,
        rule_fr: "Exercice le premier mercredi du mois à 10:03, annoncé; PTY 30 (Alarm test), jamais 31.",
        message_fr: "L'exercice n'est pas à sa place ({n}).",
        message_en: "The exercise is not in its place ({n}).",
        mend_fr: "Placer l'exercice le premier mercredi à 10:03, PTY 30.",
        mend_en: "Put the exercise on the first Wednesday at 10:03, PTY 30.",
        params: &[("pty_test", Param::Number(30.0)), ("pty_real", Param::Number(31.0))],
        bounds: &[
            Bound::most("exercise_off_schedule_min", Limit::Fixed(0.0)),
            Bound::exactly("exercise_pty", Limit::Param("pty_test")),
        ],
    },
    Rule {
        id: "R-ALERT-07",
        severity: Severity::Blocking,
        rule_fr: "Aucune alerte ne donne de position de forces, d'itinéraire de convoi ni de nom de victime.",
        message_fr: "Alerte {id}: {n} mentions interdites.",
        message_en: "Alert {id}: {n} forbidden mentions.",
        mend_fr: "Retirer positions, itinéraires de convoi et noms de victimes.",
        mend_en: "Remove positions, convoy routes and victims' names.",
        params: &[],
        bounds: &[Bound::most("alert_forbidden_words", Limit::Fixed(0.0))],
    },
];
