//! The waveform that pages draw: the lowest and highest sample of every 512 frames.
//!
//! A `.peaks` file is `MKP1`, the channel count (u8), three zero bytes, and then for each 512 frames (10.7 ms) and
//! channel a minimum and a maximum as i8 (±127 is full scale). An hour of stereo takes 1.35 MB.

use std::path::{Path, PathBuf};

/// Frames under one pair of numbers.
pub const PEAK_FRAMES: usize = 512;
/// The first bytes of the file.
pub const MAGIC: [u8; 4] = *b"MKP1";

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
    bytes: Vec<u8>,
    filled: usize,
    /// Lowest and highest so far, by channel.
    range: [(f32, f32); 2],
}

impl Peaks {
    /// For one or two channels.
    pub fn new(channels: usize) -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([channels as u8, 0, 0, 0]);
        Self { channels, bytes, filled: 0, range: [(0.0, 0.0); 2] }
    }

    /// Adds interleaved samples.
    pub fn add(&mut self, samples: &[f32]) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(((PEAK_FRAMES - self.filled) * self.channels).min(rest.len()));
            rest = later;
            for (index, range) in self.range.iter_mut().enumerate().take(self.channels) {
                for s in now.iter().skip(index).step_by(self.channels) {
                    *range = (range.0.min(*s), range.1.max(*s));
                }
            }
            self.filled += now.len() / self.channels;
            if self.filled == PEAK_FRAMES {
                self.mark();
            }
        }
    }

    fn mark(&mut self) {
        for range in &mut self.range[..self.channels] {
            let step = |v: f32| (v.clamp(-1.0, 1.0) * 127.0).round() as i8 as u8;
            self.bytes.extend([step(range.0), step(range.1)]);
            *range = (0.0, 0.0);
        }
        self.filled = 0;
    }

    /// The whole file.
    pub fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.mark();
        }
        self.bytes
    }
}

/// A waveform read back: for pages, at any width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waveform {
    /// 1 or 2.
    pub channels: usize,
    /// Lowest and highest of all channels for each 512 frames; ±127 is full scale.
    pub pairs: Vec<(i8, i8)>,
}

impl Waveform {
    /// Reads a `.peaks` file; `None` when it is not one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(8)?;
        let channels = usize::from(head[4]);
        if head[..4] != MAGIC || !(1..=2).contains(&channels) || body.len() % (2 * channels) != 0 {
            return None;
        }
        let pair = |c: &[u8]| {
            let lowest = c.iter().step_by(2).map(|b| *b as i8).min().unwrap_or(0);
            (lowest, c.iter().skip(1).step_by(2).map(|b| *b as i8).max().unwrap_or(0))
        };
        Some(Self { channels, pairs: body.chunks_exact(2 * channels).map(pair).collect() })
    }

    /// The same sound in at most `width` pairs.
    pub fn squeezed(&self, width: usize) -> Vec<(i8, i8)> {
        let each = self.pairs.len().div_ceil(width.max(1)).max(1);
        let span =
            |c: &[(i8, i8)]| (c.iter().map(|p| p.0).min().unwrap_or(0), c.iter().map(|p| p.1).max().unwrap_or(0));
        self.pairs.chunks(each).map(span).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waveform_shows_the_extremes_of_both_sides() {
        let mut peaks = Peaks::new(2);
        let samples: Vec<f32> = (0..1300).flat_map(|i| if i == 600 { [0.5, -1.5] } else { [0.0, 0.1] }).collect();
        samples.chunks(14).for_each(|c| peaks.add(c));
        let waveform = Waveform::parse(&peaks.finish()).unwrap();
        assert_eq!(waveform.pairs, [(0, 13), (-127, 64), (0, 13)]);
        assert_eq!(waveform.squeezed(1), [(-127, 64)]);
        assert_eq!(Waveform::parse(b"MKP1\x03\0\0\0"), None);
    }
}
