//! Opt-outs: in their windows, with content, back in time.

use domain::{Origin, Severity};

use super::Source::{Kept, Plan, Records};
use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::grid::second_of;
use crate::week::ProgrammeSlot;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-OPT-01",
        severity: Severity::Blocking,
        rule_fr: "Quatre fenêtres: W1 08:10–09:00, W4 10:05–11:00, W2 15:30–16:30 (lun–ven), W3 21:00–22:00. Hors fenêtre, seul un décrochage d'alerte est permis.",
        message_fr: "Décrochage hors fenêtre à {h}.",
        message_en: "Opt-out outside its window at {h}.",
        mend_fr: "Placer le décrochage dans W1, W4, W2 ou W3.",
        mend_en: "Put the opt-out into W1, W4, W2 or W3.",
        params: &[("windows", Param::List(&["W1", "W4", "W2", "W3"]))],
        bounds: &[Bound::most("opt_out_outside_window", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-OPT-02",
        severity: Severity::Blocking,
        rule_fr: "Retour au réseau dur: 09:00:00, 11:00:00, 16:30:00, 22:00:00, tolérance 0 s; fondu de sortie 3 s commencé à T-3 s.",
        message_fr: "Retour tardif de {n} s.",
        message_en: "The return is {n} s late.",
        mend_fr: "Couper le décrochage à l'heure du retour.",
        mend_en: "Cut the opt-out at the time of return.",
        params: &[("tolerance_s", Param::Number(0.0)), ("fade_s", Param::Number(3.0))],
        bounds: &[
            Bound::most("return_late_s", Limit::Param("tolerance_s"), Plan),
            Bound::exactly(
                "fade_s",
                Limit::Param("fade_s"),
                Kept("an_opt_out_fades_three_seconds_before_the_network_comes_back"),
            ),
        ],
    },
    Rule {
        id: "R-OPT-03",
        severity: Severity::Blocking,
        rule_fr: "Départ relatif: W1 et W4 partent à la fin réelle de l'élément réseau (entre -2 et +5 min); la durée perdue est prise dans la zone élastique du décrochage.",
        message_fr: "Départ décalé de {n} s à {site}.",
        message_en: "{site} leaves {n} s off its moment.",
        mend_fr: "Partir à la fin réelle de l'élément réseau; la zone élastique cède.",
        mend_en: "Leave at the real end of the network's item; the elastic part gives way.",
        params: &[("early_s", Param::Number(120.0)), ("late_s", Param::Number(300.0))],
        bounds: &[
            Bound::most("leave_early_s", Limit::Param("early_s"), Records),
            Bound::most("leave_late_s", Limit::Param("late_s"), Records),
        ],
    },
    Rule {
        id: "R-OPT-04",
        severity: Severity::Blocking,
        rule_fr: "Si le contenu du décrochage n'est ni présent ni en direct à T-60 s, le site reste sur le réseau (Carrefour des régions, Partages, magazine, soirée).",
        message_fr: "{site} sans contenu pour {fenêtre}: le réseau continue.",
        message_en: "{site} has no content for {fenêtre}: the network goes on.",
        mend_fr: "Déposer et approuver le contenu, ou laisser le réseau.",
        mend_en: "Upload and approve the content, or keep the network.",
        params: &[("decide_before_s", Param::Number(60.0))],
        bounds: &[Bound::least(
            "opt_out_ready_before_s",
            Limit::Param("decide_before_s"),
            Kept("a_missing_opt_out_keeps_mopti_on_the_network"),
        )],
    },
    Rule {
        id: "R-OPT-05",
        severity: Severity::Warning,
        rule_fr: "Alerte de contenu manquant à H-24, H-2 et H-10 min, à la personne responsable du site.",
        message_fr: "{programme} manque pour {site} dans {n}.",
        message_en: "{programme} is missing for {site}, {n} alarms were not given.",
        mend_fr: "Prévenir la personne responsable du site.",
        mend_en: "Tell the person responsible at the site.",
        params: &[("at", Param::List(&["24h", "2h", "10min"]))],
        bounds: &[Bound::most(
            "missing_unalarmed",
            Limit::Fixed(0.0),
            Kept("a_missing_opt_out_is_called_out_a_day_two_hours_and_ten_minutes_before"),
        )],
    },
    Rule {
        id: "R-OPT-06",
        severity: Severity::Warning,
        rule_fr: "Au moins 10 h de décrochage par site et par semaine, au plus 20 h.",
        message_fr: "{site}: {n} h de décrochage.",
        message_en: "{site}: {n} h of opt-outs.",
        mend_fr: "Ajouter ou retirer des décrochages cette semaine.",
        mend_en: "Add or remove opt-outs this week.",
        params: &[("min_h", Param::Number(10.0)), ("max_h", Param::Number(20.0))],
        bounds: &[
            Bound::least("opt_out_h", Limit::Param("min_h"), Plan),
            Bound::most("opt_out_h", Limit::Param("max_h"), Plan),
        ],
    },
    Rule {
        id: "R-OPT-07",
        severity: Severity::Blocking,
        rule_fr: "Tessalit reprend Kidal en W1, W2 et W3; si la liaison manque, il joue le fichier reçu la nuit; à défaut, le réseau en cache.",
        message_fr: "{site} reprend {v} au lieu de {w}.",
        message_en: "{site} relays {v} instead of {w}.",
        mend_fr: "Faire reprendre Kidal par Tessalit.",
        mend_en: "Let Tessalit relay Kidal.",
        params: &[("source", Param::Text("KDL"))],
        bounds: &[Bound::same("relay_source", Plan)],
    },
];

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    // What only passes over the grid, an alert or a spot at sunset, is no opt-out.
    let passes = |s: &ProgrammeSlot| {
        let found = days.changes.on(days.station, site, s.day);
        found.iter().any(|o| *o.id() == s.programme && o.spec().kind.passes_over())
    };
    let own = days.slots.iter().filter(|s| s.site == site && s.origin != Origin::Network);
    let own: Vec<_> = own.filter(|s| s.window.is_some() || !passes(s)).collect();
    let mut measured = Vec::new();
    if days.by_day().len() >= 7 {
        let hours = own.iter().map(|s| f64::from(s.end_s - s.start_s)).sum::<f64>() / 3600.0;
        measured.push(Measured::number("opt_out_h", hours).at(site));
    }
    for slot in &own {
        let (grid, _) = days.station.ruling(days.changes, slot.day);
        let window = slot.window.as_deref().and_then(|id| grid.window(id));
        let returns_s = window.map_or(slot.start_s, |w| second_of(w.end));
        let late_s = slot.end_s.saturating_sub(if returns_s == 0 { 86_400 } else { returns_s });
        let of = |quantity, value| Measured::number(quantity, value).at(site).on(slot.day, Some(slot.start_s));
        measured.push(of("return_late_s", f64::from(late_s)));
        measured.push(of("opt_out_outside_window", f64::from(u8::from(window.is_none()))));
        let file = days.station.file();
        let of_seasons = file.season.iter().flat_map(|s| &s.optout);
        let mut opt_outs = file.optout.iter().chain(of_seasons);
        let here = |o: &&crate::station::OptOut| {
            o.site == site && o.programme == slot.programme && Some(&o.window) == slot.window.as_ref()
        };
        let source = opt_outs.find(here).and_then(|o| o.source_site);
        if let Some(source) = source.filter(|_| slot.origin == Origin::Relay && site.as_str() == "TES") {
            measured.push(Measured::texts("relay_source", source.as_str(), "KDL").at(site));
        }
    }
    measured
}
