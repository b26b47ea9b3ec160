//! What is not whole sound gets its sentence through the real decoder process, in little time and memory, and leaves
//! nothing behind.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod hostile;
mod sound;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hostile::{Bad, Content, Want, bad, mp4, mpeg, others, seeds, waves};
use media::ingest::{Ingest, Outcome};
use media::shelf::Shelf;
use media::{Report, Verdict};

/// What the decoder may hold of its own, beside its program: far below what a station can spare.
const MEMORY_KIB_MAX: u64 = 64 << 10;
const TIME_MAX: Duration = Duration::from_secs(10);

struct House {
    dir: tempfile::TempDir,
    ingest: Ingest,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let decoder = dir.path().join("decoder.sh");
        let program = sound::decoder();
        let script = format!("#!/bin/sh\nulimit -d {MEMORY_KIB_MAX} && exec '{}' \"$@\"\n", program.display());
        fs::write(&decoder, script).unwrap();
        fs::set_permissions(&decoder, fs::Permissions::from_mode(0o755)).unwrap();
        for room in ["staged", "work"] {
            fs::create_dir(dir.path().join(room)).unwrap();
        }
        let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
        let mut ingest = Ingest::new(decoder, shelf, dir.path().join("work"));
        ingest.time_max = TIME_MAX;
        Self { dir, ingest }
    }

    fn stage(&self, bad: &Bad) -> PathBuf {
        let path = self.dir.path().join("staged").join(&bad.name);
        match &bad.content {
            Content::Bytes(bytes) => fs::write(&path, bytes).unwrap(),
            Content::Sparse { length_bytes, at } => {
                let file = File::create(&path).unwrap();
                file.set_len(*length_bytes).unwrap();
                for (offset, bytes) in at {
                    file.write_all_at(bytes, *offset).unwrap();
                }
            }
        }
        path
    }

    /// What is wrong with what became of one file; nothing, when all is as it must be.
    fn check(&self, bad: &Bad) -> Vec<String> {
        let staged = self.stage(bad);
        let (shelved, length) = (self.shelved(), fs::metadata(&staged).unwrap().len());
        let begun = Instant::now();
        let outcome = self.ingest.run(&staged);
        let took = begun.elapsed();
        let mut wrong = Vec::new();
        match &outcome {
            Ok(Outcome { report, hash }) => {
                wrong.extend(verdict(bad, report));
                if hash.is_none() && self.shelved() != shelved {
                    wrong.push("the shelf has changed".to_owned());
                }
                if hash.is_some() == (report.verdict() == Verdict::Refused) {
                    wrong.push(format!("{:?} with hash {hash:?}", report.verdict()));
                }
            }
            Err(e) => wrong.push(format!("the station is in trouble: {e}")),
        }
        if took > TIME_MAX {
            wrong.push(format!("took {took:?}"));
        }
        if fs::read_dir(self.dir.path().join("work")).unwrap().count() > 0 {
            wrong.push("work was left behind".to_owned());
        }
        if fs::metadata(&staged).map(|m| m.len()).ok() != Some(length) {
            wrong.push("the staged file has changed".to_owned());
        }
        fs::remove_file(staged).unwrap();
        wrong.into_iter().map(|w| format!("{} {:?}: {w}", bad.family, bad.name)).collect()
    }

    fn shelved(&self) -> u64 {
        self.ingest.shelf.bytes_used().unwrap()
    }
}

fn verdict(bad: &Bad, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let refused = report.verdict() == Verdict::Refused;
    let (fits, code, fr, en) = match bad.want {
        Want::Refused(code, fr, en) => (refused, code, fr, en),
        Want::Told(code, fr, en) => (!refused, code, fr, en),
        Want::Plays => (report.verdict() == Verdict::Ready, "", "", ""),
        Want::Declined(codes) => {
            (refused && report.findings.iter().any(|f| codes.contains(&f.code.as_str())), "", "", "")
        }
    };
    let said = |f: &&domain::Finding| f.code == code && f.fr.contains(fr) && f.en.contains(en);
    if !fits || (!code.is_empty() && report.findings.iter().find(said).is_none()) {
        wrong.push(format!("{:?} {:?}, not {:?}", report.verdict(), report.findings, bad.want));
    }
    if refused && report.findings.is_empty() {
        wrong.push("no sentence".to_owned());
    }
    for finding in &report.findings {
        let sentence = |s: &str| s.ends_with('.') && s.len() > 20 && !s.contains("panicked") && !s.contains('/');
        let hertz = ["128", "32/64", "BS.", "G.721", "compress", "MP4 prot"].iter().any(|w| finding.fr.contains(w));
        if !(hertz || sentence(&finding.fr) && sentence(&finding.en)) {
            wrong.push(format!("no sentence for people: {finding:?}"));
        }
    }
    if let Some(frames) = bad.frames.as_ref().filter(|f| !f.contains(&report.length.0)) {
        wrong.push(format!("{} frames, not {frames:?}", report.length.0));
    }
    wrong
}

#[test]
fn what_is_not_whole_sound_is_refused_with_its_sentence() {
    let house = House::new();
    let seeds = seeds::seeds(house.dir.path());
    let all: Vec<Bad> =
        [waves::all(), mpeg::all(&seeds), mp4::all(&seeds), others::all(&seeds)].into_iter().flatten().collect();
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    for b in &all {
        *families.entry(b.family).or_default() += 1;
    }
    let wrong: Vec<String> = all.iter().flat_map(|b| house.check(b)).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    // What a browser or a page sends (B39 to B42, B44 to B46) is tried where it arrives.
    let missing: Vec<String> =
        (1..=38).chain([43]).map(|n| format!("B{n:02}")).filter(|f| !families.contains_key(&f[..])).collect();
    assert_eq!(missing, ["B22"], "families without a file (B22 has a test of its own)");
}

#[test]
fn minutes_of_silence_in_few_bytes_is_refused_in_little_memory() {
    let house = House::new();
    let path = house.dir.path().join("silence.flac");
    let silence = ["-v", "error", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=480", path.to_str().unwrap()];
    sound::tool("ffmpeg", &silence);
    let want = Want::Refused("audio.silent", "On n’entend rien", "Nothing can be heard");
    let wrong = house.check(&bad("B22", "silence.flac", fs::read(&path).unwrap(), want));
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_same_sound_is_the_same_whatever_is_written_beside_it() {
    let house = House::new();
    let seeds = seeds::seeds(house.dir.path());
    let hash = |name: &str, bytes: Vec<u8>| {
        let staged = house.stage(&bad("B47", name, bytes, Want::Plays));
        house.ingest.run(&staged).unwrap().hash.unwrap()
    };
    let plain = hash("a.mp3", seeds["vbr.mp3"].clone());
    assert_eq!(hash("b.mp3", seeds["vbr.mp3"].clone()), plain, "the same file");
    let script = mpeg::id3(3, 0, b"TIT2\0\0\0\x21\0\0\0<script>alert(document.cookie)</script>");
    let tagged = hash("c.mp3", [&script[..], &seeds["vbr.mp3"]].concat());
    assert_eq!(tagged, plain, "other titles, the same sound");
    let kept = fs::read(house.ingest.shelf.path(&tagged)).unwrap();
    assert!(!kept.windows(7).any(|w| w == b"<script"), "nothing of the titles is kept");
    let mut other = seeds["a.aiff"].clone();
    let first = hash("d.aiff", other.clone());
    *other.last_mut().unwrap() ^= 1;
    assert_ne!(hash("e.aiff", other), first, "one bit of sound");
}
