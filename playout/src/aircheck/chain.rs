//! The chain of finished pieces: one line when a piece was finished, one when it was let go.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use domain::ChainHash;
use serde::{Deserialize, Serialize};

use super::name::PieceName;
use crate::chained::{self, whole_lines};
use crate::error::{Error, Result};

pub(super) const FILE: &str = "chain.jsonl";
/// Fifty lines of 400 bytes a day: twenty-five years.
const BYTES_MAX: u64 = 256 << 20;

/// Why a piece was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneBecause {
    /// It was older than what is kept.
    Age,
    /// The disk budget was used up.
    Budget,
}

/// One fact about the pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Record {
    /// A piece is finished: its bytes never change again.
    Piece { piece: String, sound_bytes: u64, sound: String, index: String },
    /// A piece was deleted by its retention.
    Gone { piece: String, because: GoneBecause },
}

impl Record {
    /// The record of a finished piece, from the bytes on the disk.
    pub(super) fn of(dir: &Path, piece: PieceName) -> Result<Self> {
        let (sound_bytes, sound) = hash_of(&dir.join(piece.sound()))?;
        // A kill between the two files leaves a piece without an index; that is a fact too.
        let index = hash_of(&dir.join(piece.index())).map(|(_, hash)| hash).unwrap_or_default();
        Ok(Self::Piece { piece: piece.to_string(), sound_bytes, sound, index })
    }
}

/// Length and BLAKE3 of a file.
pub(super) fn hash_of(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).map_err(Error::io("opening", path))?;
    let mut hasher = blake3::Hasher::new();
    let mut part = vec![0; 64 << 10];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut part).map_err(Error::io("reading", path))?;
        if n == 0 {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        bytes += n as u64;
        hasher.update(&part[..n]);
    }
}

/// The chain, open for appending.
#[derive(Debug)]
pub(super) struct Chain {
    path: PathBuf,
    file: File,
    prev: ChainHash,
}

impl Chain {
    /// Opens or begins the chain and gives what it says. A torn last line, which a power cut leaves, is cut off.
    pub(super) fn open(dir: &Path) -> Result<(Self, Vec<Record>)> {
        let path = dir.join(FILE);
        let bytes = read_bytes(&path)?;
        let (mut prev, mut records, mut whole) = (ChainHash::default(), Vec::new(), 0);
        for line in whole_lines(&bytes) {
            whole += line.len() as u64 + 1;
            // What does not hold is told by `verify`; the chain goes on from the last line that does.
            if let Ok(link) = chained::from_line::<Record>(line) {
                prev = link.hash;
                records.push(link.record);
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::io("opening", &path))?;
        if whole < bytes.len() as u64 {
            file.set_len(whole).map_err(Error::io("cutting", &path))?;
        }
        Ok((Self { path, file, prev }, records))
    }

    /// Appends records; they are on the disk when this returns.
    pub(super) fn append(&mut self, records: &[Record]) -> Result<()> {
        let (mut text, mut prev) = (String::new(), self.prev);
        for record in records {
            let json = serde_json::to_string(record).unwrap_or_default();
            let (line, hash) = chained::to_line(&json, prev);
            text.push_str(&line);
            prev = hash;
        }
        self.file.write_all(text.as_bytes()).map_err(Error::io("writing", &self.path))?;
        self.file.sync_data().map_err(Error::io("syncing", &self.path))?;
        self.prev = prev;
        Ok(())
    }
}

/// Every line of the chain with what is wrong with it, for those who check.
pub(super) fn checked(dir: &Path) -> Result<Vec<std::result::Result<Record, String>>> {
    let bytes = read_bytes(&dir.join(FILE))?;
    let mut last = ChainHash::default();
    let follow = |line: &[u8]| {
        let link = chained::from_line::<Record>(line)?;
        let follows = link.prev == last;
        last = link.hash;
        if follows { Ok(link.record) } else { Err("it does not follow the line before it".to_owned()) }
    };
    let mut lines: Vec<_> = whole_lines(&bytes).map(follow).collect();
    if bytes.last().is_some_and(|b| *b != b'\n') {
        lines.push(Err("it was torn while being written; the next start cuts it off".to_owned()));
    }
    Ok(lines)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(Error::io("reading", path))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => 0,
        Err(e) => return Err(Error::io("opening", path)(e)),
    };
    Ok(bytes)
}
