//! The last gain of the air: nothing that leaves it peaks above the ceiling, not even between samples.
//!
//! True peak is estimated as in ITU-R BS.1770-5, Annex 2, by fourfold oversampling, with a longer filter than the one given
//! there so that the estimate errs by less than 0.05 dB up to 20 kHz. The gain that a peak asks for is held over the
//! look-ahead and averaged over it: it has arrived when the peak comes, without a corner that could be heard. Both channels
//! share one gain, so that the image stands still. Below the ceiling the sound passes bit for bit, only later.

use domain::TruePeak;

use super::block::{BLOCK_FRAMES, Frame, SILENCE};

/// Taps of each of the three filters between two samples; 24 keep the error under 0.05 dB to 20 kHz.
const TAPS: usize = 24;
/// Quarters between two samples that are looked at.
const PHASES: usize = 3;
/// Frames over which the gain goes down before a peak: 2 ms. Shorter would be heard as a click on bass, longer as a dip.
const ATTACK: usize = 96;
/// Seconds in which the gain has come back by 63 %: slow enough for bass, quick enough to leave no hole after a clap.
const RELEASE_S: f32 = 0.08;
/// What the averaged gain may add between samples that it was not told of.
const MARGIN_DB: f64 = 0.1;
/// Louder than any sum of voices; what is beyond it is no sound.
const SANE: f32 = 16.0;

/// How much later the sound leaves the limiter than it came in.
pub const LOOK_AHEAD_FRAMES: usize = TAPS / 2 + ATTACK - 1;

/// A stereo true-peak limiter with a constant delay of [`LOOK_AHEAD_FRAMES`]. Built before the line is crossed.
pub struct Limiter {
    ceiling: f32,
    filters: [[f32; TAPS]; PHASES],
    /// No peak between samples stands higher above the highest sample than by this factor.
    overshoot: f32,
    /// The last frames of each channel, for the filters.
    past: [[f32; TAPS - 1]; 2],
    /// What waits for its gain.
    delay: Ring<Frame, LOOK_AHEAD_FRAMES>,
    lowest: Lowest,
    held: f32,
    release: f32,
    average: Ring<f32, ATTACK>,
    sum: f64,
    /// Frames until every trace of the last reduction has left the average.
    busy: usize,
}

impl Limiter {
    /// A limiter for peaks of at most `ceiling`, as estimated between samples.
    pub fn new(ceiling: TruePeak) -> Self {
        let filters = std::array::from_fn(|p| filter((p + 1) as f64 / (PHASES + 1) as f64));
        let overshoot = filters.iter().map(|f| f.iter().map(|t| t.abs()).sum::<f32>()).fold(1.0, f32::max);
        Self {
            ceiling: 10f64.powf((ceiling.get() - MARGIN_DB) / 20.0).min(1.0) as f32,
            filters,
            overshoot,
            past: [[0.0; TAPS - 1]; 2],
            delay: Ring::of(SILENCE),
            lowest: Lowest::default(),
            held: 1.0,
            release: 1.0 - (-1.0 / (RELEASE_S * 48_000.0)).exp(),
            average: Ring::of(1.0),
            sum: ATTACK as f64,
            busy: 0,
        }
    }

    /// Replaces the block by the one that came [`LOOK_AHEAD_FRAMES`] earlier, limited. Gives the lowest gain used.
    pub fn process(&mut self, frames: &mut [Frame; BLOCK_FRAMES]) -> f32 {
        let mut highest = self.past.iter().flatten().fold(0.0f32, |m, s| m.max(s.abs()));
        for s in frames.iter_mut().flatten() {
            *s = if s.is_finite() { s.clamp(-SANE, SANE) } else { 0.0 };
            highest = highest.max(s.abs());
        }
        if highest * self.overshoot <= self.ceiling && self.busy == 0 {
            self.remember(frames);
            for frame in frames.iter_mut() {
                *frame = self.delay.push(*frame);
            }
            return 1.0;
        }
        let asked = self.asked(frames);
        self.remember(frames);
        let mut lowest = 1.0f32;
        for (frame, asked) in frames.iter_mut().zip(asked) {
            let gain = self.gain(asked);
            lowest = lowest.min(gain);
            let [l, r] = self.delay.push(*frame);
            *frame = [l * gain, r * gain];
        }
        lowest
    }

    /// The gain that each place of the block asks for, half a filter behind its frames.
    fn asked(&self, frames: &[Frame; BLOCK_FRAMES]) -> [f32; BLOCK_FRAMES] {
        let mut peaks = [0.0f32; BLOCK_FRAMES];
        for (channel, past) in self.past.iter().enumerate() {
            let mut line = [0.0f32; TAPS - 1 + BLOCK_FRAMES];
            let now = frames.iter().map(|f| f.get(channel).copied().unwrap_or(0.0));
            line.iter_mut().zip(past.iter().copied().chain(now)).for_each(|(to, from)| *to = from);
            for (peak, window) in peaks.iter_mut().zip(line.windows(TAPS)) {
                let middle = window.get(TAPS / 2 - 1).map_or(0.0, |s| s.abs());
                *peak = self.filters.iter().map(|f| dot(f, window).abs()).fold(peak.max(middle), f32::max);
            }
        }
        peaks.map(|p| if p > self.ceiling { self.ceiling / p } else { 1.0 })
    }

    fn remember(&mut self, frames: &[Frame; BLOCK_FRAMES]) {
        for (channel, past) in self.past.iter_mut().enumerate() {
            let last = frames.iter().skip(BLOCK_FRAMES - (TAPS - 1)).map(|f| f.get(channel).copied().unwrap_or(0.0));
            past.iter_mut().zip(last).for_each(|(to, from)| *to = from);
        }
    }

    /// The gain of the frame that leaves, when `asked` comes in: the mean of what was held over the look-ahead.
    fn gain(&mut self, asked: f32) -> f32 {
        let lowest = self.lowest.push(asked);
        let back = self.held + (1.0 - self.held) * self.release;
        // What is nearer to one than a sixteenth of a bit of 24 is one.
        let back = if back > 1.0 - 4e-9 { 1.0 } else { back };
        self.held = lowest.min(back);
        self.busy = if self.held < 1.0 { 2 * ATTACK } else { self.busy.saturating_sub(1) };
        self.sum += f64::from(self.held) - f64::from(self.average.push(self.held));
        if self.busy == 0 {
            // The running sum forgets what rounding has left in it.
            self.sum = ATTACK as f64;
        }
        ((self.sum / ATTACK as f64) as f32).min(1.0)
    }
}

/// The last `N` values; pushing one gives the oldest.
struct Ring<T, const N: usize> {
    values: [T; N],
    next: usize,
}

impl<T: Copy, const N: usize> Ring<T, N> {
    const fn of(value: T) -> Self {
        Self { values: [value; N], next: 0 }
    }

    fn push(&mut self, value: T) -> T {
        let oldest = self.values.get_mut(self.next).map_or(value, |slot| std::mem::replace(slot, value));
        self.next = if self.next + 1 < N { self.next + 1 } else { 0 };
        oldest
    }
}

/// The lowest of the last [`ATTACK`] values, by a queue of values that only grow towards its end.
struct Lowest {
    queue: [(u64, f32); ATTACK],
    first: usize,
    length: usize,
    count: u64,
}

impl Default for Lowest {
    fn default() -> Self {
        Self { queue: [(0, 1.0); ATTACK], first: 0, length: 0, count: 0 }
    }
}

impl Lowest {
    fn push(&mut self, value: f32) -> f32 {
        self.count += 1;
        if self.length > 0 && self.at(0).0 + ATTACK as u64 <= self.count {
            self.first = (self.first + 1) % ATTACK;
            self.length -= 1;
        }
        while self.length > 0 && self.at(self.length - 1).1 >= value {
            self.length -= 1;
        }
        let end = (self.first + self.length) % ATTACK;
        if let Some(slot) = self.queue.get_mut(end) {
            *slot = (self.count, value);
        }
        self.length += 1;
        self.at(0).1
    }

    fn at(&self, place: usize) -> (u64, f32) {
        self.queue.get((self.first + place) % ATTACK).copied().unwrap_or((0, 1.0))
    }
}

fn dot(filter: &[f32; TAPS], window: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    for (f, w) in filter.chunks_exact(8).zip(window.chunks_exact(8)) {
        lanes.iter_mut().zip(f.iter().zip(w)).for_each(|(lane, (f, w))| *lane += f * w);
    }
    lanes.iter().sum()
}

/// The value `part` of a frame after the middle of a window: a sinc under a Kaiser window.
fn filter(part: f64) -> [f32; TAPS] {
    const BETA: f64 = 6.0;
    let half = TAPS as f64 / 2.0;
    let taps: [f64; TAPS] = std::array::from_fn(|i| {
        let x = i as f64 - (half - 1.0) - part;
        let sinc = if x.abs() < 1e-12 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
        let shape = (1.0 - (x / half).powi(2)).max(0.0).sqrt();
        sinc * bessel_i0(BETA * shape) / bessel_i0(BETA)
    });
    let whole: f64 = taps.iter().sum();
    taps.map(|t| (t / whole) as f32)
}

/// The modified Bessel function of the first kind, order zero, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}
