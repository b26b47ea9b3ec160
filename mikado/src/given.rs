//! Plans as they are kept for looking back: one piece per slot, so that what a newer plan leaves alone is kept once.

use domain::{Entry, SiteId, SitePlan};
use jiff::Timestamp;
use playout::planfile::{piece_from_bytes, piece_to_bytes};
use scheduler::store::{Given, GivenDay};
use scheduler::{InForce, Station, Store};

/// The day of a plan, cut where its slots begin.
///
/// # Errors
/// When an entry cannot be written.
pub fn day_of(plan: &SitePlan) -> anyhow::Result<GivenDay> {
    let slots = plan.entries().chunk_by(|one, next| !next.begins_slot_after(one));
    Ok(GivenDay { day: plan.day(), pieces: slots.map(piece_to_bytes).collect::<Result<_, _>>()? })
}

/// The plan that was kept, touching and whole as on the day when it was given.
fn plan_of(site: SiteId, day: jiff::civil::Date, given: &Given) -> anyhow::Result<SitePlan> {
    let mut entries = Vec::new();
    for piece in &given.pieces {
        entries.extend(piece_from_bytes(piece)?);
    }
    let bounds = entries.first().map(|e| e.at).zip(entries.last().map(Entry::end)).unwrap_or_default();
    Ok(SitePlan::new(site, day, given.revision, bounds, entries)?)
}

/// The plan of a site's day as it was in force at `at`; `None` when none is kept.
///
/// # Errors
/// When the database does not answer, or what it kept is damaged.
pub fn plan_at(store: &Store, site: SiteId, day: jiff::civil::Date, at: Timestamp) -> anyhow::Result<Option<SitePlan>> {
    store.given_plan(site, day, at)?.map(|given| plan_of(site, day, &given)).transpose()
}

/// The plan that was in force at `at`, with the grid that it was made of; `None` when none is kept of that day.
///
/// # Errors
/// As [`plan_at`], and when the station file of then is no longer sound.
pub fn in_force(store: &Store, site: SiteId, station: &Station, at: Timestamp) -> anyhow::Result<Option<InForce>> {
    let day = station.day_of(at);
    let Some(given) = store.given_plan(site, day, at)? else { return Ok(None) };
    let newest = store.publications(1)?.pop();
    let (publication, grid) = match given.publication {
        Some(number) if newest.as_ref().is_none_or(|p| p.number != number) => {
            let (toml, changes) = store.published(number, (day.yesterday().unwrap_or(day), day))?;
            (store.publication(number)?, Some((Station::parse(&toml)?, changes)))
        }
        Some(_) => (newest, None),
        None => (None, None),
    };
    Ok(Some(InForce { plan: plan_of(site, day, &given)?, since: given.at, publication, grid }))
}

#[cfg(test)]
mod tests {
    use domain::Revision;
    use scheduler::PlanInputs;

    use super::*;

    #[test]
    fn a_plan_that_was_given_reads_back_as_it_was_with_the_grid_of_then() {
        let week = include_str!("../../demo/reference_week.toml");
        let station = Station::from_reference(week, include_str!("../../demo/campaigns.toml")).unwrap();
        let (gao, day) = ("GAO".parse().unwrap(), "2026-11-24".parse().unwrap());
        let (plan, _) = scheduler::plan(&PlanInputs::new(gao, day, &station, &[]), Revision(7)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("station.db")).unwrap();
        let at: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
        let toml = station.to_toml().unwrap();
        store.save_station(&toml, "awa", "rentrée", at).unwrap();
        store.keep_plans(gao, plan.revision(), at, &[day_of(&plan).unwrap()]).unwrap();
        assert_eq!(plan_at(&store, gao, day, at).unwrap(), Some(plan.clone()));
        let noon = "2026-11-24T12:00:00Z".parse().unwrap();
        let then = in_force(&store, gao, &station, noon).unwrap().unwrap();
        assert_eq!((then.plan, then.grid.is_none()), (plan, true), "the grid of then is that of today");
        store.save_station(&toml, "kadi", "après", at).unwrap();
        let then = in_force(&store, gao, &station, noon).unwrap().unwrap();
        assert_eq!(then.publication.unwrap().author, "awa");
        assert_eq!(then.grid.unwrap().0.file(), station.file());
    }
}
