//! Prayer, Ramadan and feasts of the moon.

use domain::{Segment, Severity};

use super::Source::{Kept, Plan};
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};
use crate::calendar::{Place, Prayer, prayer_times};
use crate::grid::second_of;
use crate::station::Day;
use crate::week::ProgrammeSlot;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-PRAY-01",
        severity: Severity::Warning,
        rule_fr: "Vendredi 12:45–14:00 (Jumu'ah): ni jeu, ni appel, ni percussion, ni spot; les journaux de 13:00 passent à 14:00, en 10 min.",
        message_fr: "Contenu non conforme vendredi {h}.",
        message_en: "Content that does not fit Friday at {h}.",
        mend_fr: "Retirer jeu, appel, percussion ou spot de 12:45 à 14:00.",
        mend_en: "Take game, call, percussion or spot out of 12:45 to 14:00.",
        params: &[("start", Param::Text("12:45")), ("end", Param::Text("14:00"))],
        bounds: &[Bound::most("friday_quiet_breaches", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-PRAY-02",
        severity: Severity::Warning,
        rule_fr: "Par site et par jour: pas de musique dansante ni de jeu dans les 10 min qui suivent fajr, dhuhr, asr, maghrib, isha calculés pour CE site (écart de maghrib entre Bamako et Tessalit: 48 min en novembre).",
        message_fr: "{programme} à {site}: {n} min après la prière.",
        message_en: "{programme} at {site}: {n} min after prayer.",
        mend_fr: "Choisir une musique calme pendant dix minutes.",
        mend_en: "Choose calm music for ten minutes.",
        params: &[("window_min", Param::Number(10.0)), ("method", Param::Text("MWL 18/17, asr 1"))],
        bounds: &[Bound::least("lively_after_prayer_min", Limit::Param("window_min"), Plan)],
    },
    Rule {
        id: "R-PRAY-03",
        severity: Severity::Info,
        rule_fr: "Si la station choisit de diffuser l'appel: 90 à 180 s, à l'écran le plus proche (±6 min), sans décaler le réseau; désactivé par défaut (radio des Nations Unies, neutralité).",
        message_fr: "{site}: pause décalée de {n} min.",
        message_en: "{site}: the pause is {n} min away.",
        mend_fr: "Caler la pause sur l'écran le plus proche.",
        mend_en: "Put the pause into the nearest break.",
        params: &[("default", Param::Text("off")), ("max_shift_min", Param::Number(6.0))],
        bounds: &[Bound::most(
            "call_shift_min",
            Limit::Param("max_shift_min"),
            Kept("each_site_pauses_at_its_own_sunset_and_the_displaced_spots_are_made_good"),
        )],
    },
    Rule {
        id: "R-PRAY-04",
        severity: Severity::Warning,
        rule_fr: "Ramadan (29–30 jours): l'Éveil commence à 04:30 à BKO et 04:00 à KDL/TES/MEN (repas de l'aube); 13:00–16:00 allégé; spot « rupture » à maghrib du site; Le Débat passe à 21:00; W3 à 22:00–23:00; jeux avec nourriture interdits avant maghrib.",
        message_fr: "{site}: l'Éveil commence {n} min avant fajr.",
        message_en: "{site}: the dawn programme starts {n} min before fajr.",
        mend_fr: "Avancer l'Éveil pendant le Ramadan; déplacer les jeux après maghrib.",
        mend_en: "Start it earlier during Ramadan; move games after maghrib.",
        params: &[("suhur_before_fajr_min", Param::Number(60.0))],
        bounds: &[
            Bound::least("suhur_before_fajr_min", Limit::Param("suhur_before_fajr_min"), Plan),
            Bound::most(
                "food_game_before_maghrib",
                Limit::Fixed(0.0),
                Source::nobody(
                    "Aucune fiche ne dit qu'un jeu se joue avec de la nourriture.",
                    "No card says that a game is played with food.",
                ),
            ),
        ],
    },
    Rule {
        id: "R-PRAY-05",
        severity: Severity::Blocking,
        rule_fr: "Les fêtes lunaires sont confirmées la veille au soir: le calendrier doit pouvoir basculer de ±1 jour en une action, sur les 7 sites, avant 05:00.",
        message_fr: "Fête non confirmée pour demain.",
        message_en: "The feast of {jour} is not confirmed.",
        mend_fr: "Confirmer la fête, ou la décaler d'un jour, avant 05:00.",
        mend_en: "Confirm the feast, or move it by a day, before 05:00.",
        params: &[("shift_days", Param::Number(1.0)), ("deadline", Param::Text("05:00"))],
        bounds: &[
            Bound::most("feast_unconfirmed", Limit::Fixed(0.0), Plan),
            Bound::most(
                "feast_moved_days",
                Limit::Param("shift_days"),
                Kept("a_feast_of_the_moon_is_predicted_asked_for_and_moved_by_one_action"),
            ),
        ],
    },
];

/// Friday prayer: 12:45 to 14:00 (R-PRAY-01).
const QUIET_FRIDAY_S: std::ops::Range<u32> = 45_900..50_400;

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let mut measured = Vec::new();
    for (day, slots) in days.by_day() {
        let friday = Day::of(day) == Day::Fri;
        let quiet = |s: &&&ProgrammeSlot| s.start_s < QUIET_FRIDAY_S.end && QUIET_FRIDAY_S.start < s.end_s;
        for slot in slots.iter().filter(|s| friday && quiet(s)) {
            let kind = days.station.programme(&slot.programme).map_or("", |p| p.kind.as_str());
            let lively = matches!(kind, "jeu" | "dédicaces");
            let one = Measured::number("friday_quiet_breaches", f64::from(u8::from(lively))).at(site);
            measured.push(one.on(day, Some(slot.start_s)).about(slot.programme.as_str()));
        }
        measured.extend(after_prayers(days, day, &slots));
        measured.extend(suhur(days, day, &slots));
        for event in days.changes.unconfirmed(days.station, day) {
            measured.push(Measured::number("feast_unconfirmed", 1.0).on(day, None).about(event.id.as_str()));
        }
    }
    for plan in days.plans.iter().filter(|p| p.site() == site && Day::of(p.day()) == Day::Fri) {
        for entry in plan.entries().iter().filter(|e| e.segment == Segment::Spot) {
            let second = second_of(days.station.zone().to_datetime(entry.at).time());
            let inside = QUIET_FRIDAY_S.contains(&second);
            let one = Measured::number("friday_quiet_breaches", f64::from(u8::from(inside))).at(site);
            measured.push(one.on(plan.day(), Some(second)).about(entry.title.as_str()));
        }
    }
    measured
}

/// Games that begin right after a prayer of the site's own sun (R-PRAY-02).
fn after_prayers(days: &Days<'_>, day: jiff::civil::Date, slots: &[&ProgrammeSlot]) -> Vec<Measured> {
    let site = days.site;
    let place = Place { lat: site.lat, lon: site.lon };
    let Some(times) = prayer_times(place, day, &days.station.prayer_method(site.id)) else { return Vec::new() };
    let prayers = times.iter().filter(|(p, _)| *p != Prayer::Sunrise);
    let prayers: Vec<u32> = prayers.map(|(_, at)| second_of(days.station.zone().to_datetime(at).time())).collect();
    let lively = |s: &&&ProgrammeSlot| {
        days.station.programme(&s.programme).is_some_and(|p| matches!(p.kind.as_str(), "jeu" | "dédicaces"))
    };
    let after = |slot: &&ProgrammeSlot| {
        let meets = prayers.iter().filter(|p| **p <= slot.start_s).max()?;
        let min = f64::from(slot.start_s - meets) / 60.0;
        let one = Measured::number("lively_after_prayer_min", min).at(site.id).about(slot.programme.as_str());
        Some(one.on(day, Some(slot.start_s)))
    };
    slots.iter().filter(lively).filter_map(after).collect()
}

/// How long before fajr of the site's own sun the dawn programme begins on a day of Ramadan (R-PRAY-04).
fn suhur(days: &Days<'_>, day: jiff::civil::Date, slots: &[&ProgrammeSlot]) -> Option<Measured> {
    const DAWN: &str = "eveil";
    let fasts = days.station.seasons_on(days.changes, day).iter().any(|s| s.spec().id == "ramadan");
    let fasts = fasts || days.changes.occasions(days.station, day).iter().any(|o| o.event.id == "ramadan");
    let dawn = slots.iter().filter(|s| fasts && s.programme.as_str() == DAWN).min_by_key(|s| s.start_s)?;
    let place = Place { lat: days.site.lat, lon: days.site.lon };
    let fajr = prayer_times(place, day, &days.station.prayer_method(days.site.id))?.at(Prayer::Fajr);
    let fajr_s = second_of(days.station.zone().to_datetime(fajr).time());
    let min = (f64::from(fajr_s) - f64::from(dawn.start_s)) / 60.0;
    Some(Measured::number("suhur_before_fajr_min", min).at(days.site.id).on(day, Some(dawn.start_s)).about(DAWN))
}
