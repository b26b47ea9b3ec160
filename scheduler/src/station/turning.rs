//! Orders that turn: the languages of 13:00 move up by one each period, so that none is always last (R-LANG-04).

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::ProgrammeId;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::error::StationError;
use super::text;
use super::wire::StationFile;
use crate::grid::{GridSlot, second_of};

/// Programmes that follow each other in an order that turns by one rank each period. Listeners keep their hour for the
/// length of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turning {
    /// Its name.
    pub id: String,
    /// The programmes, in any order: the grid says the first one.
    #[serde(with = "text::list")]
    pub programmes: Vec<ProgrammeId>,
    /// From when on their slots are looked for.
    #[serde(with = "text")]
    pub from: Time,
    /// Until when.
    #[serde(with = "text")]
    pub to: Time,
    /// The first day of the first period, in which the order is the grid's.
    #[serde(with = "text")]
    pub since: Date,
    /// Weeks between two turns.
    pub period_weeks: u32,
}

impl Turning {
    /// Most of them: one a daypart is more than people can follow.
    pub const MAX: usize = 12;
    /// Most programmes of one: more languages than any station has.
    const PROGRAMMES_MAX: usize = 24;
    /// Longest period: a year.
    const WEEKS_MAX: u32 = 52;

    /// How many ranks the order has turned by on a date.
    pub fn turns(&self, date: Date) -> usize {
        let days = date.duration_since(self.since).as_hours() / 24;
        usize::try_from(days / (7 * i64::from(self.period_weeks.max(1)))).unwrap_or_default()
    }

    /// Turns the slots of a date. Slots of different recipes stay where they are: their order cannot turn.
    pub(crate) fn turn(&self, slots: &mut [Cow<'_, GridSlot>], date: Date) {
        let between = second_of(self.from)..second_of(self.to);
        let mine = |s: &GridSlot| between.contains(&s.start_s) && self.programmes.contains(&s.programme);
        let places: Vec<usize> = (0..slots.len()).filter(|n| mine(&slots[*n])).collect();
        let (turns, count) = (self.turns(date), places.len());
        let same = places.windows(2).all(|two| slots[two[0]].clock_format == slots[two[1]].clock_format);
        if count < 2 || !same || turns % count == 0 {
            return;
        }
        let order: Vec<ProgrammeId> = places.iter().map(|n| slots[*n].programme.clone()).collect();
        for (k, place) in places.into_iter().enumerate() {
            slots[place].to_mut().programme = order[(k + turns) % count].clone();
        }
    }
}

/// What keeps the turning orders of a file from making sense.
pub(super) fn checked(file: &StationFile) -> Result<(), StationError> {
    let known: BTreeSet<_> = file.programme.iter().map(|p| &p.id).collect();
    for (n, turning) in file.rotation.iter().enumerate() {
        let programmes: BTreeSet<_> = turning.programmes.iter().collect();
        let sound = n < Turning::MAX
            && (2..=Turning::PROGRAMMES_MAX).contains(&turning.programmes.len())
            && programmes.len() == turning.programmes.len()
            && programmes.is_subset(&known)
            && turning.from < turning.to
            && (1..=Turning::WEEKS_MAX).contains(&turning.period_weeks);
        if !sound {
            let (id, most, max) = (&turning.id, Turning::WEEKS_MAX, Turning::MAX);
            let fr = format!(
                "La rotation {id} demande de 2 à 24 émissions connues, chacune une fois, une heure de début avant celle de fin et une période de 1 à {most} semaines; au plus {max} rotations."
            );
            let en = format!(
                "Rotation {id} needs 2 to 24 known programmes, each once, a start before its end and a period of 1 to {most} weeks; at most {max} rotations."
            );
            return Err(StationError::new(None, fr, en));
        }
    }
    Ok(())
}
