//! Finds what was recorded by the wall clock: pieces, and in each the stretches in which frame and wall go together.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use domain::{Anchor, Frames, Position};
use jiff::Timestamp;

use super::index::{Index, Mark};
use super::name::{PieceName, pieces_in};
use super::pages::{Read1, next_page};
use crate::error::{Error, Result};

/// Marks closer to the line than this continue it: what two readings of the clocks differ by is no jump.
const SAME_LINE_FRAMES: i64 = 240;

/// The air check of one site, read only; it may be written meanwhile.
#[derive(Clone, Debug)]
pub struct Archive {
    dir: PathBuf,
}

/// One piece as it can be heard now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its name.
    pub name: PieceName,
    /// Its stretches, in the order of recording.
    pub stretches: Vec<Stretch>,
    /// Where sound was missing and is silence, by the wall.
    pub gaps: Vec<(Timestamp, Frames)>,
    /// Its channels: 1 or 2.
    pub channels: u8,
    pub(super) index: Index,
}

/// A run of frames in which the wall went on without a jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first frame, counted in the piece.
    pub from: Frames,
    /// The wall at the first frame.
    pub wall: Timestamp,
    /// How long it is.
    pub length: Frames,
    /// Whether the wall was trusted.
    pub trusted: bool,
}

impl Stretch {
    /// The wall after its last frame.
    pub fn ends(&self) -> Timestamp {
        Anchor { at: Position(0), wall: self.wall }.wall_of(Position(self.length.0))
    }
}

impl Archive {
    /// The air check in this folder; a missing folder holds nothing.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The names of all pieces, oldest first.
    pub fn names(&self) -> Result<Vec<PieceName>> {
        pieces_in(&self.dir).map_err(Error::io("listing", &self.dir))
    }

    /// The pieces that may hold something between two walls. One whose index cannot be read holds nothing that can be
    /// found by time, and is passed over: `verify` tells of it.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Piece>> {
        let near = |name: &PieceName| name.hour_begins() < to && from < name.hour_ends();
        let names = self.names()?;
        Ok(names.into_iter().filter(near).filter_map(|name| self.piece(name).ok()).collect())
    }

    /// One piece.
    pub fn piece(&self, name: PieceName) -> Result<Piece> {
        let index = Index::read(&self.dir.join(name.index()))?;
        let end = self.end_of(name, &index)?;
        let stretches = stretches(&index.marks, end);
        let wall = |at: Frames| stretches.iter().rev().find(|s| s.from <= at).map(|s| wall_in(s, at));
        let gaps = index.gaps.iter().filter_map(|(at, length)| Some((wall(*at)?, *length))).collect();
        Ok(Piece { name, stretches, gaps, channels: index.channels, index })
    }

    /// The file of a piece.
    pub fn sound_of(&self, name: PieceName) -> PathBuf {
        self.dir.join(name.sound())
    }

    /// The frames that can be decoded: the last whole page tells, and the last mark says where to look for it.
    fn end_of(&self, name: PieceName, index: &Index) -> Result<Frames> {
        let path = self.sound_of(name);
        let mut file = File::open(&path).map_err(Error::io("opening", &path))?;
        let last = index.marks.last();
        file.seek(SeekFrom::Start(last.map_or(0, |m| m.page_byte))).map_err(Error::io("reading", &path))?;
        let mut granule = last.map_or(0, |m| m.page_granule);
        let mut file = BufReader::new(file);
        while let Read1::Page(page) = next_page(&mut file).map_err(Error::io("reading", &path))? {
            granule = page.granule;
        }
        Ok(Frames(granule).saturating_sub(Frames(u64::from(index.pre_skip))))
    }
}

/// The wall at a frame of the piece.
fn wall_in(stretch: &Stretch, at: Frames) -> Timestamp {
    Anchor { at: Position(stretch.from.0), wall: stretch.wall }.wall_of(Position(at.0))
}

/// From marks to stretches: a mark that lies on the line of the one before only carries it on, up to what a card drifts.
fn stretches(marks: &[Mark], end: Frames) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    for (i, mark) in marks.iter().enumerate() {
        let until = marks.get(i + 1).map_or(end, |next| next.at).min(end);
        let Some(length) = until.checked_sub(mark.at).filter(|l| *l > Frames::ZERO) else { continue };
        let goes_on = |last: &Stretch| {
            let line = Anchor { at: Position(last.from.0), wall: last.wall };
            last.trusted == mark.trusted && line.drift_frames(Position(mark.at.0), mark.wall).abs() < SAME_LINE_FRAMES
        };
        match found.last_mut().filter(|last| goes_on(last)) {
            Some(last) => last.length += length,
            None => found.push(Stretch { from: mark.at, wall: mark.wall, length, trusted: mark.trusted }),
        }
    }
    found
}
