//! What people see of the station: pages, JSON, sessions, roles, live updates.
//!
//! Nothing here can stop the air: the pages read what `hq` knows and ask it to plan again; the sites play on without either.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod ahead;
mod aircheck;
mod app;
mod asked;
mod assets;
mod coverage;
mod day;
mod door;
mod error;
mod feeds;
mod finish;
mod grid;
mod jobs;
mod judged;
mod library;
mod pages;
mod patience;
pub mod people;
mod proof;
mod publish;
mod routes;
mod sheets;
mod stored;
mod text;
mod visitor;
mod wall;
mod web;
mod words;

pub use app::{AirChecks, App, JobEnd, JobRun, JobView, Jobs, Past, Planned, Plans, RecordedPiece, SiteView};
pub use people::{Act, OneTimeSecret, People, PeopleError, Role};
pub use proof::{AttestationError, Attested, attestation};
pub use routes::{doors, router};
pub use sheets::sheets;
pub use text::one_line;
