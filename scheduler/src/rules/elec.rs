//! Elections: equal time, silence, plural voices.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Entry, Severity, What};
use jiff::civil::Date;

use super::Source::{Plan, Records};
use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::station::ElectionSpec;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-ELEC-01",
        severity: Severity::Blocking,
        rule_fr: "Campagne officielle: temps de parole égal par candidat (modèle CNEAME 2013: 5 min par passage, 3 semaines, ordre tiré au sort + un enregistrement de 10 min aux mêmes questions); écart cumulé ≤ 5 %.",
        message_fr: "Écart de {n} s entre {a} et {b}.",
        message_en: "A gap of {n} s between {a} and {b}.",
        mend_fr: "Rendre le temps manquant avant la fin de la campagne.",
        mend_en: "Give the missing time back before the end of the campaign.",
        params: &[
            ("turn_s", Param::Number(300.0)),
            ("long_s", Param::Number(600.0)),
            ("max_gap_pct", Param::Number(5.0)),
        ],
        bounds: &[
            Bound::most("candidate_gap_pct", Limit::Param("max_gap_pct"), Records),
            Bound::most("candidate_turn_s", Limit::Param("turn_s"), Plan)
                .saying("{id} parle {n} s d'affilée; {y} s par passage.", "{id} speaks for {n} s; {y} s a turn."),
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
        bounds: &[
            Bound::must("draw_kept", Plan).saying(
                "{id}: la graine ou le procès-verbal du tirage au sort manque.",
                "{id}: the seed or the minutes of the draw are missing.",
            ),
            Bound::exactly("draw_rotated_by", Limit::Param("rotate"), Plan).saying(
                "{id}: l'ordre de passage du {jour} n'est pas celui de la veille tourné d'un rang.",
                "{id}: the order of {jour} is not that of the day before turned by one.",
            ),
        ],
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
        bounds: &[Bound::most("partisan_in_silence", Limit::Fixed(0.0), Plan)],
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
        bounds: &[Bound::most("sensibility_pct", Limit::Param("max_pct"), Records)],
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
        bounds: &[Bound::most("candidate_on_air", Limit::Fixed(0.0), Plan)],
    },
];

/// What plans and draws tell of the elections whose days are judged.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let file = days.station.file();
    let touched = |e: &&ElectionSpec| days.slots.iter().any(|s| e.campaigns_on(s.day));
    let kept = |e: &ElectionSpec| {
        let is = e.draw_seed.is_some() && !e.draw_minutes.trim().is_empty();
        Measured::number("draw_kept", f64::from(u8::from(is))).about(e.id.as_str())
    };
    let mut measured: Vec<_> = file.election.iter().filter(touched).map(kept).collect();
    for election in &file.election {
        measured.extend(turns(days, election));
        measured.extend(silence(days, election));
    }
    measured
}

/// Turns of candidates: how long each is, and whether their order is that of the day before turned by one.
fn turns(days: &Days<'_>, election: &ElectionSpec) -> Vec<Measured> {
    let mut measured = Vec::new();
    let mut orders = BTreeMap::<Date, Vec<&str>>::new();
    let mut long = BTreeSet::new();
    let rule = super::rule("R-ELEC-01");
    let figure = |name| rule.and_then(|r| r.figure(name, &days.station.file().rule)).unwrap_or_default();
    let (turn_s, long_s) = (figure("turn_s"), figure("long_s"));
    for (day, second, entry) in days.entries().filter(|(day, ..)| election.campaigns_on(*day)) {
        let What::Audio { asset, .. } = &entry.what else { continue };
        let Some(sheet) = days.sheets.get(asset) else { continue };
        for name in &election.off_air {
            let is = sheet.speakers.iter().any(|s| s.name == *name);
            let one = Measured::number("candidate_on_air", f64::from(u8::from(is))).at(days.site_id());
            measured.push(one.on(day, Some(second)).about(name.as_str()));
        }
        for name in &election.candidates {
            let Some(spoken_s) = sheet.spoken_by(name) else { continue };
            let order = orders.entry(day).or_default();
            if !order.contains(&name.as_str()) {
                order.push(name);
            }
            // Each has one long recording, with the same questions.
            let is_long = spoken_s > turn_s && spoken_s <= long_s && long.insert((name, asset));
            if !is_long || long.iter().filter(|(n, _)| *n == name).count() > 1 {
                let one = Measured::number("candidate_turn_s", spoken_s).at(days.site_id()).about(name.as_str());
                measured.push(one.on(day, Some(second)));
            }
        }
    }
    let all = |order: &&Vec<&str>| order.len() == election.candidates.len() && order.len() > 1;
    for (day, order) in &orders {
        let eve = day.yesterday().ok().and_then(|eve| orders.get(&eve)).filter(all);
        let Some(eve) = eve.filter(|_| all(&order)) else { continue };
        let by = (0..eve.len()).find(|by| (0..eve.len()).all(|n| order[n] == eve[(n + by) % eve.len()]));
        let one = Measured::number("draw_rotated_by", by.unwrap_or(0) as f64).at(days.site_id());
        measured.push(one.on(*day, None).about(election.id.as_str()));
    }
    measured
}

/// Partisan sounds in the silence before the vote, repeats included: those in which a candidate is heard, and spots of an
/// electoral campaign that is not declared to take no side.
fn silence(days: &Days<'_>, election: &ElectionSpec) -> Vec<Measured> {
    let zone = days.station.zone();
    let silent = |day: Date, e: &Entry| election.is_silent(day, zone.to_datetime(e.at).time());
    let mut measured = Vec::new();
    for (day, second, entry) in days.entries().filter(|(day, _, e)| silent(*day, e)) {
        let What::Audio { asset, .. } = &entry.what else { continue };
        let heard = |name: &String| days.sheets.get(asset).is_some_and(|s| s.speakers.iter().any(|p| p.name == *name));
        let spot = days.station.spot_of(asset, days.site_id());
        let partisan = spot.is_some_and(|(c, _)| c.electoral && c.non_partisan != Some(true));
        let is = partisan || election.candidates.iter().any(heard);
        let one = Measured::number("partisan_in_silence", f64::from(u8::from(is))).at(days.site_id());
        measured.push(one.on(day, Some(second)).about(entry.title.as_str()));
    }
    measured
}
