//! The limiter on hostile sound, measured by a meter that is not ours; and on sound that it has nothing to do with.
// Samples that were copied are equal to the last bit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp, missing_docs)]

use std::f64::consts::TAU;
use std::io::Write as _;
use std::process::{Command, Stdio};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use domain::TruePeak;
use playout::realtime::{BLOCK_FRAMES, Frame, LOOK_AHEAD_FRAMES, Limiter, SILENCE};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Runs two seconds of `sound` through a limiter at −1 dBTP, under the allocator that aborts.
fn limited(sound: impl Fn(usize) -> Frame) -> Vec<Frame> {
    let mut limiter = Limiter::new(TruePeak::CEILING);
    let mut out = Vec::new();
    for b in 0..200 {
        let mut block: [Frame; BLOCK_FRAMES] = std::array::from_fn(|i| sound(b * BLOCK_FRAMES + i));
        assert_no_alloc(|| limiter.process(&mut block));
        out.extend(block);
    }
    out
}

/// The true peak in dBTP that ffmpeg's `ebur128` tells.
fn true_peak_by_ffmpeg(frames: &[Frame]) -> f64 {
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "-"])
        .args(["-af", "ebur128=peak=true", "-f", "null", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test needs ffmpeg: run `make setup-test`");
    let bytes: Vec<u8> = frames.iter().flatten().flat_map(|s| s.to_le_bytes()).collect();
    let mut stdin = ffmpeg.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let said = ffmpeg.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    let line = said.lines().rev().find(|l| l.trim_start().starts_with("Peak:")).expect("ffmpeg tells a true peak");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn noise(n: usize) -> f64 {
    let mut x = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF0;
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 27;
    (x >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// A name and the frame at a place.
type Sound<'a> = (&'a str, &'a dyn Fn(usize) -> Frame);

#[test]
fn nothing_peaks_above_the_ceiling_by_a_foreign_meter() {
    let t = |n: usize| n as f64 / 48_000.0;
    let both = |s: f64| [s as f32, s as f32];
    let burst = |n: usize| if n % 4_800 < 960 { 1.0 } else { 0.02 };
    let sounds: [Sound; 6] = [
        ("a loud tone", &|n| both(2.0 * (TAU * 997.0 * t(n)).sin())),
        ("a quarter of the rate, between samples", &|n| both(1.2 * (TAU * 12_000.0 * t(n) + TAU / 8.0).sin())),
        ("a square", &|n| both(if n % 96 < 48 { 0.99 } else { -0.99 })),
        ("bursts of 15 kHz", &|n| both(1.5 * burst(n) * (TAU * 15_000.0 * t(n)).sin())),
        ("L = −R", &|n| [(1.4 * (TAU * 313.0 * t(n)).sin()) as f32, (-1.4 * (TAU * 313.0 * t(n)).sin()) as f32]),
        ("noise beyond full scale", &|n| [(1.8 * noise(n)) as f32, (1.8 * noise(n + 7_777_777)) as f32]),
    ];
    for (name, sound) in sounds {
        let got = limited(sound);
        let peak = true_peak_by_ffmpeg(&got);
        assert!(peak <= -1.0 + 0.05, "{name}: {peak} dBTP");
        assert!(peak > -3.5, "{name}: {peak} dBTP is more than a limiter needs to take");
        assert!(got.iter().flatten().all(|s| s.is_finite()), "{name}");
    }
}

#[test]
fn what_stays_below_the_ceiling_passes_bit_for_bit() {
    let sound = |n: usize| [(0.4 * noise(n)) as f32, (0.4 * noise(n + 99)) as f32];
    let got = limited(sound);
    assert!(got[..LOOK_AHEAD_FRAMES].iter().all(|f| *f == SILENCE));
    for (n, frame) in got[LOOK_AHEAD_FRAMES..].iter().enumerate() {
        assert_eq!(*frame, sound(n), "frame {n}");
    }
}

#[test]
fn after_a_clap_the_sound_comes_back_whole() {
    let soft = |n: usize| (0.2 * (TAU * 440.0 * n as f64 / 48_000.0).sin()) as f32;
    let sound = |n: usize| soft(n) * if (24_000..24_240).contains(&n) { 10.0 } else { 1.0 };
    let got = limited(|n| [sound(n); 2]);
    // Before the look-ahead reaches the clap nothing moves; half a second after it nothing is left of it.
    for n in (0..24_000 - LOOK_AHEAD_FRAMES).chain(60_000..90_000) {
        assert!((got[n + LOOK_AHEAD_FRAMES][0] - soft(n)).abs() < 1e-3, "frame {n}");
    }
    let gains: Vec<f32> =
        (0..90_000).filter(|n| soft(*n).abs() > 0.05).map(|n| got[n + LOOK_AHEAD_FRAMES][0] / sound(n)).collect();
    let step = gains.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    let lowest = gains.iter().copied().fold(1.0, f32::min);
    assert!(lowest < 0.5, "the clap needs a gain under {lowest}");
    assert!(step < 0.25, "the gain moves without a click, largest step {step}");
}

#[test]
fn what_is_no_number_costs_only_itself() {
    let got = limited(|n| if n == 10_000 { [f32::NAN, f32::INFINITY] } else { [0.25; 2] });
    let wrong = got.iter().skip(LOOK_AHEAD_FRAMES).filter(|f| **f != [0.25; 2]).count();
    assert!(got.iter().flatten().all(|s| s.is_finite()));
    assert!(wrong <= 1, "{wrong} frames changed");
}
