//! The multiplex measured as a transmitter's regulator would: levels, response, separation, distortion, guard bands, peaks.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise and says where")]

mod meters;

use std::f64::consts::TAU;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use hardware::mpx::{BLOCK_FRAMES, BLOCK_SAMPLES, Coder, Emphasis, Frame, MPX_RATE_HZ, MpxOptions, Reading, Signal};
use hardware::rds::{BITS_PER_GROUP, BITS_PER_S, Encoder, Group, Said};
use meters::{Tone, bands_db, highest_between};

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Until everything has settled; holds whole cycles of all carriers.
const LEAD_S: f64 = 0.3;

fn encoder() -> Encoder {
    let mut said = Said::new("0x5401".parse().unwrap(), "MIKADO");
    said.set_text("Le multiplex en mesure", &[]);
    Encoder::new(said)
}

/// What the coder makes of `seconds` of a sound, after [`LEAD_S`] have gone by.
fn made(options: MpxOptions, seconds: f64, with_rds: bool, sound: impl Fn(f64) -> Frame) -> (Vec<f32>, Reading) {
    let (mut coder, mut encoder) = (Coder::new(options).unwrap(), encoder());
    let blocks = ((seconds + LEAD_S) * 100.0).round() as usize;
    let mut all = Vec::with_capacity(blocks * BLOCK_SAMPLES);
    let mut out = [0.0; BLOCK_SAMPLES];
    for block in 0..blocks {
        let frames: [Frame; BLOCK_FRAMES] =
            std::array::from_fn(|i| sound((block * BLOCK_FRAMES + i) as f64 / 48_000.0));
        assert_no_alloc(|| coder.process(&frames, &mut out, &mut |_| with_rds.then(|| encoder.group(None))));
        all.extend_from_slice(&out);
    }
    let lead = (LEAD_S * f64::from(MPX_RATE_HZ)) as usize;
    (all.split_off(lead), coder.reading())
}

fn sine(level: f64, hz: f64, t: f64) -> f32 {
    (level * (TAU * hz * t).sin()) as f32
}

fn tone(samples: &[f32], hz: f64) -> Tone {
    Tone::of(samples.iter().map(|s| f64::from(*s)), hz)
}

/// Left and right at `hz` as a receiver with the pilot's own phase finds them.
fn left_and_right(samples: &[f32], hz: f64) -> (Tone, Tone) {
    let stereo = |n: usize| 2.0 * (TAU * 38_000.0 * n as f64 / f64::from(MPX_RATE_HZ)).sin();
    let sum = tone(samples, hz);
    let difference = Tone::of(samples.iter().enumerate().map(|(n, s)| f64::from(*s) * stereo(n)), hz);
    (sum.plus(difference), sum.minus(difference))
}

fn db(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-12).log10()
}

#[test]
fn the_pilot_is_9_percent_at_19_khz_and_the_trim_moves_it() {
    for trim_ppm in [0.0, 40.0, -37.0] {
        let (samples, _) = made(MpxOptions { trim_ppm, ..MpxOptions::default() }, 1.0, false, |_| [0.0; 2]);
        let (first, second) = samples.split_at(samples.len() / 2);
        let (a, b) = (tone(first, 19_000.0), tone(second, 19_000.0));
        let turned = (b.phase() - a.phase() + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
        let hz = 19_000.0 + turned / TAU / 0.5;
        let expected = 19_000.0 / (1.0 + trim_ppm * 1e-6);
        assert!((hz - expected).abs() < 0.01, "{trim_ppm} ppm: {hz}");
        // A pilot that is 2 Hz off is under-read over half a second: by a meter that counts on whole cycles.
        assert!(trim_ppm.abs() > 0.0 || (a.size() - 0.09).abs() < 1e-6, "{}", a.size());
    }
}

#[test]
fn a_channel_comes_back_flat_and_alone() {
    const ALL_HZ: &[f64] = &[30.0, 50.0, 400.0, 1_000.0, 5_000.0, 10_000.0, 14_500.0, 15_000.0];
    for (emphasis, tau_s, rows) in [(Emphasis::Us50, 50e-6, ALL_HZ), (Emphasis::Us75, 75e-6, &[1_000.0, 14_500.0])] {
        let options = MpxOptions { emphasis, ..MpxOptions::default() };
        let reference = 0.1 * (1.0 - options.pilot - options.rds);
        for &hz in rows {
            let (samples, reading) = made(options, 1.0, false, |t| [sine(0.1, hz, t), 0.0]);
            let (left, right) = left_and_right(&samples, hz);
            let emphasised = (1.0 + (TAU * hz * tau_s).powi(2)).sqrt();
            let response = db(left.size() / emphasised / reference);
            let separation = db(left.size() / right.size());
            assert!(hz > 14_500.0 || response.abs() <= 0.01, "{hz} Hz, {emphasis:?}: {response:.3} dB");
            assert!(separation >= 120.0, "{hz} Hz: separation {separation:.1} dB");
            assert!((reading.limiter_gain_min - 1.0).abs() < f32::EPSILON, "{hz} Hz met the limiter");
        }
    }
}

#[test]
fn nothing_is_added_to_a_tone_and_no_carrier_leaks() {
    let (mut samples, _) = made(MpxOptions::default(), 1.0, false, |t| [sine(0.5, 1_000.0, t); 2]);
    let leak = db(tone(&samples, 38_000.0).size());
    assert!(leak < -110.0, "38 kHz at {leak:.1} dB");
    let level = tone(&samples, 1_000.0).size();
    // What the high-pass has not yet forgotten of the beginning is below hearing and not counted.
    let offset = samples.iter().map(|s| f64::from(*s)).sum::<f64>() / samples.len() as f64;
    for sample in &mut samples {
        *sample -= offset as f32;
    }
    for hz in [19_000.0, 1_000.0] {
        tone(&samples, hz).take_from(&mut samples, hz);
    }
    let rest = (samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt();
    let thd = rest / (level / 2f64.sqrt());
    assert!(thd < 0.000_1, "THD+N {:.5} % over the whole multiplex", thd * 100.0);
}

/// Noise that is the same each time.
fn noise(t: f64) -> f32 {
    let mut x = (t * 48_000.0).round() as u64 ^ 0x9E37_79B9_7F4A_7C15;
    for _ in 0..3 {
        x ^= x >> 31;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    (x >> 40) as f32 / 8_388_608.0 - 1.0
}

#[test]
fn nothing_that_comes_in_passes_100_percent_or_reaches_the_guard_bands() {
    let square = |hz: f64, t: f64| if (t * hz).fract() < 0.5 { 1.0f32 } else { -1.0 };
    let burst = |t: f64| if (t * 7.0).fract() < 0.3 { sine(1.0, 15_000.0, t) } else { 0.0 };
    let clipped = |t: f64| (4.0 * sine(0.6, 90.0, t) + 2.0 * noise(t)).clamp(-1.0, 1.0);
    let sounds: [(&str, &dyn Fn(f64) -> Frame); 6] = [
        ("squares of 100 Hz and 3 kHz", &|t| [square(100.0, t), square(3_000.0, t)]),
        ("bursts of 15 kHz", &|t| [burst(t); 2]),
        ("L = −R, clipped", &|t| [clipped(t), -clipped(t)]),
        ("a clipped master, 12 dB hotter", &|t| [clipped(t) * 4.0, clipped(t + 1.0) * 4.0]),
        ("noise to 24 kHz", &|t| [noise(t), noise(t + 0.5)]),
        ("what is no number", &|t| [if t < 0.4 { f32::NAN } else { f32::INFINITY }, noise(t) * 1e9]),
    ];
    for (name, sound) in sounds {
        let (samples, reading) = made(MpxOptions::default(), 1.0, true, sound);
        let peak = highest_between(&samples);
        assert!(peak <= 1.0 && reading.peak <= 1.0, "{name}: peak {peak}, {}", reading.peak);
        assert_eq!(reading.ceiling_hits, 0, "{name}");
        for (band, level) in bands_db(&samples, &[(16_500.0, 18_500.0), (19_500.0, 21_500.0), (60_000.0, 96_000.0)]) {
            assert!(level <= -75.0, "{name}: {level:.1} dB in all from {} to {} Hz", band.0, band.1);
        }
    }
}

#[test]
fn signals_for_the_technician_are_what_they_say() {
    for (signal, hz, level) in [(Signal::Tone, 400.0, 1.0), (Signal::PilotOnly, 19_000.0, 0.09)] {
        let mut samples = made(MpxOptions { signal, ..MpxOptions::default() }, 0.5, true, |t| [noise(t); 2]).0;
        let found = tone(&samples, hz);
        assert!((found.size() - level).abs() < 1e-6, "{signal:?}: {}", found.size());
        found.take_from(&mut samples, hz);
        assert!(samples.iter().all(|s| s.abs() < 1e-6), "{signal:?} and nothing else");
    }
}

#[test]
fn a_value_that_makes_no_multiplex_is_refused_with_its_range() {
    let bad = MpxOptions { pilot: 0.2, ..MpxOptions::default() };
    assert_eq!(Coder::new(bad).unwrap_err().to_string(), "the pilot's share of 100 % is 0.2; it goes from 0.08 to 0.1");
    assert!(Coder::new(MpxOptions { drive_db: f64::NAN, ..MpxOptions::default() }).is_err());
}

/// A receiver that is told the phases: bits by the sign of each symbol's halves, at the samples that were promised.
#[test]
fn groups_come_out_of_the_multiplex_as_they_went_in_at_the_sample_that_was_told() {
    let (mut coder, mut encoder) = (Coder::new(MpxOptions::default()).unwrap(), encoder());
    let (mut sent, mut samples): (Vec<(u64, Group)>, Vec<f32>) = (Vec::new(), Vec::new());
    let mut out = [0.0; BLOCK_SAMPLES];
    for block in 0..120 {
        let at = |i| (block * BLOCK_FRAMES + i) as f64 / 48_000.0;
        let frames: [Frame; BLOCK_FRAMES] = std::array::from_fn(|i| [0.1 * noise(at(i)), 0.5]);
        coder.process(&frames, &mut out, &mut |at| {
            let group = encoder.group(None);
            sent.push((at, group));
            Some(group)
        });
        samples.extend_from_slice(&out);
    }
    let rate = f64::from(MPX_RATE_HZ);
    let level = |bit: f64| {
        let (from, to) = ((bit / BITS_PER_S * rate) as usize, ((bit + 0.5) / BITS_PER_S * rate) as usize);
        (from..to).map(|n| f64::from(samples[n]) * (TAU * 57_000.0 * n as f64 / rate).sin()).sum::<f64>()
    };
    let sign = |bit: f64| level(bit) > level(bit + 0.5);
    for (at, group) in &sent[1..sent.len() - 2] {
        // The subcarrier's bits begin half a bit off the oscillator's.
        let first = ((*at as f64 / rate * BITS_PER_S) * 2.0).round() / 2.0;
        let bits = (0..BITS_PER_GROUP).fold(0u128, |bits, n| {
            let bit = first + f64::from(n);
            bits << 1 | u128::from(sign(bit) != sign(bit - 1.0))
        });
        assert_eq!(bits, group.bits(), "the group of sample {at}");
    }
    assert!(sent.len() >= 13);
}
