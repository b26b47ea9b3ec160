//! The demonstration's music: a dozen short titles of nobody, so that a rotation has something to turn.

use anyhow::Result;
use domain::{AssetKind, Frames, Language};
use media::catalogue::NewCard;

use super::music::Mood;
use super::piece::Piece;
use super::sound::{Recipe, Speech};

/// Identifier, artist, title, language, category, seconds. Six artists, two titles each; all of them are invented.
const TITLES: [(&str, &str, &str, &str, &str, u64); 12] = [
    ("titre-01", "Trio Essai de la Rive", "Le premier pas", "bm", "or", 176),
    ("titre-02", "Trio Essai de la Rive", "Trois pirogues", "bm", "nouveau", 203),
    ("titre-03", "Chœur Essai de la Dune", "Sable clair", "son", "or", 188),
    ("titre-04", "Chœur Essai de la Dune", "La dune qui marche", "son", "nouveau", 151),
    ("titre-05", "Ensemble Essai du Puits", "L’eau du matin", "tmh", "or", 214),
    ("titre-06", "Ensemble Essai du Puits", "Sept cordes", "tmh", "or", 169),
    ("titre-07", "Duo Essai du Pâturage", "Retour du troupeau", "ff", "or", 197),
    ("titre-08", "Duo Essai du Pâturage", "La flûte et la pluie", "ff", "nouveau", 160),
    ("titre-09", "Atelier Essai de la Falaise", "Pierre sur pierre", "dts", "or", 182),
    ("titre-10", "Atelier Essai de la Falaise", "Échelle", "dts", "nouveau", 224),
    ("titre-11", "Orchestre Essai 106", "Antenne de nuit", "fr", "or", 191),
    ("titre-12", "Orchestre Essai 106", "Six kilohertz", "fr", "or", 173),
];

/// All of them, as they are made.
pub fn titles() -> impl Iterator<Item = Result<Piece>> {
    TITLES.into_iter().map(|(id, artist, title, language, category, seconds)| {
        let language: Language = language.parse()?;
        let mut card = NewCard::new(id.parse()?, title, AssetKind::Music, language.clone());
        (card.artist, card.category) = (artist.to_owned(), category.to_owned());
        // No marker and no voice: what is compared by ear carries both, and a title is there to be music.
        let recipe = Recipe {
            name: id.to_owned(),
            language: language.to_string(),
            mood: Mood::Programme,
            marker_hz: None,
            second_hz: None,
            said: Vec::new(),
            speech: Speech::Once,
            length: Frames::from_secs(seconds),
        };
        Ok(Piece { card, recipe })
    })
}

#[cfg(test)]
mod tests {
    use domain::{Asset, AudioHash, Gain, Music, Revision, Segment, Status, What};
    use scheduler::PlanInputs;

    use super::*;
    use crate::demo::needs::needs;

    fn card(piece: &Piece) -> Asset {
        let (card, id) = (&piece.card, piece.id());
        let music = Music {
            artist: card.artist.clone(),
            category: card.category.clone(),
            artist_key: card.artist.clone(),
            work_key: id.to_string(),
        };
        Asset {
            id: id.clone(),
            hash: AudioHash(*blake3::hash(id.as_str().as_bytes()).as_bytes()),
            title: card.title.clone(),
            kind: card.kind,
            language: card.language.clone(),
            programme: None,
            music: Some(music),
            length: piece.recipe.length,
            cues: None,
            loudness: None,
            true_peak: None,
            gain: Gain::UNITY,
            status: Status::Ready,
            sites: Vec::new(),
            not_before: None,
            expires: None,
            ready_since: Some("2026-11-20T12:00:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn the_demonstration_s_nights_are_titles_that_keep_their_distance() {
        let station = crate::demo::folder::reference().unwrap();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let texts = crate::demo::tests::texts();
        let wanted =
            needs((&station, scheduler::Changes::NONE), &texts, at("2026-11-24T00:30:00Z"), at("2026-11-24T04:00:00Z"));
        let named = |start: &str| wanted.iter().filter(|n| n.piece.id().as_str().starts_with(start)).count();
        assert_eq!((named("titre-"), named("nuit-mikado.")), (12, 0), "titles are made, and no edition of the night");
        let cards: Vec<Asset> = titles().map(|t| card(&t.unwrap())).collect();
        let inputs = PlanInputs::new("GAO".parse().unwrap(), "2026-11-24".parse().unwrap(), &station, &cards);
        let (plan, findings) = scheduler::plan(&inputs, Revision(1)).unwrap();
        let heard = plan.entries().iter().filter(|e| e.programme.as_str() == "nuit-mikado");
        let of_content: Vec<_> = heard.filter(|e| e.segment == Segment::Content).collect();
        assert!(of_content.len() > 12 && of_content.iter().all(|e| matches!(e.what, What::Audio { .. })));
        let thin: Vec<_> = findings.iter().filter(|f| f.code == "plan.music-thin").collect();
        assert!(thin.is_empty(), "{thin:?}");
    }
}
