//! Every format that producers send comes out at 48 kHz with its own length and nothing moved.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::fs;
use std::path::Path;

use media::decode::{Limits, decode_file};
use media::{Report, Verdict};
use sound::{align, frames, programme, tool, wav};

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn decode(&self, name: &str) -> Report {
        decode_file(Path::new(&self.path(name)), Path::new(&self.path("out.flac")), &Limits::default())
    }

    fn decoded(&self, name: &str) -> (Report, Vec<[f32; 2]>) {
        let report = self.decode(name);
        assert_ne!(report.verdict(), Verdict::Refused, "{name}: {:?}", report.findings);
        let frames = frames(Path::new(&self.path("out.flac")));
        assert_eq!(frames.len() as u64, report.length.0, "{name}");
        (report, frames)
    }
}

#[test]
fn lossless_files_at_the_house_rate_keep_every_bit() {
    let bench = Bench::new();
    for (channels, bits, name, convert) in [
        (1, 16, "a.wav", None),
        (2, 16, "a.wav", None),
        (2, 24, "a.wav", None),
        (1, 32, "a.wav", None),
        (2, 16, "a.flac", Some("flac")),
        (1, 24, "a.flac", Some("flac")),
        (2, 16, "a.aiff", Some("ffmpeg")),
        (2, 16, "a.m4a", Some("alac")),
    ] {
        let samples = programme(2.5, 48_000, channels);
        wav(Path::new(&bench.path("a.wav")), &samples, 48_000, channels, bits);
        let (from, to) = (bench.path("a.wav"), bench.path(name));
        match convert {
            Some("flac") => drop(tool("flac", &["-s", "-f", "-o", &to, &from])),
            Some("alac") => drop(tool("ffmpeg", &["-v", "error", "-y", "-i", &from, "-c:a", "alac", &to])),
            Some(_) => drop(tool("ffmpeg", &["-v", "error", "-y", "-i", &from, &to])),
            None => {}
        }
        let (report, got) = bench.decoded(name);
        assert_eq!(report.verdict(), Verdict::Ready, "{name}: {:?}", report.findings);
        assert_eq!(got.len() * channels, samples.len());
        assert_eq!(usize::from(report.channels), channels);
        let kept = if bits == 16 { 16 } else { 24 };
        let full = f64::from(1u32 << (kept - 1));
        for (i, frame) in got.iter().enumerate() {
            for c in 0..2 {
                let want = (f64::from(sound::quantised(samples[i * channels + c % channels], kept)) / full) as f32;
                assert!(
                    (frame[c] - want).abs() <= if bits == 32 { 1.3e-7 } else { 0.0 },
                    "{name} {bits} bits, frame {i}"
                );
            }
        }
    }
}

#[test]
fn lossless_files_of_any_rate_keep_their_length_and_place() {
    let bench = Bench::new();
    for (rate, channels, bits) in [
        (8_000, 1, 16),
        (11_025, 1, 16),
        (16_000, 2, 16),
        (22_050, 1, 16),
        (32_000, 2, 24),
        (44_100, 2, 16),
        (44_100, 1, 32),
        (88_200, 2, 24),
        (96_000, 2, 24),
        (192_000, 1, 32),
    ] {
        let samples = programme(2.0, rate, channels);
        wav(Path::new(&bench.path("a.wav")), &samples, rate, channels, bits);
        let (report, got) = bench.decoded("a.wav");
        let want = (samples.len() / channels) as u64 * 48_000 / u64::from(rate);
        assert!(report.length.0.abs_diff(want) <= 1, "{rate} Hz: {} frames, not {want}", report.length.0);
        let left: Vec<f32> = got.iter().map(|f| f[0]).collect();
        let model: Vec<f32> = programme(2.0, 48_000, channels).into_iter().step_by(channels).collect();
        // The noise in the model differs from rate to rate; the tones must lie on each other.
        let (late, error) = align(&left, &model, 40);
        assert!(late.abs() <= 1, "{rate} Hz: {late} frames late ({error:.1} dB)");
    }
}

/// What the format's usual decoder makes of a file: opusdec for Opus (ffmpeg resamples its speech layer by other filters),
/// ffmpeg for the rest.
fn foreign_decode(bench: &Bench, path: &str) -> Vec<f32> {
    let out = bench.path("theirs.f32");
    let opus = Path::new(path).extension().is_some_and(|e| e == "opus");
    let wav = bench.path("theirs.wav");
    if opus {
        tool("opusdec", &["--quiet", "--float", path, &wav]);
    }
    let from = if opus { &wav } else { path };
    tool("ffmpeg", &["-v", "error", "-y", "-i", from, "-f", "f32le", "-ar", "48000", "-ac", "1", &out]);
    fs::read(out).unwrap().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn lossy_files_come_out_as_others_decode_them() {
    let bench = Bench::new();
    let samples = programme(4.0, 48_000, 1);
    wav(Path::new(&bench.path("s.wav")), &samples, 48_000, 1, 16);
    let source = bench.path("s.wav");
    let whatsapp: &[&str] =
        &["-c:a", "libopus", "-b:a", "16k", "-application", "voip", "-frame_duration", "60", "-f", "ogg"];
    for (name, args, late_max, length_off_max) in [
        ("vbr.mp3", &["-c:a", "libmp3lame", "-q:a", "4"][..], 0, 0),
        ("cbr.mp3", &["-c:a", "libmp3lame", "-b:a", "128k"], 0, 0),
        ("tagged.mp3", &["-c:a", "libmp3lame", "-b:a", "96k", "-metadata", "title=Kɔnɔ", "-write_id3v1", "1"], 0, 0),
        ("bare.mp3", &["-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"], 0, 2400),
        ("whatsapp.opus", whatsapp, 0, 0),
        ("music.opus", &["-c:a", "libopus", "-b:a", "96k"], 0, 0),
        ("a.ogg", &["-c:a", "libvorbis", "-q:a", "5"], 0, 0),
        ("phone.m4a", &["-c:a", "aac", "-b:a", "96k"], 0, 0),
        ("fast.m4a", &["-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"], 0, 0),
        ("a.aac", &["-c:a", "aac", "-b:a", "96k"], 0, 2048),
        ("a.mp2", &["-c:a", "mp2", "-b:a", "192k"], 0, 1300),
    ] {
        let to = bench.path(name);
        tool("ffmpeg", &[&["-v", "error", "-y", "-i", &source], args, &[&to]].concat());
        let (report, got) = bench.decoded(name);
        assert_eq!(report.verdict(), Verdict::Ready, "{name}: {:?}", report.findings);
        let off = report.length.0.abs_diff(samples.len() as u64);
        assert!(off <= length_off_max, "{name}: {} frames, not {}", report.length.0, samples.len());
        let left: Vec<f32> = got.iter().map(|f| f[0]).collect();
        let theirs = foreign_decode(&bench, &to);
        let (late, error) = align(&left, &theirs, 1300);
        assert!(
            late == late_max && error < if name == "a.mp2" { -80.0 } else { -90.0 },
            "{name}: {late} frames late, {error:.1} dB"
        );
    }
}

#[test]
fn opus_with_a_long_pre_skip_starts_at_its_first_frame() {
    let bench = Bench::new();
    let samples = programme(3.0, 48_000, 2);
    wav(Path::new(&bench.path("s.wav")), &samples, 48_000, 2, 16);
    tool("opusenc", &["--quiet", "--framesize", "60", &bench.path("s.wav"), &bench.path("a.opus")]);
    let (report, got) = bench.decoded("a.opus");
    assert_eq!(report.length.0, 144_000);
    let (left, want): (Vec<f32>, Vec<f32>) =
        (got.iter().map(|f| f[0]).collect(), samples.iter().step_by(2).copied().collect());
    assert_eq!(align(&left, &want, 400).0, 0);
}

#[test]
fn our_loudness_is_that_of_ffmpeg() {
    let bench = Bench::new();
    for channels in [1, 2] {
        let samples = programme(12.0, 48_000, channels);
        wav(Path::new(&bench.path("a.wav")), &samples, 48_000, channels, 24);
        let (report, _) = bench.decoded("a.wav");
        let path = bench.path("a.wav");
        let output = std::process::Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-i", &path, "-af", "ebur128=peak=true", "-f", "null", "-"])
            .output()
            .unwrap_or_else(|e| panic!("this test needs the program “ffmpeg”: {e}"));
        let text = String::from_utf8_lossy(&output.stderr);
        let summary = text.rsplit("Summary:").next().unwrap();
        let value = |name: &str| -> f64 {
            let rest = summary.split(name).nth(1).unwrap_or_else(|| panic!("ffmpeg said no {name} in {summary}"));
            rest.split_whitespace().next().unwrap().parse().unwrap()
        };
        let close = |ours: f64, theirs: f64, most: f64, what: &str| {
            assert!((ours - theirs).abs() <= most, "{what}, {channels} channels: {ours} against {theirs}");
        };
        close(report.loudness.unwrap().get(), value("I:"), 0.1, "loudness");
        close(report.loudness_range_lu.unwrap(), value("LRA:"), 0.2, "range");
        close(report.true_peak.unwrap().get(), value("Peak:"), 0.1, "true peak");
    }
}

#[test]
fn a_surround_file_is_folded_and_a_broken_channel_told() {
    let bench = Bench::new();
    let check = |name: &str, channels: usize, sound: &dyn Fn(usize, usize) -> f32, code: Option<&str>| {
        let samples: Vec<f32> =
            (0..48_000 * 4).flat_map(|i| (0..channels).map(move |c| (i, c))).map(|(i, c)| sound(i, c)).collect();
        wav(Path::new(&bench.path("a.wav")), &samples, 48_000, channels, 16);
        let (report, got) = bench.decoded("a.wav");
        assert_eq!(got.len(), 48_000 * 4, "{name}");
        assert_eq!(report.findings.first().map(|f| f.code.as_str()), code, "{name}: {:?}", report.findings);
    };
    let tone = |i: usize, hz: f32| (i as f32 / 48_000.0 * hz * std::f32::consts::TAU).sin() * 0.3;
    check("5.1", 6, &|i, c| tone(i, 300.0 + 100.0 * c as f32), None);
    check("left dead", 2, &|i, c| if c == 0 { 0.0 } else { tone(i, 500.0) }, Some("audio.dead-channel"));
    check("inverted", 2, &|i, c| if c == 0 { tone(i, 500.0) } else { -tone(i, 500.0) }, Some("audio.out-of-phase"));
    check("offset", 1, &|i, _| tone(i, 500.0) + 0.1, Some("audio.dc-offset"));
    check(
        "clipped",
        1,
        &|i, _| if i % 24_000 < 1_200 { tone(i, 200.0) * 9.0 } else { tone(i, 200.0) },
        Some("audio.clipping"),
    );
}

#[test]
fn silence_and_clipping_are_told_with_their_place() {
    let bench = Bench::new();
    let mut samples = programme(12.0, 48_000, 1);
    samples[48_000 * 4..48_000 * 8].fill(0.0);
    for s in &mut samples[48_000..49_000] {
        *s = (*s * 40.0).clamp(-1.0, 1.0);
    }
    wav(Path::new(&bench.path("a.wav")), &samples, 48_000, 1, 16);
    let (report, _) = bench.decoded("a.wav");
    assert_eq!(report.verdict(), Verdict::Warning);
    let told: Vec<_> = report.findings.iter().map(|f| (f.code.as_str(), f.at_s.map(f64::round))).collect();
    assert_eq!(told, [("audio.clipping", Some(1.0)), ("audio.silence", Some(4.0))]);
    assert_eq!(report.findings[1].fr, "Silence de 4,0 s à 0:04. Coupez-le s’il n’est pas voulu.");
}

#[test]
fn an_hour_would_take_the_same_memory_as_a_minute() {
    // Waveform bytes are the only thing that grows; everything else streams.
    let bench = Bench::new();
    wav(Path::new(&bench.path("a.wav")), &programme(2.0, 48_000, 2), 48_000, 2, 16);
    let (report, _) = bench.decoded("a.wav");
    let peaks = fs::read(bench.path("out.flac.peaks")).unwrap();
    let rows: u64 = media::peaks::ZOOMS_FRAMES.iter().map(|f| report.length.0.div_ceil(*f as u64)).sum();
    assert_eq!(peaks.len() as u64, 16 + rows * 4);
}
