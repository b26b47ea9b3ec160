//! Languages: who is spoken to, how much, in which variant.

use std::collections::BTreeMap;

use domain::{Language, Severity};

use super::Source::{Kept, Plan};
use super::{Bound, Days, Limit, Measured, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-LANG-01",
        severity: Severity::Blocking,
        rule_fr: "Chaque jour, chacune des 7 langues a au moins 2 rendez-vous d'information par site (référence: 3 en semaine).",
        message_fr: "{langue} n'a que {n} éditions le {jour} à {site}.",
        message_en: "{langue} has only {n} news editions on {jour} at {site}.",
        mend_fr: "Ajouter une édition dans cette langue.",
        mend_en: "Add an edition in this language.",
        params: &[("min_news_per_day", Param::Number(2.0))],
        bounds: &[Bound::least("news_per_day", Limit::Param("min_news_per_day"), Plan)],
    },
    Rule {
        id: "R-LANG-02",
        severity: Severity::Warning,
        rule_fr: "06:00–22:00, part de la langue prioritaire du site dans le temps parlé hebdomadaire: BKO bm ≥ 30 %, MOP ff ≥ 14 % et dts ≥ 10 %, TBT son ≥ 15 %, GAO son ≥ 16 %, KDL et TES tmh ≥ 18 %, MEN tmh ≥ 16 %.",
        message_fr: "{site}: {langue} à {x} %, plancher {y} %.",
        message_en: "{site}: {langue} at {x} %, floor {y} %.",
        mend_fr: "Donner plus de temps à cette langue, par exemple en W2 ou W3.",
        mend_en: "Give this language more time, for example in W2 or W3.",
        params: &[
            ("BKO", Param::Number(30.0)),
            ("MOP", Param::Number(14.0)),
            ("MOP_dts", Param::Number(10.0)),
            ("TBT", Param::Number(15.0)),
            ("GAO", Param::Number(16.0)),
            ("KDL", Param::Number(18.0)),
            ("TES", Param::Number(18.0)),
            ("MEN", Param::Number(16.0)),
        ],
        bounds: &[Bound::least_of_key("local_share_pct", Plan)],
    },
    Rule {
        id: "R-LANG-03",
        severity: Severity::Warning,
        rule_fr: "Aucune langue sous 4 % du temps parlé 06:00–22:00 par site et par semaine; français ≤ 45 %.",
        message_fr: "{langue} à {x} % à {site}.",
        message_en: "{langue} at {x} % at {site}.",
        mend_fr: "Équilibrer les langues de la semaine.",
        mend_en: "Balance the languages of the week.",
        params: &[("floor_pct", Param::Number(4.0)), ("fr_max_pct", Param::Number(45.0))],
        bounds: &[
            Bound::least("language_share_pct", Limit::Param("floor_pct"), Plan),
            Bound::most("french_share_pct", Limit::Param("fr_max_pct"), Plan),
        ],
    },
    Rule {
        id: "R-LANG-04",
        severity: Severity::Warning,
        rule_fr: "L'ordre des langues dans la rotation de 13:00 tourne d'un rang par semaine (bm son tmh ff dts ar → son tmh ff dts ar bm …) pour qu'aucune ne soit toujours dernière; l'auditeur garde l'heure pendant 4 semaines (rotation par période, pas par jour).",
        message_fr: "La rotation n'a pas tourné depuis {n} semaines.",
        message_en: "The rotation has not turned for {n} weeks.",
        mend_fr: "Tourner l'ordre des langues de 13:00 d'un rang.",
        mend_en: "Turn the order of languages at 13:00 by one.",
        params: &[("period_weeks", Param::Number(4.0))],
        bounds: &[Bound::most("rotation_age_weeks", Limit::Param("period_weeks"), Plan)],
    },
    Rule {
        id: "R-LANG-05",
        severity: Severity::Blocking,
        rule_fr: "Un site ne reçoit un contenu que dans une variante déclarée: TBT songhaï khq, GAO et MEN songhaï ses, MEN tamasheq ttq, KDL/TES/GAO/TBT taq, MOP dogon dts ou djm; à défaut, avertir et demander confirmation.",
        message_fr: "Variante {v} prévue à {site}, attendu {w}.",
        message_en: "Variant {v} planned at {site}, {w} expected.",
        mend_fr: "Choisir une version dans la variante du site, ou confirmer l'écart.",
        mend_en: "Choose a version in the site's variant, or confirm the exception.",
        params: &[
            ("TBT", Param::Text("khq")),
            ("GAO", Param::Text("ses")),
            ("MEN_son", Param::Text("ses")),
            ("MEN_tmh", Param::Text("ttq")),
            ("KDL", Param::Text("taq")),
        ],
        bounds: &[Bound::same("variant", Plan)],
    },
    Rule {
        id: "R-LANG-06",
        severity: Severity::Info,
        rule_fr: "Un élément musical ne compte pas comme temps parlé; un programme bilingue compte selon lang_mix.",
        message_fr: "{programme}: {n} s de musique comptées comme parole.",
        message_en: "{programme}: {n} s of music counted as speech.",
        mend_fr: "Compter lang_mix × (1 − music_share).",
        mend_en: "Count lang_mix × (1 − music_share).",
        params: &[("count", Param::Text("lang_mix × (1 − music_share)"))],
        bounds: &[Bound::most(
            "music_counted_as_speech_s",
            Limit::Fixed(0.0),
            Kept("the_shares_of_the_reference_week_are_those_of_its_table"),
        )],
    },
];

/// Seconds of the day in which shares are measured: 06:00 to 22:00.
pub(crate) const LISTENED_S: std::ops::Range<u32> = 21_600..79_200;

/// Seconds that a programme speaks in each language within some seconds of the day, music left out (R-LANG-06).
pub(crate) fn spoken_s(
    programme: &crate::station::Programme,
    heard: std::ops::Range<u32>,
) -> impl Iterator<Item = (Language, f64)> + '_ {
    let seconds = f64::from(heard.end.saturating_sub(heard.start)) * (1.0 - programme.music_share);
    programme.lang_mix.iter().map(move |(language, share)| (language.umbrella(), seconds * share))
}

/// Seconds spoken in each language from 06:00 to 22:00 by the programmes' own mix, music left out (R-LANG-06).
pub(super) fn spoken(days: &Days<'_>) -> BTreeMap<Language, f64> {
    let mut spoken = BTreeMap::new();
    for slot in days.slots.iter().filter(|s| s.site == days.site_id()) {
        let Some(programme) = days.station.programme(&slot.programme) else { continue };
        let heard = slot.start_s.max(LISTENED_S.start)..slot.end_s.min(LISTENED_S.end);
        for (language, seconds) in spoken_s(programme, heard) {
            *spoken.entry(language).or_insert(0.0) += seconds;
        }
    }
    spoken
}

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let mut measured = news_per_day(days);
    if days.by_day().len() >= 7 {
        let spoken = spoken(days);
        let all: f64 = spoken.values().sum();
        for (n, language) in days.site.languages.iter().enumerate() {
            let share = 100.0 * spoken.get(&language.umbrella()).copied().unwrap_or(0.0) / all.max(1.0);
            let of = |quantity| Measured::number(quantity, share).at(site).about(language.as_str());
            measured.push(of("language_share_pct"));
            if language.as_str() == "fr" {
                measured.push(of("french_share_pct"));
            }
            if n == 0 {
                measured.push(of("local_share_pct").by_key(site.as_str()));
            }
            measured.push(of("local_share_pct").by_key(format!("{site}_{language}")));
        }
    }
    measured.extend(variants(days));
    measured.extend(turning(days));
    measured
}

/// Whole weeks since the order of the languages at 13:00 turned last (R-LANG-04). A station without any turning order has not turned it
/// since its week began.
fn turning(days: &Days<'_>) -> Vec<Measured> {
    let file = days.station.file();
    let Some(last) = days.slots.iter().map(|s| s.day).max() else { return Vec::new() };
    let weeks = |since: jiff::civil::Date| last.duration_since(since).as_hours().max(0) / (24 * 7);
    let age = |n: i64, name: &str| Measured::number("rotation_age_weeks", n as f64).at(days.site_id()).about(name);
    if file.rotation.is_empty() {
        return file.meta.anchor_monday.map(|monday| age(weeks(monday), "13:00")).into_iter().collect();
    }
    file.rotation.iter().map(|r| age(weeks(r.since) % i64::from(r.period_weeks.max(1)), &r.id)).collect()
}

fn news_per_day(days: &Days<'_>) -> Vec<Measured> {
    let mut measured = Vec::new();
    for (day, slots) in days.by_day() {
        let programmes = slots.iter().filter_map(|s| days.station.programme(&s.programme));
        let news: Vec<_> = programmes.filter(|p| p.is_news() && p.kind != "revue de presse").collect();
        for language in &days.site.languages {
            let editions = news.iter().filter(|p| p.lang.same_umbrella(language)).count();
            let one = Measured::number("news_per_day", editions as f64).at(days.site_id()).on(day, None);
            measured.push(one.about(language.as_str()));
        }
    }
    measured
}

/// Variants of what the site airs, against those that it has declared.
fn variants(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let mut measured = Vec::new();
    for slot in days.slots.iter().filter(|s| s.site == site) {
        let Some(programme) = days.station.programme(&slot.programme) else { continue };
        let Some(variant) = &programme.variant else { continue };
        let variants = days.station.variants(site, variant);
        if variants.is_empty() {
            continue;
        }
        let all = || variants.iter().map(Language::as_str).collect::<Vec<_>>().join(" / ");
        let expected = if variants.contains(variant) { variant.to_string() } else { all() };
        let one = Measured::texts("variant", variant.as_str(), &expected).at(site);
        measured.push(one.on(slot.day, Some(slot.start_s)).about(slot.programme.as_str()));
    }
    measured
}
