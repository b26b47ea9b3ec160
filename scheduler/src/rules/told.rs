//! Everything that the rules say of a site's days, whether they are to come or past.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Aired, Breach, Days, Measured, breaches};
use crate::changes::Changes;
use crate::proof::{Scope, Sources, prove};
use crate::sheets::Sheets;
use crate::station::{Site, Station};

/// Which days of which site, and what is known beside the sources.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The station.
    pub station: &'a Station,
    /// What was decided beside its grid.
    pub changes: &'a Changes,
    /// The cards of its sounds.
    pub sheets: &'a Sheets,
    /// The site.
    pub site: &'a Site,
    /// The days, in order; whole weeks when shares of the week are to be judged.
    pub days: &'a [Date],
    /// What the clock shows.
    pub now: Timestamp,
}

impl Asked<'_> {
    /// Judges plans, cards and, of days that have begun, what was aired, together with what was measured elsewhere. The gravest
    /// come first.
    ///
    /// # Errors
    /// A source cannot be read.
    pub fn breaches<S: Sources>(&self, sources: &S, elsewhere: Vec<Measured>) -> Result<Vec<Breach>, S::Error> {
        let Self { station, changes, sheets, site, days, now } = *self;
        let Some((first, last)) = days.first().copied().zip(days.last().copied()) else { return Ok(Vec::new()) };
        let slots: Vec<_> = days.iter().flat_map(|day| station.programmes_on(site.id, *day, changes)).collect();
        let mut plans = Vec::with_capacity(days.len());
        for day in days {
            plans.extend(sources.plan(site.id, *day)?);
        }
        let planned = Days { station, changes, site, slots: &slots, plans: &plans, sheets };
        let mut measured = planned.measured();
        measured.extend(elsewhere);
        let today = station.day_of(now);
        if first <= today {
            let mut records = Vec::new();
            let from = Aired::needs_from(&station.file().election, first, last);
            for day in from.series(1.day()).take_while(|d| *d <= last.min(today)) {
                let Some((from, to)) = station.day_bounds(day) else { continue };
                records.extend(sources.records(site.id, from, to)?);
            }
            let proof = prove(station, &Scope { campaign: None, sites: &[site.id], days, now }, sources)?;
            measured.extend(Aired { days: planned, records: &records, proof: &proof, today }.measured());
        }
        let mut found = breaches(&measured, &station.file().rule);
        found.sort_by_key(|b| {
            (std::cmp::Reverse(b.finding.severity), b.finding.code.clone(), b.measured.day(), b.measured.at_s())
        });
        Ok(found)
    }
}
