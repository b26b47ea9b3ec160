//! Starts that wait for somebody live before them.

use domain::{Fit, SitePlan, Start, Wait};

use super::*;

/// Ten minutes of the network, an opt-out (opening, content, break, content that gives way) and the network again at 08:20.
fn morning() -> SitePlan {
    let lengths = [600, 30, 120, 60, 390, 120];
    let rows: Vec<_> = (1u8..).zip(lengths).map(|(h, s)| (s, audio(h, Frames::ZERO))).collect();
    let plan = day_of(DAY, "08:00:00", &rows);
    let mut entries = plan.entries().to_vec();
    for n in [3, 4, 5] {
        entries[n].start = Start::Follows;
    }
    entries[5].fit = Fit::Elastic;
    entries[5].fade_out = Frames::from_secs(3);
    entries[2].wait = Wait { early: Frames::from_secs(120), late: Frames::from_secs(300) };
    let bounds = (entries[0].at, entries[entries.len() - 1].end());
    SitePlan::new(plan.site(), plan.day(), plan.revision(), bounds, entries).unwrap()
}

fn at(time: &str) -> String {
    format!("{DAY}T{time}Z")
}

/// What was heard of the morning, with somebody live from 08:05 until then, who leaves like that.
fn heard(gone: Option<(&str, OnAir)>, republished: bool) -> Rig {
    let mut rig = Rig::new(&at("08:04:00"));
    rig.plans(1, vec![morning()]);
    rig.run(60);
    if gone.is_some() {
        rig.tell(rig.now(), Fact::Live(OnAir::Live));
    }
    let leaves = gone.map(|(when, how)| (rig.position(&at(when)), how));
    let (mut revision, mut leaving) = (1, leaves);
    while rig.now().wall.unwrap() < at("08:23:00").parse().unwrap() {
        if let Some((_, how)) = leaving.take_if(|(position, _)| *position <= rig.at) {
            rig.tell(rig.now(), Fact::Live(how));
        }
        rig.run(1);
        if republished && rig.at.0.is_multiple_of(7 * 48_000) {
            revision += 1;
            rig.plans(revision, vec![morning()]);
        }
    }
    rig
}

#[test]
fn an_opt_out_leaves_at_the_real_end_of_what_is_live_and_is_back_on_its_second() {
    use OnAir::{Live, Lost, Nobody};
    // When and how who is live leaves, and when the opt-out then begins; exactly, where the plan says when.
    type Row = (Option<(&'static str, OnAir)>, &'static str, bool);
    let rows: [Row; 8] = [
        (None, "08:10:00", true),
        (Some(("08:07:00", Nobody)), "08:10:00", true),
        (Some(("08:08:30", Nobody)), "08:08:30", false),
        (Some(("08:12:17", Nobody)), "08:12:17", false),
        (Some(("08:22:00", Live)), "08:15:00", true),
        (Some(("08:19:00", Nobody)), "08:15:00", true),
        (Some(("08:09:00", Lost)), "08:10:00", true),
        (Some(("08:12:00", Lost)), "08:13:00", false),
    ];
    for (gone, begins, exact) in rows {
        for republished in [false, true] {
            let rig = heard(gone, republished);
            let begins = rig.position(&at(begins));
            let own = |n: u8| rig.heard.iter().find(|h| h.own && h.entry == format!("{DAY}/{n}")).unwrap();
            let opening = own(1);
            let off = opening.at.0.abs_diff(begins.0);
            let most = if exact { 0 } else { 15_000 };
            assert!(off <= most, "{gone:?}: begun {off} frames off");
            assert_eq!(opening.from, Frames::ZERO, "{gone:?}: whole");
            assert_eq!(opening.end.since(opening.at), Some(Frames::from_secs(30)), "{gone:?}: whole");
            let back = own(5);
            assert_eq!(back.at, rig.position(&at("08:20:00")), "{gone:?}: back on its frame");
            let opt_out: Vec<_> = rig.heard.iter().filter(|h| h.at >= opening.at && h.at < back.at).collect();
            assert!(opt_out.windows(2).all(|w| w[0].end == w[1].at), "{gone:?}: it touches");
            assert_eq!(opt_out.last().unwrap().end, back.at, "{gone:?}");
            assert_eq!((own(2).end.since(own(2).at), own(2).from), (Some(Frames::from_secs(120)), Frames::ZERO));
            rig.assert_nothing_repeats();
            assert!(rig.alarms.is_empty() && rig.conductor.poised.is_none(), "{gone:?}: {:?}", rig.alarms);
        }
    }
}

#[test]
fn a_waiting_start_whose_sound_is_missing_leaves_its_place_to_the_bed_and_comes_in_when_it_arrives() {
    let mut rig = Rig::new(&at("08:09:00"));
    rig.shelf.remove(&2);
    rig.plans(1, vec![morning()]);
    rig.run(10);
    rig.tell(rig.now(), Fact::Live(OnAir::Live));
    rig.run(110);
    assert!(rig.alarm("audio.missing"));
    rig.tell(rig.now(), Fact::Live(OnAir::Nobody));
    rig.run(5);
    rig.shelf.insert(2, Frames::from_secs(30));
    rig.run(60);
    let opening: Vec<_> = rig.heard.iter().filter(|h| h.entry == format!("{DAY}/1")).collect();
    assert_eq!(opening.iter().map(|h| h.own).collect::<Vec<_>>(), [false, true], "{opening:?}");
    assert!(!rig.alarm("audio.missing"));
    rig.assert_nothing_repeats();
}

#[test]
fn a_plan_without_the_start_that_was_held_goes_on_as_it_says() {
    let mut rig = Rig::new(&at("08:09:00"));
    rig.plans(1, vec![morning()]);
    rig.run(10);
    rig.tell(rig.now(), Fact::Live(OnAir::Live));
    rig.run(65);
    assert!(rig.conductor.poised.is_some());
    rig.plans(2, vec![hour()]);
    rig.run(5);
    assert!(rig.conductor.poised.is_none());
    let lane: Vec<_> = rig.conductor.lane.iter().map(|s| s.cue.entry.id.to_string()).collect();
    assert_eq!(lane, [format!("{DAY}/1")], "its second entry began at 08:10:00");
}
