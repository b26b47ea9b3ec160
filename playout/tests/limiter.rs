//! The limiter on hostile sound, measured by a meter that is not ours; and on sound that it has nothing to do with.
// Samples that were copied are equal to the last bit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp, missing_docs)]

use std::f64::consts::TAU;
use std::io::Write as _;
use std::process::{Command, Stdio};

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use domain::{Loudness, TruePeak};
use playout::realtime::{Agc, BLOCK_FRAMES, Frame, LOOK_AHEAD_FRAMES, Limiter, SILENCE};

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
    by_ffmpeg(frames, "Peak:")
}

/// What ffmpeg's `ebur128` tells last on the line that begins so.
fn by_ffmpeg(frames: &[Frame], line: &str) -> f64 {
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
    let told = said.lines().rev().find(|l| l.trim_start().starts_with(line)).expect("ffmpeg tells it");
    told.split_whitespace().nth(1).unwrap().parse().unwrap()
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

/// Runs sound through the levelling towards −23 LUFS, under the allocator that aborts; with its gain at the end of each block.
fn levelled(seconds: usize, sound: impl Fn(usize) -> Frame) -> (Vec<Frame>, Vec<f64>) {
    let mut agc = Agc::new(Loudness::TARGET);
    let (mut out, mut gains) = (Vec::new(), Vec::new());
    for b in 0..seconds * 100 {
        let mut block: [Frame; BLOCK_FRAMES] = std::array::from_fn(|i| sound(b * BLOCK_FRAMES + i));
        assert_no_alloc(|| agc.process(&mut block));
        out.extend(block);
        gains.push(agc.gain_db());
    }
    (out, gains)
}

/// A factor for noise of this loudness: the same on both sides, white, at 0 dBFS RMS −4.8.
fn at_lufs(lufs: f64) -> f64 {
    10f64.powf((lufs - white_lufs()) / 20.0)
}

/// Loudness of [`noise`] on both sides, by the foreign meter.
fn white_lufs() -> f64 {
    static MEASURED: std::sync::LazyLock<f64> = std::sync::LazyLock::new(|| {
        let sound: Vec<Frame> = (0..240_000).map(|n| [noise(n) as f32; 2]).collect();
        by_ffmpeg(&sound, "I:")
    });
    *MEASURED
}

#[test]
fn items_too_soft_and_too_loud_come_out_near_the_target_by_a_foreign_meter() {
    const ITEM_S: usize = 45;
    let lufs = [-29.0, -17.0, -23.5, -29.0];
    let factors = lufs.map(at_lufs);
    // Spoken rhythm: half a second in five is a pause.
    let speaks = |n: usize| if n % 240_000 < 24_000 { 0.0 } else { 1.0 };
    let sound = |n: usize| [(factors[n / (ITEM_S * 48_000)] * speaks(n) * noise(n)) as f32; 2];
    let (got, gains) = levelled(lufs.len() * ITEM_S, sound);
    for (n, item) in got.chunks(ITEM_S * 48_000).enumerate() {
        let end = by_ffmpeg(&item[30 * 48_000..], "I:");
        assert!((end + 23.0).abs() <= 1.5, "item {n}, {} LUFS, ends at {end} LUFS", lufs[n]);
    }
    let fastest = gains.windows(100).map(|w| (w[99] - w[0]).abs()).fold(0.0, f64::max);
    assert!(fastest <= 0.5 + 1e-6, "{fastest} dB in a second");
    assert!(gains.iter().all(|g| g.abs() <= 6.0));
}

#[test]
fn music_keeps_its_dynamics_and_what_is_right_passes_bit_for_bit() {
    let factor = at_lufs(-23.0);
    let steady = |n: usize| [(factor * noise(n)) as f32; 2];
    let (got, _) = levelled(20, steady);
    assert!(got.iter().enumerate().all(|(n, f)| *f == steady(n)), "nothing to do, nothing done");
    // Two seconds loud and two soft, 10 dB apart, too loud as a whole: it is led down, and the 10 dB stay.
    let swell = |n: usize| if (n / 96_000).is_multiple_of(2) { 0.0 } else { -10.0 };
    let music = |n: usize| [(at_lufs(-19.0 + swell(n)) * noise(n)) as f32; 2];
    let (_, gains) = levelled(60, music);
    let after = &gains[4_000..];
    let moved = after
        .windows(400)
        .map(|w| w.iter().fold(f64::MIN, |a, g| a.max(*g)) - w.iter().fold(f64::MAX, |a, g| a.min(*g)));
    let most = moved.fold(0.0, f64::max);
    assert!(most <= 0.5, "the gain moves by {most} dB within a bar");
}

#[test]
fn noise_and_silence_are_never_lifted_and_what_was_lifted_is_let_down_in_them() {
    for lufs in [-38.0, -50.0, -70.0] {
        let factor = at_lufs(lufs);
        let (_, gains) = levelled(20, |n| [(factor * noise(n)) as f32; 2]);
        assert!(gains.iter().all(|g| *g == 0.0), "{lufs} LUFS");
        let soft = at_lufs(-29.0);
        let (_, gains) = levelled(40, |n| [(if n < 30 * 48_000 { soft } else { factor } * noise(n)) as f32; 2]);
        assert!(gains[2_999] > 4.0 && gains[3_700] < 0.5, "{lufs} LUFS: {} and {}", gains[2_999], gains[3_700]);
    }
    let (got, gains) = levelled(5, |_| SILENCE);
    assert!(got.iter().all(|f| *f == SILENCE) && gains.iter().all(|g| *g == 0.0));
}
