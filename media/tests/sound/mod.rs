//! Sound for the tests, made by tools that are not ours, and the samples that must come out.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

use media::canonical::Canonical;

/// Runs a foreign tool; the test fails with a sentence when it is not installed.
pub fn tool(program: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(args)
        .output()
        .unwrap_or_else(|e| panic!("this test needs the program “{program}” (apt install {}): {e}", package(program)));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn package(program: &str) -> &str {
    if program.starts_with("opus") { "opus-tools" } else { program }
}

/// Speech-like sound that never repeats: a sweep, a beat and coloured noise, peaks near −6 dBFS.
pub fn programme(seconds: f64, rate: u32, channels: usize) -> Vec<f32> {
    let frames = (seconds * f64::from(rate)).round() as usize;
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut low = 0f64;
    let mut out = Vec::with_capacity(frames * channels);
    for i in 0..frames {
        let t = i as f64 / f64::from(rate);
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        low += ((state >> 40) as f64 / f64::from(1 << 23) - 1.0 - low) * 0.05;
        let sweep = ((200.0 + 150.0 * t) * t * std::f64::consts::TAU).sin();
        let beat = 0.6 + 0.4 * (t * 3.1 * std::f64::consts::TAU).sin();
        for c in 0..channels {
            let other = (t * (500.0 + 220.0 * c as f64) * std::f64::consts::TAU).sin();
            out.push((0.25 * sweep * beat + 0.15 * other + 0.4 * low) as f32);
        }
    }
    out
}

/// A WAV file of `bits` (32 is float).
pub fn wav(path: &Path, samples: &[f32], rate: u32, channels: usize, bits: u16) {
    let float = bits == 32;
    let spec = hound::WavSpec {
        channels: channels as u16,
        sample_rate: rate,
        bits_per_sample: bits,
        sample_format: if float { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for s in samples {
        if float {
            writer.write_sample(*s).unwrap();
        } else {
            writer.write_sample(quantised(*s, bits)).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// The sample that a WAV of `bits` holds for `s`.
pub fn quantised(s: f32, bits: u16) -> i32 {
    let full = f64::from(1u32 << (bits - 1));
    (f64::from(s) * full).round().clamp(-full, full - 1.0) as i32
}

/// All frames of a canonical file.
pub fn frames(path: &Path) -> Vec<[f32; 2]> {
    let (mut canonical, _) = Canonical::open_unnamed(path).unwrap();
    let mut out = vec![[0.0; 2]; canonical.length().0 as usize + 1];
    let mut filled = 0;
    while let n @ 1.. = canonical.read(&mut out[filled..]).unwrap() {
        filled += n;
    }
    assert_eq!(filled as u64, canonical.length().0);
    out.truncate(filled);
    out
}

/// By how many frames `got` is late against `want`, searched within ±`reach`, and the error left there in dB.
pub fn align(got: &[f32], want: &[f32], reach: i64) -> (i64, f64) {
    let from = want.len() / 3;
    let span = 6000.min(want.len() / 3);
    let error = |lag: i64| {
        let (mut e, mut s) = (0f64, 1e-30f64);
        for (i, w) in want.iter().enumerate().skip(from).take(span) {
            let g = got.get((i as i64 + lag) as usize).copied().unwrap_or(0.0);
            e += f64::from(g - w).powi(2);
            s += f64::from(*w).powi(2);
        }
        10.0 * (e / s).log10()
    };
    let best = (-reach..=reach).min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap();
    (best, error(best))
}

/// The throw-away decoder as a program of its own, which cargo builds beside the tests.
pub fn decoder() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("examples/decoder");
    assert!(path.is_file(), "{} is missing: run `cargo build -p media --examples` first", path.display());
    path
}
