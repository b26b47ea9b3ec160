//! What is to be said about a decided day: sound that is missing, too short or too long, opt-outs given up, campaigns
//! that found no room.

use std::collections::BTreeSet;

use domain::{Frames, SAMPLE_RATE_HZ, Severity};
use jiff::SignedDuration;

use super::board::QUIET_FRIDAY_S;
use super::choice::{Standing, placed};
use super::draft::Draft;
use super::flight::{daypart_length, into_daypart};
use super::remarks::Remarks;
use super::stretch::Stretch;
use crate::grid::hms;
use crate::station::Day;
use crate::timetable::How;
use crate::week::ProgrammeSlot;

/// Shorter than this is not worth a word: encoders pad and trim by milliseconds.
const SHORT_MIN: Frames = Frames::from_secs(1);

/// A day on which the clocks stay.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Says everything about a day.
pub(super) fn about(draft: &Draft<'_>, remarks: &mut Remarks) {
    for stretch in &draft.stretches {
        opt_out_given_up(draft, stretch, remarks);
        placement_refused(draft, stretch, remarks);
        content(draft, stretch, remarks);
        variant(draft, stretch, remarks);
        clock_change(draft, stretch, remarks);
    }
    skipped(draft, remarks);
    lost_placements(draft, remarks);
    campaigns(draft, remarks);
    super::music::complain(draft, remarks);
}

fn opt_out_given_up(draft: &Draft<'_>, stretch: &Stretch<'_>, remarks: &mut Remarks) {
    let Some(opt_out) = &stretch.instead_of else { return };
    let (site, id, network) = (draft.inputs.site, &opt_out.programme, &stretch.programme.title);
    let title = draft.inputs.station.programme(id).map_or(id.as_str(), |p| p.title.as_str());
    let (from, to) = (hms(opt_out.start_s), hms(opt_out.end_s()));
    let at = Some(opt_out.start_s);
    remarks.say(("R-OPT-04", Severity::Warning), &format!("{id}@{from}"), at, || {
        let fr = format!("{site} garde le réseau (« {network} ») de {from} à {to}: pas de fichier prêt à diffuser pour « {title} ». Déposer et approuver une édition de {id}.");
        let en = format!("{site} keeps the network (“{network}”) from {from} to {to}: no file is ready to air for “{title}”. Upload and approve an edition of {id}.");
        (fr, en)
    });
}

fn placement_refused(draft: &Draft<'_>, stretch: &Stretch<'_>, remarks: &mut Remarks) {
    let slots = [Some(&stretch.slot), stretch.instead_of.as_ref()];
    for slot in slots.into_iter().flatten() {
        let Some(asset) = placed(&draft.inputs, slot) else { continue };
        let airs = stretch.content.is_some_and(|c| c.asset.id == *asset);
        if airs {
            continue;
        }
        let (site, at) = (draft.inputs.site, hms(slot.start_s));
        remarks.say(("plan.placement-refused", Severity::Warning), &format!("{asset}@{at}"), Some(slot.start_s), || {
            let fr = format!("{site}, {at}: « {asset} », mis à la main dans la grille, n'est pas prêt à diffuser ici à cette heure; le choix habituel le remplace.");
            let en = format!("{site}, {at}: “{asset}”, put into the grid by hand, is not ready to air here at that time; the usual choice stands in.");
            (fr, en)
        });
    }
}

fn content(draft: &Draft<'_>, stretch: &Stretch<'_>, remarks: &mut Remarks) {
    let (slot, site) = (&stretch.slot, draft.inputs.site);
    let needed = Frames::from_secs(u64::from(draft.inputs.station.content_of(slot).saturating_sub(stretch.shorter_s)));
    let (id, title, at) = (&slot.programme, &stretch.programme.title, hms(slot.start_s));
    let subject = format!("{id}@{at}");
    let place = Some(slot.start_s);
    let Some(choice) = stretch.content else {
        if needed > Frames::ZERO && !stretch.rotates {
            remarks.say(("plan.no-content", Severity::Warning), &subject, place, || {
                let fr = format!("{site}, {at}: aucune édition prête à diffuser de « {title} »; le tapis la remplace. Déposer et approuver une édition de {id}.");
                let en = format!("{site}, {at}: no edition of “{title}” is ready to air; the bed stands in. Upload and approve an edition of {id}.");
                (fr, en)
            });
        }
        return;
    };
    let asset = &choice.asset.id;
    let (got, want) = (minutes(choice.asset.length), minutes(needed));
    if choice.asset.length + SHORT_MIN < needed {
        remarks.say(("R-PAD-03", Severity::Warning), &subject, place, || {
            let fr = format!("{site}, {at}: « {asset} » dure {got} pour {want} de contenu; le tapis remplit la fin.");
            (fr, format!("{site}, {at}: “{asset}” lasts {got} for {want} of content; the bed fills the end."))
        });
    } else if choice.asset.length.0 > needed.0 + needed.0 * 3 / 100 {
        remarks.say(("R-PAD-03", Severity::Warning), &subject, place, || {
            let fr = format!("{site}, {at}: « {asset} » dure {got} pour {want} de contenu; la fin est coupée.");
            (fr, format!("{site}, {at}: “{asset}” lasts {got} for {want} of content; its end is cut."))
        });
    }
    if choice.standing == Standing::Late {
        remarks.say(("plan.late-edition", Severity::Info), &subject, place, || {
            let fr =
                format!("{site}, {at}: « {asset} » a été approuvé après le début de la case; il est joint en cours.");
            (fr, format!("{site}, {at}: “{asset}” was approved after its slot began; it is joined in progress."))
        });
    }
}

/// Says that the language version for the site's variant is missing, or that another was put there by hand (R-LANG-05).
fn variant(draft: &Draft<'_>, stretch: &Stretch<'_>, remarks: &mut Remarks) {
    let (station, site) = (draft.inputs.station, draft.inputs.site);
    for slot in [Some(&stretch.slot), stretch.instead_of.as_ref()].into_iter().flatten() {
        let Some(programme) = station.programme(&slot.programme) else { continue };
        let airs = stretch.content.filter(|c| c.asset.programme.as_ref() == Some(&slot.programme));
        let (id, title, at) = (&slot.programme, &programme.title, hms(slot.start_s));
        let (subject, place) = (format!("{id}@{at}"), Some(slot.start_s));
        if let Some(choice) = airs {
            if !station.speaks(site, programme, choice.asset) {
                let (asset, said) = (&choice.asset.id, &choice.asset.language);
                remarks.say(("R-LANG-05", Severity::Warning), &subject, place, || {
                    let fr = format!("{site}, {at}: « {asset} », mis à la main, parle {said}, qui n'est pas la variante d'ici.");
                    (fr, format!("{site}, {at}: “{asset}”, put here by hand, speaks {said}, which is not the variant of this place."))
                });
            }
            continue;
        }
        let others = draft.cards.editions(id).iter().filter(|a| a.may_air(site, stretch.at));
        let others: BTreeSet<_> = others.map(|a| a.language.as_str()).collect();
        if others.is_empty() {
            continue;
        }
        let variants = station.variants(site, &programme.lang);
        let wanted = variants.first().unwrap_or(&programme.lang);
        let others = others.into_iter().collect::<Vec<_>>().join(", ");
        remarks.say(("R-LANG-05", Severity::Warning), &subject, place, || {
            let fr = format!("{site}, {at}: « {title} » n'existe qu'en {others}; {site} attend {wanted}. Rien n'est dit dans la langue d'un autre lieu: enregistrer la version {wanted}, ou la placer à la main.");
            let en = format!("{site}, {at}: “{title}” exists in {others} only; {site} expects {wanted}. Nothing is said in another place's language: record the {wanted} version, or place one by hand.");
            (fr, en)
        });
    }
}

/// Minutes and seconds, rounded to the second.
fn minutes(length: Frames) -> String {
    let s = (length.0 + u64::from(SAMPLE_RATE_HZ) / 2) / u64::from(SAMPLE_RATE_HZ);
    format!("{} min {:02} s", s / 60, s % 60)
}

fn clock_change(draft: &Draft<'_>, stretch: &Stretch<'_>, remarks: &mut Remarks) {
    let slot = &stretch.slot;
    let (site, title, at, over_s) = (draft.inputs.site, &stretch.programme.title, hms(slot.start_s), stretch.over_s);
    if over_s > 0 {
        remarks.say(("plan.clocks-back", Severity::Warning), slot.programme.as_str(), Some(slot.start_s), || {
            let fr =
                format!("{site}: les horloges reculent pendant « {title} » ({at}); le tapis joue {over_s} s de plus.");
            (fr, format!("{site}: the clocks go back during “{title}” ({at}); the bed plays for {over_s} s more."))
        });
    } else if stretch.instead_of.is_none() && stretch.how == How::Whole && stretch.part_s.end < slot.length_s {
        let lost_s = slot.length_s - stretch.part_s.end;
        remarks.say(("plan.clocks-forward", Severity::Warning), slot.programme.as_str(), Some(slot.start_s), || {
            let fr = format!(
                "{site}: les horloges avancent pendant « {title} » ({at}), qui perd ses {lost_s} dernières secondes."
            );
            (fr, format!("{site}: the clocks go forward during “{title}” ({at}), which loses its last {lost_s} s."))
        });
    }
}

/// Slots that the clocks skip wholly.
fn skipped(draft: &Draft<'_>, remarks: &mut Remarks) {
    let (inputs, site) = (&draft.inputs, draft.inputs.site);
    let bounds = inputs.station.day_bounds(inputs.day);
    if bounds.is_some_and(|(from, to)| to.duration_since(from) == DAY) {
        return;
    }
    for slot in inputs.station.programmes_on(site, inputs.day, inputs.changes) {
        let instant = |second| inputs.station.instant(inputs.day, second);
        if instant(slot.start_s) != instant(slot.end_s) {
            continue;
        }
        let (title, at) = (&slot.title, hms(slot.start_s));
        remarks.say(
            ("plan.clocks-skip", Severity::Warning),
            &format!("{}@{at}", slot.programme),
            Some(slot.start_s),
            || {
                let fr = format!("{site}: les horloges sautent « {title} » ({at}), qui ne passe pas.");
                (fr, format!("{site}: the clocks skip “{title}” ({at}), which does not air."))
            },
        );
    }
}

/// Placements that name no start of a slot: they would be forgotten in silence.
fn lost_placements(draft: &Draft<'_>, remarks: &mut Remarks) {
    let (inputs, site) = (&draft.inputs, draft.inputs.site);
    let (station, changes, day) = (inputs.station, inputs.changes, inputs.day);
    let here = || inputs.placements.iter().filter(|p| p.day == day && p.site.is_none_or(|s| s == site));
    if here().next().is_none() {
        return;
    }
    let seconds = |slots: Vec<ProgrammeSlot>| slots.iter().map(|s| s.start_s).collect::<BTreeSet<_>>();
    let (grid, ruled) = station.ruled(changes, day);
    let mut own = seconds(station.programmes_on(site, day, changes));
    let mut network = seconds(station.network_on(site, day, changes));
    // A slot under a live event may be given its sound all the same.
    own.extend(grid.site(site, ruled).unwrap_or_default().iter().map(|s| s.start_s));
    network.extend(grid.network(ruled).iter().map(|s| s.start_s));
    for placement in here() {
        let start_s = crate::grid::second_of(placement.start);
        let slots = if placement.site.is_some() { &own } else { &network };
        if slots.contains(&start_s) {
            continue;
        }
        let (asset, at) = (&placement.asset, hms(start_s));
        remarks.say(("plan.placement-lost", Severity::Warning), &format!("{asset}@{at}"), Some(start_s), || {
            let fr = format!("{site}: « {asset} » est placé à {at}, où ne commence aucune case; il ne passera pas.");
            (fr, format!("{site}: “{asset}” is placed at {at}, where no slot starts; it will not air."))
        });
    }
}

fn campaigns(draft: &Draft<'_>, remarks: &mut Remarks) {
    let site = draft.inputs.site;
    for (n, flight) in draft.board.flights.iter().enumerate() {
        let (id, wanted) = (flight.campaign.id.as_str(), flight.total());
        let (placed, strayed) = draft.board.tally(n);
        if flight.versions.is_empty() {
            remarks.say(("plan.no-spot", Severity::Warning), id, None, || {
                let fr = format!(
                    "{site}: la campagne {id} n'a aucun spot prêt à diffuser; {wanted} passages promis tombent."
                );
                (fr, format!("{site}: campaign {id} has no spot ready to air; {wanted} promised airings fall out."))
            });
            continue;
        }
        if placed < wanted {
            remarks.say(("R-CAMP-08", Severity::Warning), id, None, || {
                let fr = format!(
                    "{site}: campagne {id}, passages placés: {placed} sur {wanted}; compenser les autres un autre jour."
                );
                (
                    fr,
                    format!(
                        "{site}: campaign {id}, airings placed: {placed} of {wanted}; make the others good another day."
                    ),
                )
            });
        }
        if strayed > 0 {
            quiet_friday(draft, n, remarks);
            remarks.say(("R-CAMP-04", Severity::Info), id, None, || {
                let fr = format!(
                    "{site}: {strayed} passages de la campagne {id} sont compensés le jour même, hors tranche."
                );
                (
                    fr,
                    format!(
                        "{site}: {strayed} airings of campaign {id} are made good the same day, outside their daypart."
                    ),
                )
            });
        }
        if flight.campaign.regional_tag && flight.versions.iter().any(|v| !v.local) {
            remarks.say(("R-HOT-01", Severity::Info), id, None, || {
                let fr = format!(
                    "{site}: la campagne {id} passe sans le numéro du site; fournir des versions « <spot>-{site} »."
                );
                (fr, format!("{site}: campaign {id} airs without the site's number; deliver versions “<spot>-{site}”."))
            });
        }
    }
}

/// Said beforehand: Friday's quiet time takes a campaign's airings, and where they stand instead (R-PRAY-01).
fn quiet_friday(draft: &Draft<'_>, flight: usize, remarks: &mut Remarks) {
    let (site, dayparts) = (draft.inputs.site, &draft.inputs.station.file().daypart);
    if Day::of(draft.inputs.day) != Day::Fri {
        return;
    }
    let id = draft.board.flights[flight].campaign.id.as_str();
    let moved = draft.board.strayed_from(flight, QUIET_FRIDAY_S);
    if moved.is_empty() {
        return;
    }
    let name = |second: u32| {
        let inside = dayparts.iter().find(|d| into_daypart(d, second) < daypart_length(d));
        inside.map_or_else(String::new, |d| format!(" ({})", d.id))
    };
    let places = moved.iter().map(|s| format!("{}{}", hms(*s), name(*s))).collect::<Vec<_>>().join(", ");
    remarks.say(("R-PRAY-01", Severity::Info), id, Some(QUIET_FRIDAY_S.start), || {
        let fr = format!("{site}: pas d'écran vendredi de 12:45 à 14:00; la campagne {id} passe plutôt à {places}.");
        (fr, format!("{site}: no breaks on Friday from 12:45 to 14:00; campaign {id} airs at {places} instead."))
    });
}
