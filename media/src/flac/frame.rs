//! One block of sound as one FLAC frame (RFC 9639 §9).

use super::bits::BitWriter;
use super::checksum::{crc8, crc16};
use super::predict::{self, LPC_ORDER, Predictor};
use super::rice::{self, RicePlan};
use super::{BLOCK_FRAMES, Depth};

/// How the two channels of a frame are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pair {
    LeftRight,
    LeftSide,
    SideRight,
    MidSide,
}

/// Makes frames, keeping its working memory from one to the next.
#[derive(Debug)]
pub struct FrameEncoder {
    depth: Depth,
    out: BitWriter,
    weights: Vec<f64>,
    scratch: Scratch,
    mid: Vec<i32>,
    side: Vec<i32>,
}

#[derive(Debug, Default)]
struct Scratch {
    samples: Vec<i32>,
    /// The same as `samples`.
    real: Vec<f64>,
    tapered: Vec<f64>,
    fixed: Vec<i32>,
    adaptive: Vec<i32>,
}

impl FrameEncoder {
    /// An encoder for samples of this depth.
    pub fn new(depth: Depth) -> Self {
        let weights = predict::taper(BLOCK_FRAMES);
        Self {
            depth,
            out: BitWriter::default(),
            weights,
            scratch: Scratch::default(),
            mid: Vec::new(),
            side: Vec::new(),
        }
    }

    /// Frame `number`: one slice per channel, equally long, at most [`BLOCK_FRAMES`].
    pub fn encode(&mut self, number: u32, channels: &[Vec<i32>]) -> &[u8] {
        let length = channels.first().map_or(0, Vec::len);
        if self.weights.len() != length {
            self.weights = predict::taper(length);
        }
        self.out.clear();
        let bits = self.depth.stored_bits();
        match channels {
            [left, right] => {
                let (mut mid, mut side) = (std::mem::take(&mut self.mid), std::mem::take(&mut self.side));
                let pair = choose(left, right, &mut mid, &mut side);
                self.header(number, length, pair as u32 + if pair == Pair::LeftRight { 1 } else { 7 });
                let (a, b): (&[i32], &[i32]) = match pair {
                    Pair::LeftRight => (left, right),
                    Pair::LeftSide => (left, &side),
                    Pair::SideRight => (&side, right),
                    Pair::MidSide => (&mid, &side),
                };
                self.subframe(a, bits + u32::from(pair == Pair::SideRight));
                self.subframe(b, bits + u32::from(matches!(pair, Pair::LeftSide | Pair::MidSide)));
                (self.mid, self.side) = (mid, side);
            }
            [mono, ..] => {
                self.header(number, length, 0);
                self.subframe(mono, bits);
            }
            [] => {}
        }
        let crc = crc16(self.out.align());
        self.out.put(u32::from(crc), 16);
        self.out.align()
    }

    fn header(&mut self, number: u32, length: usize, channel_code: u32) {
        let out = &mut self.out;
        out.put(0xFFF8, 16);
        // 4096 has a code of its own; any other length is written out behind the number.
        out.put(if length == BLOCK_FRAMES { 0b1100 } else { 0b0111 }, 4);
        out.put(0b1010, 4);
        out.put(channel_code, 4);
        out.put(if self.depth.stored_bits() == 16 { 0b1000 } else { 0b1100 }, 4);
        put_number(out, number);
        if length != BLOCK_FRAMES {
            out.put(length as u32 - 1, 16);
        }
        let crc = crc8(out.align());
        out.put(u32::from(crc), 8);
    }

    fn subframe(&mut self, samples: &[i32], bits: u32) {
        let Self { out, weights, scratch, .. } = self;
        if let Some(same) = samples.first().filter(|first| samples.iter().all(|s| s == *first)) {
            out.put(0, 8);
            out.put_signed(*same, bits);
            return;
        }
        let wasted = samples.iter().fold(0, |all, s| all | s).trailing_zeros();
        scratch.samples.clear();
        scratch.samples.extend(samples.iter().map(|s| s >> wasted));
        scratch.real.clear();
        scratch.real.extend(scratch.samples.iter().map(|s| f64::from(*s)));
        write_subframe(out, weights, scratch, wasted, bits - wasted);
    }
}

fn write_subframe(out: &mut BitWriter, weights: &[f64], scratch: &mut Scratch, wasted: u32, bits: u32) {
    let adaptive_plan = plan_adaptive(scratch, weights, bits);
    let Scratch { samples, fixed, adaptive, .. } = scratch;
    let (order, magnitude) = predict::best_fixed_order(samples);
    // A fixed predictor with a clearly larger residual cannot win by its shorter head.
    let hopeless =
        adaptive_plan.is_some() && predict::magnitudes(adaptive) * 9 / 8 + samples.len() as u64 / 8 < magnitude;
    let fixed_plan = (!hopeless).then(|| {
        predict::fixed_residual(samples, order, fixed);
        rice::plan(fixed, order)
    });
    let fixed_bits = fixed_plan.as_ref().map_or(u64::MAX, |p| p.cost_bits + order as u64 * u64::from(bits));
    let verbatim_bits = samples.len() as u64 * u64::from(bits);
    match (adaptive_plan, fixed_plan) {
        (Some((predictor, plan, cost)), _) if cost < fixed_bits.min(verbatim_bits) => {
            kind(out, 0b10_0000 | (LPC_ORDER as u32 - 1), wasted);
            warm_up(out, &samples[..LPC_ORDER], bits);
            out.put(predictor.precision_bits - 1, 4);
            out.put(predictor.shift, 5);
            predictor.coefficients.iter().for_each(|c| out.put_signed(*c, predictor.precision_bits));
            rice::write(out, adaptive, LPC_ORDER, &plan);
        }
        (_, Some(plan)) if fixed_bits < verbatim_bits => {
            kind(out, 0b00_1000 | order as u32, wasted);
            warm_up(out, &samples[..order], bits);
            rice::write(out, fixed, order, &plan);
        }
        _ => {
            kind(out, 1, wasted);
            warm_up(out, samples, bits);
        }
    }
}

fn plan_adaptive(scratch: &mut Scratch, weights: &[f64], bits: u32) -> Option<(Predictor, RicePlan, u64)> {
    let Scratch { samples, real, tapered, adaptive, .. } = scratch;
    if samples.len() < 8 * LPC_ORDER {
        return None;
    }
    let predictor = predict::analyse(real, weights, bits, tapered)?;
    predictor.residual(samples, real, adaptive)?;
    let plan = rice::plan(adaptive, LPC_ORDER);
    let cost = plan.cost_bits + LPC_ORDER as u64 * u64::from(bits + predictor.precision_bits) + 9;
    Some((predictor, plan, cost))
}

fn kind(out: &mut BitWriter, code: u32, wasted: u32) {
    out.put(code << 1 | u32::from(wasted > 0), 8);
    if wasted > 0 {
        out.put_unary(wasted - 1);
    }
}

fn warm_up(out: &mut BitWriter, samples: &[i32], bits: u32) {
    for s in samples {
        out.put_signed(*s, bits);
    }
}

/// The pairing with the smallest second differences, and mid and side for it.
fn choose(left: &[i32], right: &[i32], mid: &mut Vec<i32>, side: &mut Vec<i32>) -> Pair {
    mid.clear();
    mid.extend(left.iter().zip(right).map(|(l, r)| (l + r) >> 1));
    side.clear();
    side.extend(left.iter().zip(right).map(|(l, r)| l - r));
    let (l, r, m, s) = (roughness(left), roughness(right), roughness(mid), roughness(side));
    let costs = [(l + r, Pair::LeftRight), (l + s, Pair::LeftSide), (s + r, Pair::SideRight), (m + s, Pair::MidSide)];
    costs.into_iter().min_by_key(|(cost, _)| *cost).map_or(Pair::LeftRight, |(_, pair)| pair)
}

/// The sum of the magnitudes of second differences, which are below 2^28: sixteen of them fit 32 bits.
fn roughness(samples: &[i32]) -> u64 {
    const TOGETHER: usize = 16;
    let mut sum = 0;
    let mut at = 0;
    while let Some(stretch) = samples.get(at..at + TOGETHER + 2) {
        let part: u32 = (0..TOGETHER).map(|i| (stretch[i + 2] - 2 * stretch[i + 1] + stretch[i]).unsigned_abs()).sum();
        sum += u64::from(part);
        at += TOGETHER;
    }
    let rest = samples.get(at..).unwrap_or_default();
    sum + rest.windows(3).map(|w| u64::from((w[2] - 2 * w[1] + w[0]).unsigned_abs())).sum::<u64>()
}

/// The frame number in the extended UTF-8 of RFC 9639 §9.1.5.
fn put_number(out: &mut BitWriter, number: u32) {
    if number < 0x80 {
        return out.put(number, 8);
    }
    // Bytes after the first carry 6 bits each; the first has room for 6 − followers.
    let followers = (1..6).find(|n| number < 1 << (6 * n + 6 - n)).unwrap_or(5);
    let lead = 0xFFu32 << (7 - followers) & 0xFF;
    out.put(lead | number >> (6 * followers), 8);
    for n in (0..followers).rev() {
        out.put(0x80 | (number >> (6 * n) & 0x3F), 8);
    }
}
