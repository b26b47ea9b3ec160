//! The station's facts as the studio left them beside the plans (the kit), read again when they change: they hold when the studio
//! is gone.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use scheduler::Station;

use crate::kit::{self, Kit};

/// A date of a file costs nothing; what is published is true within seconds.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is known of the station.
pub struct Facts {
    kit: PathBuf,
    looked: Option<Instant>,
    /// The kit that was read last, whole or not.
    read: Option<SystemTime>,
    station: Option<(SystemTime, Station)>,
}

impl Facts {
    /// Those of the site in this folder; nothing is read yet.
    pub fn new(site_dir: &Path) -> Self {
        Self { kit: kit::path(site_dir), looked: None, read: None, station: None }
    }

    /// The station as it was last published here, and when; `None` while nothing was.
    pub fn station(&mut self) -> Option<(SystemTime, &Station)> {
        if self.looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            self.looked = Some(Instant::now());
            let written = std::fs::metadata(&self.kit).and_then(|m| m.modified()).ok();
            if let Some(written) = written.filter(|w| self.read != Some(*w)) {
                self.read = Some(written);
                self.look(written);
            }
        }
        self.station.as_ref().map(|(of, station)| (*of, station))
    }

    /// What cannot be read leaves what was known.
    fn look(&mut self, written: SystemTime) {
        let read = Kit::read(&self.kit).map_err(|e| e.to_string());
        match read.and_then(|kit| Station::parse(&kit.station).map_err(|e| e.en)) {
            Ok(station) => self.station = Some((written, station)),
            Err(why) => tracing::error!("receivers and equipment go by what they were told before: the kit: {why}"),
        }
    }
}
