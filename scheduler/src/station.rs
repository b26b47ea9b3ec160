//! The station: one file that says which sites there are, what they air when, by which recipes and for whom.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Language, ProgrammeId, SiteId};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::grid::{Grid, GridParts, GridSlot};
use crate::timetable::{Cell, Timetable};
use crate::week::ProgrammeSlot;

mod campaign;
mod day;
mod decided;
mod election;
mod ending;
mod error;
mod joins;
mod music;
mod nested;
mod pin;
mod reference;
pub(crate) mod text;
mod turning;
mod variants;
mod wire;

pub use campaign::{Campaign, ChildPolicy, Hotline, SourceFigure, Spot};
pub use day::{BadDay, Day};
pub use election::ElectionSpec;
pub use ending::{BadEnding, Ending};
pub use error::StationError;
pub use joins::{CurveSpec, JoinSpec};
pub use music::{CategorySpec, MusicSpec};
pub use pin::{BadPin, Pin};
pub use turning::Turning;
pub use wire::{
    BreakPolicy, ClockFormat, Daypart, LanguageCard, Meta, OptOut, OptOutMode, PrayerSpec, Programme, SegmentKind,
    SegmentSpec, Site, Slot, StationFile, Tech, Window,
};

/// A station whose file was read and found sound: every name resolves, every site's week is covered.
#[derive(Clone, Debug)]
pub struct Station {
    file: StationFile,
    /// The file's clock formats, each with all of its segments.
    formats: Vec<ClockFormat>,
    zone: TimeZone,
    grid: Grid,
    programmes: BTreeMap<ProgrammeId, usize>,
    clock_formats: BTreeMap<String, usize>,
    languages: Vec<Language>,
    decided: decided::Decided,
}

impl Station {
    /// Longest station file: twenty times the reference station, and it bounds every list inside.
    pub const MAX_BYTES: usize = 4 << 20;
    /// Most sites: each costs a week of slots in memory; the largest network foreseen has a hundred.
    pub const MAX_SITES: usize = 256;
    /// Longest name of a programme or spot: an entry's name holds both and has 160 characters.
    pub const MAX_NAME: usize = 64;

    /// Reads and checks a station file.
    pub fn parse(text: &str) -> Result<Self, StationError> {
        if text.len() > Self::MAX_BYTES {
            let (mib, bytes) = (Self::MAX_BYTES >> 20, text.len());
            return Err(StationError::new(
                None,
                format!("Le fichier de station fait {bytes} octets; au plus {mib} Mio sont admis."),
                format!("The station file has {bytes} bytes; at most {mib} MiB are taken."),
            ));
        }
        let file = toml::from_str(text).map_err(|e| StationError::of_toml(text, &e))?;
        Self::checked(file, text)
    }

    /// Checks a station file that was put together in memory.
    pub fn new(file: StationFile) -> Result<Self, StationError> {
        Self::checked(file, "")
    }

    /// A station from the reference week and its campaigns.
    pub fn from_reference(week: &str, campaigns: &str) -> Result<Self, StationError> {
        Self::new(reference::merge(week, campaigns)?)
    }

    /// The same station with the events of a calendar file (`[[event]]`) in place of its own.
    pub fn with_calendar(&self, calendar: &str) -> Result<Self, StationError> {
        Self::new(reference::with_calendar(self.file.clone(), calendar)?)
    }

    fn checked(file: StationFile, text: &str) -> Result<Self, StationError> {
        let zone = check::zone(&file)?;
        check::names(&file, text)?;
        check::references(&file, text)?;
        file.join.checked(text)?;
        turning::checked(&file)?;
        music::checked(&file, text)?;
        election::checked(&file)?;
        let formats = nested::unfolded(&file, text)?;
        let sites: Vec<SiteId> = file.site.iter().map(|s| s.id).collect();
        let grid = Grid::new(GridParts {
            sites: &sites,
            windows: &file.window,
            clock_formats: &formats,
            slots: &file.slot,
            opt_outs: &file.optout,
        });
        let grid = grid.map_err(|hole| StationError::of_hole(check::line_of_hole(&file, text, &hole), &hole))?;
        let programmes = file.programme.iter().enumerate().map(|(i, p)| (p.id.clone(), i)).collect();
        let clock_formats = file.clock_format.iter().enumerate().map(|(i, f)| (f.id.clone(), i)).collect();
        let languages = file.language.iter().map(|l| l.id.clone()).collect();
        let decided = decided::Decided::read(&file, &formats, text)?;
        Ok(Self { file, formats, zone, grid, programmes, clock_formats, languages, decided })
    }

    /// The station file, which reads back to an equal station.
    pub fn to_toml(&self) -> Result<String, StationError> {
        toml::to_string(&self.file).map_err(|e| {
            let fr = format!("Le fichier de station ne s'écrit pas: {e}.");
            StationError::new(None, fr, format!("The station file cannot be written: {e}."))
        })
    }

    /// What the file says, for pages and editors.
    pub fn file(&self) -> &StationFile {
        &self.file
    }

    /// The zone of every civil time.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The proven week.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Transmitter places in the file's order.
    pub fn sites(&self) -> &[Site] {
        &self.file.site
    }

    /// The place with this code.
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.file.site.iter().find(|s| s.id == id)
    }

    /// Station languages in the file's order.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// Programmes in the file's order.
    pub fn programmes(&self) -> &[Programme] {
        &self.file.programme
    }

    /// The programme with this name.
    pub fn programme(&self, id: &ProgrammeId) -> Option<&Programme> {
        self.programmes.get(id).and_then(|i| self.file.programme.get(*i))
    }

    /// The recipe with this name, with all of its segments.
    pub fn clock_format(&self, id: &str) -> Option<&ClockFormat> {
        self.clock_formats.get(id).and_then(|i| self.formats.get(*i))
    }

    /// Campaigns in the file's order.
    pub fn campaigns(&self) -> &[Campaign] {
        &self.file.campaign
    }

    /// The campaign and spot that an asset is, at a site: the spot's own name, or that name with `-` and the site's code
    /// for the version that says the site's number.
    pub fn spot_of(&self, asset: &domain::AssetId, site: SiteId) -> Option<(&Campaign, &Spot)> {
        let name = asset.as_str();
        let bare = name.strip_suffix(site.as_str()).and_then(|n| n.strip_suffix('-'));
        self.file.campaign.iter().find_map(|campaign| {
            let spot = campaign.spots.iter().find(|s| s.id == name || Some(s.id.as_str()) == bare)?;
            Some((campaign, spot))
        })
    }

    /// What a site airs on a day, programme by programme, as the grid says; empty for an unknown site.
    pub fn day_slots(&self, site: SiteId, day: Date) -> Vec<ProgrammeSlot> {
        let slots = self.grid.site(site, Day::of(day)).unwrap_or_default();
        slots.iter().map(|slot| self.programme_slot(site, day, slot)).collect()
    }

    /// What a site airs on a date with everything that was decided for it; empty for an unknown site.
    pub fn programmes_on(&self, site: SiteId, day: Date, changes: &crate::Changes) -> Vec<ProgrammeSlot> {
        let table = Timetable::of(self, changes, site, day);
        table.into_iter().flat_map(|t| t.cells).map(|cell| self.slot_of_cell(site, day, &cell)).collect()
    }

    /// The slots that a site airs something of on a date, each whole as its grid has it, however little of it airs.
    pub fn slots_on(&self, site: SiteId, day: Date, changes: &crate::Changes) -> Vec<ProgrammeSlot> {
        let table = Timetable::of(self, changes, site, day);
        let cells = table.into_iter().flat_map(|t| t.cells);
        let mut slots: Vec<_> = cells.map(|cell| self.programme_slot(site, day, &cell.slot)).collect();
        slots.sort_by(|a, b| (a.start_s, &a.programme).cmp(&(b.start_s, &b.programme)));
        slots.dedup_by(|a, b| (a.start_s, &a.programme) == (b.start_s, &b.programme));
        slots
    }

    fn slot_of_cell(&self, site: SiteId, day: Date, cell: &Cell<'_>) -> ProgrammeSlot {
        ProgrammeSlot {
            start_s: cell.seconds.start,
            end_s: cell.seconds.end,
            title: cell.programme.title.clone(),
            language: Some(cell.programme.lang.clone()),
            ..self.programme_slot(site, day, &cell.slot)
        }
    }

    /// What the network carries on a date with everything that was decided for it, where the sun decides as `site` sees it.
    pub fn network_on(&self, site: SiteId, day: Date, changes: &crate::Changes) -> Vec<ProgrammeSlot> {
        let table = Timetable::of(self, changes, site, day);
        table.into_iter().flat_map(|t| t.network).map(|cell| self.slot_of_cell(site, day, &cell)).collect()
    }

    /// What a site airs in the seven days from `first` on.
    pub fn week(&self, site: SiteId, first: Date) -> Vec<ProgrammeSlot> {
        let days = (0..7).filter_map(|n| first.checked_add(jiff::Span::new().days(n)).ok());
        days.flat_map(|day| self.day_slots(site, day)).collect()
    }

    /// What the network carries on a day, whether sites take it or not.
    pub fn network_slots(&self, day: Date) -> Vec<GridSlot> {
        self.grid.network(Day::of(day)).to_vec()
    }

    pub(crate) fn programme_slot(&self, site: SiteId, day: Date, slot: &GridSlot) -> ProgrammeSlot {
        let programme = self.programme(&slot.programme);
        ProgrammeSlot {
            site,
            day,
            start_s: slot.start_s,
            end_s: slot.end_s(),
            programme: slot.programme.clone(),
            title: programme.map_or_else(|| slot.programme.to_string(), |p| p.title.clone()),
            language: programme.map(|p| p.lang.clone()),
            origin: slot.origin,
            window: slot.window.clone(),
            clock_format: slot.clock_format.clone(),
            edition: slot.edition.clone(),
            ending: slot.ending.or(programme.and_then(|p| p.ending)).unwrap_or_default(),
        }
    }

    /// Seconds of programme that a slot of this recipe needs: the sum of its content segments.
    pub fn content_s(&self, clock_format: &str) -> u32 {
        let segments = self.clock_format(clock_format).map(|f| f.segments.as_slice()).unwrap_or_default();
        segments.iter().filter(|s| s.kind == SegmentKind::Contenu).map(|s| s.dur_s).sum()
    }
}

/// Checks of a station file beyond its spelling.
mod check;
