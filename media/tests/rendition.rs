//! The speech rendition: the same length, the same bytes, decodable by others, and none from a damaged source.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::fs;
use std::path::Path;

use domain::AudioHash;
use media::Error;
use media::decode::{Limits, decode_file};
use media::rendition::{Rate, make};
use media::shelf::Shelf;
use sound::{align, programme, tool, wav};

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

    /// A canonical file of `channels`, and its hash.
    fn canonical(&self, seconds: f64, channels: usize) -> AudioHash {
        wav(Path::new(&self.path("a.wav")), &programme(seconds, 48_000, channels), 48_000, channels, 16);
        let report = decode_file(Path::new(&self.path("a.wav")), Path::new(&self.path("a.flac")), &Limits::default());
        assert!(report.channels > 0, "{:?}", report.findings);
        AudioHash(*blake3::hash(&fs::read(self.path("a.flac")).unwrap()).as_bytes())
    }
}

#[test]
fn a_rendition_is_as_long_as_its_source_and_lies_on_it() {
    let bench = Bench::new();
    for (seconds, channels, rate, bytes_per_s_max) in
        [(7.0, 1, Rate::Kbit24, 3400), (7.1234, 2, Rate::Kbit32, 4500), (0.5, 1, Rate::Kbit24, 5000)]
    {
        let hash = bench.canonical(seconds, channels);
        let (from, to) = (bench.path("a.flac"), bench.path("a.opus"));
        let made = make(Path::new(&from), &hash, rate, Path::new(&to)).unwrap();
        let bytes = fs::read(&to).unwrap();
        assert_eq!((made.length_bytes, made.hash.0), (bytes.len() as u64, *blake3::hash(&bytes).as_bytes()));
        assert!(made.length_bytes as f64 <= seconds * f64::from(bytes_per_s_max) + 300.0, "{made:?}");
        let raw = bench.path("a.f32");
        tool("opusdec", &["--quiet", "--float", &to, &bench.path("b.wav")]);
        tool("ffmpeg", &["-v", "error", "-y", "-i", &bench.path("b.wav"), "-f", "f32le", &raw]);
        let decoded: Vec<f32> =
            fs::read(&raw).unwrap().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
        assert_eq!(decoded.len() as u64, made.length.0, "{seconds} s");
        let source: Vec<f32> = sound::frames(Path::new(&from)).iter().map(|[l, r]| (l + r) * 0.5).collect();
        let (late, error_db) = align(&decoded, &source, 400);
        // Its speech layer resamples: a tenth of a millisecond.
        assert!(late.abs() <= 5 && error_db < -6.0, "{seconds} s: {late} frames late, {error_db:.1} dB");
        // Once more, and the same.
        assert_eq!(make(Path::new(&from), &hash, rate, Path::new(&bench.path("b.opus"))).unwrap(), made);
        assert!(fs::read(bench.path("b.opus")).unwrap() == bytes);
        assert!(String::from_utf8_lossy(&tool("opusinfo", &[&to])).contains("Pre-skip"));
    }
}

#[test]
fn a_damaged_source_gives_no_rendition() {
    let bench = Bench::new();
    let hash = bench.canonical(2.0, 1);
    let (from, to) = (bench.path("a.flac"), bench.path("a.opus"));
    let mut bytes = fs::read(&from).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&from, bytes).unwrap();
    let made = make(Path::new(&from), &hash, Rate::Kbit24, Path::new(&to));
    assert!(matches!(made, Err(Error::Damaged { .. })), "{made:?}");
    assert!(!Path::new(&to).exists());
}

#[test]
fn a_shelf_makes_the_rendition_once_and_lets_it_go_with_its_source() {
    let bench = Bench::new();
    let hash = bench.canonical(2.0, 1);
    let shelf = Shelf::open(Path::new(&bench.path("shelf"))).unwrap();
    assert_eq!(shelf.put(Path::new(&bench.path("a.flac"))).unwrap(), hash);
    let made = shelf.rendition(&hash).unwrap();
    assert_eq!(made, shelf.rendition_path(&hash));
    let written = fs::metadata(&made).unwrap().modified().unwrap();
    assert_eq!(fs::metadata(shelf.rendition(&hash).unwrap()).unwrap().modified().unwrap(), written, "made once");
    assert_eq!((shelf.strays().unwrap(), shelf.list().unwrap().len()), (vec![], 1));
    assert!(shelf.remove(&hash).unwrap() && !made.exists());
    assert!(shelf.rendition(&hash).is_err() && shelf.strays().unwrap().is_empty(), "nothing is left of the attempt");
}
