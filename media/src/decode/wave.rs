//! WAV by the sound that is there: RIFF, RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088) and Sony Wave64, in one clean header.
//!
//! Recorders die, disks fill up and pipes have no length, so the lengths in these headers are wrong more often than those
//! of any other format. The decoder gets a header made here, over exactly the whole frames that the file holds.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use domain::Finding;

use super::view::View;
use super::{CHANNELS_MAX, RATES_HZ};
use crate::sentences;

/// More chunks than any recorder writes before the sound.
const CHUNKS_MAX: usize = 1000;
/// A recorder that could not go back writes one of these for a length that it did not know.
const UNKNOWN_LENGTH_BYTES_MIN: u64 = 0x7FFF_0000;
/// The `fmt ` chunk of any codec.
const FORMAT_BYTES_MAX: u64 = 4096;
/// GUIDs of Wave64 begin with the four letters of RIFF and end like this (the first chunk in its own way).
const W64_TAIL: [u8; 12] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];
/// What a Wave64 file begins with.
pub const W64_RIFF: [u8; 16] =
    [b'r', b'i', b'f', b'f', 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00];

/// A WAV file, understood.
#[derive(Debug)]
pub struct Wave {
    pub view: View,
    pub told: Vec<Finding>,
}

/// Whether these first bytes are one of the family.
pub fn is_wave(head: &[u8]) -> bool {
    let riff = matches!(head.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) && head.get(8..12) == Some(b"WAVE");
    riff || head.starts_with(&W64_RIFF)
}

/// The sound of `file`, or why there is none.
pub fn open(file: File) -> Result<Wave, Finding> {
    let chunks = Chunks::read(&file).map_err(|e| sentences::unreadable(&e))?;
    let (Some(format), Some(data)) = (chunks.format, chunks.data) else {
        return Err(sentences::no_sound());
    };
    let format = Format::parse(&format).ok_or_else(sentences::no_sound)?;
    let clean = format.clean()?;
    let there = data.there.end - data.there.start;
    let whole = there / format.block * format.block;
    let range = data.there.start..data.there.start + whole;
    let told = match data.promised {
        Some(n) if n <= there => None,
        Some(n) if n < UNKNOWN_LENGTH_BYTES_MIN => Some(sentences::shortened(there as f64 / n as f64)),
        _ => Some(sentences::unknown_length(format.seconds(whole))),
    };
    let view = View::new(file);
    let view = match clean {
        // Broadcast recorders put MPEG frames into WAV: without the wrapper it is a common file.
        Clean::Mpeg => view.and_file(data.there),
        Clean::Wave(fmt) => view.and_bytes(header(&fmt, whole)).and_file(range),
    };
    Ok(Wave { view, told: told.into_iter().collect() })
}

#[derive(Default)]
struct Chunks {
    format: Option<Vec<u8>>,
    data: Option<Data>,
}

struct Data {
    there: Range<u64>,
    /// What the header says; `None` when it says nothing.
    promised: Option<u64>,
}

impl Chunks {
    fn read(file: &File) -> io::Result<Self> {
        let end = file.metadata()?.len();
        let mut head = [0; 16];
        file.read_exact_at(&mut head, 0)?;
        let wide = head == W64_RIFF;
        let mut found = Self::default();
        let mut long_data = None;
        let mut at = if wide { 40 } else { 12 };
        let header = if wide { 24 } else { 8 };
        for _ in 0..CHUNKS_MAX {
            if at + header > end || found.data.is_some() {
                break;
            }
            let mut bytes = [0; 24];
            file.read_exact_at(&mut bytes[..header as usize], at)?;
            let size = if wide { le64(&bytes, 16).saturating_sub(24) } else { u64::from(le32(&bytes, 4)) };
            let kind = if wide && bytes[4..16] != W64_TAIL { [0; 4] } else { [bytes[0], bytes[1], bytes[2], bytes[3]] };
            let body = at + header;
            match &kind {
                b"ds64" => {
                    let mut sizes = [0; 24];
                    file.read_exact_at(&mut sizes, body)?;
                    long_data = Some(le64(&sizes, 8));
                }
                b"fmt " => {
                    let mut format = vec![0; size.min(FORMAT_BYTES_MAX).min(end - body) as usize];
                    file.read_exact_at(&mut format, body)?;
                    found.format = Some(format);
                }
                b"data" => {
                    let size = if size == u64::from(u32::MAX) { long_data.unwrap_or(size) } else { size };
                    found.data = Some(Self::data(file, body..end, size)?);
                }
                _ => {}
            }
            let align = if wide { 8 } else { 2 };
            at = body.saturating_add(size).div_ceil(align).saturating_mul(align);
        }
        Ok(found)
    }

    /// A length of 0 with sound after it was never written.
    fn data(file: &File, rest: Range<u64>, size: u64) -> io::Result<Data> {
        if size > 0 {
            let end = rest.start.saturating_add(size).min(rest.end);
            return Ok(Data { there: rest.start..end, promised: Some(size) });
        }
        let mut next = [b'x'; 4];
        let length = next.len().min((rest.end - rest.start) as usize);
        file.read_exact_at(&mut next[..length], rest.start)?;
        let chunk_follows = next.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        Ok(Data { there: if chunk_follows { rest.start..rest.start } else { rest }, promised: None })
    }
}

/// The `fmt ` chunk (`WAVEFORMATEX`, `WAVEFORMATEXTENSIBLE`).
struct Format {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    block: u64,
    bits: u16,
    mask: u32,
    raw: Vec<u8>,
}

enum Clean {
    Wave(Vec<u8>),
    Mpeg,
}

impl Format {
    fn parse(raw: &[u8]) -> Option<Self> {
        if raw.len() < 14 {
            return None;
        }
        let tag = le16(raw, 0);
        // An extensible header names the codec by a GUID whose first two bytes are the old tag.
        let (tag, mask) = if tag == 0xFFFE && raw.len() >= 40 { (le16(raw, 24), le32(raw, 20)) } else { (tag, 0) };
        let (channels, bits) = (le16(raw, 2), le16(raw, 14));
        let block = match tag {
            // Recorders get the block wrong; sample size and channels are what decoders use.
            1 | 3 => u64::from(channels) * u64::from(bits.div_ceil(8)),
            6 | 7 => u64::from(channels),
            _ => u64::from(le16(raw, 12)),
        };
        Some(Self { tag, channels, rate_hz: le32(raw, 4), block: block.max(1), bits, mask, raw: raw.to_vec() })
    }

    fn clean(&self) -> Result<Clean, Finding> {
        match (self.tag, self.bits) {
            (0x50 | 0x55, _) => return Ok(Clean::Mpeg),
            (1, 8 | 12 | 16 | 20 | 24 | 32) | (3, 32 | 64) | (6 | 7, 8) | (2 | 0x11, 4) => {}
            (1 | 3 | 6 | 7 | 2 | 0x11, bits) => return Err(sentences::bits(bits)),
            (tag, _) => return Err(sentences::unsupported(name(tag))),
        }
        if self.channels == 0 || usize::from(self.channels) > CHANNELS_MAX {
            return Err(sentences::channels(usize::from(self.channels), CHANNELS_MAX));
        }
        if !RATES_HZ.contains(&self.rate_hz) {
            return Err(sentences::rate(self.rate_hz));
        }
        Ok(Clean::Wave(self.body()))
    }

    fn body(&self) -> Vec<u8> {
        if matches!(self.tag, 2 | 0x11) {
            return self.raw.clone();
        }
        let bits = self.bits.div_ceil(8) * 8;
        let wide = self.channels > 2;
        let mut body = Vec::with_capacity(40);
        body.extend(if wide { 0xFFFE } else { self.tag }.to_le_bytes());
        body.extend(self.channels.to_le_bytes());
        body.extend(self.rate_hz.to_le_bytes());
        body.extend((self.rate_hz.wrapping_mul(self.block as u32)).to_le_bytes());
        body.extend((self.block as u16).to_le_bytes());
        body.extend(bits.to_le_bytes());
        if wide {
            body.extend(22u16.to_le_bytes());
            body.extend(bits.to_le_bytes());
            body.extend(self.mask.to_le_bytes());
            body.extend(self.tag.to_le_bytes());
            body.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        } else if matches!(self.tag, 6 | 7) {
            body.extend([0, 0]);
        }
        body
    }

    fn seconds(&self, bytes: u64) -> f64 {
        // Of compressed sound only the header knows how fast it goes.
        let pcm = matches!(self.tag, 1 | 3 | 6 | 7);
        let bytes_per_s = if pcm { self.block * u64::from(self.rate_hz) } else { u64::from(le32(&self.raw, 8)) };
        bytes as f64 / bytes_per_s.max(1) as f64
    }
}

/// Codecs that WAV files are known to hold, by the registered tag.
fn name(tag: u16) -> &'static str {
    match tag {
        0x31 => "GSM 6.10 (WAV)",
        0x40 | 0x45 | 0x64 | 0x65 => "G.721/G.726 (WAV)",
        0x160..=0x163 => "WMA (WAV)",
        0xFF | 0x1600..=0x1610 => "AAC (WAV)",
        0x92 | 0x2000 => "AC-3 (WAV)",
        0x270 => "ATRAC3 (WAV)",
        0x674F..=0x6771 | 0x566F => "Vorbis (WAV)",
        _ => "WAV compressé / compressed WAV",
    }
}

/// A RIFF header for `length_bytes` of sound; lengths beyond its reach are written as “unknown”.
fn header(fmt: &[u8], length_bytes: u64) -> Vec<u8> {
    let short = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    let mut out = b"RIFF".to_vec();
    out.extend(short(20 + fmt.len() as u64 + length_bytes));
    out.extend(b"WAVEfmt ");
    out.extend((fmt.len() as u32).to_le_bytes());
    out.extend(fmt);
    out.extend(std::iter::repeat_n(0, fmt.len() % 2));
    out.extend(b"data");
    out.extend(short(length_bytes));
    out
}

fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    u32::from(le16(bytes, at)) | u32::from(le16(bytes, at + 2)) << 16
}

fn le64(bytes: &[u8], at: usize) -> u64 {
    u64::from(le32(bytes, at)) | u64::from(le32(bytes, at + 4)) << 32
}
