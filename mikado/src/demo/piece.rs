//! What the demonstration can make: an edition, a spot, a jingle, a bed; each with its card and its recipe.

use anyhow::Result;
use domain::{AssetId, AssetKind, Frames, Language, SiteId};
use jiff::{SignedDuration, Timestamp};
use media::catalogue::NewCard;
use scheduler::ProgrammeSlot;
use scheduler::station::{Campaign, SegmentKind, Spot};

use super::markers::marker_hz;
use super::music::{CALM_LOOP_STEPS, Mood};
use super::sound::{Recipe, Speech};
use super::tone::STEP_FRAMES;
use super::voices::Texts;

/// One file to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// What the catalogue is told.
    pub card: NewCard,
    /// How it sounds.
    pub recipe: Recipe,
}

/// An edition may still sound this long after its slot, so that a slot that starts late ends as planned.
const EDITION_GRACE: SignedDuration = SignedDuration::from_secs(60);

/// The word of a segment in asset identifiers; `None` for what has no jingle of its own.
pub const fn jingle_word(kind: SegmentKind) -> Option<&'static str> {
    match kind {
        SegmentKind::Generique => Some("generique"),
        SegmentKind::Promo => Some("promo"),
        SegmentKind::Ident => Some("ident"),
        SegmentKind::Virgule => Some("virgule"),
        SegmentKind::TopHoraire => Some("top-horaire"),
        SegmentKind::Desannonce => Some("desannonce"),
        SegmentKind::Contenu | SegmentKind::Ecran => None,
    }
}

impl Piece {
    /// The edition of a slot: airs in that slot alone. `length` is what the slot's content segments need.
    pub fn edition(
        texts: &Texts,
        slot: &ProgrammeSlot,
        (starts, ends): (Timestamp, Timestamp),
        length: Frames,
    ) -> Result<Self> {
        let programme = slot.programme.as_str();
        let (h, m) = (slot.start_s / 3600, slot.start_s / 60 % 60);
        let stamp = format!("{}-{h:02}{m:02}", slot.day.strftime("%Y%m%d"));
        let language: Language = slot.language.clone().map_or_else(|| "mul".parse(), Ok)?;
        let mut card = NewCard::new(
            format!("{programme}.{stamp}").parse()?,
            format!("{}, {h} h {m:02}", slot.title),
            AssetKind::Programme,
            language.clone(),
        );
        card.programme = Some(slot.programme.clone());
        card.not_before = Some(starts);
        card.expires = ends.checked_add(EDITION_GRACE).ok();
        let language = language.umbrella();
        let recipe = Recipe {
            name: card.id.to_string(),
            mood: Mood::Programme,
            marker_hz: marker_hz(texts, "programme", programme),
            second_hz: marker_hz(texts, "language", language.as_str()),
            said: vec![("programme", programme.to_owned())],
            speech: Speech::EachMinute,
            language: language.to_string(),
            length,
        };
        Ok(Self { card, recipe })
    }

    /// One version of a campaign's message, of its ordered length.
    pub fn spot(texts: &Texts, campaign: &Campaign, spot: &Spot) -> Result<Self> {
        let language = spot.lang.umbrella();
        let mut card = NewCard::new(spot.id.parse()?, spot.title.clone(), AssetKind::Spot, spot.variant.clone());
        card.sites.clone_from(&campaign.sites);
        let recipe = Recipe {
            name: card.id.to_string(),
            mood: Mood::Programme,
            marker_hz: marker_hz(texts, "campaign", &campaign.id),
            second_hz: marker_hz(texts, "language", language.as_str()),
            said: vec![("campaign", campaign.id.clone()), ("language", language.to_string())],
            speech: Speech::Twice,
            language: language.to_string(),
            length: Frames::from_secs(spot.duration_s.into()),
        };
        Ok(Self { card, recipe })
    }

    /// A station sound of `seconds`; with a site it is that site's own.
    pub fn jingle(texts: &Texts, word: &'static str, seconds: u32, site: Option<SiteId>) -> Result<Self> {
        let own = site.map(|s| format!("-{s}")).unwrap_or_default();
        let id = format!("jingle-{word}-{seconds}{own}");
        let title = format!("{} {seconds} s{}", jingle_title(word), site.map(|s| format!(", {s}")).unwrap_or_default());
        let mut card = NewCard::new(id.parse()?, title, AssetKind::Jingle, "fr".parse()?);
        card.sites.extend(site);
        let second_hz = match site {
            Some(site) => marker_hz(texts, "site", site.as_str()),
            None => marker_hz(texts, "language", "fr"),
        };
        let recipe = Recipe {
            name: id,
            mood: Mood::Jingle,
            marker_hz: marker_hz(texts, "jingle", word),
            second_hz,
            said: vec![site.map_or(("jingle", word.to_owned()), |s| ("site", s.to_string()))],
            speech: Speech::Once,
            language: "fr".into(),
            length: Frames::from_secs(seconds.into()),
        };
        Ok(Self { card, recipe })
    }

    /// The sustaining bed of a site: a loop without a seam.
    pub fn bed(texts: &Texts, site: SiteId) -> Result<Self> {
        let id = format!("bed-{site}");
        let mut card = NewCard::new(id.parse()?, format!("Tapis de {site}"), AssetKind::Bed, "fr".parse()?);
        card.sites.push(site);
        let recipe = Recipe {
            name: id,
            mood: Mood::Calm,
            marker_hz: marker_hz(texts, "site", site.as_str()),
            second_hz: marker_hz(texts, "language", "mul"),
            said: vec![("bed", site.to_string())],
            speech: Speech::Once,
            language: "mul".into(),
            length: Frames(CALM_LOOP_STEPS * STEP_FRAMES as u64),
        };
        Ok(Self { card, recipe })
    }

    /// Its identifier.
    pub fn id(&self) -> &AssetId {
        &self.card.id
    }

    /// Whether `id` is an edition that the demonstration made: a programme, a point, and `yyyymmdd-hhmm`.
    pub fn is_edition_id(id: &AssetId) -> bool {
        let Some((_, stamp)) = id.as_str().rsplit_once('.') else { return false };
        stamp.len() == 13 && stamp.bytes().enumerate().all(|(i, b)| if i == 8 { b == b'-' } else { b.is_ascii_digit() })
    }
}

/// What a jingle is called on French screens.
fn jingle_title(word: &str) -> &str {
    match word {
        "generique" => "Générique",
        "promo" => "Bande-annonce",
        "ident" => "Identification",
        "virgule" => "Virgule",
        "top-horaire" => "Top horaire",
        "desannonce" => "Désannonce",
        other => other,
    }
}
