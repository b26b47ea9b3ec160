//! A day laid out: slots as they will air, with opt-outs that have no sound given back to the network.

use std::borrow::Cow;
use std::ops::Range;

use domain::{Frames, Origin};
use jiff::Timestamp;

use super::PlanInputs;
use super::cards::Cards;
use super::choice::{Choice, Demand, choose, stand_in};
use super::settled::Settled;
use crate::changes::LiveKind;
use crate::grid::GridSlot;
use crate::station::{Programme, SegmentKind, SegmentSpec};
use crate::timetable::{Cell, How, Timetable};

/// A slot, or the part of one that airs, with its content.
#[derive(Clone, Debug)]
pub(crate) struct Stretch<'a> {
    /// The cell of the grid.
    pub(crate) slot: Cow<'a, GridSlot>,
    /// Its programme.
    pub(crate) programme: &'a Programme,
    /// How it airs.
    pub(crate) how: How<'a>,
    /// First instant of the part that airs.
    pub(crate) at: Timestamp,
    /// Second of the civil day at which that is.
    pub(crate) day_s: u32,
    /// Seconds of the slot that air: from 0 to its length, unless it is joined late, left early, or the clocks change.
    pub(crate) part_s: Range<u32>,
    /// Seconds that its elastic parts give up because it began late.
    pub(crate) shorter_s: u32,
    /// Seconds after the last one of the slot, when the clocks go back inside it.
    pub(crate) over_s: u32,
    /// What airs as its content.
    pub(crate) content: Option<Choice<'a>>,
    /// Whether it has no edition and a rotation fills it with music.
    pub(crate) rotates: bool,
    /// The opt-out that this part of the network stands in for.
    pub(crate) instead_of: Option<Cow<'a, GridSlot>>,
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
    /// The second of the slot at which it is to begin, when it begins inside this piece.
    pub(crate) pin_s: Option<u32>,
    /// Seconds of content of the slot before this piece.
    pub(crate) content_before_s: u32,
}

impl Stretch<'_> {
    /// The pieces of the clock format that air, in order.
    pub(crate) fn pieces(&self, station: &crate::Station) -> Vec<Piece> {
        let segments = station.segments(&self.slot);
        let lengths = shortened(&segments, self.shorter_s);
        let (mut at_s, mut content_s, mut pieces) = (0, 0, Vec::with_capacity(segments.len()));
        for (n, (segment, dur_s)) in segments.iter().zip(lengths).enumerate() {
            let from_s = at_s.max(self.part_s.start);
            let to_s = (at_s + dur_s).min(self.part_s.end);
            if from_s < to_s {
                let joined_s = if segment.kind == SegmentKind::Contenu { from_s - at_s } else { 0 };
                pieces.push(Piece {
                    kind: segment.kind,
                    number: n + 1,
                    from_s,
                    length_s: to_s - from_s,
                    whole_s: dur_s,
                    elastic: segment.elastic == Some(true),
                    pin_s: segment.at.map(|pin| pin.0).filter(|_| from_s == at_s),
                    content_before_s: content_s + joined_s,
                });
            }
            at_s += dur_s;
            if segment.kind == SegmentKind::Contenu {
                content_s += dur_s;
            }
        }
        super::ends::absorb(self, &mut pieces);
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

    /// Second of the civil day at which a second of the slot airs.
    pub(crate) fn day_second(&self, second: u32) -> u32 {
        self.day_s + second.saturating_sub(self.part_s.start)
    }
}

/// The lengths of segments of which elastic content gives up so many seconds, the last first; what it cannot give, other
/// content gives. What stands before a fixed segment gives first, so that it is heard at its second.
fn shortened(segments: &[SegmentSpec], mut by_s: u32) -> Vec<u32> {
    let mut lengths: Vec<u32> = segments.iter().map(|s| s.dur_s).collect();
    let mut from = 0;
    for group in segments.chunk_by(|_, next| next.at.is_none()) {
        let own = &mut lengths[from..from + group.len()];
        from += group.len();
        for elastic in [true, false] {
            for (segment, length) in group.iter().zip(own.iter_mut()).rev() {
                let gives = segment.kind == SegmentKind::Contenu && (segment.elastic == Some(true)) == elastic;
                if gives {
                    let part_s = by_s.min(*length);
                    *length -= part_s;
                    by_s -= part_s;
                }
            }
        }
    }
    lengths
}

/// Lays out the day. `None` for a site without a grid.
pub(crate) fn lay_out<'a>(
    inputs: &PlanInputs<'a>,
    cards: &Cards<'a>,
    settled: Option<Settled<'a>>,
) -> Option<Vec<Stretch<'a>>> {
    let all = (inputs, cards, settled);
    let table = Timetable::of(inputs.station, inputs.changes, inputs.site, inputs.day)?;
    let mut stretches = Vec::new();
    for cell in &table.cells {
        let Some(own) = stretch(all, cell) else { continue };
        let silent = own.content.is_none() && !own.rotates && inputs.station.content_of(&cell.slot) > 0;
        let leaves = match cell.how {
            How::Live(event) => event.spec().kind == LiveKind::Insert,
            _ => cell.slot.origin != Origin::Network,
        };
        if !leaves || !silent {
            stretches.push(own);
            continue;
        }
        // R-OPT-04: no sound for the opt-out or the insertion, so the site keeps what the network carries.
        for network in table.network.iter().filter_map(|n| n.part(&cell.seconds, How::Cut)) {
            if let Some(carried) = stretch(all, &network) {
                stretches.push(Stretch { instead_of: Some(cell.slot.clone()), ..carried });
            }
        }
    }
    Some(stretches)
}

/// A cell as it sounds; `None` when the clocks skip all of it.
fn stretch<'a>(
    (inputs, cards, settled): (&PlanInputs<'a>, &Cards<'a>, Option<Settled<'a>>),
    cell: &Cell<'a>,
) -> Option<Stretch<'a>> {
    let slot = &cell.slot;
    let instant = |second| inputs.station.instant(inputs.day, second);
    let (start, at, end) = (instant(slot.start_s)?, instant(cell.seconds.start)?, instant(cell.seconds.end)?);
    let real_s = u32::try_from(end.as_second() - at.as_second()).ok()?;
    if real_s == 0 {
        return None;
    }
    let cell_s = cell.seconds.end - cell.seconds.start;
    let to_s = cell.from_s + real_s.min(cell_s);
    let needed = Frames::from_secs(u64::from(inputs.station.content_of(slot)));
    let begun = settled.and_then(|s| s.content_of(slot));
    let chosen = choose(inputs, cards, Demand { slot, at: start, needed, begun });
    let content = match cell.how {
        How::Live(event) if event.spec().kind != LiveKind::Insert => chosen.or_else(|| stand_in(inputs, cards, at)),
        _ => chosen,
    };
    let rotates = content.is_none() && super::music::rotates(inputs, cards, &slot.programme, at);
    Some(Stretch {
        slot: slot.clone(),
        programme: cell.programme,
        how: cell.how,
        at,
        day_s: cell.seconds.start,
        part_s: cell.from_s..to_s,
        shorter_s: if matches!(cell.how, How::Shortened(_)) { slot.length_s.saturating_sub(cell_s) } else { 0 },
        over_s: real_s - (to_s - cell.from_s),
        content,
        rotates,
        instead_of: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::Pin;

    #[test]
    fn a_late_beginning_is_paid_before_the_fixed_segment_so_long_as_there_is_something() {
        let of = |kind, dur_s, elastic, at| SegmentSpec { kind, dur_s, elastic: Some(elastic), at };
        let pin = Some(Pin(600));
        let segments = [
            of(SegmentKind::Generique, 30, false, None),
            of(SegmentKind::Contenu, 570, false, None),
            of(SegmentKind::Ecran, 60, false, pin),
            of(SegmentKind::Contenu, 540, true, None),
        ];
        for (late_s, lengths) in [(0, [30, 570, 60, 540]), (200, [30, 370, 60, 540]), (600, [30, 0, 60, 510])] {
            assert_eq!(shortened(&segments, late_s), lengths, "{late_s} s late");
        }
    }
}
