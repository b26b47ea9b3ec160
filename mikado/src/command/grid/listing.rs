//! What the sites air, for calendars and receivers.

use jiff::Span;
use scheduler::ProgrammeSlot;
use scheduler::exchange::{ical, si, xmltv};

use crate::args::{ExportArgs, ExportFormat};
use crate::command::studio::{Studio, store_error, unknown_site};
use crate::error::Error;

/// The listing that was asked for.
pub(super) fn written(studio: &Studio, what: &ExportArgs) -> Result<String, Error> {
    let (station, now) = (studio.station()?, studio.clock.now());
    let first = what.day.unwrap_or_else(|| station.day_of(now));
    let all: Vec<_> = station.sites().iter().map(|s| s.id).collect();
    if let Some(site) = what.site.filter(|s| !all.contains(s)) {
        return Err(unknown_site(site, &all));
    }
    let changes = studio.store.changes(first, first.saturating_add(Span::new().days(62))).map_err(store_error)?;
    let days = || first.series(Span::new().days(1)).take(usize::from(what.days));
    let sites = all.iter().filter(|s| what.site.is_none_or(|asked| asked == **s));
    let slots: Vec<ProgrammeSlot> =
        sites.flat_map(|site| days().flat_map(|day| station.programmes_on(*site, day, &changes))).collect();
    Ok(match what.format {
        ExportFormat::Ical => {
            let name = what.site.and_then(|s| station.site(s)).map_or("Mikado FM", |s| s.name.as_str());
            ical(&station, name, &slots, now)
        }
        ExportFormat::Xmltv => xmltv(&station, &slots),
        ExportFormat::Si | ExportFormat::Toml => {
            let site = what.site.and_then(|s| station.site(s)).ok_or_else(|| {
                Error::usage("si décrit un seul site : ajoutez --site.", "si describes one site: add --site.")
            })?;
            si(&station, site, &slots, now)
        }
    })
}
