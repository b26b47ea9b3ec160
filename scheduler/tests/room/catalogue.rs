//! A catalogue for the reference station: an edition for every programme and length, every spot, every jingle.
use std::collections::BTreeSet;
use std::sync::LazyLock;

use domain::{Asset, AssetId, AssetKind, AudioHash, Frames, Gain, Language, Status};
use jiff::Timestamp;
use scheduler::Station;
use scheduler::station::SegmentKind;

/// The reference station; read once for all tests.
pub fn station() -> Station {
    static STATION: LazyLock<Station> = LazyLock::new(|| {
        let week = include_str!("../../../demo/reference_week.toml");
        Station::from_reference(week, include_str!("../../../demo/campaigns.toml")).unwrap()
    });
    STATION.clone()
}

pub fn asset(id: &str, kind: AssetKind, language: &Language, length: Frames) -> Asset {
    Asset {
        id: id.parse::<AssetId>().unwrap(),
        hash: AudioHash(*blake3::hash(id.as_bytes()).as_bytes()),
        title: id.to_owned(),
        kind,
        language: language.clone(),
        programme: None,
        music: None,
        length,
        cues: None,
        loudness: None,
        true_peak: None,
        gain: Gain::UNITY,
        status: Status::Ready,
        sites: Vec::new(),
        not_before: None,
        expires: None,
        ready_since: Some(ready()),
    }
}

pub fn ready() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

pub fn edition(station: &Station, programme: &str, tag: &str, length_s: u32) -> Asset {
    let id = programme.parse().unwrap();
    let language = &station.programme(&id).unwrap().lang;
    let length = Frames::from_secs(u64::from(length_s));
    Asset { programme: Some(id), ..asset(&format!("{programme}.{tag}"), AssetKind::Programme, language, length) }
}

/// Everything that the week and its seasons need.
pub fn everything(station: &Station) -> Vec<Asset> {
    let file = station.file();
    let slots = file.slot.iter().chain(file.season.iter().flat_map(|s| &s.slot));
    let slots = slots.map(|s| (s.programme.clone(), s.clock_format.clone()));
    let opt_outs = file.optout.iter().chain(file.season.iter().flat_map(|s| &s.optout));
    let opt_outs = opt_outs.map(|o| (o.programme.clone(), o.clock_format.clone()));
    let wanted: BTreeSet<_> = slots.chain(opt_outs).collect();
    let editions = wanted.iter().map(|(programme, format)| {
        let needed = station.content_s(format);
        edition(station, programme.as_str(), &needed.to_string(), needed)
    });
    let mut assets: Vec<_> = editions.collect();
    assets.sort_by(|a, b| a.id.cmp(&b.id));
    assets.dedup_by(|a, b| a.id == b.id);
    let inserted = file.season.iter().flat_map(|s| &s.overrides);
    assets.extend(inserted.map(|o| edition(station, o.id.as_str(), "said", o.planned_s)));
    assets.extend(spots(station));
    assets.extend(jingles(station));
    assets
}

/// A title of music.
pub fn title(id: &str, artist: &str, category: &str, language: &str, length_s: u32) -> Asset {
    let music = domain::Music {
        artist: artist.to_owned(),
        category: category.to_owned(),
        artist_key: artist.to_lowercase(),
        work_key: format!("{}/{id}", artist.to_lowercase()),
    };
    let length = Frames::from_secs(u64::from(length_s));
    Asset { music: Some(music), ..asset(id, AssetKind::Music, &language.parse().unwrap(), length) }
}

pub fn spots(station: &Station) -> Vec<Asset> {
    let spots = station.campaigns().iter().flat_map(|c| &c.spots).filter(|s| s.status == "pad");
    spots.map(|s| asset(&s.id, AssetKind::Spot, &s.variant, Frames::from_secs(u64::from(s.duration_s)))).collect()
}

pub fn jingles(station: &Station) -> Vec<Asset> {
    let french = "fr".parse().unwrap();
    let segments = station.file().clock_format.iter().flat_map(|f| &f.segments);
    let ids: BTreeSet<_> = segments.filter_map(|s| Some((word(s.kind)?, s.dur_s))).collect();
    let jingle = |(word, s): &(&str, u32)| {
        asset(&format!("jingle-{word}-{s}"), AssetKind::Jingle, &french, Frames::from_secs(u64::from(*s)))
    };
    ids.iter().map(jingle).collect()
}

fn word(kind: SegmentKind) -> Option<&'static str> {
    Some(match kind {
        SegmentKind::Generique => "generique",
        SegmentKind::Promo => "promo",
        SegmentKind::Ident => "ident",
        SegmentKind::Virgule => "virgule",
        SegmentKind::TopHoraire => "top-horaire",
        SegmentKind::Desannonce => "desannonce",
        SegmentKind::Contenu | SegmentKind::Ecran => return None,
    })
}
