//! One FLAC frame back into a block of sound.

use super::BLOCK_FRAMES;
use super::bits::BitReader;
use super::header::Header;
use super::predict;
use super::rice;

/// The samples of one block, one vector per channel.
#[derive(Clone, Debug, Default)]
pub struct Block {
    channels: [Vec<i32>; 2],
}

impl Block {
    /// Frames of sound in it.
    pub fn length(&self) -> usize {
        self.channels[0].len()
    }

    /// The samples of one channel, full scale at the header's `bits`.
    pub fn channel(&self, index: usize) -> &[i32] {
        &self.channels[index]
    }

    /// Nothing is in it any more.
    pub fn clear(&mut self) {
        self.channels.iter_mut().for_each(Vec::clear);
    }
}

/// Reads frame `number` of `length` frames of sound from the start of `bytes` into `block`; the answer is how many bytes
/// it took, or `None` when it is anything else than exactly that frame.
///
/// Frame checksums are left to others: whoever calls this has compared the bytes with their hash.
pub fn unframe(header: &Header, number: u32, length: usize, bytes: &[u8], block: &mut Block) -> Option<usize> {
    let mut input = BitReader::new(bytes);
    let channel_code = read_header(&mut input, header, number, length)?;
    block.channels[0].resize(length, 0);
    block.channels[1].resize(if header.channels == 2 { length } else { 0 }, 0);
    let [first, second] = &mut block.channels;
    let bits = header.bits;
    match (header.channels, channel_code) {
        (1, 0) => subframe(&mut input, first, bits)?,
        (2, 1 | 8 | 9 | 10) => {
            subframe(&mut input, first, bits + u32::from(channel_code == 9))?;
            subframe(&mut input, second, bits + u32::from(matches!(channel_code, 8 | 10)))?;
            unpair(channel_code, first, second);
        }
        _ => return None,
    }
    let end = input.align() + 2;
    (end <= bytes.len()).then_some(end)
}

fn read_header(input: &mut BitReader, header: &Header, number: u32, length: usize) -> Option<u32> {
    let sync = input.take(16);
    let size_code = input.take(4);
    let rate_code = input.take(4);
    let channel_code = input.take(4);
    let depth_code = input.take(4);
    let depth = if header.bits == 16 { 0b1000 } else { 0b1100 };
    let read_number = take_number(input)?;
    let read_length = match size_code {
        0b1100 => BLOCK_FRAMES,
        0b0111 => input.take(16) as usize + 1,
        _ => return None,
    };
    input.take(8);
    let right = sync == 0xFFF8 && rate_code == 0b1010 && depth_code == depth;
    (right && read_number == number && read_length == length).then_some(channel_code)
}

fn take_number(input: &mut BitReader) -> Option<u32> {
    let lead = input.take(8);
    let ones = (lead as u8).leading_ones();
    match ones {
        0 => Some(lead),
        2..=6 => (1..ones).try_fold(lead & (0x7F >> ones), |n, _| {
            let next = input.take(8);
            (next & 0xC0 == 0x80).then_some(n << 6 | (next & 0x3F))
        }),
        _ => None,
    }
}

fn subframe(input: &mut BitReader, samples: &mut [i32], bits: u32) -> Option<()> {
    let kind = input.take(8);
    let wasted = if kind & 1 == 0 { 0 } else { input.take_unary(bits)? + 1 };
    let bits = bits.checked_sub(wasted).filter(|b| *b > 0)?;
    match kind >> 1 {
        0 => samples.fill(input.take_signed(bits)),
        1 => take_all(input, samples, bits),
        code @ 8..=12 => {
            let order = code as usize - 8;
            residual(input, samples, order, bits)?;
            predict::restore_fixed(samples, order)?;
        }
        code @ 32..=63 => adaptive(input, samples, code as usize - 31, bits)?,
        _ => return None,
    }
    if wasted > 0 {
        for s in samples {
            *s <<= wasted;
        }
    }
    (!input.is_past_end()).then_some(())
}

fn take_all(input: &mut BitReader, samples: &mut [i32], bits: u32) {
    for s in samples {
        *s = input.take_signed(bits);
    }
}

fn residual(input: &mut BitReader, samples: &mut [i32], order: usize, bits: u32) -> Option<()> {
    let (warm, rest) = samples.split_at_mut_checked(order)?;
    take_all(input, warm, bits);
    rice::read(input, rest, order)
}

fn adaptive(input: &mut BitReader, samples: &mut [i32], order: usize, bits: u32) -> Option<()> {
    // Coefficients stand between the warm-up and the residual.
    let (warm, rest) = samples.split_at_mut_checked(order)?;
    take_all(input, warm, bits);
    let precision = input.take(4) + 1;
    let shift = input.take_signed(5);
    let mut taps = [0i64; 32];
    for tap in &mut taps[..order] {
        *tap = i64::from(input.take_signed(precision));
    }
    rice::read(input, rest, order)?;
    predict::restore(samples, &taps[..order], u32::try_from(shift).ok()?)
}

fn unpair(channel_code: u32, first: &mut [i32], second: &mut [i32]) {
    let both = first.iter_mut().zip(second);
    match channel_code {
        8 => both.for_each(|(l, s)| *s = l.wrapping_sub(*s)),
        9 => both.for_each(|(s, r)| *s = s.wrapping_add(*r)),
        10 => both.for_each(|(m, s)| {
            // The bit that the mean lost is the side's lowest.
            let sum = (m.wrapping_shl(1)) | (*s & 1);
            (*m, *s) = (sum.wrapping_add(*s) >> 1, sum.wrapping_sub(*s) >> 1);
        }),
        _ => {}
    }
}
