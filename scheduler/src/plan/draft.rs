//! Everything decided about a day before it is written down as entries.

use jiff::Timestamp;

use super::board::Board;
use super::cards::Cards;
use super::music::{Music, Walk};
use super::settled::{Kept, Settled};
use super::stretch::{Stretch, lay_out};
use super::{NoPlan, PlanInputs};
use crate::grid::Grid;

/// A day decided: what airs in each slot and which spots stand in which break.
pub(crate) struct Draft<'a> {
    pub(crate) inputs: PlanInputs<'a>,
    /// The week that rules on the day: its windows are those that stand.
    pub(crate) week: &'a Grid,
    pub(crate) cards: Cards<'a>,
    pub(crate) bounds: (Timestamp, Timestamp),
    pub(crate) stretches: Vec<Stretch<'a>>,
    pub(crate) board: Board<'a>,
    pub(crate) kept: Option<Kept<'a>>,
    pub(crate) music: Music<'a>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(inputs: &PlanInputs<'a>, settled: Option<Settled<'a>>) -> Result<Self, NoPlan> {
        let station = inputs.station;
        let site = station.site(inputs.site).ok_or(NoPlan::UnknownSite(inputs.site))?;
        let bounds = station.day_bounds(inputs.day).ok_or(NoPlan::NoSuchDay(inputs.day))?;
        let cards = Cards::new(inputs.assets);
        let stretches = lay_out(inputs, &cards, settled).ok_or(NoPlan::UnknownSite(inputs.site))?;
        let kept = settled.map(|s| s.kept(inputs, &stretches, bounds.1));
        let board = Board::filled(inputs, (site, &cards), &stretches, bounds, kept);
        let music = Walk::new(inputs, &cards, &stretches, kept).filled(Timestamp::MAX);
        let (week, _) = station.ruling(inputs.changes, inputs.day);
        Ok(Self { inputs: *inputs, week, cards, bounds, stretches, board, kept, music })
    }
}
