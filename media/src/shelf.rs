//! The shelf: canonical files by their hash, each whole and synced before anybody may name it.
//!
//! ```text
//! DIR/ab/abcd….flac     canonical audio, read only, never changed
//! DIR/ab/abcd….peaks    its waveform for the pages; can be made again
//! DIR/ab/abcd….opus     its rendition for poor links, once somebody asked for it; can be made again
//! DIR/.put-….part       a file on its way in; left behind only by a crash
//! DIR/quarantine/…      what `mikado check --mend` found and nobody names; kept, and no part of the shelf
//! ```
//!
//! # The order of a `put`, and what each step is for
//!
//! 1. Copy the staged bytes to `.put-….part` in the shelf (same file system as the goal), hashing what is written.
//!    The part is locked while it is alive, so that another process does not sweep it.
//! 2. `fsync` the part: the bytes are on the disk before any name says so.
//! 3. Rename to `ab/<hash>.flac`, never over an existing file. Either the whole file has its name or none has.
//! 4. `fsync` the folder `ab` (and the shelf, when `ab` is new): the name survives a power cut.
//! 5. Only now may a catalogue row name the hash. *A row implies a whole, synced file.*
//!
//! A crash before step 3 leaves a part, which the next [`Shelf::open`] sweeps; a crash after it leaves a file without a
//! row, which `mikado check` tells and the same upload finds again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use domain::AudioHash;
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};

use crate::rendition::Rate;
use crate::{Error, Result};

/// Canonical audio by hash, on one folder. Any number of processes may use the same folder.
#[derive(Clone, Debug)]
pub struct Shelf {
    dir: PathBuf,
}

/// One file on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shelved {
    /// Its name.
    pub hash: AudioHash,
    /// Its size.
    pub length_bytes: u64,
}

/// What lies on the shelf and belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Where.
    pub path: PathBuf,
    /// Whether a crash left it in the middle of a `put`.
    pub part: bool,
}

const PART: &str = ".put-";
/// What lies beside a canonical file, goes with it, and can be made again.
const BESIDE: [&str; 2] = ["peaks", "opus"];
const QUARANTINE: &str = "quarantine";
/// Copying goes by this much: large enough for the disk, small enough for the memory of a site.
const COPY_BYTES: usize = 256 * 1024;
static PUTS: AtomicU64 = AtomicU64::new(0);

impl Shelf {
    /// The shelf in `dir`, made when it is not there; parts that a crash left are swept.
    pub fn open(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
        let shelf = Self { dir: dir.to_owned() };
        for stray in shelf.strays()?.into_iter().filter(|s| s.part) {
            sweep(&stray.path)?;
        }
        Ok(shelf)
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the bytes `hash` lie, or would lie.
    pub fn path(&self, hash: &AudioHash) -> PathBuf {
        self.named(hash, "flac")
    }

    /// Where the waveform of `hash` lies, or would lie.
    pub fn peaks_path(&self, hash: &AudioHash) -> PathBuf {
        self.named(hash, "peaks")
    }

    /// Where the rendition of `hash` for poor links lies, or would lie.
    pub fn rendition_path(&self, hash: &AudioHash) -> PathBuf {
        self.named(hash, "opus")
    }

    fn named(&self, hash: &AudioHash, extension: &str) -> PathBuf {
        let name = hash.to_string();
        self.dir.join(&name[..2]).join(format!("{name}.{extension}"))
    }

    /// Whether a file with this name is here; [`Shelf::verify`] says whether it is whole.
    pub fn has(&self, hash: &AudioHash) -> bool {
        self.path(hash).is_file()
    }

    /// Takes a copy of `staged` in; the answer is its name. The same bytes again change nothing, except that they
    /// replace a copy found damaged, which is kept beside as `.damaged`.
    pub fn put(&self, staged: &Path) -> Result<AudioHash> {
        let part = self.fresh_part();
        let done = self.put_through(staged, &part);
        if done.is_err() {
            // The part has no use any more, and the first error is the one to tell.
            let _ = fs::remove_file(&part);
        }
        done
    }

    fn put_through(&self, staged: &Path, part: &Path) -> Result<AudioHash> {
        let mut source = File::open(staged).map_err(|e| Error::io(staged, e))?;
        let at_part = |e| Error::io(part, e);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o444).open(part).map_err(at_part)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|e| at_part(e.into()))?;
        let hash = copy_hashing(&mut source, staged, &mut file, part)?;
        file.sync_all().map_err(at_part)?;
        self.name(part, &hash)?;
        Ok(hash)
    }

    fn name(&self, part: &Path, hash: &AudioHash) -> Result<()> {
        let goal = self.path(hash);
        let folder = goal.parent().unwrap_or(&self.dir);
        if !folder.is_dir() {
            fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
            sync_dir(&self.dir)?;
        }
        loop {
            match renameat_with(CWD, part, CWD, &goal, RenameFlags::NOREPLACE) {
                Ok(()) => return sync_dir(folder),
                Err(e) if io::Error::from(e).kind() == io::ErrorKind::AlreadyExists => {
                    if self.verify(hash).is_ok() {
                        fs::remove_file(part).map_err(|e| Error::io(part, e))?;
                        return sync_dir(folder);
                    }
                    let aside = goal.with_extension("damaged");
                    fs::rename(&goal, &aside).map_err(|e| Error::io(&goal, e))?;
                }
                Err(e) => return Err(Error::io(&goal, e.into())),
            }
        }
    }

    /// Puts a waveform beside `hash`. It can be made again, so it is not synced.
    pub fn put_peaks(&self, hash: &AudioHash, peaks: &[u8]) -> Result<()> {
        let goal = self.peaks_path(hash);
        let part = self.fresh_part();
        let written = File::create_new(&part).and_then(|mut file| {
            flock(&file, FlockOperation::NonBlockingLockExclusive)?;
            file.write_all(peaks)?;
            fs::rename(&part, &goal)
        });
        if written.is_err() {
            // It has no use any more, and the first error is the one to tell.
            let _ = fs::remove_file(&part);
        }
        written.map_err(|e| Error::io(&goal, e))
    }

    /// The rendition of `hash` at 24 kbit/s, made when it is not there yet: some 20 s of one processor for an hour. It can be
    /// made again, so its name is not synced. [`Error::Damaged`] or the like when the canonical file is not whole.
    pub fn rendition(&self, hash: &AudioHash) -> Result<PathBuf> {
        let goal = self.rendition_path(hash);
        if goal.is_file() {
            return Ok(goal);
        }
        let part = self.fresh_part();
        let at_part = |e| Error::io(&part, e);
        let file = File::create_new(&part).map_err(at_part)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|e| at_part(e.into()))?;
        let made = crate::rendition::make(&self.path(hash), hash, Rate::Kbit24, &part)
            .and_then(|_| fs::rename(&part, &goal).map_err(|e| Error::io(&goal, e)));
        if made.is_err() {
            // It has no use any more, and the first error is the one to tell.
            let _ = fs::remove_file(&part);
        }
        made.map(|()| goal)
    }

    fn fresh_part(&self) -> PathBuf {
        self.dir.join(format!("{PART}{}-{}.part", std::process::id(), PUTS.fetch_add(1, Ordering::Relaxed)))
    }

    /// Reads the whole file and compares it with its name: [`Error::Gone`], [`Error::Damaged`] or fine.
    pub fn verify(&self, hash: &AudioHash) -> Result<()> {
        let path = self.path(hash);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Error::Gone(*hash)),
            Err(e) => return Err(Error::io(&path, e)),
        };
        let tree = crate::tree::Tree::read(file).map_err(|e| Error::io(&path, e))?;
        if tree.root() == *hash { Ok(()) } else { Err(Error::Damaged { at: domain::Frames::ZERO }) }
    }

    /// Lets go of the bytes; `false` when they were not here. A player that has them open plays on.
    pub fn remove(&self, hash: &AudioHash) -> Result<bool> {
        let path = self.path(hash);
        for beside in BESIDE {
            match fs::remove_file(self.named(hash, beside)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::io(&path, e)),
                _ => {}
            }
        }
        match fs::remove_file(&path) {
            Ok(()) => sync_dir(path.parent().unwrap_or(&self.dir)).map(|()| true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(Error::io(&path, e)),
        }
    }

    /// Every canonical file, by hash.
    pub fn list(&self) -> Result<Vec<Shelved>> {
        let mut found = Vec::new();
        for (path, bytes) in self.files()? {
            if let Some(hash) = hash_of(&path) {
                found.push(Shelved { hash, length_bytes: bytes });
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// What the shelf takes of its disk, waveforms and strays included.
    pub fn bytes_used(&self) -> Result<u64> {
        Ok(self.files()?.iter().map(|(_, bytes)| bytes).sum())
    }

    /// Everything on the shelf that is neither a canonical file nor made from one.
    pub fn strays(&self) -> Result<Vec<Stray>> {
        let mut strays: Vec<_> = self.files()?.into_iter().map(|(path, _)| path).filter(|p| !self.belongs(p)).collect();
        strays.sort_unstable();
        let part = |p: &Path| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PART));
        Ok(strays.into_iter().map(|path| Stray { part: part(&path), path }).collect())
    }

    /// Where the quarantine is.
    pub fn quarantine_dir(&self) -> PathBuf {
        self.dir.join(QUARANTINE)
    }

    /// Moves a file of the shelf out of the way, never over another one, and answers where it lies now.
    pub fn quarantine(&self, path: &Path) -> Result<PathBuf> {
        let dir = self.quarantine_dir();
        fs::create_dir_all(&dir).map_err(|e| Error::io(&dir, e))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let from = path.parent().unwrap_or(&self.dir);
        for number in 0_u32.. {
            let goal = dir.join(if number == 0 { name.clone() } else { format!("{name}.{number}") });
            match renameat_with(CWD, path, CWD, &goal, RenameFlags::NOREPLACE) {
                Ok(()) => {
                    sync_dir(&dir)?;
                    sync_dir(from)?;
                    return Ok(goal);
                }
                Err(e) if io::Error::from(e).kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(Error::io(path, e.into())),
            }
        }
        Err(Error::io(path, io::ErrorKind::AlreadyExists.into()))
    }

    /// Every file in the quarantine with its size, by name.
    pub fn quarantined(&self) -> Result<Vec<(PathBuf, u64)>> {
        let dir = self.quarantine_dir();
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io(&dir, e)),
        };
        let mut held = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| Error::io(&dir, e))?;
            held.push((entry.path(), entry.metadata().map_err(|e| Error::io(&dir, e))?.len()));
        }
        held.sort();
        Ok(held)
    }

    /// Whether a whole copy of these bytes lies in the quarantine.
    pub fn is_in_quarantine(&self, hash: &AudioHash) -> bool {
        self.whole_in_quarantine(hash).is_some()
    }

    /// Takes these bytes back from the quarantine; `false` when no whole copy is there.
    pub fn take_back(&self, hash: &AudioHash) -> Result<bool> {
        let Some(kept) = self.whole_in_quarantine(hash) else { return Ok(false) };
        self.name(&kept, hash)?;
        Ok(true)
    }

    fn whole_in_quarantine(&self, hash: &AudioHash) -> Option<PathBuf> {
        let path = self.quarantine_dir().join(format!("{hash}.flac"));
        let tree = crate::tree::Tree::read(File::open(&path).ok()?).ok()?;
        (tree.root() == *hash).then_some(path)
    }

    fn belongs(&self, path: &Path) -> bool {
        let beside = path.extension().is_some_and(|e| BESIDE.iter().any(|b| e == *b));
        let audio = path.with_extension("flac");
        hash_of(&audio).is_some_and(|h| self.path(&h) == audio) && if beside { audio.is_file() } else { path == audio }
    }

    fn files(&self) -> Result<Vec<(PathBuf, u64)>> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))? {
                let entry = entry.map_err(|e| Error::io(&folder, e))?;
                match entry.metadata() {
                    // Two levels exist; whatever somebody put deeper is not the shelf's.
                    Ok(m) if m.is_dir() && folder == self.dir && entry.file_name() != QUARANTINE => {
                        folders.push(entry.path());
                    }
                    Ok(m) if m.is_file() => found.push((entry.path(), m.len())),
                    // A part may be renamed or removed by another process between the two calls.
                    _ => {}
                }
            }
        }
        Ok(found)
    }
}

fn hash_of(path: &Path) -> Option<AudioHash> {
    let stem = path.file_stem()?.to_str()?;
    path.extension().filter(|e| *e == "flac")?;
    stem.parse().ok()
}

fn copy_hashing(source: &mut File, staged: &Path, part: &mut File, part_path: &Path) -> Result<AudioHash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let n = source.read(&mut buffer).map_err(|e| Error::io(staged, e))?;
        if n == 0 {
            return Ok(AudioHash(*hasher.finalize().as_bytes()));
        }
        hasher.update(&buffer[..n]);
        part.write_all(&buffer[..n]).map_err(|e| Error::io(part_path, e))?;
    }
}

/// Removes a part unless the process that writes it is alive and holds its lock.
fn sweep(part: &Path) -> Result<()> {
    let Ok(file) = File::open(part) else { return Ok(()) };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(());
    }
    match fs::remove_file(part) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io(part, e)),
        _ => Ok(()),
    }
}

fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(|e| Error::io(dir, e))
}

/// Takes everybody's right to write the file away.
pub(crate) fn take_write_away(path: &Path) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o444)).map_err(|e| Error::io(path, e))
}

/// Whether nobody may write the file, as everything on the shelf should be.
pub(crate) fn is_read_only(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o222 == 0)
}
