//! When a start waits for the real end of what is before it, and how a programme ends.

use domain::{Entry, Origin, Segment, Wait};
use jiff::Timestamp;

use super::Teller;
use crate::grid::hms;
use crate::plan::{Draft, Stretch};
use crate::station::Ending;

/// The stretch that an entry was written for: one that was moved stands in the time of another.
pub(super) fn stretch_of<'d, 'a>(
    draft: &'d Draft<'a>,
    entry: &Entry,
    at: Timestamp,
) -> Option<(usize, &'d Stretch<'a>)> {
    let own = |s: &Stretch<'_>| {
        let start = hms(s.slot.start_s).to_string().replace(':', "");
        entry.id.slot() == format!("{}/{start}/{}", draft.inputs.day, s.slot.programme)
    };
    let all = || draft.stretches.iter().enumerate();
    let by_time = || all().rfind(|(_, s)| s.at <= at);
    let begun = all().rfind(|(_, s)| s.at <= at && own(s));
    begun.or_else(|| all().find(|(_, s)| own(s))).or_else(by_time)
}

impl Teller<'_, '_> {
    /// How far its start waits, where it was moved to, and what becomes of sound that lasts longer.
    pub(super) fn ends(&mut self, entry: &Entry) {
        let zone = self.draft.inputs.station.zone();
        let time = |at: Timestamp| zone.to_datetime(at).strftime("%H:%M:%S").to_string();
        let planned = self.stretch.at;
        if entry.wait != Wait::NONE {
            let code = if entry.origin == Origin::Network { "plan.waits" } else { "R-OPT-03" };
            let earliest = time(entry.at.checked_sub(entry.wait.early.as_duration()).unwrap_or(entry.at));
            let latest = time(entry.at.checked_add(entry.wait.late.as_duration()).unwrap_or(entry.at));
            let fr = format!(
                "Il commence à la fin réelle de ce qui le précède, direct compris: au plus tôt à {earliest}, au plus tard à {latest}."
            );
            let en = format!(
                "It starts at the real end of what precedes it, live too: at {earliest} at the earliest, at {latest} at the latest."
            );
            self.because(code, fr, en);
            if entry.at != planned {
                let (at, planned) = (time(entry.at), time(planned));
                let fr = format!("Le fichier qui le précède finit à {at}, et non à {planned}.");
                self.because("plan.start-moved", fr, format!("The file before it ends at {at}, not at {planned}."));
            }
        }
        let ending = self.stretch.slot.ending.or(self.stretch.programme.ending).unwrap_or_default();
        if entry.segment == Segment::Content && ending != Ending::Cut {
            let (fr, en) = ending.words();
            let fr = format!("Si l'émission dure plus que sa place: {fr}.");
            self.because("plan.ending", fr, format!("If the programme lasts longer than its place: {en}."));
        }
    }
}
