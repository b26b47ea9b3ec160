//! Alternative frequencies (IEC 62106-2, 6.2.1.6): codes, and the lists of methods A and B.

/// A carrier in band II that RDS can name: 87.6 to 107.9 MHz in steps of 100 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frequency(u8);

/// The frequency cannot be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} kHz is no frequency that RDS can name: 87600 to 107900 in steps of 100")]
pub struct BadFrequency(pub u32);

impl Frequency {
    /// From kHz, which are whole numbers so that 91.8 MHz is code 43 and not, by rounding down, 42.
    ///
    /// # Errors
    /// Outside band II or between two channels.
    pub const fn from_khz(khz: u32) -> Result<Self, BadFrequency> {
        if khz < 87_600 || khz > 107_900 || !khz.is_multiple_of(100) {
            return Err(BadFrequency(khz));
        }
        Ok(Self(((khz - 87_500) / 100) as u8))
    }

    /// Its code, 1 to 204.
    pub const fn code(self) -> u8 {
        self.0
    }
}

/// What a receiver may tune to instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alternatives {
    /// Pairs of codes as groups 0A send them, in turn; never empty.
    pairs: Vec<[u8; 2]>,
}

/// In place of a frequency.
const FILLER: u8 = 205;
/// Plus the number of frequencies: how a list begins.
const LIST: u8 = 224;
/// A list names at most so many.
const FREQUENCIES_MAX: usize = 25;

impl Alternatives {
    /// Method A: the same programme everywhere. The frequency that carries it comes first, the others rise.
    pub fn method_a(own: Option<Frequency>, others: &[Frequency]) -> Self {
        let mut rest: Vec<u8> = others.iter().filter(|f| Some(**f) != own).map(|f| f.code()).collect();
        rest.sort_unstable();
        rest.dedup();
        let mut codes: Vec<u8> = own.map(Frequency::code).into_iter().chain(rest).take(FREQUENCIES_MAX).collect();
        codes.insert(0, LIST + codes.len() as u8);
        if codes.len() % 2 == 1 {
            codes.push(FILLER);
        }
        Self { pairs: codes.as_chunks::<2>().0.to_vec() }
    }

    /// Method B: pairs of the own frequency with each other one, rising where it carries the same programme and falling where
    /// it carries a regional variant.
    pub fn method_b(own: Frequency, same: &[Frequency], variants: &[Frequency]) -> Self {
        let one = |other: &Frequency, rises: bool| {
            let (low, high) = (own.code().min(other.code()), own.code().max(other.code()));
            if rises { [low, high] } else { [high, low] }
        };
        let others = |list: &[Frequency], rises: bool| {
            let mut list: Vec<Frequency> = list.iter().copied().filter(|f| *f != own).collect();
            list.sort_unstable();
            list.dedup();
            list.iter().map(|f| one(f, rises)).collect::<Vec<_>>()
        };
        let mut pairs = others(same, true);
        pairs.extend(others(variants, false));
        pairs.truncate(FREQUENCIES_MAX / 2);
        // The count is that of the codes that follow, the own one included once.
        pairs.insert(0, [LIST + 1 + 2 * pairs.len() as u8, own.code()]);
        Self { pairs }
    }

    /// The word of block C of the group number `turn`: never 0, which receivers do not understand.
    pub fn word(&self, turn: usize) -> u16 {
        let none = [LIST, FILLER];
        u16::from_be_bytes(self.pairs.get(turn % self.pairs.len().max(1)).copied().unwrap_or(none))
    }

    /// The codes in turn, without what only fills a group up.
    pub fn codes(&self) -> Vec<u8> {
        let mut codes = self.pairs.concat();
        codes.pop_if(|last| *last == FILLER);
        codes
    }

    /// How many groups the whole list takes.
    pub const fn turns(&self) -> usize {
        self.pairs.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mhz(tenths: &[u32]) -> Vec<Frequency> {
        tenths.iter().map(|t| Frequency::from_khz(t * 100).unwrap()).collect()
    }

    fn words(list: &Alternatives) -> Vec<u16> {
        (0..list.turns().max(1)).map(|turn| list.word(turn)).collect()
    }

    #[test]
    fn codes_are_exact_over_the_whole_band() {
        for (tenths, code) in [(918, 43), (926, 51), (940, 65), (1066, 191), (876, 1), (1079, 204)] {
            assert_eq!(mhz(&[tenths])[0].code(), code);
        }
        for khz in [0, 87_500, 108_000, 94_050] {
            assert_eq!(Frequency::from_khz(khz), Err(BadFrequency(khz)));
        }
    }

    #[test]
    fn lists_are_those_of_the_standard() {
        let all = mhz(&[1066, 940, 918, 926]);
        assert_eq!(words(&Alternatives::method_a(None, &all)), [0xE42B, 0x3341, 0xBFCD]);
        assert_eq!(words(&Alternatives::method_a(Some(all[0]), &all)), [0xE4BF, 0x2B33, 0x41CD]);
        assert_eq!(words(&Alternatives::method_a(None, &[])), [0xE0CD]);
        assert_eq!(words(&Alternatives::default()), [0xE0CD]);
        let gao = Alternatives::method_b(all[1], &mhz(&[918, 926, 940]), &mhz(&[1066]));
        assert_eq!(words(&gao), [0xE741, 0x2B41, 0x3341, 0xBF41]);
    }
}
