//! Women, listeners, music.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Entry, Sensibility, Severity, SitePlan, What};
use jiff::Timestamp;

use super::Source::{Plan, Records};
use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::grid::second_of;
use crate::station::Programme;
use crate::week::ProgrammeSlot;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-EQ-01",
        severity: Severity::Warning,
        rule_fr: "Voix de femmes ≥ 30 % du temps de parole par semaine et par site; 40 % en débat; ≥ 80 % dans « Elles vous en parlent »; compter aussi les femmes rurales (constat national: 19–24 % à la télévision, 1 % de femmes rurales).",
        message_fr: "Femmes: {x} %.",
        message_en: "Women: {x} %.",
        mend_fr: "Inviter des femmes, rurales comprises.",
        mend_en: "Invite women, rural ones included.",
        params: &[("week_pct", Param::Number(30.0)), ("debate_pct", Param::Number(40.0))],
        bounds: &[
            Bound::least("women_pct", Limit::Param("week_pct"), Records),
            Bound::least("women_debate_pct", Limit::Param("debate_pct"), Records).saying(
                "Débats: voix de femmes à {x} %, plancher {y} %.",
                "Debates: women's voices at {x} %, floor {y} %.",
            ),
            Bound::least("women_programme_pct", Limit::Fixed(80.0), Records).saying(
                "{programme}: voix de femmes à {x} %, plancher {y} %.",
                "{programme}: women's voices at {x} %, floor {y} %.",
            ),
        ],
    },
    Rule {
        id: "R-EQ-02",
        severity: Severity::Warning,
        rule_fr: "Un débat a au moins 2 sensibilités et 1 femme; sinon avertissement à la programmation et à l'antenne.",
        message_fr: "Plateau sans femme.",
        message_en: "A panel without women or with a single view.",
        mend_fr: "Inviter au moins une femme et deux sensibilités.",
        mend_en: "Invite one woman and two views at least.",
        params: &[("min_views", Param::Number(2.0)), ("min_women", Param::Number(1.0))],
        bounds: &[
            Bound::least("debate_views", Limit::Param("min_views"), Plan)
                .saying("{id}: un seul point de vue autour de la table.", "{id}: a single view at the table."),
            Bound::least("debate_women", Limit::Param("min_women"), Plan),
        ],
    },
    Rule {
        id: "R-EQ-03",
        severity: Severity::Warning,
        rule_fr: "Auditeurs: ≥ 3 h par semaine d'antenne ouverte (Midikado, forum, dédicaces); au moins 1 appel sur 3 hors Bamako; notes vocales ≤ 45 s, écoutées avant antenne.",
        message_fr: "Antenne ouverte: {x} sur {y}.",
        message_en: "Open air: {x} of {y}.",
        mend_fr: "Ouvrir l'antenne davantage, aux régions d'abord.",
        mend_en: "Open the air more, to the regions first.",
        params: &[
            ("open_h", Param::Number(3.0)),
            ("regional_ratio", Param::Number(0.33)),
            ("voice_note_s", Param::Number(45.0)),
        ],
        bounds: &[
            Bound::least("open_air_h", Limit::Param("open_h"), Plan).saying(
                "Antenne ouverte: {x} h dans la semaine; au moins {y}.",
                "Open air: {x} h in the week; at least {y}.",
            ),
            Bound::least("regional_call_share", Limit::Param("regional_ratio"), Records).saying(
                "Appels des régions: une part de {x}; au moins {y}.",
                "Calls from the regions: a share of {x}; at least {y}.",
            ),
            Bound::most("voice_note_s", Limit::Param("voice_note_s"), Plan)
                .saying("{id}: note vocale de {n} s; au plus {y}.", "{id}: a voice note of {n} s; at most {y}."),
        ],
    },
    Rule {
        id: "R-EQ-04",
        severity: Severity::Warning,
        rule_fr: "Musique: ≥ 70 % malienne; un même titre pas avant 4 h, un même artiste pas avant 60 min; chaque heure mêle au moins 2 terroirs; liste retirée de titres appelant à la violence.",
        message_fr: "Musique {id}: {x}.",
        message_en: "Music {id}: {x}.",
        mend_fr: "Choisir un autre titre.",
        mend_en: "Choose another title.",
        params: &[
            ("malian_pct", Param::Number(70.0)),
            ("title_h", Param::Number(4.0)),
            ("artist_min", Param::Number(60.0)),
        ],
        bounds: &[
            Bound::least("malian_music_pct", Limit::Param("malian_pct"), Plan)
                .saying("Musique malienne: {x} %, plancher {y} %.", "Malian music: {x} %, floor {y} %."),
            Bound::least("title_gap_h", Limit::Param("title_h"), Plan)
                .saying("« {id} » revient après {n} h; au moins {y}.", "“{id}” comes back after {n} h; at least {y}."),
            Bound::least("artist_gap_min", Limit::Param("artist_min"), Plan)
                .saying("{id} revient après {n} min; au moins {y}.", "{id} comes back after {n} min; at least {y}."),
        ],
    },
];

/// How titles of music keep their distance, and how much of them is sung in the languages of the country (R-EQ-04). An
/// entry that a rotation made says its seed at the end of its name, and its artist before its title.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let own = days.plans.iter().filter(|p| p.site() == days.site_id()).flat_map(SitePlan::entries);
    let titles: Vec<&Entry> = own.filter(|e| is_title(e)).collect();
    let zone = days.station.zone();
    let mut measured = Vec::new();
    for (quantity, unit_s) in [("title_gap_h", 3_600.0), ("artist_gap_min", 60.0)] {
        let mut last = BTreeMap::<&str, Timestamp>::new();
        let mut nearest = BTreeMap::<&str, (f64, &Entry)>::new();
        for entry in &titles {
            let Some(name) = (if quantity == "title_gap_h" { Some(entry.title.as_str()) } else { artist(entry) })
            else {
                continue;
            };
            if let Some(before) = last.insert(name, entry.at) {
                let gap = entry.at.duration_since(before).as_secs_f64() / unit_s;
                let nearer = nearest.get(name).is_none_or(|(n, _)| gap < *n);
                if nearer {
                    nearest.insert(name, (gap, entry));
                }
            }
        }
        measured.extend(nearest.into_iter().map(|(name, (gap, entry))| {
            let civil = zone.to_datetime(entry.at);
            let one = Measured::number(quantity, gap).at(days.site_id()).about(name);
            one.on(civil.date(), Some(second_of(civil.time())))
        }));
    }
    measured.extend(malian(days, &titles));
    measured.extend(open_and_debated(days));
    measured
}

/// The share of titles sung in a language of the station other than French; too few titles are no share.
fn malian(days: &Days<'_>, titles: &[&Entry]) -> Option<Measured> {
    const ENOUGH: usize = 20;
    let known: Vec<_> = titles.iter().filter(|e| e.language.as_str() != "mul").collect();
    let sung = |e: &&&&Entry| {
        e.language.umbrella().as_str() != "fr" && days.station.languages().iter().any(|l| l.same_umbrella(&e.language))
    };
    let share = 100.0 * known.iter().filter(sung).count() as f64 / known.len().max(1) as f64;
    let one = Measured::number("malian_music_pct", share).at(days.site_id()).about("%");
    (known.len() >= ENOUGH).then_some(one)
}

fn is_title(entry: &Entry) -> bool {
    let part = entry.id.as_str().rsplit('/').next().and_then(|p| p.split_once(".m"));
    matches!(entry.what, What::Audio { .. }) && part.is_some_and(|(_, n)| n.contains('-'))
}

fn artist(entry: &Entry) -> Option<&str> {
    entry.title.split_once(" – ").map(|(artist, _)| artist)
}

/// Hours of open air in a week (R-EQ-03), and who sits in the debates that are planned (R-EQ-02), by their cards.
fn open_and_debated(days: &Days<'_>) -> Vec<Measured> {
    let mut measured = Vec::new();
    let open = |s: &&ProgrammeSlot| {
        let programme = days.station.programme(&s.programme);
        let is_open = programme.is_some_and(|p| matches!(p.kind.as_str(), "jeu" | "dédicaces"));
        s.site == days.site_id() && (is_open || s.title.to_lowercase().contains("forum"))
    };
    if days.by_day().len() >= 7 {
        let seconds: f64 = days.slots.iter().filter(open).map(|s| f64::from(s.end_s - s.start_s)).sum();
        measured.push(Measured::number("open_air_h", seconds / 3600.0).at(days.site_id()));
    }
    let mut told = BTreeSet::new();
    for (day, second, entry) in days.entries() {
        let What::Audio { asset, .. } = &entry.what else { continue };
        let Some(sheet) = days.sheets.get(asset).filter(|_| told.insert((day, asset))) else { continue };
        let of = |quantity, value: f64| {
            Measured::number(quantity, value).at(days.site_id()).on(day, Some(second)).about(asset.as_str())
        };
        let notes = sheet.speakers.iter().filter(|s| s.part.to_lowercase().starts_with(VOICE_NOTE));
        measured.extend(notes.filter_map(|s| Some(of("voice_note_s", f64::from(s.spoken_s?)))));
        if !days.station.programme(&entry.programme).is_some_and(is_debate) {
            continue;
        }
        // Where nobody said whose voice it is, nothing is held against the panel.
        if sheet.speakers.iter().any(|s| s.is_woman.is_some()) {
            let women = sheet.speakers.iter().filter(|s| s.is_woman == Some(true)).count();
            measured.push(of("debate_women", women as f64));
        }
        let views: BTreeSet<_> = sheet.speakers.iter().map(|s| s.sensibility).collect();
        let views = views.into_iter().filter(|s| *s != Sensibility::Unsaid).count();
        if views > 0 {
            measured.push(of("debate_views", views as f64));
        }
    }
    measured
}

/// A recorded message of a listener, by the part that its card gives it.
const VOICE_NOTE: &str = "note vocale";

/// Whether a programme is a debate.
pub(super) fn is_debate(programme: &Programme) -> bool {
    matches!(programme.kind.as_str(), "débat" | "débat régional")
}
