//! Rung 2: makes the site's own plans when those of the studio are about to end, from the kit that the studio left beside
//! them and over the shelf as it is.

use std::path::PathBuf;
use std::time::SystemTime;

use domain::{Revision, SiteId, SitePlan};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use playout::planfile::PlanBundle;
use scheduler::{PlanInputs, Station, plan_alone};

use crate::kit::Kit;

/// Own plans are made when the studio's reach less far than this: long before they are needed.
const MAKE_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// Today and the two days after it.
const DAYS: usize = 3;

/// The site's own planner.
pub struct OwnPlanner {
    site: SiteId,
    shelf: PathBuf,
    kit: PathBuf,
    /// For which day and from which kit plans were made last.
    made: Option<(Date, SystemTime)>,
    /// A kit that was no kit, so that it is not read each second.
    refused: Option<SystemTime>,
}

impl OwnPlanner {
    /// A planner for a site with this shelf and this kit.
    pub fn new(site: SiteId, shelf: PathBuf, kit: PathBuf) -> Self {
        Self { site, shelf, kit, made: None, refused: None }
    }

    /// Plans of its own, when the studio's end at `until` and new ones are due.
    pub fn look(&mut self, now: Timestamp, until: Option<Timestamp>) -> Option<PlanBundle> {
        if until.is_some_and(|until| now.duration_until(until) >= MAKE_BEFORE) {
            return None;
        }
        let written = std::fs::metadata(&self.kit).and_then(|m| m.modified()).ok()?;
        // The day is that of UTC here only to know when to look again; the plans go by the station's own.
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        if self.made == Some((today, written)) || self.refused == Some(written) {
            return None;
        }
        let made = self.make(now, until);
        match &made {
            Some(_) => (self.made, self.refused) = (Some((today, written)), None),
            None => self.refused = Some(written),
        }
        made
    }

    /// Says that what was made last did not reach the engine: it is made again.
    pub fn again(&mut self) {
        self.made = None;
    }

    fn make(&self, now: Timestamp, until: Option<Timestamp>) -> Option<PlanBundle> {
        let kit = Kit::read(&self.kit).inspect_err(|e| tracing::error!("no plan of our own: the kit: {e}")).ok()?;
        let station =
            Station::parse(&kit.station).inspect_err(|e| tracing::error!("no plan of our own: {}", e.en)).ok()?;
        let mut assets = kit.cards;
        assets.retain(|a| {
            let name = a.hash.to_string();
            self.shelf.join(&name[..2]).join(format!("{name}.flac")).is_file()
        });
        let first = station.day_of(now);
        let revision = Revision(u64::try_from(now.as_second()).unwrap_or_default());
        let mut plans: Vec<SitePlan> = Vec::with_capacity(DAYS);
        for day in first.series(jiff::Span::new().days(1)).take(DAYS) {
            let alone_since = Some(until.unwrap_or(now));
            let inputs = PlanInputs {
                yesterday: plans.last(),
                alone_since,
                ..PlanInputs::new(self.site, day, &station, &assets)
            };
            match plan_alone(&inputs, revision) {
                Ok(plan) => plans.push(plan),
                Err(e) => tracing::error!("no plan of our own for {day}: {e}"),
            }
        }
        tracing::info!(days = plans.len(), sounds = assets.len(), "plans of our own are ready");
        (!plans.is_empty()).then_some(PlanBundle { site: self.site, revision, plans })
    }
}
