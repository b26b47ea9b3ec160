//! The multiplex into a named pipe, for whoever reads it: a program that feeds an exciter by other ways.
//!
//! Nobody is waited for. A pipe takes pieces of up to `PIPE_BUF` (4 096 bytes) whole or not at all, so that a reader who was
//! late loses whole pieces and never half a sample.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::{Finding, Severity};
use hardware::mpx::BLOCK_SAMPLES;
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use rustix::io::Errno;

/// How often a reader is looked for.
const RETRY: Duration = Duration::from_secs(1);
/// Bytes that a pipe takes whole or not at all (pipe(7)).
const WHOLE_BYTES: usize = 4_096;
/// What the pipe may hold: a third of a second of floats, which a reader on a loaded machine may sleep.
const HELD_BYTES: usize = 256 * 1024;
const FULL_SCALE: f32 = 32_767.0;

/// What a sample is, in the machine's byte order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PipeFormat {
    /// 32-bit float, 1.0 is ±75 kHz.
    #[default]
    F32,
    /// 16-bit, full scale is ±75 kHz.
    S16,
}

/// A pipe that may have a reader.
pub struct Pipe {
    path: PathBuf,
    format: PipeFormat,
    file: Option<std::fs::File>,
    looked: Option<Instant>,
    trouble: Option<Finding>,
    bytes: Vec<u8>,
}

impl Pipe {
    pub fn new(path: PathBuf, format: PipeFormat) -> Self {
        let bytes = Vec::with_capacity(4 * BLOCK_SAMPLES);
        Self { path, format, file: None, looked: None, trouble: None, bytes }
    }

    /// Gives a block to the reader, if there is one and it has room.
    pub fn write(&mut self, samples: &[f32; BLOCK_SAMPLES]) -> io::Result<()> {
        self.look_for_reader();
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotConnected.into()) };
        self.bytes.clear();
        match self.format {
            PipeFormat::F32 => self.bytes.extend(samples.iter().flat_map(|s| s.to_ne_bytes())),
            PipeFormat::S16 => {
                self.bytes.extend(samples.iter().flat_map(|s| ((s * FULL_SCALE).round() as i16).to_ne_bytes()));
            }
        }
        let written = self.bytes.chunks(WHOLE_BYTES).try_for_each(|piece| file.write_all(piece));
        if written.as_ref().is_err_and(|e| e.kind() != io::ErrorKind::WouldBlock) {
            self.file = None;
            self.trouble = Some(unread(&self.path));
        }
        written
    }

    /// What is wrong with it now.
    pub fn trouble(&self) -> Option<Finding> {
        self.trouble.clone()
    }

    fn look_for_reader(&mut self) {
        if self.file.is_some() || self.looked.is_some_and(|at| at.elapsed() < RETRY) {
            return;
        }
        self.looked = Some(Instant::now());
        match opened(&self.path) {
            Ok(file) => {
                // A pipe that stays small only forgives less.
                let _ = rustix::pipe::fcntl_setpipe_size(&file, HELD_BYTES);
                (self.file, self.trouble) = (Some(file), None);
            }
            Err(Errno::NXIO) => self.trouble = Some(unread(&self.path)),
            Err(why) => self.trouble = Some(refused(&self.path, why)),
        }
    }
}

/// Opens a pipe for writing without waiting for its reader; makes it where nothing is. Anything but a pipe is left alone.
fn opened(path: &Path) -> Result<std::fs::File, Errno> {
    made(path)?;
    open(path, OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).map(std::fs::File::from)
}

/// Makes a named pipe where nothing is; anything else that is there is an error and stays.
pub fn made(path: &Path) -> Result<(), Errno> {
    match rustix::fs::stat(path) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Fifo => Ok(()),
        Ok(_) => Err(Errno::EXIST),
        Err(Errno::NOENT) => mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR | Mode::RGRP, 0),
        Err(_) => Ok(()),
    }
}

fn unread(path: &Path) -> Finding {
    let path = path.display();
    Finding {
        code: "mpx.unread".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("Personne ne lit le multiplex dans {path}. L'antenne continue ; relancez le programme qui le lit."),
        en: format!("Nobody reads the multiplex from {path}. The air goes on; start the program that reads it."),
    }
}

fn refused(path: &Path, why: Errno) -> Finding {
    let path = path.display();
    let (fr, en) = match why {
        Errno::EXIST => ("ce n'est pas un tube nommé".to_owned(), "it is not a named pipe".to_owned()),
        other => (other.to_string(), other.to_string()),
    };
    Finding {
        code: "mpx.pipe".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Le multiplex ne peut pas être écrit dans {path} : {fr}. L'antenne continue ; donnez un autre chemin."
        ),
        en: format!("The multiplex cannot be written into {path}: {en}. The air goes on; give another path."),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_reader_gets_whole_pieces_and_nobody_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mpx");
        let mut pipe = Pipe::new(path.clone(), PipeFormat::S16);
        assert!(pipe.write(&[0.5; BLOCK_SAMPLES]).is_err());
        assert_eq!(pipe.trouble().unwrap().code, "mpx.unread");
        let mut reader = std::fs::File::from(open(&path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty()).unwrap());
        pipe.looked = None;
        // More than a pipe holds: what has no room is refused, and the rest is whole.
        let taken = (0..200).filter(|_| pipe.write(&[0.5; BLOCK_SAMPLES]).is_ok()).count();
        let mut bytes = Vec::new();
        let _ = reader.read_to_end(&mut bytes);
        assert!(taken < 200 && bytes.len() == taken * 2 * BLOCK_SAMPLES, "{taken}: {}", bytes.len());
        assert!(bytes.chunks(2).all(|b| i16::from_ne_bytes([b[0], b[1]]) == 16_384));
        drop(reader);
        assert!(pipe.write(&[0.5; BLOCK_SAMPLES]).is_err());
        assert_eq!(pipe.trouble().unwrap().code, "mpx.unread");
    }

    #[test]
    fn a_file_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mpx.wav");
        std::fs::write(&path, "sound").unwrap();
        let mut pipe = Pipe::new(path.clone(), PipeFormat::F32);
        assert!(pipe.write(&[0.5; BLOCK_SAMPLES]).is_err());
        assert_eq!(pipe.trouble().unwrap().code, "mpx.pipe");
        assert_eq!(std::fs::read(&path).unwrap(), b"sound");
    }
}
