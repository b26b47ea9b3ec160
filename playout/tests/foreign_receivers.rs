//! What receivers that are not ours make of our streams: every frame, in its place, without a complaint.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use domain::Frames;
use playout::outputs::{
    Container, Mp3Options, Mp3Stream, Next, OpusOptions, OpusStream, StreamHub, Subscription, Unit,
};

/// A sweep that sounds different everywhere, so that a shift by one frame shows; left and right differ.
fn sweep(frames: usize) -> Vec<[f32; 2]> {
    let mut phase = 0.0_f64;
    (0..frames)
        .map(|n| {
            let hz = 300.0 + 2_500.0 * (0.5 - 0.5 * (n as f64 * 0.000_031).cos());
            phase += std::f64::consts::TAU * hz / 48_000.0;
            [(phase.sin() * 0.4) as f32, ((phase * 0.5).sin() * 0.3) as f32]
        })
        .collect()
}

fn opus_units(sound: &[[f32; 2]]) -> Vec<Unit> {
    let mut stream = OpusStream::new(OpusOptions::default()).unwrap();
    let mut units = Vec::new();
    sound.chunks(480).for_each(|block| stream.push(block, &mut units).unwrap());
    stream.finish(&mut units).unwrap();
    units
}

fn mp3_units(sound: &[[f32; 2]]) -> Vec<Unit> {
    let mut stream = Mp3Stream::new(Mp3Options::default()).unwrap();
    let mut units = Vec::new();
    sound.chunks(480).for_each(|block| stream.push(block, &mut units).unwrap());
    stream.finish(&mut units).unwrap();
    units
}

fn opus_hub() -> Arc<StreamHub> {
    StreamHub::new(Container::OggOpus { title: "Mikado FM « Gao » ɛɔɲŋ".into() })
}

fn take(subscription: &mut Subscription, out: &mut Vec<u8>) {
    while let Next::Bytes(bytes) = subscription.next_blocking(Duration::ZERO) {
        out.extend_from_slice(&bytes);
    }
}

/// What a listener received who joined when `before` units had passed.
fn received(hub: &Arc<StreamHub>, units: &[Unit], before: usize, burst: Frames) -> (Vec<u8>, u64) {
    let mut bytes = Vec::new();
    units[..before].iter().cloned().for_each(|u| hub.push(u));
    let mut listener = hub.subscribe(burst).unwrap();
    let from = listener.at().unwrap().0;
    for unit in &units[before..] {
        hub.push(unit.clone());
        take(&mut listener, &mut bytes);
    }
    take(&mut listener, &mut bytes);
    (bytes, from)
}

fn file(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    std::fs::File::create(&path).unwrap().write_all(bytes).unwrap();
    path
}

/// Runs a foreign tool and gives back what it wrote and what it complained of.
fn tool(name: &str, args: &[&str]) -> (Vec<u8>, String) {
    let output = Command::new(name).args(args).output().unwrap_or_else(|e| {
        panic!("this test needs {name} (Debian packages ffmpeg, opus-tools, gstreamer1.0-tools): {e}")
    });
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{name} {args:?}: {complaint}");
    (output.stdout, complaint)
}

fn ffmpeg(path: &Path) -> (Vec<[f32; 2]>, String) {
    let input = path.to_str().unwrap();
    let args = ["-v", "warning", "-nostdin", "-i", input, "-f", "f32le", "-ar", "48000", "-ac", "2", "-"];
    let (pcm, complaint) = tool("ffmpeg", &args);
    (frames(&pcm), complaint)
}

fn frames(pcm: &[u8]) -> Vec<[f32; 2]> {
    let sample = |b: &[u8]| f32::from_le_bytes(b.try_into().unwrap());
    pcm.chunks_exact(8).map(|f| [sample(&f[..4]), sample(&f[4..])]).collect()
}

/// How far `got` lies behind `sent`, by the best correlation within ±`reach` frames around `expected`.
fn offset(sent: &[[f32; 2]], got: &[[f32; 2]], expected: i64, reach: i64) -> (i64, f64) {
    let window = 9_600..(got.len().min(57_600));
    let score = |shift: i64| {
        let (mut cross, mut ours, mut theirs) = (0.0, 0.0, 0.0);
        for n in window.clone().step_by(3) {
            let Some(s) = usize::try_from(n as i64 + shift).ok().and_then(|i| sent.get(i)) else { continue };
            for c in 0..2 {
                let (x, y) = (f64::from(s[c]), f64::from(got[n][c]));
                (cross, ours, theirs) = (cross + x * y, ours + x * x, theirs + y * y);
            }
        }
        cross / f64::sqrt(ours * theirs).max(1e-9)
    };
    (expected - reach..=expected + reach).map(|s| (s, score(s))).max_by(|x, y| x.1.total_cmp(&y.1)).unwrap()
}

#[test]
fn ffmpeg_gives_back_every_frame_of_the_opus_stream() {
    let sound = sweep(48_000 * 3 + 123);
    let (bytes, _) = received(&opus_hub(), &opus_units(&sound), 0, Frames::ZERO);
    let dir = tempfile::tempdir().unwrap();
    let (decoded, complaint) = ffmpeg(&file(dir.path(), "whole.opus", &bytes));
    assert_eq!(complaint, "");
    assert_eq!(decoded.len(), sound.len());
    let (shift, likeness) = offset(&sound, &decoded, 0, 40);
    assert_eq!(shift, 0);
    assert!(likeness > 0.99, "{likeness}");
}

#[test]
fn opusinfo_finds_nothing_to_warn_of() {
    let sound = sweep(48_000 * 2);
    let dir = tempfile::tempdir().unwrap();
    for (name, before) in [("whole.opus", 0), ("joined.opus", 6)] {
        let (bytes, _) = received(&opus_hub(), &opus_units(&sound), before, Frames::from_secs(1));
        let path = file(dir.path(), name, &bytes);
        let (report, complaint) = tool("opusinfo", &[path.to_str().unwrap()]);
        let report = String::from_utf8_lossy(&report).into_owned() + &complaint;
        assert!(!report.contains("WARNING") && !report.contains("Note:"), "{name}: {report}");
        assert!(report.contains("TITLE=Mikado FM « Gao » ɛɔɲŋ"), "{report}");
    }
}

#[test]
fn whoever_joins_in_mid_stream_hears_every_frame_from_there() {
    let sound = sweep(48_000 * 7);
    let units = opus_units(&sound);
    let (bytes, from) = received(&opus_hub(), &units, 20, Frames::from_secs(2));
    let dir = tempfile::tempdir().unwrap();
    let (decoded, complaint) = ffmpeg(&file(dir.path(), "joined.opus", &bytes));
    assert_eq!(complaint, "");
    // The encoder delays by 312 frames; the first 3840 of a join are cut away because a decoder cannot know them yet.
    assert_eq!(decoded.len() as u64, sound.len() as u64 + 312 - from - 3_840);
    let expected = (from + 3_840 - 312) as i64;
    let (shift, likeness) = offset(&sound, &decoded, expected, 40);
    assert_eq!(shift, expected);
    assert!(likeness > 0.99, "{likeness}");
    // Also the very first frames are sound, not the decoder's warming up.
    let first: f64 = (0..960).map(|n| f64::from(decoded[n][0] - sound[n + expected as usize][0]).powi(2)).sum();
    assert!((first / 960.0).sqrt() < 0.05, "{}", (first / 960.0).sqrt());
}

#[test]
fn the_mp3_stream_has_the_level_of_the_air_at_every_bit_rate() {
    let dir = tempfile::tempdir().unwrap();
    let sound: Vec<[f32; 2]> =
        (0..96_000).map(|n| [(f64::from(n) * std::f64::consts::TAU / 48.0).sin() as f32 * 0.2; 2]).collect();
    let level = |part: &[[f32; 2]]| {
        let sum: f64 = part.iter().map(|f| f64::from(f[0]) * f64::from(f[0])).sum();
        10.0 * (sum / part.len() as f64).log10()
    };
    for bitrate_kbps in [64, 96, 112, 128, 160, 192, 224, 256, 320] {
        let mut stream = Mp3Stream::new(Mp3Options { bitrate_kbps, ..Mp3Options::default() }).unwrap();
        let mut units = Vec::new();
        stream.push(&sound, &mut units).unwrap();
        stream.finish(&mut units).unwrap();
        let bytes: Vec<u8> = units.iter().flat_map(|u| u.data.to_vec()).collect();
        let (got, _) = ffmpeg(&file(dir.path(), "level.mp3", &bytes));
        let apart = level(&got[24_000..72_000]) - level(&sound[24_000..72_000]);
        assert!(apart.abs() < 0.05, "{bitrate_kbps} kbit/s: {apart:+.3} dB");
    }
}

#[test]
fn gstreamer_and_ffmpeg_play_the_mp3_stream_from_any_frame() {
    let sound = sweep(48_000 * 4);
    let units = mp3_units(&sound);
    let dir = tempfile::tempdir().unwrap();
    for before in [0, 13] {
        let hub = StreamHub::new(Container::Mp3);
        let (bytes, from) = received(&hub, &units, before, Frames::ZERO);
        let path = file(dir.path(), "stream.mp3", &bytes);
        let total: u64 = units.iter().map(|u| u.length.0).sum();
        let (by_ffmpeg, _) = ffmpeg(&path);
        let by_gst = gstreamer(&path, dir.path());
        for (name, decoded) in [("ffmpeg", by_ffmpeg), ("gst-launch-1.0", by_gst)] {
            let missing = (total - from).saturating_sub(decoded.len() as u64);
            // A decoder may hold back its own delay and what depends on frames before the join.
            assert!(missing <= 3 * 1_152, "{name} lost {missing} frames after {before} units");
            let expected = from as i64 - 1_105;
            let (_, likeness) = offset(&sound, &decoded, expected, 1_800);
            assert!(likeness > 0.98, "{name}: {likeness}");
        }
    }
}

fn gstreamer(path: &Path, dir: &Path) -> Vec<[f32; 2]> {
    let pcm = dir.join("gst.f32");
    let (from, to) = (format!("location={}", path.display()), format!("location={}", pcm.display()));
    let format = "audio/x-raw,format=F32LE,rate=48000,channels=2";
    let args = [
        "-q",
        "filesrc",
        &from,
        "!",
        "mpegaudioparse",
        "!",
        "mpg123audiodec",
        "!",
        "audioconvert",
        "!",
        format,
        "!",
        "filesink",
        &to,
    ];
    tool("gst-launch-1.0", &args);
    frames(&std::fs::read(pcm).unwrap())
}
