//! The scheduler from outside: the reference station and whatever can be made of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod after;
mod alone;
mod breaks;
mod catalogue;
mod dates;
mod ends;
mod exchange;
mod file;
mod given;
mod grid;
mod joins;
mod judge;
mod languages;
mod moving;
mod music;
mod pins;

mod plan;
mod playlist;
mod prayer;
mod publish;
mod ramadan;
mod reconcile;
mod recurrence;
mod reference_week;
mod report;
mod rules;
mod scenarios;
mod sources;
mod spots;
mod store;
mod why;
mod zones;
