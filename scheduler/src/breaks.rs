//! Spots into the breaks of a site's day, near the optimum: a first filling is bettered by moving what stands in the way.
//!
//! What is best is said in one place, [`Worth`]: an airing weighs by its campaign's priority, more while the campaign has
//! less than its floor, a little less outside the daypart that asked for it (R-CAMP-04, R-CAMP-08). Nothing is drawn by lot
//! and no clock is asked: the same wishes give the same day.

mod problem;
mod search;
mod sheet;
mod state;
mod worth;

pub(crate) use problem::{Fixed, Problem, Room, Version, Wish, hours};
pub(crate) use search::bettered;
pub use sheet::{Blame, Line, Sheet, sheet};
pub(crate) use state::Spot;
pub use worth::Worth;
