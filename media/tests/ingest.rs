//! Whatever a file does to its decoder, a person gets a sentence and the station stays as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::AssetKind::{Programme, Spot};
use domain::AudioHash;
use media::catalogue::{Catalogue, Entered, NewCard};
use media::ingest::Ingest;
use media::peaks::Waveform;
use media::shelf::Shelf;
use media::{Error, Verdict};
use sound::{programme, tool, wav};

struct Station {
    dir: tempfile::TempDir,
}

impl Station {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn ingest(&self, decoder: impl Into<PathBuf>) -> Ingest {
        Ingest::new(decoder, Shelf::open(&self.path("shelf")).unwrap(), self.path("staging"))
    }

    /// A decoder that does `what` instead of decoding; `$5` is the output.
    fn script(&self, what: &str) -> PathBuf {
        let path = self.path("decoder.sh");
        fs::write(&path, format!("#!/bin/sh\n{what}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn sound(&self) -> PathBuf {
        let path = self.path("sound.wav");
        wav(&path, &programme(3.0, 48_000, 1), 48_000, 1, 16);
        path
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        let list = |d: &Path| fs::read_dir(d).map(|d| d.map(|e| e.unwrap().path()).collect()).unwrap_or_default();
        let mut found: Vec<PathBuf> = list(&self.path("staging"));
        found.extend(list(&self.path("shelf")));
        found
    }
}

#[test]
fn a_decoder_that_misbehaves_is_a_sentence_and_nothing_else() {
    let station = Station::new();
    let sound = station.sound();
    let lie = r#"{"source":null,"length_frames":48000,"channels":1,"loudness_lufs":-20.0,"loudness_range_lu":null,"true_peak_dbtp":-1.0,"silence_lead_frames":0,"silence_trail_frames":0,"findings":[]}"#;
    for (what, code, words) in [
        ("exit 3", "file.undecodable", "échouer"),
        ("kill -9 $$", "file.undecodable", "arrêté"),
        ("kill -ABRT $$", "file.undecodable", "échouer"),
        ("kill -XCPU $$", "file.undecodable", "temps de calcul"),
        ("kill -XFSZ $$", "file.undecodable", "volumineux"),
        ("echo garbage", "file.undecodable", "échouer"),
        ("head -c 3000000 /dev/zero; echo done >&2", "file.undecodable", "échouer"),
        (&format!("echo '{lie}'"), "file.undecodable", "échouer"),
        (&format!("echo '{lie}'; cp /bin/sh $5"), "file.undecodable", "échouer"),
        ("exec sleep 30", "file.too-slow", "ne se termine pas"),
    ] {
        let mut ingest = station.ingest(station.script(what));
        ingest.time_max = Duration::from_millis(if what.contains("sleep") { 300 } else { 10_000 });
        let begun = Instant::now();
        let outcome = ingest.run(&sound).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(8), "{what}");
        let finding = &outcome.report.findings[0];
        assert_eq!(
            (outcome.report.verdict(), outcome.hash, finding.code.as_str()),
            (Verdict::Refused, None, code),
            "{what}"
        );
        assert!(finding.fr.contains(words), "{what}: {}", finding.fr);
        assert_eq!(station.leftovers(), Vec::<PathBuf>::new(), "{what}");
    }
    assert!(matches!(station.ingest("/nowhere/mikado").run(&sound), Err(Error::NoDecoder { .. })));
    assert_eq!(station.leftovers(), Vec::<PathBuf>::new());
}

#[test]
fn a_file_goes_the_whole_way_and_the_second_time_changes_nothing() {
    let station = Station::new();
    let ingest = station.ingest(sound::decoder());
    let catalogue = Catalogue::open(&station.path("catalogue.db")).unwrap();
    let note = station.path("note.opus");
    let from = station.sound();
    tool(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-i",
            from.to_str().unwrap(),
            "-c:a",
            "libopus",
            "-b:a",
            "24k",
            "-application",
            "voip",
            note.to_str().unwrap(),
        ],
    );
    let card = NewCard::new("note-1".parse().unwrap(), "Témoignage", Programme, "ses".parse().unwrap());
    let now = "2026-11-24T08:00:00Z".parse().unwrap();
    let (report, entered) = ingest.enter(&catalogue, &note, &card, now).unwrap();
    assert_eq!((report.verdict.as_str(), entered), ("ready", Some(Entered::New)), "{report:?}");
    assert_eq!((report.length_frames, report.sample_rate_hz, report.channels), (144_000, 48_000, 1));
    let hash: AudioHash = report.hash.clone().unwrap().parse().unwrap();
    ingest.shelf.verify(&hash).unwrap();
    let waveform = Waveform::parse(&fs::read(ingest.shelf.peaks_path(&hash)).unwrap()).unwrap();
    assert_eq!(waveform.finest().len(), 144_000usize.div_ceil(512));
    let (again, entered) = ingest.enter(&catalogue, &note, &card, now).unwrap();
    assert_eq!((again, entered), (report, Some(Entered::Same)));
    assert!(fs::read_dir(station.path("staging")).unwrap().next().is_none());
    assert!(media::check::check(&catalogue, &ingest.shelf, media::check::Hand::Look).unwrap().is_empty());
}

#[test]
fn a_refused_file_leaves_neither_card_nor_file() {
    let station = Station::new();
    let ingest = station.ingest(sound::decoder());
    let catalogue = Catalogue::open(&station.path("catalogue.db")).unwrap();
    let card = NewCard::new("x".parse().unwrap(), "x", Spot, "fr".parse().unwrap());
    for (content, code) in
        [(&b""[..], "file.empty"), (b"<html>", "file.web-page"), (b"\xFF\xFB\x90\x64", "file.not-audio")]
    {
        let staged = station.path("upload.mp3");
        fs::write(&staged, content).unwrap();
        let (report, entered) =
            ingest.enter(&catalogue, &staged, &card, "2026-11-24T08:00:00Z".parse().unwrap()).unwrap();
        assert_eq!((report.verdict.as_str(), report.findings[0].code.as_str(), entered), ("refused", code, None));
        assert_eq!((report.asset, report.hash), (None, None));
        assert!(catalogue.all().unwrap().is_empty() && catalogue.revision().unwrap() == 0);
        assert_eq!(station.leftovers(), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_hole_in_a_programme_is_refused_unless_silence_is_intended() {
    let station = Station::new();
    let ingest = station.ingest(sound::decoder());
    let catalogue = Catalogue::open(&station.path("catalogue.db")).unwrap();
    let (hole, silence) = (station.path("hole.wav"), station.path("silence.wav"));
    let mut samples = programme(45.0, 8_000, 1);
    samples[8_000 * 3..8_000 * 43].fill(0.0);
    wav(&hole, &samples, 8_000, 1, 16);
    wav(&silence, &vec![0.0; 48_000], 8_000, 1, 16);
    for (file, kind, is_meant, verdict, code, words) in [
        (&hole, Programme, false, "refused", "audio.hole", "Silence de 40,0 s à 0:03"),
        (&hole, Programme, true, "ready", "audio.silence", "Silence de 40,0 s à 0:03"),
        (&hole, Spot, false, "warning", "audio.silence", "Silence de 40,0 s à 0:03"),
        (&silence, Programme, false, "refused", "audio.silent", "du début à la fin"),
        (&silence, Spot, false, "refused", "audio.silent", "du début à la fin"),
        (&silence, Programme, true, "ready", "audio.silence-intended", "ce silence est voulu"),
    ] {
        let what = format!("{} as {kind:?}, meant: {is_meant}", file.display());
        let id = format!("x-{kind:?}-{is_meant}").parse().unwrap();
        let mut card = NewCard::new(id, "x", kind, "fr".parse().unwrap());
        card.silence_intended = is_meant;
        let now = "2026-11-24T08:00:00Z".parse().unwrap();
        let (report, entered) = ingest.enter(&catalogue, file, &card, now).unwrap();
        assert_eq!((report.verdict.as_str(), entered.is_none()), (verdict, verdict == "refused"), "{what}: {report:?}");
        let said = report.findings.iter().find(|f| f.code == code).unwrap_or_else(|| panic!("{what}: {report:?}"));
        assert!(said.fr.contains(words) && said.en.ends_with('.'), "{what}: {said:?}");
    }
}

#[test]
fn what_stays_too_quiet_is_told_against_the_stations_own_level() {
    let station = Station::new();
    let ingest = station.ingest(sound::decoder());
    let quiet = station.path("quiet.wav");
    let samples: Vec<f32> = programme(3.0, 48_000, 1).iter().map(|s| s * 0.02).collect();
    wav(&quiet, &samples, 48_000, 1, 24);
    for (terms, is_told) in [("told/-33/-1", false), ("told/-16/-1", true)] {
        let report = ingest.run_on(&quiet, &terms.parse().unwrap()).unwrap().report;
        let level = report.loudness.unwrap().get();
        assert!((-56.0..-40.0).contains(&level), "{level}");
        assert_eq!(report.findings.iter().any(|f| f.code == "audio.quiet"), is_told, "{terms}, {level}");
    }
}
