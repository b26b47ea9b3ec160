//! The boxes of an MP4 file (ISO/IEC 14496-12) as far as they are needed here: which, where, how long.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// More boxes than any writer makes in one file; a file of nothing but boxes is read no further.
const BOXES_MAX: usize = 20_000;

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Box4 {
    pub kind: [u8; 4],
    /// Where the box begins.
    pub at: u64,
    /// Its content.
    pub body: Range<u64>,
}

/// Reads boxes, and counts them.
pub struct Boxes<'a> {
    file: &'a File,
    left: usize,
}

impl<'a> Boxes<'a> {
    pub fn new(file: &'a File) -> Self {
        Self { file, left: BOXES_MAX }
    }

    /// The boxes that stand one after the other in `range`, and whether they fill it: what follows a box longer than
    /// its parent is no box.
    pub fn within(&mut self, range: Range<u64>) -> io::Result<(Vec<Box4>, bool)> {
        let mut found = Vec::new();
        let mut at = range.start;
        while at + 8 <= range.end && self.left > 0 {
            self.left -= 1;
            let mut head = [0; 8];
            self.file.read_exact_at(&mut head, at)?;
            let kind = [head[4], head[5], head[6], head[7]];
            let (size, header) = match be32(&head, 0) {
                0 => (range.end - at, 8),
                1 if at + 16 <= range.end => {
                    let mut large = [0; 8];
                    self.file.read_exact_at(&mut large, at + 8)?;
                    (u64::from_be_bytes(large), 16)
                }
                n => (u64::from(n), 8),
            };
            if size < header || size > range.end - at {
                return Ok((found, false));
            }
            found.push(Box4 { kind, at, body: at + header..at + size });
            at += size;
        }
        Ok((found, at == range.end))
    }

    /// The first `most` bytes of `range`, or all of it.
    pub fn bytes(&self, range: &Range<u64>, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; most.min((range.end - range.start) as usize)];
        self.file.read_exact_at(&mut bytes, range.start)?;
        Ok(bytes)
    }
}

/// The number at `at`; 0 beyond the end.
pub fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
}

/// The number at `at`; 0 beyond the end.
pub fn be64(bytes: &[u8], at: usize) -> u64 {
    u64::from(be32(bytes, at)) << 32 | u64::from(be32(bytes, at + 4))
}
