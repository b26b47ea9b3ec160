//! The air checks of this machine's sites, for the pages: read from the sites' folders, whether their processes run or not.

use std::path::PathBuf;
use std::sync::Arc;

use domain::{Frames, SiteId};
use jiff::Timestamp;
use playout::aircheck::{Archive, Piece, PieceName, clip};
use web_admin::{AirChecks, RecordedPiece};

use crate::config::Config;

/// What the pages may hear.
pub struct SiteAirChecks(pub Arc<Config>);

impl SiteAirChecks {
    fn archive(&self, site: SiteId) -> Option<Archive> {
        self.0.site(site).map(|s| Archive::new(&s.aircheck_dir()))
    }
}

impl AirChecks for SiteAirChecks {
    fn pieces(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Vec<RecordedPiece> {
        let found = self.archive(site).and_then(|a| a.between(from, to).ok()).unwrap_or_default();
        found.iter().map(recorded).collect()
    }

    fn file(&self, site: SiteId, piece: &str) -> Option<PathBuf> {
        let name: PieceName = piece.parse().ok()?;
        self.archive(site).map(|a| a.sound_of(name)).filter(|path| path.is_file())
    }

    fn clip(&self, site: SiteId, from: Timestamp, length: Frames) -> Option<Vec<u8>> {
        let found = clip(&self.archive(site)?, from, length).ok().filter(|c| !c.is_empty())?;
        found.to_opus(&format!("Mikado FM {site} {from}")).ok()
    }
}

fn recorded(piece: &Piece) -> RecordedPiece {
    let runs = piece.stretches.iter().map(|s| (s.wall, s.ends(), s.trusted)).collect();
    RecordedPiece { name: piece.name.to_string(), runs }
}
