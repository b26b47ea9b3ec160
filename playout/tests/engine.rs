//! The engine on a real shelf: threads, damage under the player, and as-run records that tile the output.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{AsRun, AudioHash, BootId, Frames, Moment, Outcome, Position, Rung, SitePlan, TruePeak, What};
use jiff::Timestamp;
use media::flac::{Depth, Writer};
use playout::deck::ShelfLibrary;
use playout::engine::{Engine, EngineConfig};
use playout::journal::{self, Record};
use playout::live::{Guest, LiveDesk, Report};
use playout::planfile;
use playout::realtime::{BLOCK_FRAMES, Block, Mixer, live_feed};
use playout::render::{RenderSpec, render};

#[path = "../src/testing.rs"]
#[allow(dead_code)]
mod testing;
use testing::{bundle, day_of};

fn sample(hz: f64, i: u64) -> f32 {
    (0.25 * (std::f64::consts::TAU * (i as f64 * hz / 48_000.0).fract()).sin()) as f32
}

/// A station folder with a shelf, a bed and a journal.
struct Site {
    dir: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self { dir: tempfile::tempdir().unwrap() };
        Self::write(&site.path("bed.flac"), 110.0, 5);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(path: &Path, hz: f64, seconds: u64) {
        let mut writer = Writer::new(File::create(path).unwrap(), 1, Depth::TwentyFour).unwrap();
        let samples: Vec<_> = (0..seconds * 48_000).map(|i| sample(hz, i)).collect();
        writer.write(&samples).unwrap();
        writer.finish().unwrap();
    }

    fn shelve(&self, hz: f64, seconds: u64) -> AudioHash {
        let temp = self.path("new.flac");
        Self::write(&temp, hz, seconds);
        let hash = AudioHash(*blake3::hash(&fs::read(&temp).unwrap()).as_bytes());
        fs::create_dir_all(self.shelved(hash).parent().unwrap()).unwrap();
        fs::rename(temp, self.shelved(hash)).unwrap();
        hash
    }

    fn shelved(&self, hash: AudioHash) -> PathBuf {
        let name = hash.to_string();
        self.path("shelf").join(&name[..2]).join(format!("{name}.flac"))
    }

    fn library(&self) -> ShelfLibrary {
        ShelfLibrary::new(self.path("shelf"), Some(self.path("bed.flac")))
    }

    fn config(&self, boot: u64) -> EngineConfig {
        EngineConfig {
            site: "GAO".parse().unwrap(),
            boot: BootId(boot),
            shelf_dir: self.path("shelf"),
            bed: Some(self.path("bed.flac")),
            journal_dir: Some(self.path("journal")),
            last_seen: None,
            ceiling: TruePeak::CEILING,
            agc: None,
        }
    }

    fn as_runs(&self) -> Vec<AsRun> {
        assert_eq!(journal::verify(&self.path("journal")).unwrap(), vec![]);
        let only = |r| if let Record::AsRun(a) = r { Some(a) } else { None };
        journal::read(&self.path("journal")).unwrap().records.into_iter().filter_map(only).collect()
    }
}

fn audio(hash: AudioHash) -> What {
    let What::Audio { asset, from, gain, expires, .. } = testing::audio(1, Frames::ZERO) else { unreachable!() };
    What::Audio { asset, hash, from, gain, expires }
}

fn plan(rows: &[(u64, What)]) -> SitePlan {
    day_of("2026-11-24", "08:00:00", rows)
}

/// Turns and renders ten times faster than time, with decks and journal in their own threads.
fn run(engine: &mut Engine, mixer: &mut Mixer, start: Timestamp, seconds: u64) -> (Vec<f32>, Moment) {
    let mut out = Vec::new();
    let mut block = Block::default();
    let moment = |at: Position| Moment { at, wall: Some(start + Frames(at.0).as_duration()) };
    for _ in 0..seconds * 100 {
        engine.turn(moment(mixer.position()));
        mixer.render(&mut block);
        out.extend(block.frames.iter().map(|f| f[0]));
        std::thread::sleep(Duration::from_millis(1));
    }
    (out, moment(mixer.position()))
}

/// Every frame belongs to one stretch, and stretches touch.
fn assert_tiled(records: &[AsRun], end: Position) {
    let mut at = Position(0);
    for r in records {
        assert_eq!(r.at, at, "{r:?}");
        at = r.at + r.length;
    }
    assert_eq!(at, end);
}

#[test]
fn threads_play_the_plan_to_the_frame_and_the_journal_tiles_the_output() {
    let site = Site::new();
    let (one, two) = (site.shelve(440.0, 3), site.shelve(997.0, 3));
    let (mut engine, mut mixer) = Engine::new(site.config(1)).unwrap();
    let start: Timestamp = "2026-11-24T07:59:58Z".parse().unwrap();
    engine.set_plans(
        Moment { at: Position(0), wall: Some(start) },
        bundle(1, vec![plan(&[(3, audio(one)), (3, audio(two)), (2, What::Bed)])]),
    );
    let (got, now) = run(&mut engine, &mut mixer, start, 10);
    let second = |s: u64| s as usize * 48_000;
    let tone = |hz, s: usize, i: usize| sample(hz, (i - s * 48_000) as u64);
    for (i, got) in got.iter().enumerate().take(second(8)).skip(second(2) + 2_400) {
        let want = if i < second(5) { tone(440.0, 2, i) } else { tone(997.0, 5, i) };
        assert!((got - want).abs() < 1e-5, "frame {i}");
    }
    let snapshot = engine.snapshot();
    assert_eq!((snapshot.rung, snapshot.underrun, snapshot.revision.unwrap().0), (Rung::Sustaining, Frames::ZERO, 1));
    engine.close(now);
    let records = site.as_runs();
    assert_tiled(&records, now.at);
    let told: Vec<_> =
        records.iter().filter(|r| r.audio.is_some()).map(|r| (r.audio.unwrap(), r.outcome, r.length)).collect();
    assert_eq!(told, vec![(one, Outcome::Whole, Frames(144_000)), (two, Outcome::Whole, Frames(144_000))]);
    assert_eq!(
        records.iter().find(|r| r.audio == Some(two)).unwrap().wall,
        Some("2026-11-24T08:00:03Z".parse().unwrap())
    );
}

#[test]
fn a_killed_process_can_still_prove_what_it_played() {
    let site = Site::new();
    let one = site.shelve(440.0, 60);
    let (mut engine, mut mixer) = Engine::new(site.config(1)).unwrap();
    let start: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    engine.set_plans(Moment { at: Position(0), wall: Some(start) }, bundle(1, vec![plan(&[(60, audio(one))])]));
    let (_, now) = run(&mut engine, &mut mixer, start, 8);
    // A kill runs no destructor: whatever is not on disk now is lost.
    std::mem::forget(engine);
    std::thread::sleep(Duration::from_millis(100));
    let (engine, _mixer) = Engine::new(site.config(2)).unwrap();
    engine.close(Moment { at: Position(0), wall: None });
    let proven = site.as_runs().into_iter().find(|r| r.audio == Some(one)).unwrap();
    assert_eq!((proven.outcome, proven.boot), (Outcome::Stopped, BootId(1)));
    let until = proven.at + proven.length;
    assert!(now.at.since(until).unwrap() <= Frames::from_secs(3), "at most the last seconds are lost");
}

type Spoil = fn(&Path);

#[test]
fn a_file_that_changes_under_the_player_never_becomes_sound() {
    let spoil: [(&str, Spoil); 3] = [
        ("overwritten", |path| {
            let length = fs::metadata(path).unwrap().len();
            let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.write_all(&vec![0x55; length as usize]).unwrap();
        }),
        ("truncated", |path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(1_000).unwrap()),
        ("deleted", |path| fs::remove_file(path).unwrap()),
    ];
    for (name, spoil) in spoil {
        let site = Site::new();
        let (one, two) = (site.shelve(440.0, 60), site.shelve(997.0, 20));
        let plans = bundle(1, vec![plan(&[(60, audio(one)), (20, audio(two))])]);
        let from = "2026-11-24T08:00:05Z".parse().unwrap();
        let spec = RenderSpec {
            site: "GAO".parse().unwrap(),
            from,
            length: Frames::from_secs(60),
            ceiling: TruePeak::CEILING,
            agc: None,
        };
        let mut got = Vec::new();
        let engine = render(spec, plans, Box::new(site.library()), |frames| {
            got.extend(frames.iter().map(|f| f[0]));
            if got.len() == 48_000 {
                spoil(&site.shelved(one));
            }
            true
        });
        let own = got.iter().zip(5 * 48_000..).take_while(|(s, i)| (*s - sample(440.0, *i)).abs() < 1e-5).count();
        let damaged = engine.snapshot().alarms.iter().any(|a| a.finding.code == "audio.damaged");
        if name == "deleted" {
            assert!(own >= 55 * 48_000, "{name}: an open file plays on");
        } else {
            assert!((8 * 48_000..55 * 48_000).contains(&own), "{name}: {own} good frames, read ahead, then the bed");
            assert!(damaged, "{name}: an alarm says so");
            let bed = &got[own + 4_800..55 * 48_000 - 4_800];
            let loud = |w: &[f32]| w.iter().any(|s| s.abs() > 0.2);
            assert!(bed.chunks(4_800).all(loud), "{name}: the bed sounds meanwhile");
        }
        // The bed that stood in begins to leave with a block, and may still be leaving in the next entry's first one.
        for i in BLOCK_FRAMES as u64..5 * 48_000 {
            let at = 55 * 48_000 + i as usize;
            assert!((got[at] - sample(997.0, i)).abs() < 1e-5, "{name}: the next entry is whole, frame {i}");
        }
    }
}

#[test]
fn what_somebody_live_covered_is_recorded_as_theirs_and_joined_after() {
    let site = Site::new();
    let sound = site.shelve(440.0, 6);
    let (mut engine, mut mixer) = Engine::new(site.config(1)).unwrap();
    let start: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    engine.set_plans(
        Moment { at: Position(0), wall: Some(start) },
        bundle(1, vec![plan(&[(6, audio(sound)), (60, What::Bed)])]),
    );
    let (mut filler, feed, gate) = live_feed();
    let desk = Arc::new(LiveDesk::default());
    engine.set_live(feed, gate, Arc::clone(&desk));
    let until = start + jiff::SignedDuration::from_hours(1);
    let mut out = Vec::new();
    for second in 0..8 {
        if second == 2 {
            let (person, source) = ("Awa Touré".to_owned(), "Ogg".to_owned());
            desk.seat(Some(Guest { number: 1, person, source, until }));
            desk.report(Report { is_flowing: true, ..Report::default() });
        } else if second == 4 {
            desk.seat(None);
        }
        for _ in 0..100 {
            filler.push(&[[0.125; 2]; BLOCK_FRAMES]);
            let at = mixer.position();
            engine.turn(Moment { at, wall: Some(start + Frames(at.0).as_duration()) });
            let mut block = Block::default();
            mixer.render(&mut block);
            out.extend(block.frames.iter().map(|f| f[0]));
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let end = mixer.position();
    engine.close(Moment { at: end, wall: Some(start + Frames(end.0).as_duration()) });
    let live = &out[110_000..190_000];
    assert!(live.iter().all(|s| (s - 0.125).abs() < 1e-6), "nobody but them for two seconds");
    let records = site.as_runs();
    assert_tiled(&records, end);
    let sounded = records.iter().filter(|r| r.rung > Rung::Sustaining);
    let told: Vec<_> = sounded.map(|r| (r.rung, r.outcome, r.asset.as_ref().map(ToString::to_string))).collect();
    let (entry, awa) = (Some("sound-1".to_owned()), Some("direct-awa-toure".to_owned()));
    let want = [
        (Rung::Plan, Outcome::Cut, entry.clone()),
        (Rung::Live, Outcome::Whole, awa),
        (Rung::Plan, Outcome::Joined, entry),
    ];
    assert_eq!(told, want, "{records:?}");
    let live = records.iter().find(|r| r.rung == Rung::Live).unwrap();
    assert!(live.length.0.abs_diff(96_000) < 2_400 && live.wall.is_some(), "{live:?}");
}
