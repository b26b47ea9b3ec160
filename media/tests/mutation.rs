//! A few hundred mutants of every format: no panic, no hang, and whatever is taken in is whole. `make mutants` runs as many
//! as one likes through the real decoder process.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "hostile/seeds.rs"]
mod seeds;

mod mutants;
mod sound;

use std::fs;
use std::time::{Duration, Instant};

use media::Verdict;
use media::decode::{Limits, decode_file};
use media::ingest::Ingest;
use media::shelf::Shelf;

/// Mutants of each seed, decoded here.
const INSIDE: u64 = 20;
/// Mutants of each seed, decoded by the process that decodes.
const OUTSIDE: u64 = 3;

#[test]
fn mutants_are_refused_or_whole_and_never_hang() {
    let dir = tempfile::tempdir().unwrap();
    let seeds = seeds::seeds(dir.path());
    let output = dir.path().join("out.flac");
    let mut taken = 0;
    for (name, whole) in &seeds {
        for number in 0..INSIDE {
            let path = dir.path().join(name);
            fs::write(&path, mutants::mutant(whole, number)).unwrap();
            let begun = Instant::now();
            let report = decode_file(&path, &output, &Limits::default());
            assert!(begun.elapsed() < Duration::from_secs(10), "mutant {number} of {name}");
            assert!(!report.findings.is_empty() || report.length.0 > 0, "mutant {number} of {name}");
            if report.verdict() != Verdict::Refused {
                taken += 1;
                assert_eq!(sound::frames(&output).len() as u64, report.length.0, "mutant {number} of {name}");
            }
        }
    }
    assert!(taken > 20, "nearly all were refused ({taken} taken in): the mutants test only the front door");
}

#[test]
fn mutants_stay_inside_their_process() {
    let dir = tempfile::tempdir().unwrap();
    let seeds = seeds::seeds(dir.path());
    let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
    let work = dir.path().join("work");
    let mut ingest = Ingest::new(sound::decoder(), shelf, &work);
    ingest.time_max = Duration::from_secs(10);
    for (name, whole) in &seeds {
        for number in 1000..1000 + OUTSIDE {
            let path = dir.path().join(name);
            fs::write(&path, mutants::mutant(whole, number)).unwrap();
            let report = ingest.run(&path).unwrap().report;
            assert!(report.findings.iter().all(|f| f.code != "file.too-slow"), "mutant {number} of {name}");
            assert_eq!(fs::read_dir(&work).unwrap().count(), 0, "mutant {number} of {name} left something behind");
        }
    }
}
