//! Which sounds were open when lives of this process ended too soon, and which of them is not opened any more.
//!
//! A decoder that panics is caught; one that takes the process with it is not, and would do so again in each life. Small
//! files beside the journal remember: `open` (this life's sounds), `lasted` (it has outlived a minute), `short-lives` (what
//! was open at each early end, one line per life) and `barred` (one hash per line, to be taken out by hand). None of them is waited for.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use domain::{AudioHash, Frames};

use super::sound::{Library, Sound};
use crate::error::{Error, Result};
use crate::realtime::Frame;

/// Early ends in a row after which the sound that was open in all of them is left alone.
pub const LIVES_MAX: usize = 5;
/// Sounds remembered of one life, the newest: more are not open at once.
const OPEN_MAX: usize = 32;
/// Barred sounds; whoever has more has another trouble.
const BARRED_MAX: usize = 256;
/// A file of hashes has no more bytes than this.
const BYTES_MAX: u64 = 64 * 1024;

/// What earlier lives tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suspects {
    /// What is not opened any more.
    pub barred: Vec<AudioHash>,
    /// Whether lives go on ending early and no sound was open in all of them: then nothing but the bed is trusted at first.
    pub unknown: bool,
}

impl Suspects {
    /// Reads what earlier lives have left in `dir` and draws the conclusion. What cannot be read counts as good.
    pub fn at_boot(dir: &Path) -> Self {
        let mut lives: Vec<Vec<AudioHash>> = read(&dir.join(SHORT)).lines().map(hashes).collect();
        let lasted = fs::remove_file(dir.join(LASTED)).is_ok();
        if dir.join(OPEN).exists() && !lasted {
            lives.push(hashes(&read(&dir.join(OPEN))));
        }
        let mut barred: Vec<AudioHash> = hashes(&read(&dir.join(BARRED)));
        barred.truncate(BARRED_MAX);
        let mut unknown = false;
        if lives.len() >= LIVES_MAX {
            match guilty(&lives) {
                Some(hash) => {
                    barred.push(hash);
                    write(dir, BARRED, &lines(&barred, "\n"));
                }
                None => unknown = true,
            }
            lives.clear();
        }
        let told: Vec<String> = lives.iter().map(|life| format!("life {}", lines(life, " "))).collect();
        write(dir, SHORT, &told.join("\n"));
        // From here on an early end is one, also when nothing was opened.
        write(dir, OPEN, "");
        Self { barred, unknown }
    }

    /// This life has lasted: what was before it was bad luck.
    pub fn lasted(dir: &Path) {
        let _ = fs::remove_file(dir.join(SHORT));
        write(dir, LASTED, "");
    }

    /// This life has ended as it should.
    pub fn ended(dir: &Path) {
        for name in [OPEN, SHORT, LASTED] {
            let _ = fs::remove_file(dir.join(name));
        }
    }
}

const OPEN: &str = "open";
const SHORT: &str = "short-lives";
const LASTED: &str = "lasted";
const BARRED: &str = "barred";

/// The sound that was open at the end of every life, of several the one opened last.
fn guilty(lives: &[Vec<AudioHash>]) -> Option<AudioHash> {
    let (last, before) = lives.split_last()?;
    last.iter().rev().find(|hash| before.iter().all(|life| life.contains(hash))).copied()
}

fn read(path: &Path) -> String {
    let small = fs::metadata(path).is_ok_and(|m| m.len() <= BYTES_MAX);
    if small { fs::read_to_string(path).unwrap_or_default() } else { String::new() }
}

fn hashes(text: &str) -> Vec<AudioHash> {
    text.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn lines(hashes: &[AudioHash], between: &str) -> String {
    hashes.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// Not synced: it must survive the end of a process, not that of a machine. A disk that refuses costs only this memory.
fn write(dir: &Path, name: &str, text: &str) {
    let temp = dir.join(format!("{name}.new"));
    let _ =
        fs::create_dir_all(dir).and_then(|()| fs::write(&temp, text)).and_then(|()| fs::rename(&temp, dir.join(name)));
}

/// A library that opens nothing that is barred and notes what is open.
pub struct WatchedLibrary {
    inner: Box<dyn Library>,
    barred: Vec<AudioHash>,
    open: Arc<Mutex<VecDeque<AudioHash>>>,
    notes: SyncSender<String>,
}

impl WatchedLibrary {
    /// Watches over `inner`, with its notes in `dir`.
    ///
    /// # Errors
    /// When the thread that writes the notes cannot be started.
    pub fn new(inner: Box<dyn Library>, dir: &Path, suspects: &Suspects) -> Result<Self> {
        // One note waits while a disk is slow; the next that finds no room is written with the one after it.
        let (notes, to_write) = sync_channel::<String>(1);
        let folder: PathBuf = dir.to_owned();
        let spawned = thread::Builder::new().name("suspects".to_owned()).stack_size(128 << 10);
        spawned
            .spawn(move || to_write.iter().for_each(|text| write(&folder, OPEN, &text)))
            .map_err(Error::io("starting the thread that notes open sounds for", dir))?;
        Ok(Self { inner, barred: suspects.barred.clone(), open: Arc::default(), notes })
    }

    fn note(&self, hash: AudioHash) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_back(hash);
        while open.len() > OPEN_MAX {
            open.pop_front();
        }
        let _ = self.notes.try_send(lines(open.make_contiguous(), " "));
    }
}

impl Library for WatchedLibrary {
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>> {
        if self.barred.contains(&hash) {
            return Err(Error::Barred(hash.to_string()));
        }
        self.note(hash);
        let noted = Noted { hash, open: Arc::clone(&self.open) };
        let sound = self.inner.open(hash)?;
        Ok(Box::new(Watched { sound, _noted: noted }))
    }

    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        self.inner.bed()
    }
}

/// Takes a sound out of the list when it is closed; the file follows with the next opening.
struct Noted {
    hash: AudioHash,
    open: Arc<Mutex<VecDeque<AudioHash>>>,
}

impl Drop for Noted {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(i) = open.iter().position(|h| *h == self.hash) {
            open.remove(i);
        }
    }
}

struct Watched {
    sound: Box<dyn Sound>,
    _noted: Noted,
}

impl Sound for Watched {
    fn length(&self) -> Frames {
        self.sound.length()
    }

    fn seek(&mut self, to: Frames) -> Result<()> {
        self.sound.seek(to)
    }

    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        self.sound.read(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Anything;

    impl Library for Anything {
        fn open(&self, _: AudioHash) -> Result<Box<dyn Sound>> {
            Ok(Box::new(Nothing))
        }
        fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
            None
        }
    }

    struct Nothing;

    impl Sound for Nothing {
        fn length(&self) -> Frames {
            Frames::ZERO
        }
        fn seek(&mut self, _: Frames) -> Result<()> {
            Ok(())
        }
        fn read(&mut self, _: &mut [Frame]) -> Result<usize> {
            Ok(0)
        }
    }

    fn hash(n: u8) -> AudioHash {
        AudioHash([n; 32])
    }

    /// One life that is killed with these sounds open; the library and its sounds are leaked, as a kill leaks them.
    fn killed(dir: &Path, open: &[u8]) -> Suspects {
        let suspects = Suspects::at_boot(dir);
        let library = WatchedLibrary::new(Box::new(Anything), dir, &suspects).unwrap();
        for n in open {
            // What is barred is refused, and the life goes on without it.
            library.open(hash(*n)).into_iter().for_each(std::mem::forget);
        }
        let WatchedLibrary { notes, open, .. } = library;
        let text = lines(open.lock().unwrap().make_contiguous(), " ");
        // The thread has written what it took; what it may have missed is what the next opening would have brought.
        notes.send(text.clone()).unwrap();
        while read(&dir.join(OPEN)) != text {
            thread::yield_now();
        }
        suspects
    }

    #[test]
    fn what_was_open_at_five_early_ends_in_a_row_is_not_opened_again() {
        type Lives = [&'static [u8]; 5];
        let rows: [(&str, Lives, Option<u8>, bool); 4] = [
            ("the one that was always there", [&[1, 9], &[9, 2], &[9], &[3, 9], &[9, 4]], Some(9), false),
            ("of two the one opened last", [&[1, 9], &[1, 9], &[1, 9], &[1, 9], &[1, 9]], Some(9), false),
            ("never the same", [&[1], &[2], &[3], &[4], &[5]], None, true),
            ("nothing was open", [&[], &[], &[], &[], &[]], None, true),
        ];
        for (name, lives, guilty, unknown) in rows {
            let dir = tempfile::tempdir().unwrap();
            for life in lives {
                assert_eq!(killed(dir.path(), life), Suspects::default(), "{name}");
            }
            let suspects = Suspects::at_boot(dir.path());
            assert_eq!(suspects.barred, guilty.map(hash).into_iter().collect::<Vec<_>>(), "{name}");
            assert_eq!(suspects.unknown, unknown, "{name}");
            let library = WatchedLibrary::new(Box::new(Anything), dir.path(), &suspects).unwrap();
            for n in 1..=9 {
                assert_eq!(library.open(hash(n)).is_err(), guilty == Some(n), "{name}: {n}");
            }
        }
    }

    #[test]
    fn a_life_that_lasts_or_ends_well_forgives() {
        for forgive in [Suspects::lasted as fn(&Path), Suspects::ended] {
            let dir = tempfile::tempdir().unwrap();
            for n in 0..8 {
                if n == 4 {
                    forgive(dir.path());
                }
                assert_eq!(killed(dir.path(), &[9]), Suspects::default(), "life {n}");
            }
        }
    }
}
