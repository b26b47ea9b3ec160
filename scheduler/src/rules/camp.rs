//! Campaigns: room, distances, shares, dates.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Entry, Severity, SitePlan, What};

use super::Source::{Kept, Plan, Records};
use super::{Bound, Days, Limit, Measured, Param, Rule};
use crate::grid::second_of;
use crate::station::{Campaign, Spot};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-CAMP-01",
        severity: Severity::Blocking,
        rule_fr: "Au plus 360 s d'écrans par heure d'horloge; au plus 3 spots par écran; un spot fait 15 à 60 s.",
        message_fr: "Heure {h}: {n} s d'écrans.",
        message_en: "Hour {h}: {n} s or spots; at most {y}.",
        mend_fr: "Retirer un spot de cette heure ou de cet écran.",
        mend_en: "Take a spot out of this hour or break.",
        params: &[
            ("max_s_per_hour", Param::Number(360.0)),
            ("max_per_break", Param::Number(3.0)),
            ("min_s", Param::Number(15.0)),
            ("max_s", Param::Number(60.0)),
        ],
        bounds: &[
            Bound::most("break_s_in_hour", Limit::Param("max_s_per_hour"), Plan),
            Bound::most("spots_in_break", Limit::Param("max_per_break"), Plan)
                .saying("Écran de {h}: {n} spots; au plus {y}.", "Break of {h}: {n} spots; at most {y}."),
            Bound::least("spot_length_s", Limit::Param("min_s"), Plan).saying(
                "Spot de {n} s à {h}: 15 à 60 s sont admis.",
                "A spot of {n} s at {h}: 15 to 60 s are allowed.",
            ),
            Bound::most("spot_length_s", Limit::Param("max_s"), Plan).saying(
                "Spot de {n} s à {h}: 15 à 60 s sont admis.",
                "A spot of {n} s at {h}: 15 to 60 s are allowed.",
            ),
        ],
    },
    Rule {
        id: "R-CAMP-02",
        severity: Severity::Warning,
        rule_fr: "Deux spots de la même campagne: au moins 40 à 90 min d'écart (valeur par campagne); deux spots du même thème: au moins 20 à 30 min; deux spots du même client jamais dans le même écran.",
        message_fr: "{campagne} répétée après {n} min.",
        message_en: "{campagne} is repeated {n} min too early.",
        mend_fr: "Éloigner les deux passages.",
        mend_en: "Move the two airings apart.",
        params: &[("same_campaign_min", Param::Text("40-90")), ("same_theme_min", Param::Text("20-30"))],
        bounds: &[
            Bound::most("campaign_too_near_min", Limit::Fixed(0.0), Plan),
            Bound::most("theme_too_near_min", Limit::Fixed(0.0), Plan),
            Bound::most("client_twice_in_break", Limit::Fixed(0.0), Plan)
                .saying("{id} a deux spots dans l'écran de {h}.", "{id} has two spots in the break of {h}."),
        ],
    },
    Rule {
        id: "R-CAMP-03",
        severity: Severity::Warning,
        rule_fr: "Volume: 3 à 11 spots par jour et par site; campagne de saturation: 10 par jour, dont au moins 60 % entre 05:30–09:00 et 17:00–23:00.",
        message_fr: "{campagne}: {n}/{m} aujourd'hui.",
        message_en: "{campagne}: {n} of {m} today.",
        mend_fr: "Ajouter des passages, ou revoir la promesse.",
        mend_en: "Add airings, or revise the promise.",
        params: &[
            ("min_day", Param::Number(3.0)),
            ("saturation_day", Param::Number(10.0)),
            ("peak_share_pct", Param::Number(60.0)),
        ],
        bounds: &[
            Bound::least("campaign_airings_day", Limit::Param("min_day"), Plan),
            Bound::least("saturation_airings_day", Limit::Param("saturation_day"), Plan),
            Bound::least("saturation_peak_pct", Limit::Param("peak_share_pct"), Plan).saying(
                "{campagne}: {n} % aux heures de grande écoute; au moins {y} %.",
                "{campagne}: {n} % at peak hours; at least {y} %.",
            ),
        ],
    },
    Rule {
        id: "R-CAMP-04",
        severity: Severity::Warning,
        rule_fr: "Cibles par tranche (matin, matinée, midi, après-midi, soir, soirée, nuit); une cible non tenue est compensée le jour même ailleurs avec la mention « hors tranche ».",
        message_fr: "{campagne}: {n} passages manquent, à compenser « hors tranche ».",
        message_en: "{campagne}: {n} airings short, to be made good outside their daypart.",
        mend_fr: "Compenser le jour même dans une autre tranche.",
        mend_en: "Make good the same day in another daypart.",
        params: &[("dayparts", Param::Number(7.0))],
        bounds: &[Bound::most("airings_short", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-CAMP-05",
        severity: Severity::Blocking,
        rule_fr: "Langue du spot: tirage pondéré par site (ex. GAO songhaï 5, tamasheq 2, peuhl 1, arabe 1, français 1 sur 10) avec préférence à la langue du programme porteur; repli sur le français au plus 50 % des passages d'une campagne à un site.",
        message_fr: "Repli français à {x} % à {site}.",
        message_en: "French fallback at {x} % at {site}.",
        mend_fr: "Livrer une version dans une langue du site.",
        mend_en: "Deliver a version in a language of the site.",
        params: &[("fr_fallback_max_pct", Param::Number(50.0))],
        bounds: &[Bound::most("french_fallback_pct", Limit::Param("fr_fallback_max_pct"), Plan)],
    },
    Rule {
        id: "R-CAMP-06",
        severity: Severity::Blocking,
        rule_fr: "Jamais avant la date de début ni après la date de fin, même sur un site hors ligne (péremption portée par le fichier de log).",
        message_fr: "Spot périmé.",
        message_en: "A spot outside its campaign's dates.",
        mend_fr: "Retirer le spot, ou prolonger la campagne.",
        mend_en: "Take the spot out, or prolong the campaign.",
        params: &[],
        bounds: &[Bound::most("outside_dates_s", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-CAMP-07",
        severity: Severity::Warning,
        rule_fr: "Rotation des versions: chaque version PAD d'une langue passe au moins 1 fois sur 4; une version retirée disparaît en moins de 15 min en ligne, à la prochaine synchronisation hors ligne.",
        message_fr: "Version {v}: {x} des passages de sa langue.",
        message_en: "Version {v}: {x} of its language's airings.",
        mend_fr: "Faire tourner les versions.",
        mend_en: "Let the versions take turns.",
        params: &[("min_rotation", Param::Number(0.25)), ("withdraw_min", Param::Number(15.0))],
        bounds: &[
            Bound::least("version_share", Limit::Param("min_rotation"), Plan).saying(
                "{campagne}: une version n'a que {n} de part; au moins {y}.",
                "{campagne}: a version has a share of only {n}; at least {y}.",
            ),
            Bound::most(
                "withdrawn_still_there_min",
                Limit::Param("withdraw_min"),
                Kept("a_withdrawn_spot_leaves_the_break_that_is_on_the_air"),
            ),
        ],
    },
    Rule {
        id: "R-CAMP-08",
        severity: Severity::Warning,
        rule_fr: "Priorité d'attribution en cas de manque de place: 1 sécurité (mines), 2 protection, 3 santé/élections/alerte, 4 genre/jeunes, 5 institutionnel; la perte est répartie, aucune campagne sous 80 %.",
        message_fr: "{campagne} garde {x} % de ses passages.",
        message_en: "{campagne} keeps {x} % of its airings.",
        mend_fr: "Répartir la perte selon les priorités.",
        mend_en: "Share the loss by priority.",
        params: &[("floor_pct", Param::Number(80.0))],
        bounds: &[Bound::least("campaign_kept_pct", Limit::Param("floor_pct"), Plan)],
    },
    Rule {
        id: "R-CAMP-09",
        severity: Severity::Info,
        rule_fr: "Taux de réalisation = diffusés conformes / promis; vert ≥ 95 %, orange 85–95 %, rouge < 85 %; compensations comptées à part.",
        message_fr: "{campagne}: taux de réalisation {x} %.",
        message_en: "{campagne}: realised {x} %.",
        mend_fr: "Programmer des compensations.",
        mend_en: "Schedule make-goods.",
        params: &[("green", Param::Number(95.0)), ("amber", Param::Number(85.0))],
        bounds: &[Bound::least("realised_pct", Limit::Param("amber"), Records)],
    },
    Rule {
        id: "R-CAMP-10",
        severity: Severity::Blocking,
        rule_fr: "Un spot d'une minute de silence, écrêté ou hors -23 ±1 LUFS / -1 dBTP est refusé au dépôt.",
        message_fr: "Niveau {x} LUFS.",
        message_en: "Level {x}.",
        mend_fr: "Remonter ou normaliser le son et le redéposer.",
        mend_en: "Correct the level and upload again.",
        params: &[("lufs", Param::Number(-23.0)), ("tol", Param::Number(1.0)), ("tp", Param::Number(-1.0))],
        bounds: &[
            Bound::most("loudness_off_lu", Limit::Param("tol"), Plan)
                .saying("{id}: {n} LUFS à l'antenne.", "{id}: {n} LUFS on the air."),
            Bound::most("true_peak_dbtp", Limit::Param("tp"), Plan)
                .saying("{id}: une crête dépasse {y} dBTP.", "{id}: a peak passes {y} dBTP."),
            Bound::most(
                "spot_silent_or_clipped",
                Limit::Fixed(0.0),
                Kept("what_is_not_whole_sound_is_refused_with_its_sentence"),
            ),
        ],
    },
];

/// An airing of a spot.
struct Airing<'a> {
    entry: &'a Entry,
    campaign: &'a Campaign,
    spot: &'a Spot,
    second: u32,
}

pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let mut measured: Vec<_> = days.own_plans().flat_map(|plan| of_plan(days, plan)).collect();
    let all: Vec<_> = days.own_plans().flat_map(|plan| airings(days, plan)).collect();
    for campaign in days.station.campaigns() {
        let own: Vec<_> = all.iter().filter(|a| a.campaign.id == campaign.id).collect();
        let of = |least| Measured::number("version_share", least).at(days.site_id()).about(campaign.id.as_str());
        measured.extend(versions(days, &own).map(of));
    }
    measured
}

fn of_plan(days: &Days<'_>, plan: &SitePlan) -> Vec<Measured> {
    let airings: Vec<_> = airings(days, plan).collect();
    let mut measured = hours_and_breaks(days, plan, &airings);
    measured.extend(distances(days, plan, &airings));
    measured.extend(volumes(days, plan, &airings));
    for campaign in days.station.campaigns() {
        let own: Vec<_> = airings.iter().filter(|a| a.campaign.id == campaign.id).collect();
        if own.is_empty() {
            continue;
        }
        let of = |quantity, value| {
            Measured::number(quantity, value).at(plan.site()).on(plan.day(), None).about(campaign.id.as_str())
        };
        let french = own.iter().filter(|a| a.entry.language.umbrella().as_str() == "fr").count();
        // Half of an odd number rounds up: one of one is no fallback.
        let half = own.len().div_ceil(2);
        measured.push(of("french_fallback_pct", if french <= half { 0.0 } else { share(french, own.len()) }));
        let wanted: u32 = campaign.per_day.values().sum();
        let factor = campaign.site_factor.get(&plan.site()).copied().unwrap_or(1.0);
        let wanted = (f64::from(wanted) * factor).round();
        measured.push(of("campaign_kept_pct", 100.0 * own.len() as f64 / wanted.max(1.0)));
        measured.push(of("airings_short", (wanted - own.len() as f64).max(0.0)));
        let outside = u8::from(!campaign.airs(plan.site(), plan.day()));
        measured.push(of("outside_dates_s", f64::from(outside)));
    }
    measured
}

fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn airings<'a>(days: &'a Days<'_>, plan: &'a SitePlan) -> impl Iterator<Item = Airing<'a>> {
    plan.entries().iter().filter_map(|entry| {
        let What::Audio { asset, .. } = &entry.what else { return None };
        let (campaign, spot) = days.station.spot_of(asset, plan.site())?;
        let second = second_of(days.station.zone().to_datetime(entry.at).time());
        Some(Airing { entry, campaign, spot, second })
    })
}

/// The break that an airing stands in: its entry's name up to the spot's.
fn break_of<'a>(airing: &Airing<'a>) -> &'a str {
    let id = airing.entry.id.as_str();
    id.rsplit_once('/').and_then(|(slot, name)| Some(&id[..slot.len() + 1 + name.find('.')?])).unwrap_or(id)
}

fn hours_and_breaks(days: &Days<'_>, plan: &SitePlan, airings: &[Airing<'_>]) -> Vec<Measured> {
    let (mut hours, mut breaks) = (BTreeMap::<u32, f64>::new(), BTreeMap::<&str, (u32, f64)>::new());
    for airing in airings {
        *hours.entry(airing.second / 3600).or_default() += airing.entry.length.as_secs_f64();
        breaks.entry(break_of(airing)).or_insert((airing.second, 0.0)).1 += 1.0;
    }
    let of = |quantity: &'static str, value, second| {
        Measured::number(quantity, value).at(days.site_id()).on(plan.day(), Some(second))
    };
    let hours = hours.into_iter().map(|(hour, s)| of("break_s_in_hour", s, hour * 3600));
    let breaks = breaks.into_values().map(|(second, n)| of("spots_in_break", n, second));
    let lengths = airings.iter().map(|a| of("spot_length_s", a.entry.length.as_secs_f64().round(), a.second));
    hours.chain(breaks).chain(lengths).collect()
}

/// How many minutes too near two spots stand (R-CAMP-02): 0 when far enough.
fn distances(days: &Days<'_>, plan: &SitePlan, airings: &[Airing<'_>]) -> Vec<Measured> {
    let mut measured = Vec::new();
    for (n, a) in airings.iter().enumerate() {
        for b in &airings[..n] {
            let apart = a.entry.at.duration_since(b.entry.at).abs().as_secs_f64() / 60.0;
            let themed = a.campaign.themes.iter().any(|t| b.campaign.themes.contains(t));
            let (quantity, least) = if a.campaign.id == b.campaign.id {
                ("campaign_too_near_min", a.campaign.sep_same_campaign_min)
            } else if themed {
                ("theme_too_near_min", a.campaign.sep_same_theme_min.max(b.campaign.sep_same_theme_min))
            } else {
                continue;
            };
            let near = (f64::from(least) - apart).max(0.0);
            if near > 0.0 {
                let one = Measured::number(quantity, near).at(days.site_id()).on(plan.day(), Some(a.second));
                measured.push(one.about(a.campaign.id.as_str()));
            }
        }
    }
    // A day without any says so once, not pair by pair.
    for quantity in ["campaign_too_near_min", "theme_too_near_min"] {
        if measured.iter().all(|m| m.quantity() != quantity) {
            measured.push(Measured::number(quantity, 0.0).at(days.site_id()).on(plan.day(), None));
        }
    }
    measured
}

/// How often campaigns air in a day, and when (R-CAMP-03); clients in a break (R-CAMP-02); levels of their spots (R-CAMP-10).
fn volumes(days: &Days<'_>, plan: &SitePlan, airings: &[Airing<'_>]) -> Vec<Measured> {
    /// 05:30 to 09:00 and 17:00 to 23:00.
    const PEAKS_S: [std::ops::Range<u32>; 2] = [19_800..32_400, 61_200..82_800];
    let mut measured = Vec::new();
    let saturation = super::rule("R-CAMP-03").and_then(|r| r.figure("saturation_day", &days.station.file().rule));
    let airing_now = days.station.campaigns().iter().filter(|c| c.airs(plan.site(), plan.day()));
    for campaign in airing_now {
        let own: Vec<_> = airings.iter().filter(|a| a.campaign.id == campaign.id).collect();
        let factor = campaign.site_factor.get(&plan.site()).copied().unwrap_or(1.0);
        let of = |quantity, value| {
            Measured::number(quantity, value).at(plan.site()).on(plan.day(), None).about(campaign.id.as_str())
        };
        measured.push(of("campaign_airings_day", own.len() as f64));
        if saturation.is_some_and(|least| f64::from(campaign.target_per_day) * factor >= least) {
            let peak = own.iter().filter(|a| PEAKS_S.iter().any(|p| p.contains(&a.second))).count();
            measured.push(of("saturation_airings_day", own.len() as f64));
            measured.push(of("saturation_peak_pct", share(peak, own.len())));
        }
    }
    let mut clients = BTreeMap::<(&str, &str), (u32, f64)>::new();
    for airing in airings {
        clients.entry((break_of(airing), &airing.campaign.client)).or_insert((airing.second, -1.0)).1 += 1.0;
    }
    measured.extend(clients.into_iter().map(|((_, client), (second, more))| {
        Measured::number("client_twice_in_break", more).at(plan.site()).on(plan.day(), Some(second)).about(client)
    }));
    measured.extend(levels(days, plan, airings));
    measured
}

/// The least share of the approved versions of one language, once they have aired as often as the rule counts (R-CAMP-07).
fn versions(days: &Days<'_>, own: &[&Airing<'_>]) -> Option<f64> {
    const EVERY: usize = 4;
    let campaign = own.first()?.campaign;
    let alike = |a: &Spot, b: &Spot| a.variant == b.variant && a.child_safe == b.child_safe;
    let ready = |s: &&Spot| days.sheets.keys().any(|id| id.as_str() == s.id);
    let shares = campaign.spots.iter().filter(ready).filter_map(|spot| {
        let group: Vec<&Spot> = campaign.spots.iter().filter(ready).filter(|s| alike(s, spot)).collect();
        let aired = |s: &Spot| own.iter().filter(|a| a.spot.id == s.id).count();
        let all: usize = group.iter().map(|s| aired(s)).sum();
        (group.len() > 1 && all >= EVERY).then(|| aired(spot) as f64 / all as f64)
    });
    shares.min_by(f64::total_cmp)
}

fn levels(days: &Days<'_>, plan: &SitePlan, airings: &[Airing<'_>]) -> Vec<Measured> {
    const TARGET_LUFS: f64 = -23.0;
    let mut told = BTreeSet::new();
    let mut measured = Vec::new();
    for airing in airings {
        let What::Audio { asset, .. } = &airing.entry.what else { continue };
        let Some(sheet) = days.sheets.get(asset).filter(|_| told.insert(asset)) else { continue };
        let of = |quantity, value: f64| {
            let one = Measured::number(quantity, value).at(plan.site()).on(plan.day(), Some(airing.second));
            one.about(asset.as_str()).told_as(sheet.aired_lufs.unwrap_or_default())
        };
        measured.extend(sheet.aired_lufs.map(|lufs| of("loudness_off_lu", (lufs - TARGET_LUFS).abs())));
        measured.extend(sheet.aired_dbtp.map(|dbtp| of("true_peak_dbtp", dbtp)));
    }
    measured
}
