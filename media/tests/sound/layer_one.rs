//! MPEG-1 layer I, which no encoder at hand writes: frames of noise by ISO/IEC 11172-3 §2.4.1.5, in a few subbands.

const FRAMES: usize = 60;
/// Subbands that sound.
const SOUNDING: usize = 12;
/// 7 is written for samples of eight bits.
const ALLOCATION: u32 = 7;

struct Bits(Vec<u8>, usize);

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for bit in (0..count).rev() {
            if self.1.is_multiple_of(8) {
                self.0.push(0);
            }
            let last = self.0.len() - 1;
            self.0[last] |= ((value >> bit & 1) as u8) << (7 - self.1 % 8);
            self.1 += 1;
        }
    }
}

/// A file of one or two channels at 32, 44.1 or 48 kHz, 384 frames of sound in each of its frames.
pub fn file(rate_hz: usize, channels: usize) -> Vec<u8> {
    let rates = [44_100, 48_000, 32_000];
    let rate = rates.iter().position(|r| *r == rate_hz).unwrap() as u32;
    let mut state = 0x9E37_79B9_u32;
    let mut roll = |sides: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % sides
    };
    let mut out = Vec::new();
    for _ in 0..FRAMES {
        let mut bits = Bits(Vec::new(), 0);
        bits.put(0xFFFF, 16);
        // 384 kbit/s, no padding.
        bits.put(12 << 12 | rate << 10 | if channels == 1 { 3 << 6 } else { 0 }, 16);
        for subband in 0..32 {
            (0..channels).for_each(|_| bits.put(if subband < SOUNDING { ALLOCATION } else { 0 }, 4));
        }
        for _ in 0..SOUNDING * channels {
            bits.put(14 + roll(12), 6);
        }
        for _ in 0..12 * SOUNDING * channels {
            // All ones is no sample.
            bits.put(roll(255), 8);
        }
        bits.0.resize(12 * 384_000 / rate_hz * 4, 0);
        out.append(&mut bits.0);
    }
    out
}
