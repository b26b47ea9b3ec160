//! What is to be said about a day's music: too few titles, and categories without any.

use std::collections::BTreeSet;

use domain::Severity;

use super::super::draft::Draft;
use super::super::remarks::Remarks;
use crate::grid::{hms, second_of};

/// Says which rotations had to break a distance, and which categories nobody has a title for.
pub(in super::super) fn complain(draft: &Draft<'_>, remarks: &mut Remarks) {
    let site = draft.inputs.site;
    for (n, spec) in draft.inputs.station.file().music.iter().enumerate() {
        let picks: Vec<_> = draft.music.all().filter(|p| p.rule == n).collect();
        let Some(first) = picks.iter().find(|p| p.too_soon) else { continue };
        let (soon, all) = (picks.iter().filter(|p| p.too_soon).count(), picks.len());
        let own =
            |p: &&&domain::Asset| p.music.as_ref().is_some_and(|m| spec.category.iter().any(|c| c.id == m.category));
        let titles: Vec<_> = draft.cards.music().iter().filter(own).filter_map(|a| a.music.as_ref()).collect();
        let artists = titles.iter().map(|m| &m.artist_key).collect::<BTreeSet<_>>().len();
        let works = titles.iter().map(|m| &m.work_key).collect::<BTreeSet<_>>().len();
        let second = second_of(draft.inputs.station.zone().to_datetime(first.at).time());
        let (id, at, title_min, artist_min) = (&spec.id, hms(second), spec.title_apart_min, spec.artist_apart_min);
        remarks.say(("plan.music-thin", Severity::Warning), id, Some(second), || {
            let fr = format!("{site}: rotation « {id} », {soon} titres sur {all} reviennent avant leur distance (titre {title_min} min, interprète {artist_min} min), le premier à {at}: il n'y a que {works} titres de {artists} interprètes. Déposer d'autres titres, ou régler les distances.");
            (fr, format!("{site}: rotation “{id}”, {soon} of {all} titles come back before their distance (title {title_min} min, artist {artist_min} min), first at {at}: there are only {works} titles by {artists} artists. Upload more titles, or set the distances."))
        });
    }
    categories(draft, remarks);
}

fn categories(draft: &Draft<'_>, remarks: &mut Remarks) {
    let rules = &draft.inputs.station.file().music;
    let known: BTreeSet<&str> =
        draft.cards.music().iter().filter_map(|a| a.music.as_ref()).map(|m| m.category.as_str()).collect();
    if draft.music.all().next().is_none() {
        return;
    }
    for (spec, category) in rules.iter().flat_map(|m| m.category.iter().map(move |c| (m, c))) {
        if known.contains(category.id.as_str()) {
            continue;
        }
        let (id, category) = (&spec.id, &category.id);
        remarks.say(("plan.music-category", Severity::Info), &format!("{id}/{category}"), None, || {
            let fr = format!("Rotation « {id} »: aucun titre prêt à diffuser n'a la catégorie « {category} ».");
            (fr, format!("Rotation “{id}”: no title that is ready to air has the category “{category}”."))
        });
    }
}
