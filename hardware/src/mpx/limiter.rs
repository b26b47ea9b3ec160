//! The look-ahead limiter of the pre-emphasised sound, at the rate of the multiplex.
//!
//! Peaks are looked for at twice that rate (25 times the sound's bandwidth), so that what lies between samples is under-read by less
//! than 1 %, which the threshold leaves. The gain that a peak asks for is held over the look-ahead, let go of slowly and
//! averaged under a Kaiser window of 4 ms. All weights of a mean are positive and all gains under the window are low enough
//! for the peak: it passes below the threshold exactly, and the gain has nothing above 900 Hz that could carry the sound
//! into the pilot's guard band. Both channels share one gain, so that the image stands still.

use domain::SAMPLE_RATE_HZ;

use super::OVERSAMPLING;
use super::coder::{BLOCK_FRAMES, BLOCK_SAMPLES};
use super::filter::{Line, dot, kaiser};

/// Frames that the gain is averaged over: 4 ms.
const WINDOW: usize = 192;
const BETA: f64 = 9.5;
/// Frames over which the lowest gain is held: the window, and a frame to either side for what lies between frames.
const HELD: usize = WINDOW + 3;
/// How much later the sound leaves.
pub(super) const DELAY_FRAMES: usize = WINDOW + 1;
/// Seconds in which the gain has come back by 63 %.
const RELEASE_S: f64 = 0.12;
/// What two looks per sample can under-read of 16 kHz: 1 − cos(π·16/384).
const UNSEEN: f32 = 0.0086;

/// A stereo limiter with a constant delay.
#[derive(Debug)]
pub(super) struct Limiter {
    threshold: f32,
    channels: [Line; 2],
    lowest: Lowest,
    held: f32,
    release: f32,
    window: [f32; WINDOW],
    gains: Line,
    /// The gain of the last frame, from which the next one is led.
    gain: f32,
    /// Frames until every trace of a reduction has left the window.
    busy: usize,
}

impl Limiter {
    /// A limiter for peaks of at most `ceiling`.
    pub fn new(ceiling: f32) -> Self {
        let shape: [f64; WINDOW] = std::array::from_fn(|i| kaiser((2.0 * i as f64 + 1.0) / WINDOW as f64 - 1.0, BETA));
        let whole: f64 = shape.iter().sum();
        let mut gains = Line::new(WINDOW - 1, BLOCK_FRAMES);
        // Twice: the block becomes the past.
        gains.next().fill(1.0);
        gains.next().fill(1.0);
        Self {
            threshold: ceiling * (1.0 - UNSEEN),
            channels: std::array::from_fn(|_| Line::new(DELAY_FRAMES * OVERSAMPLING, BLOCK_SAMPLES)),
            lowest: Lowest::new(),
            held: 1.0,
            release: (1.0 - (-1.0 / (RELEASE_S * f64::from(SAMPLE_RATE_HZ))).exp()) as f32,
            window: shape.map(|w| (w / whole) as f32),
            gains,
            gain: 1.0,
            busy: 0,
        }
    }

    /// Replaces the block by the one that came [`DELAY_FRAMES`] earlier, limited. Gives the lowest gain used.
    pub fn process(&mut self, left: &mut [f32; BLOCK_SAMPLES], right: &mut [f32; BLOCK_SAMPLES]) -> f32 {
        let mut peaks = [0.0f32; BLOCK_FRAMES];
        for (line, samples) in self.channels.iter_mut().zip([&*left, &*right]) {
            line.next().copy_from_slice(samples);
            find_peaks(line.all(), &mut peaks);
        }
        let (held_all, quiet) = self.hold(&peaks);
        let gains = self.gains.next();
        gains.copy_from_slice(&held_all);
        let mut gain_of = [1.0f32; BLOCK_FRAMES];
        if !quiet {
            for (to, window) in gain_of.iter_mut().zip(self.gains.all().windows(WINDOW)) {
                // The sum of positive 32-bit products may round up by some parts in ten million.
                *to = dot(&self.window, window).min(1.0);
            }
        }
        for (line, out) in self.channels.iter().zip([left, right]) {
            apply(self.gain, &gain_of, line.all(), out);
        }
        self.gain = gain_of.last().copied().unwrap_or(1.0);
        gain_of.iter().fold(1.0, |lowest, g| lowest.min(*g))
    }

    /// The gains before averaging, and whether nothing but ones is under the window.
    fn hold(&mut self, peaks: &[f32; BLOCK_FRAMES]) -> ([f32; BLOCK_FRAMES], bool) {
        let mut quiet = true;
        let held = peaks.map(|peak| {
            let asked = if peak > self.threshold { self.threshold / peak } else { 1.0 };
            let back = self.held + (1.0 - self.held) * self.release;
            // What is nearer to one than the last bits of a sample is one.
            let back = if back > 0.999_999 { 1.0 } else { back };
            self.held = self.lowest.push(asked).min(back);
            self.busy = if self.held < 1.0 { WINDOW + 1 } else { self.busy.saturating_sub(1) };
            quiet &= self.busy == 0;
            self.held
        });
        (held, quiet)
    }
}

/// Raises each frame's peak to what this channel has there, at its samples and halfway between them.
fn find_peaks(line: &[f32], peaks: &mut [f32; BLOCK_FRAMES]) {
    // Halfway points need a sample on either side, so the look lags by two samples: less than the frame that is held more.
    let start = line.len() - BLOCK_SAMPLES - 3;
    let seen = line.get(start..).unwrap_or_default();
    for (frame, peak) in peaks.iter_mut().enumerate() {
        let at = frame * OVERSAMPLING;
        let around = seen.get(at..at + OVERSAMPLING + 3).unwrap_or_default();
        for w in around.windows(4) {
            if let [a, b, c, d] = w {
                let between = 0.5625 * (b + c) - 0.0625 * (a + d);
                *peak = peak.max(c.abs()).max(between.abs());
            }
        }
    }
}

/// Writes the delayed samples with gains led in straight lines from frame to frame.
fn apply(before: f32, gains: &[f32; BLOCK_FRAMES], line: &[f32], out: &mut [f32; BLOCK_SAMPLES]) {
    let mut from = before;
    let frames = out.as_chunks_mut::<OVERSAMPLING>().0.iter_mut().zip(line.as_chunks::<OVERSAMPLING>().0);
    for ((to, past), gain) in frames.zip(gains) {
        let step = (gain - from) / OVERSAMPLING as f32;
        for (i, (to, past)) in to.iter_mut().zip(past).enumerate() {
            *to = past * (from + step * (i + 1) as f32);
        }
        from = *gain;
    }
}

/// The lowest of the last [`HELD`] values, by a queue of values that only grow towards its end.
#[derive(Debug)]
struct Lowest {
    queue: [(u64, f32); HELD],
    first: usize,
    length: usize,
    count: u64,
}

impl Lowest {
    const fn new() -> Self {
        Self { queue: [(0, 1.0); HELD], first: 0, length: 0, count: 0 }
    }

    fn push(&mut self, value: f32) -> f32 {
        self.count += 1;
        if self.length > 0 && self.at(0).0 + HELD as u64 <= self.count {
            self.first = (self.first + 1) % HELD;
            self.length -= 1;
        }
        while self.length > 0 && self.at(self.length - 1).1 >= value {
            self.length -= 1;
        }
        if let Some(slot) = self.queue.get_mut((self.first + self.length) % HELD) {
            *slot = (self.count, value);
        }
        self.length += 1;
        self.at(0).1
    }

    fn at(&self, place: usize) -> (u64, f32) {
        self.queue.get((self.first + place) % HELD).copied().unwrap_or((0, 1.0))
    }
}
