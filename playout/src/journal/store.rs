//! Writing a journal: open after whatever happened, append, sync.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::{AsRun, BootId, ChainHash, Finding, Outcome, Severity, SiteId};

use super::read::{Record, broken};
use super::wire::{from_line, from_sounding, to_line, to_sounding};
use super::{MAX_FILE_BYTES, file_name, numbers};
use crate::chained::whole_lines;
use crate::error::{Error, Result};

/// The journal of one site, open for writing by its air process alone.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    number: u64,
    file: File,
    length_bytes: u64,
    prev: ChainHash,
    suspect: bool,
}

/// Where the last file stands.
struct Tail {
    number: u64,
    length_bytes: u64,
    prev: ChainHash,
    sound: bool,
    last_seqs: Vec<(BootId, u64)>,
}

impl Journal {
    /// Opens (or begins) the journal in `dir` for a new boot: cuts off a torn tail, records what the last boot was playing
    /// when it was killed, then records this boot. The findings tell what was mended.
    pub fn open(dir: &Path, site: SiteId, boot: BootId) -> Result<(Self, Vec<Finding>)> {
        fs::create_dir_all(dir).map_err(Error::io("making the folder", dir))?;
        let mut findings = Vec::new();
        let tail = Tail::find(dir, &mut findings)?;
        let number = if tail.sound { tail.number.max(1) } else { tail.number + 1 };
        let length_bytes = if tail.sound { tail.length_bytes } else { 0 };
        let file = open_file(dir, number)?;
        let mut journal = Self { dir: dir.to_owned(), number, file, length_bytes, prev: tail.prev, suspect: false };
        let left = journal.left_over(&tail.last_seqs);
        let mut records: Vec<_> = left.into_iter().map(Record::AsRun).collect();
        records.push(Record::Boot { site, boot });
        journal.write(&records)?;
        let _ = fs::remove_file(journal.sounding_path());
        Ok((journal, findings))
    }

    /// Appends records and waits until they are on the disk. After an error none of them counts as written.
    pub fn append(&mut self, records: &[AsRun]) -> Result<()> {
        let records: Vec<_> = records.iter().cloned().map(Record::AsRun).collect();
        self.write(&records)
    }

    /// Replaces the note of what sounds now. Not synced: it must survive a kill, and a power cut may take its last seconds.
    pub fn sounding(&self, records: &[AsRun]) -> Result<()> {
        let (path, temp) = (self.sounding_path(), self.dir.join("sounding.new"));
        fs::write(&temp, to_sounding(records)).map_err(Error::io("writing", &temp))?;
        fs::rename(&temp, &path).map_err(Error::io("renaming to", &path))
    }

    /// Whether the disk has failed to sync: nothing more is written there.
    pub fn is_suspect(&self) -> bool {
        self.suspect
    }

    /// Lets what follows go into another file, for tests of disks that fail.
    #[cfg(test)]
    pub(super) fn divert(&mut self, to: &Path) {
        self.file = OpenOptions::new().append(true).open(to).unwrap();
    }

    fn sounding_path(&self) -> PathBuf {
        self.dir.join("sounding")
    }

    /// What the last boot was playing when it was killed, unless that came to be recorded after all.
    fn left_over(&self, last_seqs: &[(BootId, u64)]) -> Vec<AsRun> {
        let text = fs::read_to_string(self.sounding_path()).unwrap_or_default();
        let mut left = from_sounding(&text).unwrap_or_default();
        left.retain(|r| last_seqs.iter().all(|(boot, seq)| *boot != r.boot || *seq < r.seq.0));
        for record in &mut left {
            record.outcome = Outcome::Stopped;
        }
        left
    }

    fn write(&mut self, records: &[Record]) -> Result<()> {
        if self.suspect {
            let gone = io::Error::other("the disk failed to sync before");
            return Err(Error::io("writing", &self.dir)(gone));
        }
        if self.length_bytes >= MAX_FILE_BYTES {
            self.file = open_file(&self.dir, self.number + 1)?;
            (self.number, self.length_bytes) = (self.number + 1, 0);
        }
        let mut text = String::new();
        let mut prev = self.prev;
        for record in records {
            let (line, hash) = to_line(record, prev);
            text.push_str(&line);
            prev = hash;
        }
        let path = self.dir.join(file_name(self.number));
        if let Err(e) = self.file.write_all(text.as_bytes()) {
            // Half a line must not stand before the next whole one.
            let _ = self.file.set_len(self.length_bytes);
            return Err(Error::io("writing", &path)(e));
        }
        if let Err(e) = self.file.sync_data() {
            self.suspect = true;
            return Err(Error::io("syncing", &path)(e));
        }
        self.length_bytes += text.len() as u64;
        self.prev = prev;
        Ok(())
    }
}

impl Tail {
    /// Reads the last file and cuts off what was torn.
    fn find(dir: &Path, findings: &mut Vec<Finding>) -> Result<Self> {
        let files = numbers(dir).map_err(Error::io("listing the journal", dir))?;
        let mut tail =
            Self { number: 0, length_bytes: 0, prev: ChainHash::default(), sound: true, last_seqs: Vec::new() };
        // The last link stands in the last file that has one: a file may have been begun and cut back to nothing.
        for number in files.iter().rev() {
            let linked = tail.take_file(dir, *number, tail.number == 0, findings)?;
            if linked {
                break;
            }
        }
        Ok(tail)
    }

    fn take_file(&mut self, dir: &Path, number: u64, last: bool, findings: &mut Vec<Finding>) -> Result<bool> {
        let path = dir.join(file_name(number));
        let bytes = fs::read(&path).map_err(Error::io("reading", &path))?;
        let (mut whole, mut linked) = (0, false);
        for (line, i) in whole_lines(&bytes).zip(1..) {
            whole += line.len() as u64 + 1;
            match from_line(line) {
                Ok(line) => {
                    (self.prev, linked) = (line.hash, true);
                    self.note_seq(&line.record);
                }
                Err(why) => {
                    findings.push(broken(&path, Some(i), &why));
                    // What follows a broken line goes into a file of its own.
                    self.sound &= !last;
                }
            }
        }
        if last {
            (self.number, self.length_bytes) = (number, whole);
            if whole < bytes.len() as u64 {
                let file = OpenOptions::new().write(true).open(&path).map_err(Error::io("opening", &path))?;
                file.set_len(whole).and_then(|()| file.sync_all()).map_err(Error::io("cutting", &path))?;
                findings.push(torn(&path, bytes.len() as u64 - whole));
            }
        }
        Ok(linked)
    }

    fn note_seq(&mut self, record: &Record) {
        let Record::AsRun(r) = record else { return };
        match self.last_seqs.iter_mut().find(|(boot, _)| *boot == r.boot) {
            Some((_, seq)) => *seq = (*seq).max(r.seq.0),
            None => self.last_seqs.push((r.boot, r.seq.0)),
        }
    }
}

fn open_file(dir: &Path, number: u64) -> Result<File> {
    let path = dir.join(file_name(number));
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::io("opening", &path))?;
    File::open(dir).and_then(|d| d.sync_all()).map_err(Error::io("syncing the folder", dir))?;
    Ok(file)
}

fn torn(path: &Path, bytes: u64) -> Finding {
    Finding {
        code: "journal.torn".to_owned(),
        severity: Severity::Info,
        at_s: None,
        fr: format!(
            "La dernière ligne du journal {} était incomplète ({bytes} octets) après une coupure ; elle a été retirée.",
            path.display()
        ),
        en: format!(
            "The last line of the journal {} was torn ({bytes} bytes) by a power cut or a kill; it was cut off.",
            path.display()
        ),
    }
}
