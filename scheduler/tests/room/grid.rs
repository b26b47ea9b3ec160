//! What a grid accepts covers every site's week; what it refuses it names.

use std::ops::Range;

use domain::{ProgrammeId, SiteId};
use jiff::civil::Time;
use proptest::prelude::*;
use scheduler::grid::{DAY_S, GridParts, GridSlot};
use scheduler::station::{ClockFormat, Day, OptOut, OptOutMode, SegmentKind, SegmentSpec, Slot, Station, Window};
use scheduler::{Grid, Hole};

use crate::catalogue::station;

fn time(second: u32) -> Time {
    let part = |n: u32| i8::try_from(n).unwrap();
    Time::new(part(second / 3600 % 24), part(second / 60 % 60), part(second % 60), 0).unwrap()
}

fn programme() -> ProgrammeId {
    "any".parse().unwrap()
}

fn slot(day: Day, seconds: &Range<u32>) -> Slot {
    let length_s = seconds.end - seconds.start;
    Slot {
        id: format!("{day}-{}", seconds.start),
        day,
        start: time(seconds.start),
        duration_s: length_s,
        programme: programme(),
        clock_format: length_s.to_string(),
        edition: None,
        window: None,
        ending: None,
    }
}

fn opt_out(site: SiteId, day: Day, seconds: &Range<u32>) -> OptOut {
    let length_s = seconds.end - seconds.start;
    OptOut {
        site,
        day,
        window: "W".to_owned(),
        offset_s: 0,
        start: time(seconds.start),
        duration_s: length_s,
        programme: programme(),
        clock_format: length_s.to_string(),
        mode: OptOutMode::Local,
        source_site: None,
        ending: None,
    }
}

fn formats() -> Vec<ClockFormat> {
    (1..=288)
        .map(|n| ClockFormat {
            id: (n * 300).to_string(),
            duration_s: n * 300,
            segments: vec![SegmentSpec { kind: SegmentKind::Contenu, dur_s: n * 300, elastic: None, at: None }],
            parts: Vec::new(),
        })
        .collect()
}

fn all_day() -> Window {
    let reference = station();
    let mut window = reference.file().window[0].clone();
    "W".clone_into(&mut window.id);
    (window.start, window.end, window.days) = (time(0), time(0), Day::WEEK.to_vec());
    window
}

/// Cuts of a day into runs of whole five minutes.
fn cuts() -> impl Strategy<Value = Vec<Range<u32>>> {
    prop::collection::btree_set(1u32..288, 0..12).prop_map(|cuts| {
        let ends: Vec<u32> = cuts.into_iter().chain([288]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(&ends).map(|(from, to)| from * 300..to * 300).collect()
    })
}

fn covers(slots: &[GridSlot]) -> bool {
    let mut at_s = 0;
    slots.iter().all(|s| std::mem::replace(&mut at_s, s.end_s()) == s.start_s) && at_s == DAY_S
}

/// A change that may or may not break a week.
#[derive(Clone, Copy, Debug)]
enum Damage {
    None,
    Drop(usize),
    Double(usize),
    Shift(usize, u32),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::None),
        (0usize..80).prop_map(Damage::Drop),
        (0usize..80).prop_map(Damage::Double),
        (0usize..80, 1u32..5).prop_map(|(n, by)| Damage::Shift(n, by * 150)),
    ]
}

fn damaged(mut slots: Vec<Slot>, damage: Damage) -> Vec<Slot> {
    let n = slots.len();
    match damage {
        Damage::None => {}
        Damage::Drop(i) => drop(slots.remove(i % n)),
        Damage::Double(i) => slots.push(slots[i % n].clone()),
        Damage::Shift(i, by) => slots[i % n].start = slots[i % n].start.wrapping_add(jiff::Span::new().seconds(by)),
    }
    slots
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn any_accepted_grid_covers_every_site_week(
        days in prop::collection::vec(cuts(), 7),
        own in prop::collection::vec((0usize..7, 0u32..288, 1u32..60), 0..6),
        damage in damage(),
    ) {
        let week = Day::WEEK.iter().zip(&days).flat_map(|(day, cuts)| cuts.iter().map(|c| slot(*day, c)));
        let slots = damaged(week.collect(), damage);
        let site: SiteId = "GAO".parse().unwrap();
        let other: SiteId = "KDL".parse().unwrap();
        let opt_outs: Vec<_> = own.iter()
            .map(|(day, from, n)| opt_out(site, Day::WEEK[*day], &(from * 300..(from + n).min(288) * 300)))
            .collect();
        let (formats, windows) = (formats(), [all_day()]);
        let parts = GridParts { sites: &[site, other], windows: &windows, clock_formats: &formats, slots: &slots, opt_outs: &opt_outs };
        match Grid::new(parts) {
            Ok(grid) => for day in Day::WEEK {
                prop_assert!(covers(grid.network(day)));
                prop_assert!(covers(grid.site(site, day).unwrap()));
                prop_assert_eq!(grid.site(other, day).unwrap(), grid.network(day));
            },
            Err(hole) => {
                prop_assert!(!opt_outs.is_empty() || !matches!(damage, Damage::None), "{hole}");
                prop_assert!(!hole.fr().is_empty() && !hole.to_string().is_empty());
            }
        }
    }
}

/// Changes the reference file and says what the grid answers.
fn refusal(change: impl FnOnce(&mut scheduler::station::StationFile)) -> Hole {
    let mut file = station().file().clone();
    change(&mut file);
    let sites: Vec<_> = file.site.iter().map(|s| s.id).collect();
    let parts = GridParts {
        sites: &sites,
        windows: &file.window,
        clock_formats: &file.clock_format,
        slots: &file.slot,
        opt_outs: &file.optout,
    };
    Grid::new(parts).expect_err("the grid is broken")
}

#[test]
fn each_break_of_the_week_is_named() {
    let gap = refusal(|f| drop(f.slot.remove(5)));
    assert!(matches!(gap, Hole::Gap { site: None, day: Day::Mon, from_s: 18_000, .. }), "{gap}");
    let overlap = refusal(|f| f.slot.push(f.slot[5].clone()));
    assert!(matches!(overlap, Hole::Overlap { site: None, day: Day::Mon, .. }), "{overlap}");
    let step = refusal(|f| f.slot[5].start = time(18_001));
    assert!(matches!(step, Hole::OffStep { start_s: 18_001, .. }), "{step}");
    let midnight = refusal(|f| f.slot[5].start = time(DAY_S - 300));
    assert!(matches!(midnight, Hole::OffStep { .. }), "{midnight}");
    let sum = refusal(|f| f.clock_format[3].segments[0].dur_s += 1);
    assert!(matches!(sum, Hole::FormatSum { .. }), "{sum}");
    let huge = refusal(|f| f.clock_format[3].segments[0].dur_s = u32::MAX);
    assert!(matches!(huge, Hole::FormatSum { .. }), "{huge}");
    let length = refusal(|f| f.slot[5].clock_format = "M60".to_owned());
    assert!(matches!(length, Hole::FormatLength { format_s: Some(3600), .. }), "{length}");
    let unknown = refusal(|f| f.slot[5].clock_format = "?".to_owned());
    assert!(matches!(unknown, Hole::FormatLength { format_s: None, .. }), "{unknown}");
    let outside = refusal(|f| f.optout[0].start = time(12 * 3600));
    assert!(matches!(outside, Hole::OutsideWindow { .. }), "{outside}");
    let torn = refusal(|f| f.optout.retain(|o| o.programme.as_str() != "gao-service"));
    assert!(matches!(torn, Hole::Torn { .. }), "{torn}");
}

#[test]
fn a_station_reads_its_holes_with_their_line() {
    let text = station().to_toml().unwrap();
    let at = text.find("[[slot]]").unwrap();
    let broken = format!("{}{}", &text[..at], text[at..].replacen("duration_s = 2700", "duration_s = 2400", 1));
    let error = Station::parse(&broken).expect_err("a slot is too short");
    let line = text[..at].lines().count() + 1;
    assert_eq!(error.line, Some(line), "{error}");
    assert!(error.fr.contains("lundi") && error.en.contains("Monday"), "{error:?}");
}
