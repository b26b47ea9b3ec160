//! The week that rules on a date: the usual one, a season's, or Sunday's on a holiday.

use std::borrow::Cow;

use domain::SiteId;
use jiff::civil::Date;

use crate::changes::Changes;
use crate::grid::{Grid, GridSlot, second_of};
use crate::station::{Day, Programme, Station};

/// Whose slots a date takes.
pub(super) struct Base<'a> {
    grid: &'a Grid,
    /// The day of the grid that it is.
    day: Day,
    /// The day of the grid from which news is taken, when another.
    news: Option<Day>,
}

impl<'a> Base<'a> {
    pub(super) fn of(station: &'a Station, changes: &Changes, date: Date) -> Self {
        let (grid, day) = station.ruled(changes, date);
        // R-CAL-01: on a holiday Sunday's grid, but the day's own news.
        let own = Day::of(date);
        Self { grid, day, news: (own != day).then_some(own) }
    }

    /// The week that rules.
    pub(super) const fn grid(&self) -> &Grid {
        self.grid
    }

    /// The network's slots, in order, covering the day.
    pub(super) fn network(&self, station: &'a Station, changes: &'a Changes, date: Date) -> Vec<Cow<'a, GridSlot>> {
        let mut slots: Vec<Cow<'a, GridSlot>> = self.grid.network(self.day).iter().map(Cow::Borrowed).collect();
        let news = self.news.map(|day| self.grid.network(day)).unwrap_or_default();
        for bulletin in news.iter().filter(|s| station.programme(&s.programme).is_some_and(Programme::is_news)) {
            replace_where_it_tiles(&mut slots, bulletin);
        }
        for turning in &station.file().rotation {
            turning.turn(&mut slots, date);
        }
        for (to, from) in changes.moved_to(station, date) {
            let (Some(to), Some(from)) = (station.slot(to), station.slot(from)) else { continue };
            for slot in slots.iter_mut().filter(|s| s.start_s == second_of(to.start)) {
                slot.to_mut().programme = from.programme.clone();
            }
        }
        slots
    }

    /// The site's own slots; `None` for a site that is not in the grid.
    pub(super) fn own(&self, _: &'a Station, site: SiteId) -> Option<Vec<Cow<'a, GridSlot>>> {
        let slots = self.grid.site(site, self.day)?;
        Some(slots.iter().filter(|s| s.origin != domain::Origin::Network).map(Cow::Borrowed).collect())
    }
}

/// Puts a slot in place of those that it covers exactly.
fn replace_where_it_tiles<'a>(slots: &mut Vec<Cow<'a, GridSlot>>, new: &'a GridSlot) {
    let inside = |s: &Cow<'_, GridSlot>| new.start_s <= s.start_s && s.end_s() <= new.end_s();
    let covered: u32 = slots.iter().filter(|s| inside(s)).map(|s| s.length_s).sum();
    if covered == new.length_s {
        slots.retain(|s| !inside(s));
        let at = slots.partition_point(|s| s.start_s < new.start_s);
        slots.insert(at, Cow::Borrowed(new));
    }
}
