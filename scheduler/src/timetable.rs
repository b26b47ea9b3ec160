//! What a site's date holds, cell by cell: the grid of the season with everything that was decided for that date on it.
//!
//! Precedence, from weak to strong: the network's week, the season in force, the site's opt-outs, live events on the
//! network, live events at the site; of two live events the one with the smaller priority number. An alert passes over
//! all of them and moves nothing.

use std::borrow::Cow;
use std::ops::Range;

use domain::{Origin, SiteId};
use jiff::civil::Date;

use crate::changes::{Changes, LiveKind, Override, Scope, Then};
use crate::grid::{Grid, GridSlot, second_of};
use crate::season::Season;
use crate::station::{Day, Programme, SegmentKind, Site, Slot, Station};

mod base;

/// How a cell airs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum How<'a> {
    /// As the grid says.
    Whole,
    /// Left before its end.
    Cut,
    /// Joined in progress after this event.
    Joined(&'a Override),
    /// Begun late, and shorter by what its elastic parts give up, because this event ran over.
    Shortened(&'a Override),
    /// Aired whole after this event, later than the grid says.
    Shifted(&'a Override),
    /// The event itself.
    Live(&'a Override),
    /// What is left of a displaced slot, filled.
    Filling(&'a Override),
    /// A slot whose programme rests in this season, filled.
    Withheld(&'a Season),
}

/// A stretch of a site's day.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    /// The slot of the grid that it is, or is part of.
    pub(crate) slot: Cow<'a, GridSlot>,
    pub(crate) programme: &'a Programme,
    /// Seconds of the civil day.
    pub(crate) seconds: Range<u32>,
    /// First second of the slot that airs.
    pub(crate) from_s: u32,
    pub(crate) how: How<'a>,
}

/// A site's date, and what the network carries meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Timetable<'a> {
    /// The site's cells, in order, touching, covering the day.
    pub(crate) cells: Vec<Cell<'a>>,
    /// The network's without what is only inserted, for where an opt-out or an insertion has no sound.
    pub(crate) network: Vec<Cell<'a>>,
}

impl<'a> Timetable<'a> {
    /// The timetable of a site's date; `None` for a site without a grid.
    pub(crate) fn of(station: &'a Station, changes: &'a Changes, site: SiteId, date: Date) -> Option<Self> {
        let place = station.site(site)?;
        let base = base::Base::of(station, changes, date);
        let found = changes.on(station, site, date);
        let lives: Vec<Live<'a>> = found.into_iter().filter_map(|o| Live::of(o, station, place, date)).collect();
        let mut network: Vec<Cell<'a>> =
            base.network(station, changes, date).into_iter().filter_map(|slot| Cell::whole(station, slot)).collect();
        let own: Vec<Cell<'a>> = base.own(station, site)?.into_iter().filter_map(|s| Cell::whole(station, s)).collect();
        let (under, over): (Vec<_>, Vec<_>) = lives.iter().partition(|live| live.carried());
        let mut after = Vec::new();
        for live in under {
            let done_s = interrupt(station, &mut network, live);
            after.push((live, done_s));
        }
        let own = own.into_iter().filter_map(|cell| delayed(base.grid(), cell, &after)).collect();
        let mut cells = overlay(&network, own);
        for live in over {
            let live = &live.awaiting(station, &cells);
            interrupt(station, &mut cells, live);
            if *live.over.scope() == Scope::Network && live.over.spec().kind != LiveKind::Insert {
                interrupt(station, &mut network, live);
            }
        }
        for season in station.seasons_on(changes, date) {
            cells.iter_mut().chain(&mut network).for_each(|cell| withhold(station, cell, season));
        }
        Some(Self { cells, network })
    }
}

impl<'a> Cell<'a> {
    fn whole(station: &'a Station, slot: Cow<'a, GridSlot>) -> Option<Self> {
        let programme = station.programme(&slot.programme)?;
        Some(Self { seconds: slot.start_s..slot.end_s(), slot, programme, from_s: 0, how: How::Whole })
    }

    /// The part of it in a stretch of the day; `None` when they do not meet.
    pub(crate) fn part(&self, seconds: &Range<u32>, how: How<'a>) -> Option<Self> {
        let part = self.seconds.start.max(seconds.start)..self.seconds.end.min(seconds.end);
        let from_s = self.from_s + part.start.saturating_sub(self.seconds.start);
        let how = if part == self.seconds { self.how } else { how };
        (part.start < part.end).then(|| Self { seconds: part, from_s, how, ..self.clone() })
    }
}

/// An event at a site on a date.
struct Live<'a> {
    over: &'a Override,
    seconds: Range<u32>,
    planned_to_s: u32,
}

impl<'a> Live<'a> {
    /// Whether it is a programme of the network, which opt-outs leave; an alert is heard over opt-outs too.
    fn carried(&self) -> bool {
        *self.over.scope() == Scope::Network && !self.over.spec().kind.passes_over()
    }

    fn of(over: &'a Override, station: &Station, site: &Site, date: Date) -> Option<Self> {
        let (seconds, planned_to_s) = over.seconds(station, site, date)?;
        Some(Self { over, seconds, planned_to_s })
    }

    /// The same event moved to the first break that begins within its wait, or else to the first change of segment; where
    /// it stands when there is none.
    fn awaiting(&self, station: &Station, cells: &[Cell<'_>]) -> Self {
        let from_s = self.seconds.start;
        let until_s = from_s + self.over.spec().wait_s;
        let mut joints =
            cells.iter().flat_map(|cell| joints(station, cell)).filter(|(at, _)| (from_s..=until_s).contains(at));
        let first = joints.clone().find(|(_, is_break)| *is_break).or_else(|| joints.next());
        let by_s = first.map_or(0, |(at, _)| at - from_s);
        let moved = |s: u32| (s + by_s).min(crate::grid::DAY_S);
        let seconds = moved(self.seconds.start)..moved(self.seconds.end);
        Self { over: self.over, seconds, planned_to_s: moved(self.planned_to_s) }
    }

    fn cell(&self, day: Day) -> Cell<'a> {
        let origin = if *self.over.scope() == Scope::Network { Origin::Network } else { Origin::OptOut };
        let programme = self.over.programme();
        let slot = plain(day, &self.seconds, programme, origin);
        Cell { slot: Cow::Owned(slot), programme, seconds: self.seconds.clone(), from_s: 0, how: How::Live(self.over) }
    }
}

/// The seconds of the day at which a cell's segments begin, and whether that is a break.
fn joints(station: &Station, cell: &Cell<'_>) -> Vec<(u32, bool)> {
    let mut second = 0;
    let mut found = Vec::new();
    for segment in station.segments(&cell.slot).iter() {
        let at = (second >= cell.from_s).then(|| cell.seconds.start + second - cell.from_s);
        found.extend(at.filter(|at| *at < cell.seconds.end).map(|at| (at, segment.kind == SegmentKind::Ecran)));
        second += segment.dur_s;
    }
    found
}

/// A slot without a recipe: one stretch of content.
fn plain(day: Day, seconds: &Range<u32>, programme: &Programme, origin: Origin) -> GridSlot {
    GridSlot {
        day,
        start_s: seconds.start,
        length_s: seconds.end - seconds.start,
        programme: programme.id.clone(),
        clock_format: String::new(),
        origin,
        window: None,
        edition: None,
        ending: None,
    }
}

/// Puts an event over the cells of a day, and says from which second on they go on: after the event and what is aired
/// right after it.
fn interrupt<'a>(station: &'a Station, cells: &mut Vec<Cell<'a>>, live: &Live<'a>) -> u32 {
    let day = cells.first().map_or(Day::Mon, |c| c.slot.day);
    let fates = |cell: &Cell<'_>| live.over.fate(slot_of(station, &cell.slot));
    let mut inserted = vec![live.cell(day)];
    let mut done_s = live.seconds.end;
    for cell in cells.iter() {
        let under = cell.how == How::Whole && live.seconds.contains(&cell.seconds.start);
        if under && fates(cell).is_some_and(|f| f.then == Then::Inserer) {
            let seconds = done_s..(done_s + cell.slot.length_s).min(crate::grid::DAY_S);
            done_s = seconds.end;
            inserted.push(Cell { seconds, how: How::Shifted(live.over), ..cell.clone() });
        }
    }
    let before = 0..live.seconds.start;
    let after = done_s..crate::grid::DAY_S;
    let mut whole: Vec<Cell<'a>> = cells.iter().filter_map(|c| c.part(&before, How::Cut)).collect();
    whole.extend(inserted);
    for cell in cells.iter() {
        let Some(rest) = cell.part(&after, How::Joined(live.over)) else { continue };
        let met = rest.seconds != cell.seconds;
        let fate = fates(cell);
        let gone = fate.is_some_and(|f| f.then != Then::Joindre);
        let least_s =
            fate.and_then(|f| f.rest_min).map_or_else(|| join_min_s(live.over, cell.programme), |min| min * 60);
        let enough = rest.seconds.end - rest.seconds.start >= least_s;
        whole.push(if met && (gone || !enough) { filling(station, rest, live.over) } else { rest });
    }
    *cells = whole;
    done_s
}

/// How much must be left of a programme for it to be joined (R-LIVE-05); nothing after what only passes over.
fn join_min_s(over: &Override, programme: &Programme) -> u32 {
    if over.spec().kind.passes_over() {
        0
    } else if programme.is_news() {
        8 * 60
    } else {
        15 * 60
    }
}

/// What is left of a cell, given to what exists to fill.
fn filling<'a>(station: &'a Station, rest: Cell<'a>, over: &'a Override) -> Cell<'a> {
    let programme = station.filler().unwrap_or(rest.programme);
    let slot = plain(rest.slot.day, &rest.seconds, programme, rest.slot.origin);
    Cell { slot: Cow::Owned(slot), programme, from_s: 0, how: How::Filling(over), ..rest }
}

/// Gives a cell to what exists to fill when its programme rests.
fn withhold<'a>(station: &'a Station, cell: &mut Cell<'a>, season: &'a Season) {
    let live = matches!(cell.how, How::Live(_) | How::Filling(_));
    if let Some(programme) = station.filler().filter(|_| !live && season.withholds(cell.programme)) {
        let slot = plain(cell.slot.day, &cell.seconds, programme, cell.slot.origin);
        *cell = Cell { slot: Cow::Owned(slot), programme, from_s: 0, how: How::Withheld(season), ..cell.clone() };
    }
}

/// An opt-out after the network's events: as it was, begun late, joined in progress, or not at all.
fn delayed<'a>(grid: &Grid, mut cell: Cell<'a>, after: &[(&Live<'a>, u32)]) -> Option<Cell<'a>> {
    for (live, done_s) in after {
        let overlaps = live.seconds.start < cell.seconds.end && cell.seconds.start < *done_s;
        if !overlaps || live.over.spec().kind.passes_over() {
            continue;
        }
        let planned = cell.seconds.start < live.planned_to_s;
        let end = cell.seconds.end;
        if planned || live.over.spec().lifts_latest {
            // Suspended: joined when the event is over, if enough is left.
            let rest = (*done_s).min(end)..end;
            let enough = rest.end - rest.start >= join_min_s(live.over, cell.programme);
            cell = cell.part(&rest, How::Joined(live.over)).filter(|_| enough)?;
        } else {
            // R-LIVE-03: an event that runs over is left at the window's latest moment, whatever happens.
            let latest_s = latest_s(grid, &cell.slot).max(cell.seconds.start);
            let from = (*done_s).min(latest_s);
            if from >= end {
                return None;
            }
            if from > cell.seconds.start {
                cell = Cell { seconds: from..end, how: How::Shortened(live.over), ..cell };
            }
        }
    }
    Some(cell)
}

/// Until when the network may be left for an opt-out, in seconds of the day.
fn latest_s(grid: &Grid, slot: &GridSlot) -> u32 {
    let window = slot.window.as_deref().and_then(|id| grid.window(id));
    window.map_or(slot.start_s, |w| second_of(w.latest))
}

/// The network's day with the site's own cells over it.
fn overlay<'a>(network: &[Cell<'a>], own: Vec<Cell<'a>>) -> Vec<Cell<'a>> {
    let mut whole = Vec::with_capacity(network.len() + own.len());
    for cell in network {
        let mut from = cell.seconds.start;
        for over in &own {
            if over.seconds.end <= from || over.seconds.start >= cell.seconds.end {
                continue;
            }
            whole.extend(cell.part(&(from..over.seconds.start.max(from)), How::Cut));
            from = over.seconds.end;
        }
        whole.extend(cell.part(&(from..cell.seconds.end.max(from)), How::Cut));
    }
    whole.extend(own);
    whole.sort_by_key(|c| c.seconds.start);
    whole
}

/// The network's slot of the station file that a cell is, in the usual week or in a season's.
fn slot_of<'a>(station: &'a Station, slot: &GridSlot) -> Option<&'a Slot> {
    let is = |s: &&Slot| s.day == slot.day && second_of(s.start) == slot.start_s && s.programme == slot.programme;
    let seasons = station.seasons().iter().flat_map(|s| &s.spec().slot);
    station.file().slot.iter().chain(seasons).find(is)
}
