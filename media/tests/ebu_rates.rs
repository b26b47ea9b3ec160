//! EBU Tech 3341 and 3342 as files of 44.1 and 96 kHz go: through the decoder and its resampler.
//!
//! The short cases, and those of the true peak, each time; with `MIKADO_EBU=all` every case that can be synthesised. What is
//! measured is what airs, at 48 kHz: at 96 kHz the sines at a quarter of the rate lie at 24 kHz, where nothing airs, so that
//! cases 15, 16 and 19 to 23 have nothing to say there.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "ebu/signals.rs"]
mod signals;
mod sound;

use media::Report;
use media::decode::{Limits, decode_file};
use signals::{PEAKS, SILENT, one_period, tone};

const RATES_HZ: [u32; 2] = [44_100, 96_000];

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    /// Both sides alike, as 32-bit floating point.
    fn decoded(&self, samples: &[f32], rate_hz: u32) -> Report {
        let stereo: Vec<f32> = samples.iter().flat_map(|s| [*s, *s]).collect();
        let path = self.dir.path().join("a.wav");
        sound::wav(&path, &stereo, rate_hz, 2, 32);
        let report = decode_file(&path, &self.dir.path().join("a.flac"), &Limits::default());
        assert_eq!(report.channels, 2, "{:?}", report.findings);
        report
    }
}

/// What is read of a file.
#[derive(Clone, Copy, Debug)]
enum Read {
    Integrated,
    ShortTerm,
    Momentary,
    Range,
}

use Read::{Integrated, Momentary, Range, ShortTerm};

impl Read {
    fn of(self, report: &Report) -> Option<f64> {
        let quality = &report.quality;
        match self {
            Integrated => report.loudness.map(domain::Loudness::get),
            ShortTerm => quality.short_term_max.map(domain::Loudness::get),
            Momentary => quality.momentary_max.map(domain::Loudness::get),
            Range => report.loudness_range_lu,
        }
    }
}

type Case = (String, Vec<(f64, f64)>, Read, f64);

fn cases(all: bool) -> Vec<Case> {
    let long = |levels: &[f64]| levels.iter().map(|l| (20.0, *l)).collect();
    let case = |name: &str, stretches: &[(f64, f64)], read, want| (name.to_owned(), stretches.to_vec(), read, want);
    let mut out: Vec<Case> = vec![
        case("3341-1", &[(20.0, -23.0)], Integrated, -23.0),
        case("3341-9", &[(1.34, -20.0), (1.66, -30.0)].repeat(5), ShortTerm, -23.0),
        case("3341-12", &[(0.18, -20.0), (0.22, -30.0)].repeat(25), Momentary, -23.0),
        ("3342-1".to_owned(), long(&[-20.0, -30.0]), Range, 10.0),
    ];
    for i in (0..20).step_by(if all { 1 } else { 7 }) {
        let late = f64::from(i);
        let short = [(late * 0.15, SILENT), (3.0, -23.0), (1.0, SILENT)];
        out.push(case(&format!("3341-10, file {i}"), &short, ShortTerm, -23.0));
        let brief = [(late * 0.02, SILENT), (0.4, -23.0), (1.0, SILENT)];
        out.push(case(&format!("3341-13, file {i}"), &brief, Momentary, -23.0));
    }
    if all {
        let edges = [(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)];
        let wide = [&[(10.0, -72.0)][..], &edges, &[(10.0, -72.0)]].concat();
        out.extend([
            case("3341-2", &[(20.0, -33.0)], Integrated, -33.0),
            case("3341-3", &edges, Integrated, -23.0),
            case("3341-4", &wide, Integrated, -23.0),
            case("3341-5", &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)], Integrated, -23.0),
            ("3342-2".to_owned(), long(&[-20.0, -15.0]), Range, 5.0),
            ("3342-3".to_owned(), long(&[-40.0, -20.0]), Range, 20.0),
            ("3342-4".to_owned(), long(&[-50.0, -35.0, -20.0, -35.0, -50.0]), Range, 15.0),
        ]);
    }
    out
}

#[test]
fn files_of_other_rates_read_as_the_ebu_says() {
    let bench = Bench { dir: tempfile::tempdir().unwrap() };
    let mut wrong = Vec::new();
    let mut close = |what: String, got: Option<f64>, want: f64, most: f64| {
        if got.is_none_or(|g| (g - want).abs() > most) {
            wrong.push(format!("{what}: {got:?}, not {want} ± {most}"));
        }
    };
    let peak = |report: &Report| report.true_peak.map(domain::TruePeak::get);
    let all = std::env::var("MIKADO_EBU").is_ok_and(|v| v == "all");
    for rate_hz in RATES_HZ {
        let rate = f64::from(rate_hz);
        for (name, stretches, read, want) in cases(all) {
            let report = bench.decoded(&tone(rate, &stretches), rate_hz);
            let most = if matches!(read, Range) { 0.1 } else { 0.05 };
            close(format!("{name} at {rate_hz} Hz, {read:?}"), read.of(&report), want, most);
        }
        for case in PEAKS.iter().filter(|c| rate / c.part < 20_000.0) {
            let report = bench.decoded(&case.samples(rate), rate_hz);
            close(format!("3341-{} at {rate_hz} Hz", case.number), peak(&report), case.dbtp, 0.15);
        }
    }
    for offset in 0..4 {
        // Silence behind it, because nothing shorter than half a second is taken in.
        let mut samples = one_period(offset);
        samples.resize(44_100, 0.0);
        let report = bench.decoded(&samples, 44_100);
        close(format!("3341-{} at 44100 Hz", 20 + offset), peak(&report), 0.0, 0.15);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
