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
    written: Option<SystemTime>,
    station: Option<Station>,
}

impl Facts {
    /// Those of the site in this folder; nothing is read yet.
    pub fn new(site_dir: &Path) -> Self {
        Self { kit: kit::path(site_dir), looked: None, written: None, station: None }
    }

    /// The station as it was last published here; `None` while nothing was.
    pub fn station(&mut self) -> Option<&Station> {
        if self.looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            self.looked = Some(Instant::now());
            let written = std::fs::metadata(&self.kit).and_then(|m| m.modified()).ok();
            if written.is_some() && written != self.written {
                self.written = written;
                self.read();
            }
        }
        self.station.as_ref()
    }

    /// What cannot be read leaves what was known.
    fn read(&mut self) {
        let station = Kit::read(&self.kit).map_err(|e| e.to_string());
        match station.and_then(|kit| Station::parse(&kit.station).map_err(|e| e.en)) {
            Ok(station) => self.station = Some(station),
            Err(why) => tracing::error!("the equipment goes by what it was told before: the kit: {why}"),
        }
    }
}
