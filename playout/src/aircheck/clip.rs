//! A clip: what went out between two walls, exact to the frame of the index; where nothing is kept it is silent and says so.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};

use domain::{Anchor, Frames, SAMPLE_RATE_HZ};
use jiff::Timestamp;
use opus::{Channels, Decoder};

use super::encoder::{PACKET_FRAMES, whole};
use super::index::Index;
use super::pages::{Page, Read1, next_page};
use super::recorder::AirCheckOptions;
use super::search::{Archive, Piece};
use crate::error::{Error, Result};
use crate::outputs::OutputError;
use crate::outputs::opus_stream::said;
use crate::realtime::Frame;

/// What an Opus decoder hears before it can be believed: 80 ms (RFC 7845 §4.6).
const PRE_ROLL: u64 = 3_840;
/// Neighbours in the file are joined without a seam while frame and wall differ by less than this: a card that is 200 ppm
/// off takes four minutes for it.
const SEAMLESS: u64 = 2_400;
/// The longest packet that RFC 6716 allows is 120 ms; ours are 20.
const DECODED_MAX: usize = 5_760;

/// A run of frames of one piece and where it lies in the clip.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    piece: usize,
    from: Frames,
    at: Frames,
    length: Frames,
    trusted: bool,
}

/// What went out, found but not yet decoded.
#[derive(Clone, Debug)]
pub struct Clip {
    archive: Archive,
    pieces: Vec<Piece>,
    parts: Vec<Part>,
    length: Frames,
}

/// Finds what went out from `from` on. Where a clock that was set back brought the same time twice, the later recording
/// counts.
pub fn clip(archive: &Archive, from: Timestamp, length: Frames) -> Result<Clip> {
    let to = from.checked_add(length.as_duration()).unwrap_or(Timestamp::MAX);
    let pieces = archive.between(from, to)?;
    let mut parts: Vec<Part> = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        for stretch in &piece.stretches {
            let (late, early) =
                (Anchor::length_between(from, stretch.wall), Anchor::length_between(stretch.wall, from));
            let skip = early.filter(|_| late.is_none_or(|l| l == Frames::ZERO)).unwrap_or_default();
            let Some(rest) = stretch.length.checked_sub(skip).filter(|r| *r > Frames::ZERO) else { continue };
            let at = late.unwrap_or_default();
            let part = Part { piece: i, from: stretch.from + skip, at, length: rest, trusted: stretch.trusted };
            lay(&mut parts, part, length);
        }
    }
    Ok(Clip { archive: archive.clone(), pieces, parts, length })
}

/// Lays a part over those that are there; what it covers of them goes.
fn lay(parts: &mut Vec<Part>, mut new: Part, length: Frames) {
    if let Some(last) = parts.last()
        && (last.piece, last.from + last.length) == (new.piece, new.from)
        && (last.at + last.length).0.abs_diff(new.at.0) < SEAMLESS
    {
        new.at = last.at + last.length;
    }
    let Some(room) = length.checked_sub(new.at).filter(|r| *r > Frames::ZERO) else { return };
    new.length = new.length.min(room);
    let end = new.at + new.length;
    let mut kept = Vec::with_capacity(parts.len() + 1);
    for old in parts.drain(..) {
        let old_end = old.at + old.length;
        if let Some(before) = new.at.checked_sub(old.at).filter(|b| *b > Frames::ZERO) {
            kept.push(Part { length: old.length.min(before), ..old.clone() });
        }
        if let Some(after) = old_end.checked_sub(end).filter(|a| *a > Frames::ZERO) {
            let cut = old.length.saturating_sub(after);
            kept.push(Part { from: old.from + cut, at: old.at + cut, length: after.min(old.length), ..old });
        }
    }
    kept.push(new);
    kept.sort_by_key(|p| p.at);
    *parts = kept;
}

impl Clip {
    /// Its length, holes included.
    pub fn length(&self) -> Frames {
        self.length
    }

    /// Its channels: 1 or 2.
    pub fn channels(&self) -> u8 {
        self.parts.iter().map(|p| self.pieces[p.piece].channels).max().unwrap_or(1)
    }

    /// Where nothing is kept: from which frame of the clip on, and for how long.
    pub fn holes(&self) -> Vec<(Frames, Frames)> {
        let (mut holes, mut cursor) = (Vec::new(), Frames::ZERO);
        for part in &self.parts {
            holes.extend(part.at.checked_sub(cursor).filter(|h| *h > Frames::ZERO).map(|h| (cursor, h)));
            cursor = part.at + part.length;
        }
        holes.extend(self.length.checked_sub(cursor).filter(|h| *h > Frames::ZERO).map(|h| (cursor, h)));
        holes
    }

    /// Whether anything of it is kept.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether the wall was trusted all along.
    pub fn is_trusted(&self) -> bool {
        self.parts.iter().all(|p| p.trusted)
    }

    /// Decodes it from its first frame to its last; mono comes on both sides. Memory does not grow with its length.
    pub fn decode(&self, mut take: impl FnMut(&[Frame]) -> Result<()>) -> Result<()> {
        let mut cursor = Frames::ZERO;
        for part in &self.parts {
            silence(part.at.saturating_sub(cursor), &mut take)?;
            let piece = &self.pieces[part.piece];
            let given = decode(&self.archive, piece, part.from, part.length, &mut take)?;
            silence(part.length.saturating_sub(given), &mut take)?;
            cursor = part.at + part.length;
        }
        silence(self.length.saturating_sub(cursor), &mut take)
    }

    /// The clip as an Ogg/Opus file, coded anew: for listening. What is evidence is the piece itself.
    pub fn to_opus(&self, title: &str) -> Result<Vec<u8>> {
        let options =
            AirCheckOptions { bitrate_bps: 96_000, is_stereo: self.channels() == 2, ..AirCheckOptions::default() };
        let mut parts = Vec::new();
        self.decode(|frames| {
            parts.push(frames.to_vec());
            Ok(())
        })?;
        Ok(whole(options, title, parts.into_iter())?)
    }
}

fn silence(length: Frames, take: &mut impl FnMut(&[Frame]) -> Result<()>) -> Result<()> {
    let mut rest = length.0 as usize;
    while rest > 0 {
        let n = rest.min(PACKET_FRAMES);
        take(&[[0.0; 2]; PACKET_FRAMES][..n])?;
        rest -= n;
    }
    Ok(())
}

/// Decodes `length` frames of a piece from `from` on and says how many there were.
fn decode(
    archive: &Archive,
    piece: &Piece,
    from: Frames,
    length: Frames,
    take: &mut impl FnMut(&[Frame]) -> Result<()>,
) -> Result<Frames> {
    let path = archive.sound_of(piece.name);
    let failed = |e| Error::io("reading", &path)(e);
    let mut file = File::open(&path).map_err(failed)?;
    let pre_skip = u64::from(piece.index.pre_skip);
    let (byte, mut granule) = start(&piece.index, (from.0 + pre_skip).saturating_sub(PRE_ROLL));
    file.seek(SeekFrom::Start(byte)).map_err(failed)?;
    let mut file = BufReader::new(file);
    let mut decoding = Decoding::new(piece.channels)?;
    // Granules of the frames that are wanted.
    let (mut next, end) = (from.0 + pre_skip, (from + length).0 + pre_skip);
    while next < end {
        let Read1::Page(Page { granule: page_end, packets, .. }) = next_page(&mut file).map_err(failed)? else { break };
        if page_end == 0 {
            continue; // the two headers
        }
        for packet in packets {
            let decoded = decoding.packet(&packet);
            let (begins, ends) = (granule, (granule + decoded.len() as u64).min(page_end));
            granule += decoded.len() as u64;
            if next < end && begins <= next && next < ends {
                let wanted = &decoded[(next - begins) as usize..(ends.min(end) - begins) as usize];
                take(wanted)?;
                next += wanted.len() as u64;
            }
        }
    }
    Ok(Frames(next - from.0 - pre_skip))
}

/// Where in the file to begin, and the granule there, so that `granule` comes after it.
fn start(index: &Index, granule: u64) -> (u64, u64) {
    let before = index.marks.iter().rev().find(|m| m.page_granule <= granule);
    before.map_or((0, 0), |m| (m.page_byte, m.page_granule))
}

struct Decoding {
    decoder: Decoder,
    channels: usize,
    samples: Vec<f32>,
    frames: Vec<Frame>,
}

impl Decoding {
    fn new(channels: u8) -> Result<Self, OutputError> {
        let count = if channels == 1 { Channels::Mono } else { Channels::Stereo };
        let decoder = Decoder::new(SAMPLE_RATE_HZ, count).map_err(|e| said(&e))?;
        let channels = usize::from(channels);
        Ok(Self { decoder, channels, samples: vec![0.0; DECODED_MAX * channels], frames: Vec::new() })
    }

    /// The frames of a packet; one that cannot be decoded is silent for its 20 ms.
    fn packet(&mut self, packet: &[u8]) -> &[Frame] {
        let n = self.decoder.decode_float(packet, &mut self.samples, false).ok();
        let n = n.unwrap_or_else(|| {
            self.samples.fill(0.0);
            PACKET_FRAMES
        });
        let samples = &self.samples[..n * self.channels];
        self.frames.clear();
        self.frames.extend(samples.chunks_exact(self.channels).map(|f| [f[0], f[f.len() - 1]]));
        &self.frames
    }
}
