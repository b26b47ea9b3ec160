//! How music is chosen: the `[[music]]` tables of the station file.

use std::collections::BTreeSet;

use domain::ProgrammeId;
use serde::{Deserialize, Serialize};

use super::error::{StationError, line_of_table};
use super::text;
use super::wire::StationFile;

/// A rotation: which programmes it fills with titles, from which categories, and how far apart titles and artists stay.
///
/// The same seed, cards and history give the same titles in the same order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MusicSpec {
    /// Its name.
    pub id: String,
    /// Programmes whose slots it fills where no edition is there.
    #[serde(with = "text::list")]
    pub programmes: Vec<ProgrammeId>,
    /// Where its draws begin. Kept in the name of every entry that it made.
    pub seed: u32,
    /// Minutes from the start of a title to its next start, 1 to 1,440, on this rotation or any other.
    pub title_apart_min: u32,
    /// Minutes from the start of an artist to the next start of the same, 0 to 720 and no more than for titles.
    pub artist_apart_min: u32,
    /// Share of titles in the first language of the site, 0 to 1.
    #[serde(default)]
    pub regional_share: f64,
    /// Whether its titles also fill what other programmes leave empty; at most one rotation does.
    #[serde(default)]
    pub fills: bool,
    /// Which titles, by the category of their cards.
    pub category: Vec<CategorySpec>,
}

/// One category of a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategorySpec {
    /// The word that stands on the cards.
    pub id: String,
    /// How often it has its turn beside the others, 1 to 100.
    #[serde(default = "one")]
    pub weight: u32,
    /// Parts of the day in which it may be heard; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dayparts: Vec<String>,
    /// Whether it stands in only when no other category has a title that is permitted.
    #[serde(default)]
    pub evergreen: bool,
}

const fn one() -> u32 {
    1
}

impl MusicSpec {
    /// Most rotations: one a daypart is more than people can follow.
    pub const MAX: usize = 12;
    /// Most categories of one: more than any music desk keeps apart.
    pub const CATEGORIES_MAX: usize = 24;
    /// Longest distance between two airings of a title: what a plan knows of the day before.
    pub const TITLE_APART_MIN_MAX: u32 = 1_440;
    /// Longest distance between two airings of an artist.
    pub const ARTIST_APART_MIN_MAX: u32 = 720;
}

/// What keeps the rotations of a file from making sense.
pub(super) fn checked(file: &StationFile, text: &str) -> Result<(), StationError> {
    let mut names = BTreeSet::new();
    let mut programmes = BTreeSet::new();
    for (n, music) in file.music.iter().enumerate() {
        let refused = |why: &Refusal| {
            let id: String = music.id.chars().take(64).collect();
            let line = line_of_table(text, "music", n);
            let fr = format!("Rotation musicale « {id} »: {}.", why.0);
            StationError::new(line, fr, format!("Music rotation “{id}”: {}.", why.1))
        };
        figures(music).map_err(|why| refused(&why))?;
        if n >= MusicSpec::MAX || music.id.is_empty() || music.id.len() > 64 || !names.insert(&music.id) {
            return Err(refused(&(
                "au plus 12 rotations, chacune avec un nom à elle, de 1 à 64 caractères",
                "at most 12 rotations, each with a name of its own of 1 to 64 characters",
            )));
        }
        if file.music.iter().filter(|m| m.fills).count() > 1 {
            return Err(refused(&(
                "une seule rotation peut avoir fills = true",
                "only one rotation may have fills = true",
            )));
        }
        for programme in &music.programmes {
            if !file.programme.iter().any(|p| p.id == *programme) || !programmes.insert(programme) {
                return Err(refused(&(
                    "chaque émission doit exister et n'être remplie que par une seule rotation",
                    "each programme must exist and be filled by one rotation only",
                )));
            }
        }
        categories(music, file).map_err(|why| refused(&why))?;
    }
    Ok(())
}

/// Why not, in French and in English.
type Refusal = (&'static str, &'static str);

fn figures(music: &MusicSpec) -> Result<(), Refusal> {
    if !(1..=MusicSpec::TITLE_APART_MIN_MAX).contains(&music.title_apart_min) {
        return Err(("title_apart_min va de 1 à 1440 minutes", "title_apart_min is 1 to 1440 minutes"));
    }
    let artist_max = MusicSpec::ARTIST_APART_MIN_MAX.min(music.title_apart_min);
    if music.artist_apart_min > artist_max {
        return Err((
            "artist_apart_min va de 0 à 720 minutes et ne dépasse pas title_apart_min",
            "artist_apart_min is 0 to 720 minutes and no more than title_apart_min",
        ));
    }
    if !(0.0..=1.0).contains(&music.regional_share) {
        return Err(("regional_share va de 0 à 1", "regional_share is 0 to 1"));
    }
    Ok(())
}

fn categories(music: &MusicSpec, file: &StationFile) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    if music.category.is_empty() || music.category.len() > MusicSpec::CATEGORIES_MAX {
        return Err(("il faut de 1 à 24 catégories", "1 to 24 categories are needed"));
    }
    for category in &music.category {
        if category.id.is_empty() || category.id.len() > 64 || !names.insert(&category.id) {
            return Err((
                "chaque catégorie a un nom à elle, de 1 à 64 caractères",
                "each category has a name of its own of 1 to 64 characters",
            ));
        }
        if !(1..=100).contains(&category.weight) {
            return Err(("le poids (weight) d'une catégorie va de 1 à 100", "the weight of a category is 1 to 100"));
        }
        if category.dayparts.iter().any(|d| !file.daypart.iter().any(|known| known.id == *d)) {
            return Err(("une catégorie cite une tranche inconnue", "a category names an unknown daypart"));
        }
    }
    if music.category.iter().all(|c| c.evergreen) {
        return Err(("une catégorie au moins n'est pas evergreen", "one category at least is not evergreen"));
    }
    Ok(())
}
