use std::fs;
use std::path::Path;

use domain::{Anchor, BootId, Frames, Position};
use jiff::Timestamp;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn options() -> AirCheckOptions {
    AirCheckOptions { keeping: Keeping { free_bytes_min: Some(0), ..Keeping::default() }, ..AirCheckOptions::default() }
}

fn recorder(dir: &Path, boot: u64) -> Recorder {
    Recorder::open(dir, "GAO".parse().unwrap(), BootId(boot), options()).unwrap()
}

fn reading(position: u64, wall: &str) -> ClockReading {
    ClockReading { anchor: Anchor { at: Position(position), wall: at(wall) }, trusted: true }
}

/// A tone that is silent but for bursts of 20 ms at each whole second of the position.
fn sound(from: u64, frames: u64) -> Vec<[f32; 2]> {
    let tone = |n: u64| if n % 48_000 < 960 { (n as f32 * 0.13).sin() * 0.5 } else { 0.0 };
    (from..from + frames).map(|n| [tone(n); 2]).collect()
}

/// Records `seconds` from `position` on, in blocks, by one reading.
fn record(recorder: &mut Recorder, position: u64, seconds: u64, reading: ClockReading) {
    for block in 0..seconds * 10 {
        let from = position + block * 4_800;
        recorder.push(&sound(from, 4_800), Position(from), reading).unwrap();
    }
}

/// Where the bursts begin in a clip, in frames.
fn bursts(clip: &Clip) -> Vec<u64> {
    let mut all = Vec::new();
    clip.decode(|frames| {
        all.extend_from_slice(frames);
        Ok(())
    })
    .unwrap();
    assert_eq!(all.len() as u64, clip.length().0);
    let loud = |w: &[[f32; 2]]| w.iter().map(|f| f[0].abs()).fold(0.0, f32::max) > 0.1;
    let mut found: Vec<u64> = Vec::new();
    for (i, window) in all.chunks(48).enumerate() {
        let n = i as u64 * 48;
        if loud(window) && found.last().is_none_or(|last| n - last > 24_000) {
            found.push(n);
        }
    }
    found
}

#[test]
fn a_clip_holds_what_sounded_at_its_time_also_over_the_hour() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = recorder(dir.path(), 1);
    // Position 480 000 is 08:59:55 sharp; bursts lie on whole seconds.
    record(&mut recorder, 480_000, 12, reading(480_000, "2026-11-24T08:59:55Z"));
    recorder.finish().unwrap();
    let archive = Archive::new(dir.path());
    let names: Vec<_> = archive.names().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["2026-11-24T08", "2026-11-24T09"]);
    let cut = clip(&archive, at("2026-11-24T08:59:57.500Z"), Frames::from_secs(5)).unwrap();
    assert_eq!((cut.holes(), cut.is_trusted(), cut.channels()), (vec![], true, 1));
    let found = bursts(&cut);
    assert_eq!(found.len(), 5, "{found:?}");
    for (burst, second) in found.iter().zip(0..) {
        assert!(burst.abs_diff(24_000 + second * 48_000) <= 96, "{found:?}");
    }
    assert_eq!(verify(dir.path()).unwrap(), []);
}

#[test]
fn what_is_not_kept_is_silent_in_its_place_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = recorder(dir.path(), 1);
    record(&mut recorder, 0, 3, reading(0, "2026-11-24T08:00:10Z"));
    recorder.finish().unwrap();
    let cut = clip(&Archive::new(dir.path()), at("2026-11-24T08:00:09Z"), Frames::from_secs(6)).unwrap();
    assert_eq!(cut.holes(), [(Frames(0), Frames(48_000)), (Frames(192_000), Frames(96_000))]);
    assert!(bursts(&cut)[0].abs_diff(48_000) <= 96);
    let none = clip(&Archive::new(dir.path()), at("2026-11-25T08:00:00Z"), Frames::from_secs(1)).unwrap();
    assert!(none.is_empty());
}

#[test]
fn a_kill_costs_half_a_second_and_the_next_boot_seals_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut killed = recorder(dir.path(), 1);
    record(&mut killed, 0, 4, reading(0, "2026-11-24T08:00:00Z"));
    std::mem::forget(killed);
    assert_eq!(verify(dir.path()).unwrap(), [], "a piece in the making is fine");
    let mut next = recorder(dir.path(), 2);
    record(&mut next, 0, 2, reading(0, "2026-11-24T08:00:06Z"));
    next.finish().unwrap();
    assert_eq!(verify(dir.path()).unwrap(), []);
    let cut = clip(&Archive::new(dir.path()), at("2026-11-24T08:00:00Z"), Frames::from_secs(8)).unwrap();
    let [(from, length)] = cut.holes()[..] else { panic!("{:?}", cut.holes()) };
    assert!(from >= Frames::from_millis(3_450) && from + length == Frames::from_secs(6), "{from:?} {length:?}");
}

#[test]
fn a_clock_that_steps_is_told_in_the_index_and_time_twice_gives_the_later() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = recorder(dir.path(), 1);
    record(&mut recorder, 0, 3, reading(0, "2026-11-24T08:00:10Z"));
    record(&mut recorder, 144_000, 3, reading(144_000, "2026-11-24T08:00:12.500Z"));
    let mut untrusted = reading(288_000, "2026-11-24T08:10:00Z");
    untrusted.trusted = false;
    record(&mut recorder, 288_000, 2, untrusted);
    recorder.finish().unwrap();
    let archive = Archive::new(dir.path());
    let pieces = archive.between(at("2026-11-24T08:00:00Z"), at("2026-11-24T09:00:00Z")).unwrap();
    let lengths: Vec<_> = pieces[0].stretches.iter().map(|s| (s.wall, s.length.0 / 48_000, s.trusted)).collect();
    let expected = [("08:00:10", 3, true), ("08:00:12.500", 3, true), ("08:10:00", 2, false)];
    assert_eq!(lengths, expected.map(|(t, n, trusted)| (at(&format!("2026-11-24T{t}Z")), n, trusted)));
    let cut = clip(&archive, at("2026-11-24T08:00:12Z"), Frames::from_secs(2)).unwrap();
    // 12.0 is the first recording's, 12.5 on the second's, whose whole positions lie on half seconds.
    let found = bursts(&cut);
    assert!(found[0] <= 96 && found[1].abs_diff(24_000) <= 96, "{found:?}");
    let cut = clip(&archive, at("2026-11-24T08:10:00Z"), Frames::from_secs(1)).unwrap();
    assert!(!cut.is_trusted());
}

#[test]
fn a_changed_byte_anywhere_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = recorder(dir.path(), 1);
    record(&mut first, 0, 2, reading(0, "2026-11-24T07:00:00Z"));
    first.finish().unwrap();
    let mut open = recorder(dir.path(), 2);
    record(&mut open, 0, 2, reading(0, "2026-11-24T08:00:00Z"));
    std::mem::forget(open);
    assert_eq!(verify(dir.path()).unwrap(), []);
    for file in ["2026-11-24T07.opus", "2026-11-24T07.index", "2026-11-24T08.opus", "chain.jsonl"] {
        let path = dir.path().join(file);
        let whole = fs::read(&path).unwrap();
        for place in [0, whole.len() / 3, whole.len() / 2] {
            let mut spoilt = whole.clone();
            spoilt[place] ^= 1;
            fs::write(&path, &spoilt).unwrap();
            let found = verify(dir.path()).unwrap();
            assert!(!found.is_empty(), "{file} byte {place}");
        }
        fs::write(&path, whole).unwrap();
    }
    fs::remove_file(dir.path().join("2026-11-24T07.opus")).unwrap();
    assert!(verify(dir.path()).unwrap()[0].en.contains("no retention let it go"));
}

#[test]
fn what_the_budget_lets_go_is_told_by_the_chain() {
    let dir = tempfile::tempdir().unwrap();
    for (boot, hour) in [(1, "07"), (2, "08"), (3, "09")] {
        let mut recorder = recorder(dir.path(), boot);
        record(&mut recorder, 0, 1, reading(0, &format!("2026-11-24T{hour}:00:00Z")));
        recorder.finish().unwrap();
    }
    let kept: u64 = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.file_name() != "chain.jsonl")
        .map(|e| e.metadata().unwrap().len())
        .sum();
    let keeping = Keeping { bytes_max: kept - 1, free_bytes_min: Some(0), ..Keeping::default() };
    let options = AirCheckOptions { keeping, ..AirCheckOptions::default() };
    let mut recorder = Recorder::open(dir.path(), "GAO".parse().unwrap(), BootId(4), options).unwrap();
    recorder.retain(None).unwrap();
    let left = Archive::new(dir.path()).names().unwrap();
    assert_eq!(left.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-11-24T08", "2026-11-24T09"]);
    assert_eq!(verify(dir.path()).unwrap(), []);
}

#[test]
fn a_gap_is_silence_in_its_place_and_stands_in_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = recorder(dir.path(), 1);
    record(&mut recorder, 0, 2, reading(0, "2026-11-24T08:00:00Z"));
    recorder.note_gap(Position(48_000), Frames(4_800)).unwrap();
    recorder.finish().unwrap();
    let piece = Archive::new(dir.path()).piece("2026-11-24T08".parse().unwrap()).unwrap();
    assert_eq!(piece.gaps, [(at("2026-11-24T08:00:01Z"), Frames(4_800))]);
}
