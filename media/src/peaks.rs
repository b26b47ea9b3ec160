//! The waveform that pages draw: the lowest and highest sample of every stretch, in three zooms from one pass.
//!
//! A `.peaks` file is `MKP2`, the channel count (u8), three zero bytes, the length in frames (u64, little-endian), and then
//! one row for each 32,768 frames (0.7 s), one for each 4,096 (85 ms) and one for each 512 (10.7 ms). A row is a minimum and
//! a maximum as i8 for each channel (±127 is full scale). The coarse rows come first, so that the picture of a whole hour
//! is the first 21 KB of 1.5 MB. `MKP1` of earlier stations had the channel count and the finest rows alone.

use std::path::{Path, PathBuf};

use domain::Frames;

/// Frames under one row, coarse to fine; each is eight of the next.
pub const ZOOMS_FRAMES: [usize; 3] = [32_768, 4_096, 512];
/// Rows of one zoom under a row of the next coarser.
const ROWS: usize = 8;
const FINEST_FRAMES: usize = ZOOMS_FRAMES[2];
const MAGIC: [u8; 4] = *b"MKP2";
const MAGIC_BEFORE: [u8; 4] = *b"MKP1";
const HEAD_BYTES: usize = 16;
const HEAD_BYTES_BEFORE: usize = 8;

/// Where the waveform of `canonical` is written by the decoder.
pub fn beside(canonical: &Path) -> PathBuf {
    let mut name = canonical.as_os_str().to_owned();
    name.push(".peaks");
    PathBuf::from(name)
}

/// A waveform in the making.
#[derive(Clone, Debug)]
pub struct Peaks {
    channels: usize,
    length: u64,
    /// The finest rows.
    rows: Vec<u8>,
    filled: usize,
    /// Lowest and highest so far, by channel.
    range: [(f32, f32); 2],
}

impl Peaks {
    /// For one or two channels.
    pub fn new(channels: usize) -> Self {
        Self { channels, length: 0, rows: Vec::new(), filled: 0, range: [(0.0, 0.0); 2] }
    }

    /// Adds interleaved samples.
    pub fn add(&mut self, samples: &[f32]) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(((FINEST_FRAMES - self.filled) * self.channels).min(rest.len()));
            rest = later;
            let found = extremes(now);
            for (lane, (low, high)) in found.into_iter().enumerate() {
                let range = &mut self.range[lane % self.channels];
                *range = (range.0.min(low), range.1.max(high));
            }
            self.filled += now.len() / self.channels;
            if self.filled == FINEST_FRAMES {
                self.mark();
            }
        }
    }

    fn mark(&mut self) {
        for range in &mut self.range[..self.channels] {
            let step = |v: f32| (v.clamp(-1.0, 1.0) * 127.0).round() as i8 as u8;
            self.rows.extend([step(range.0), step(range.1)]);
            *range = (0.0, 0.0);
        }
        self.length += self.filled as u64;
        self.filled = 0;
    }

    /// The whole file.
    pub fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.mark();
        }
        let middle = coarser(&self.rows, self.channels);
        let mut bytes = MAGIC.to_vec();
        bytes.extend([self.channels as u8, 0, 0, 0]);
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(coarser(&middle, self.channels));
        bytes.extend(middle);
        bytes.append(&mut self.rows);
        bytes
    }
}

/// Lowest and highest of every eighth sample, which is of one channel: eight side by side, as processors like it.
fn extremes(samples: &[f32]) -> [(f32, f32); 8] {
    let (mut lows, mut highs) = ([0f32; 8], [0f32; 8]);
    for eight in samples.chunks(8) {
        for ((low, high), s) in lows.iter_mut().zip(&mut highs).zip(eight) {
            *low = if *s < *low { *s } else { *low };
            *high = if *s > *high { *s } else { *high };
        }
    }
    std::array::from_fn(|lane| (lows[lane], highs[lane]))
}

fn coarser(rows: &[u8], channels: usize) -> Vec<u8> {
    let row_bytes = 2 * channels;
    let mut out = Vec::with_capacity(rows.len() / ROWS + row_bytes);
    for rows in rows.chunks(ROWS * row_bytes) {
        for place in 0..row_bytes {
            let values = rows.iter().skip(place).step_by(row_bytes).map(|b| *b as i8);
            let extreme = if place % 2 == 0 { values.min() } else { values.max() };
            out.push(extreme.unwrap_or(0) as u8);
        }
    }
    out
}

/// A waveform read back: for pages, at any width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waveform {
    /// 1 or 2.
    pub channels: usize,
    /// How long the sound is; of `MKP1` to 512 frames.
    pub length: Frames,
    /// Lowest and highest of all channels, by zoom as in [`ZOOMS_FRAMES`]; ±127 is full scale.
    zooms: [Vec<(i8, i8)>; 3],
}

impl Waveform {
    /// Reads a `.peaks` file; `None` when it is not one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let channels = usize::from(*bytes.get(4)?);
        if !(1..=2).contains(&channels) {
            return None;
        }
        let row_bytes = 2 * channels;
        if bytes[..4] == MAGIC_BEFORE {
            let fine = bytes.get(HEAD_BYTES_BEFORE..).filter(|b| b.len() % row_bytes == 0)?;
            let middle = coarser(fine, channels);
            let zooms = [&coarser(&middle, channels), &middle, fine].map(|rows| pairs(rows, row_bytes));
            let length = Frames((fine.len() / row_bytes * FINEST_FRAMES) as u64);
            return Some(Self { channels, length, zooms });
        }
        let (head, mut rest) = bytes.split_at_checked(HEAD_BYTES)?;
        let length = u64::from_le_bytes(head[8..].try_into().ok()?);
        let mut zooms = <[Vec<(i8, i8)>; 3]>::default();
        for (zoom, frames) in zooms.iter_mut().zip(ZOOMS_FRAMES) {
            let rows = usize::try_from(length.div_ceil(frames as u64)).ok()?;
            let (now, later) = rest.split_at_checked(rows.checked_mul(row_bytes)?)?;
            *zoom = pairs(now, row_bytes);
            rest = later;
        }
        (head[..4] == MAGIC && rest.is_empty()).then_some(Self { channels, length: Frames(length), zooms })
    }

    /// The finest rows: one for each 512 frames.
    pub fn finest(&self) -> &[(i8, i8)] {
        &self.zooms[2]
    }

    /// The same sound in at most `width` pairs.
    pub fn squeezed(&self, width: usize) -> Vec<(i8, i8)> {
        self.stretch(Frames::ZERO, self.length, width)
    }

    /// What lies from `from` to `to` in at most `width` pairs, from the coarsest zoom that still has as many.
    pub fn stretch(&self, from: Frames, to: Frames, width: usize) -> Vec<(i8, i8)> {
        let width = width.max(1);
        let rows = |zoom: usize| {
            let (frames, all) = (ZOOMS_FRAMES[zoom] as u64, &self.zooms[zoom]);
            let first = usize::try_from(from.0 / frames).unwrap_or(usize::MAX).min(all.len());
            let last = usize::try_from(to.0.div_ceil(frames)).unwrap_or(usize::MAX).clamp(first, all.len());
            &all[first..last]
        };
        let rows = (0..2).map(rows).find(|r| r.len() >= width).unwrap_or_else(|| rows(2));
        let count = width.min(rows.len());
        (0..count).map(|n| extreme(&rows[n * rows.len() / count..(n + 1) * rows.len() / count])).collect()
    }
}

fn pairs(rows: &[u8], row_bytes: usize) -> Vec<(i8, i8)> {
    let pair = |c: &[u8]| {
        let lowest = c.iter().step_by(2).map(|b| *b as i8).min().unwrap_or(0);
        (lowest, c.iter().skip(1).step_by(2).map(|b| *b as i8).max().unwrap_or(0))
    };
    rows.chunks_exact(row_bytes).map(pair).collect()
}

fn extreme(rows: &[(i8, i8)]) -> (i8, i8) {
    (rows.iter().map(|r| r.0).min().unwrap_or(0), rows.iter().map(|r| r.1).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waveform_shows_the_extremes_of_both_sides_in_every_zoom() {
        let mut peaks = Peaks::new(2);
        let samples: Vec<f32> = (0..1300).flat_map(|i| if i == 600 { [0.5, -1.5] } else { [0.0, 0.1] }).collect();
        samples.chunks(14).for_each(|c| peaks.add(c));
        let waveform = Waveform::parse(&peaks.finish()).unwrap();
        assert_eq!((waveform.channels, waveform.length), (2, Frames(1300)));
        assert_eq!(waveform.finest(), [(0, 13), (-127, 64), (0, 13)]);
        assert_eq!(waveform.squeezed(1), [(-127, 64)]);
        assert_eq!(waveform.stretch(Frames(1024), Frames(1300), 100), [(0, 13)]);
    }

    #[test]
    fn one_sample_in_an_hour_is_seen_in_any_zoom() {
        let mut peaks = Peaks::new(1);
        let second = vec![0.01; 48_000];
        for s in 0..600 {
            let mut second = second.clone();
            if s == 345 {
                second[77] = -0.9;
            }
            peaks.add(&second);
        }
        let bytes = peaks.finish();
        let rows: usize = ZOOMS_FRAMES.iter().map(|f| (600 * 48_000usize).div_ceil(*f)).sum();
        assert_eq!(bytes.len(), HEAD_BYTES + 2 * rows);
        let waveform = Waveform::parse(&bytes).unwrap();
        for width in [1, 100, 878, 1600, 7031, 1_000_000] {
            let drawn = waveform.squeezed(width);
            assert!(drawn.len() <= width && drawn.len() >= width.min(56_250) / 8, "{width}: {}", drawn.len());
            assert_eq!(drawn.iter().filter(|p| p.0 < -100).count(), 1, "{width}");
        }
    }

    #[test]
    fn files_of_earlier_stations_are_read_and_others_are_not() {
        let old = Waveform::parse(b"MKP1\x01\0\0\0\xF0\x10\xE0\x20").unwrap();
        assert_eq!((old.finest(), old.squeezed(1)), (&[(-16, 16), (-32, 32)][..], vec![(-32, 32)]));
        for bad in [&b"MKP1\x03\0\0\0"[..], b"MKP2", b"RIFFxxxxxxxx", b"MKP2\x01\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"]
        {
            assert_eq!(Waveform::parse(bad), None, "{bad:?}");
        }
    }
}
