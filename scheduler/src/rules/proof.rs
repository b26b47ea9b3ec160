//! Proof of what was aired.

use domain::Severity;

use super::Source::{Kept, Records, Site};
use super::{Bound, Limit, Param, Rule, Source};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-PROOF-01",
        severity: Severity::Blocking,
        rule_fr: "As-run par site: début et fin réels à ±0,1 s, élément, version, langue, cause si non diffusé; ajout seul, chaîné (empreinte), conservé 13 mois.",
        message_fr: "{site}: as-run à {n} près.",
        message_en: "{site}: as-run off by {n}.",
        mend_fr: "Vérifier le journal du site.",
        mend_en: "Check the site's journal.",
        params: &[("precision_s", Param::Number(0.1)), ("keep_months", Param::Number(13.0))],
        bounds: &[
            Bound::most("as_run_off_s", Limit::Param("precision_s"), Records).saying(
                "{site}: une heure de l'as-run est fausse de {n} s; au plus {y}.",
                "{site}: a time of the as-run is off by {n} s; at most {y}.",
            ),
            Bound::least("as_run_kept_months", Limit::Param("keep_months"), Site).saying(
                "{site}: as-run gardé {n} mois; au moins {y}.",
                "{site}: as-run kept for {n} months; at least {y}.",
            ),
            Bound::must("as_run_chained", Site)
                .saying("{site}: la chaîne de l'as-run est rompue.", "{site}: the chain of the as-run is broken."),
        ],
    },
    Rule {
        id: "R-PROOF-02",
        severity: Severity::Blocking,
        rule_fr: "Pige: enregistrement de l'antenne REÇUE (récepteur FM), 24 h/24, 90 jours, mono 64 kbit/s (0,69 Go par jour, 62 Go pour 90 jours par site).",
        message_fr: "{site}: pige de {n} jours.",
        message_en: "{site}: air check of {n} days.",
        mend_fr: "Réparer l'enregistreur ou libérer le disque.",
        mend_en: "Mend the recorder or free the disk.",
        params: &[("days", Param::Number(90.0)), ("kbps", Param::Number(64.0))],
        bounds: &[
            Bound::least("air_check_kept_days", Limit::Param("days"), Site),
            Bound::least("air_check_kbps", Limit::Param("kbps"), Site)
                .saying("{site}: pige à {n} kbit/s; au moins {y}.", "{site}: air check at {n} kbit/s; at least {y}."),
        ],
    },
    Rule {
        id: "R-PROOF-03",
        severity: Severity::Warning,
        rule_fr: "Une diffusion n'est « prouvée » que si l'as-run et la pige concordent (empreinte audio, ±2 s); sinon « déclarée ».",
        message_fr: "{id}: as-run et pige à {n} s d'écart.",
        message_en: "{id}: as-run and air check {n} s apart.",
        mend_fr: "Compter « déclarée », non « prouvée ».",
        mend_en: "Count it as declared, not as proven.",
        params: &[("match_s", Param::Number(2.0))],
        bounds: &[Bound::most(
            "proof_off_s",
            Limit::Param("match_s"),
            Kept("runs_of_the_air_check_hold_an_airing_only_without_a_gap"),
        )],
    },
    Rule {
        id: "R-PROOF-04",
        severity: Severity::Info,
        rule_fr: "Le rapport client sépare promis, programmé, diffusé, prouvé, compensé; la population est « estimée », jamais « touchée », sans enquête.",
        message_fr: "Le rapport mêle promis, diffusé et prouvé.",
        message_en: "The report mixes promised, aired and proven.",
        mend_fr: "Séparer les colonnes; écrire « population estimée ».",
        mend_en: "Separate the columns; write “estimated population”.",
        params: &[],
        bounds: &[
            Bound::most(
                "report_mixes_figures",
                Limit::Fixed(0.0),
                Kept("a_campaign_s_airings_are_those_of_the_as_run_in_every_shape"),
            ),
            Bound::most(
                "population_called_reached",
                Limit::Fixed(0.0),
                Source::nobody("Aucun rapport ne parle de population.", "No report speaks of population."),
            ),
        ],
    },
];
