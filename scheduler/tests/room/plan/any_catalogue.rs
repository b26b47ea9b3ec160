//! Whatever is wrong with the cards, a day has a plan: filled, without a name twice, the same from inputs in any order.
use super::{
    Asset, BTreeSet, Frames, Placement, PlanInputs, Revision, SignedDuration, Station, Status, Timestamp, What,
    everything, plan, station,
};
use proptest::prelude::*;

/// What may be wrong with a card.
fn spoil(asset: &mut Asset, how: u8, length_s: u64, when_s: i64) {
    let monday: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let when = monday.checked_add(SignedDuration::from_secs(when_s)).unwrap();
    match how {
        0 => asset.status = Status::Draft,
        1 => asset.length = Frames(length_s * 47_999),
        2 => asset.not_before = Some(when),
        3 => asset.expires = Some(when),
        4 => asset.sites = vec!["KDL".parse().unwrap()],
        5 => asset.ready_since = Some(when),
        6 => asset.ready_since = None,
        7 => asset.length = Frames::ZERO,
        _ => {}
    }
}

fn thinned(station: &Station, seed: u64, spoilt: &[(usize, u8, u64, i64)]) -> Vec<Asset> {
    let mut assets = everything(station);
    let n = assets.len();
    for (i, how, length_s, when_s) in spoilt {
        spoil(&mut assets[i % n], *how, *length_s, *when_s);
    }
    let mut state = seed;
    assets.retain(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> 61 != 0
    });
    assets
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn any_catalogue_gives_a_day_without_hole_the_same_twice(
        seed in any::<u64>(),
        spoilt in prop::collection::vec((0usize..400, 0u8..9, 0u64..8000, 0i64..700_000), 0..120),
        (site, day, zone) in (0usize..7, 0i32..7, 0usize..3),
        placed in prop::collection::vec((0usize..400, 0i8..24, 0i8..12, any::<bool>()), 0..8),
    ) {
        let mut file = station().file().clone();
        file.meta.timezone = ["Africa/Bamako", "America/New_York", "Pacific/Apia"][zone].to_owned();
        let station = Station::new(file).unwrap();
        let assets = thinned(&station, seed, &spoilt);
        let site = station.sites()[site].id;
        let day = jiff::civil::date(2026, 11, 23).checked_add(jiff::Span::new().days(day)).unwrap();
        let placements: Vec<_> = placed.iter().filter(|_| !assets.is_empty()).map(|(n, h, m, own)| Placement {
            site: own.then_some(site),
            day,
            start: jiff::civil::time(*h, m * 5, 0, 0),
            asset: assets[n % assets.len()].id.clone(),
        }).collect();
        let inputs = PlanInputs { placements: &placements, ..PlanInputs::new(site, day, &station, &assets) };
        let (first, said) = plan(&inputs, Revision(1)).unwrap();
        let by_id: std::collections::BTreeMap<_, _> = assets.iter().map(|a| (&a.id, a)).collect();
        let mut ids = BTreeSet::new();
        for entry in first.entries() {
            prop_assert!(ids.insert(&entry.id), "{} is there twice", entry.id);
            if let What::Audio { asset, from, .. } = &entry.what {
                let card = by_id[asset];
                prop_assert!(*from + entry.length <= card.length, "{} promises more than its file has", entry.id);
                prop_assert!(card.status == Status::Ready);
                prop_assert!(card.sites.is_empty() || card.sites.contains(&site));
            }
        }
        let first = (first.clone(), said);
        let mut turned = assets.clone();
        turned.reverse();
        let behind: Vec<_> = placements.iter().rev().cloned().collect();
        let back = PlanInputs { assets: &turned, placements: &behind, ..inputs };
        prop_assert_eq!(&first, &plan(&back, Revision(1)).unwrap());
    }
}
