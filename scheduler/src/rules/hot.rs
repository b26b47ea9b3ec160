//! Hotlines: the right number at the right site, or none.

use domain::{Severity, SiteId, What};

use super::{Bound, Days, Limit, Measured, Param, Rule};
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
        bounds: &[Bound::same("number_said")],
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
        bounds: &[Bound::least("taoudeni_said_daily", Limit::Param("daily"))],
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
        bounds: &[Bound::most("number_invented", Limit::Fixed(0.0))],
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
            Bound::most("old_number_spots", Limit::Fixed(0.0)),
            Bound::most("sites_unconfirmed", Limit::Fixed(0.0)),
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
            Bound::least("number_repeats", Limit::Param("repeat")),
            Bound::most("music_under_number_db", Limit::Fixed(-20.0)),
        ],
    },
];

/// Sounds made for one site's number, heard at another (R-HOT-01): their name ends in the code of their site.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let site = days.site_id();
    let number = |id: SiteId| days.station.site(id).map_or("", |s| s.hr_hotline.as_str());
    let mut measured = Vec::new();
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
