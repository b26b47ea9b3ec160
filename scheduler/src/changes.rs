//! What people decided beside the grid: live events and other one-off changes, feasts moved, seasons switched on.

use domain::SiteId;
use jiff::civil::Date;

use crate::calendar::{Event, Occasion};
use crate::season::Season;
use crate::station::Station;

mod overrides;
mod spec;

pub use overrides::{BadOverride, Override, Scope};
pub use spec::{Displaced, LiveKind, OverrideSpec, SunAnchor, Then};

/// Everything that changes the week on given dates. The same changes in another order give the same plans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Live events and other one-off changes, besides those of the station file.
    pub overrides: Vec<Override>,
    /// Feasts of the moon that people have confirmed, on the predicted date or a day beside it.
    pub feasts: Vec<FeastConfirmed>,
    /// Seasons switched on by one action.
    pub seasons: Vec<SeasonSwitched>,
}

/// A word about a feast that the moon decides (R-PRAY-05).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeastConfirmed {
    /// Which event of the calendar.
    pub event: String,
    /// Its first predicted day.
    pub predicted: Date,
    /// Days that it comes later: −1, 0 or 1.
    pub moved_days: i32,
}

/// A season put in force for some days: Ramadan, mourning, electoral silence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeasonSwitched {
    /// Which season of the station file.
    pub season: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

impl Changes {
    /// Most overrides that plans look at: ten a day for a year.
    pub const MAX_OVERRIDES: usize = 3_650;

    /// Nothing was decided.
    pub const NONE: &'static Self = &Self { overrides: Vec::new(), feasts: Vec::new(), seasons: Vec::new() };

    /// The overrides that sound at a site on a date, the weakest first, so that a stronger one overlays it; of two equally
    /// strong ones the later one in the day, then in the alphabet, gives way.
    pub(crate) fn on<'a>(&'a self, station: &'a Station, site: SiteId, date: Date) -> Vec<&'a Override> {
        let dated = self.all(station).filter(|o| o.on(date));
        let daily = station.seasons_on(self, date).into_iter().flat_map(Season::overrides);
        let mut found: Vec<_> = dated.chain(daily).filter(|o| o.scope().holds(site)).collect();
        found.sort_by(|a, b| b.strength().cmp(&a.strength()));
        found.dedup_by(|a, b| a.id() == b.id());
        found
    }

    /// Those of the station file and those decided since; of two of the same name and date the one decided since.
    pub(crate) fn all<'a>(&'a self, station: &'a Station) -> impl Iterator<Item = &'a Override> {
        let replaced = |o: &&Override| self.overrides.iter().all(|n| n.id() != o.id() || n.date() != o.date());
        station.overrides().iter().filter(replaced).chain(&self.overrides)
    }

    /// Overrides of other dates that put a displaced programme into this one.
    pub(crate) fn moved_to<'a>(&'a self, station: &'a Station, date: Date) -> Vec<(&'a str, &'a str)> {
        let all = self.all(station);
        let mut found: Vec<_> = all.flat_map(|o| o.moves_to(station, date)).collect();
        found.sort_unstable();
        found
    }

    /// What the calendar says of a date after people's word about the moon.
    pub fn occasions<'a>(&self, station: &'a Station, date: Date) -> Vec<Occasion<'a>> {
        station.almanac().on(date, |event, predicted| {
            self.feasts.iter().find(|f| f.event == event && f.predicted == predicted).map(|f| f.moved_days)
        })
    }

    /// The feasts that fall on a date by prediction alone: nobody has confirmed them yet.
    pub fn unconfirmed<'a>(&self, station: &'a Station, date: Date) -> Vec<&'a Event> {
        self.occasions(station, date).into_iter().filter(|o| o.predicted).map(|o| o.event).collect()
    }

    /// The seasons in force on a date, by name.
    pub fn seasons(&self, date: Date) -> Vec<&str> {
        let mut found: Vec<_> =
            self.seasons.iter().filter(|s| s.from <= date && date <= s.until).map(|s| s.season.as_str()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
