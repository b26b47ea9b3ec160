//! A day laid out: slots as they will air, with opt-outs that have no sound given back to the network.

use std::ops::Range;

use domain::{Frames, Origin};
use jiff::Timestamp;

use super::PlanInputs;
use super::cards::Cards;
use super::choice::{Choice, Demand, choose};
use super::settled::Settled;
use crate::grid::GridSlot;
use crate::station::{Day, Programme, SegmentKind};

/// A slot, or the part of one that airs, with its content.
#[derive(Clone, Debug)]
pub(crate) struct Stretch<'a> {
    /// The cell of the grid.
    pub(crate) slot: &'a GridSlot,
    /// Its programme.
    pub(crate) programme: &'a Programme,
    /// First instant of the part that airs.
    pub(crate) at: Timestamp,
    /// Seconds of the slot that air: from 0 to its length, unless it is joined late, left early, or the clocks change.
    pub(crate) part_s: Range<u32>,
    /// Seconds after the last one of the slot, when the clocks go back inside it.
    pub(crate) over_s: u32,
    /// What airs as its content.
    pub(crate) content: Option<Choice<'a>>,
    /// The opt-out that this part of the network stands in for.
    pub(crate) instead_of: Option<&'a GridSlot>,
}

/// A segment, or the part of one that airs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// What it is.
    pub(crate) kind: SegmentKind,
    /// Its number in the clock format, from 1.
    pub(crate) number: usize,
    /// First second of the slot that it covers.
    pub(crate) from_s: u32,
    /// Seconds that air.
    pub(crate) length_s: u32,
    /// Seconds of the whole segment.
    pub(crate) whole_s: u32,
    /// Whether it absorbs differences.
    pub(crate) elastic: bool,
    /// Seconds of content of the slot before this piece.
    pub(crate) content_before_s: u32,
}

impl<'a> Stretch<'a> {
    /// The pieces of the clock format that air, in order.
    pub(crate) fn pieces(&self, station: &'a crate::Station) -> Vec<Piece> {
        let segments = station.clock_format(&self.slot.clock_format).map(|f| f.segments.as_slice()).unwrap_or_default();
        let (mut at_s, mut content_s, mut pieces) = (0, 0, Vec::with_capacity(segments.len()));
        for (n, segment) in segments.iter().enumerate() {
            let from_s = at_s.max(self.part_s.start);
            let to_s = (at_s + segment.dur_s).min(self.part_s.end);
            if from_s < to_s {
                let joined_s = if segment.kind == SegmentKind::Contenu { from_s - at_s } else { 0 };
                pieces.push(Piece {
                    kind: segment.kind,
                    number: n + 1,
                    from_s,
                    length_s: to_s - from_s,
                    whole_s: segment.dur_s,
                    elastic: segment.elastic == Some(true),
                    content_before_s: content_s + joined_s,
                });
            }
            at_s += segment.dur_s;
            if segment.kind == SegmentKind::Contenu {
                content_s += segment.dur_s;
            }
        }
        pieces
    }

    /// Whether all of the slot airs.
    pub(crate) fn whole(&self) -> bool {
        self.part_s == (0..self.slot.length_s)
    }

    /// When a second of the slot airs.
    pub(crate) fn instant(&self, second: u32) -> Timestamp {
        let after = second.saturating_sub(self.part_s.start);
        self.at.checked_add(jiff::SignedDuration::from_secs(i64::from(after))).unwrap_or(self.at)
    }
}

/// Lays out the day. `None` for a site without a grid.
pub(crate) fn lay_out<'a>(
    inputs: &PlanInputs<'a>,
    cards: &Cards<'a>,
    settled: Option<Settled<'a>>,
) -> Option<Vec<Stretch<'a>>> {
    let day = Day::of(inputs.day);
    let mut stretches = Vec::new();
    for slot in inputs.station.grid().site(inputs.site, day)? {
        let Some(own) = stretch((inputs, cards, settled), slot, slot.start_s..slot.end_s()) else { continue };
        let silent = own.content.is_none() && inputs.station.content_s(&slot.clock_format) > 0;
        if slot.origin == Origin::Network || !silent {
            stretches.push(own);
            continue;
        }
        // R-OPT-04: no sound for the opt-out, so the site keeps what the network carries.
        for network in inputs.station.grid().network(day) {
            let part = slot.start_s.max(network.start_s)..slot.end_s().min(network.end_s());
            if part.start < part.end
                && let Some(carried) = stretch((inputs, cards, settled), network, part)
            {
                stretches.push(Stretch { instead_of: Some(slot), ..carried });
            }
        }
    }
    Some(stretches)
}

/// A slot from one second of the day to another; `None` when the clocks skip all of it.
fn stretch<'a>(
    (inputs, cards, settled): (&PlanInputs<'a>, &Cards<'a>, Option<Settled<'a>>),
    slot: &'a GridSlot,
    seconds: Range<u32>,
) -> Option<Stretch<'a>> {
    let instant = |second| inputs.station.instant(inputs.day, second);
    let (start, at, end) = (instant(slot.start_s)?, instant(seconds.start)?, instant(seconds.end)?);
    let real_s = u32::try_from(end.as_second() - at.as_second()).ok()?;
    if real_s == 0 {
        return None;
    }
    let from_s = seconds.start - slot.start_s;
    let to_s = from_s + real_s.min(seconds.end - seconds.start);
    let needed = Frames::from_secs(u64::from(inputs.station.content_s(&slot.clock_format)));
    Some(Stretch {
        slot,
        programme: inputs.station.programme(&slot.programme)?,
        at,
        part_s: from_s..to_s,
        over_s: real_s - (to_s - from_s),
        content: choose(
            inputs,
            cards,
            Demand { slot, at: start, needed, begun: settled.and_then(|s| s.content_of(slot)) },
        ),
        instead_of: None,
    })
}
