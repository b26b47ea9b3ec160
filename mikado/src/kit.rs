//! What a site needs to plan for itself: the last grid and the cards of its sounds, one checksummed file beside its plans.
//!
//! The first line is the BLAKE3 hash of the rest, a JSON object. A file that is cut or changed is no kit.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use domain::{Asset, AssetKind, CuePoints, Frames, Gain, Loudness, Music, SiteId, Status, TruePeak};
use jiff::Timestamp;
use media::catalogue::{kind_of, kind_word};
use serde::{Deserialize, Serialize};

/// Cards in a kit, newest first: months of a busy site. More would cost an air process its memory.
const CARDS_MAX: usize = 5_000;
/// Bytes of a kit: the cards at 600 bytes each and the longest station file, with room.
const BYTES_MAX: u64 = 16 << 20;
/// The hash and the end of its line.
const HEAD_BYTES: usize = 65;

/// The last grid and the cards.
#[derive(Clone, Debug, PartialEq)]
pub struct Kit {
    /// The station file.
    pub station: String,
    /// Approved sounds that the site may air.
    pub cards: Vec<Asset>,
}

/// The file is no kit.
#[derive(Debug, thiserror::Error)]
pub enum NoKit {
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its checksum does not hold.
    #[error("it is damaged")]
    Damaged,
    /// It says something that cannot be.
    #[error("it cannot be understood: {0}")]
    Shape(String),
}

/// Where a site's kit lies.
pub fn path(site_dir: &Path) -> PathBuf {
    site_dir.join("plans").join("own.kit")
}

impl Kit {
    /// The kit of `site`: its station file and those of the approved cards that may air there, the newest first.
    pub fn new(site: SiteId, station: String, assets: &[Asset]) -> Self {
        let here = |a: &&Asset| a.status == Status::Ready && (a.sites.is_empty() || a.sites.contains(&site));
        let mut cards: Vec<Asset> = assets.iter().filter(here).cloned().collect();
        cards.sort_by(|a, b| (b.ready_since, &b.id).cmp(&(a.ready_since, &a.id)));
        cards.truncate(CARDS_MAX);
        Self { station, cards }
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, NoKit> {
        let cards = self.cards.iter().map(CardWire::from).collect();
        let body = serde_json::to_vec(&KitWire { station: self.station.clone(), cards });
        let body = body.map_err(|e| NoKit::Shape(e.to_string()))?;
        let mut bytes = blake3::hash(&body).to_hex().to_string().into_bytes();
        bytes.push(b'\n');
        bytes.extend(body);
        Ok(bytes)
    }

    /// The kit in these bytes, checked to the last one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoKit> {
        let (head, body) = bytes.split_at_checked(HEAD_BYTES).ok_or(NoKit::Damaged)?;
        if head != format!("{}\n", blake3::hash(body).to_hex()).as_bytes() {
            return Err(NoKit::Damaged);
        }
        let wire: KitWire = serde_json::from_slice(body).map_err(|e| NoKit::Shape(e.to_string()))?;
        let cards = wire.cards.into_iter().take(CARDS_MAX).map(CardWire::card).collect::<Result<_, _>>()?;
        Ok(Self { station: wire.station, cards })
    }

    /// Reads a kit.
    pub fn read(path: &Path) -> Result<Self, NoKit> {
        let mut bytes = Vec::new();
        File::open(path)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
        Self::from_bytes(&bytes)
    }

    /// Writes the bytes of a kit: whole or not at all.
    pub fn write(path: &Path, bytes: &[u8]) -> Result<(), NoKit> {
        let temp = path.with_extension("kit.new");
        let mut file = File::create(&temp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(fs::rename(&temp, path)?)
    }
}

#[derive(Serialize, Deserialize)]
struct KitWire {
    station: String,
    cards: Vec<CardWire>,
}

/// A card, without what only people read.
#[derive(Serialize, Deserialize)]
struct CardWire {
    id: String,
    hash: String,
    title: String,
    kind: String,
    language: String,
    programme: Option<String>,
    length_frames: u64,
    cues_frames: Option<[Option<u64>; 4]>,
    loudness_lufs: Option<f64>,
    true_peak_dbtp: Option<f64>,
    gain_db: f64,
    sites: Vec<String>,
    not_before: Option<String>,
    expires: Option<String>,
    ready_since: Option<String>,
    /// Artist, category and their keys, of a title of music; kits of older programs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    music: Option<[String; 4]>,
}

impl From<&Asset> for CardWire {
    fn from(a: &Asset) -> Self {
        let time = |t: Option<Timestamp>| t.map(|t| t.to_string());
        let frames = |f: Option<Frames>| f.map(|f| f.0);
        Self {
            id: a.id.to_string(),
            hash: a.hash.to_string(),
            title: a.title.clone(),
            kind: kind_word(a.kind).to_owned(),
            language: a.language.to_string(),
            programme: a.programme.as_ref().map(ToString::to_string),
            length_frames: a.length.0,
            cues_frames: a.cues.map(|c| [Some(c.start.0), Some(c.end.0), frames(c.intro), frames(c.segue)]),
            loudness_lufs: a.loudness.map(Loudness::get),
            true_peak_dbtp: a.true_peak.map(TruePeak::get),
            gain_db: a.gain.get(),
            sites: a.sites.iter().map(ToString::to_string).collect(),
            not_before: time(a.not_before),
            expires: time(a.expires),
            ready_since: time(a.ready_since),
            music: a.music.as_ref().map(|m| [&m.artist, &m.category, &m.artist_key, &m.work_key].map(String::clone)),
        }
    }
}

impl CardWire {
    fn card(self) -> Result<Asset, NoKit> {
        let time = |t: Option<String>| t.map(|t| t.parse::<Timestamp>()).transpose().map_err(shape);
        let length = Frames(self.length_frames);
        let cues = self.cues_frames.and_then(|[start, end, intro, segue]| {
            let (start, end) = (Frames(start?), Frames(end?));
            CuePoints { start, end, intro: intro.map(Frames), segue: segue.map(Frames) }.checked(length)
        });
        let music =
            |[artist, category, artist_key, work_key]: [String; 4]| Music { artist, category, artist_key, work_key };
        Ok(Asset {
            music: self.music.map(music),
            id: self.id.parse().map_err(shape)?,
            hash: self.hash.parse().map_err(shape)?,
            title: self.title,
            kind: kind_of(&self.kind).unwrap_or(AssetKind::Programme),
            language: self.language.parse().map_err(shape)?,
            programme: self.programme.map(|p| p.parse()).transpose().map_err(shape)?,
            length,
            cues,
            loudness: self.loudness_lufs.map(Loudness::new).transpose().map_err(shape)?,
            true_peak: self.true_peak_dbtp.map(TruePeak::new).transpose().map_err(shape)?,
            gain: Gain::new(self.gain_db).map_err(shape)?,
            status: Status::Ready,
            sites: self.sites.iter().map(|s| s.parse::<SiteId>()).collect::<Result<_, _>>().map_err(shape)?,
            not_before: time(self.not_before)?,
            expires: time(self.expires)?,
            ready_since: time(self.ready_since)?,
        })
    }
}

fn shape(e: impl std::fmt::Display) -> NoKit {
    NoKit::Shape(e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset() -> Asset {
        Asset {
            id: "pe-mines-son".parse().unwrap(),
            hash: domain::AudioHash([7; 32]),
            title: "Mines « prudence »".into(),
            kind: AssetKind::Spot,
            music: Some(Music {
                artist: "Ali".into(),
                category: "or".into(),
                artist_key: "ali".into(),
                work_key: "ali/mines".into(),
            }),
            language: "son".parse().unwrap(),
            programme: None,
            length: Frames::from_secs(30),
            cues: Some(CuePoints {
                start: Frames(480),
                end: Frames(1_400_000),
                intro: None,
                segue: Some(Frames(900_000)),
            }),
            loudness: Some(Loudness::new(-23.5).unwrap()),
            true_peak: Some(TruePeak::new(-3.0).unwrap()),
            gain: Gain::new(0.5).unwrap(),
            status: Status::Ready,
            sites: vec!["GAO".parse().unwrap()],
            not_before: None,
            expires: Some("2026-12-10T00:00:00Z".parse().unwrap()),
            ready_since: Some("2026-11-20T12:00:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn a_kit_reads_back_and_holds_only_what_its_site_may_air() {
        let draft = Asset { status: Status::Draft, ..asset() };
        let elsewhere = Asset { sites: vec!["KDL".parse().unwrap()], ..asset() };
        let kit = Kit::new("GAO".parse().unwrap(), "[meta]".into(), &[draft, asset(), elsewhere]);
        assert_eq!(kit.cards, [asset()]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.kit");
        Kit::write(&path, &kit.to_bytes().unwrap()).unwrap();
        assert_eq!(Kit::read(&path).unwrap(), kit);
    }

    #[test]
    fn a_kit_with_any_byte_changed_or_cut_is_none() {
        let bytes = Kit::new("GAO".parse().unwrap(), "[meta]".into(), &[asset()]).to_bytes().unwrap();
        for i in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[i] ^= 1;
            assert!(Kit::from_bytes(&bad).is_err(), "byte {i}");
            assert!(Kit::from_bytes(&bytes[..i]).is_err(), "cut at {i}");
        }
    }
}
