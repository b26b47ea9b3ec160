//! The station's levelling: one slow gain over everything, for what comes in louder or softer than it should.
//!
//! Files have their gain already; somebody live has none, and a measurement may be wrong. The gain leads the loudness
//! (ITU-R BS.1770-5) of the last seconds towards the target, within [`RANGE_DB`], and so slowly that music keeps its dynamics. What
//! is too soft to be a programme is never lifted.

use domain::Loudness;
use media::measure::loudness::{StereoPower, lufs};

use super::block::{BLOCK_FRAMES, Frame};

/// How far the gain goes at most, in decibels, up or down.
pub const RANGE_DB: f64 = 6.0;
/// How fast it moves, in decibels per second: a bar of music passes before anybody could say that something moved.
pub const SLEW_DB_PER_S: f64 = 0.5;
/// What was lifted is let down in noise and silence so fast, in decibels per second.
const REST_DB_PER_S: f64 = 2.0;
/// What lies this near to the target is left alone, in decibels.
const NEAR_DB: f64 = 1.0;
/// Seconds over which loudness is averaged: longer than a phrase, shorter than a song.
const WINDOW_S: f64 = 8.0;
/// Softer than this, in LUFS over 400 ms, is a pause or noise: the range would not bring it to the target by far.
const GATE_LUFS: f64 = -36.0;
/// Softer than the average by this much is a breath or an ending, for a while.
const PAUSE_DB: f64 = 12.0;
/// Seconds after which that is no pause any more, and noise is let down.
const PAUSE_S: f64 = 3.0;
/// Blocks of the momentary window: 400 ms.
const MOMENTARY: usize = 40;
const BLOCK_S: f64 = BLOCK_FRAMES as f64 / domain::SAMPLE_RATE_HZ as f64;

/// A stereo gain without delay. Built before the line is crossed.
pub struct Agc {
    target_lufs: f64,
    meter: StereoPower,
    /// Powers of the last 400 ms, in a circle.
    recent: [f64; MOMENTARY],
    next: usize,
    /// How many there are.
    seen: usize,
    /// Average of what counted, in LUFS; `None` before the first.
    average_lufs: Option<f64>,
    /// Seconds that have counted, and since what counted last.
    counted_s: f64,
    paused_s: f64,
    gain_db: f64,
    factor: f32,
}

impl Agc {
    /// One that leads towards `target`.
    pub fn new(target: Loudness) -> Self {
        Self {
            target_lufs: target.get(),
            meter: StereoPower::default(),
            recent: [0.0; MOMENTARY],
            next: 0,
            seen: 0,
            average_lufs: None,
            counted_s: 0.0,
            paused_s: 0.0,
            gain_db: 0.0,
            factor: 1.0,
        }
    }

    /// The gain that it has now, in decibels.
    pub fn gain_db(&self) -> f64 {
        self.gain_db
    }

    /// Measures a block and gives it the gain, without a step from one sample to the next.
    pub fn process(&mut self, frames: &mut [Frame; BLOCK_FRAMES]) {
        let (now_lufs, was_db) = (self.measure(frames), self.gain_db);
        self.follow(now_lufs);
        self.steer(now_lufs);
        let (from, to) = (self.factor, if self.gain_db == 0.0 { 1.0 } else { 10f64.powf(self.gain_db / 20.0) as f32 });
        self.factor = to;
        if was_db == 0.0 && self.gain_db == 0.0 {
            return;
        }
        let step = (to - from) / BLOCK_FRAMES as f32;
        for (i, frame) in frames.iter_mut().enumerate() {
            let gain = from + step * (i + 1) as f32;
            *frame = frame.map(|s| s * gain);
        }
    }

    /// Loudness of the last 400 ms.
    fn measure(&mut self, frames: &[Frame; BLOCK_FRAMES]) -> f64 {
        let sane = |s: f32| if s.is_finite() { s } else { 0.0 };
        let plane = |side: usize| frames.map(|frame| frame.get(side).copied().map_or(0.0, sane));
        let power = self.meter.hop(&plane(0), &plane(1));
        if let Some(oldest) = self.recent.get_mut(self.next) {
            *oldest = power;
        }
        self.next = (self.next + 1) % MOMENTARY;
        self.seen = (self.seen + 1).min(MOMENTARY);
        lufs(self.recent.iter().sum::<f64>() / self.seen as f64)
    }

    /// Lets what is programme into the average.
    fn follow(&mut self, now_lufs: f64) {
        let near = self.average_lufs.is_none_or(|a| now_lufs > a - PAUSE_DB);
        if near && now_lufs > GATE_LUFS {
            self.paused_s = 0.0;
        } else {
            self.paused_s += BLOCK_S;
        }
        if now_lufs <= GATE_LUFS || (!near && self.paused_s <= PAUSE_S) {
            return;
        }
        self.counted_s = (self.counted_s + BLOCK_S).min(WINDOW_S);
        let average = self.average_lufs.unwrap_or(now_lufs);
        self.average_lufs = Some(average + (now_lufs - average) * BLOCK_S / self.counted_s);
    }

    fn steer(&mut self, now_lufs: f64) {
        let step = SLEW_DB_PER_S * BLOCK_S;
        if now_lufs <= GATE_LUFS {
            if self.paused_s > PAUSE_S {
                self.gain_db = self.gain_db.min((self.gain_db - REST_DB_PER_S * BLOCK_S).max(0.0));
            }
            return;
        }
        let Some(average) = self.average_lufs.filter(|_| self.paused_s == 0.0 || self.paused_s > PAUSE_S) else {
            return;
        };
        let off = self.target_lufs - (average + self.gain_db);
        if off.abs() > NEAR_DB {
            self.gain_db = (self.gain_db + off.clamp(-step, step)).clamp(-RANGE_DB, RANGE_DB);
        }
    }
}
