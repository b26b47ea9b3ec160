//! Mutated files through the decoder, as many as one likes: `mutate --count N [--corpus DIR] [--seed S] [--minutes M]
//! [--inside | --decoder PROGRAM]`.
//!
//! Every file of DIR is a seed; without it ffmpeg makes one of each format. By default each mutant goes through the real decoder process with its walls; `--inside`
//! decodes in this process, which is faster and ends with the first escape. Told at the end: how many were decoded,
//! refused, ended their decoder by a signal, took longer than 10 s, and whatever else happened to them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use media::Verdict;
use media::decode::{Limits, decode_file};
use media::ingest::Ingest;
use media::shelf::Shelf;

#[path = "../tests/mutants/mod.rs"]
mod mutants;
#[path = "../tests/hostile/seeds.rs"]
#[expect(clippy::unwrap_used, reason = "seeds are made before anything is measured")]
mod seeds;
#[path = "../tests/sound/mod.rs"]
#[expect(clippy::unwrap_used, reason = "seeds are made before anything is measured")]
mod sound;

const HANG: Duration = Duration::from_secs(10);

struct Wish {
    corpus: Option<PathBuf>,
    count: u64,
    seed: u64,
    minutes: u64,
    inside: bool,
    decoder: PathBuf,
}

fn wish() -> Result<Wish, Box<dyn Error>> {
    let beside = std::env::current_exe()?.with_file_name("decoder");
    let mut wish = Wish { corpus: None, count: 1000, seed: 1, minutes: 24 * 60, inside: false, decoder: beside };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--corpus" => wish.corpus = Some(value()?.into()),
            "--count" => wish.count = value()?.parse()?,
            "--seed" => wish.seed = value()?.parse()?,
            "--minutes" => wish.minutes = value()?.parse()?,
            "--decoder" => wish.decoder = value()?.into(),
            "--inside" => wish.inside = true,
            other => return Err(format!("“{other}” is not known").into()),
        }
    }
    Ok(wish)
}

#[expect(clippy::print_stdout, reason = "a measurement for people")]
fn main() -> Result<(), Box<dyn Error>> {
    let wish = wish()?;
    let room = std::env::temp_dir().join(format!("mutate-{}", std::process::id()));
    fs::create_dir_all(&room)?;
    let seeds = corpus(wish.corpus.as_deref(), &room)?;
    let mut ingest = Ingest::new(&wish.decoder, Shelf::open(&room.join("shelf"))?, room.join("work"));
    ingest.time_max = HANG;
    let (begun, mut done, mut slowest) = (Instant::now(), 0, (Duration::ZERO, 0));
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    for number in 0..wish.count {
        if begun.elapsed() > Duration::from_mins(wish.minutes) {
            break;
        }
        let (name, whole) = &seeds[number as usize % seeds.len()];
        let mutant = mutants::mutant(whole, wish.seed.wrapping_mul(1 << 32) + number);
        let path = room.join(Path::new(name).file_name().ok_or("a seed needs a name")?);
        fs::write(&path, &mutant)?;
        let started = Instant::now();
        let end = if wish.inside { inside(&path, &room) } else { outside(&ingest, &path)? };
        slowest = slowest.max((started.elapsed(), number));
        if !matches!(end.as_str(), "taken in" | "refused") {
            println!("mutant {number} of {name}: {end}");
        }
        *ends.entry(end).or_default() += 1;
        done += 1;
    }
    fs::remove_dir_all(&room)?;
    println!("{done} mutants of {} seeds in {:.0} s: {ends:?}", seeds.len(), begun.elapsed().as_secs_f64());
    println!("slowest: {:.2} s (mutant {})", slowest.0.as_secs_f64(), slowest.1);
    Ok(())
}

/// Names and bytes.
type Seeds = Vec<(String, Vec<u8>)>;

fn corpus(dir: Option<&Path>, room: &Path) -> Result<Seeds, Box<dyn Error>> {
    let Some(dir) = dir else {
        return Ok(seeds::seeds(room).into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect());
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    paths.iter().map(|p| Ok((p.display().to_string(), fs::read(p)?))).collect()
}

fn inside(path: &Path, room: &Path) -> String {
    let report = decode_file(path, &room.join("out.flac"), &Limits::default());
    if report.verdict() == Verdict::Refused { "refused".into() } else { "taken in".into() }
}

/// The decoder's own verdict, or how it ended without one.
fn outside(ingest: &Ingest, path: &Path) -> Result<String, Box<dyn Error>> {
    let outcome = ingest.run(path)?;
    if let Some(hash) = outcome.hash {
        ingest.shelf.remove(&hash)?;
        return Ok("taken in".into());
    }
    let broke = |f: &&domain::Finding| f.code == "file.too-slow" || f.en.starts_with("This file could not be decoded");
    let broke = outcome.report.findings.iter().find(broke);
    Ok(broke.map_or("refused".into(), |f| f.en.clone()))
}
