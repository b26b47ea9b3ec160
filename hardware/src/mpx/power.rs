//! The power of the multiplex over any 60 s (ITU-R BS.412-9, 2.3), measured, and kept below a limit where a site must.
//!
//! 0 dBr is the power of a sine of ±19 kHz. The window slides by 10 ms; a minute is 6,000 of them.

/// Blocks in the window: 60 s.
const WINDOW: usize = 6_000;
/// Mean square of a sine of ±19 kHz, where 1.0 is ±75 kHz.
pub const ZERO_DBR_MEAN_SQUARE: f64 = (19.0 / 75.0) * (19.0 / 75.0) / 2.0;
/// Quieter than any pilot: what silence reads as.
const LOWEST_DBR: f64 = -60.0;

/// Measures the power of the last 60 s.
#[derive(Debug)]
pub struct PowerMeter {
    squares: Box<[f64]>,
    next: usize,
    held: usize,
    sum: f64,
    highest: f64,
}

impl Default for PowerMeter {
    fn default() -> Self {
        Self { squares: vec![0.0; WINDOW].into_boxed_slice(), next: 0, held: 0, sum: 0.0, highest: 0.0 }
    }
}

impl PowerMeter {
    /// Takes the mean square of the next 10 ms; gives that of the 10 ms that have left the window.
    pub fn push(&mut self, mean_square: f64) -> f64 {
        let oldest = self.squares.get_mut(self.next).map_or(0.0, |slot| std::mem::replace(slot, mean_square));
        self.sum += mean_square - oldest;
        self.held = (self.held + 1).min(WINDOW);
        self.next = (self.next + 1) % WINDOW;
        if self.next == 0 {
            // The running sum forgets what rounding has left in it.
            self.sum = self.squares.iter().sum();
        }
        if self.held == WINDOW {
            self.highest = self.highest.max(self.sum);
        }
        oldest
    }

    /// The power in dBr over the last 60 s, or over what there was of them; `None` before anything came.
    pub fn dbr(&self) -> Option<f64> {
        (self.held > 0).then(|| dbr(self.sum / self.held as f64))
    }

    /// The highest of all whole windows so far in dBr; `None` before the first minute is over.
    pub fn highest_dbr(&self) -> Option<f64> {
        (self.held == WINDOW).then(|| dbr(self.highest / WINDOW as f64))
    }
}

fn dbr(mean_square: f64) -> f64 {
    (10.0 * (mean_square / ZERO_DBR_MEAN_SQUARE).log10()).max(LOWEST_DBR)
}

/// Kept below the limit, so that windows that begin between two blocks are below it as well.
const MARGIN_DB: f64 = 0.05;
/// What is normally left unspent of the minute, in blocks at the limit: 3 s, for what comes louder than it is turned down.
const RESERVE: f64 = 300.0;
/// From here on every block is held down by itself: 0.2 s.
const LAST: f64 = 20.0;
/// How far ahead what will leave the window is counted on: 10 s.
const AHEAD: usize = 1_000;
/// Blocks over which the sound's power is averaged: 0.5 s.
const AVERAGED: f64 = 50.0;
/// The least gain; silence would be worse than a fine.
const GAIN_MIN: f64 = 0.03;

/// Keeps the sum of the last 60 s below a limit by a slow gain ahead of the limiter, and by a quick one behind it that
/// hardly ever acts.
#[derive(Debug)]
pub(super) struct Governor {
    limit: f64,
    /// What pilot and RDS take of every block.
    fixed: f64,
    meter: PowerMeter,
    /// Sum of the [`AHEAD`] blocks that leave next.
    leaving: f64,
    average: f64,
    gain: f64,
}

impl Governor {
    /// Keeps to `limit_dbr` a multiplex of which `fixed` (mean square) is pilot and RDS. The minute before counts as full.
    pub fn new(limit_dbr: f64, fixed: f64) -> Self {
        let limit = ZERO_DBR_MEAN_SQUARE * 10f64.powf((limit_dbr - MARGIN_DB) / 10.0);
        let usual = limit * (1.0 - RESERVE / WINDOW as f64);
        let mut meter = PowerMeter::default();
        for _ in 0..WINDOW {
            meter.push(usual);
        }
        Self { limit, fixed, meter, leaving: usual * AHEAD as f64, average: 0.0, gain: 1.0 }
    }

    /// The slow gain, ahead of the limiter.
    pub fn gain(&self) -> f32 {
        self.gain as f32
    }

    /// The quick gain that a block needs whose sound has the mean square `sound`.
    pub fn guard(&self, sound: f64) -> f32 {
        let leaves = self.meter.squares.get(self.meter.next).copied().unwrap_or(0.0);
        // A quarter of what is above the last reserve, so that a square wave closes in on it and never meets it.
        let above = (self.unspent() - LAST * self.limit) / 4.0;
        let allowed = (above.max(0.0) + leaves - self.fixed).max(0.0);
        if sound <= allowed { 1.0 } else { (allowed / sound).sqrt() as f32 }
    }

    /// Takes what a block became, sound and all.
    pub fn push(&mut self, whole: f64) {
        let ahead = (self.meter.next + AHEAD) % WINDOW;
        let comes = self.meter.squares.get(ahead).copied().unwrap_or(0.0);
        self.leaving += comes - self.meter.push(whole);
        self.average += (whole - self.fixed - self.average) / AVERAGED;
        let may = (self.leaving + self.unspent() - RESERVE * self.limit) / AHEAD as f64 - self.fixed;
        let ratio = (may.max(self.limit / 1e3) / self.average.max(1e-9)).sqrt().clamp(0.05, 20.0);
        // Down with half a second, back with ten.
        let step = ratio.powf(if ratio < 1.0 { 0.02 } else { 0.001 });
        self.gain = (self.gain * step).clamp(GAIN_MIN, 1.0);
    }

    fn unspent(&self) -> f64 {
        self.limit * WINDOW as f64 - self.meter.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_of_19_khz_deviation_is_0_dbr_and_a_pilot_with_rds_minus_8_7() {
        let mut meter = PowerMeter::default();
        assert_eq!(meter.dbr(), None);
        let rows = [(19.0f64, 0.0f64), (75.0, 11.926), (6.75, -8.988)];
        for (deviation, expected) in rows {
            for _ in 0..WINDOW {
                meter.push((deviation / 75.0f64).powi(2) / 2.0);
            }
            assert!((meter.dbr().unwrap() - expected).abs() < 0.002, "{deviation} kHz: {:?}", meter.dbr());
        }
    }

    /// The governor alone over blocks of a made-up programme; the sound follows its slow gain, as it does in the coder.
    fn worst_dbr(limit_dbr: f64, mut programme: impl FnMut(usize) -> f64) -> (f64, f64) {
        let fixed = 0.0042;
        let mut governor = Governor::new(limit_dbr, fixed);
        let (mut meter, mut quickest, mut before) = (PowerMeter::default(), 1.0f64, 1.0f64);
        for block in 0..30_000 {
            let sound = programme(block) * f64::from(governor.gain()).powi(2);
            let guard = f64::from(governor.guard(sound));
            quickest = quickest.min(guard);
            // The coder leads the gain from block to block in a straight line: at worst the higher of both.
            let whole = fixed + sound * guard.max(before).powi(2);
            before = guard;
            governor.push(whole);
            meter.push(whole);
        }
        (meter.highest_dbr().unwrap(), quickest)
    }

    #[test]
    fn no_minute_of_any_programme_passes_the_limit() {
        let mut seed = 7u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as f64 / 2f64.powi(24)
        };
        for limit in [-3.0, 0.0, 3.0] {
            let (steady, _) = worst_dbr(limit, |_| 0.38);
            let (bursts, _) = worst_dbr(limit, |b| if b / 2_900 % 2 == 0 { 0.0 } else { 0.78 });
            let (speech, quick) = worst_dbr(limit, |b| if b / 30 % 3 == 0 { 0.0 } else { 0.2 * random() });
            for (name, dbr) in [("a clipped master", steady), ("squares after silence", bursts), ("speech", speech)] {
                assert!(dbr <= limit, "{name}: {dbr:.3} dBr at a limit of {limit}");
                assert!(dbr > limit - 0.6, "{name} is turned down more than it needs: {dbr:.3} dBr of {limit}");
            }
            assert!(quick > 0.4, "speech meets the quick gain: {quick}");
        }
    }
}
