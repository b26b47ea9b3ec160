//! A foreign ear: tones, levels, silences and alignment in decoded samples. No code of the product is used.

use std::f64::consts::TAU;

/// Frames per second of everything that is listened to here.
pub const RATE_HZ: usize = 48_000;

/// Mono samples at 48 kHz: what one channel, or the mean of both, sounds like.
#[derive(Clone, Debug, Default)]
pub struct Sound(pub Vec<f32>);

impl Sound {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.0.len() as f64 / RATE_HZ as f64
    }

    /// The stretch of `length_s` from `from_s`, cut to what is there.
    pub fn stretch(&self, from_s: f64, length_s: f64) -> &[f32] {
        let from = ((from_s * RATE_HZ as f64).round().max(0.0) as usize).min(self.0.len());
        let to = (from + (length_s * RATE_HZ as f64).round() as usize).min(self.0.len());
        &self.0[from..to]
    }

    /// Stretches of at least `at_least_s` whose 5 ms blocks all stay under `under_dbfs`, as (start, length) in seconds.
    /// What a decoder leaves out at its start (an MP3 joined in mid-stream needs the bits of frames before) is none.
    pub fn silences(&self, under_dbfs: f64, at_least_s: f64) -> Vec<(f64, f64)> {
        let block = RATE_HZ / 200;
        let mut found = Vec::new();
        let mut since = None;
        let quiet = self.0.chunks(block).map(|b| level_dbfs(b) < under_dbfs).chain([false]);
        for (n, is_quiet) in quiet.enumerate() {
            let now = (n * block) as f64 / RATE_HZ as f64;
            match (is_quiet, since) {
                (true, None) => since = Some(now),
                (false, Some(start)) => {
                    let warming_up = start < 0.001 && now < 0.1;
                    if now - start >= at_least_s && !warming_up {
                        found.push((start, now - start));
                    }
                    since = None;
                }
                _ => {}
            }
        }
        found
    }
}

/// Root mean square of `samples` in dBFS; −200 for digital silence or nothing.
pub fn level_dbfs(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
    if sum <= 0.0 { -200.0 } else { 10.0 * (sum / samples.len() as f64).log10() }
}

/// A stretch under a Hann window, ready to be asked for tones: a tone 20 Hz away counts for nothing when the stretch lasts a
/// quarter of a second or more.
#[derive(Debug)]
pub struct Windowed(Vec<f64>);

impl Windowed {
    /// Lays the window over `samples`.
    pub fn new(samples: &[f32]) -> Self {
        let step = TAU / samples.len() as f64;
        let window = |n: usize| 0.5 - 0.5 * (step * n as f64).cos();
        Self(samples.iter().enumerate().map(|(n, s)| f64::from(*s) * window(n)).collect())
    }

    /// Level in dBFS of the sine at `hz`, by Goertzel's recurrence. A full-scale sine is −3 dBFS.
    pub fn tone_dbfs(&self, hz: f64) -> f64 {
        let angle = TAU * hz / RATE_HZ as f64;
        let turn = 2.0 * angle.cos();
        let (mut last, mut before) = (0.0, 0.0);
        for s in &self.0 {
            let now = s + turn * last - before;
            before = last;
            last = now;
        }
        let power = last * last + before * before - turn * last * before;
        // The window's mean is one half, a sine's transform one half of its amplitude.
        let amplitude = 4.0 * power.max(0.0).sqrt() / self.0.len().max(1) as f64;
        if amplitude <= 1e-10 { -200.0 } else { 20.0 * (amplitude / std::f64::consts::SQRT_2).log10() }
    }

    /// How far the tone at `hz` stands above what lies beside it (±8 and ±12 Hz), in decibels.
    pub fn above_neighbours_db(&self, hz: f64) -> f64 {
        let beside = [-12.0, -8.0, 8.0, 12.0].map(|d| self.tone_dbfs(hz + d));
        self.tone_dbfs(hz) - beside.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// How far the tone at `hz` stands above what lies beside it in `samples`, in decibels.
pub fn tone_above_neighbours_db(samples: &[f32], hz: f64) -> f64 {
    Windowed::new(samples).above_neighbours_db(hz)
}

/// The candidate whose tone stands highest above its neighbours, and by how much.
pub fn strongest<'a, K>(samples: &[f32], candidates: &'a [(K, f64)]) -> (&'a K, f64) {
    let windowed = Windowed::new(samples);
    let scored = candidates.iter().map(|(k, hz)| (k, windowed.above_neighbours_db(*hz)));
    scored.max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are candidates")
}

/// Where `part` lies in `whole` within `reach` frames of `around`, as the frame with the highest normalised correlation, and
/// that correlation (1.0 is equality up to gain). Looks first at an eighth of the rate, then at every frame around the best.
pub fn find(part: &[f32], whole: &[f32], around: usize, reach: usize) -> Option<(usize, f64)> {
    const COARSE: usize = 8;
    let last = whole.len().checked_sub(part.len())?;
    let (small_part, small_whole) = (thinned(part, COARSE), thinned(whole, COARSE));
    let small_last = small_whole.len().checked_sub(small_part.len())?;
    let from = (around.saturating_sub(reach) / COARSE).min(small_last);
    let rough = best(&small_part, &small_whole, from..((around + reach) / COARSE).min(small_last) + 1)?;
    let from = (rough.0 * COARSE).saturating_sub(2 * COARSE).min(last);
    best(part, whole, from..(rough.0 * COARSE + 2 * COARSE).min(last) + 1)
}

/// The offsets in frames at which stretches of `part_s` seconds of `heard`, beginning at each of `places_s`, lie in `whole`,
/// each with its likeness. The first is looked for `reach_s` around `expected_s` later in `whole`, the others 100 ms around
/// where the first says.
pub fn offsets(
    heard: &Sound,
    whole: &Sound,
    places_s: &[f64],
    part_s: f64,
    (expected_s, reach_s): (f64, f64),
) -> Vec<(i64, f64)> {
    let frames = |seconds: f64| (seconds * RATE_HZ as f64) as i64;
    let (mut expected, mut reach) = (frames(expected_s), frames(reach_s));
    let mut found = Vec::new();
    for at_s in places_s {
        let (at, part) = (frames(*at_s), heard.stretch(*at_s, part_s));
        let around = usize::try_from(at + expected).unwrap_or(0);
        let Some((place, likeness)) = find(part, &whole.0, around, reach.unsigned_abs() as usize) else { continue };
        let offset = place as i64 - at;
        if found.is_empty() {
            (expected, reach) = (offset, frames(0.1));
        }
        found.push((offset, likeness));
    }
    found
}

/// The mean of every `by` samples: low-pass enough for finding a place.
fn thinned(samples: &[f32], by: usize) -> Vec<f32> {
    samples.chunks_exact(by).map(|c| c.iter().sum::<f32>() / by as f32).collect()
}

/// The sum of `a × b` and that of `b × b`, in eight lanes so that the compiler may use vectors.
fn products(a: &[f32], b: &[f32]) -> (f32, f32) {
    let (mut dot, mut energy) = ([0.0_f32; 8], [0.0_f32; 8]);
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            dot[lane] += a[lane] * b[lane];
            energy[lane] += b[lane] * b[lane];
        }
    }
    (dot.iter().sum(), energy.iter().sum())
}

fn best(part: &[f32], whole: &[f32], places: std::ops::Range<usize>) -> Option<(usize, f64)> {
    let own: f64 = part.iter().map(|s| f64::from(s * s)).sum();
    let scored = places.map(|place| {
        let there = &whole[place..place + part.len()];
        let (dot, energy) = products(part, there);
        (place, f64::from(dot) / (own * f64::from(energy)).sqrt().max(1e-12))
    });
    scored.max_by(|a, b| a.1.total_cmp(&b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, dbfs: f64, seconds: f64) -> Vec<f32> {
        let amplitude = 10f64.powf(dbfs / 20.0) * std::f64::consts::SQRT_2;
        (0..(seconds * RATE_HZ as f64) as usize)
            .map(|n| (amplitude * (TAU * hz * n as f64 / RATE_HZ as f64).sin()) as f32)
            .collect()
    }

    fn mixed(a: &[f32], b: &[f32]) -> Vec<f32> {
        a.iter().zip(b).map(|(a, b)| a + b).collect()
    }

    #[test]
    fn the_ear_names_a_quiet_tone_under_a_loud_one() {
        let sound = mixed(&sine(440.0, -20.0, 1.0), &sine(1020.0, -35.0, 1.0));
        let windowed = Windowed::new(&sound);
        assert!((windowed.tone_dbfs(1020.0) + 35.0).abs() < 0.1);
        assert!(windowed.tone_dbfs(1040.0) < -60.0);
        let candidates = [("a", 1000.0), ("b", 1020.0), ("c", 1040.0)];
        assert_eq!(*strongest(&sound, &candidates).0, "b");
    }

    #[test]
    fn the_ear_finds_a_part_to_the_frame() {
        let mut seed = 1u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from((seed >> 16) as u16) / 32768.0 - 1.0
        };
        let mut held = 0.0;
        let whole: Vec<f32> = (0..96_000)
            .map(|_| {
                held += 0.05 * (noise() - held);
                held
            })
            .collect();
        let (place, likeness) = find(&whole[31_007..31_007 + 9_600], &whole, 40_000, 20_000).unwrap();
        assert_eq!(place, 31_007);
        assert!(likeness > 0.999);
    }

    #[test]
    fn the_ear_hears_a_silence_and_its_length() {
        let mut sound = sine(700.0, -30.0, 1.0);
        sound.extend(vec![0.0; RATE_HZ / 10]);
        sound.extend(sine(700.0, -30.0, 1.0));
        let silences = Sound(sound).silences(-60.0, 0.05);
        assert_eq!(silences.len(), 1);
        assert!((silences[0].0 - 1.0).abs() < 0.01 && (silences[0].1 - 0.1).abs() < 0.011, "{silences:?}");
    }
}
