//! One day as lanes of cells: the network's slots, and of each site only what differs.

use domain::{Language, Origin};
use jiff::civil::Date;
use scheduler::grid::hms;
use scheduler::{Changes, Station};

use crate::words::Words;

/// Seconds under one column of the page.
const COLUMN_S: u32 = 300;
/// The name of the network's lane in addresses.
pub(crate) const NETWORK: &str = "reseau";

/// One lane.
pub(crate) struct Lane {
    /// `reseau` or a site's code.
    pub id: String,
    pub name: String,
    pub note: String,
    pub cells: Vec<Cell>,
}

impl Lane {
    pub(crate) fn is_network(&self) -> bool {
        self.id == NETWORK
    }
}

/// One cell of a lane.
pub(crate) struct Cell {
    /// First column, 0 to 287.
    pub at: u32,
    /// Columns, 1 to 288.
    pub columns: u32,
    pub title: String,
    pub tag: String,
    pub language: &'static str,
    pub start: String,
    pub end: String,
    /// The site carries the network here: nothing to open.
    pub same: bool,
    pub is_open: bool,
}

impl Cell {
    /// Too narrow for a line of text: it is written upwards.
    pub(crate) fn is_tall(&self) -> bool {
        self.columns <= 3
    }
}

/// The lanes of a day; `open` is the cell whose details are shown.
pub(crate) fn of_day(
    station: &Station,
    changes: &Changes,
    day: Date,
    t: &'static Words,
    open: Option<(&str, u32)>,
) -> Vec<Lane> {
    let mut network = Lane { id: NETWORK.into(), name: t.network.into(), note: String::new(), cells: Vec::new() };
    let first = station.sites().first().map(|s| s.id);
    for slot in first.map(|site| station.network_on(site, day, changes)).unwrap_or_default() {
        let is_open = open == Some((NETWORK, slot.start_s));
        network.cells.push(cell(t, (slot.start_s, slot.end_s), slot.title, slot.language.as_ref(), is_open));
    }
    let sites = station.sites().iter().map(|site| {
        let mut lane = Lane {
            id: site.id.to_string(),
            name: site.name.clone(),
            note: format!("{} MHz", t.number(f64::from(site.frequency_khz) / 1000.0, 1)),
            cells: Vec::new(),
        };
        for slot in station.programmes_on(site.id, day, changes) {
            if slot.origin == Origin::Network {
                follow(&mut lane, slot.start_s, slot.end_s, t);
            } else {
                let is_open = open == Some((site.id.as_str(), slot.start_s));
                let title = without_site(&slot.title, &site.name);
                lane.cells.push(cell(t, (slot.start_s, slot.end_s), title, slot.language.as_ref(), is_open));
            }
        }
        lane
    });
    std::iter::once(network).chain(sites).collect()
}

fn cell(t: &Words, (from, to): (u32, u32), title: String, language: Option<&Language>, is_open: bool) -> Cell {
    let tag = language.map_or_else(|| "mul".to_owned(), |l| l.umbrella().to_string());
    Cell {
        at: from / COLUMN_S,
        columns: ((to - from) / COLUMN_S).max(1),
        title,
        language: t.language(&tag),
        tag,
        start: hms(from).to_string(),
        end: hms(to).to_string(),
        same: false,
        is_open,
    }
}

/// A title in its own site's lane need not begin with the site: « Mopti, le journal en peuhl » is « Le journal en peuhl ».
fn without_site(title: &str, site: &str) -> String {
    let Some(rest) = title.strip_prefix(site).and_then(|r| r.strip_prefix(", ")) else { return title.to_owned() };
    let mut letters = rest.chars();
    letters.next().map_or_else(|| title.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

/// Adds a stretch of network, or makes the one before longer. After an insertion it begins with the next column: half a
/// minute is drawn as a whole one.
fn follow(lane: &mut Lane, from: u32, to: u32, t: &Words) {
    if let Some(last) = lane.cells.last_mut().filter(|c| c.same) {
        last.columns = (to / COLUMN_S).saturating_sub(last.at).max(1);
        last.end = hms(to).to_string();
    } else {
        let stretch = cell(t, (from, to), t.grid_same.to_owned(), None, false);
        let at = from.div_ceil(COLUMN_S);
        let columns = (to / COLUMN_S).saturating_sub(at).max(1);
        lane.cells.push(Cell { at, columns, same: true, ..stretch });
    }
}
