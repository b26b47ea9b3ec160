//! Any grid in any zone: every site's weeks are covered without hole or overlap, whatever is decided for their dates.
use domain::{ProgrammeId, Revision};
use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};
use proptest::prelude::*;
use scheduler::changes::{Displaced, LiveKind, SeasonSwitched, Then};
use scheduler::station::{ClockFormat, Day, SegmentKind, SegmentSpec, Slot, Station, StationFile};
use scheduler::{Changes, NoPlan, Override, OverrideSpec, PlanInputs, plan};

use crate::catalogue::station;

/// Zones with the weeks in which their clocks change; Apia skips a whole day.
const ZONES: [(&str, &str); 8] = [
    ("Africa/Bamako", "2026-11-23"),
    ("Europe/Paris", "2026-03-25"),
    ("Europe/Paris", "2026-10-21"),
    ("America/New_York", "2026-03-04"),
    ("America/New_York", "2026-10-28"),
    ("Pacific/Apia", "2011-09-21"),
    ("Pacific/Apia", "2011-12-26"),
    ("Pacific/Apia", "2012-03-28"),
];

fn time(second: u32) -> Time {
    let part = |n: u32| i8::try_from(n).unwrap();
    Time::new(part(second / 3600 % 24), part(second / 60 % 60), part(second % 60), 0).unwrap()
}

/// The reference station with another week of the network: days cut at multiples of five minutes.
fn cut(zone: &str, cuts: &[Vec<u32>]) -> StationFile {
    let mut file = station().file().clone();
    zone.clone_into(&mut file.meta.timezone);
    file.overrides.clear();
    file.clock_format.extend((1..=288).map(|n| ClockFormat {
        id: format!("L{n}"),
        duration_s: n * 300,
        segments: vec![SegmentSpec { kind: SegmentKind::Contenu, dur_s: n * 300, elastic: Some(true), at: None }],
        parts: Vec::new(),
    }));
    if !cuts.is_empty() {
        file.slot.clear();
        file.optout.retain(|o| cuts[o.day as usize].is_empty());
    }
    for (day, cuts) in Day::WEEK.into_iter().zip(cuts) {
        let ends: Vec<u32> = cuts.iter().copied().chain([288]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        file.slot.extend(starts.zip(&ends).map(|(from, to)| slot(day, from, *to)));
    }
    file
}

fn slot(day: Day, from: u32, to: u32) -> Slot {
    let programmes = ["journal-fr", "bal-mikado", "midikado", "debat"];
    Slot {
        id: format!("{day}-{from}"),
        day,
        start: time(from * 300),
        duration_s: (to - from) * 300,
        programme: programmes[(from % 4) as usize].parse().unwrap(),
        clock_format: format!("L{}", to - from),
        edition: None,
        window: None,
        ending: None,
    }
}

/// An event that may start on any second and do anything to what it displaces.
fn event(n: usize, date: Date, (start, planned_s, over_s, kind): (u32, u32, u32, u8)) -> Override {
    let id: ProgrammeId = format!("direct-{n}").parse().unwrap();
    let kinds = [LiveKind::Discours, LiveKind::Match, LiveKind::Ceremonie, LiveKind::Alerte];
    let kind = kinds[usize::from(kind) % 4];
    let fates = [Then::Joindre, Then::Inserer, Then::Supprimer];
    let displaced = (0..288).step_by(3).map(|at| Displaced {
        slot: format!("{}-{at}", Day::of(date)),
        then: fates[at % 3],
        to: None,
        rest_min: None,
    });
    let spec = OverrideSpec {
        id,
        day: None,
        date: Some(date),
        rrule: None,
        cron: None,
        except: Vec::new(),
        start: Some(time(start)),
        anchor: None,
        wait_s: 0,
        planned_s,
        max_overrun_s: Some(7_200),
        overrun_s: over_s,
        hard_end: None,
        kind,
        title: "Direct".to_owned(),
        lang: "fr".parse().unwrap(),
        scope: if n.is_multiple_of(2) { "reseau".to_owned() } else { "site:GAO".to_owned() },
        source: String::new(),
        displaces: Vec::new(),
        on_displaced: String::new(),
        displaced: displaced.collect(),
        priority: (n % 3) as u8 + 1,
        lifts_latest: n == 2,
    };
    Override::new(spec, None).unwrap()
}

/// Plans eight days in a row and says where each begins and ends.
fn weeks(station: &Station, changes: &Changes, first: Date) -> Result<Vec<(Timestamp, Timestamp)>, NoPlan> {
    let mut bounds = Vec::new();
    for day in first.series(Span::new().days(1)).take(8) {
        let inputs = PlanInputs { changes, ..PlanInputs::new("GAO".parse().unwrap(), day, station, &[]) };
        match plan(&inputs, Revision(1)) {
            // `SitePlan::new` has proven that its entries are ordered, touch and fill the day.
            Ok((plan, _)) => bounds.push((plan.entries()[0].at, plan.entries().last().unwrap().end())),
            Err(NoPlan::NoSuchDay(_)) => {}
            Err(why) => return Err(why),
        }
    }
    Ok(bounds)
}

fn cuts() -> impl Strategy<Value = Vec<Vec<u32>>> {
    let day = prop::collection::btree_set(1u32..288, 0..10).prop_map(|cuts| cuts.into_iter().collect::<Vec<_>>());
    prop_oneof![Just(Vec::new()), prop::collection::vec(day, 7)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn any_accepted_grid_covers_every_site_week_in_every_zone_whatever_is_decided(
        zone in 0usize..ZONES.len(),
        cuts in cuts(),
        events in prop::collection::vec((0i64..8, (0u32..86_000, 1u32..14_400, 0u32..7_200, 0u8..4)), 0..5),
        mourning in any::<bool>(),
    ) {
        let (zone, first) = ZONES[zone];
        let first: Date = first.parse().unwrap();
        let Ok(station) = Station::new(cut(zone, &cuts)) else { return Ok(()) };
        let on = |n: i64| first.checked_add(Span::new().days(n)).unwrap();
        let mut overrides: Vec<_> =
            events.iter().enumerate().map(|(n, (day, event_of))| event(n, on(*day), *event_of)).collect();
        let seasons = if mourning {
            vec![SeasonSwitched { season: "deuil".to_owned(), from: on(2), until: on(4) }]
        } else {
            Vec::new()
        };
        let changes = Changes { overrides: overrides.clone(), seasons: seasons.clone(), ..Changes::default() };
        let bounds = weeks(&station, &changes, first).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(bounds.windows(2).all(|w| w[0].1 == w[1].0), "days touch: {bounds:?}");
        prop_assert!(bounds.len() >= 7);
        overrides.reverse();
        let turned = Changes { overrides, seasons, ..Changes::default() };
        for day in [on(0), on(3)] {
            let inputs = |changes| PlanInputs { changes, ..PlanInputs::new("GAO".parse().unwrap(), day, &station, &[]) };
            prop_assert_eq!(plan(&inputs(&changes), Revision(1)), plan(&inputs(&turned), Revision(1)));
        }
    }
}
