//! Hum: the mains, 50 or 60 Hz, and its harmonics, which stay while everything else comes and goes.
//!
//! The sound is thinned out to 1,500 Hz and looked at in stretches of 0.68 s. A line counts where it stands well above
//! what lies beside it and at its own frequency: a note of music a few hertz beside it is none. Hum is told when the first line is there nearly always, or when two or more lines are there in most
//! of the quietest fifth, where nobody speaks over them.

use super::stretch::Stretch;

/// Frames that become one.
const THIN: usize = 32;
const POINTS: usize = 1024;
const BIN_HZ: f64 = 48_000.0 / THIN as f64 / POINTS as f64;
/// What mains there are.
pub const MAINS_HZ: [u32; 2] = [50, 60];
const HARMONICS: usize = 5;
/// A line stands out by this above the median of what lies 6 to 12 Hz beside it.
const LINE_DB: f64 = 13.0;
/// A stretch below this holds nothing: 90 dB under full scale.
const NOTHING: f32 = 1e-9;
/// Stretches without which nothing is said: 3.4 s.
const STRETCHES_MIN: usize = 5;

/// The hum of one sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hum {
    /// 50 or 60.
    pub mains_hz: u32,
    /// Its level, all lines together, in dB of a full-scale sine; the middle one of the stretches where it shows.
    pub level_dbfs: f64,
}

/// What one stretch holds of one mains frequency.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    first: bool,
    count: u8,
    power: f32,
}

/// The low end of one sound in the making. Six hours have 32,000 stretches of 28 bytes.
#[derive(Clone)]
pub struct HumMeter {
    stretch: Stretch,
    /// What the frames before the present ones still weigh in the next point.
    owed: f32,
    stretches: Vec<(f32, [Lines; 2])>,
}

impl Default for HumMeter {
    fn default() -> Self {
        Self { stretch: Stretch::new(POINTS), owed: 0.0, stretches: Vec::new() }
    }
}

impl HumMeter {
    /// Adds one hop of one or two channels; a whole number of 32 frames.
    pub fn add(&mut self, planes: &[&[f32]]) {
        match planes {
            [mono] => self.thin(mono.chunks_exact(THIN).map(|c| triangle(c, |i| c[i]))),
            [left, right] => {
                let pairs = left.chunks_exact(THIN).zip(right.chunks_exact(THIN));
                self.thin(pairs.map(|(l, r)| triangle(l, |i| 0.5 * (l[i] + r[i]))));
            }
            _ => {}
        }
    }

    /// A triangle over 64 frames for each 32: 30 dB down where it would fold onto a line, which is enough for what stays.
    fn thin(&mut self, halves: impl Iterator<Item = (f32, f32)>) {
        for (now, next) in halves {
            self.stretch.extend(std::iter::once(self.owed + now));
            self.owed = next;
            self.transform();
        }
    }

    fn transform(&mut self) {
        let Some(powers) = self.stretch.powers().map(Vec::from_iter) else { return };
        // Without direct current and what leaks from it.
        let all = powers[8..].iter().sum();
        if all > NOTHING {
            self.stretches.push((all, MAINS_HZ.map(|hz| lines(&powers, hz))));
        }
    }

    /// The stronger of both hums; `None` when there is none, and for less than 3.4 s of sound.
    pub fn finish(mut self) -> Option<Hum> {
        if self.stretches.len() < STRETCHES_MIN {
            return None;
        }
        self.stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
        let hums = (0..MAINS_HZ.len()).filter_map(|m| self.of(m));
        hums.max_by(|a, b| a.level_dbfs.total_cmp(&b.level_dbfs))
    }

    fn of(&self, mains: usize) -> Option<Hum> {
        let share = |stretches: &[(f32, [Lines; 2])], shows: fn(&Lines) -> bool| {
            stretches.iter().filter(|s| shows(&s.1[mains])).count() as f64 / stretches.len() as f64
        };
        let quiet = &self.stretches[..(self.stretches.len() / 5).max(STRETCHES_MIN.min(self.stretches.len()))];
        let steady = share(&self.stretches, |l| l.first) >= 0.85;
        let under = share(quiet, |l| l.count >= 2) >= 0.7;
        if !steady && !under {
            return None;
        }
        let mut powers: Vec<f32> = quiet.iter().map(|s| s.1[mains]).filter(|l| l.count > 0).map(|l| l.power).collect();
        powers.sort_by(f32::total_cmp);
        let middle = f64::from(*powers.get(powers.len() / 2)?);
        // A sine's mean square is half of its peak's.
        Some(Hum { mains_hz: MAINS_HZ[mains], level_dbfs: 10.0 * (2.0 * middle).log10() })
    }
}

/// What 32 frames weigh in the point that they end, and in the next: the falling half of one triangle, the rising of another.
fn triangle(chunk: &[f32], at: impl Fn(usize) -> f32) -> (f32, f32) {
    const STEP: f32 = 1.0 / (THIN * THIN) as f32;
    let (mut sum, mut rising) = (0.0, 0.0);
    for i in 0..chunk.len() {
        let s = at(i);
        sum += s;
        rising += s * i as f32;
    }
    let next = rising * STEP;
    (sum / THIN as f32 - next, next)
}

fn lines(powers: &[f32], mains_hz: u32) -> Lines {
    let mut found = Lines::default();
    for harmonic in 1..=HARMONICS {
        let middle = (f64::from(mains_hz) * harmonic as f64 / BIN_HZ).round() as usize;
        let line: f32 = powers[middle - 2..=middle + 2].iter().sum();
        let mut beside: Vec<f32> =
            powers[middle - 8..=middle - 4].iter().chain(&powers[middle + 4..=middle + 8]).copied().collect();
        beside.sort_by(f32::total_cmp);
        let median = (beside[4] + beside[5]) * 0.5;
        // A note a few hertz beside it leaks into the line's own bins, but stands higher where it is.
        let top = (middle - 8..=middle + 8).max_by(|a, b| powers[*a].total_cmp(&powers[*b])).unwrap_or(middle);
        // A line has its power in some three bins.
        if top.abs_diff(middle) <= 1
            && f64::from(line) > f64::from(median) * 3.0 * 10f64.powf(LINE_DB / 10.0)
            && line > NOTHING * 0.1
        {
            found.first |= harmonic == 1;
            found.count += 1;
            found.power += line;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::HOP_FRAMES;

    fn hum_of(notes_hz: &[f64]) -> Option<u32> {
        let sample = |i: usize| -> f64 {
            notes_hz.iter().map(|hz| 0.1 * (i as f64 / 48_000.0 * hz * std::f64::consts::TAU).sin()).sum()
        };
        let samples: Vec<f32> = (0..48_000 * 6).map(|i| sample(i) as f32).collect();
        let mut meter = HumMeter::default();
        samples.chunks_exact(HOP_FRAMES).for_each(|hop| meter.add(&[hop]));
        meter.finish().map(|h| h.mains_hz)
    }

    #[test]
    fn a_note_beside_the_mains_is_music() {
        assert_eq!(hum_of(&[50.0]), Some(50));
        assert_eq!(hum_of(&[100.4, 150.6]), Some(50));
        assert_eq!(hum_of(&[119.8, 239.6]), Some(60));
        // The low notes of scales on E and F, which lie 3 to 6 Hz beside harmonics of 50 and 60 Hz.
        assert_eq!(hum_of(&[164.75, 185.0, 220.0, 246.75, 293.75]), None);
        assert_eq!(hum_of(&[174.5, 196.0, 220.0, 261.5, 293.75]), None);
        assert_eq!(hum_of(&[146.75, 174.5, 196.0, 246.75]), None);
    }
}
