//! The frames of an MPEG audio file, counted by their headers alone: whether the file is whole.
//!
//! Decoders end quietly where a download ended. Here the last frame must be whole, and as many frames and bytes must be
//! there as the Xing/Info header promises.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// What was found; nothing when the file is not MPEG audio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mpeg {
    /// Frames that are whole, the Xing/Info frame not counted.
    pub frames: u64,
    /// Frames that the Xing/Info header promises.
    pub frames_promised: Option<u64>,
    /// Bytes from the first frame on that the Xing/Info header promises.
    pub bytes_promised: Option<u64>,
    /// Bytes from the first frame on that are there.
    pub bytes: u64,
    /// Whether the last frame ends before its end.
    pub last_cut: bool,
    /// Whether the first frame has no declared bit rate.
    pub free_format: bool,
}

impl Mpeg {
    /// Whether the Xing/Info header is right that no sound lies beyond what it promises.
    pub fn promise_holds(&self) -> bool {
        self.frames_promised.is_some_and(|p| p >= self.frames)
    }

    /// Whether the end that the file promises is missing.
    pub fn is_truncated(&self) -> bool {
        // A wrong Xing header over a whole file is common; a missing tail lacks frames *and* bytes. Some writers count
        // the header frame, some do not: one frame of tolerance.
        let frames_lack = self.frames_promised.is_some_and(|p| self.frames + 1 < p);
        let bytes_lack = self.bytes_promised.is_none_or(|p| self.bytes + 2048 < p || self.last_cut);
        frames_lack && bytes_lack
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FrameHeader {
    length_bytes: u64,
    /// Version, layer and rate, which stay the same from frame to frame.
    family: u32,
    side_bytes: usize,
    rate_hz: u32,
    channels: usize,
}

/// Rate and channels of the frame that begins `bytes`.
pub fn rate_and_channels(bytes: &[u8]) -> Option<(u32, usize)> {
    let header = parse(bytes.get(..4)?.try_into().ok()?)?.ok()?;
    Some((header.rate_hz, header.channels))
}

const FAMILY_MASK: u32 = 0xFFFE_0C00;

fn parse(h: [u8; 4]) -> Option<Result<FrameHeader, ()>> {
    let word = u32::from_be_bytes(h);
    let (version, layer) = (word >> 19 & 3, word >> 17 & 3);
    let (bitrate, rate, padding) = ((word >> 12 & 15) as usize, (word >> 10 & 3) as usize, word >> 9 & 1);
    if word >> 21 != 0x7FF || version == 1 || layer == 0 || bitrate == 15 || rate == 3 || word & 3 == 2 {
        return None;
    }
    if bitrate == 0 {
        return Some(Err(()));
    }
    let low = version != 3;
    let kbps = kbps(low, layer, bitrate);
    let hz = [44_100, 48_000, 32_000][rate] >> [2, 0, 1, 0][version as usize];
    let padding = u64::from(padding);
    let length_bytes = match layer {
        3 => (12_000 * kbps / hz + padding) * 4,
        1 if low => 72_000 * kbps / hz + padding,
        _ => 144_000 * kbps / hz + padding,
    };
    let mono = word >> 6 & 3 == 3;
    let side_bytes = match (low, mono) {
        (false, false) => 32,
        (true, true) => 9,
        _ => 17,
    };
    let channels = if mono { 1 } else { 2 };
    Some(Ok(FrameHeader { length_bytes, family: word & FAMILY_MASK, side_bytes, rate_hz: hz as u32, channels }))
}

fn kbps(low: bool, layer: u32, index: usize) -> u64 {
    const TABLE: [[u64; 15]; 5] = [
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let row = match (low, layer) {
        (false, 3) => 0,
        (false, 2) => 1,
        (false, _) => 2,
        (true, 3) => 3,
        (true, _) => 4,
    };
    TABLE[row][index]
}

struct Walk {
    input: BufReader<File>,
    at: u64,
    end: u64,
}

/// Counts the frames of `file`; `Mpeg::default()` when there are none.
pub fn walk(file: File) -> io::Result<Mpeg> {
    let end = file.metadata()?.len();
    let mut walk = Walk { input: BufReader::with_capacity(1 << 16, file), at: 0, end };
    walk.skip_tags()?;
    walk.trim_end_tags()?;
    walk.count()
}

impl Walk {
    fn go(&mut self, to: u64) -> io::Result<()> {
        self.input.seek_relative(to as i64 - self.at as i64)?;
        self.at = to;
        Ok(())
    }

    fn peek<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        if self.at + N as u64 > self.end {
            return Ok(None);
        }
        self.input.read_exact(&mut bytes)?;
        self.input.seek_relative(-(N as i64))?;
        Ok(Some(bytes))
    }

    fn skip_tags(&mut self) -> io::Result<()> {
        while let Some(h) = self.peek::<10>()?.filter(|h| h.starts_with(b"ID3")) {
            let size = h[6..].iter().fold(0u64, |n, b| n << 7 | u64::from(b & 0x7F));
            let footer = if h[5] & 0x10 == 0 { 0 } else { 10 };
            self.go((self.at + 10 + size + footer).min(self.end))?;
        }
        Ok(())
    }

    /// Takes `ID3v1` and APE tags off the end, so that they are not mistaken for a frame that is cut.
    fn trim_end_tags(&mut self) -> io::Result<()> {
        let begin = self.at;
        let mut tail = [0; 32];
        for _ in 0..3 {
            if self.end >= begin + 128 {
                self.input.seek(SeekFrom::Start(self.end - 128))?;
                self.input.read_exact(&mut tail[..3])?;
                if &tail[..3] == b"TAG" {
                    self.end -= 128;
                }
            }
            if self.end >= begin + 32 {
                self.input.seek(SeekFrom::Start(self.end - 32))?;
                self.input.read_exact(&mut tail)?;
                if tail.starts_with(b"APETAGEX") {
                    let size = u64::from(u32::from_le_bytes([tail[12], tail[13], tail[14], tail[15]]));
                    let header = if tail[23] & 0x80 == 0 { 0 } else { 32 };
                    self.end = self.end.saturating_sub(size + header).max(begin);
                }
            }
        }
        self.input.seek(SeekFrom::Start(begin))?;
        Ok(())
    }

    fn count(&mut self) -> io::Result<Mpeg> {
        let mut found = Mpeg::default();
        let mut family = None;
        while let Some(bytes) = self.peek::<4>()? {
            let header = match parse(bytes) {
                Some(Ok(h)) if family.is_none_or(|f| f == h.family) || self.followed(&h)? => h,
                Some(Err(())) if family.is_none() => {
                    found.free_format = true;
                    return Ok(found);
                }
                _ => {
                    self.resync()?;
                    continue;
                }
            };
            if family.is_none() {
                if !self.followed(&header)? {
                    self.go(self.at + 1)?;
                    continue;
                }
                self.promise(&header, &mut found)?;
                found.bytes = self.end - self.at;
                // The Xing/Info frame carries no sound.
                found.frames = u64::from(found.frames_promised.is_none());
            } else if self.at + header.length_bytes <= self.end {
                found.frames += 1;
            }
            family = Some(header.family);
            if self.at + header.length_bytes > self.end {
                found.last_cut = true;
                break;
            }
            self.go(self.at + header.length_bytes)?;
        }
        Ok(found)
    }

    /// Goes to the next byte that may begin a frame.
    fn resync(&mut self) -> io::Result<()> {
        self.go(self.at + 1)?;
        while self.at < self.end {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (skip, found) = buffer.iter().position(|b| *b == 0xFF).map_or((buffer.len(), false), |n| (n, true));
            self.input.consume(skip);
            self.at += skip as u64;
            if found {
                break;
            }
        }
        Ok(())
    }

    /// Whether another frame of the family, or the end, stands where this one ends.
    fn followed(&mut self, header: &FrameHeader) -> io::Result<bool> {
        let here = self.at;
        let next = here + header.length_bytes;
        if next == self.end {
            return Ok(true);
        }
        if next + 4 > self.end {
            return Ok(false);
        }
        self.go(next)?;
        let after = self.peek::<4>()?.and_then(parse);
        self.go(here)?;
        Ok(after.is_some_and(|h| h.is_ok_and(|h| h.family == header.family)))
    }

    fn promise(&mut self, header: &FrameHeader, found: &mut Mpeg) -> io::Result<()> {
        let here = self.at;
        self.go(here + 4 + header.side_bytes as u64)?;
        if let Some(x) = self.peek::<16>()?.filter(|x| x.starts_with(b"Xing") || x.starts_with(b"Info")) {
            let number = |i: usize| u64::from(u32::from_be_bytes([x[i], x[i + 1], x[i + 2], x[i + 3]]));
            let flags = number(4);
            found.frames_promised = (flags & 1 != 0).then(|| number(8));
            found.bytes_promised = (flags & 2 != 0).then(|| number(if flags & 1 == 0 { 8 } else { 12 }));
        }
        self.go(here)
    }
}
