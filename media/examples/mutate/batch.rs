//! The inside of a process that decodes many mutants behind the decoder's walls.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use media::decode::{Limits, decode_file};
use media::{Verdict, peaks, sandbox};
use serde::{Deserialize, Serialize};

use crate::{memory, mutants};

/// The file that says which mutant is being decoded.
pub const AT: &str = "at";
/// A tenth of a second is enough to go through everything.
const LIMITS: Limits = Limits { length_s_max: 6 * 3600, length_ms_min: 20 };

static PANICS: AtomicU64 = AtomicU64::new(0);

/// What came of many mutants.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    pub taken: u64,
    pub refused: u64,
    /// Panics of a decoder, each of which became a sentence.
    pub panics: u64,
    /// Ends of a process that decoded many.
    pub escapes: u64,
    /// Ends of a process that decoded this one alone.
    pub broken: u64,
    /// The longest time in microseconds, and which mutant took it.
    slowest: (u64, u64),
    /// The most memory in bytes at once, and which mutant needed it.
    largest: (u64, u64),
}

impl Tally {
    pub fn done(&self) -> u64 {
        self.taken + self.refused + self.broken
    }

    pub fn add(&mut self, other: &Self) {
        self.taken += other.taken;
        self.refused += other.refused;
        self.panics += other.panics;
        self.escapes += other.escapes;
        self.broken += other.broken;
        self.slowest = self.slowest.max(other.slowest);
        self.largest = self.largest.max(other.largest);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { taken, refused, panics, escapes, broken, slowest, largest } = self;
        writeln!(f, "{taken} taken in, {refused} refused ({panics} of them by a caught panic)")?;
        writeln!(f, "{escapes} processes of many ended, {broken} of one")?;
        writeln!(f, "slowest: {:.0} ms (mutant {})", slowest.0 as f64 / 1e3, slowest.1)?;
        write!(f, "largest: {:.1} MiB (mutant {})", largest.0 as f64 / f64::from(1 << 20), largest.1)
    }
}

/// Names and bytes, by name.
pub fn seeds(dir: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut names: Vec<_> = fs::read_dir(dir)?.map(|e| e.map(|e| e.file_name())).collect::<io::Result<_>>()?;
    names.sort();
    names.iter().map(|n| Ok((n.to_string_lossy().into_owned(), fs::read(dir.join(n))?))).collect()
}

/// Decodes the mutants with these numbers and prints a [`Tally`].
pub fn run(dir: &Path, work: &Path, numbers: Range<u64>) -> io::Result<()> {
    let seeds = seeds(dir)?;
    let (input, output) = (work.join("mutant"), work.join("out.flac"));
    // Opened here: behind the walls the one can only be read, and the other not at all.
    let (mutant, at) = (File::create(&input)?, File::options().write(true).open(work.join(AT))?);
    for path in [output.clone(), peaks::beside(&output)] {
        File::create(path)?;
    }
    std::panic::set_hook(Box::new(|_| _ = PANICS.fetch_add(1, Ordering::Relaxed)));
    if let Some(missing) = sandbox::confine(&input, &[&output, &peaks::beside(&output)]).sentence() {
        writeln!(io::stderr(), "without walls: {missing}")?;
    }
    let mut tally = Tally::default();
    for number in numbers {
        at.write_all_at(&number.to_le_bytes(), 0)?;
        let bytes = mutants::mutant(&seeds[number as usize % seeds.len()].1, number);
        mutant.set_len(0)?;
        mutant.write_all_at(&bytes, 0)?;
        let (held, begun) = (memory::begin(), Instant::now());
        let report = decode_file(&input, &output, &LIMITS);
        let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tally.slowest = tally.slowest.max((took, number));
        tally.largest = tally.largest.max((memory::most_since(held), number));
        if report.verdict() == Verdict::Refused { tally.refused += 1 } else { tally.taken += 1 }
    }
    tally.panics = PANICS.load(Ordering::Relaxed);
    writeln!(io::stdout(), "{}", serde_json::to_string(&tally)?)
}
