//! What people see of the station: pages, JSON, sessions, roles, live updates.
//!
//! Nothing here can stop the air: the pages read what `hq` knows and ask it to plan again; the sites play on without either.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app;
pub mod people;

pub use app::{App, Planned, Plans, SiteView, router};
pub use people::{OneTimeSecret, People, PeopleError, Role};
