//! What is measured beyond level: each fault is found where it is and told, and sound without it is left in peace.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::fs;
use std::path::Path;

use media::Report;
use media::decode::{Limits, decode_file};
use media::measure::sides::Side;
use media::target::Target;
use sound::{programme, tool, wav};

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

    fn measured(&self, samples: &[f32], channels: usize) -> Report {
        wav(Path::new(&self.path("a.wav")), samples, 48_000, channels, 24);
        self.decode("a.wav")
    }

    /// Recordings of the demo from `from` to `to`, as the decoder gives them.
    fn voices(&self, from: usize, to: usize) -> Vec<f32> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/voices");
        let all = fs::read(folder.join("voices.opus")).unwrap();
        let mut samples = Vec::new();
        for line in fs::read_to_string(folder.join("index.tsv")).unwrap().lines().skip(1 + from).take(to - from) {
            let fields: Vec<_> = line.split('\t').collect();
            let (at, length): (usize, usize) = (fields[2].parse().unwrap(), fields[3].parse().unwrap());
            fs::write(self.path("voice.opus"), &all[at..at + length]).unwrap();
            let report = self.decode("voice.opus");
            assert_eq!(report.channels, 1, "{line}: {:?}", report.findings);
            samples.extend(sound::frames(Path::new(&self.path("out.flac"))).iter().map(|f| f[0]));
        }
        samples
    }
}

fn codes(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|f| f.code.as_str()).collect()
}

/// What ffmpeg's meter says of a file: integrated, range, true peak.
fn ffmpeg(path: &str) -> [f64; 3] {
    let output = std::process::Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .unwrap_or_else(|e| panic!("this test needs the program “ffmpeg”: {e}"));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let summary = text.rsplit("Summary:").next().unwrap();
    ["I:", "LRA:", "Peak:"].map(|name| {
        let rest = summary.split(name).nth(1).unwrap_or_else(|| panic!("ffmpeg said no {name} in {summary}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    })
}

/// Plucked chords over a bass and a shaker, both sides different, for `seconds`.
fn music(seconds: f64) -> Vec<f32> {
    let mut state = 99u64;
    let mut out = Vec::new();
    for i in 0..(seconds * 48_000.0) as usize {
        let t = i as f64 / 48_000.0;
        let (beat, bar) = (t * 2.2, (t * 2.2 / 4.0) as usize);
        let root = [196.0, 220.0, 174.6, 146.8][bar % 4];
        let decay = (-6.0 * beat.fract()).exp();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let shaker = ((state >> 40) as f64 / 8_388_608.0 - 1.0) * (-30.0 * (beat * 2.0).fract()).exp();
        let swell = 0.4 + 0.6 * (t / seconds * std::f64::consts::PI).sin();
        for side in 0..2 {
            let mut s = 0.25 * (root / 2.0 * t * std::f64::consts::TAU).sin();
            for (n, ratio) in [1.0, 1.26, 1.5, 2.0].iter().enumerate() {
                let pan = if (n + side) % 2 == 0 { 0.8 } else { 0.4 };
                s += 0.3 * pan * decay * (root * ratio * t * std::f64::consts::TAU).sin();
            }
            out.push(((s + 0.2 * shaker) * swell * 0.5) as f32);
        }
    }
    out
}

#[test]
fn speech_and_music_measure_as_ffmpeg_measures_them() {
    let bench = Bench::new();
    for (what, samples, channels) in
        [("speech", bench.voices(0, 4), 1), ("speech", bench.voices(40, 44), 1), ("music", music(30.0), 2)]
    {
        let report = bench.measured(&samples, channels);
        let [integrated, range, peak] = ffmpeg(&bench.path("a.wav"));
        for (name, ours, theirs, most) in [
            ("I", report.loudness.unwrap().get(), integrated, 0.1),
            ("LRA", report.loudness_range_lu.unwrap(), range, 0.1),
            ("true peak", report.true_peak.unwrap().get(), peak, 0.1),
        ] {
            // ffmpeg writes one decimal.
            assert!((ours - theirs).abs() <= most + 0.05, "{what}, {name}: {ours:.2} against {theirs}");
        }
        assert!(report.findings.is_empty(), "{what}: {:?}", report.findings);
    }
}

#[test]
fn an_mp3_that_was_blown_up_is_told() {
    let bench = Bench::new();
    let samples = programme(8.0, 44_100, 2);
    wav(Path::new(&bench.path("full.wav")), &samples, 44_100, 2, 16);
    let (full, mp3, blown) = (bench.path("full.wav"), bench.path("small.mp3"), bench.path("blown.wav"));
    tool("lame", &["--quiet", "-b", "64", "--resample", "44.1", &full, &mp3]);
    tool("ffmpeg", &["-v", "error", "-y", "-i", &mp3, "-c:a", "pcm_s16le", "-ar", "48000", &blown]);
    let report = bench.decode("blown.wav");
    assert_eq!((codes(&report), report.verdict().as_str()), (vec!["audio.upsampled"], "warning"));
    let hz = report.quality.bandwidth.unwrap().hz;
    assert!((9_000..=12_500).contains(&hz), "{hz} Hz");
    assert!(report.findings[0].fr.contains("s’arrête net à "), "{}", report.findings[0].fr);
    // The same, said of an MP3 that does not hide what it is, holds nothing up.
    let report = bench.decode("small.mp3");
    assert_eq!((codes(&report), report.verdict().as_str()), (vec!["audio.upsampled"], "ready"));
    assert_eq!(codes(&bench.decode("full.wav")), Vec::<&str>::new());
    let telephone = programme(6.0, 8_000, 1);
    wav(Path::new(&bench.path("a.wav")), &telephone, 8_000, 1, 16);
    let report = bench.decode("a.wav");
    assert_eq!((codes(&report), report.verdict().as_str()), (vec!["audio.telephone"], "ready"));
}

#[test]
fn hum_is_told_under_speech_and_not_heard_where_there_is_none() {
    let bench = Bench::new();
    let speech = bench.voices(0, 6);
    let with = |mains: f64, level_db: f64| -> Vec<f32> {
        let amplitude = 10f64.powf(level_db / 20.0);
        let lines = [(1.0, 1.0), (2.0, 0.3), (3.0, 0.6), (5.0, 0.2)];
        let hum = |i: usize| -> f64 {
            lines.iter().map(|(n, a)| a * (i as f64 / 48_000.0 * mains * n * std::f64::consts::TAU).sin()).sum()
        };
        speech.iter().enumerate().map(|(i, s)| s + (amplitude * hum(i)) as f32).collect()
    };
    for (mains, level_db) in [(50.0, -40.0), (60.0, -50.0), (50.2, -50.0)] {
        let report = bench.measured(&with(mains, level_db), 1);
        let hum = report.quality.hum.unwrap_or_else(|| panic!("{mains} Hz at {level_db} dB is not heard"));
        assert_eq!(hum.mains_hz, mains as u32);
        // All four lines together are 1.7 dB more than the first.
        assert!((hum.level_dbfs - level_db - 1.7).abs() < 2.5, "{mains} Hz at {level_db} dB: {}", hum.level_dbfs);
        assert_eq!(codes(&report), ["audio.hum"], "{mains} Hz at {level_db} dB");
    }
    for (what, samples, channels) in [("speech", speech.clone(), 1), ("music", music(20.0), 2)] {
        assert_eq!(bench.measured(&samples, channels).quality.hum, None, "{what}");
    }
}

#[test]
fn channels_that_do_not_go_together_are_told() {
    let bench = Bench::new();
    let stereo = music(24.0);
    let changed = |change: &dyn Fn(usize, [f32; 2]) -> [f32; 2]| -> Vec<f32> {
        stereo.chunks(2).enumerate().flat_map(|(i, f)| change(i, [f[0], f[1]])).collect()
    };
    let pair = bench.measured(&stereo, 2).quality.pair.unwrap();
    assert!((0.2..1.0).contains(&pair.correlation) && pair.mono_db > 0.5 && pair.against.0 == 0, "{pair:?}");
    let report = bench.measured(&changed(&|_, [l, _]| [l, l]), 2);
    let pair = report.quality.pair.unwrap();
    assert!(pair.correlation > 0.9999 && (pair.mono_db - 3.01).abs() < 0.01, "{pair:?}");
    let report = bench.measured(&changed(&|_, [l, _]| [l, -l]), 2);
    assert_eq!((codes(&report), report.quality.pair.unwrap().correlation), (vec!["audio.out-of-phase"], -1.0));
    let report = bench.measured(&changed(&|_, [l, _]| [l, 0.0]), 2);
    assert_eq!((codes(&report), report.quality.dead), (vec!["audio.dead-channel"], Some(Side::Right)));
    // A passage of nine seconds from the ninth on, in a file that is fine as a whole.
    let passage = 9 * 48_000..18 * 48_000;
    let report = bench.measured(&changed(&|i, [l, _]| if passage.contains(&i) { [l, -l] } else { [l, l] }), 2);
    assert_eq!(codes(&report), ["audio.out-of-phase"]);
    assert_eq!(report.findings[0].at_s, Some(9.0));
    assert_eq!(report.quality.pair.unwrap().against.0, 9 * 48_000);
}

#[test]
fn maxima_and_cue_points_are_in_the_report_and_survive_the_pipe() {
    let bench = Bench::new();
    let mut samples = vec![0.0; 48_000 * 2];
    samples.extend(music(20.0));
    samples.resize(samples.len() + 48_000 * 2, 0.0);
    let report = bench.measured(&samples, 2);
    let quality = &report.quality;
    let (momentary, short) = (quality.momentary_max.unwrap().get(), quality.short_term_max.unwrap().get());
    assert!(momentary > short && short > report.loudness.unwrap().get(), "{momentary} {short}");
    let cues = quality.cues.unwrap();
    let near = |frames: domain::Frames, seconds: f64| (frames.as_secs_f64() - seconds).abs() < 0.2;
    assert!(near(cues.start, 1.0) && near(cues.end, 21.0), "{cues:?}");
    let json = serde_json::to_value(media::wire::IngestReport::new(&report, &Target::default(), None, None)).unwrap();
    for (field, want) in [
        ("momentary_max_lufs", serde_json::json!(momentary)),
        ("silence_lead_frames", serde_json::json!(48_000)),
        ("clipped_places", serde_json::json!(0)),
        ("hum_hz", serde_json::Value::Null),
    ] {
        assert_eq!(json[field], want, "{field}");
    }
    assert_eq!(json["cues"]["start_frames"], cues.start.0);
    let piped = serde_json::to_string(&media::wire::DecodeReport::from(&report)).unwrap();
    let back: media::wire::DecodeReport = serde_json::from_str(&piped).unwrap();
    let back = Report::from(back).quality;
    // Decimals lose the last bit of a number, and nothing else.
    assert!((back.pair.unwrap().correlation - quality.pair.unwrap().correlation).abs() < 1e-12);
    assert!((back.momentary_max.unwrap().get() - momentary).abs() < 1e-9);
    assert_eq!((back.cues, back.bandwidth, back.clipping), (quality.cues, quality.bandwidth, quality.clipping));
}
