//! Writes canonical files, block by block, in constant memory.

use std::io::{self, Seek, SeekFrom, Write};

use domain::Frames;
use symphonia::core::checksum::Md5;
use symphonia::core::io::Monitor as _;

use super::frame::FrameEncoder;
use super::header::{HEADER_BYTES, Header, POINTS, SeekPoint};
use super::{BLOCK_FRAMES, Depth};

/// A canonical file in the making. The same samples always give the same bytes.
pub struct Writer<W: Write + Seek> {
    output: W,
    depth: Depth,
    header: Header,
    encoder: FrameEncoder,
    /// The block being filled, one vector per channel.
    block: Vec<Vec<i32>>,
    md5: Md5,
    number: u32,
    offset_bytes: u64,
    block_bytes_min: usize,
    /// Blocks from one seek point to the next; doubles whenever the table is full.
    point_blocks: u32,
    raw: Vec<u8>,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins a file of one or two channels at the start of `output`.
    pub fn new(mut output: W, channels: usize, depth: Depth) -> io::Result<Self> {
        if !(1..=2).contains(&channels) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a canonical file has one or two channels"));
        }
        output.write_all(&[0; HEADER_BYTES])?;
        Ok(Self {
            output,
            depth,
            header: Header::new(channels, depth),
            encoder: FrameEncoder::new(depth),
            block: vec![Vec::with_capacity(BLOCK_FRAMES); channels],
            md5: Md5::default(),
            number: 0,
            offset_bytes: 0,
            block_bytes_min: 0,
            point_blocks: 8,
            raw: Vec::new(),
        })
    }

    /// Adds interleaved samples (full scale ±1.0), whole frames only.
    pub fn write(&mut self, samples: &[f32]) -> io::Result<()> {
        let channels = self.block.len();
        let mut rest = samples;
        while !rest.is_empty() {
            let room = (BLOCK_FRAMES - self.block[0].len()) * channels;
            let (now, later) = rest.split_at(room.min(rest.len()));
            let depth = self.depth;
            match &mut self.block[..] {
                [left, right] => {
                    let (lefts, rights) = (now.chunks_exact(2).map(|f| f[0]), now.chunks_exact(2).map(|f| f[1]));
                    left.extend(lefts.map(|s| depth.quantise(s)));
                    right.extend(rights.map(|s| depth.quantise(s)));
                }
                [mono, ..] => mono.extend(now.iter().map(|s| depth.quantise(*s))),
                [] => {}
            }
            rest = later;
            if self.block[0].len() == BLOCK_FRAMES {
                self.finish_block()?;
            }
        }
        Ok(())
    }

    /// Ends the file and answers its length and the output, positioned anywhere, flushed, not synced.
    pub fn finish(mut self) -> io::Result<(Frames, W)> {
        if !self.block[0].is_empty() {
            self.finish_block()?;
        }
        self.header.md5 = self.md5.md5();
        self.output.seek(SeekFrom::Start(0))?;
        self.output.write_all(&self.header.encode(self.block_bytes_min))?;
        self.output.flush()?;
        Ok((self.header.length, self.output))
    }

    fn finish_block(&mut self) -> io::Result<()> {
        self.digest();
        self.mark();
        let frame = self.encoder.encode(self.number, &self.block);
        self.output.write_all(frame)?;
        let bytes = frame.len();
        self.header.block_bytes_max = self.header.block_bytes_max.max(bytes);
        self.block_bytes_min = if self.number == 0 { bytes } else { self.block_bytes_min.min(bytes) };
        self.offset_bytes += bytes as u64;
        self.header.length += Frames(self.block[0].len() as u64);
        self.number += 1;
        self.block.iter_mut().for_each(Vec::clear);
        Ok(())
    }

    fn digest(&mut self) {
        match self.depth.stored_bits() {
            16 => lay_out::<2>(&self.block, &mut self.raw),
            _ => lay_out::<3>(&self.block, &mut self.raw),
        }
        self.md5.process_buf_bytes(&self.raw);
    }

    fn mark(&mut self) {
        if !self.number.is_multiple_of(self.point_blocks) {
            return;
        }
        if self.header.points.len() == POINTS {
            self.point_blocks *= 2;
            let apart = u64::from(self.point_blocks) * BLOCK_FRAMES as u64;
            self.header.points.retain(|p| p.at.0 % apart == 0);
            if !self.number.is_multiple_of(self.point_blocks) {
                return;
            }
        }
        self.header.points.push(SeekPoint { at: self.header.length, offset_bytes: self.offset_bytes });
    }
}

/// The samples as the checksum of RFC 9639 §8.2 wants them: interleaved, little-endian, in `WIDTH` bytes each.
fn lay_out<const WIDTH: usize>(block: &[Vec<i32>], raw: &mut Vec<u8>) {
    let frame_bytes = WIDTH * block.len();
    raw.resize(frame_bytes * block[0].len(), 0);
    for (index, channel) in block.iter().enumerate() {
        for (frame, s) in raw.chunks_exact_mut(frame_bytes).zip(channel) {
            if let Some(place) = frame[index * WIDTH..].first_chunk_mut::<WIDTH>() {
                let bytes = s.to_le_bytes();
                *place = std::array::from_fn(|i| bytes[i]);
            }
        }
    }
}
