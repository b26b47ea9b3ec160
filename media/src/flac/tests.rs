//! Canonical files against foreign tools: what goes in comes out, bit for bit.
#![expect(clippy::float_cmp, reason = "lossless means equal")]

use std::io::Cursor;
use std::process::Command;

use domain::Frames;

use super::*;
use crate::canonical::Canonical;

/// Full-scale noise, tones, silence, clicks: every kind of block.
fn programme(frames: usize, channels: usize, seed: u64) -> Vec<f32> {
    let mut state = seed | 1;
    let mut noise = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    let mut out = Vec::with_capacity(frames * channels);
    for i in 0..frames {
        let t = i as f32 / 48_000.0;
        for c in 0..channels {
            let tone = (t * 440.0 * (c + 1) as f32 * std::f32::consts::TAU).sin();
            out.push(match i / 5000 % 6 {
                0 => tone * 0.5,
                1 => tone * 0.3 + noise() * 0.1,
                2 => noise(),
                3 => 0.0,
                4 if i % 1000 == 0 => -1.0,
                4 => 0.25,
                _ => (noise() * 4.0).round() / 32_768.0,
            });
        }
    }
    out
}

fn write(samples: &[f32], channels: usize, depth: Depth) -> Vec<u8> {
    let mut writer = Writer::new(Cursor::new(Vec::new()), channels, depth).unwrap();
    // Odd pieces: the caller's block size must not show.
    for chunk in samples.chunks(777 * channels) {
        writer.write(chunk).unwrap();
    }
    let (length, output) = writer.finish().unwrap();
    assert_eq!(length.0 as usize, samples.len() / channels);
    output.into_inner()
}

fn tool(program: &str, args: &[&str]) -> std::process::Output {
    Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program} is needed by this test: {e}"))
}

fn raw(samples: &[f32], depth: Depth) -> Vec<u8> {
    let width = depth.stored_bits() as usize / 8;
    samples.iter().flat_map(|s| depth.quantise(*s).to_le_bytes()[..width].to_vec()).collect()
}

#[test]
fn foreign_decoders_get_the_very_samples_back() {
    let dir = tempfile::tempdir().unwrap();
    let (flac, out) = (dir.path().join("a.flac"), dir.path().join("a.raw"));
    let (flac, out) = (flac.to_str().unwrap(), out.to_str().unwrap());
    for (frames, channels, depth) in [
        (1, 1, Depth::Sixteen),
        (15, 2, Depth::Sixteen),
        (4096, 1, Depth::Twenty),
        (4097, 2, Depth::TwentyFour),
        (100_003, 1, Depth::Sixteen),
        (100_003, 2, Depth::Sixteen),
        (200_001, 2, Depth::Twenty),
        (100_003, 2, Depth::TwentyFour),
    ] {
        let samples = programme(frames, channels, frames as u64);
        std::fs::write(flac, write(&samples, channels, depth)).unwrap();
        let want = raw(&samples, depth);
        let tested = tool("flac", &["-t", "-w", flac]);
        assert!(tested.status.success(), "{frames} {channels} {depth:?}: {}", String::from_utf8_lossy(&tested.stderr));
        tool("flac", &["-d", "-f", "--force-raw-format", "--endian=little", "--sign=signed", "-o", out, flac]);
        assert!(std::fs::read(out).unwrap() == want, "flac: {frames} {channels} {depth:?}");
        let format = if depth == Depth::Sixteen { "s16le" } else { "s24le" };
        tool("ffmpeg", &["-v", "error", "-y", "-i", flac, "-f", format, out]);
        assert!(std::fs::read(out).unwrap() == want, "ffmpeg: {frames} {channels} {depth:?}");
    }
}

#[test]
fn the_reader_gives_the_very_samples_back_from_every_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    for (frames, channels, depth) in
        [(1, 1, Depth::Twenty), (70_001, 2, Depth::TwentyFour), (300_000, 1, Depth::Sixteen)]
    {
        let samples = programme(frames, channels, 7);
        std::fs::write(&path, write(&samples, channels, depth)).unwrap();
        let full = 2f64.powi(depth.stored_bits() as i32 - 1);
        let want = |i: usize, c: usize| (f64::from(depth.quantise(samples[i * channels + c % channels])) / full) as f32;
        let (mut canonical, _) = Canonical::open_unnamed(&path).unwrap();
        assert_eq!(canonical.length().0 as usize, frames);
        let mut out = vec![[0.0; 2]; 997];
        let steps = [0, frames / 2, 4095, 4096, frames, 0, frames - 1, frames / 3, frames / 3 + 5000, frames + 99];
        for from in steps.map(|f| f.min(frames)) {
            canonical.seek(Frames(from as u64)).unwrap();
            let got = canonical.read(&mut out).unwrap();
            assert_eq!(got, (frames - from).min(out.len()), "{from}");
            for (i, frame) in out[..got].iter().enumerate() {
                assert_eq!(*frame, [want(from + i, 0), want(from + i, 1)], "frame {}", from + i);
            }
        }
        canonical.seek(Frames::ZERO).unwrap();
        let mut all = 0;
        while let got @ 1.. = canonical.read(&mut out).unwrap() {
            all += got;
        }
        assert_eq!(all, frames);
    }
}

#[test]
fn the_same_samples_give_the_same_bytes() {
    let samples = programme(50_000, 2, 3);
    assert!(write(&samples, 2, Depth::Twenty) == write(&samples, 2, Depth::Twenty));
}

#[test]
fn twenty_bits_cost_less_than_twenty_four() {
    let samples = programme(200_000, 1, 11);
    let (twenty, all) = (write(&samples, 1, Depth::Twenty).len(), write(&samples, 1, Depth::TwentyFour).len());
    assert!(twenty * 10 < all * 9, "{twenty} against {all}");
}

#[test]
fn quantising_holds_what_is_too_loud_or_not_a_number() {
    for depth in [Depth::Sixteen, Depth::Twenty, Depth::TwentyFour] {
        let full = 1 << (depth.stored_bits() - 1);
        let step = 1 << (depth.stored_bits() - depth.kept_bits());
        for (value, want) in [
            (0.0, 0),
            (1.0, full - step),
            (-1.0, -full),
            (9.0, full - step),
            (f32::INFINITY, full - step),
            (f32::NEG_INFINITY, -full),
            (f32::NAN, 0),
            (0.5, full / 2),
        ] {
            assert_eq!(depth.quantise(value), want, "{depth:?} {value}");
        }
    }
}

#[test]
fn a_long_file_keeps_its_seek_points_few_and_true() {
    let samples: Vec<f32> = (0..48_000 * 200).map(|i| ((i / 480) % 97) as f32 / 200.0).collect();
    let bytes = write(&samples, 1, Depth::Sixteen);
    let header = Header::parse(&bytes).unwrap();
    assert!(header.points.len() > 100 && header.points.len() <= 256, "{}", header.points.len());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    std::fs::write(&path, bytes).unwrap();
    let (mut canonical, _) = Canonical::open_unnamed(&path).unwrap();
    let mut out = [[0.0; 2]];
    for at in (0..samples.len()).step_by(777_777).rev() {
        canonical.seek(Frames(at as u64)).unwrap();
        canonical.read(&mut out).unwrap();
        assert_eq!(out[0][0], Depth::Sixteen.quantise(samples[at]) as f32 / 32_768.0, "{at}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 40, ..Default::default() })]
    #[test]
    fn any_samples_survive(
        samples in proptest::collection::vec(-1.2f32..1.2, 2..9000),
        channels in 1usize..3,
        scale in 0u32..24,
        depth in proptest::sample::select(vec![Depth::Sixteen, Depth::Twenty, Depth::TwentyFour]),
    ) {
        let even = samples.len() / channels * channels;
        let samples: Vec<f32> = samples[..even].iter().map(|s| s / (1u32 << scale) as f32).collect();
        let bytes = write(&samples, channels, depth);
        let header = Header::parse(&bytes).unwrap();
        let (mut at, mut block, mut number, mut got) = (HEADER_BYTES, Block::default(), 0, 0);
        while got < even / channels {
            let length = (even / channels - got).min(BLOCK_FRAMES);
            at += unframe(&header, number, length, &bytes[at..], &mut block).unwrap();
            for c in 0..channels {
                for (i, s) in block.channel(c).iter().enumerate() {
                    proptest::prop_assert_eq!(*s, depth.quantise(samples[(got + i) * channels + c]));
                }
            }
            got += length;
            number += 1;
        }
        proptest::prop_assert_eq!(at, bytes.len());
    }

    #[test]
    fn damaged_frames_never_panic(
        seed in 0u64..1000,
        flips in proptest::collection::vec((0usize..20_000, 0u8..8), 1..40),
    ) {
        let mut bytes = write(&programme(9000, 2, seed), 2, Depth::Twenty);
        let header = Header::parse(&bytes).unwrap();
        for (at, bit) in flips {
            let at = HEADER_BYTES + at % (bytes.len() - HEADER_BYTES);
            bytes[at] ^= 1 << bit;
        }
        let mut block = Block::default();
        let _ = unframe(&header, 0, BLOCK_FRAMES, &bytes[HEADER_BYTES..], &mut block);
    }
}
