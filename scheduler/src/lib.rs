//! What shall be heard: the station file, its grid, plans, and what became of them.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod alert;
mod alone;
pub mod breaks;
pub mod calendar;
pub mod changes;
mod civil;
mod compare;
mod coverage;
pub mod exchange;
mod given;
pub mod grid;
mod moving;
mod owed;

mod plan;
pub mod proof;
pub mod proposal;
pub mod readiness;
pub mod reconcile;
mod recurrence;
pub mod report;
pub mod review;
pub mod rules;
mod season;
pub mod sheets;
pub mod speech;
pub mod station;
pub mod store;
mod timetable;
mod week;
mod why;

pub use alone::plan_alone;
pub use changes::{Changes, Override, OverrideSpec};
pub use compare::{Difference, compare};
pub use coverage::{Coverage, Share, coverage};
pub use given::{InForce, heard_said, why_given};
pub use grid::{Grid, Hole};
pub use moving::Moving;
pub use owed::{Owed, owed, placed};
pub use plan::{NoPlan, Placement, PlanInputs, Settled, plan, replan};
pub use proposal::Proposal;
pub use reconcile::{Reconciliation, reconcile};
pub use recurrence::{BadCron, BadRecurrence, Cron, Recurrence};
pub use review::Review;
pub use season::{Season, SeasonSpec};
pub use station::{Station, StationError};
pub use store::{Store, StoreError};
pub use week::{ProgrammeSlot, origin_word, programme_csv};
pub use why::{Loser, Reason, Why, why};
