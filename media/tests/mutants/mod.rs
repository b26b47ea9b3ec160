//! One file made of another by a number: the same number makes the same mutant.

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
        let at = dice.place(out.len());
        let long = 1 + dice.roll(200);
        let to = (at + long).min(out.len());
        match dice.roll(8) {
            0 => out[at] ^= 1 << dice.roll(8),
            1 => out[at] = dice.roll(256) as u8,
            2 => {
                let edge = EDGES[dice.roll(EDGES.len())];
                let bytes = if dice.roll(2) == 0 { edge.to_be_bytes() } else { edge.to_le_bytes() };
                let to = (at + 4).min(out.len());
                out[at..to].copy_from_slice(&bytes[..to - at]);
            }
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
    out
}
