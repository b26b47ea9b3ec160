//! Deliveries: in time, of the right length, sound.

use domain::{Origin, Segment, Severity, What};

use super::Source::{Kept, Plan, Said};
use super::{Bound, Days, Limit, Measured, Param, Rule, Source};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R-PAD-01",
        severity: Severity::Blocking,
        rule_fr: "Dépôt d'un programme PAD: J-1 20:00 (réseau), H-3 (région); spot: J-2 12:00; au-delà, circuit « dernière minute » avec signature.",
        message_fr: "Livré à {h}, limite {l}.",
        message_en: "Delivered {h}, {n} h after the limit.",
        mend_fr: "Passer par le circuit de dernière minute, signé.",
        mend_en: "Use the last-minute way, signed.",
        params: &[
            ("network", Param::Text("D-1 20:00")),
            ("region", Param::Text("H-3")),
            ("spot", Param::Text("D-2 12:00")),
        ],
        bounds: &[Bound::most("delivered_late_h", Limit::Fixed(0.0), Plan).saying(
            "{id} livré le {a}, limite {b}, sans signature.",
            "{id} delivered {a}, limit {b}, and signed by nobody.",
        )],
    },
    Rule {
        id: "R-PAD-02",
        severity: Severity::Blocking,
        rule_fr: "Dépôt par morceaux de 256 Kio, reprise après coupure, sans limite de temps sous 7 jours; 55 min en MP3 128 kbit/s = 52,8 Mo ≈ 55 min à 128 kbit/s pleins, 2 h en pratique.",
        message_fr: "Dépôt interrompu à {x} %: reprise automatique.",
        message_en: "The upload stopped at {x} %: it resumes by itself.",
        mend_fr: "Relancer le dépôt: il reprend où il en était.",
        mend_en: "Start the upload again: it resumes where it was.",
        params: &[("chunk_kib", Param::Number(256.0)), ("keep_days", Param::Number(7.0))],
        bounds: &[
            Bound::most(
                "chunk_kib",
                Limit::Param("chunk_kib"),
                Source::nobody(
                    "Les envois vont par morceaux de la taille que choisit l'appareil ; tout morceau reprend où il fut coupé.",
                    "Uploads come in pieces of the size that the device chooses; any piece goes on where it was cut.",
                ),
            ),
            Bound::most("upload_age_d", Limit::Param("keep_days"), Kept("debris_is_swept_and_parcels_stay")),
        ],
    },
    Rule {
        id: "R-PAD-03",
        severity: Severity::Warning,
        rule_fr: "Durée réelle = durée de case -0/+3 %: accepté et calé par l'élastique; +3 à +10 %: choix (couper, accélérer ≤ 2 %, décaler); au-delà: refus.",
        message_fr: "{programme}: durée à {x} % de la case.",
        message_en: "{programme}: length {x} % off the slot.",
        mend_fr: "Couper, accélérer d'au plus 2 % ou décaler.",
        mend_en: "Cut, speed up by 2 % at most, or move.",
        params: &[("ok_pct", Param::Number(3.0)), ("ask_pct", Param::Number(10.0))],
        bounds: &[
            Bound::most(
                "length_over_pct",
                Limit::Param("ask_pct"),
                Said("sound_of_a_wrong_length_is_filled_or_cut_and_said"),
            ),
            Bound::least(
                "length_over_pct",
                Limit::Fixed(0.0),
                Said("sound_of_a_wrong_length_is_filled_or_cut_and_said"),
            ),
        ],
    },
    Rule {
        id: "R-PAD-04",
        severity: Severity::Warning,
        rule_fr: "Contrôle à l'écoute: silence > 3 s, mono/stéréo, écrêtage, niveau, langue déclarée; verdict en moins de 60 s, expliqué en une phrase.",
        message_fr: "{programme}: silence de {n} s.",
        message_en: "{programme}: a silence of {n} s.",
        mend_fr: "Réécouter et corriger le son.",
        mend_en: "Listen again and correct the sound.",
        params: &[("silence_s", Param::Number(3.0))],
        bounds: &[Bound::most(
            "longest_silence_s",
            Limit::Param("silence_s"),
            Said("a_hole_in_a_programme_is_refused_unless_silence_is_intended"),
        )],
    },
];

/// Sounds that came in after their limit and that nobody has signed (R-PAD-01): 20:00 of the eve for what the network made
/// before, three hours for a region's, noon two days before for a spot.
pub(super) fn measure(days: &Days<'_>) -> Vec<Measured> {
    let zone = days.station.zone();
    let hours = |h: i64| jiff::SignedDuration::from_hours(h);
    let mut measured = Vec::new();
    for (day, second, entry) in days.entries() {
        let What::Audio { asset, .. } = &entry.what else { continue };
        let Some(sheet) = days.sheets.get(asset) else { continue };
        let made_before = days.station.programme(&entry.programme).is_some_and(|p| p.mode == "pad");
        let at_clock = |days_before: i32, hour: i8| {
            let date = day.checked_sub(jiff::Span::new().days(days_before)).ok()?;
            zone.to_zoned(date.at(hour, 0, 0, 0)).ok().map(|z| z.timestamp())
        };
        let limit = match (entry.segment, entry.origin) {
            (Segment::Spot, _) => at_clock(2, 12),
            (Segment::Content, Origin::Network) if made_before => at_clock(1, 20),
            (Segment::Content, Origin::OptOut | Origin::File | Origin::Relay) => entry.at.checked_sub(hours(3)).ok(),
            _ => None,
        };
        let Some(limit) = limit.filter(|limit| sheet.entered_at > *limit) else { continue };
        let late_h = sheet.entered_at.duration_since(limit).as_secs_f64() / 3600.0;
        let late_h = if sheet.signed_by.is_empty() { late_h } else { 0.0 };
        let local = |t: jiff::Timestamp| zone.to_datetime(t).strftime("%Y-%m-%d %H:%M").to_string();
        let one = Measured::number("delivered_late_h", late_h).at(days.site_id()).about(asset.as_str());
        measured.push(one.on(day, Some(second)).between(local(sheet.entered_at), local(limit)));
    }
    measured
}
