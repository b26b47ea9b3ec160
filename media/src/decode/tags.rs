//! Tags before and inside elementary streams: skipped by their length, never read.
//!
//! Titles come from the person who sends the file. Reading them out of it has cost decoders a panic, four gigabytes of
//! memory and half a minute; skipping costs nothing.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// More tags, or blocks of metadata, than any writer makes.
const TAGS_MAX: usize = 200;

/// What stands before the sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// Where the sound may begin.
    pub end: u64,
    /// How long the longest tag is.
    pub longest_bytes: u64,
    /// A tag is longer than the file.
    pub damaged: bool,
}

/// Skips `ID3v2` tags at the start of `file`.
pub fn id3(file: &File) -> io::Result<Lead> {
    let length = file.metadata()?.len();
    let mut lead = Lead::default();
    for _ in 0..TAGS_MAX {
        let mut head = [0; 10];
        if lead.end + 10 > length || file.read_exact_at(&mut head, lead.end).is_err() || !head.starts_with(b"ID3") {
            break;
        }
        let size = head[6..].iter().fold(0u64, |n, b| n << 7 | u64::from(b & 0x7F));
        let all = 10 + size + if head[5] & 0x10 == 0 { 0 } else { 10 };
        if lead.end + all > length {
            // Its length is a lie; whatever sound follows is found by its frames.
            lead.damaged = true;
            lead.end += 10;
            break;
        }
        lead.longest_bytes = lead.longest_bytes.max(all);
        lead.end += all;
    }
    Ok(lead)
}

/// The head of a FLAC stream without its pictures and comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlacHead {
    /// `fLaC` and STREAMINFO alone (RFC 9639 §8).
    pub clean: Vec<u8>,
    pub lead: Lead,
}

/// Reads the blocks of metadata of a FLAC stream that begins at `at`; `None` when the first is not STREAMINFO.
pub fn flac(file: &File, at: u64) -> io::Result<Option<FlacHead>> {
    const STREAMINFO_BYTES: usize = 34;
    let length = file.metadata()?.len();
    let mut clean = vec![0; 8 + STREAMINFO_BYTES];
    if length < at + clean.len() as u64 {
        return Ok(None);
    }
    file.read_exact_at(&mut clean, at)?;
    if !clean.starts_with(b"fLaC") || clean[4] & 0x7F != 0 || clean[5..8] != [0, 0, STREAMINFO_BYTES as u8] {
        return Ok(None);
    }
    let mut last = clean[4] & 0x80 != 0;
    clean[4] = 0x80;
    let mut lead = Lead { end: at + clean.len() as u64, ..Lead::default() };
    for _ in 0..TAGS_MAX {
        let mut head = [0; 4];
        if last || lead.end + 4 > length {
            break;
        }
        file.read_exact_at(&mut head, lead.end)?;
        let size = u64::from(u32::from_be_bytes([0, head[1], head[2], head[3]]));
        // A frame where a block should be: the mark of the last block is missing.
        if head[0] == 0xFF {
            break;
        }
        last = head[0] & 0x80 != 0;
        lead.end += 4;
        if size > length - lead.end {
            lead.damaged = true;
            break;
        }
        lead.longest_bytes = lead.longest_bytes.max(size);
        lead.end += size;
    }
    Ok(Some(FlacHead { clean, lead }))
}
