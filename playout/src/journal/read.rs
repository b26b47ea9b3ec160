//! Reading a journal: for the studio that tails it, and for whoever checks it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use domain::{AsRun, BootId, ChainHash, Finding, Seq, Severity, SiteId};

use super::wire::{Line, from_line};
use super::{MAX_FILE_BYTES, file_name, numbers};
use crate::chained::whole_lines;
use crate::error::{Error, Result};

/// One line of a journal.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// An air process began.
    Boot {
        /// Its site.
        site: SiteId,
        /// Its life.
        boot: BootId,
    },
    /// A stretch of sound was consumed.
    AsRun(AsRun),
}

/// A place in a journal: everything before it was read. The default is the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The number of the file; 0 before the first.
    pub file: u64,
    /// Bytes of it that were read.
    pub offset: u64,
}

/// What was read, and where to go on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Whole records in order.
    pub records: Vec<Record>,
    /// Where the next reading begins.
    pub cursor: Cursor,
    /// Records that could not be believed; they are passed over.
    pub findings: Vec<Finding>,
}

/// The whole journal in `dir`; a missing folder is an empty journal.
pub fn read(dir: &Path) -> Result<Reading> {
    let mut all = Reading::default();
    loop {
        let next = read_since(dir, all.cursor)?;
        if next.cursor == all.cursor {
            return Ok(all);
        }
        all.cursor = next.cursor;
        all.records.extend(next.records);
        all.findings.extend(next.findings);
    }
}

/// What was written since `cursor`, at most one file's worth. A line that is still being written is left for the next time.
pub fn read_since(dir: &Path, cursor: Cursor) -> Result<Reading> {
    if !dir.exists() {
        return Ok(Reading { cursor, ..Reading::default() });
    }
    let files = numbers(dir).map_err(Error::io("listing the journal", dir))?;
    let mut reading = Reading { cursor, ..Reading::default() };
    for number in files.into_iter().filter(|n| *n >= cursor.file) {
        let offset = if number == reading.cursor.file { reading.cursor.offset } else { 0 };
        let path = dir.join(file_name(number));
        let bytes = bytes_from(&path, offset)?;
        reading.cursor = Cursor { file: number, offset };
        for line in whole_lines(&bytes) {
            match from_line(line) {
                Ok(Line { record, .. }) => reading.records.push(record),
                Err(why) => reading.findings.push(broken(&path, None, &why)),
            }
            reading.cursor.offset += line.len() as u64 + 1;
        }
        if reading.cursor.offset > offset {
            break; // One file at a time keeps memory small; the next call goes on.
        }
    }
    Ok(reading)
}

/// Checks every line, every link of the chain and every number; the findings name the file and the line.
pub fn verify(dir: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut chain = Chain::default();
    if !dir.exists() {
        return Ok(findings);
    }
    let files = numbers(dir).map_err(Error::io("listing the journal", dir))?;
    for pair in files.windows(2).filter(|p| p[1] != p[0] + 1) {
        let path = dir.join(file_name(pair[0] + 1));
        findings.push(broken(&path, None, "the file is gone"));
    }
    for number in files {
        let path = dir.join(file_name(number));
        let bytes = bytes_from(&path, 0)?;
        for (line, i) in whole_lines(&bytes).zip(1..) {
            let checked = from_line(line).and_then(|l| chain.follow(&l));
            if let Err(why) = checked {
                findings.push(broken(&path, Some(i), &why));
            }
        }
        let whole: usize = whole_lines(&bytes).map(|l| l.len() + 1).sum();
        if whole < bytes.len() {
            let line = whole_lines(&bytes).count() as u64 + 1;
            findings.push(broken(&path, Some(line), "it was torn while being written; the next start cuts it off"));
        }
    }
    Ok(findings)
}

/// The chain while it is followed.
#[derive(Default)]
struct Chain {
    last: Option<ChainHash>,
    boot: Option<BootId>,
    next_seq: u64,
}

impl Chain {
    fn follow(&mut self, line: &Line) -> std::result::Result<(), String> {
        let linked = self.last.is_none_or(|last| last == line.prev);
        self.last = Some(line.hash);
        let seq = self.number(&line.record);
        if !linked {
            return Err("it does not follow the record before it".to_owned());
        }
        seq
    }

    fn number(&mut self, record: &Record) -> std::result::Result<(), String> {
        match record {
            Record::Boot { boot, .. } => (self.boot, self.next_seq) = (Some(*boot), 0),
            Record::AsRun(AsRun { boot, seq: Seq(seq), .. }) => {
                // The first lines may have been let go with old files.
                let expected = if self.boot == Some(*boot) { self.next_seq } else { *seq };
                (self.boot, self.next_seq) = (Some(*boot), seq + 1);
                if *seq != expected {
                    return Err(format!("record {expected} of boot {boot} is gone"));
                }
            }
        }
        Ok(())
    }
}

/// At most one file's worth from `offset` on.
fn bytes_from(path: &Path, offset: u64) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(Error::io("reading", path))?;
    file.seek(SeekFrom::Start(offset)).map_err(Error::io("reading", path))?;
    let mut bytes = Vec::new();
    // A file is followed by the next one when it passes its size, so the last line may lie behind it.
    let limit = MAX_FILE_BYTES * 2;
    file.take(limit).read_to_end(&mut bytes).map_err(Error::io("reading", path))?;
    Ok(bytes)
}

pub(super) fn broken(path: &Path, line: Option<u64>, why: &str) -> Finding {
    let error = |line| Error::BrokenJournal { path: PathBuf::from(path), line, why: why.to_owned() };
    let place = line.map_or(String::new(), |n| format!(", ligne {n}"));
    Finding {
        code: "journal.broken".to_owned(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Le journal de diffusion {}{place} n’est plus ce qui a été écrit ({why}). Gardez le fichier et cherchez qui l’a touché.",
            path.display()
        ),
        en: format!("{}. Keep the file and find out what touched it.", error(line.unwrap_or_default())),
    }
}
