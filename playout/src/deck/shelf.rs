//! The library that airs: the site's shelf of canonical files, and the bed beside it.

use std::path::PathBuf;

use domain::{AudioHash, Frames};
use media::canonical::Canonical;

use super::sound::{Library, Sound};
use crate::error::{Error, Result};
use crate::realtime::Frame;

/// A shelf folder (`ab/<hash>.flac`), only read, and the path of the sustaining bed.
pub struct ShelfLibrary {
    dir: PathBuf,
    bed: Option<PathBuf>,
}

impl ShelfLibrary {
    /// The library in `dir` with this bed.
    pub fn new(dir: impl Into<PathBuf>, bed: Option<PathBuf>) -> Self {
        Self { dir: dir.into(), bed }
    }
}

impl Library for ShelfLibrary {
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>> {
        let name = hash.to_string();
        let path = self.dir.join(&name[..2]).join(format!("{name}.flac"));
        let sound = Canonical::open(&path, &hash).map_err(|e| trouble(&name, e))?;
        Ok(Box::new(Shelved { name, sound }))
    }

    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        let path = self.bed.as_ref()?;
        let name = path.display().to_string();
        let opened = Canonical::open_unnamed(path).map_err(|e| trouble(&name, e));
        Some(opened.map(|(sound, _)| -> Box<dyn Sound> { Box::new(Shelved { name, sound }) }))
    }
}

struct Shelved {
    name: String,
    sound: Canonical,
}

impl Sound for Shelved {
    fn length(&self) -> Frames {
        self.sound.length()
    }

    fn seek(&mut self, to: Frames) -> Result<()> {
        self.sound.seek(to).map_err(|e| trouble(&self.name, e))
    }

    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        self.sound.read(out).map_err(|e| trouble(&self.name, e))
    }
}

fn trouble(name: &str, e: media::Error) -> Error {
    match e {
        media::Error::Gone(_) => Error::Missing(name.to_owned()),
        e => Error::Damaged { what: name.to_owned(), why: e.to_string() },
    }
}
