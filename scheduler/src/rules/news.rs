//! News: at its hour, of its length, read twice.

use domain::{Entry, Segment, Severity, What};
use jiff::civil::Date;

use super::Source::Plan;
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};
use crate::station::Day;
use crate::week::ProgrammeSlot;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-NEWS-01",
        severity: Severity::Blocking,
        rule_fr: "Journal français à 06:00, 07:00, 08:00, 12:00, 19:00 et 22:00, départ à ±2 s; flash à 09:00, 11:00 et 15:00.",
        message_fr: "Le journal de {h} part à {x}.",
        message_en: "The news of {h} starts {x} s away from its time.",
        mend_fr: "Remettre l'édition à son heure.",
        mend_en: "Put the edition back to its time.",
        params: &[("tolerance_s", Param::Number(2.0))],
        bounds: &[Bound::most("news_starts_off_s", Limit::Param("tolerance_s"), Plan)],
    },
    Rule {
        id: "R-NEWS-02",
        severity: Severity::Warning,
        rule_fr: "Un journal dure 12 min (10 à 13) dans une case de 15; au-delà, l'écran est raccourci, jamais l'heure suivante.",
        message_fr: "Journal trop long de {n} s.",
        message_en: "News of {n} s: 10 to 13 minutes are expected.",
        mend_fr: "Raccourcir le journal; l'écran cède, jamais l'heure suivante.",
        mend_en: "Shorten the news; the break gives way, never the next hour.",
        params: &[("min_s", Param::Number(600.0)), ("max_s", Param::Number(780.0))],
        bounds: &[
            Bound::least("news_length_s", Limit::Param("min_s"), Plan).saying(
                "Journal de {n} s: 10 à 13 minutes sont attendues.",
                "News of {n} s: 10 to 13 minutes are expected.",
            ),
            Bound::most("news_length_s", Limit::Param("max_s"), Plan).saying(
                "Journal de {n} s: 10 à 13 minutes sont attendues.",
                "News of {n} s: 10 to 13 minutes are expected.",
            ),
        ],
    },
    Rule {
        id: "R-NEWS-03",
        severity: Severity::Warning,
        rule_fr: "La revue de presse des cinq autres langues est diffusée avant 12:00 et dans les 4 h qui suivent celle en français.",
        message_fr: "Revue de presse {langue} après {h}.",
        message_en: "Press review {langue} after {h}.",
        mend_fr: "Avancer la revue de presse avant midi.",
        mend_en: "Move the press review before noon.",
        params: &[("max_delay_h", Param::Number(4.0))],
        bounds: &[
            Bound::most("press_review_delay_h", Limit::Param("max_delay_h"), Plan),
            Bound::most("press_review_after_noon_s", Limit::Fixed(0.0), Plan),
        ],
    },
    Rule {
        id: "R-NEWS-04",
        severity: Severity::Blocking,
        rule_fr: "Une édition nommant un incident de sécurité n'est diffusée qu'avec double lecture (rédacteur + chef d'édition) consignée.",
        message_fr: "Double validation absente.",
        message_en: "The second reading is missing.",
        mend_fr: "Faire relire par le rédacteur et le chef d'édition.",
        mend_en: "Have the editor and the chief editor read it.",
        params: &[("approvals", Param::Number(2.0))],
        bounds: &[Bound::least(
            "security_readings",
            Limit::Param("approvals"),
            Source::nobody(
                "Aucune fiche ne dit encore qu'une édition nomme un incident de sécurité ; l'approbation est celle d'une personne nommée.",
                "No card says yet that an edition names a security incident; approval is that of one named person.",
            ),
        )],
    },
];

/// When the French news starts, in seconds of the day.
const FRENCH_S: [u32; 6] = [21_600, 25_200, 28_800, 43_200, 68_400, 79_200];
/// When the flashes start on weekdays.
const FLASHES_S: [u32; 3] = [32_400, 39_600, 54_000];
const NOON_S: u32 = 43_200;

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let mut measured = lengths(days);
    for (day, slots) in days.by_day() {
        let kind = |s: &ProgrammeSlot| days.station.programme(&s.programme).map(|p| (p.kind.as_str(), p.lang.as_str()));
        let weekday = !matches!(Day::of(day), Day::Sat | Day::Sun);
        let flashes = FLASHES_S.iter().filter(|_| weekday).map(|s| (*s, "flash"));
        for (at_s, wanted) in FRENCH_S.iter().map(|s| (*s, "journal")).chain(flashes) {
            // Who puts a live event there has decided; the event says where the news goes.
            let there = slots.iter().find(|s| s.start_s <= at_s && at_s < s.end_s);
            if there.is_some_and(|s| kind(s).is_none()) {
                continue;
            }
            let own = slots.iter().filter(|s| kind(s) == Some((wanted, "fr")));
            let off = own.map(|s| s.start_s.abs_diff(at_s)).min().unwrap_or(86_400);
            measured.push(Measured::number("news_starts_off_s", f64::from(off)).at(site).on(day, Some(at_s)));
        }
        let reviews: Vec<_> = slots.iter().filter(|s| kind(s).is_some_and(|(k, _)| k == "revue de presse")).collect();
        let Some(french) = reviews.iter().find(|s| kind(s).is_some_and(|(_, l)| l == "fr")) else { continue };
        for review in reviews.iter().filter(|s| kind(s).is_some_and(|(_, l)| l != "fr")) {
            let language = review.language.as_ref().map_or("", |l| l.as_str());
            let of = |quantity, value| {
                Measured::number(quantity, value).at(site).on(day, Some(review.start_s)).about(language)
            };
            let delay_h = f64::from(review.start_s.saturating_sub(french.end_s)) / 3600.0;
            measured.push(of("press_review_delay_h", delay_h));
            measured.push(of("press_review_after_noon_s", f64::from(review.end_s.saturating_sub(NOON_S))));
        }
    }
    measured
}

/// How long the news of a quarter of an hour is (R-NEWS-02), by what its plan holds of it.
fn lengths(days: &Days<'_>) -> Vec<Measured> {
    const QUARTER_S: u32 = 900;
    let news = |s: &&ProgrammeSlot| {
        let kind = days.station.programme(&s.programme).map(|p| p.kind.as_str());
        s.site == days.site_id() && kind == Some("journal") && s.end_s - s.start_s == QUARTER_S
    };
    let content = |(.., e): &(Date, u32, &Entry)| e.segment == Segment::Content && matches!(e.what, What::Audio { .. });
    let sounds: Vec<_> = days.entries().filter(content).collect();
    let mut measured = Vec::new();
    for slot in days.slots.iter().filter(news) {
        let inside =
            |(day, second, _): &&(Date, u32, &Entry)| *day == slot.day && (slot.start_s..slot.end_s).contains(second);
        let length_s: f64 = sounds.iter().filter(inside).map(|(.., e)| e.length.as_secs_f64()).sum();
        if length_s > 0.0 {
            let one = Measured::number("news_length_s", length_s).at(slot.site).about(slot.programme.as_str());
            measured.push(one.on(slot.day, Some(slot.start_s)));
        }
    }
    measured
}
