//! What a site must bear alone.

use domain::Severity;

use super::Source::{Kept, Records, Site};
use super::{Bound, Limit, Param, Rule, Source};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-RES-01",
        severity: Severity::Blocking,
        rule_fr: "Un site joue seul: cache ≥ 72 h (grille, fichiers, spots, jingles), 240 h à Tessalit; décision locale, jamais en attente du réseau.",
        message_fr: "Cache à {n} h.",
        message_en: "Cache of {n} h.",
        mend_fr: "Synchroniser le site en priorité.",
        mend_en: "Synchronise the site first.",
        params: &[("cache_h", Param::Number(72.0)), ("tes_cache_h", Param::Number(240.0))],
        bounds: &[
            Bound::least("cache_h", Limit::Param("cache_h"), Site),
            Bound::least("cache_unattended_h", Limit::Param("tes_cache_h"), Site),
        ],
    },
    Rule {
        id: "R-RES-02",
        severity: Severity::Blocking,
        rule_fr: "Silence à l'antenne: 3 s → élément suivant; 5 s → boucle de secours; 30 s → alerte; aucune attente infinie d'une grille.",
        message_fr: "Silence {n} s.",
        message_en: "Silence of {n} s.",
        mend_fr: "Vérifier le lecteur et l'émetteur.",
        mend_en: "Check player and transmitter.",
        params: &[("next_s", Param::Number(3.0)), ("loop_s", Param::Number(5.0)), ("alarm_s", Param::Number(30.0))],
        bounds: &[
            Bound::most(
                "silence_before_next_s",
                Limit::Param("next_s"),
                Kept("a_programme_that_has_gone_silent_leaves_its_place_until_it_sounds_again"),
            ),
            Bound::most(
                "silence_before_loop_s",
                Limit::Param("loop_s"),
                Kept("a_bed_that_runs_dry_falls_to_the_floor_without_silence"),
            ),
            Bound::most(
                "silence_before_alarm_s",
                Limit::Param("alarm_s"),
                Kept("silence_is_counted_from_the_newest_reading_back"),
            ),
        ],
    },
    Rule {
        id: "R-RES-03",
        severity: Severity::Blocking,
        rule_fr: "Après coupure: à l'antenne ≤ 30 s après le démarrage, ≤ 90 s après le retour du courant; reprise là où l'antenne DEVRAIT être, jamais là où elle s'était arrêtée.",
        message_fr: "{site}: à l'antenne après {n} s.",
        message_en: "{site}: on air after {n} s.",
        mend_fr: "Vérifier le démarrage de la machine.",
        mend_en: "Check how the machine starts.",
        params: &[("boot_s", Param::Number(30.0)), ("power_s", Param::Number(90.0))],
        bounds: &[
            Bound::most(
                "boot_to_air_s",
                Limit::Param("boot_s"),
                Kept("sound_comes_back_at_once_however_often_it_ends"),
            ),
            Bound::most(
                "power_to_air_s",
                Limit::Param("power_s"),
                Source::nobody(
                    "Le programme ne voit pas le retour du courant, seulement son propre démarrage.",
                    "The program does not see the mains come back, only its own start.",
                ),
            ),
            Bound::most("resumed_off_s", Limit::Fixed(2.0), Records).saying(
                "{site}: reprise à {n} s de là où l'antenne devait être.",
                "{site}: resumed {n} s from where the air should have been.",
            ),
        ],
    },
    Rule {
        id: "R-RES-04",
        severity: Severity::Warning,
        rule_fr: "Horloge: GPS ou NTP ±50 ms; dérive tolérée hors réseau 1 s/jour avec RTC; au-delà de 2 s, marquer l'as-run « heure non sûre ».",
        message_fr: "{site}: horloge à {n} ms.",
        message_en: "{site}: clock off by {n} ms.",
        mend_fr: "Vérifier GPS ou NTP; marquer « heure non sûre ».",
        mend_en: "Check GPS or NTP; mark “time not sure”.",
        params: &[("ok_ms", Param::Number(50.0)), ("flag_s", Param::Number(2.0))],
        bounds: &[
            Bound::most(
                "clock_off_ms",
                Limit::Param("ok_ms"),
                Source::nobody(
                    "Le noyau ne dit pas au programme de combien l'heure est fausse ; mikado doctor interroge chrony.",
                    "The kernel does not tell the program by how much the time is wrong; mikado doctor asks chrony.",
                ),
            ),
            Bound::most("unmarked_clock_off_s", Limit::Param("flag_s"), Records).saying(
                "{site}: l'heure a sauté de {n} s sans être marquée.",
                "{site}: the time jumped by {n} s and was not marked.",
            ),
        ],
    },
    Rule {
        id: "R-RES-05",
        severity: Severity::Warning,
        rule_fr: "Sur batterie < 30 %: couper l'écran et les services non vitaux; < 15 %: passer en puissance réduite si l'émetteur le permet; < 5 %: identification + arrêt propre, puis SMS.",
        message_fr: "{site}: batterie à {n} %, charge non réduite.",
        message_en: "{site}: battery at {n} %, load not reduced.",
        mend_fr: "Couper l'écran, réduire la puissance.",
        mend_en: "Switch the screen off, reduce power.",
        params: &[("steps", Param::List(&["30", "15", "5"]))],
        bounds: &[Bound::most(
            "load_not_shed_battery_pct",
            Limit::Fixed(0.0),
            Source::nobody(
                "Les équipements disent des volts, non une charge, et aucun délestage n'est commandé.",
                "Equipment tells volts and no charge, and no load is switched.",
            ),
        )],
    },
];
