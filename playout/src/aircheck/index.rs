//! The index of a piece: what it holds, where its pages begin, what the wall showed there, and what is missing.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use domain::{BootId, Frames, Position, SiteId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chained::whole_lines;
use crate::error::{Error, Result};

/// An hour has 360 marks of about 120 bytes; this is twenty times that.
const BYTES_MAX: u64 = 1 << 20;

/// One line of an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line: what the piece is.
    Piece {
        site: String,
        boot: String,
        channels: u8,
        sample_rate_hz: u32,
        /// Frames that a decoder gives before the first one of the piece.
        pre_skip_frames: u16,
    },
    /// From this frame on, until the next mark, frame and wall go together like this.
    Mark {
        at_frames: u64,
        #[serde(with = "instant")]
        wall: Timestamp,
        trusted: bool,
        /// The frame's position on the output.
        position_frames: u64,
        /// Where a page begins in the file …
        page_byte: u64,
        /// … and its first granule.
        page_granule: u64,
        /// By how much the wall had jumped, in milliseconds, when it had.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step_ms: Option<i64>,
    },
    /// So much did not reach the recorder, and is silence in the file.
    Gap { at_frames: u64, length_frames: u64 },
}

/// Writes an index line by line; each is in the kernel's hands when `write` returns, so that a kill takes none.
#[derive(Debug)]
pub(super) struct IndexWriter {
    file: File,
}

impl IndexWriter {
    pub(super) fn create(path: &Path, first: &Line) -> Result<Self> {
        let file = File::create_new(path).map_err(Error::io("beginning", path))?;
        let mut writer = Self { file };
        writer.write(path, first)?;
        Ok(writer)
    }

    pub(super) fn write(&mut self, path: &Path, line: &Line) -> Result<()> {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(Error::io("writing", path))
    }

    pub(super) fn sync(&self, path: &Path) -> Result<()> {
        self.file.sync_data().map_err(Error::io("syncing", path))
    }
}

/// A mark of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: Frames,
    pub(super) wall: Timestamp,
    pub(super) trusted: bool,
    pub(super) page_byte: u64,
    pub(super) page_granule: u64,
}

/// A whole index as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) channels: u8,
    pub(super) pre_skip: u16,
    pub(super) marks: Vec<Mark>,
    pub(super) gaps: Vec<(Frames, Frames)>,
}

impl Index {
    /// Reads what can be read: a torn last line is what a power cut leaves. A line that makes no sense is an error.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(Error::io("opening", path))?;
        file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(Error::io("reading", path))?;
        let mut index = Self::default();
        for (line, number) in whole_lines(&bytes).zip(1..) {
            let why = match serde_json::from_slice(line) {
                Ok(line) if index.take(&line) => continue,
                Ok(_) => "it does not follow the line before".to_owned(),
                Err(e) => e.to_string(),
            };
            return Err(Error::BrokenAirCheck { path: path.to_owned(), why: format!("line {number}: {why}") });
        }
        Ok(index)
    }

    fn take(&mut self, line: &Line) -> bool {
        match *line {
            Line::Piece { channels, pre_skip_frames, sample_rate_hz, .. } => {
                (self.channels, self.pre_skip) = (channels, pre_skip_frames);
                sample_rate_hz == domain::SAMPLE_RATE_HZ && matches!(channels, 1 | 2) && self.marks.is_empty()
            }
            Line::Mark { at_frames, wall, trusted, page_byte, page_granule, .. } => {
                let follows = self.marks.last().is_none_or(|m| m.at.0 <= at_frames && m.page_byte <= page_byte);
                self.marks.push(Mark { at: Frames(at_frames), wall, trusted, page_byte, page_granule });
                follows && self.channels > 0
            }
            Line::Gap { at_frames, length_frames } => {
                self.gaps.push((Frames(at_frames), Frames(length_frames)));
                true
            }
        }
    }
}

pub(super) fn piece_line(site: SiteId, boot: BootId, channels: u8, pre_skip_frames: u16) -> Line {
    let (site, boot) = (site.to_string(), boot.to_string());
    Line::Piece { site, boot, channels, sample_rate_hz: domain::SAMPLE_RATE_HZ, pre_skip_frames }
}

/// A mark as it is written.
pub(super) fn mark_line(mark: &Mark, position: Position, step_ms: Option<i64>) -> Line {
    Line::Mark {
        at_frames: mark.at.0,
        wall: mark.wall,
        trusted: mark.trusted,
        position_frames: position.0,
        page_byte: mark.page_byte,
        page_granule: mark.page_granule,
        step_ms,
    }
}

/// A wall time as RFC 3339 text.
mod instant {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(wall: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(wall)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}
