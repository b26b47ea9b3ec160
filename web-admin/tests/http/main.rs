//! The pages as a browser or a script meets them: requests in, answers out, over the real router.
#![allow(clippy::unwrap_used, missing_docs)]

mod aircheck;
mod browser;
mod campaigns;
mod doors;
mod feeds;
mod jobs;
mod parcels;
mod protection;
mod publish;
mod sign_in;
mod stage;
mod upload;
mod wall;
