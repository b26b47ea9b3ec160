//! The same recording is recognised under another name, with other tags, from another codec; another one of the same voices
//! is not.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::path::{Path, PathBuf};

use domain::{AssetKind, AudioHash};
use jiff::Timestamp;
use media::catalogue::{Catalogue, NewCard};
use media::decode::{Limits, decode_file};
use media::fingerprint::difference;
use media::{Report, Verdict};
use sound::tool;

const PIECE_S: usize = 30;
const PIECES: usize = 8;

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Pieces of the station's own demonstration voices, which all speak with a handful of voices.
    fn new() -> Self {
        let bench = Self { dir: tempfile::tempdir().unwrap() };
        let voices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/voices/voices.opus");
        let (from, to) = (voices.to_str().unwrap(), bench.text("all.wav"));
        tool("ffmpeg", &["-v", "quiet", "-y", "-i", from, "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le", &to]);
        let samples: Vec<f32> = hound::WavReader::open(&to)
            .unwrap()
            .into_samples::<i16>()
            .map(|s| f32::from(s.unwrap()) / 32768.0)
            .collect();
        for (n, piece) in samples.chunks_exact(PIECE_S * 48_000).take(PIECES).enumerate() {
            sound::wav(&bench.path(&format!("{n}.wav")), piece, 48_000, 1, 16);
        }
        bench
    }

    fn decode(&self, name: &str) -> Report {
        let report = decode_file(&self.path(name), &self.path("out.flac"), &Limits::default());
        assert_ne!(report.verdict(), Verdict::Refused, "{name}: {:?}", report.findings);
        report
    }

    /// The first piece as `name`, made by ffmpeg with these options.
    fn copy(&self, name: &str, options: &[&str]) -> Report {
        let (from, to) = (self.text("0.wav"), self.text(name));
        let mut args = vec!["-v", "error", "-y", "-i", &from, "-metadata", "title=Autre titre"];
        args.extend(options);
        args.push(&to);
        tool("ffmpeg", &args);
        self.decode(name)
    }
}

fn card(name: &str) -> NewCard {
    NewCard::new(name.parse().unwrap(), format!("Titre de {name}"), AssetKind::Programme, "fr".parse().unwrap())
}

#[test]
fn a_copy_in_another_codec_is_told_with_the_title_and_another_recording_is_not() {
    let bench = Bench::new();
    let catalogue = Catalogue::open(&bench.path("catalogue.db")).unwrap();
    let now: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    let hash = |n: u8| AudioHash([n; 32]);
    let original = bench.decode("0.wav");
    catalogue.enter(&card("original"), &original, &hash(0), now).unwrap();
    let twins = |name: &str, report: &Report, n: u8| {
        let found = catalogue.twins(&name.parse().unwrap(), report, &hash(n)).unwrap();
        found.into_iter().map(|t| t.id.to_string()).collect::<Vec<_>>()
    };
    let copies: [(&str, &[&str]); 5] = [
        ("a.mp3", &["-c:a", "libmp3lame", "-b:a", "32k", "-ar", "22050"]),
        ("b.ogg", &["-c:a", "libopus", "-b:a", "16k"]),
        ("c.m4a", &["-c:a", "aac", "-b:a", "64k", "-af", "volume=-9dB"]),
        ("d.wav", &["-ar", "8000", "-c:a", "pcm_s16le"]),
        ("e.flac", &["-af", "adelay=1370", "-ac", "2"]),
    ];
    for (name, options) in copies {
        let copy = bench.copy(name, options);
        let d = difference(&original.fingerprint, &copy.fingerprint);
        assert_eq!(twins("copy", &copy, 1), ["original"], "{name}: {d:?}");
    }
    for n in 1..PIECES {
        let stranger = bench.decode(&format!("{n}.wav"));
        let d = difference(&original.fingerprint, &stranger.fingerprint).unwrap();
        assert!(d > 0.40, "piece {n}: {d}");
        assert!(twins("other", &stranger, 1).is_empty());
    }
    assert!(twins("original", &original, 0).is_empty(), "a card is no twin of itself");
    assert_eq!(twins("other", &Report { fingerprint: Vec::new(), ..original.clone() }, 0), ["original"], "equal bytes");
    catalogue.throw_away(&"original".parse().unwrap(), "awa", now, "").unwrap();
    assert!(twins("copy", &original, 0).is_empty(), "what is in the trash does not count");
}
