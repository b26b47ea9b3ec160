//! Each channel for itself, and both against each other: peaks, clipping, direct current, dead and inverted sides.

use domain::Frames;

use super::HOP_FRAMES;

/// A sample within 1.5 steps of 16-bit full scale, or beyond it, cannot be told from a clipped one.
const CLIPPED: f32 = 1.0 - 1.5 / 32_768.0;
/// As many in a row are no chance.
const CLIP_RUN: u32 = 3;
/// What is below on one side, while the other sounds above, is a dead channel: −70 and −40 dBFS.
const DEAD_PEAK: f32 = 0.0003;
const SOUNDS_PEAK: f32 = 0.01;
/// A passage that is looked at for sides that cancel each other: 3 s.
const PASSAGE_HOPS: u64 = 300;
/// From here on a passage cancels itself in mono more than it adds up.
const AGAINST: f64 = -0.5;
/// The mean square below which a passage is too quiet to say: −60 dBFS.
const QUIET_SQUARE: f64 = 1e-6;

/// Direct current above this is no rounding of a converter: 2 % of full scale, −34 dBFS.
pub const OFFSET_MAX: f64 = 0.02;
/// What varies by less of its mean is a constant: 40 dB below it.
const CONSTANT: f64 = 1e-4;

/// One of two channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

/// Runs of samples at full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clipping {
    /// How many runs of three samples or more.
    pub places: u64,
    /// The share of all samples that are in such runs, 0 to 1.
    pub share: f64,
    /// Where the first begins to be one.
    pub first: Option<Frames>,
}

/// Direct current without sound: a broken cable, a sound card that has stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stuck {
    /// The share of the time, 0 to 1.
    pub share: f64,
    /// How much of it.
    pub length: Frames,
    /// Where it begins.
    pub first: Option<Frames>,
}

/// How two channels go together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// 1 when both carry the same, 0 when they have nothing in common, −1 when one is the other upside down.
    pub correlation: f64,
    /// By how many dB the sound of a mono receiver lies above (positive) or below two channels without anything in common;
    /// +3 for the same on both sides, −60 when nothing is left.
    pub mono_db: f64,
    /// How much of it, in passages of 3 s, loses in mono: correlation under −0.5.
    pub against: Frames,
    /// Where the first of these passages begins.
    pub against_at: Option<Frames>,
}

/// The channels of one sound in the making, hop by hop.
#[derive(Clone, Debug)]
pub struct Sides {
    each: Vec<Channel>,
    frames: u64,
    hops: u64,
    cross: f64,
    clips: u64,
    clipped: u64,
    first_clip: Option<u64>,
    stuck_hops: u64,
    stuck_at: Option<u64>,
    /// Left squares, right squares and products of the passage, and how many hops it has.
    passage: [f64; 3],
    passage_hops: u64,
    against_hops: u64,
    against_at: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Channel {
    sum: f64,
    squares: f64,
    peak: f32,
    run: u32,
}

impl Sides {
    /// For one or two channels.
    pub fn new(channels: usize) -> Self {
        Self {
            each: vec![Channel::default(); channels],
            frames: 0,
            hops: 0,
            cross: 0.0,
            clips: 0,
            clipped: 0,
            first_clip: None,
            stuck_hops: 0,
            stuck_at: None,
            passage: [0.0; 3],
            passage_hops: 0,
            against_hops: 0,
            against_at: None,
        }
    }

    /// Adds one hop, a plane of at most [`HOP_FRAMES`] samples for each channel, and answers its highest magnitude.
    pub fn add(&mut self, planes: &[&[f32]]) -> f32 {
        let (mut highest, mut still, mut shifted) = (0f32, true, false);
        for (index, plane) in planes.iter().enumerate() {
            let (sum, squares, peak) = gather(plane);
            let channel = &mut self.each[index];
            channel.sum += sum;
            channel.squares += squares;
            channel.peak = channel.peak.max(peak);
            let (mean, square) = (sum / plane.len() as f64, squares / plane.len() as f64);
            still &= square - mean * mean <= mean * mean * CONSTANT;
            shifted |= mean.abs() > OFFSET_MAX;
            highest = highest.max(peak);
            if let Some(total) = self.passage.get_mut(index) {
                *total += squares;
            }
            if peak >= CLIPPED { self.clip(index, plane) } else { self.each[index].run = 0 }
        }
        if let [left, right] = planes {
            self.pair(products(left, right));
        }
        if still && shifted {
            self.stuck_hops += 1;
            self.stuck_at.get_or_insert(self.hops);
        }
        self.frames += planes.first().map_or(0, |p| p.len() as u64);
        self.hops += 1;
        highest
    }

    fn clip(&mut self, index: usize, plane: &[f32]) {
        let mut run = self.each[index].run;
        for (i, s) in plane.iter().enumerate() {
            run = if s.abs() >= CLIPPED { run + 1 } else { 0 };
            if run == CLIP_RUN {
                self.clips += 1;
                self.clipped += u64::from(CLIP_RUN);
                let at = self.frames + i as u64;
                self.first_clip = Some(self.first_clip.map_or(at, |first| first.min(at)));
            } else if run > CLIP_RUN {
                self.clipped += 1;
            }
        }
        self.each[index].run = run;
    }

    fn pair(&mut self, products: f64) {
        self.cross += products;
        self.passage[2] += products;
        self.passage_hops += 1;
        if self.passage_hops == PASSAGE_HOPS {
            self.end_passage(self.hops + 1);
        }
    }

    fn end_passage(&mut self, end_hops: u64) {
        let hops = std::mem::take(&mut self.passage_hops);
        let [left, right, products] = std::mem::take(&mut self.passage);
        let floor = QUIET_SQUARE * (hops * HOP_FRAMES as u64) as f64;
        if left.min(right) > floor && products / (left * right).sqrt() < AGAINST {
            self.against_hops += hops;
            self.against_at.get_or_insert(end_hops - hops);
        }
    }

    /// Whether nothing is heard from beginning to end: silence, or a constant.
    pub fn are_silent(&self, below_peak: f32) -> bool {
        self.each.iter().all(|c| c.peak < below_peak || self.is_constant(c))
    }

    fn is_constant(&self, c: &Channel) -> bool {
        let mean = c.sum / self.frames.max(1) as f64;
        let variance = c.squares / self.frames.max(1) as f64 - mean * mean;
        mean.abs() > 0.001 && variance < mean * mean * CONSTANT
    }

    /// The runs of samples at full scale.
    pub fn clipping(&self) -> Clipping {
        let samples = self.frames * self.each.len() as u64;
        Clipping {
            places: self.clips,
            share: self.clipped as f64 / samples.max(1) as f64,
            first: self.first_clip.map(Frames),
        }
    }

    /// Where there is direct current and nothing else, on every channel.
    pub fn stuck(&self) -> Stuck {
        let frames = |hops: u64| Frames(hops * HOP_FRAMES as u64);
        Stuck {
            share: self.stuck_hops as f64 / self.hops.max(1) as f64,
            length: frames(self.stuck_hops),
            first: self.stuck_at.map(frames),
        }
    }

    /// The direct current of the worse channel, as a share of full scale, 0 to 1.
    pub fn offset(&self) -> f64 {
        self.each.iter().map(|c| (c.sum / self.frames.max(1) as f64).abs()).fold(0.0, f64::max)
    }

    /// The side that says nothing while the other does.
    pub fn dead(&self) -> Option<Side> {
        let [left, right] = self.each[..] else { return None };
        let dead = |this: Channel, other: Channel| this.peak < DEAD_PEAK && other.peak > SOUNDS_PEAK;
        if dead(left, right) { Some(Side::Left) } else { dead(right, left).then_some(Side::Right) }
    }

    /// How both channels go together; `None` for one channel, and when a side is silent.
    pub fn together(&mut self) -> Option<Pair> {
        if self.passage_hops * 4 > PASSAGE_HOPS {
            self.end_passage(self.hops);
        }
        let [left, right] = self.each[..] else { return None };
        let both = (left.squares * right.squares).sqrt();
        let apart = left.squares + right.squares;
        (both > 0.0).then(|| Pair {
            correlation: (self.cross / both).clamp(-1.0, 1.0),
            mono_db: (10.0 * (1.0 + 2.0 * self.cross / apart).max(1e-6).log10()).max(-60.0),
            against: Frames(self.against_hops * HOP_FRAMES as u64),
            against_at: self.against_at.map(|h| Frames(h * HOP_FRAMES as u64)),
        })
    }
}

/// Sum, sum of squares and highest magnitude. Eight sums side by side, as processors like it.
fn gather(plane: &[f32]) -> (f64, f64, f32) {
    let (mut sums, mut squares, mut peaks) = ([0f32; 8], [0f32; 8], [0f32; 8]);
    let eights = plane.chunks_exact(8);
    let rest = eights.remainder();
    for eight in eights {
        for lane in 0..8 {
            sums[lane] += eight[lane];
            squares[lane] += eight[lane] * eight[lane];
            peaks[lane] = peaks[lane].max(eight[lane].abs());
        }
    }
    for (lane, s) in rest.iter().enumerate() {
        sums[lane] += s;
        squares[lane] += s * s;
        peaks[lane] = peaks[lane].max(s.abs());
    }
    let total = |lanes: [f32; 8]| lanes.iter().map(|v| f64::from(*v)).sum();
    (total(sums), total(squares), peaks.into_iter().fold(0.0, f32::max))
}

fn products(left: &[f32], right: &[f32]) -> f64 {
    let mut sums = [0f32; 8];
    for (l, r) in left.chunks(8).zip(right.chunks(8)) {
        for (sum, (l, r)) in sums.iter_mut().zip(l.iter().zip(r)) {
            *sum += l * r;
        }
    }
    sums.iter().map(|v| f64::from(*v)).sum()
}
