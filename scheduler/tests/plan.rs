//! Plans of the reference station.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod catalogue;

use domain::{Asset, Finding, Revision, Segment, SitePlan, What};
use jiff::civil::Date;
use scheduler::{PlanInputs, Station, plan};

fn inputs<'a>(station: &'a Station, assets: &'a [Asset], site: &str, day: &str) -> PlanInputs<'a> {
    let (site, day) = (site.parse().unwrap(), day.parse::<Date>().unwrap());
    PlanInputs { site, day, station, assets, placements: &[], history: &[] }
}

fn planned(station: &Station, assets: &[Asset], site: &str, day: &str) -> (SitePlan, Vec<Finding>) {
    plan(&inputs(station, assets, site, day), Revision(1)).unwrap()
}

#[test]
fn every_airing_of_the_reference_week_finds_its_break() {
    let station = catalogue::station();
    let assets = catalogue::everything(&station);
    for day in 23..30 {
        for site in station.sites() {
            let (plan, findings) = planned(&station, &assets, site.id.as_str(), &format!("2026-11-{day}"));
            assert!(plan.entries().iter().all(|e| e.segment == Segment::Fill || e.what != What::Bed));
            assert!(findings.iter().all(|f| f.code != "R-CAMP-08"), "{findings:?}");
        }
    }
}
