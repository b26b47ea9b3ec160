//! Segments that are fixed to a second of their slot.

use domain::{Entry, Revision, Segment, SitePlan, Start};
use scheduler::station::{ClockFormat, Pin, StationFile};
use scheduler::{PlanInputs, Station, plan, why};

use crate::catalogue::{everything, station};

fn format<'f>(file: &'f mut StationFile, id: &str) -> &'f mut ClockFormat {
    file.clock_format.iter_mut().find(|f| f.id == id).unwrap()
}

/// The reference station with the second break of its one-hour recipe fixed; 17:00 on Tuesday airs by it.
fn fixed(at: &str) -> StationFile {
    let mut file = station().file().clone();
    let segments = &mut format(&mut file, "M60").segments;
    segments[3].elastic = Some(true);
    segments[4].at = Some(at.parse().unwrap());
    segments[5].dur_s = 1050;
    file
}

fn planned(station: &Station) -> SitePlan {
    let assets = everything(station);
    let inputs = PlanInputs::new("BKO".parse().unwrap(), "2026-11-24".parse().unwrap(), station, &assets);
    plan(&inputs, Revision(1)).unwrap().0
}

fn of_slot<'p>(plan: &'p SitePlan, slot: &str) -> Vec<&'p Entry> {
    plan.entries().iter().filter(|e| e.id.slot().ends_with(slot)).collect()
}

#[test]
fn a_fixed_segment_begins_at_its_second_and_the_elastic_content_before_it_gives_way() {
    let station = Station::new(fixed("40:00")).unwrap();
    let lengths: Vec<u32> = station.clock_format("M60").unwrap().segments.iter().map(|s| s.dur_s).collect();
    assert_eq!(lengths, [30, 1100, 120, 1150, 120, 1050, 30]);
    let plan = planned(&station);
    let parts = of_slot(&plan, "/170000/grand-format");
    let hard: Vec<_> = parts.iter().filter(|e| e.start == Start::Hard).map(|e| e.at.to_string()).collect();
    assert_eq!(hard, ["2026-11-24T17:00:00Z", "2026-11-24T17:40:00Z"]);
    assert_eq!(parts.iter().filter(|e| e.segment == Segment::Content).count(), 3, "the content goes on after it");
    assert!(parts.windows(2).all(|two| !two[1].begins_slot_after(two[0])), "it is one slot to the eye");
    let assets = everything(&station);
    let inputs = PlanInputs::new("BKO".parse().unwrap(), "2026-11-24".parse().unwrap(), &station, &assets);
    let told = why(&inputs, "2026-11-24T17:40:00Z".parse().unwrap()).unwrap().unwrap();
    let pinned = told.reasons.iter().find(|r| r.code == "plan.pinned").unwrap();
    assert!(pinned.fr.contains("40:00 du début, 17:40:00"), "{}", pinned.fr);
}

type Spoil = fn(&mut ClockFormat);

fn two_reversed(format: &mut ClockFormat) {
    format.segments[1].elastic = Some(true);
    format.segments[2].at = Some(Pin(2500));
}

#[test]
fn what_cannot_be_held_to_its_second_is_refused_with_its_line() {
    let rows: [(&str, Spoil, &str); 4] = [
        ("too little room", |f| f.segments[4].at = Some(Pin(1000)), "fixé à 16:40: ce qui le précède dure 2350 s"),
        ("nothing elastic", |f| f.segments[3].elastic = Some(false), "aucun contenu élastique"),
        ("two in the wrong order", two_reversed, "fixé à 40:00, après un autre"),
        ("the rest does not fill the slot", |f| f.segments[5].dur_s = 1100, "M60"),
    ];
    for (name, spoil, fr) in rows {
        let mut file = fixed("40:00");
        spoil(format(&mut file, "M60"));
        let why = Station::parse(&toml::to_string(&file).unwrap()).expect_err(name);
        assert!(why.fr.contains(fr) && why.line.is_some(), "{name}: {why:?}");
    }
    let text = toml::to_string(&fixed("40:00")).unwrap();
    assert!(text.contains("at = \"40:00\""), "it is written as it is read");
    let why = Station::parse(&text.replace("at = \"40:00\"", "at = \"40\"")).unwrap_err();
    assert!(why.line.is_some() && why.en.contains("MM:SS"), "{why:?}");
}

#[test]
fn the_seconds_of_a_part_count_from_where_the_part_begins() {
    let mut file = fixed("40:00");
    let whole = format(&mut file, "M60").clone();
    let (first, rest) = whole.segments.split_at(3);
    let mut rest = rest.to_vec();
    // 40:00 of the whole is 19:10 of a part that begins at 20:50.
    rest[1].at = Some("19:10".parse().unwrap());
    let part = |id: &str, duration_s, segments: &[_]| ClockFormat {
        id: id.to_owned(),
        duration_s,
        segments: segments.to_vec(),
        parts: Vec::new(),
    };
    let parts = [part("debut", 1250, first), part("suite", 2350, &rest)];
    file.clock_format.extend(parts);
    *format(&mut file, "M60") =
        ClockFormat { parts: vec!["debut".to_owned(), "suite".to_owned()], segments: Vec::new(), ..whole };
    assert!(planned(&Station::new(file).unwrap()) == planned(&Station::new(fixed("40:00")).unwrap()));
}
