//! Alerts: who approves, how soon, how often.

use domain::{Entry, Segment, Severity};
use jiff::civil::{Date, Weekday};

use super::Source::{Kept, Plan};
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};
use crate::changes::{LiveKind, OverrideSpec};
use crate::grid::second_of;

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
        bounds: &[Bound::most(
            "alert_start_s",
            Limit::Param("start_s"),
            Source::nobody(
                "Les alertes sont saisies comme des directs ; le pupitre d'alerte, ses approbations et sa voix ne sont pas construits.",
                "Alerts are entered as live events; the alert desk with its approvals and its voice is not built.",
            ),
        )],
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
            Bound::least(
                "alert_approvers",
                Limit::Param("approvals"),
                Source::nobody(
                    "Les alertes sont saisies comme des directs ; le pupitre d'alerte, ses approbations et sa voix ne sont pas construits.",
                    "Alerts are entered as live events; the alert desk with its approvals and its voice is not built.",
                ),
            ),
            Bound::least(
                "alert_local_approvers",
                Limit::Fixed(1.0),
                Source::nobody(
                    "Les alertes sont saisies comme des directs ; le pupitre d'alerte, ses approbations et sa voix ne sont pas construits.",
                    "Alerts are entered as live events; the alert desk with its approvals and its voice is not built.",
                ),
            ),
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
            Bound::most("alert_total_s", Limit::Param("max_total_s"), Plan),
            Bound::least("alert_language_s", Limit::Fixed(20.0), Plan)
                .saying("Alerte {id}: {n} s par langue; 20 à 45 s.", "Alert {id}: {n} s a language; 20 to 45 s."),
            Bound::most("alert_language_s", Limit::Fixed(45.0), Plan)
                .saying("Alerte {id}: {n} s par langue; 20 à 45 s.", "Alert {id}: {n} s a language; 20 to 45 s."),
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
            Bound::most(
                "alert_repeat_missed",
                Limit::Fixed(0.0),
                Source::nobody(
                    "Les alertes sont saisies comme des directs ; le pupitre d'alerte, ses approbations et sa voix ne sont pas construits.",
                    "Alerts are entered as live events; the alert desk with its approvals and its voice is not built.",
                ),
            ),
            Bound::must("alert_expiry", Plan).saying("Alerte {id}: sans péremption.", "Alert {id}: it never expires."),
            Bound::least(
                "alert_cancellations",
                Limit::Param("cancel_min"),
                Source::nobody(
                    "Les alertes sont saisies comme des directs ; le pupitre d'alerte, ses approbations et sa voix ne sont pas construits.",
                    "Alerts are entered as live events; the alert desk with its approvals and its voice is not built.",
                ),
            ),
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
        bounds: &[Bound::least("unfit_near_alert_s", Limit::Param("margin_s"), Plan)],
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
            Bound::most("exercise_off_schedule_min", Limit::Fixed(0.0), Plan),
            Bound::exactly("exercise_pty", Limit::Param("pty_test"), Kept("no_grid_rings_an_alarm_by_mistake")),
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
        bounds: &[Bound::most("alert_forbidden_words", Limit::Fixed(0.0), Plan)],
    },
];

/// What an alert says of itself, what stands around it in the plans, and when exercises are held. An alert is a live event
/// of the kind `alerte`; an exercise names itself one.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let alerts: Vec<_> = days.changes.all(days.station).filter(|o| o.spec().kind == LiveKind::Alerte).collect();
    let mut measured: Vec<_> = alerts.iter().flat_map(|o| of_alert(o.spec(), o.date())).collect();
    for template in &days.station.file().alert_template {
        let text = |key: &str| template.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        measured.push(forbidden(text("id"), text("template_fr")));
    }
    let is_alert = |e: &Entry| alerts.iter().any(|o| *o.id() == e.programme);
    for plan in days.own_plans() {
        let entries = plan.entries();
        for alert in entries.iter().filter(|e| is_alert(e)) {
            let nearest = entries.iter().filter(|e| is_unfit(days, e)).map(|e| (apart_s(alert, e), e));
            let Some((apart, unfit)) = nearest.min_by(|(a, _), (b, _)| a.total_cmp(b)) else { continue };
            let second = second_of(days.station.zone().to_datetime(unfit.at).time());
            let one = Measured::number("unfit_near_alert_s", apart).at(plan.site()).about(unfit.title.as_str());
            measured.push(one.on(plan.day(), Some(second)));
        }
    }
    measured
}

fn of_alert(spec: &OverrideSpec, date: Date) -> Vec<Measured> {
    let of = |quantity, value| Measured::number(quantity, value).on(date, None).about(spec.id.as_str());
    let length_s = f64::from(spec.planned_s);
    let mut measured = vec![
        of("alert_total_s", length_s),
        of("alert_expiry", f64::from(u8::from(spec.hard_end.is_some()))),
        forbidden(spec.id.as_str(), &spec.title),
    ];
    if spec.lang.as_str() != "mul" {
        measured.push(of("alert_language_s", length_s));
    }
    if spec.id.as_str().starts_with("exercice") {
        measured.extend(off_schedule_min(spec, date).map(|min| of("exercise_off_schedule_min", min)));
    }
    measured
}

/// Minutes between an exercise and the first Wednesday of its month at 10:03 (R-ALERT-06).
fn off_schedule_min(spec: &OverrideSpec, date: Date) -> Option<f64> {
    let due = date.first_of_month().nth_weekday_of_month(1, Weekday::Wednesday).ok()?.at(10, 3, 0, 0);
    Some((date.to_datetime(spec.start?).duration_since(due).as_secs_f64() / 60.0).abs())
}

/// Words of an alert that would help whoever means harm (R-ALERT-07).
fn forbidden(id: &str, text: &str) -> Measured {
    const WORDS: [&str; 6] = ["convoi", "patrouille", "itinéraire", "position des forces", "camp militaire", "victime"];
    let text = text.to_lowercase();
    let found = WORDS.iter().filter(|word| text.contains(**word)).count();
    Measured::number("alert_forbidden_words", found as f64).about(id)
}

fn is_unfit(days: &Days<'_>, entry: &Entry) -> bool {
    let kind = days.station.programme(&entry.programme).map_or("", |p| p.kind.as_str());
    entry.segment == Segment::Spot || matches!(kind, "jeu" | "dédicaces")
}

/// Seconds between two entries; 0 where they touch.
fn apart_s(a: &Entry, b: &Entry) -> f64 {
    let gap = |first: &Entry, then: &Entry| then.at.duration_since(first.end()).as_secs_f64();
    gap(a, b).max(gap(b, a)).max(0.0)
}
