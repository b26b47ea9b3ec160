//! The spoken titles: small recordings that lie in the binary.
//!
//! `demo/voices/make.sh` speaks `texts.tsv` and packs `voices.opus` with its `index.tsv`.

use std::collections::HashMap;
use std::io::Cursor;

use anyhow::{Context, Result, ensure};

const TEXTS: &str = include_str!("../../../demo/voices/texts.tsv");
const INDEX: &str = include_str!("../../../demo/voices/index.tsv");
const PACK: &[u8] = include_bytes!("../../../demo/voices/voices.opus");

/// Opus never makes longer packets than 120 ms.
const PACKET_FRAMES_MAX: usize = 5760;

/// What is spoken, by kind (`programme`, `campaign`, `language`, `jingle`, `site`, `bed`, `minute`) and identifier.
#[derive(Debug)]
pub struct Texts {
    lines: HashMap<(&'static str, &'static str), (usize, &'static str)>,
    order: Vec<(&'static str, &'static str)>,
}

impl Texts {
    /// The table in the binary.
    pub fn embedded() -> Result<Self> {
        let mut lines = HashMap::new();
        let mut order = Vec::new();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for line in TEXTS.lines().skip(1) {
            let mut fields = line.split('\t');
            let (Some(kind), Some(id), Some(text)) = (fields.next(), fields.next(), fields.next()) else {
                anyhow::bail!("texts.tsv: “{line}” has not three fields");
            };
            let count = counts.entry(kind).or_default();
            ensure!(lines.insert((kind, id), (*count, text)).is_none(), "texts.tsv: {kind} {id} stands twice");
            *count += 1;
            order.push((kind, id));
        }
        Ok(Self { lines, order })
    }

    /// The place of `id` among its kind, from 0.
    pub fn order(&self, kind: &str, id: &str) -> Option<usize> {
        self.lines.get(&(kind, id)).map(|(order, _)| *order)
    }

    /// The identifiers of a kind, in the order of the table.
    pub fn ids<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        self.order.iter().filter(move |(k, _)| *k == kind).map(|(_, id)| *id)
    }

    /// The words.
    pub fn text(&self, kind: &str, id: &str) -> Option<&'static str> {
        self.lines.get(&(kind, id)).map(|(_, text)| *text)
    }
}

/// The recordings.
#[derive(Debug)]
pub struct Voices {
    clips: HashMap<(&'static str, &'static str), &'static [u8]>,
}

impl Voices {
    /// The recordings in the binary.
    pub fn embedded() -> Result<Self> {
        let mut clips = HashMap::new();
        for line in INDEX.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [kind, id, from, length] = fields[..] else {
                anyhow::bail!("index.tsv: “{line}” has not four fields")
            };
            let (from, length): (usize, usize) = (from.parse()?, length.parse()?);
            let clip = PACK.get(from..from + length).with_context(|| format!("voices.opus ends before {kind} {id}"))?;
            clips.insert((kind, id), clip);
        }
        Ok(Self { clips })
    }

    /// One recording as samples at 48 kHz, mono; nothing when there is none.
    pub fn clip(&self, kind: &str, id: &str) -> Result<Vec<f32>> {
        let Some(bytes) = self.clips.get(&(kind, id)) else { return Ok(Vec::new()) };
        decode(bytes).with_context(|| format!("the recording of {kind} {id}"))
    }
}

/// Decodes one Ogg/Opus recording, trimmed at both ends as RFC 7845 §4 says.
fn decode(bytes: &[u8]) -> Result<Vec<f32>> {
    let mut packets = ogg::PacketReader::new(Cursor::new(bytes));
    let head = packets.read_packet()?.context("no Opus header")?;
    ensure!(head.data.starts_with(b"OpusHead") && head.data.len() >= 19, "not an Opus header");
    let pre_skip = usize::from(u16::from_le_bytes([head.data[10], head.data[11]]));
    packets.read_packet()?.context("no Opus tags")?;

    let mut decoder = opus::Decoder::new(48_000, opus::Channels::Mono)?;
    let mut sound = Vec::new();
    let mut block = vec![0f32; PACKET_FRAMES_MAX];
    let mut end = 0;
    while let Some(packet) = packets.read_packet()? {
        let n = decoder.decode_float(&packet.data, &mut block, false)?;
        sound.extend_from_slice(&block[..n]);
        end = usize::try_from(packet.absgp_page())?;
    }
    sound.truncate(end);
    sound.drain(..pre_skip.min(sound.len()));
    Ok(sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_recording_and_no_digit_is_spoken() {
        let (texts, voices) = (Texts::embedded().unwrap(), Voices::embedded().unwrap());
        assert_eq!(texts.order.len(), voices.clips.len());
        for &(kind, id) in &texts.order {
            let seconds = voices.clip(kind, id).unwrap().len() as f64 / 48_000.0;
            assert!((0.3..12.0).contains(&seconds), "{kind} {id} is {seconds} s long");
            // Telephone numbers are written in digits; the only digits here count the minutes.
            let digits = texts.text(kind, id).unwrap().chars().filter(char::is_ascii_digit).count();
            assert!(kind == "minute" || digits == 0, "{kind} {id}");
        }
    }

    #[test]
    fn every_programme_campaign_language_and_site_is_spoken() {
        let texts = Texts::embedded().unwrap();
        let week: toml::Table = include_str!("../../../demo/reference_week.toml").parse().unwrap();
        let campaigns: toml::Table = include_str!("../../../demo/campaigns.toml").parse().unwrap();
        let tables = [(&week, "programme"), (&week, "language"), (&week, "site"), (&campaigns, "campaign")];
        for (document, kind) in tables {
            for row in document[kind].as_array().unwrap() {
                let id = row["id"].as_str().unwrap();
                assert!(texts.text(kind, id).is_some(), "{kind} {id}");
            }
        }
    }
}
