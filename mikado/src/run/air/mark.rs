//! The last wall time that this site saw, kept on disk: a clock that shows less at the next boot is not to be trusted.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::WallClock;

/// The file's name in the site's folder.
const NAME: &str = "last-wall.json";
/// The file holds two short fields.
const BYTES_MAX: u64 = 4_096;

#[derive(Serialize, Deserialize)]
struct MarkWire {
    wall: String,
    shift_ms: i64,
}

/// Where the mark lies.
#[derive(Clone, Debug)]
pub struct WallMark {
    path: PathBuf,
}

impl WallMark {
    /// The mark of the site in this folder.
    pub fn in_dir(data_dir: &Path) -> Self {
        Self { path: data_dir.join(NAME) }
    }

    /// The last wall time seen, or `None` when there is none or it was seen under another shift: shifting the clock is
    /// what somebody asked for, not a fault of the clock.
    pub fn read(&self, clock: &WallClock) -> Option<Timestamp> {
        let mut text = String::new();
        File::open(&self.path).ok()?.take(BYTES_MAX).read_to_string(&mut text).ok()?;
        let mark: MarkWire = serde_json::from_str(&text).ok()?;
        let same = mark.shift_ms == clock.shift().as_millis() as i64;
        mark.wall.parse().ok().filter(|_| same)
    }

    /// Replaces the mark in one step: a power cut leaves the old one or the new one.
    pub fn write(&self, wall: Timestamp, clock: &WallClock) -> io::Result<()> {
        let mark = MarkWire { wall: wall.to_string(), shift_ms: clock.shift().as_millis() as i64 };
        let temp = self.path.with_extension("new");
        let mut file = File::create(&temp)?;
        file.write_all(serde_json::to_string(&mark)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temp, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn the_mark_is_read_back_under_the_same_shift_only() {
        let dir = tempfile::tempdir().unwrap();
        let mark = WallMark::in_dir(dir.path());
        let (own, shifted) = (WallClock::default(), WallClock::shifted(SignedDuration::from_hours(48)));
        assert_eq!(mark.read(&own), None);
        let wall: Timestamp = "2026-11-24T08:10:00Z".parse().unwrap();
        mark.write(wall, &own).unwrap();
        assert_eq!((mark.read(&own), mark.read(&shifted)), (Some(wall), None));
    }

    #[test]
    fn a_spoilt_mark_is_no_mark() {
        let dir = tempfile::tempdir().unwrap();
        let mark = WallMark::in_dir(dir.path());
        for bad in [&b""[..], b"{", b"{\"wall\":\"yesterday\",\"shift_ms\":0}", &[0xff; 9_000]] {
            fs::write(dir.path().join(NAME), bad).unwrap();
            assert_eq!(mark.read(&WallClock::default()), None);
        }
    }
}
