//! Loudness by ITU-R BS.1770-5 and EBU R 128: integrated, range, and the highest momentary and short-term values.
//!
//! Everything is a sum over hops of 10 ms: a window of 400 ms is 40 of them, one of 3 s is 300, so that the maxima are
//! looked for every 10 ms. EBU Tech 3341 asks that of file meters in its cases 10 and 13: every 100 ms a burst of 400 ms
//! is read up to 0.45 LU too low.

use super::HOP_FRAMES;

/// Hops of the momentary window, 400 ms (EBU Tech 3341 §2.2).
pub const MOMENTARY_HOPS: usize = 40;
/// Hops of the short-term window, 3 s.
pub const SHORT_TERM_HOPS: usize = 300;
/// Gating blocks overlap by 75 % (BS.1770-5 annex 1): a new one every 100 ms. The range is read as often.
const BLOCK_HOPS: u64 = 10;
/// What lies below never counts (BS.1770-5 annex 1, EBU Tech 3342).
const GATE_LUFS: f64 = -70.0;

/// What a surround channel weighs (BS.1770-5 table 3); the others weigh 1.
pub const SURROUND_WEIGHT: f64 = 1.41;

/// BS.1770-5 table 1 at 48 kHz: the head. Numerator, then the two denominator coefficients after the 1.
const SHELF: [f64; 5] =
    [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85, -1.690_659_293_182_41, 0.732_480_774_215_85];
/// BS.1770-5 table 2 at 48 kHz: the low end.
const HIGH_PASS: [f64; 5] = [1.0, -2.0, 1.0, -1.990_047_454_833_98, 0.990_072_250_366_21];

/// LUFS of a weighted mean square (BS.1770-5 equation 2); −∞ for silence.
pub fn lufs(power: f64) -> f64 {
    10.0 * power.log10() - 0.691
}

fn power(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// A meter for one sound at 48 kHz, fed hop by hop.
#[derive(Clone, Debug)]
pub struct Meter {
    channels: Vec<Channel>,
    /// Powers of the last hops, by number of the hop.
    recent: [f64; SHORT_TERM_HOPS],
    hops: u64,
    momentary_max: f64,
    short_term_max: f64,
    /// Gating blocks above the absolute gate, in the order of time. Six hours, the longest sound taken in, have 216,000.
    blocks: Vec<f64>,
    /// Short-term powers above the absolute gate, every 100 ms.
    ranges: Vec<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    weight: f64,
    shelf: [f64; 2],
    high_pass: [f64; 2],
}

impl Meter {
    /// A meter for as many channels as there are weights: 1 for each of the front, [`SURROUND_WEIGHT`] for surround.
    pub fn new(weights: &[f64]) -> Self {
        let channel = |weight: &f64| Channel { weight: *weight, shelf: [0.0; 2], high_pass: [0.0; 2] };
        Self {
            channels: weights.iter().map(channel).collect(),
            recent: [0.0; SHORT_TERM_HOPS],
            hops: 0,
            momentary_max: 0.0,
            short_term_max: 0.0,
            blocks: Vec::new(),
            ranges: Vec::new(),
        }
    }

    /// Adds one hop: a plane of [`HOP_FRAMES`] samples for each channel. The answer is its weighted mean square.
    pub fn add<'a>(&mut self, planes: impl IntoIterator<Item = &'a [f32]>) -> f64 {
        let mut planes = planes.into_iter();
        let sum = match &mut self.channels[..] {
            // Two filters side by side cost little more than one: each waits for its own last result.
            [left, right] => match (planes.next(), planes.next()) {
                (Some(l), Some(r)) => Channel::filter([left, right], [l, r]),
                _ => 0.0,
            },
            channels => channels.iter_mut().zip(planes).map(|(c, plane)| Channel::filter([c], [plane])).sum(),
        };
        let power = sum / HOP_FRAMES as f64;
        self.recent[(self.hops % SHORT_TERM_HOPS as u64) as usize] = power;
        self.hops += 1;
        self.read();
        power
    }

    fn read(&mut self) {
        let at_block = self.hops.is_multiple_of(BLOCK_HOPS);
        if self.hops >= MOMENTARY_HOPS as u64 {
            let momentary = self.mean(MOMENTARY_HOPS);
            self.momentary_max = self.momentary_max.max(momentary);
            if at_block && momentary > power(GATE_LUFS) {
                self.blocks.push(momentary);
            }
        }
        if self.hops >= SHORT_TERM_HOPS as u64 {
            let short_term = self.mean(SHORT_TERM_HOPS);
            self.short_term_max = self.short_term_max.max(short_term);
            if at_block && short_term > power(GATE_LUFS) {
                self.ranges.push(short_term);
            }
        }
    }

    /// The mean power of the last `hops`.
    fn mean(&self, hops: usize) -> f64 {
        let end = (self.hops % SHORT_TERM_HOPS as u64) as usize;
        let sum = |powers: &[f64]| powers.chunks(4).fold([0.0; 4], add_four).iter().sum::<f64>();
        let wrapped = hops.saturating_sub(end);
        let all = sum(&self.recent[end.saturating_sub(hops)..end]) + sum(&self.recent[SHORT_TERM_HOPS - wrapped..]);
        all / hops as f64
    }

    /// Integrated loudness in LUFS, gated at −70 LUFS and at 10 LU below what passes that; `None` when nothing does.
    pub fn integrated(&self) -> Option<f64> {
        let mean = |blocks: &mut dyn Iterator<Item = f64>| {
            let (count, sum) = blocks.fold((0u32, 0.0), |(n, sum), b| (n + 1, sum + b));
            (count > 0).then(|| sum / f64::from(count))
        };
        let gate = mean(&mut self.blocks.iter().copied())? / 10.0;
        mean(&mut self.blocks.iter().copied().filter(|b| *b > gate)).map(lufs)
    }

    /// Loudness range in LU (EBU Tech 3342): from the 10th to the 95th percentile of what passes −70 LUFS and −20 LU;
    /// `None` for less than 3 s.
    pub fn range(&self) -> Option<f64> {
        let gate = self.ranges.iter().sum::<f64>() / self.ranges.len() as f64 / 100.0;
        let mut kept: Vec<f64> = self.ranges.iter().copied().filter(|p| *p >= gate).collect();
        kept.sort_by(f64::total_cmp);
        let at = |share: f64| kept.get(((kept.len().max(1) - 1) as f64 * share).round() as usize).copied();
        Some(lufs(at(0.95)?) - lufs(at(0.10)?))
    }

    /// The highest momentary loudness in LUFS; `None` for silence and for less than 400 ms.
    pub fn momentary_max(&self) -> Option<f64> {
        Some(lufs(self.momentary_max)).filter(|l| l.is_finite())
    }

    /// The highest short-term loudness in LUFS; `None` for silence and for less than 3 s.
    pub fn short_term_max(&self) -> Option<f64> {
        Some(lufs(self.short_term_max)).filter(|l| l.is_finite())
    }
}

/// K-weighted power of stereo sound, hop by hop, for whoever may not ask for memory.
#[derive(Clone, Debug)]
pub struct StereoPower([Channel; 2]);

impl Default for StereoPower {
    fn default() -> Self {
        Self([Channel { weight: 1.0, shelf: [0.0; 2], high_pass: [0.0; 2] }; 2])
    }
}

impl StereoPower {
    /// The weighted mean square of the next hop; [`lufs`] makes loudness of it.
    pub fn hop(&mut self, left: &[f32; HOP_FRAMES], right: &[f32; HOP_FRAMES]) -> f64 {
        let [l, r] = &mut self.0;
        Channel::filter([l, r], [left, right]) / HOP_FRAMES as f64
    }
}

fn add_four(mut sums: [f64; 4], powers: &[f64]) -> [f64; 4] {
    sums.iter_mut().zip(powers).for_each(|(s, p)| *s += p);
    sums
}

impl Channel {
    /// K-weights one hop of `N` channels side by side and answers the weighted sum of squares.
    fn filter<const N: usize>(channels: [&mut Self; N], planes: [&[f32]; N]) -> f64 {
        let mut shelf: [[f64; 2]; N] = std::array::from_fn(|c| channels[c].shelf);
        let mut high_pass: [[f64; 2]; N] = std::array::from_fn(|c| channels[c].high_pass);
        let mut samples = planes.map(|p| p[..HOP_FRAMES].iter());
        let mut sums = [0.0; N];
        for _ in 0..HOP_FRAMES {
            for c in 0..N {
                let sample = samples[c].next().copied().unwrap_or(0.0);
                let headed = biquad(f64::from(sample), &mut shelf[c], &SHELF);
                let weighted = biquad(headed, &mut high_pass[c], &HIGH_PASS);
                sums[c] += weighted * weighted;
            }
        }
        let mut sum = 0.0;
        for (c, channel) in channels.into_iter().enumerate() {
            // After a long silence the filter's memory would become denormal, and each sample a hundred times slower.
            channel.shelf = shelf[c].map(rest);
            channel.high_pass = high_pass[c].map(rest);
            sum += sums[c] * channel.weight;
        }
        sum
    }
}

fn rest(state: f64) -> f64 {
    if state.abs() < 1e-30 { 0.0 } else { state }
}

/// Direct form 2: the newest state waits for one product alone.
#[inline]
fn biquad(x: f64, state: &mut [f64; 2], [b0, b1, b2, a1, a2]: &[f64; 5]) -> f64 {
    let newest = (x - a2 * state[1]) - a1 * state[0];
    let y = b0 * newest + (b1 * state[0] + b2 * state[1]);
    *state = [newest, state[0]];
    y
}
