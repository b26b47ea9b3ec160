//! The week of every site: the network's slots and each site's opt-outs, proven to leave no second empty or taken twice.

use std::collections::BTreeMap;
use std::fmt;

use domain::{Origin, ProgrammeId, SiteId};

use crate::station::{ClockFormat, Day, Ending, OptOut, OptOutMode, Slot, Window};

/// Seconds in a day of the grid.
pub const DAY_S: u32 = 86_400;

/// Slots begin and end on multiples of five minutes (R-GRID-02).
const STEP_S: u32 = 300;

/// One cell of a site's week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridSlot {
    /// Its day.
    pub day: Day,
    /// Its start, in seconds of the day.
    pub start_s: u32,
    /// Its length in seconds; it ends on its own day, at 86 400 at the latest.
    pub length_s: u32,
    /// What airs.
    pub programme: ProgrammeId,
    /// By which recipe.
    pub clock_format: String,
    /// Whose it is.
    pub origin: Origin,
    /// The opt-out window that it fills, or that opens on it.
    pub window: Option<String>,
    /// Which edition, in words.
    pub edition: Option<String>,
    /// How it ends, where its slot says; else as its programme does.
    pub ending: Option<Ending>,
}

impl GridSlot {
    /// Its end, in seconds of the day: 1 to 86 400.
    pub fn end_s(&self) -> u32 {
        self.start_s + self.length_s
    }
}

/// What a grid is made of.
#[derive(Clone, Copy, Debug)]
pub struct GridParts<'a> {
    /// Transmitter places.
    pub sites: &'a [SiteId],
    /// When they may leave the network.
    pub windows: &'a [Window],
    /// Recipes.
    pub clock_formats: &'a [ClockFormat],
    /// The network's week.
    pub slots: &'a [Slot],
    /// What sites air instead.
    pub opt_outs: &'a [OptOut],
}

/// A week of slots for the network and for every site.
///
/// Each covers 7 × 86 400 s without hole or overlap, and each slot is as long as its clock format: a grid that does
/// not cannot be built (R-GRID-01 to R-GRID-03).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    network: Week,
    sites: BTreeMap<SiteId, Week>,
    windows: Vec<Window>,
}

type Week = [Vec<GridSlot>; 7];

impl Grid {
    /// A grid from its parts, or the first thing that keeps it from covering the week.
    pub fn new(parts: GridParts<'_>) -> Result<Self, Hole> {
        check_formats(parts.clock_formats)?;
        let formats: BTreeMap<_, _> = parts.clock_formats.iter().map(|f| (f.id.as_str(), f.duration_s)).collect();
        let network = week(None, &formats, parts.slots.iter().map(network_slot))?;
        for day in Day::WEEK {
            covers(None, day, &network[day as usize])?;
        }
        let site = |site: SiteId| {
            let own = parts.opt_outs.iter().filter(|o| o.site == site);
            own.clone().try_for_each(|o| inside_window(o, parts.windows))?;
            let own = week(Some(site), &formats, own.map(opt_out_slot))?;
            let mut whole = Week::default();
            for day in Day::WEEK {
                whole[day as usize] = overlay(site, day, &network[day as usize], &own[day as usize])?;
                covers(Some(site), day, &whole[day as usize])?;
            }
            Ok((site, whole))
        };
        let sites = parts.sites.iter().map(|s| site(*s)).collect::<Result<_, _>>()?;
        Ok(Self { network, sites, windows: parts.windows.to_vec() })
    }

    /// The window of this name.
    pub fn window(&self, id: &str) -> Option<&Window> {
        self.windows.iter().find(|w| w.id == id)
    }

    /// The network's slots of a day, in order, covering it.
    pub fn network(&self, day: Day) -> &[GridSlot] {
        &self.network[day as usize]
    }

    /// A site's slots of a day after its opt-outs, in order, covering it; `None` for a site that is not in the grid.
    pub fn site(&self, site: SiteId, day: Day) -> Option<&[GridSlot]> {
        self.sites.get(&site).map(|week| week[day as usize].as_slice())
    }
}

/// Why parts do not make a grid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hole {
    /// Nothing is planned for some time.
    #[error("{}: nothing is planned on {} from {} to {}", layer(*.site, "network"), .day.en(), hms(*.from_s), hms(*.to_s))]
    Gap {
        /// The site; `None` for the network.
        site: Option<SiteId>,
        /// The day.
        day: Day,
        /// First empty second of the day.
        from_s: u32,
        /// First taken second after it.
        to_s: u32,
    },
    /// Two slots claim the same second.
    #[error("{}: two programmes claim {} at {}", layer(*.site, "network"), .day.en(), hms(*.at_s))]
    Overlap {
        /// The site; `None` for the network.
        site: Option<SiteId>,
        /// The day.
        day: Day,
        /// First second claimed twice.
        at_s: u32,
    },
    /// A slot that does not lie on five-minute steps inside one day.
    #[error("{}: the slot on {} at {} of {length_s} s must begin on a multiple of 5 min, last one and end by midnight",
        layer(*.site, "network"), .day.en(), hms(*.start_s))]
    OffStep {
        /// The site; `None` for the network.
        site: Option<SiteId>,
        /// The day.
        day: Day,
        /// Its start.
        start_s: u32,
        /// Its length.
        length_s: u32,
    },
    /// A clock format whose segments do not sum to its length, or that has an empty segment or too many.
    #[error("the segments of clock format {format} sum to {sum_s} s, not to its {length_s} s, or are empty or more than {max}",
        max = Hole::MAX_SEGMENTS)]
    FormatSum {
        /// The clock format.
        format: String,
        /// Sum of its segments.
        sum_s: u64,
        /// Its declared length.
        length_s: u32,
    },
    /// A slot that is longer or shorter than its clock format, or names one that does not exist.
    #[error("{}: the slot on {} at {} lasts {length_s} s; clock format {format} {}", layer(*.site, "network"), .day.en(),
        hms(*.start_s), .format_s.map_or("does not exist".to_owned(), |s| format!("lasts {s} s")))]
    FormatLength {
        /// The site; `None` for the network.
        site: Option<SiteId>,
        /// The day.
        day: Day,
        /// Start of the slot.
        start_s: u32,
        /// Its length.
        length_s: u32,
        /// The clock format.
        format: String,
        /// Its length, when it exists.
        format_s: Option<u32>,
    },
    /// An opt-out outside the window that it names (R-OPT-01).
    #[error("{site}: the opt-out on {} at {} does not lie in window {window}", .day.en(), hms(*.start_s))]
    OutsideWindow {
        /// The site.
        site: SiteId,
        /// The day.
        day: Day,
        /// Its start.
        start_s: u32,
        /// The window that it names.
        window: String,
    },
    /// Opt-outs that begin or end in the middle of a network programme.
    #[error("{site}: the opt-outs on {} tear the network's programme at {}", .day.en(), hms(*.at_s))]
    Torn {
        /// The site.
        site: SiteId,
        /// The day.
        day: Day,
        /// Start of the torn programme.
        at_s: u32,
    },
}

impl Hole {
    /// Most segments of one clock format: one a minute for three hours; real ones have a dozen.
    pub const MAX_SEGMENTS: usize = 180;

    /// The French sentence.
    pub fn fr(&self) -> String {
        match self {
            Self::Gap { site, day, from_s, to_s } => {
                let (site, day) = (layer(*site, "réseau"), day.fr());
                format!("{site}: rien n'est prévu le {day} de {} à {} (R-GRID-01)", hms(*from_s), hms(*to_s))
            }
            Self::Overlap { site, day, at_s } => {
                let (site, day) = (layer(*site, "réseau"), day.fr());
                format!("{site}: deux programmes se chevauchent le {day} à {} (R-GRID-01)", hms(*at_s))
            }
            Self::OffStep { site, day, start_s, length_s } => format!(
                "{}: la case du {} à {} ({length_s} s) doit commencer à un multiple de 5 min, durer au moins 5 min et finir avant minuit (R-GRID-02)",
                layer(*site, "réseau"),
                day.fr(),
                hms(*start_s)
            ),
            Self::FormatSum { format, sum_s, length_s } => format!(
                "les segments de l'horloge {format} font {sum_s} s et non {length_s} s, ou sont vides ou trop nombreux (R-GRID-03)"
            ),
            Self::FormatLength { site, day, start_s, length_s, format, format_s } => {
                let format_s = format_s.map_or("n'existe pas".to_owned(), |s| format!("dure {s} s"));
                let (site, day, at) = (layer(*site, "réseau"), day.fr(), hms(*start_s));
                format!("{site}: la case du {day} à {at} dure {length_s} s; l'horloge {format} {format_s} (R-GRID-03)")
            }
            Self::OutsideWindow { site, day, start_s, window } => {
                let at = hms(*start_s);
                format!("{site}: le décrochage du {} à {at} sort de la fenêtre {window} (R-OPT-01)", day.fr())
            }
            Self::Torn { site, day, at_s } => {
                let at = hms(*at_s);
                format!("{site}: les décrochages du {} coupent le programme réseau de {at} en son milieu", day.fr())
            }
        }
    }
}

fn layer(site: Option<SiteId>, network: &str) -> String {
    site.map_or_else(|| network.to_owned(), |s| s.to_string())
}

/// A second of the day as `HH:MM:SS`; the end of the day is `24:00:00`.
pub fn hms(second: u32) -> impl fmt::Display {
    struct Hms(u32);
    impl fmt::Display for Hms {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{:02}:{:02}:{:02}", self.0 / 3600, self.0 / 60 % 60, self.0 % 60)
        }
    }
    Hms(second)
}

/// The second of the day of a civil time.
pub(crate) fn second_of(time: jiff::civil::Time) -> u32 {
    u32::from(time.hour().unsigned_abs()) * 3600
        + u32::from(time.minute().unsigned_abs()) * 60
        + u32::from(time.second().unsigned_abs())
}

fn network_slot(slot: &Slot) -> GridSlot {
    GridSlot {
        day: slot.day,
        start_s: second_of(slot.start),
        length_s: slot.duration_s,
        programme: slot.programme.clone(),
        clock_format: slot.clock_format.clone(),
        origin: Origin::Network,
        window: slot.window.clone(),
        edition: slot.edition.clone(),
        ending: slot.ending,
    }
}

fn opt_out_slot(opt_out: &OptOut) -> GridSlot {
    GridSlot {
        day: opt_out.day,
        start_s: second_of(opt_out.start),
        length_s: opt_out.duration_s,
        programme: opt_out.programme.clone(),
        clock_format: opt_out.clock_format.clone(),
        origin: match opt_out.mode {
            OptOutMode::Local => Origin::OptOut,
            OptOutMode::Fichier => Origin::File,
            OptOutMode::Reprise => Origin::Relay,
        },
        window: Some(opt_out.window.clone()),
        edition: None,
        ending: opt_out.ending,
    }
}

fn check_formats(formats: &[ClockFormat]) -> Result<(), Hole> {
    formats.iter().try_for_each(|f| {
        let sum_s: u64 = f.segments.iter().map(|s| u64::from(s.dur_s)).sum();
        let sound = (1..=Hole::MAX_SEGMENTS).contains(&f.segments.len()) && f.segments.iter().all(|s| s.dur_s > 0);
        if sound && sum_s == u64::from(f.duration_s) {
            return Ok(());
        }
        Err(Hole::FormatSum { format: f.id.clone(), sum_s, length_s: f.duration_s })
    })
}

/// Sorts slots into days and checks each alone: on the steps, as long as its format.
fn week(
    site: Option<SiteId>,
    formats: &BTreeMap<&str, u32>,
    slots: impl Iterator<Item = GridSlot>,
) -> Result<Week, Hole> {
    let mut week = Week::default();
    for slot in slots {
        let GridSlot { day, start_s, length_s, .. } = slot;
        let steps = start_s % STEP_S == 0 && length_s % STEP_S == 0 && length_s >= STEP_S;
        if !steps || start_s.checked_add(length_s).is_none_or(|end| end > DAY_S) {
            return Err(Hole::OffStep { site, day, start_s, length_s });
        }
        let lasts_s = formats.get(slot.clock_format.as_str()).copied();
        if lasts_s != Some(length_s) {
            return Err(Hole::FormatLength {
                site,
                day,
                start_s,
                length_s,
                format: slot.clock_format,
                format_s: lasts_s,
            });
        }
        week[day as usize].push(slot);
    }
    for day in &mut week {
        day.sort_by_key(|slot| slot.start_s);
    }
    Ok(week)
}

fn covers(site: Option<SiteId>, day: Day, slots: &[GridSlot]) -> Result<(), Hole> {
    let mut at_s = 0;
    for slot in slots {
        if slot.start_s > at_s {
            return Err(Hole::Gap { site, day, from_s: at_s, to_s: slot.start_s });
        }
        if slot.start_s < at_s {
            return Err(Hole::Overlap { site, day, at_s: slot.start_s });
        }
        at_s = slot.end_s();
    }
    if at_s == DAY_S { Ok(()) } else { Err(Hole::Gap { site, day, from_s: at_s, to_s: DAY_S }) }
}

fn inside_window(opt_out: &OptOut, windows: &[Window]) -> Result<(), Hole> {
    let start_s = second_of(opt_out.start);
    let end_s = u64::from(start_s) + u64::from(opt_out.duration_s);
    let fits = |w: &Window| {
        let closes = if second_of(w.end) == 0 { DAY_S } else { second_of(w.end) };
        w.days.contains(&opt_out.day) && second_of(w.start) <= start_s && end_s <= u64::from(closes)
    };
    if windows.iter().any(|w| w.id == opt_out.window && fits(w)) {
        return Ok(());
    }
    Err(Hole::OutsideWindow { site: opt_out.site, day: opt_out.day, start_s, window: opt_out.window.clone() })
}

/// A day of the network with the site's own slots in place of those that they cover wholly.
fn overlay(site: SiteId, day: Day, network: &[GridSlot], own: &[GridSlot]) -> Result<Vec<GridSlot>, Hole> {
    let mut whole = own.to_vec();
    for slot in network {
        let touching = own.iter().filter(|o| o.start_s < slot.end_s() && slot.start_s < o.end_s());
        let covered: u32 = touching.map(|o| o.end_s().min(slot.end_s()) - o.start_s.max(slot.start_s)).sum();
        if covered == 0 {
            whole.push(slot.clone());
        } else if covered < slot.length_s {
            return Err(Hole::Torn { site, day, at_s: slot.start_s });
        }
    }
    whole.sort_by_key(|slot| slot.start_s);
    Ok(whole)
}
