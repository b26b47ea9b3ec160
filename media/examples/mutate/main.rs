//! Mutated files through the decoder, as many as one likes: `mutate [--count N] [--first N] [--corpus DIR] [--minutes M]
//! [--each]`.
//!
//! Every file of DIR is a seed; without it ffmpeg makes a short one of each format. As many processes as there are
//! processors, each behind the decoder's walls, decode a thousand mutants one after the other; time and memory of each are
//! counted. A process that dies, or takes more than 10 s over one, has named it by its number: that one is tried again alone,
//! by the decoder as a station starts it, and the others go on. With `--each` every mutant has that decoder from the start.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

use media::ingest::Ingest;
use media::shelf::Shelf;

mod batch;
mod memory;
#[path = "../../tests/mutants/mod.rs"]
mod mutants;
#[path = "../../tests/hostile/seeds.rs"]
#[allow(
    clippy::unwrap_used,
    dead_code,
    reason = "seeds are made before anything is measured; the tests use the others"
)]
mod seeds;
#[path = "../../tests/sound/mod.rs"]
#[expect(clippy::unwrap_used, reason = "seeds are made before anything is measured")]
mod sound;

use batch::Tally;

#[global_allocator]
static MEMORY: memory::Counted = memory::Counted;

const HANG: Duration = Duration::from_secs(10);
/// Mutants of one process: some seconds of work, far below the decoder's own limit of processor time.
const BATCH: u64 = 1000;
const LOOK: Duration = Duration::from_millis(50);

struct Wish {
    corpus: Option<PathBuf>,
    first: u64,
    count: u64,
    until: Instant,
    each: bool,
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<Wish, Box<dyn Error>> {
    let until = Instant::now() + Duration::from_hours(24);
    let mut wish = Wish { corpus: None, first: 0, count: 1000, until, each: false };
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--corpus" => wish.corpus = Some(value()?.into()),
            "--first" => wish.first = value()?.parse()?,
            "--count" => wish.count = value()?.parse()?,
            "--minutes" => wish.until = Instant::now() + Duration::from_mins(value()?.parse()?),
            "--each" => wish.each = true,
            other => return Err(format!("“{other}” is not known").into()),
        }
    }
    Ok(wish)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, batch, seeds, work, from, to] = &arguments[..]
        && batch == "batch"
    {
        return Ok(batch::run(Path::new(seeds), Path::new(work), from.parse()?..to.parse()?)?);
    }
    let wish = wish(arguments.into_iter().skip(1))?;
    // What is written and read a million times stays in memory where there is such a place.
    let shared = Path::new("/dev/shm");
    let place = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    let room = place.join(format!("mutate-{}", std::process::id()));
    fs::create_dir_all(room.join("seeds"))?;
    let done = corpus(wish.corpus.as_deref(), &room).and_then(|()| all(&wish, &room));
    fs::remove_dir_all(&room)?;
    done
}

fn corpus(dir: Option<&Path>, room: &Path) -> Result<(), Box<dyn Error>> {
    let into = room.join("seeds");
    let Some(dir) = dir else {
        let made = seeds::short(room);
        return made.into_iter().try_for_each(|(name, bytes)| Ok(fs::write(into.join(name), bytes)?));
    };
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        fs::copy(entry.path(), into.join(entry.file_name()))?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a measurement for people")]
fn all(wish: &Wish, room: &Path) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let work = Work {
        room: room.to_owned(),
        end: wish.first + wish.count,
        until: wish.until,
        each: wish.each,
        next: Mutex::new((wish.first, Tally::default())),
    };
    let hands = thread::available_parallelism().map_or(1, usize::from);
    let failed: Vec<String> = thread::scope(|scope| {
        let work = &work;
        let all: Vec<_> = (0..hands).map(|hand| scope.spawn(move || work.through(hand))).collect();
        all.into_iter().filter_map(|h| h.join().map_or(Some("a thread died".to_owned()), Result::err)).collect()
    });
    let (_, tally) = work.next.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{} mutants of {} seeds in {:.0} s",
        tally.done(),
        batch::seeds(&room.join("seeds"))?.len(),
        begun.elapsed().as_secs_f64()
    );
    println!("{tally}");
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ").into()) }
}

/// What the hands share.
struct Work {
    room: PathBuf,
    end: u64,
    until: Instant,
    each: bool,
    /// The next number, and what came of those before.
    next: Mutex<(u64, Tally)>,
}

impl Work {
    /// Takes batch after batch until there are no more.
    fn through(&self, hand: usize) -> Result<(), String> {
        let work = self.room.join(hand.to_string());
        fs::create_dir_all(&work).map_err(|e| e.to_string())?;
        loop {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let from = next.0;
            let to = (from + BATCH).min(self.end);
            if from >= to || Instant::now() > self.until {
                return Ok(());
            }
            next.0 = to;
            drop(next);
            let tally = self.batch(&work, from..to).map_err(|e| e.to_string())?;
            self.next.lock().unwrap_or_else(PoisonError::into_inner).1.add(&tally);
        }
    }

    fn batch(&self, work: &Path, numbers: Range<u64>) -> Result<Tally, Box<dyn Error>> {
        let (mut tally, mut from) = (Tally::default(), numbers.start);
        while from < numbers.end {
            if self.each {
                self.alone(work, from, &mut tally)?;
                from += 1;
                continue;
            }
            match self.process(work, from..numbers.end)? {
                Ok(all) => {
                    tally.add(&all);
                    break;
                }
                Err(number) => {
                    tally.escapes += 1;
                    self.alone(work, number, &mut tally)?;
                    // What it knew of those before is lost with it.
                    tally.add(&self.process(work, from..number)?.unwrap_or_default());
                    from = number + 1;
                }
            }
        }
        Ok(tally)
    }

    /// One process over these numbers: what it tells at its end, or the number at which it died or stood still.
    fn process(&self, work: &Path, numbers: Range<u64>) -> Result<Result<Tally, u64>, Box<dyn Error>> {
        fs::write(work.join(batch::AT), numbers.start.to_le_bytes())?;
        let child = Command::new(std::env::current_exe()?)
            .arg("batch")
            .args([self.room.join("seeds"), work.to_owned()])
            .args([numbers.start.to_string(), numbers.end.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let (said, at) = watched(child, &work.join(batch::AT))?;
        Ok(serde_json::from_slice(&said).map_err(|_| at))
    }

    /// One mutant by the decoder as a station starts it.
    #[expect(clippy::print_stdout, reason = "a finding for people")]
    fn alone(&self, work: &Path, number: u64, tally: &mut Tally) -> Result<(), Box<dyn Error>> {
        let seeds = batch::seeds(&self.room.join("seeds"))?;
        let (name, whole) = &seeds[number as usize % seeds.len()];
        let path = work.join(name);
        fs::write(&path, mutants::mutant(whole, number))?;
        let decoder = std::env::current_exe()?.with_file_name("decoder");
        let mut ingest = Ingest::new(decoder, Shelf::open(&work.join("shelf"))?, work.join("staging"));
        ingest.time_max = HANG;
        let outcome = ingest.run(&path)?;
        let broke =
            |f: &&domain::Finding| f.code == "file.too-slow" || f.en.starts_with("This file could not be decoded");
        let broke = outcome.report.findings.iter().find(broke);
        match (&outcome.hash, broke) {
            (_, Some(_)) => tally.broken += 1,
            (Some(hash), _) => {
                ingest.shelf.remove(hash)?;
                tally.taken += 1;
            }
            (None, None) => tally.refused += 1,
        }
        if !self.each || broke.is_some() {
            let kept = std::env::temp_dir().join(format!("mutant-{number}-{name}"));
            fs::copy(&path, &kept)?;
            let end = broke.map_or("nothing happens alone", |f| &f.en);
            println!("mutant {number} of {name} ended its process; alone: {end} It is kept as {}.", kept.display());
        }
        fs::remove_file(&path)?;
        Ok(())
    }
}

/// Waits for a process: all that it printed, and the number that it was at.
fn watched(mut child: Child, at: &Path) -> Result<(Vec<u8>, u64), Box<dyn Error>> {
    let number = || -> Result<u64, Box<dyn Error>> {
        let bytes = fs::read(at)?;
        Ok(u64::from_le_bytes(bytes.get(..8).ok_or("no number")?.try_into()?))
    };
    let (mut seen, mut since) = (number()?, Instant::now());
    while child.try_wait()?.is_none() {
        let now = number()?;
        if now != seen {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() > HANG {
            child.kill()?;
        }
        thread::sleep(LOOK);
    }
    // A tally is one short line: it fits the pipe while the process lives.
    Ok((child.wait_with_output()?.stdout, number()?))
}
