//! How a receiver's sound comes in: asked now and then, it gives what has come since and never waits.

use std::io::{self, Read};
use std::net::{IpAddr, UdpSocket};
use std::path::Path;

use domain::Frames;
use hardware::{CardError, CardInput, CardName};
use playout::live::Arrivals;
use playout::realtime::Frame;
use rtrb::Consumer;
use rustix::fs::{OFlags, open};

use super::super::live::{LineBy, PACKET_BYTES_MAX, bound, emptied, open_input};
use super::super::mpx::made;
use super::WitnessBy;
use crate::speech::Said;

/// Nobody hurries here: the longest period wakes the machine least.
const PERIOD: Frames = Frames::from_millis(50);
/// Bytes of a frame in a pipe.
const FRAME_BYTES: usize = 4;
/// Read from a pipe at once; a flood is read in pieces, one each time.
const PIECE_BYTES: usize = 64 * 1024;
/// Packets taken at once: a second of the shortest.
const PACKETS_MAX: usize = 1_000;
const FULL_SCALE: f32 = 32_768.0;

/// An open input.
pub(super) enum Ear {
    Card { card: CardInput, ring: Consumer<Frame> },
    Rtp { socket: UdpSocket, from: IpAddr, arrivals: Arrivals },
    Pipe { file: std::fs::File, bytes: Vec<u8> },
}

impl Ear {
    /// Opens the input, or says why it cannot be opened now.
    pub(super) fn open(by: &WitnessBy) -> Result<Self, Said> {
        match by {
            WitnessBy::Line(LineBy::Card(name)) => card(name),
            WitnessBy::Line(LineBy::Rtp { listen, from, shape }) => {
                let socket = bound(*listen).map_err(|e| plain(&e))?;
                socket.set_nonblocking(true).map_err(|e| plain(&e))?;
                Ok(Self::Rtp { socket, from: *from, arrivals: Arrivals::new(*shape) })
            }
            WitnessBy::Pipe(path) => pipe(path).map_err(|e| plain(&e)),
        }
    }

    /// Adds what has come since; an error when nothing will come any more.
    pub(super) fn hear(&mut self, sound: &mut Vec<Frame>) -> Result<(), Said> {
        match self {
            Self::Card { card, ring } => {
                sound.extend(emptied(ring));
                card.health().failed.map_or(Ok(()), |why| Err(Said::new(why.clone(), why)))
            }
            Self::Rtp { socket, from, arrivals } => packets(socket, *from, arrivals, sound).map_err(|e| plain(&e)),
            Self::Pipe { file, bytes } => piece(file, bytes, sound).map_err(|e| plain(&e)),
        }
    }
}

fn card(name: &str) -> Result<Ear, Said> {
    let name = CardName::new(name).map_err(|_| {
        Said::new("ce nom désigne n'importe quelle carte, ou aucune", "this name may be any card, or none")
    })?;
    match open_input(&name, PERIOD) {
        Ok((card, ring)) => Ok(Ear::Card { card, ring }),
        Err(CardError::Gone(_)) => Err(Said::new("elle n'est pas là", "it is not there")),
        Err(e) => Err(plain(&e)),
    }
}

/// Opens a pipe for reading without waiting for its writer; makes it where nothing is.
fn pipe(path: &Path) -> io::Result<Ear> {
    made(path)?;
    let file = open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, rustix::fs::Mode::empty())?;
    Ok(Ear::Pipe { file: file.into(), bytes: Vec::new() })
}

fn packets(socket: &UdpSocket, from: IpAddr, arrivals: &mut Arrivals, sound: &mut Vec<Frame>) -> io::Result<()> {
    let mut bytes = [0; PACKET_BYTES_MAX];
    for _ in 0..PACKETS_MAX {
        match socket.recv_from(&mut bytes) {
            // Anybody else is as if they had not spoken.
            Ok((n, who)) if who.ip() == from => {
                arrivals.take(bytes.get(..n).unwrap_or_default(), sound);
            }
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn piece(file: &mut std::fs::File, bytes: &mut Vec<u8>, sound: &mut Vec<Frame>) -> io::Result<()> {
    let held = bytes.len();
    bytes.resize(held + PIECE_BYTES, 0);
    let read = file.read(bytes.get_mut(held..).unwrap_or_default());
    bytes.truncate(held + read.as_ref().map_or(0, |n| *n));
    let whole = bytes.len() / FRAME_BYTES * FRAME_BYTES;
    let sample = |b: &[u8; 2]| f32::from(i16::from_le_bytes(*b)) / FULL_SCALE;
    let (frames, _) = bytes.as_chunks::<FRAME_BYTES>();
    sound.extend(frames.iter().map(|[a, b, c, d]| [sample(&[*a, *b]), sample(&[*c, *d])]));
    bytes.drain(..whole);
    match read {
        // Without a writer a pipe gives nothing, which is told like a card that gives nothing.
        Ok(_) => Ok(()),
        Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(()),
        Err(e) => Err(e),
    }
}

fn plain(why: &dyn std::fmt::Display) -> Said {
    Said::new(why.to_string(), why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_pipe_gives_whole_frames_whoever_comes_and_goes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("receiver");
        let mut ear = Ear::open(&WitnessBy::Pipe(path.clone())).unwrap();
        let mut sound = Vec::new();
        ear.hear(&mut sound).unwrap();
        assert!(sound.is_empty(), "nobody writes");
        let mut writer = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(&[0, 64, 0, 192, 0]).unwrap();
        ear.hear(&mut sound).unwrap();
        assert_eq!(sound, [[0.5, -0.5]], "half a frame waits");
        writer.write_all(&[32, 0, 0]).unwrap();
        drop(writer);
        ear.hear(&mut sound).unwrap();
        ear.hear(&mut sound).unwrap();
        assert_eq!(sound, [[0.5, -0.5], [0.25, 0.0]]);
    }
}
