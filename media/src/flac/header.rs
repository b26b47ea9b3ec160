//! What stands before the frames: the marker, STREAMINFO and SEEKTABLE (RFC 9639 §8).

use domain::Frames;

use super::{BLOCK_FRAMES, Depth};

/// A place where reading may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeekPoint {
    /// The first frame of sound of its block.
    pub at: Frames,
    /// Where that block begins, in bytes after the header.
    pub offset_bytes: u64,
}

/// Everything that a canonical file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// 1 or 2.
    pub channels: usize,
    /// 16 or 24.
    pub bits: u32,
    /// The declared length.
    pub length: Frames,
    /// The largest block in bytes.
    pub block_bytes_max: usize,
    /// MD5 of the samples, as `flac -t` checks it; zeros while writing.
    pub md5: [u8; 16],
    /// Places to begin, ascending.
    pub points: Vec<SeekPoint>,
}

/// Seek points in every file: an hour gets one every 22 s, which decode in some 50 ms; 4.6 KB whatever the length.
pub const POINTS: usize = 256;
const POINT_BYTES: usize = 18;
const INFO_BYTES: usize = 34;
/// The size of a header: marker, two block headers, STREAMINFO, SEEKTABLE.
pub const HEADER_BYTES: usize = 4 + 4 + INFO_BYTES + 4 + POINTS * POINT_BYTES;
/// The largest block that [`Header::parse`] believes: verbatim stereo of 25 bits and room for headers.
const BLOCK_BYTES_MAX: usize = BLOCK_FRAMES * 2 * 25 / 8 + 64;

impl Header {
    /// The header of a file that is about to be written.
    pub fn new(channels: usize, depth: Depth) -> Self {
        let bits = depth.stored_bits();
        Self { channels, bits, length: Frames::ZERO, block_bytes_max: 0, md5: [0; 16], points: Vec::new() }
    }

    /// Exactly [`HEADER_BYTES`] bytes. `block_bytes_min` is only told, never needed.
    pub fn encode(&self, block_bytes_min: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(b"fLaC\x00");
        out.extend_from_slice(&(INFO_BYTES as u32).to_be_bytes()[1..]);
        out.extend_from_slice(&(BLOCK_FRAMES as u16).to_be_bytes());
        out.extend_from_slice(&(BLOCK_FRAMES as u16).to_be_bytes());
        out.extend_from_slice(&(block_bytes_min as u32).to_be_bytes()[1..]);
        out.extend_from_slice(&(self.block_bytes_max as u32).to_be_bytes()[1..]);
        let packed = u64::from(domain::SAMPLE_RATE_HZ) << 44
            | (self.channels as u64 - 1) << 41
            | u64::from(self.bits - 1) << 36
            | self.length.0;
        out.extend_from_slice(&packed.to_be_bytes());
        out.extend_from_slice(&self.md5);
        out.push(0x80 | 3);
        out.extend_from_slice(&((POINTS * POINT_BYTES) as u32).to_be_bytes()[1..]);
        for i in 0..POINTS {
            // Unused places hold all ones (§8.5).
            let (at, offset, frames) = match self.points.get(i) {
                Some(p) => (p.at.0, p.offset_bytes, (self.length.0 - p.at.0).min(BLOCK_FRAMES as u64) as u16),
                None => (u64::MAX, 0, 0),
            };
            out.extend_from_slice(&at.to_be_bytes());
            out.extend_from_slice(&offset.to_be_bytes());
            out.extend_from_slice(&frames.to_be_bytes());
        }
        out
    }

    /// Reads a header as [`Header::encode`] writes it; the error says what is not as it should be.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let bytes: &[u8; HEADER_BYTES] =
            bytes.get(..HEADER_BYTES).and_then(|b| b.try_into().ok()).ok_or("it is too short")?;
        if bytes[..8] != [b'f', b'L', b'a', b'C', 0, 0, 0, INFO_BYTES as u8] {
            return Err("it does not begin as FLAC");
        }
        let number =
            |from: usize, length: usize| bytes[from..from + length].iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let packed = number(18, 8);
        let header = Self {
            channels: (packed >> 41 & 7) as usize + 1,
            bits: (packed >> 36 & 31) as u32 + 1,
            length: Frames(packed & 0xF_FFFF_FFFF),
            block_bytes_max: number(15, 3) as usize,
            md5: bytes[26..42].try_into().map_err(|_| "it is too short")?,
            points: points(&bytes[46..]),
        };
        header.check(number(8, 2), number(10, 2), packed >> 44, bytes[42])?;
        Ok(header)
    }

    fn check(&self, block_min: u64, block_max: u64, rate_hz: u64, seek_kind: u8) -> Result<(), &'static str> {
        let sound = rate_hz == u64::from(domain::SAMPLE_RATE_HZ)
            && (1..=2).contains(&self.channels)
            && matches!(self.bits, 16 | 24);
        let layout = block_min == BLOCK_FRAMES as u64 && block_max == block_min && seek_kind == 0x83;
        let sizes = self.block_bytes_max <= BLOCK_BYTES_MAX && self.points.is_sorted_by_key(|p| (p.at, p.offset_bytes));
        match (sound, layout, sizes) {
            (true, true, true) => Ok(()),
            (false, ..) => Err("it is not 48 kHz mono or stereo of 16 or 24 bits"),
            (_, false, _) => Err("it is FLAC of another layout; ingest it"),
            _ => Err("its header contradicts itself"),
        }
    }
}

fn points(table: &[u8]) -> Vec<SeekPoint> {
    let number = |b: &[u8]| b.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let point = |p: &[u8]| SeekPoint { at: Frames(number(&p[..8])), offset_bytes: number(&p[8..16]) };
    table.chunks_exact(POINT_BYTES).map(point).take_while(|p| p.at.0 != u64::MAX).collect()
}
