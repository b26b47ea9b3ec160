//! What the coming days lack, looked at again whenever plans change and at least every few minutes.

use std::sync::Arc;
use std::time::Duration;

use jiff::{Span, Timestamp};
use media::catalogue::Catalogue;
use scheduler::readiness::{Lack, ahead};
use scheduler::{PlanInputs, Station, Store};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::Rooms;
use crate::clock::WallClock;

/// Revisions are compared this often; a lack that has been mended leaves the wall within it.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Without any change the horizon moves on by itself.
const AGAIN_AFTER_S: i64 = 300;

/// Looks ahead for ever.
pub(super) struct LookAhead {
    clock: WallClock,
    catalogue: Arc<Catalogue>,
    store: Arc<Store>,
    station: watch::Receiver<Arc<Station>>,
    tell: watch::Sender<Arc<Vec<Lack>>>,
    made: Option<(u64, u64, Timestamp)>,
}

impl LookAhead {
    pub(super) fn new(
        rooms: &Rooms,
        station: watch::Receiver<Arc<Station>>,
        tell: watch::Sender<Arc<Vec<Lack>>>,
    ) -> Self {
        let (catalogue, store) = (Arc::clone(&rooms.catalogue), Arc::clone(&rooms.store));
        Self { clock: rooms.clock, catalogue, store, station, tell, made: None }
    }

    pub(super) async fn run(mut self) {
        let mut turn = interval(LOOK_EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turn.tick().await;
            let looked = tokio::task::spawn_blocking(move || {
                if let Err(why) = self.look() {
                    tracing::warn!("what the coming days lack cannot be seen: {why}");
                }
                self
            });
            self = match looked.await {
                Ok(back) => back,
                Err(why) => return tracing::error!("nobody looks ahead any more: {why}; restart hq"),
            };
        }
    }

    fn look(&mut self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let basis = (self.catalogue.revision()?, self.store.revision()?);
        let fresh =
            |(c, s, at): (u64, u64, Timestamp)| (c, s) == basis && now.as_second() - at.as_second() < AGAIN_AFTER_S;
        if self.made.is_some_and(fresh) {
            return Ok(());
        }
        let station = Arc::clone(&self.station.borrow_and_update());
        let found = lacks(&station, &self.catalogue, &self.store, now)?;
        self.made = Some((basis.0, basis.1, now));
        self.tell.send_replace(Arc::new(found));
        Ok(())
    }
}

/// What every site lacks, with since when it has been known.
pub(crate) fn lacks(
    station: &Station,
    catalogue: &Catalogue,
    store: &Store,
    now: Timestamp,
) -> anyhow::Result<Vec<Lack>> {
    let today = station.day_of(now);
    let last = today.saturating_add(Span::new().days(11));
    let (assets, placements, changes) =
        (catalogue.ready()?, store.placements(today, last)?, store.changes(today, last)?);
    let mut missing = Vec::new();
    for site in station.sites() {
        let inputs = |day| PlanInputs {
            placements: &placements,
            changes: &changes,
            ..PlanInputs::new(site.id, day, station, &assets)
        };
        missing.extend(ahead(site, inputs, now)?);
    }
    Ok(store.note_missing(missing, now)?)
}
