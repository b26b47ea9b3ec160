//! The catalogue's cards in an order of their own, so that the order in which they came cannot matter.

use std::collections::BTreeMap;

use domain::{Asset, AssetId, AssetKind, Frames, ProgrammeId, SiteId};
use jiff::Timestamp;

/// Assets by name and editions by programme.
pub(crate) struct Cards<'a> {
    by_id: BTreeMap<&'a str, &'a Asset>,
    editions: BTreeMap<&'a ProgrammeId, Vec<&'a Asset>>,
    music: Vec<&'a Asset>,
}

impl<'a> Cards<'a> {
    pub(crate) fn new(assets: &'a [Asset]) -> Self {
        let mut by_id = BTreeMap::<&str, &Asset>::new();
        // A file without a frame promises nothing.
        for asset in assets.iter().filter(|a| a.length > Frames::ZERO) {
            // Two cards of one name should not exist; the newest wins whichever came first.
            let kept = by_id.entry(asset.id.as_str()).or_insert(asset);
            if (ready(asset), asset.hash) > (ready(kept), kept.hash) {
                *kept = asset;
            }
        }
        let mut editions = BTreeMap::<_, Vec<_>>::new();
        for asset in by_id.values().filter(|a| a.kind == AssetKind::Programme) {
            if let Some(programme) = &asset.programme {
                editions.entry(programme).or_default().push(*asset);
            }
        }
        let music = by_id.values().copied().filter(|a| a.kind == AssetKind::Music && a.music.is_some()).collect();
        Self { by_id, editions, music }
    }

    /// Every title of music, by name.
    pub(crate) fn music(&self) -> &[&'a Asset] {
        &self.music
    }

    /// The card with this name.
    pub(crate) fn get(&self, id: &AssetId) -> Option<&'a Asset> {
        self.by_id.get(id.as_str()).copied()
    }

    /// Every edition of a programme, by name.
    pub(crate) fn editions(&self, programme: &ProgrammeId) -> &[&'a Asset] {
        self.editions.get(programme).map(Vec::as_slice).unwrap_or_default()
    }

    /// The card called `name`, or better the site's own, `name-SITE`, when it may air there then.
    ///
    /// A name that ends in another site's code is never looked up: another place's number cannot be heard here (R-HOT-01).
    pub(crate) fn for_site(&self, name: &str, site: SiteId, kind: AssetKind, when: Timestamp) -> Option<&'a Asset> {
        let own = format!("{name}-{site}");
        let airable = |id: &str| self.by_id.get(id).copied().filter(|a| a.kind == kind && a.may_air(site, when));
        airable(&own).or_else(|| airable(name))
    }
}

/// When an asset was approved; one without a date counts as older than all.
pub(crate) fn ready(asset: &Asset) -> Timestamp {
    asset.ready_since.unwrap_or(Timestamp::MIN)
}
