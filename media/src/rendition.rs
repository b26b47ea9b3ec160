//! The low-rate rendition for poor links: one channel of speech as Ogg/Opus, made from a canonical file on demand.
//!
//! Why it exists, and what it costs on the disk and on the link: `design/0013-the-speech-rendition.md`. The same canonical
//! bytes give the same rendition from the same build of libopus on the same kind of processor; the hash says which it is.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use domain::{AudioHash, Frames, SAMPLE_RATE_HZ};
use ogg::writing::{PacketWriteEndInfo, PacketWriter};
use opus::{Application, Bitrate, Channels, Encoder, Signal};

use crate::canonical::Canonical;
use crate::{Error, Result};

/// Frames of one packet: 60 ms, the longest that speech coding takes; less of the rate goes into heads.
const PACKET_FRAMES: usize = 2880;
/// Packets of one page: a little over a second, so that a broken transfer loses no more.
const PAGE_PACKETS: u64 = 20;
/// No packet of 60 ms is larger (RFC 6716 §3.4: three frames of at most 1,275 bytes, and their head).
const PACKET_BYTES_MAX: usize = 3 * 1275 + 7;

/// What a rendition may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// 24 kbit/s: 10.8 MB an hour. Every word; no hiss of its own.
    Kbit24,
    /// 32 kbit/s: 14.4 MB an hour. The voice as it is, and music that can be listened to.
    Kbit32,
}

impl Rate {
    const fn bits_per_s(self) -> i32 {
        match self {
            Self::Kbit24 => 24_000,
            Self::Kbit32 => 32_000,
        }
    }

    /// How large a rendition of this length becomes, about: the rate is an average.
    pub fn bytes_of(self, length: Frames) -> u64 {
        (length.as_secs_f64() * f64::from(self.bits_per_s()) / 8.0) as u64
    }
}

/// A rendition that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// The BLAKE3 hash of its bytes.
    pub hash: AudioHash,
    /// Its size.
    pub length_bytes: u64,
    /// The sound's length, which is that of the canonical file to the frame.
    pub length: Frames,
}

/// Makes the rendition of the canonical file `hash` at `source` and writes it to `output`, synced.
///
/// Every byte of the source is checked while it is read: what is damaged gives [`Error::Damaged`] and no rendition. The level
/// stays the source's, so that the card's gain is right for both.
pub fn make(source: &Path, hash: &AudioHash, rate: Rate, output: &Path) -> Result<Rendition> {
    let mut canonical = Canonical::open(source, hash)?;
    let bad = |e: std::io::Error| Error::io(output, e);
    let mut file = Hashed {
        inner: BufWriter::new(File::create(output).map_err(bad)?),
        hash: blake3::Hasher::new(),
        length_bytes: 0,
    };
    let written = encode(&mut canonical, hash, rate, &mut file).and_then(|written| written.map_err(bad));
    let synced = written.and_then(|()| file.inner.flush().and_then(|()| file.inner.get_ref().sync_all()).map_err(bad));
    if let Err(e) = synced {
        // Half a rendition is none; what matters is why.
        let _ = std::fs::remove_file(output);
        return Err(e);
    }
    let hash = AudioHash(*file.hash.finalize().as_bytes());
    Ok(Rendition { hash, length_bytes: file.length_bytes, length: canonical.length() })
}

/// The outer error is the source's or the coder's, the inner one the output's.
fn encode(canonical: &mut Canonical, hash: &AudioHash, rate: Rate, file: &mut Hashed) -> Result<std::io::Result<()>> {
    let coder = |e: opus::Error| Error::Coder { why: e.to_string() };
    let mut encoder = Encoder::new(SAMPLE_RATE_HZ, Channels::Mono, Application::Audio).map_err(coder)?;
    encoder.set_bitrate(Bitrate::Bits(rate.bits_per_s())).map_err(coder)?;
    encoder.set_vbr(true).map_err(coder)?;
    encoder.set_signal(Signal::Voice).map_err(coder)?;
    encoder.set_complexity(10).map_err(coder)?;
    let pre_skip = encoder.get_lookahead().map_err(coder)?.unsigned_abs() as usize;
    let [a, b, c, d, ..] = hash.0;
    let mut pages = Pages { writer: PacketWriter::new(file), serial: u32::from_be_bytes([a, b, c, d]), packets: 0 };
    if let Err(e) = pages.head(pre_skip as u16) {
        return Ok(Err(e));
    }
    let total = canonical.length().0 + pre_skip as u64;
    let mut frames = vec![[0f32; 2]; PACKET_FRAMES];
    let mut packet = [0; PACKET_BYTES_MAX];
    let mut given = 0;
    while given < total {
        let mut mono = [0f32; PACKET_FRAMES];
        let mut filled = 0;
        while let read @ 1.. = canonical.read(&mut frames[filled..])? {
            filled += read;
        }
        mono.iter_mut().zip(&frames[..filled]).for_each(|(m, [l, r])| *m = (l + r) * 0.5);
        let bytes = encoder.encode_float(&mono, &mut packet).map_err(coder)?;
        given += PACKET_FRAMES as u64;
        if let Err(e) = pages.packet(&packet[..bytes], given.min(total), given >= total) {
            return Ok(Err(e));
        }
    }
    Ok(Ok(()))
}

/// Bytes on their way into a file, counted and hashed.
struct Hashed {
    inner: BufWriter<File>,
    hash: blake3::Hasher,
    length_bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        self.hash.update(&bytes[..taken]);
        self.length_bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Ogg/Opus (RFC 7845).
struct Pages<'a> {
    writer: PacketWriter<'a, &'a mut Hashed>,
    serial: u32,
    packets: u64,
}

impl Pages<'_> {
    fn head(&mut self, pre_skip: u16) -> std::io::Result<()> {
        let mut head = b"OpusHead\x01\x01".to_vec();
        head.extend(pre_skip.to_le_bytes());
        head.extend(SAMPLE_RATE_HZ.to_le_bytes());
        head.extend([0; 3]);
        self.writer.write_packet(head, self.serial, PacketWriteEndInfo::EndPage, 0)?;
        // No version in it: a new build of the coder that codes the same gives the same bytes.
        let tags = b"OpusTags\x06\0\0\0Mikado\0\0\0\0".to_vec();
        self.writer.write_packet(tags, self.serial, PacketWriteEndInfo::EndPage, 0)
    }

    /// `until` is the frame after the packet's last that is to be heard, the pre-skip counted.
    fn packet(&mut self, bytes: &[u8], until: u64, last: bool) -> std::io::Result<()> {
        self.packets += 1;
        let end = match (last, self.packets.is_multiple_of(PAGE_PACKETS)) {
            (true, _) => PacketWriteEndInfo::EndStream,
            (false, true) => PacketWriteEndInfo::EndPage,
            (false, false) => PacketWriteEndInfo::NormalPacket,
        };
        self.writer.write_packet(bytes.to_vec(), self.serial, end, until)
    }
}
