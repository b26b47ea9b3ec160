//! From bits to what modulates the subcarrier: differential coding and shaped biphase symbols (IEC 62106-2, 4.6 to 4.8).

use std::f64::consts::PI;

use super::group::{BITS_PER_GROUP, BITS_PER_S, Group};

/// Bits that a symbol reaches over; what is beyond is 72 dB below the RDS itself.
const REACH: usize = 8;
/// Points of the table to a bit; straight lines between them err by 80 dB less than the symbol.
const POINTS: usize = 512;
/// How far ahead of the air a bit is asked for, in bits: half the reach less half the bit.
const AHEAD_BITS: f64 = 3.5;

/// The modulator. It is asked bit by bit and gives −1 to 1.
#[derive(Debug)]
pub struct Biphase {
    /// For each point of a bit what each of the bits around adds.
    table: Box<[[f32; REACH]]>,
    /// The last bits as they went out, ±1, or 0 where nothing is said; the newest first.
    around: [f32; REACH],
    bits: u128,
    left: u32,
    level: bool,
    mean_square: f64,
}

impl Default for Biphase {
    fn default() -> Self {
        Self::new()
    }
}

impl Biphase {
    /// After how many samples of the multiplex the bit that is asked for now begins on the air.
    pub const DELAY_SAMPLES: u64 = (AHEAD_BITS / BITS_PER_S * crate::mpx::MPX_RATE_HZ as f64) as u64;

    /// A modulator that has said nothing yet.
    pub fn new() -> Self {
        let half = (REACH / 2) as f64;
        let rows = (0..=POINTS).map(|p| {
            let at = p as f64 / POINTS as f64;
            std::array::from_fn::<f64, REACH, _>(|bit| symbol(at + bit as f64 - half, half))
        });
        let rows: Vec<[f64; REACH]> = rows.collect();
        let peak = highest(&rows);
        let mean_square = rows.iter().flatten().map(|v| (v / peak).powi(2)).sum::<f64>() / rows.len() as f64;
        let table = rows.iter().map(|row| row.map(|v| (v / peak) as f32)).collect();
        Self { table, around: [0.0; REACH], bits: 0, left: 0, level: false, mean_square }
    }

    /// The mean square of what it gives over random bits.
    pub const fn mean_square(&self) -> f64 {
        self.mean_square
    }

    /// Goes on to the next bit; `group` is asked when the last group is over.
    pub fn next_bit(&mut self, group: &mut dyn FnMut() -> Option<Group>) {
        if self.left == 0
            && let Some(next) = group()
        {
            (self.bits, self.left) = (next.bits(), BITS_PER_GROUP);
        }
        self.around.rotate_right(1);
        let [newest, ..] = &mut self.around;
        if self.left == 0 {
            *newest = 0.0;
            return;
        }
        self.left -= 1;
        self.level ^= self.bits >> self.left & 1 == 1;
        *newest = if self.level { 1.0 } else { -1.0 };
    }

    /// The value at a point of the running bit, 2⁶⁴ to the bit.
    pub fn at(&self, phase: u64) -> f32 {
        let fine = (phase >> 32) as f32 * (POINTS as f32 / 4_294_967_296.0);
        let point = (fine as usize).min(POINTS - 1);
        let Some([low, high]) = self.table.get(point..point + 2).and_then(|w| w.first_chunk()) else { return 0.0 };
        let part = fine - point as f32;
        let mut sum = 0.0;
        for ((low, high), bit) in low.iter().zip(high).zip(&self.around) {
            sum += (low + part * (high - low)) * bit;
        }
        sum
    }
}

/// One symbol, `t` bits after its middle: an impulse and its opposite half a bit later, both through the filter, brought to
/// nothing over the outermost bit.
fn symbol(t: f64, half: f64) -> f64 {
    let beyond = (t.abs() - (half - 1.0)).clamp(0.0, 1.0);
    (shaped(t + 0.25) - shaped(t - 0.25)) * 0.5 * (1.0 + (PI * beyond).cos())
}

/// The response of `cos(π·f·td/4)`, |f| ≤ 2/td, `t` bits after its middle.
fn shaped(t: f64) -> f64 {
    let below = 1.0 - 64.0 * t * t;
    if below.abs() < 1e-6 { PI / 4.0 } else { (4.0 * PI * t).cos() / below }
}

/// The highest value that any bits can make at any point.
fn highest(rows: &[[f64; REACH]]) -> f64 {
    rows.iter().map(|row| row.iter().map(|v| v.abs()).sum::<f64>()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bits_pass_the_level_and_the_sign_turns_only_for_a_one() {
        let mut biphase = Biphase::new();
        let mut seed = 1u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as u16
        };
        let (mut peak, mut sum) = (0.0f32, 0.0);
        for _ in 0..20_000 {
            biphase.next_bit(&mut || Some(Group::a(random(), 2, 0, 0, random(), random())));
            for part in 0..16u64 {
                let value = biphase.at(part << 60);
                peak = peak.max(value.abs());
                sum += f64::from(value * value);
            }
        }
        assert!(peak <= 1.0 && peak > 0.8, "{peak}");
        let mean_square = sum / 320_000.0;
        assert!((mean_square / biphase.mean_square() - 1.0).abs() < 0.05, "{mean_square} {}", biphase.mean_square());
    }

    #[test]
    fn what_is_not_said_leaves_the_subcarrier_off() {
        let mut biphase = Biphase::new();
        (0..200).for_each(|_| biphase.next_bit(&mut || None));
        assert!(biphase.at(1 << 62).abs() < f32::EPSILON);
    }
}
