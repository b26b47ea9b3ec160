//! What one site shall air on one day.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, civil::Date};

use crate::{AssetId, AudioHash, BadId, Frames, Gain, Join, Language, ProgrammeId, SiteId, Wait};

/// A plan's version: a higher one replaces the whole plan of its site and day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// One entry of a site's day: stable over revisions as long as the promise is the same.
///
/// 1 to 160 ASCII characters without white space, e.g. `2026-11-24/081000/gao-journal-son/2`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(String);

impl FromStr for EntryId {
    type Err = BadId;

    fn from_str(s: &str) -> Result<Self, BadId> {
        let fits = (1..=160).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(s.to_owned())) } else { Err(BadId(s.chars().take(32).collect())) }
    }
}

impl EntryId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slot that the entry is of: all but the name of its own part.
    pub fn slot(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(slot, _)| slot)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How an entry's start is bound to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// At this wall time, whatever still plays.
    Hard,
    /// At this wall time, or when the one before has ended.
    Soft,
    /// When the one before has ended.
    Follows,
}

/// What may give way when lengths do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fit {
    /// Nothing: it airs whole or is cut by a hard start.
    Exact,
    /// It may be shortened or filled up.
    Elastic,
    /// It exists to fill and may be dropped.
    Filler,
}

/// Whose programme an entry belongs to. The texts are those of the reference week's `origin` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The network's (`reseau`).
    Network,
    /// The site's own opt-out (`decrochage`).
    OptOut,
    /// An opt-out delivered as a file (`fichier`).
    File,
    /// An opt-out taken over from another site (`reprise`).
    Relay,
}

/// Which part of a clock format an entry is. The texts are those of the reference week's segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Opening theme (`generique`).
    Opening,
    /// The programme itself (`contenu`).
    Content,
    /// A spot inside a break (`ecran`).
    Spot,
    /// Bed that fills up a break or a short programme.
    Fill,
    /// Trailer (`promo`).
    Promo,
    /// Station identification (`ident`).
    Ident,
    /// Sweeper (`virgule`).
    Sweeper,
    /// Time signal (`top-horaire`).
    TimeSignal,
    /// Back announcement (`desannonce`).
    BackAnnounce,
}

/// What shall sound.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A stretch of a canonical file.
    Audio {
        /// The editorial thing.
        asset: AssetId,
        /// Its exact, approved bytes.
        hash: AudioHash,
        /// Where in the file the stretch begins.
        from: Frames,
        /// What brings it to the station's target.
        gain: Gain,
        /// First wall time at which these bytes may no longer air, carried along for sites that are cut off.
        expires: Option<Timestamp>,
    },
    /// The site's sustaining bed: nothing is promised here but sound.
    Bed,
}

/// One promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Stable name.
    pub id: EntryId,
    /// When it shall start.
    pub at: Timestamp,
    /// How long it shall sound.
    pub length: Frames,
    /// How its start is bound to the clock.
    pub start: Start,
    /// What may give way.
    pub fit: Fit,
    /// What shall sound.
    pub what: What,
    /// The programme of the grid around it.
    pub programme: ProgrammeId,
    /// Title for screens: the asset's, else the programme's.
    pub title: String,
    /// Language on air.
    pub language: Language,
    /// Whose programme it is.
    pub origin: Origin,
    /// Which part of the clock format.
    pub segment: Segment,
    /// How it begins on top of the entry before it.
    pub join: Join,
    /// Length of the fade before its end, also of the bed; zero ends it as it is. At most its length.
    pub fade_out: Frames,
    /// Whether silence belongs to it, as in a minute of remembrance: no watch takes it for a fault.
    pub silence_meant: bool,
    /// How far its start may move to meet the real end of what is before it.
    pub wait: Wait,
}

impl Entry {
    /// The first moment after it, by plan.
    pub fn end(&self) -> Timestamp {
        self.at.checked_add(self.length.as_duration()).unwrap_or(Timestamp::MAX)
    }

    /// Whether it begins a slot, and not a segment inside one that is fixed to the clock.
    pub fn begins_slot_after(&self, before: &Self) -> bool {
        self.start == Start::Hard && self.id.slot() != before.id.slot()
    }
}

/// What one site shall air on one day: entries ordered, touching, filling the day. Immutable.
#[derive(Clone, Debug, PartialEq)]
pub struct SitePlan {
    site: SiteId,
    day: Date,
    revision: Revision,
    entries: Vec<Entry>,
}

/// The entries do not make a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenPlan {
    /// There is nothing in it.
    #[error("the plan of {site} for {day} is empty")]
    Empty {
        /// The site.
        site: SiteId,
        /// The day.
        day: Date,
    },
    /// An entry does not begin where the one before ends (tolerance 1 ms for rounding).
    #[error("the plan does not touch at {at}: {id} should start there")]
    Apart {
        /// Where the entry should start.
        at: Timestamp,
        /// The entry.
        id: EntryId,
    },
    /// An entry has no length.
    #[error("{id} has no length")]
    NoLength {
        /// The entry.
        id: EntryId,
    },
    /// The last entry does not end where the day does.
    #[error("the plan ends at {at}, not at the end of its day, {end}")]
    Short {
        /// Where it ends.
        at: Timestamp,
        /// Where the day ends.
        end: Timestamp,
    },
    /// More entries than a day can hold.
    #[error("{0} entries in one day; at most {max}", max = SitePlan::MAX_ENTRIES)]
    TooMany(usize),
}

impl SitePlan {
    /// A day has 86 400 s and nothing airs for less than a second on average, with room for a 25-hour day.
    pub const MAX_ENTRIES: usize = 90_000;

    /// A plan from its entries, which must be ordered, touching (±1 ms) and fill `from..to`, the site's civil day.
    pub fn new(
        site: SiteId,
        day: Date,
        revision: Revision,
        (from, to): (Timestamp, Timestamp),
        entries: Vec<Entry>,
    ) -> Result<Self, BrokenPlan> {
        if entries.is_empty() {
            return Err(BrokenPlan::Empty { site, day });
        }
        if entries.len() > Self::MAX_ENTRIES {
            return Err(BrokenPlan::TooMany(entries.len()));
        }
        let touch = |a: Timestamp, b: Timestamp| (a.as_nanosecond() - b.as_nanosecond()).abs() <= 1_000_000;
        let mut at = from;
        for e in &entries {
            if e.length == Frames::ZERO {
                return Err(BrokenPlan::NoLength { id: e.id.clone() });
            }
            if !touch(e.at, at) {
                return Err(BrokenPlan::Apart { at, id: e.id.clone() });
            }
            at = e.end();
        }
        if !touch(at, to) {
            return Err(BrokenPlan::Short { at, end: to });
        }
        Ok(Self { site, day, revision, entries })
    }

    /// The site that it is for.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// The civil day at the site that it covers.
    pub fn day(&self) -> Date {
        self.day
    }

    /// Its version.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The entries, in order; never empty.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether `when` lies in this plan.
    pub fn covers(&self, when: Timestamp) -> bool {
        self.entries.first().is_some_and(|e| e.at <= when) && self.entries.last().is_some_and(|e| when < e.end())
    }

    /// The entry that the plan promises at `when`, or `None` outside its day.
    pub fn entry_at(&self, when: Timestamp) -> Option<&Entry> {
        let after = self.entries.partition_point(|e| e.at <= when);
        self.entries[..after].last().filter(|e| when < e.end())
    }
}
