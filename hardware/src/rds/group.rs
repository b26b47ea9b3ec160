//! Groups of four blocks with their checkwords (IEC 62106-2, 5 and Annexes A, B).

/// Bits of a group: four blocks of 16 bits and 10 of checkword.
pub const BITS_PER_GROUP: u32 = 104;
/// Bits in a second: 57 kHz / 48.
pub const BITS_PER_S: f64 = 1_187.5;

/// x¹⁰ + x⁸ + x⁷ + x⁵ + x⁴ + x³ + 1 without its leading term.
const POLYNOMIAL: u16 = 0x1B9;
const CHECK_BITS: u32 = 10;

/// Where a block stands in its group; its offset word says so on the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// The first: always the PI.
    A,
    /// The second: the type of the group.
    B,
    /// The third of a group of version A.
    C,
    /// The third of a group of version B: the PI again.
    CPrime,
    /// The fourth.
    D,
}

impl Block {
    /// The offset word (IEC 62106-2, Annex A).
    pub const fn offset(self) -> u16 {
        match self {
            Self::A => 0x0FC,
            Self::B => 0x198,
            Self::C => 0x168,
            Self::CPrime => 0x350,
            Self::D => 0x1B4,
        }
    }

    /// The 26 bits of this block when it carries `word`.
    pub fn coded(self, word: u16) -> u32 {
        (u32::from(word) << CHECK_BITS) | u32::from(remainder(word) ^ self.offset())
    }
}

/// The remainder of a word times x¹⁰ by the polynomial.
fn remainder(word: u16) -> u16 {
    (0..16).rev().fold(0, |rest, bit| {
        let feedback = (rest >> 9) ^ ((word >> bit) & 1);
        let shifted = (rest << 1) & 0x3FF;
        if feedback & 1 == 1 { shifted ^ POLYNOMIAL } else { shifted }
    })
}

/// One group: 87.6 ms on the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    words: [u16; 4],
}

impl Group {
    /// A group of version A: type 0 to 15, what every block B says of TP and PTY (`tuning`, bits 10 to 5), five bits of its own,
    /// and two words.
    pub const fn a(pi: u16, kind: u16, tuning: u16, low: u16, third: u16, fourth: u16) -> Self {
        Self { words: [pi, (kind << 12) | tuning | (low & 0x1F), third, fourth] }
    }

    /// A group of version B: its third block repeats the PI.
    pub const fn b(pi: u16, kind: u16, tuning: u16, low: u16, fourth: u16) -> Self {
        Self { words: [pi, (kind << 12) | 0x800 | tuning | (low & 0x1F), pi, fourth] }
    }

    /// The four words without checkwords.
    pub const fn words(&self) -> [u16; 4] {
        self.words
    }

    /// Its type, 0 to 15.
    pub const fn kind(&self) -> u8 {
        (self.words[1] >> 12) as u8
    }

    /// Whether its third block repeats the PI.
    pub const fn is_version_b(&self) -> bool {
        self.words[1] & 0x800 != 0
    }

    /// The bits as they go out, the first one highest of [`BITS_PER_GROUP`].
    pub fn bits(&self) -> u128 {
        let third = if self.is_version_b() { Block::CPrime } else { Block::C };
        let order = [Block::A, Block::B, third, Block::D];
        order.iter().zip(self.words).fold(0, |bits, (block, word)| (bits << 26) | u128::from(block.coded(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkwords_are_those_of_known_blocks() {
        for (word, check) in [(0x5201, 0x1ED), (0x0020, 0x2C7), (0xE42B, 0x140), (0x4D49, 0x09F)] {
            assert_eq!(remainder(word), check, "{word:04X}");
        }
    }

    /// A block is whole when its syndrome, by long division over all 26 bits, is that of its offset alone.
    #[test]
    fn every_block_of_every_version_divides() {
        let divided =
            |bits: u32| (10..26).rev().fold(bits, |r, b| if r >> b & 1 == 1 { r ^ (0x5B9 << (b - 10)) } else { r });
        for group in [Group::a(0x5201, 0, 0x20, 8, 0xE42B, 0x4D49), Group::b(0x5201, 15, 0x20, 8, 0x4D49)] {
            let third = if group.is_version_b() { Block::CPrime } else { Block::C };
            for (i, block) in [Block::A, Block::B, third, Block::D].into_iter().enumerate() {
                let bits = (group.bits() >> (26 * (3 - i))) as u32 & 0x3FF_FFFF;
                assert_eq!(divided(bits), u32::from(block.offset()), "{group:04X?} block {i}");
            }
        }
        assert_eq!(Group::b(0x5201, 0, 0, 0, 0x4D49).words()[2], 0x5201);
    }
}
