//! The words that every room of Mikado shares: lengths, points in time, levels, sites, languages, assets, plans, as-run
//! records and readings.
//!
//! Pure values: no files, no sockets, no threads, no clock, no serde. A type lives here only when two sibling crates name it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod asrun;
mod asset;
mod equipment;
mod finding;
mod frames;
mod join;
mod language;
mod level;
mod moment;
mod plan;
mod sensibility;
mod site;
mod vitals;
mod wait;

pub use asrun::{AsRun, BootId, ChainHash, Outcome, Seq};
pub use asset::{Asset, AssetId, AssetKind, AudioHash, BadId, Music, ProgrammeId, Status};
pub use equipment::{EquipmentReading, Quantity};
pub use finding::{Finding, Severity};
pub use frames::{Frames, Position, SAMPLE_RATE_HZ};
pub use join::{CuePoints, Curve, Duck, Join};
pub use language::{BadLanguage, Language};
pub use level::{Gain, Loudness, NotFinite, TruePeak};
pub use moment::{Anchor, Moment};
pub use plan::{BrokenPlan, Entry, EntryId, Fit, Origin, Revision, Segment, SitePlan, Start, What};
pub use sensibility::Sensibility;
pub use site::{BadSite, SiteId};
pub use vitals::{
    Alarm, LevelReading, LiveReading, LiveState, MpxReading, NowNext, OutputReading, Rung, Vitals, WitnessReading,
    WitnessState,
};
pub use wait::{Wait, begun_at};
