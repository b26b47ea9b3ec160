//! The level that was really sent: half seconds of RMS and sample peak, the last minute of them.

use std::collections::VecDeque;

use domain::{Frames, LevelReading};

/// One reading: half a second.
const READING_FRAMES: u64 = Frames::from_millis(500).0;
/// Readings kept: 60 s, what the wall shows.
const READINGS_MAX: usize = 120;

/// Measures everything that passes, in dBFS of the louder channel.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    squares: [f64; 2],
    peak: f32,
    frames: u64,
    readings: VecDeque<LevelReading>,
    count: u64,
}

impl Meter {
    /// A meter that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes sound; every 24 000 frames make a reading.
    pub fn push(&mut self, sound: &[[f32; 2]]) {
        let mut rest = sound;
        while !rest.is_empty() {
            let room = ((READING_FRAMES - self.frames) as usize).min(rest.len());
            self.measure(&rest[..room]);
            rest = &rest[room..];
            if self.frames == READING_FRAMES {
                self.close_reading();
            }
        }
    }

    /// The readings, oldest first, at most 120.
    pub fn readings(&self) -> Vec<LevelReading> {
        self.readings.iter().copied().collect()
    }

    /// Readings made so far, also those that are no longer kept.
    pub fn count(&self) -> u64 {
        self.count
    }

    fn measure(&mut self, part: &[[f32; 2]]) {
        for frame in part {
            for (sum, sample) in self.squares.iter_mut().zip(frame) {
                *sum += f64::from(*sample) * f64::from(*sample);
                self.peak = self.peak.max(sample.abs());
            }
        }
        self.frames += part.len() as u64;
    }

    fn close_reading(&mut self) {
        let louder = self.squares[0].max(self.squares[1]) / READING_FRAMES as f64;
        if self.readings.len() == READINGS_MAX {
            self.readings.pop_front();
        }
        self.readings
            .push_back(LevelReading { rms_dbfs: decibels(louder.sqrt() as f32), peak_dbfs: decibels(self.peak) });
        self.count += 1;
        (self.squares, self.peak, self.frames) = ([0.0; 2], 0.0, 0);
    }
}

/// Digital silence has no level in decibels; neither has what is no number.
fn decibels(amplitude: f32) -> Option<f32> {
    (amplitude > 0.0 && amplitude.is_finite()).then(|| 20.0 * amplitude.log10())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_sine_has_minus_three_decibels() {
        let mut meter = Meter::new();
        let sine: Vec<[f32; 2]> = (0..48_000).map(|n| [(n as f32 * std::f32::consts::TAU / 48.0).sin(), 0.0]).collect();
        sine.chunks(480).for_each(|b| meter.push(b));
        let readings = meter.readings();
        assert_eq!(readings.len(), 2);
        assert!((readings[0].rms_dbfs.unwrap() + 3.01).abs() < 0.01);
        assert!(readings[0].peak_dbfs.unwrap().abs() < 0.01);
    }

    #[test]
    fn digital_silence_has_no_level() {
        let mut meter = Meter::new();
        meter.push(&vec![[0.0; 2]; 24_000]);
        assert_eq!(meter.readings(), [LevelReading { rms_dbfs: None, peak_dbfs: None }]);
    }

    #[test]
    fn only_the_last_minute_is_kept() {
        let mut meter = Meter::new();
        meter.push(&vec![[0.5; 2]; 24_000 * 130]);
        assert_eq!(meter.readings().len(), 120);
    }
}
