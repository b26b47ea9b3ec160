//! The bytes of a foreign file that are sound, as one stream: tags left out, a false header replaced.
//!
//! Decoders are given a view and never the file, so that no picture, text or length field that nobody needs is ever read
//! by foreign code.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use symphonia::core::io::MediaSource;

/// Stretches of a file, and bytes that stand in for others, one after the other.
#[derive(Debug)]
pub struct View {
    file: File,
    pieces: Vec<Piece>,
    length_bytes: u64,
    at: u64,
}

#[derive(Clone, Debug)]
enum Piece {
    Bytes(Vec<u8>),
    File(Range<u64>),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(range) => range.end - range.start,
        }
    }
}

impl View {
    /// Nothing yet of `file`.
    pub fn new(file: File) -> Self {
        Self { file, pieces: Vec::new(), length_bytes: 0, at: 0 }
    }

    /// These bytes next.
    pub fn and_bytes(mut self, bytes: Vec<u8>) -> Self {
        self.length_bytes += bytes.len() as u64;
        self.pieces.push(Piece::Bytes(bytes));
        self
    }

    /// This stretch of the file next; what lies beyond its end reads as the end.
    pub fn and_file(mut self, range: Range<u64>) -> Self {
        if range.start < range.end {
            self.length_bytes += range.end - range.start;
            self.pieces.push(Piece::File(range));
        }
        self
    }
}

impl Read for View {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut skip = self.at;
        for piece in &self.pieces {
            let length = piece.length();
            if skip >= length {
                skip -= length;
                continue;
            }
            let most = out.len().min((length - skip) as usize);
            let read = match piece {
                Piece::Bytes(bytes) => {
                    out[..most].copy_from_slice(&bytes[skip as usize..][..most]);
                    most
                }
                Piece::File(range) => self.file.read_at(&mut out[..most], range.start + skip)?,
            };
            self.at += read as u64;
            return Ok(read);
        }
        Ok(0)
    }
}

impl Seek for View {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.length_bytes, by),
        };
        self.at = base.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl MediaSource for View {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length_bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn pieces_read_as_one_stream_from_any_place() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let mut view = View::new(file).and_bytes(b"ab".to_vec()).and_file(3..6).and_file(7..7).and_file(8..10);
        let all = b"ab34589";
        assert_eq!(view.byte_len(), Some(all.len() as u64));
        for from in 0..=all.len() {
            view.seek(SeekFrom::Start(from as u64)).unwrap();
            let mut rest = Vec::new();
            view.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, all[from..], "from {from}");
        }
        assert_eq!(view.seek(SeekFrom::End(-2)).unwrap(), 5);
        assert!(view.seek(SeekFrom::Current(-6)).is_err());
    }
}
