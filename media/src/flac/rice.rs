//! Residuals as partitioned Rice codes (RFC 9639 §9.2.7).

use super::bits::{BitReader, BitWriter};

/// Finest partition: 64 parts of 64 frames; finer ones cost more parameters than they save.
const PARTITION_ORDER_MAX: u32 = 6;
const PARTS_MAX: usize = 1 << PARTITION_ORDER_MAX;

/// How a residual is to be cut and coded, and what that costs.
#[derive(Clone, Copy, Debug)]
pub struct RicePlan {
    partition_order: u32,
    parameters: [u8; PARTS_MAX],
    /// Estimated size.
    pub cost_bits: u64,
}

const fn fold(residual: i32) -> u32 {
    ((residual << 1) ^ (residual >> 31)) as u32
}

const fn unfold(folded: u32) -> i32 {
    (folded >> 1) as i32 ^ -((folded & 1) as i32)
}

/// The cheapest plan for the residual of a block of `residual.len() + order` frames.
pub fn plan(residual: &[i32], order: usize) -> RicePlan {
    let block = residual.len() + order;
    let mut partition_order =
        (0..=PARTITION_ORDER_MAX).rev().find(|o| block.is_multiple_of(1 << o) && block >> o > order).unwrap_or(0);
    let mut sums = sums(residual, order, partition_order);
    let mut best = price(&sums, block, order, partition_order);
    while partition_order > 0 {
        partition_order -= 1;
        for i in 0..1 << partition_order {
            sums[i] = sums[2 * i] + sums[2 * i + 1];
        }
        let coarser = price(&sums, block, order, partition_order);
        if coarser.cost_bits <= best.cost_bits {
            best = coarser;
        }
    }
    best
}

fn sums(residual: &[i32], order: usize, partition_order: u32) -> [u64; PARTS_MAX] {
    let part = (residual.len() + order) >> partition_order;
    let mut sums = [0; PARTS_MAX];
    let (first, rest) = residual.split_at(part - order);
    let add = |frames: &[i32]| frames.iter().map(|r| u64::from(fold(*r))).sum();
    sums[0] = add(first);
    for (sum, frames) in sums[1..].iter_mut().zip(rest.chunks(part)) {
        *sum = add(frames);
    }
    sums
}

fn price(sums: &[u64; PARTS_MAX], block: usize, order: usize, partition_order: u32) -> RicePlan {
    let part = block >> partition_order;
    let mut plan = RicePlan { partition_order, parameters: [0; PARTS_MAX], cost_bits: 6 };
    for (i, sum) in sums.iter().enumerate().take(1 << partition_order) {
        let count = (if i == 0 { part - order } else { part }) as u64;
        let (parameter, bits) = cheapest(*sum, count);
        plan.parameters[i] = parameter;
        plan.cost_bits += bits + 4;
    }
    plan
}

/// The best parameter for `count` folded residuals that add up to `sum`, and its estimated cost.
fn cheapest(sum: u64, count: u64) -> (u8, u64) {
    let low = (sum / count.max(1)).checked_ilog2().unwrap_or(0).saturating_sub(1).min(28);
    // On average half a step is lost by cutting each quotient down.
    let bits = |k: u32| count * u64::from(k + 1) + (sum.saturating_sub(count * ((1 << k) - 1) / 2) >> k);
    (low..low + 3).map(|k| (k as u8, bits(k))).min_by_key(|(_, bits)| *bits).unwrap_or((0, 0))
}

/// Writes `residual` by its plan.
pub fn write(out: &mut BitWriter, residual: &[i32], order: usize, plan: &RicePlan) {
    let parts = 1usize << plan.partition_order;
    let wide = plan.parameters[..parts].iter().any(|k| *k > 14);
    out.put(u32::from(wide), 2);
    out.put(plan.partition_order, 4);
    let part = (residual.len() + order) >> plan.partition_order;
    let mut rest = residual;
    for (i, k) in plan.parameters[..parts].iter().enumerate() {
        let (frames, after) = rest.split_at(if i == 0 { part - order } else { part });
        rest = after;
        let k = u32::from(*k);
        out.put(k, if wide { 5 } else { 4 });
        for r in frames {
            put_rice(out, fold(*r), k);
        }
    }
}

fn put_rice(out: &mut BitWriter, folded: u32, k: u32) {
    let quotient = folded >> k;
    if quotient + k < 31 {
        // Zeros, the one and the rest in a single step: the usual case.
        out.put((1 << k) | (folded & ((1 << k) - 1)), quotient + 1 + k);
    } else {
        out.put_unary(quotient);
        out.put(folded, k);
    }
}

/// Reads `residual.len()` residuals of a block with `order` warm-up frames; `None` when they are not well formed.
pub fn read(input: &mut BitReader, residual: &mut [i32], order: usize) -> Option<()> {
    let parameter_bits = match input.take(2) {
        0 => 4,
        1 => 5,
        _ => return None,
    };
    let partition_order = input.take(4);
    let block = residual.len() + order;
    let part = block >> partition_order;
    if part << partition_order != block || part < order {
        return None;
    }
    let mut rest = residual;
    for i in 0..1usize << partition_order {
        let (frames, after) = rest.split_at_mut(if i == 0 { part - order } else { part });
        rest = after;
        read_part(input, frames, parameter_bits)?;
    }
    Some(())
}

fn read_part(input: &mut BitReader, frames: &mut [i32], parameter_bits: u32) -> Option<()> {
    let k = input.take(parameter_bits);
    if k == (1 << parameter_bits) - 1 {
        let bits = input.take(5);
        for r in frames {
            *r = if bits == 0 { 0 } else { input.take_signed(bits) };
        }
    } else {
        for r in frames {
            let quotient = input.take_unary(u32::MAX >> k)?;
            let folded = quotient.checked_shl(k)? | input.take(k);
            *r = unfold(folded);
        }
    }
    (!input.is_past_end()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_residual_comes_back() {
        let mut seed = 1u64;
        for (length, order, shift) in [(4096, 8, 20), (4096, 0, 0), (4088, 4, 31), (17, 2, 9), (1, 0, 3), (576, 4, 26)]
        {
            let residual: Vec<i32> = (0..length - order.min(length - 1))
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    ((seed >> 33) as i32 >> (31 - shift)) * if seed & 1 << 20 == 0 { 1 } else { -1 }
                })
                .collect();
            let order = order.min(length - 1);
            let mut w = BitWriter::default();
            write(&mut w, &residual, order, &plan(&residual, order));
            let bytes = w.align().to_vec();
            let mut back = vec![0; residual.len()];
            read(&mut BitReader::new(&bytes), &mut back, order).unwrap();
            assert_eq!(back, residual, "{length} {order} {shift}");
        }
    }
}
