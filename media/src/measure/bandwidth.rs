//! Bandwidth truth: up to which frequency there is sound, and whether it ends in a wall.
//!
//! A microphone's treble fades away; what a lossy coder or an earlier conversion took ends within a few hundred hertz.
//! The mean power of every second stretch of 43 ms is kept in bands of 250 Hz.

use domain::SAMPLE_RATE_HZ;

use super::HOP_FRAMES;
use super::stretch::Stretch;

const POINTS: usize = 2048;
/// Hops from one spectrum to the next: 90 ms, of which 43 are looked at.
const HOPS: usize = 9;
const BAND_HZ: usize = 250;
const BANDS: usize = SAMPLE_RATE_HZ as usize / 2 / BAND_HZ;
/// A band holds sound above this, in dB of full scale squared …
const FLOOR_DB: f64 = -112.0;
/// … and above so much below the whole: 16-bit noise lies 100 dB below full scale, in a band 20 dB lower.
const FLOOR_BELOW_DB: f64 = 85.0;
/// Bands below an edge of which half must sound: a whistle is no bandwidth.
const BELOW: usize = 8;
/// Bands on each side of an edge, without its own, whose levels make it a wall …
const BESIDE: usize = 4;
/// … when they differ by this. Natural treble falls by less than 10 dB in as many hertz.
const WALL_DB: f64 = 20.0;
/// What ended there has been heard: a band beside the wall lies no deeper than this below the whole. Speech and music that
/// were cut by a coder lie 30 to 45 dB below; a soft voice of narrow band over a bed 63 dB and more, which nobody misses.
const HEARD_BELOW_DB: f64 = 56.0;

/// Up to where there is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bandwidth {
    /// The upper edge in hertz, to 250 Hz.
    pub hz: u32,
    /// Whether it ends there as if cut off.
    pub wall: bool,
}

/// The spectrum of one sound in the making.
#[derive(Clone)]
pub struct Spectrum {
    stretch: Stretch,
    bands: [f64; BANDS],
    hops: usize,
    spectra: u64,
    /// The stretch of these hops has been looked at.
    taken: bool,
}

impl Default for Spectrum {
    fn default() -> Self {
        Self { stretch: Stretch::new(POINTS), bands: [0.0; BANDS], hops: 0, spectra: 0, taken: false }
    }
}

impl Spectrum {
    /// Adds one hop of one or two channels. They take turns: what one lacks, the other shows.
    pub fn add(&mut self, planes: &[&[f32]]) {
        let turn = self.spectra as usize % planes.len().max(1);
        if let Some(plane) = planes.get(turn).filter(|_| !self.taken) {
            self.stretch.extend(plane.iter().copied());
            self.transform();
        }
        self.hops += 1;
        if self.hops == HOPS {
            (self.hops, self.taken) = (0, false);
        }
    }

    fn transform(&mut self) {
        let Some(powers) = self.stretch.powers() else { return };
        self.taken = true;
        self.spectra += 1;
        for (bin, value) in powers.enumerate() {
            let band = bin * SAMPLE_RATE_HZ as usize / POINTS / BAND_HZ;
            if let Some(power) = self.bands.get_mut(band) {
                *power += f64::from(value);
            }
        }
    }

    /// Up to where there is sound; `None` when there is too little to say: no broad sound, or less than 0.4 s.
    pub fn finish(&self) -> Option<Bandwidth> {
        if self.spectra < 4 {
            return None;
        }
        let decibels = |power: f64| 10.0 * (power / self.spectra as f64).max(1e-20).log10();
        let whole = decibels(self.bands.iter().sum());
        let floor = FLOOR_DB.max(whole - FLOOR_BELOW_DB);
        let levels = self.bands.map(decibels);
        let broad = |edge: &usize| {
            let below = &levels[edge.saturating_sub(BELOW)..*edge];
            levels[*edge] >= floor && below.iter().filter(|l| **l >= floor).count() * 2 >= BELOW
        };
        let edge = (BESIDE + 1..BANDS).rev().find(broad)?;
        let mean = |bands: &[f64]| bands.iter().sum::<f64>() / bands.len() as f64;
        let below = mean(&levels[edge - BESIDE..edge]);
        let falls = |above: &[f64]| below - mean(above) >= WALL_DB;
        let wall = below >= whole - HEARD_BELOW_DB && levels.get(edge + 2..edge + 2 + BESIDE).is_some_and(falls);
        Some(Bandwidth { hz: ((edge + 1) * BAND_HZ) as u32, wall })
    }
}

const _: () = assert!(HOPS * HOP_FRAMES > POINTS, "a spectrum must fit between two others");

#[cfg(test)]
mod tests {
    use super::*;

    fn spectrum_of(frames: usize, sound: impl FnMut(usize) -> f32) -> Option<Bandwidth> {
        let samples: Vec<f32> = (0..frames).map(sound).collect();
        let mut spectrum = Spectrum::default();
        samples.chunks_exact(HOP_FRAMES).for_each(|hop| spectrum.add(&[hop]));
        spectrum.finish()
    }

    #[test]
    fn noise_goes_to_the_top_and_a_tone_has_no_bandwidth() {
        let mut state = 1u64;
        let noise = spectrum_of(96_000, |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        });
        assert_eq!(noise, Some(Bandwidth { hz: 24_000, wall: false }));
        let tone = |i: usize| (i as f32 * 440.0 / 48_000.0 * std::f32::consts::TAU).sin();
        assert_eq!(spectrum_of(96_000, tone), None);
        assert_eq!(spectrum_of(96_000, |_| 0.0), None);
    }

    #[test]
    fn a_wall_counts_where_what_ended_at_it_was_heard() {
        // A loud note, and sound up to 10 kHz so much below it in each band.
        let ending_at_10_khz = |below_db: f64| {
            let amplitude = 0.3 * 10f64.powf(-below_db / 20.0) / 3f64.sqrt();
            let bands: Vec<f64> = (0..111).map(|n| 1_700.0 + f64::from(n) * 75.0).collect();
            spectrum_of(48_000, |i| {
                let turn = |hz: f64| i as f64 / 48_000.0 * hz * std::f64::consts::TAU;
                let high: f64 = bands.iter().map(|hz| amplitude * (turn(*hz) + hz * hz).sin()).sum();
                (0.3 * turn(440.0).sin() + high) as f32
            })
        };
        for (below_db, wall) in [(30.0, true), (45.0, true), (63.0, false), (70.0, false)] {
            let found = ending_at_10_khz(below_db).unwrap();
            assert_eq!((found.wall, (9_500..=10_500).contains(&found.hz)), (wall, true), "{below_db} dB: {found:?}");
        }
    }
}
