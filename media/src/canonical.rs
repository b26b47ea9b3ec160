//! The player's reader: canonical audio by its hash, every byte checked before it becomes sound.
//!
//! Opening reads the whole file once and compares it with the hash that was approved; from then on every 64 KiB piece
//! is read through that file's own BLAKE3 tree ([`crate::tree`]). So a file that is overwritten or cut under
//! the player ends in [`Error::Damaged`], and never in another sound; a file that is deleted plays on, because it is
//! still open.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use domain::{AudioHash, Frames};

use crate::flac::{BLOCK_FRAMES, Block, HEADER_BYTES, Header, unframe};
use crate::tree::{PIECE_BYTES, Tree};
use crate::{Error, Result};

/// A canonical file being played: less than 256 KiB of memory and 0.05 % of the file's size.
#[derive(Debug)]
pub struct Canonical {
    path: PathBuf,
    pieces: Pieces,
    header: Header,
    /// Verified bytes from `window_at` on.
    window: Vec<u8>,
    window_at: u64,
    /// Where the next block begins, and its number.
    next_at: u64,
    next_number: u32,
    block: Block,
    /// The next frame of `block` to be given.
    taken: usize,
    position: Frames,
}

#[derive(Debug)]
struct Pieces {
    file: File,
    tree: Tree,
}

impl Canonical {
    /// Opens `path`, whose bytes must be exactly those of `hash`.
    ///
    /// [`Error::Gone`] when there is no file, [`Error::Damaged`] when the bytes are others, [`Error::NotSound`] when
    /// they are right but not canonical audio.
    pub fn open(path: &Path, hash: &AudioHash) -> Result<Self> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Error::Gone(*hash)),
            Err(e) => return Err(Error::io(path, e)),
        };
        let tree = Tree::read(&file).map_err(|e| Error::io(path, e))?;
        if tree.root() != *hash {
            return Err(Error::Damaged { at: Frames::ZERO });
        }
        Self::begin(path, Pieces { file, tree })
    }

    /// Opens `path` whatever its hash is, and answers that too: for a file that no catalogue names, such as the bed.
    pub fn open_unnamed(path: &Path) -> Result<(Self, AudioHash)> {
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let tree = Tree::read(&file).map_err(|e| Error::io(path, e))?;
        let hash = tree.root();
        Ok((Self::begin(path, Pieces { file, tree })?, hash))
    }

    fn begin(path: &Path, pieces: Pieces) -> Result<Self> {
        let head_bytes = HEADER_BYTES.min(pieces.tree.length_bytes() as usize);
        let mut window = Vec::new();
        pieces.append(0, &mut window).ok_or(Error::Damaged { at: Frames::ZERO })?;
        let header =
            Header::parse(&window[..head_bytes.min(window.len())]).map_err(|why| Error::not_sound(path, why))?;
        Ok(Self {
            path: path.to_owned(),
            pieces,
            header,
            window,
            window_at: 0,
            next_at: HEADER_BYTES as u64,
            next_number: 0,
            block: Block::default(),
            taken: 0,
            position: Frames::ZERO,
        })
    }

    /// The declared length, which is also what [`Canonical::read`] gives in all, or it gives an error.
    pub fn length(&self) -> Frames {
        self.header.length
    }

    /// 1 or 2; [`Canonical::read`] puts mono on both sides.
    pub fn channels(&self) -> u16 {
        self.header.channels as u16
    }

    /// 16 or 24.
    pub fn bits(&self) -> u32 {
        self.header.bits
    }

    /// The next frame that [`Canonical::read`] will give.
    pub fn position(&self) -> Frames {
        self.position
    }

    /// Goes to frame `to` exactly; beyond the end means the end.
    pub fn seek(&mut self, to: Frames) -> Result<()> {
        let to = to.min(self.header.length);
        let (from, end) = self.block_span();
        if to >= from && to < end {
            self.taken = (to.0 - from.0) as usize;
            self.position = to;
            return Ok(());
        }
        self.block.clear();
        self.taken = 0;
        if to == self.header.length {
            // There is no block to begin in; leave the reader at a place whose number fits nothing.
            self.position = to;
            return Ok(());
        }
        self.go_near(to);
        loop {
            self.next_block()?;
            let (from, end) = self.block_span();
            if to < end {
                self.taken = (to.0 - from.0) as usize;
                self.position = to;
                return Ok(());
            }
        }
    }

    /// Fills `out` from the start and answers how many frames: fewer only at the end, 0 when there are none left.
    ///
    /// Frames that were given before an error are good; after [`Error::Damaged`] there is nothing more to be had.
    pub fn read(&mut self, out: &mut [[f32; 2]]) -> Result<usize> {
        let mut filled = 0;
        while filled < out.len() && self.position < self.header.length {
            if self.taken == self.block.length() {
                match self.next_block() {
                    Ok(()) => {}
                    // What is already in `out` is good; the error comes with the next call.
                    Err(_) if filled > 0 => return Ok(filled),
                    Err(e) => return Err(e),
                }
            }
            let count = (out.len() - filled).min(self.block.length() - self.taken);
            self.give(&mut out[filled..filled + count]);
            filled += count;
        }
        Ok(filled)
    }

    fn give(&mut self, out: &mut [[f32; 2]]) {
        let scale = 1.0 / (1u32 << (self.header.bits - 1)) as f32;
        let from = self.taken;
        let left = &self.block.channel(0)[from..];
        let right = if self.header.channels == 2 { &self.block.channel(1)[from..] } else { left };
        for (frame, (l, r)) in out.iter_mut().zip(left.iter().zip(right)) {
            *frame = [*l as f32 * scale, *r as f32 * scale];
        }
        self.taken += out.len();
        self.position += Frames(out.len() as u64);
    }

    /// The sound that `block` holds: first frame and the one after the last.
    fn block_span(&self) -> (Frames, Frames) {
        let end = Frames(u64::from(self.next_number) * BLOCK_FRAMES as u64).min(self.header.length);
        (end.saturating_sub(Frames(self.block.length() as u64)), end)
    }

    fn go_near(&mut self, to: Frames) {
        let after = self.header.points.partition_point(|p| p.at <= to);
        let here = Frames(u64::from(self.next_number) * BLOCK_FRAMES as u64);
        let point = self.header.points[..after].last();
        // Going on from here is nearer than any point between here and the goal would be.
        if here <= to && point.is_none_or(|p| p.at <= here) {
            return;
        }
        let (at, offset) = point.map_or((Frames::ZERO, 0), |p| (p.at, p.offset_bytes));
        self.next_number = (at.0 / BLOCK_FRAMES as u64) as u32;
        self.next_at = HEADER_BYTES as u64 + offset;
    }

    /// Decodes the block that comes next, which must be there, whole and the right one.
    fn next_block(&mut self) -> Result<()> {
        let from = u64::from(self.next_number) * BLOCK_FRAMES as u64;
        let damaged = Error::Damaged { at: Frames(from) };
        let length = self.header.length.0.saturating_sub(from).min(BLOCK_FRAMES as u64) as usize;
        self.block.clear();
        self.taken = 0;
        if length == 0 || self.load().is_none() {
            return Err(damaged);
        }
        let start = (self.next_at - self.window_at) as usize;
        let bytes = self.window.get(start..).unwrap_or_default();
        let Some(taken) = unframe(&self.header, self.next_number, length, bytes, &mut self.block) else {
            self.block.clear();
            return Err(Error::not_sound(&self.path, format!("its block {} is not FLAC", self.next_number)));
        };
        self.next_at += taken as u64;
        self.next_number += 1;
        Ok(())
    }

    /// Makes `window` hold the whole next block, or everything up to the end of the file.
    fn load(&mut self) -> Option<()> {
        let goal = (self.next_at + self.header.block_bytes_max as u64).min(self.pieces.tree.length_bytes());
        let held = self.window_at..self.window_at + self.window.len() as u64;
        if !held.contains(&self.next_at) {
            self.window.clear();
            self.window_at = self.next_at / PIECE_BYTES as u64 * PIECE_BYTES as u64;
        } else if goal > held.end {
            // Only whole pieces leave, so that the window always begins at one.
            let done = (self.next_at - self.window_at) as usize / PIECE_BYTES * PIECE_BYTES;
            self.window.drain(..done);
            self.window_at += done as u64;
        }
        while self.window_at + (self.window.len() as u64) < goal {
            let piece = (self.window_at + self.window.len() as u64) / PIECE_BYTES as u64;
            self.pieces.append(piece as usize, &mut self.window)?;
        }
        Some(())
    }
}

impl Pieces {
    /// Appends piece `index` to `window` if it is what it was when the file was opened.
    fn append(&self, index: usize, window: &mut Vec<u8>) -> Option<()> {
        let from = window.len();
        window.resize(from + self.tree.piece_bytes(index), 0);
        let piece = &mut window[from..];
        let read = self.file.read_exact_at(piece, index as u64 * PIECE_BYTES as u64);
        if !piece.is_empty() && read.is_ok() && self.tree.vouches_for(index, piece) {
            return Some(());
        }
        window.truncate(from);
        None
    }
}
