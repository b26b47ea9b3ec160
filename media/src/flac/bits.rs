//! Bits in big-endian order, as FLAC packs them.

/// Collects bits into bytes.
#[derive(Debug, Default)]
pub struct BitWriter {
    /// Whole bytes up to `filled`; behind them room to write a word at a time.
    bytes: Vec<u8>,
    filled: usize,
    /// Bits that do not fill a byte yet, in the low `pending` (0 to 7) places.
    word: u64,
    pending: u32,
}

impl BitWriter {
    /// Starts anew, keeping the memory.
    pub fn clear(&mut self) {
        (self.filled, self.word, self.pending) = (0, 0, 0);
    }

    /// The lowest `count` (at most 32) bits of `value`.
    #[inline]
    pub fn put(&mut self, value: u32, count: u32) {
        debug_assert!(count <= 32);
        let mask = (1u64 << count) - 1;
        self.word = (self.word << count) | (u64::from(value) & mask);
        self.pending += count;
        // Eight bytes are always written and only the whole ones counted: no branch on how many there are.
        let top = self.on_top();
        if let Some(room) = self.bytes.get_mut(self.filled..self.filled + 8) {
            room.copy_from_slice(&top);
        } else {
            self.grow();
        }
        self.filled += (self.pending / 8) as usize;
        self.pending %= 8;
    }

    #[cold]
    fn grow(&mut self) {
        self.bytes.resize((self.bytes.len() * 2).max(1 << 14), 0);
        let top = self.on_top();
        self.bytes[self.filled..self.filled + 8].copy_from_slice(&top);
    }

    /// The pending bits, first bit first. In two shifts: 64 at once would be none.
    const fn on_top(&self) -> [u8; 8] {
        (self.word << (63 - self.pending) << 1).to_be_bytes()
    }

    /// The lowest `count` bits of a two's complement number.
    pub fn put_signed(&mut self, value: i32, count: u32) {
        self.put(value as u32, count);
    }

    /// `zeros` zeros and a one.
    pub fn put_unary(&mut self, mut zeros: u32) {
        while zeros >= 32 {
            self.put(0, 32);
            zeros -= 32;
        }
        self.put(1, zeros + 1);
    }

    /// Zeros up to the next whole byte, and all bytes.
    pub fn align(&mut self) -> &[u8] {
        let lack = (8 - self.pending % 8) % 8;
        self.put(0, lack);
        &self.bytes[..self.filled]
    }
}

/// Reads bits from a slice; after its end it gives zeros and remembers that it did.
#[derive(Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next bit.
    at_bits: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the first bit.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at_bits: 0 }
    }

    /// The next 57 or more bits at the top of a word.
    fn peek(&self) -> u64 {
        let (byte, bit) = (self.at_bits / 8, self.at_bits % 8);
        let word = match self.bytes.get(byte..byte + 8).and_then(|b| b.try_into().ok()) {
            Some(eight) => u64::from_be_bytes(eight),
            None => self.peek_at_end(byte),
        };
        word << bit
    }

    #[cold]
    fn peek_at_end(&self, byte: usize) -> u64 {
        let mut eight = [0; 8];
        let rest = self.bytes.get(byte..).unwrap_or_default();
        let n = rest.len().min(8);
        eight[..n].copy_from_slice(&rest[..n]);
        u64::from_be_bytes(eight)
    }

    /// The next `count` (at most 32) bits.
    pub fn take(&mut self, count: u32) -> u32 {
        debug_assert!(count <= 32);
        let value = self.peek().checked_shr(64 - count).unwrap_or(0);
        self.at_bits += count as usize;
        value as u32
    }

    /// The next `count` (1 to 32) bits as a two's complement number.
    pub fn take_signed(&mut self, count: u32) -> i32 {
        let value = self.take(count);
        ((value << (32 - count)) as i32) >> (32 - count)
    }

    /// The zeros before the next one, which is passed too; `None` at the end or after `max` zeros.
    pub fn take_unary(&mut self, max: u32) -> Option<u32> {
        let mut zeros = 0;
        loop {
            let word = self.peek();
            let run = word.leading_zeros();
            if run < 57 {
                self.at_bits += run as usize + 1;
                return Some(zeros + run);
            }
            zeros += 56;
            self.at_bits += 56;
            if zeros > max || self.is_past_end() {
                return None;
            }
        }
    }

    /// Whether more was taken than there was.
    pub fn is_past_end(&self) -> bool {
        self.at_bits > self.bytes.len() * 8
    }

    /// Goes to the next whole byte; the answer is its number.
    pub fn align(&mut self) -> usize {
        self.at_bits = self.at_bits.next_multiple_of(8);
        self.at_bits / 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back_as_they_were_put() {
        let mut w = BitWriter::default();
        for i in 0..500u32 {
            w.put(i.wrapping_mul(2_654_435_761), i % 33);
            w.put_signed(-(i as i32), 12);
            w.put_unary(i % 131);
        }
        let bytes = w.align().to_vec();
        let mut r = BitReader::new(&bytes);
        for i in 0..500u32 {
            let mask = ((1u64 << (i % 33)) - 1) as u32;
            assert_eq!(r.take(i % 33), i.wrapping_mul(2_654_435_761) & mask);
            assert_eq!(r.take_signed(12), -(i as i32));
            assert_eq!(r.take_unary(200), Some(i % 131));
        }
        assert_eq!(r.align(), bytes.len());
        assert!(!r.is_past_end());
        assert_eq!(r.take_unary(1000), None);
    }
}
