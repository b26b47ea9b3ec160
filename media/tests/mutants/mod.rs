//! One file made of another by a number: the same number makes the same mutant.

mod pieces;

use pieces::{Piece, pieces};

/// Numbers that lengths, counts and rates break at.
const EDGES: [u32; 12] =
    [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x0100_0000, 0xFFFF_FFFE];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) % sides.max(1) as u64) as usize
    }

    /// A place in a file: one in two lies in the first part, where headers are.
    fn place(&mut self, length: usize) -> usize {
        if self.roll(2) == 0 { self.roll(length.min(600)) } else { self.roll(length) }
    }
}

/// The mutant of `whole` with this number.
pub fn mutant(whole: &[u8], number: u64) -> Vec<u8> {
    let mut dice = Dice(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
    let mut out = whole.to_vec();
    for _ in 0..=dice.roll(6) {
        if out.len() < 16 {
            break;
        }
        if dice.roll(3) == 0 {
            by_structure(&mut out, &mut dice);
        } else {
            by_bytes(&mut out, &mut dice);
        }
    }
    // Behind a checksum that does not fit nothing would ever be reached: most mutants have theirs made right.
    if dice.roll(8) > 0 {
        pieces::heal(&mut out);
    }
    out
}

/// Bytes, whatever they are.
fn by_bytes(out: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.place(out.len());
    let long = 1 + dice.roll(200);
    let to = (at + long).min(out.len());
    match dice.roll(8) {
        0 => out[at] ^= 1 << dice.roll(8),
        1 => out[at] = dice.roll(256) as u8,
        2 => number(out, at, dice),
        3 => drop(out.drain(at..to)),
        4 => {
            let copy = out[at..to].to_vec();
            let into = dice.place(out.len());
            out.splice(into..into, copy);
        }
        5 => out[at..to].iter_mut().for_each(|b| *b = dice.roll(256) as u8),
        6 => out[at..to].fill(if dice.roll(2) == 0 { 0 } else { 0xFF }),
        _ => out.truncate(at.max(16)),
    }
}

/// Chunks, boxes, pages and frames: their lengths, their numbers, their order.
fn by_structure(out: &mut Vec<u8>, dice: &mut Dice) {
    let found = pieces(out);
    let Some(one) = found.get(dice.roll(found.len())).cloned() else { return by_bytes(out, dice) };
    let other = found[dice.roll(found.len())].clone();
    match dice.roll(6) {
        0 => lengthen(out, &one, dice),
        // A number inside: a count, a rate, an offset.
        1 => {
            let inside = one.all.len().min(64);
            number(out, one.all.start + dice.roll(inside), dice);
        }
        2 => drop(out.drain(one.all)),
        3 => {
            let copy = out[one.all].to_vec();
            out.splice(other.all.start..other.all.start, copy);
        }
        4 if one.all.end <= other.all.start => {
            let (first, second) = (out[one.all.clone()].to_vec(), out[other.all.clone()].to_vec());
            out.splice(other.all, first);
            out.splice(one.all, second);
        }
        4 => out.truncate(one.all.start.max(16)),
        // Its name is another's.
        _ => {
            let from = other.all.start..other.all.end.min(other.all.start + 8);
            let to = one.all.start.min(out.len().saturating_sub(from.len()));
            out.copy_within(from, to);
        }
    }
}

/// A length that is a little or very wrong.
fn lengthen(out: &mut [u8], one: &Piece, dice: &mut Dice) {
    let Some(at) = one.length_at else { return number(out, one.all.start, dice) };
    let Some(field) = out.get_mut(at..at + 4).and_then(|f| <&mut [u8; 4]>::try_from(f).ok()) else { return };
    let before = if one.big { u32::from_be_bytes(*field) } else { u32::from_le_bytes(*field) };
    let after = match dice.roll(4) {
        0 => EDGES[dice.roll(EDGES.len())],
        1 => before.wrapping_add(dice.roll(64) as u32),
        2 => before.wrapping_sub(dice.roll(64) as u32),
        _ => before << dice.roll(16),
    };
    *field = if one.big { after.to_be_bytes() } else { after.to_le_bytes() };
}

fn number(out: &mut [u8], at: usize, dice: &mut Dice) {
    let edge = EDGES[dice.roll(EDGES.len())];
    let bytes = if dice.roll(2) == 0 { edge.to_be_bytes() } else { edge.to_le_bytes() };
    let to = (at + 4).min(out.len());
    out[at..to].copy_from_slice(&bytes[..to - at]);
}
