//! Children: what they hear, and their own voices.

use domain::{Segment, Severity, What};

use super::Source::Plan;
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};
use crate::grid::second_of;
use crate::station::{BreakPolicy, ChildPolicy, Day};
use crate::week::ProgrammeSlot;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-CHILD-01",
        severity: Severity::Blocking,
        rule_fr: "Dans « La Voix des enfants » et « L'École à l'antenne » et 10 min autour: aucun spot sensible (recrutement, violences sexuelles, conduite, droits de l'homme).",
        message_fr: "Spot sensible près d'une émission pour enfants.",
        message_en: "A sensitive spot near a children's programme.",
        mend_fr: "Éloigner le spot d'au moins dix minutes.",
        mend_en: "Move the spot ten minutes away at least.",
        params: &[("margin_min", Param::Number(10.0))],
        bounds: &[Bound::least("sensitive_near_children_min", Limit::Param("margin_min"), Plan)],
    },
    Rule {
        id: "R-CHILD-02",
        severity: Severity::Blocking,
        rule_fr: "Un spot sur le recrutement d'enfants dans une émission pour enfants exige: version « enfants » validée par la Section de protection de l'enfant, lancement par l'animateur, et le numéro du site dans les 60 s qui suivent.",
        message_fr: "Version enfants manquante.",
        message_en: "The children's version is missing.",
        mend_fr: "Utiliser la version enfants validée, avec le numéro dans la minute.",
        mend_en: "Use the approved children's version, with the number within the minute.",
        params: &[("hotline_within_s", Param::Number(60.0))],
        bounds: &[
            Bound::most("children_version_missing", Limit::Fixed(0.0), Plan).saying(
                "{id}: la version enfants manque dans une émission pour enfants.",
                "{id}: the children's version is missing in a children's programme.",
            ),
            Bound::most(
                "hotline_after_s",
                Limit::Param("hotline_within_s"),
                Source::nobody(
                    "Aucune fiche ne dit où, dans un son, un numéro est prononcé.",
                    "No card says where in a sound a number is said.",
                ),
            ),
        ],
    },
    Rule {
        id: "R-CHILD-03",
        severity: Severity::Blocking,
        rule_fr: "Voix d'enfant: consentement du parent et de l'enfant enregistré, pas de nom de famille, pas de lieu plus précis que le cercle; aucune voix d'enfant associé à un groupe armé.",
        message_fr: "Consentement absent.",
        message_en: "A consent is missing.",
        mend_fr: "Joindre l'accord du parent et de l'enfant.",
        mend_en: "Attach the consent of the parent and of the child.",
        params: &[("min_place", Param::Text("cercle"))],
        bounds: &[
            Bound::most("child_consents_missing", Limit::Fixed(0.0), Plan),
            Bound::most(
                "child_place_too_precise",
                Limit::Fixed(0.0),
                Source::nobody(
                    "Aucune fiche ne dit quels noms et lieux sont prononcés.",
                    "No card says which names and places are spoken.",
                ),
            ),
        ],
    },
    Rule {
        id: "R-CHILD-04",
        severity: Severity::Warning,
        rule_fr: "Émissions pour enfants hors des heures de classe: lun–ven après 16:30 ou avant 07:30; samedi 09:00–11:00.",
        message_fr: "{programme} passe à {h}, pendant la classe.",
        message_en: "{programme} airs at {h}, in school hours.",
        mend_fr: "Placer l'émission après 16:30 ou le samedi matin.",
        mend_en: "Put the programme after 16:30 or on Saturday morning.",
        params: &[("after", Param::Text("16:30"))],
        bounds: &[Bound::most("children_in_school_hours", Limit::Fixed(0.0), Plan)],
    },
];

/// School hours on weekdays, in seconds of the day: 07:30 to 16:30 (R-CHILD-04).
const SCHOOL_S: std::ops::Range<u32> = 27_000..59_400;

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let child = |s: &&ProgrammeSlot| {
        days.station.programme(&s.programme).is_some_and(|p| p.break_policy == BreakPolicy::Enfants)
    };
    let mut measured = protected(days);
    let own: Vec<_> = days.slots.iter().filter(|s| s.site == site).filter(child).collect();
    for slot in &own {
        let weekday = !matches!(Day::of(slot.day), Day::Sat | Day::Sun);
        let in_school = weekday && slot.start_s < SCHOOL_S.end && SCHOOL_S.start < slot.end_s;
        let one = Measured::number("children_in_school_hours", f64::from(u8::from(in_school))).at(site);
        measured.push(one.on(slot.day, Some(slot.start_s)).about(slot.programme.as_str()));
    }
    for plan in days.plans.iter().filter(|p| p.site() == site) {
        for entry in plan.entries().iter().filter(|e| e.segment == Segment::Spot) {
            let What::Audio { asset, .. } = &entry.what else { continue };
            let Some((campaign, spot)) = days.station.spot_of(asset, site) else { continue };
            if !campaign.sensitive || spot.child_safe {
                continue;
            }
            let from = second_of(days.station.zone().to_datetime(entry.at).time());
            let to = from + entry.length.as_secs_f64() as u32;
            let near = own.iter().filter(|s| s.day == plan.day());
            let apart = near.map(|s| s.start_s.saturating_sub(to).max(from.saturating_sub(s.end_s))).min();
            if let Some(apart) = apart {
                let one = Measured::number("sensitive_near_children_min", f64::from(apart) / 60.0).at(site);
                measured.push(one.on(plan.day(), Some(from)).about(spot.id.as_str()));
            }
        }
    }
    measured
}

/// Children's voices without consent (R-CHILD-03), and spots inside their programmes that are not made for them (R-CHILD-02).
fn protected(days: &Days<'_>) -> Vec<Measured> {
    let mut measured = Vec::new();
    for (day, second, entry) in days.entries() {
        let What::Audio { asset, .. } = &entry.what else { continue };
        let of = |quantity, is: bool| {
            let one = Measured::number(quantity, f64::from(u8::from(is))).at(days.site_id());
            one.on(day, Some(second)).about(asset.as_str())
        };
        if let Some(sheet) = days.sheets.get(asset).filter(|s| s.has_child) {
            measured.push(of("child_consents_missing", !sheet.has_consent));
        }
        let listening =
            days.station.programme(&entry.programme).is_some_and(|p| p.break_policy == BreakPolicy::Enfants);
        let spot = days.station.spot_of(asset, days.site_id()).filter(|_| listening && entry.segment == Segment::Spot);
        if let Some((_, spot)) = spot.filter(|(c, _)| c.child_policy == ChildPolicy::VersionEnfantsOuRien) {
            measured.push(of("children_version_missing", !spot.child_safe));
        }
    }
    measured
}
