//! Fourteen days at a site that nobody reaches.

use std::collections::BTreeSet;

use crate::catalogue::{everything, station};
use domain::{Asset, AssetKind, Frames, Loudness, Revision, Segment, What};
use jiff::civil::Date;
use scheduler::{PlanInputs, Station, plan, plan_alone};

const LOST: &str = "2026-11-26T18:00:00Z";
/// A recording that may not air from then on: a number that has changed.
const STALE: (&str, &str) = ("jingle-promo-30", "2026-12-01T12:00:00Z");

fn shelf(station: &Station) -> Vec<Asset> {
    let mut assets = everything(station);
    for a in &mut assets {
        a.loudness = Some(Loudness::new(-23.0).unwrap());
        if a.id.as_str() == STALE.0 {
            a.expires = Some(STALE.1.parse().unwrap());
        }
    }
    assets
}

fn days() -> impl Iterator<Item = Date> {
    "2026-11-27".parse::<Date>().unwrap().series(jiff::Span::new().days(1)).take(15)
}

#[test]
fn a_fortnight_alone_leaves_nothing_to_the_bed_and_keeps_every_date() {
    let station = station();
    let assets = shelf(&station);
    let site = "TES".parse().unwrap();
    let mut spots_heard = 0;
    for day in days() {
        let alone_since = Some(LOST.parse().unwrap());
        let inputs = PlanInputs { alone_since, ..PlanInputs::new(site, day, &station, &assets) };
        let own = plan_alone(&inputs, Revision(1)).unwrap();
        for e in own.entries() {
            let What::Audio { asset, expires, .. } = &e.what else {
                assert!(e.length < Frames::from_millis(250), "{}: {} of bed", e.id, e.length.as_secs_f64());
                continue;
            };
            assert!(expires.is_none_or(|t| e.at < t), "{} is past its date", e.id);
            if e.segment == Segment::Spot {
                let (campaign, _) = station.spot_of(asset, site).unwrap();
                assert!(campaign.airs(site, day), "{} outside {}", e.id, campaign.id);
                spots_heard += 1;
            }
            let card = assets.iter().find(|a| a.id == *asset).unwrap();
            let programme = card.programme.as_ref().and_then(|p| station.programme(p));
            assert!(!programme.is_some_and(scheduler::station::Programme::is_news), "{}: old news", e.id);
        }
        // Breaks stand where the studio's own rules put them, the pause at sunset among them.
        let spots = |p: &domain::SitePlan| {
            let spots = p.entries().iter().filter(|e| e.segment == Segment::Spot);
            spots.map(|e| (e.id.clone(), e.at)).collect::<BTreeSet<_>>()
        };
        assert_eq!(spots(&own), spots(&plan(&inputs, Revision(1)).unwrap().0), "{day}");
    }
    assert!(spots_heard > 200, "{spots_heard} spots");
}

#[test]
fn without_anything_that_fills_the_bed_stays() {
    let station = station();
    let (site, day) = ("TES".parse().unwrap(), "2026-11-27".parse().unwrap());
    let only = |keep: &dyn Fn(&Asset) -> bool| {
        let assets: Vec<_> = shelf(&station).into_iter().filter(|a| keep(a)).collect();
        let alone_since = Some(LOST.parse().unwrap());
        let inputs = PlanInputs { alone_since, ..PlanInputs::new(site, day, &station, &assets) };
        let plan = plan_alone(&inputs, Revision(1)).unwrap();
        plan.entries().iter().filter(|e| e.what == What::Bed).map(|e| e.length.0).sum::<u64>()
    };
    assert_eq!(only(&|_| false), 86_400 * 48_000);
    assert!(only(&|a| a.kind == AssetKind::Jingle) > 80_000 * 48_000);
    assert_eq!(
        only(&|a| a.programme.as_ref().is_some_and(|p| p.as_str() == "nuit-mikado")),
        0,
        "any calm music is better"
    );
}
