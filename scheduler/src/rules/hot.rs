//! Hotlines: the right number at the right site, or none.

use domain::{Severity, SiteId, What};

use super::Source::Plan;
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};
use crate::grid::second_of;

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-HOT-01",
        severity: Severity::Blocking,
        rule_fr: "Le numéro dit à l'antenne est celui du site: BKO 94951758, GAO 94951663, KDL et TES 94951244, MEN 94951962, MOP 94950028, TBT 94951177; le 80333 et les numéros CDT sont nationaux.",
        message_fr: "Numéro {x} à {site}: attendu {y}.",
        message_en: "Number {v} at {site}: {w} expected.",
        mend_fr: "Utiliser la version du site, « <spot>-{site} ».",
        mend_en: "Use the site's own version, “<spot>-{site}”.",
        params: &[
            ("BKO", Param::Text("94951758")),
            ("GAO", Param::Text("94951663")),
            ("KDL", Param::Text("94951244")),
            ("TES", Param::Text("94951244")),
            ("MEN", Param::Text("94951962")),
            ("MOP", Param::Text("94950028")),
            ("TBT", Param::Text("94951177")),
        ],
        bounds: &[Bound::same("number_said", Plan)],
    },
    Rule {
        id: "R-HOT-02",
        severity: Severity::Warning,
        rule_fr: "Taoudéni se capte depuis le nord mais relève du numéro de Bamako (94951758): à TBT, ajouter une fois par jour « Taoudéni: 94 95 17 58 ».",
        message_fr: "{site}: le numéro de Taoudéni n'est pas dit.",
        message_en: "{site}: Taoudéni's number is not said.",
        mend_fr: "Dire une fois par jour « Taoudéni: 94 95 17 58 ».",
        mend_en: "Say “Taoudéni: 94 95 17 58” once a day.",
        params: &[("daily", Param::Number(1.0))],
        bounds: &[Bound::least("taoudeni_said_daily", Limit::Param("daily"), Plan)],
    },
    Rule {
        id: "R-HOT-03",
        severity: Severity::Blocking,
        rule_fr: "Jamais de numéro inventé: une campagne sans numéro dans la source (mines, COVID, genre, élections, affaires civiles, VNU, DDR) n'affiche aucun champ téléphone.",
        message_fr: "{campagne} affiche un numéro absent de la source.",
        message_en: "{campagne} shows a number that the source does not have.",
        mend_fr: "Vider le champ téléphone.",
        mend_en: "Empty the telephone field.",
        params: &[],
        bounds: &[Bound::most("number_invented", Limit::Fixed(0.0), Plan)],
    },
    Rule {
        id: "R-HOT-04",
        severity: Severity::Blocking,
        rule_fr: "Changement de numéro: retrait immédiat de tous les spots portant l'ancien, avec liste des sites n'ayant pas encore confirmé.",
        message_fr: "{n} spots portent encore l'ancien numéro {v}.",
        message_en: "{n} spots still carry the old number {v}.",
        mend_fr: "Retirer ces spots et attendre l'accord des sites.",
        mend_en: "Withdraw these spots and wait for the sites to confirm.",
        params: &[("ack", Param::Number(1.0))],
        bounds: &[
            Bound::most(
                "old_number_spots",
                Limit::Fixed(0.0),
                Source::nobody(
                    "Aucune fiche ne dit quel numéro un spot prononce, seulement pour quel site il fut fait.",
                    "No card says which number a spot speaks, only for which site it was made.",
                ),
            ),
            Bound::most(
                "sites_unconfirmed",
                Limit::Fixed(0.0),
                Source::nobody(
                    "Un numéro change par une publication ; la page Publier montre les sites qui l'ont chargée.",
                    "A number changes by a publication; the page Publish shows the sites that have loaded it.",
                ),
            ),
        ],
    },
    Rule {
        id: "R-HOT-05",
        severity: Severity::Warning,
        rule_fr: "Répété deux fois, groupé par paires (94 95 16 63), sans musique plus forte que -20 dB sous la voix; aussi en RadioText+ « phone.hotline ».",
        message_fr: "{v}: numéro dit {n} fois.",
        message_en: "{v}: number said {n} times.",
        mend_fr: "Dire le numéro deux fois, par paires.",
        mend_en: "Say the number twice, in pairs.",
        params: &[("repeat", Param::Number(2.0))],
        bounds: &[
            Bound::least("number_repeats", Limit::Param("repeat"), Plan),
            Bound::most(
                "music_under_number_db",
                Limit::Fixed(-20.0),
                Source::nobody(
                    "Voix et musique d'un spot arrivent mêlées ; leur rapport ne se mesure plus.",
                    "Voice and music of a spot come mixed; their ratio can no longer be measured.",
                ),
            ),
        ],
    },
];

/// Sounds made for one site's number, heard at another (R-HOT-01): their name ends in the code of their site.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let number = |id: SiteId| days.station.site(id).map_or("", |s| s.hr_hotline.as_str());
    let mut measured = briefs(days);
    measured.extend(taoudeni(days));
    for plan in days.plans.iter().filter(|p| p.site() == site) {
        for entry in plan.entries() {
            let What::Audio { asset, .. } = &entry.what else { continue };
            let end = asset.as_str().rsplit('-').next().and_then(|end| end.parse::<SiteId>().ok());
            let Some(made_for) = end.filter(|id| days.station.site(*id).is_some()) else { continue };
            let second = second_of(days.station.zone().to_datetime(entry.at).time());
            let one = Measured::texts("number_said", number(made_for), number(site)).at(site);
            measured.push(one.on(plan.day(), Some(second)).about(asset.as_str()));
        }
    }
    for campaign in days.station.campaigns().iter().filter(|c| c.regional_tag && c.sites.contains(&site)) {
        for hotline in campaign.hotlines.iter().filter(|h| h.scope == format!("site:{site}")) {
            measured.push(Measured::texts("number_said", &hotline.raw, number(site)).at(site).about(&campaign.id));
        }
    }
    measured
}

/// What a campaign's brief says of numbers: none that its source does not have (R-HOT-03), and said often enough (R-HOT-05).
fn briefs(days: &Days<'_>) -> Vec<Measured> {
    const SITES_OWN: &str = "{hotline}";
    let site = days.site_id();
    let mut measured = Vec::new();
    for campaign in days.station.campaigns().iter().filter(|c| c.sites.contains(&site)) {
        let known: Vec<String> = campaign.hotlines.iter().map(|h| digits(&h.raw)).collect();
        let said = numbers(&campaign.script_fr);
        let strange = said.iter().filter(|n| !known.contains(n)).count();
        let strange = strange + usize::from(known.is_empty() && campaign.script_fr.contains(SITES_OWN));
        let of = |quantity, value: usize| Measured::number(quantity, value as f64).about(campaign.id.as_str());
        measured.push(of("number_invented", strange));
        let own = campaign.script_fr.matches(SITES_OWN).count();
        let once = |n: &String| said.iter().filter(|m| *m == n).count();
        let least = said.iter().map(once).chain((own > 0).then_some(own)).min();
        // How a number is said is decided in the studio; where the brief asks for two, the script need not.
        let asked = if campaign.hotline_rule.contains("deux fois") { 2 } else { 0 };
        measured.extend(least.map(|n| of("number_repeats", n.max(asked))));
    }
    measured
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The numbers in a text that can be dialled: five figures or more, with spaces between them or not.
fn numbers(text: &str) -> Vec<String> {
    const FIGURES_MIN: usize = 5;
    let runs = text.split(|c: char| !c.is_ascii_digit() && !c.is_whitespace());
    runs.map(digits).filter(|n| n.len() >= FIGURES_MIN).collect()
}

/// How often a day's plan says Taoudéni's number at the site from which its people are told (R-HOT-02).
fn taoudeni(days: &Days<'_>) -> Vec<Measured> {
    const FROM: &str = "TBT";
    let names_it = |e: &domain::Entry| {
        let asset = if let What::Audio { asset, .. } = &e.what { asset.as_str() } else { "" };
        [asset, e.title.as_str()].iter().any(|text| text.to_lowercase().contains("taoud"))
    };
    let of_plan = |plan: &domain::SitePlan| {
        let times = plan.entries().iter().filter(|e| names_it(e)).count();
        Measured::number("taoudeni_said_daily", times as f64).at(plan.site()).on(plan.day(), None)
    };
    days.own_plans().filter(|p| p.site().as_str() == FROM).map(of_plan).collect()
}
