//! Holidays, mourning, markets, seasons.

use domain::Severity;

use super::Source::Plan;
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};
use crate::station::Day;
use crate::week::ProgrammeSlot;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-CAL-01",
        severity: Severity::Warning,
        rule_fr: "Jours fériés (loi 05-040): 1er janv., 20 janv., 26 mars, lundi de Pâques, 1er mai, 25 mai, 22 sept., 25 déc., Ramadan, Tabaski, Maouloud (naissance et baptême): grille du dimanche, sauf journaux.",
        message_fr: "{jour} est férié et ne suit pas la grille du dimanche.",
        message_en: "{jour} is a holiday and does not follow Sunday's grid.",
        mend_fr: "Passer à la grille du dimanche.",
        mend_en: "Switch to Sunday's grid.",
        params: &[("law", Param::Text("05-040"))],
        bounds: &[Bound::most("holiday_not_sunday", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-CAL-02",
        severity: Severity::Warning,
        rule_fr: "Deuil national: musique instrumentale, ni jeu, ni dédicaces, ni spot « jeunesse »; bascule en une action pour la durée décrétée (72 h par défaut).",
        message_fr: "{programme} ne convient pas au deuil national.",
        message_en: "{programme} does not fit national mourning.",
        mend_fr: "Activer la saison « deuil ».",
        mend_en: "Switch the season “deuil” on.",
        params: &[("hours", Param::Number(72.0))],
        bounds: &[Bound::most("unfit_in_mourning", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-CAL-03",
        severity: Severity::Info,
        rule_fr: "Jours de marché: MOP jeudi, Djenné lundi, Douentza et Gossi dimanche, Hombori mardi, Boni jeudi, Bamba samedi, Gao tous les jours: prix et routes à 08:40 et la veille à 20:50; alertes mines renforcées (+2 passages matin).",
        message_fr: "{v}: prix et routes manquent pour le marché.",
        message_en: "{v}: prices and roads are missing for the market.",
        mend_fr: "Ajouter prix et routes à 08:40 et la veille à 20:50.",
        mend_en: "Add prices and roads at 08:40 and the eve at 20:50.",
        params: &[("MOP", Param::Text("thu"))],
        bounds: &[Bound::most("market_news_missing", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-CAL-04",
        severity: Severity::Info,
        rule_fr: "Saisons: pluies juin–sept. (crue août–déc. au nord), soudure juin–août, transhumance et récoltes oct.–janv., chaleur mars–mai (coupures plus longues): campagnes affaires civiles et mines +50 % d'octobre à janvier.",
        message_fr: "{campagne}: renfort saisonnier de {x} %.",
        message_en: "{campagne}: seasonal boost of {x} %.",
        mend_fr: "Renforcer la campagne d'octobre à janvier.",
        mend_en: "Strengthen the campaign from October to January.",
        params: &[("boost_pct", Param::Number(50.0))],
        bounds: &[Bound::least(
            "season_boost_pct",
            Limit::Param("boost_pct"),
            Source::nobody(
                "Une campagne n'a qu'une cible par jour ; rien ne dit ce qu'elle serait hors saison.",
                "A campaign has one target a day; nothing says what it would be out of season.",
            ),
        )],
    },
];

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let mut measured = market(days);
    for (day, slots) in days.by_day() {
        let mourning = days.station.seasons_on(days.changes, day).iter().any(|s| s.spec().id == "deuil");
        for slot in slots.iter().filter(|_| mourning) {
            let kind = days.station.programme(&slot.programme).map_or("", |p| p.kind.as_str());
            let unfit = matches!(kind, "jeu" | "dédicaces");
            let one = Measured::number("unfit_in_mourning", f64::from(u8::from(unfit))).at(site);
            measured.push(one.on(day, Some(slot.start_s)).about(slot.programme.as_str()));
        }
        let (_, holiday) = days.station.ruling(days.changes, day);
        if holiday {
            let sunday = days.station.grid().site(site, Day::Sun).unwrap_or_default();
            let as_sunday = |s: &&&ProgrammeSlot| {
                let news = days.station.programme(&s.programme).is_some_and(crate::station::Programme::is_news);
                news || sunday.iter().any(|g| g.start_s == s.start_s && g.programme == s.programme)
            };
            let events = slots.iter().all(|s| as_sunday(&s));
            measured.push(Measured::number("holiday_not_sunday", f64::from(u8::from(!events))).at(site).on(day, None));
        }
    }
    measured
}

/// Prices and roads on the day of the site's market and on its eve (R-CAL-03).
fn market(days: &Days<'_>) -> Vec<Measured> {
    /// 08:40 on the day, 20:50 on the eve.
    const DAY_S: u32 = 31_200;
    const EVE_S: u32 = 75_000;
    let site = days.site_id();
    let named = super::rule("R-CAL-03").and_then(|r| r.params.iter().find(|(name, _)| *name == site.as_str()));
    let Some((_, Param::Text(name))) = named else { return Vec::new() };
    let Ok(market) = name.parse::<Day>() else { return Vec::new() };
    let told = |slots: &[&ProgrammeSlot], at_s: u32| {
        let there = slots.iter().find(|s| s.start_s <= at_s && at_s < s.end_s);
        let kind = there.and_then(|s| days.station.programme(&s.programme)).map(|p| p.kind.as_str());
        kind == Some("service")
    };
    let eve_of = |day: jiff::civil::Date| day.tomorrow().is_ok_and(|next| Day::of(next) == market);
    let mut measured = Vec::new();
    for (day, slots) in days.by_day() {
        for (is_due, at_s) in [(Day::of(day) == market, DAY_S), (eve_of(day), EVE_S)] {
            if is_due {
                let missing = f64::from(u8::from(!told(&slots, at_s)));
                let one = Measured::number("market_news_missing", missing).at(site).about(site.as_str());
                measured.push(one.on(day, Some(at_s)));
            }
        }
    }
    measured
}
