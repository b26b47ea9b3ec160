//! What was planned, aired and kept, out of the station's own stores: what proofs and rules are counted from.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::{AsRun, AssetId, Frames, SiteId, SitePlan};
use jiff::Timestamp;
use jiff::civil::Date;
use scheduler::proof::Sources;

use crate::App;
use crate::error::WebError;

/// The stores behind the pages.
pub(crate) struct Stores<'a> {
    app: &'a App,
    /// Asked of the catalogue once for each sound.
    lengths: RefCell<HashMap<AssetId, Option<Frames>>>,
}

impl<'a> Stores<'a> {
    pub(crate) fn new(app: &'a App) -> Self {
        Self { app, lengths: RefCell::default() }
    }
}

impl Sources for Stores<'_> {
    type Error = WebError;

    fn plan(&self, site: SiteId, day: Date) -> Result<Option<SitePlan>, WebError> {
        Ok((self.app.plans)(site, day).map(|planned| planned.plan.clone()))
    }

    fn records(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Result<Vec<AsRun>, WebError> {
        self.app.store.as_run(site, from, to).map_err(WebError::internal)
    }

    fn length(&self, asset: &AssetId) -> Option<Frames> {
        if let Some(known) = self.lengths.borrow().get(asset) {
            return *known;
        }
        let length = self.app.catalogue.get(asset).ok().flatten().map(|card| card.asset.length);
        self.lengths.borrow_mut().insert(asset.clone(), length);
        length
    }

    fn held(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let pieces = self.app.air_checks.pieces(site, from, to);
        pieces.iter().flat_map(|p| &p.runs).filter(|run| run.2).map(|(from, to, _)| (*from, *to)).collect()
    }
}
