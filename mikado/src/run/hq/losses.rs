//! What the sites did not keep and owe their campaigns, seen when the as-run comes home.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::SiteId;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use scheduler::{Owed, Station, Store, owed, reconcile};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::Rooms;
use super::planner::{Published, in_force};
use crate::clock::WallClock;

/// A lost airing is planned again within this time; there are hours to make it good.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// An entry's record may begin this long before it: it was joined from what came before midnight or before a seam.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// Compares promises with what came home, for ever.
pub(super) struct LookBack {
    clock: WallClock,
    store: Arc<Store>,
    published: Published,
    station: watch::Receiver<Arc<Station>>,
    sites: Vec<SiteId>,
    /// Until when each site's promises have been compared.
    seen: BTreeMap<SiteId, Timestamp>,
}

impl LookBack {
    pub(super) fn new(rooms: &Rooms, published: Published, station: watch::Receiver<Arc<Station>>) -> Self {
        let sites = rooms.config.sites.iter().map(|s| s.id).collect();
        let seen = BTreeMap::new();
        Self { clock: rooms.clock, store: Arc::clone(&rooms.store), published, station, sites, seen }
    }

    pub(super) async fn run(mut self) {
        let mut turn = interval(LOOK_EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turn.tick().await;
            let looked = tokio::task::spawn_blocking(move || {
                for site in self.sites.clone() {
                    if let Err(why) = self.look(site) {
                        tracing::warn!("{site}: what it owes cannot be seen: {why}");
                    }
                }
                self
            });
            self = match looked.await {
                Ok(back) => back,
                Err(why) => return tracing::error!("nobody counts lost airings any more: {why}; restart hq"),
            };
        }
    }

    /// Looks at what should have been heard since the last look, as far as the site's word has come home: a site that is
    /// cut off has not said yet what it aired, and owes nothing for that.
    fn look(&mut self, site: SiteId) -> anyhow::Result<()> {
        let now = self.clock.now();
        let Some(newest) = self.store.as_run_newest(site, 1)?.first().and_then(|r| r.wall) else { return Ok(()) };
        let oldest = now.checked_sub(Owed::WITHIN)?.max(self.store.first_heard(site)?.unwrap_or(now));
        let (from, until) = (self.seen.get(&site).copied().unwrap_or(oldest).max(oldest), newest.min(now));
        if until <= from {
            return Ok(());
        }
        let station = Arc::clone(&self.station.borrow());
        let records = self.store.as_run(site, from.checked_sub(MARGIN)?, until.checked_add(1.second())?)?;
        let mut lost = Vec::new();
        let mut open = until;
        for day in station.day_of(from).series(1.day()).take_while(|d| *d <= station.day_of(until)) {
            let Some(planned) = in_force(&self.published, site, day) else { continue };
            // What sounds across the end of the look is looked at again.
            let across = planned.plan.entry_at(until).map_or(until, |e| e.at);
            open = open.min(across.max(from));
            lost.extend(owed(&station, &reconcile(&planned.plan, &records, until)));
        }
        lost.retain(|o| from <= o.missed && o.missed < until);
        let new = self.store.note_owed(&lost, now)?;
        if new > 0 {
            tracing::info!("{site}: {new} lost airing(s) are to be made good");
        }
        self.seen.insert(site, open);
        Ok(())
    }
}
