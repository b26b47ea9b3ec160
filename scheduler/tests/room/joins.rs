//! How the entries of a day meet.

use crate::catalogue::{everything, station};
use domain::{Asset, CuePoints, Curve, Entry, Frames, Join, Origin, Segment, SitePlan, Start};
use scheduler::{PlanInputs, Settled, Station, plan, replan};

/// A night of music at Gao: opening, music, a break, music.
const DAY: &str = "2026-11-24";

fn planned(station: &Station, assets: &[Asset]) -> SitePlan {
    let inputs = PlanInputs::new("GAO".parse().unwrap(), DAY.parse().unwrap(), station, assets);
    plan(&inputs, domain::Revision(1)).unwrap().0
}

fn at<'a>(plan: &'a SitePlan, time: &str) -> (&'a Entry, &'a Entry) {
    let when = format!("{DAY}T{time}Z").parse().unwrap();
    let n = plan.entries().iter().position(|e| e.at <= when && when < e.end()).unwrap();
    (&plan.entries()[n], &plan.entries()[n + 1])
}

/// Every card, with this one changed.
fn with(station: &Station, id: &str, change: impl Fn(&mut Asset)) -> Vec<Asset> {
    let mut assets = everything(station);
    change(assets.iter_mut().find(|a| a.id.as_str() == id).unwrap());
    assets
}

const fn ms(ms: u64) -> Frames {
    Frames::from_millis(ms)
}

/// The cue points of a jingle of 30 s that fades away from `segue` on.
fn tail(segue: Frames, end: Frames) -> CuePoints {
    CuePoints { start: Frames::ZERO, end, intro: None, segue: Some(segue) }
}

#[test]
fn a_jingle_rings_on_over_music_and_nothing_moves() {
    let station = station();
    for (length, over) in [(31_500, 1_500), (30_050, 0), (40_000, 2_500)] {
        let assets = with(&station, "jingle-generique-30", |a| a.length = ms(length));
        let plan = planned(&station, &assets);
        let (opening, music) = at(&plan, "00:45:10");
        assert_eq!((opening.segment, music.segment), (Segment::Opening, Segment::Content));
        let join = Join::Segue { over: ms(over), curve: Curve::EqualPower };
        assert_eq!(music.join, if over > 0 { join } else { Join::Butt }, "{length} ms");
        assert_eq!(music.at, "2026-11-24T00:45:30Z".parse().unwrap());
    }
}

/// The sweeper before an hour of calm music fades away from 4.2 s on, and the music is this much longer than its place.
fn calm_hour(station: &Station, spare: Frames) -> Vec<Asset> {
    let mut assets = with(station, "jingle-virgule-5", |a| a.cues = Some(tail(ms(4_200), a.length)));
    assets.iter_mut().find(|a| a.id.as_str() == "instant-calme.3575").unwrap().length += spare;
    assets
}

#[test]
fn music_begins_where_the_tail_of_a_jingle_does_when_something_fills_the_time() {
    let station = station();
    let friday = |assets: &[Asset]| {
        let day = "2026-11-27".parse().unwrap();
        plan(&PlanInputs::new("GAO".parse().unwrap(), day, &station, assets), domain::Revision(1)).unwrap().0
    };
    for (spare_ms, pulled_ms) in [(0, 0), (799, 0), (800, 800), (5_000, 800)] {
        let plan = friday(&calm_hour(&station, ms(spare_ms)));
        let n = plan.entries().iter().position(|e| e.at == "2026-11-27T13:00:00Z".parse().unwrap()).unwrap();
        let (sweeper, music) = (&plan.entries()[n], &plan.entries()[n + 1]);
        assert_eq!(sweeper.length, ms(5_000 - pulled_ms), "{spare_ms}");
        assert_eq!(music.end(), "2026-11-27T13:59:40Z".parse().unwrap(), "what follows keeps its time");
        let join = Join::Segue { over: ms(800), curve: Curve::EqualPower };
        assert_eq!(music.join, if pulled_ms > 0 { join } else { Join::Butt }, "{spare_ms}");
    }
}

#[test]
fn speech_is_never_overlapped_by_speech() {
    let station = station();
    let mut assets = everything(&station);
    for a in &mut assets {
        a.cues = Some(tail(a.length.saturating_sub(ms(1_500)), a.length));
        a.length += ms(1_400);
    }
    let music = |e: &Entry| station.programme(&e.programme).is_some_and(|p| p.music_share >= 0.9);
    let jingle = |e: &Entry| matches!(e.segment, Segment::Opening | Segment::Sweeper | Segment::Ident);
    let plan = planned(&station, &assets);
    let mut joins = 0;
    for pair in plan.entries().windows(2).filter(|p| p[1].join != Join::Butt) {
        let quiet = |e: &Entry| jingle(e) || (e.segment == Segment::Content && music(e));
        assert!(quiet(&pair[0]) && quiet(&pair[1]), "{} and {}", pair[0].id, pair[1].id);
        assert!(pair.iter().any(|e| e.segment == Segment::Content), "a jingle is no bed for another");
        joins += 1;
    }
    assert!(joins > 0);
}

#[test]
fn an_opt_out_fades_three_seconds_before_the_network_comes_back() {
    let station = station();
    let plan = planned(&station, &everything(&station));
    let fades: Vec<_> = plan.entries().windows(2).filter(|p| p[0].fade_out > Frames::ZERO).collect();
    let returns: Vec<_> = fades.iter().map(|p| p[1].at.to_string()).collect();
    let hours = ["09:00", "11:00", "16:30"];
    assert_eq!(returns, hours.map(|h| format!("{DAY}T{h}:00Z")));
    for pair in fades {
        assert_eq!((pair[0].fade_out, pair[1].start), (Frames::from_secs(3), Start::Hard));
        assert!(pair[0].origin != Origin::Network && pair[1].origin == Origin::Network);
    }
}

/// The station with this `[join]` table.
fn own(table: &str) -> Result<Station, scheduler::StationError> {
    let text = station().to_toml().unwrap();
    let (head, tail) = text.split_once("[join]").unwrap();
    let rest = &tail[tail.find("\n[").unwrap()..];
    Station::parse(&format!("{head}[join]\n{table}\n{rest}"))
}

#[test]
fn music_steps_back_under_a_short_word_of_the_station_when_that_wants_it() {
    for (table, wanted) in [("duck_db = 12\nduck_attack_s = 0.2", true), ("duck_db = 0", false)] {
        let station = own(table).unwrap();
        let mut assets = everything(&station);
        for card in &mut assets {
            card.length += ms(7_000);
        }
        // Friday's hour of calm ends with the station's name.
        let inputs = PlanInputs::new("GAO".parse().unwrap(), "2026-11-27".parse().unwrap(), &station, &assets);
        let plan = plan(&inputs, domain::Revision(1)).unwrap().0;
        let spoken: Vec<_> = plan.entries().windows(2).filter(|p| p[1].join.duck().is_some()).collect();
        assert_eq!(!spoken.is_empty(), wanted, "{table}");
        for pair in spoken {
            let music = station.programme(&pair[0].programme).is_some_and(|p| p.music_share >= 0.9);
            assert!(music && pair[0].segment == Segment::Content, "{}", pair[0].id);
            assert!(matches!(pair[1].segment, Segment::Sweeper | Segment::Ident), "{}", pair[1].id);
            let (over, duck) = (pair[1].join.over(), pair[1].join.duck().unwrap());
            assert!(over <= pair[1].length && over <= Join::MAX);
            assert_eq!((duck.depth_db, duck.attack, duck.release), (12, ms(200), ms(800)));
        }
    }
}

#[test]
fn the_station_chooses_length_and_shape() {
    let chosen = own("over_s = 0.5\ncurve = \"linear\"").unwrap();
    let assets = with(&chosen, "jingle-generique-30", |a| a.length = ms(31_500));
    let plan = planned(&chosen, &assets);
    assert_eq!(at(&plan, "00:45:10").1.join, Join::Segue { over: ms(500), curve: Curve::Linear });
    let butt = own("over_s = 0.0").unwrap();
    assert_eq!(at(&planned(&butt, &assets), "00:45:10").1.join, Join::Butt);
    for bad in [
        "over_s = -1.0",
        "over_s = 11.0",
        "over_s = nan",
        "music_share_min = 0.2",
        "duck_db = 41",
        "duck_release_s = 2.1",
    ] {
        assert!(own(bad).unwrap_err().en.contains("[join]"), "{bad}");
    }
}

#[test]
fn a_newer_plan_leaves_settled_joins_alone_and_fills_the_day() {
    let station = station();
    let (site, day) = ("GAO".parse().unwrap(), "2026-11-27".parse().unwrap());
    let assets = calm_hour(&station, ms(5_000));
    let inputs = PlanInputs::new(site, day, &station, &assets);
    let old = plan(&inputs, domain::Revision(1)).unwrap().0;
    let joins = |p: &SitePlan| {
        let joined = p.entries().iter().filter(|e| e.join != Join::Butt);
        joined.map(|e| (e.id.clone(), e.at, e.length, e.join)).collect::<Vec<_>>()
    };
    assert!(!joins(&old).is_empty());
    for until in ["12:59:00", "13:00:02", "13:00:04.5", "13:00:06", "13:30:00", "13:59:50"] {
        let until = format!("2026-11-27T{until}Z").parse().unwrap();
        let (new, _) = replan(&inputs, Settled { plan: &old, until }, domain::Revision(2)).unwrap();
        assert_eq!(joins(&new), joins(&old), "{until}");
    }
}
