//! The air as it is rendered: exact starts, seams, holes and repetitions, on real mixers and decks.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;

use domain::{AudioHash, Frames, SitePlan, TruePeak, What};
use playout::deck::{Library, Sound};
use playout::planfile;
use playout::realtime::{BLOCK_FRAMES, Frame};
use playout::render::{RenderSpec, render};
use playout::{Error, Result};

#[path = "../src/testing.rs"]
#[allow(dead_code)]
mod testing;
use testing::{audio, bundle, day_of};

/// A tone whose phase belongs to the frame number, so that every sample says where in the file it stands.
#[derive(Clone, Copy)]
struct Tone {
    hz: f64,
    first: u64,
    length: u64,
    breaks_at: Option<u64>,
}

struct Playing(Tone, u64);

impl Tone {
    fn sample(self, i: u64) -> f32 {
        let phase = (self.first + i) as f64 * self.hz / 48_000.0;
        (0.25 * (std::f64::consts::TAU * phase.fract()).sin()) as f32
    }
}

impl Sound for Playing {
    fn length(&self) -> Frames {
        Frames(self.0.length)
    }
    fn seek(&mut self, to: Frames) -> Result<()> {
        self.1 = to.0.min(self.0.length);
        Ok(())
    }
    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        if self.0.breaks_at.is_some_and(|b| self.1 >= b) {
            return Err(Error::Damaged { what: "tone".into(), why: "so made".into() });
        }
        let end = self.0.breaks_at.unwrap_or(self.0.length).min(self.0.length);
        let n = out.len().min((end - self.1) as usize);
        for (i, frame) in out.iter_mut().take(n).enumerate() {
            *frame = [self.0.sample(self.1 + i as u64); 2];
        }
        self.1 += n as u64;
        Ok(n)
    }
}

#[derive(Clone)]
struct Tones(BTreeMap<u8, Tone>);

impl Library for Tones {
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>> {
        let tone = self.0.get(&hash.0[0]).ok_or_else(|| Error::Missing(hash.to_string()))?;
        Ok(Box::new(Playing(*tone, 0)))
    }
    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        Some(self.open(AudioHash([0; 32])))
    }
}

fn tone(hz: f64, seconds: u64) -> Tone {
    Tone { hz, first: 0, length: seconds * 48_000, breaks_at: None }
}

fn tones(rows: &[(u8, Tone)]) -> Tones {
    let bed = [(0, tone(110.0, 7))];
    Tones(bed.into_iter().chain(rows.iter().copied()).collect())
}

fn air(plan: SitePlan, library: &Tones, from: &str, seconds: u64) -> Vec<f32> {
    let spec = RenderSpec {
        site: "GAO".parse().unwrap(),
        from: format!("2026-11-24T{from}Z").parse().unwrap(),
        length: Frames::from_secs(seconds),
        ceiling: TruePeak::CEILING,
    };
    let mut out = Vec::new();
    render(spec, bundle(1, vec![plan]), Box::new(library.clone()), |frames| {
        out.extend(frames.iter().map(|f| f[0]));
        true
    });
    assert_eq!(out.len() as u64, spec.length.0);
    out
}

fn day(rows: &[(u64, What)]) -> SitePlan {
    day_of("2026-11-24", "08:00:00", rows)
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-5
}

#[test]
fn a_hard_start_lands_on_its_frame() {
    let library = tones(&[(1, tone(440.0, 600)), (2, tone(1_000.0, 60))]);
    let plan = day(&[(600, audio(1, Frames::ZERO)), (60, audio(2, Frames::ZERO))]);
    let got = air(plan, &library, "08:09:30", 60);
    let (one, two) = (library.0[&1], library.0[&2]);
    for (i, s) in got.iter().enumerate() {
        let at = 570 * 48_000 + i as u64;
        let want = if at < 600 * 48_000 { one.sample(at) } else { two.sample(at - 600 * 48_000) };
        assert!(close(*s, want), "frame {i}: {s} instead of {want}");
    }
}

#[test]
fn a_render_of_a_whole_plan_complains_of_nothing() {
    let library = tones(&[(1, tone(440.0, 600))]);
    let plan = day(&[(600, audio(1, Frames::ZERO))]);
    let from = "2026-11-24T08:01:00Z".parse().unwrap();
    let spec =
        RenderSpec { site: "GAO".parse().unwrap(), from, length: Frames::from_secs(5), ceiling: TruePeak::CEILING };
    let engine = render(spec, bundle(1, vec![plan]), Box::new(library), |_| true);
    assert_eq!(engine.snapshot().alarms, Vec::new());
}

#[test]
fn a_sine_over_two_files_has_no_seam() {
    let first = Tone { length: 30 * 48_000, ..tone(441.3, 30) };
    let second = Tone { first: 30 * 48_000, ..tone(441.3, 30) };
    let library = tones(&[(1, first), (2, second), (3, tone(441.3, 60))]);
    let rows = [
        ("two files", [(30, audio(1, Frames::ZERO)), (30, audio(2, Frames::ZERO))]),
        ("one file in two entries", [(30, audio(3, Frames::ZERO)), (30, audio(3, Frames::from_secs(30)))]),
    ];
    for (name, rows) in rows {
        let got = air(day(&rows), &library, "08:00:05", 50);
        for (i, s) in got.iter().enumerate() {
            let want = library.0[&3].sample(5 * 48_000 + i as u64);
            assert!(close(*s, want), "{name}, frame {i}: {s} instead of {want}");
        }
    }
}

#[test]
fn two_renders_hold_the_same_samples() {
    let library = tones(&[(1, tone(440.0, 20)), (2, tone(523.0, 5))]);
    let rows =
        [(20, audio(1, Frames::ZERO)), (5, audio(2, Frames::ZERO)), (5, audio(9, Frames::ZERO)), (30, What::Bed)];
    let once = air(day(&rows), &library, "07:59:50", 60);
    assert_eq!(once, air(day(&rows), &library, "07:59:50", 60));
}

#[test]
fn a_render_that_starts_later_holds_the_same_air() {
    let library = tones(&[(1, tone(440.0, 60)), (2, tone(523.0, 60))]);
    let plan = day(&[(60, audio(1, Frames::ZERO)), (60, audio(2, Frames::ZERO))]);
    let early = air(plan.clone(), &library, "08:00:20", 60);
    let late = air(plan, &library, "08:00:40", 40);
    assert_eq!(early[20 * 48_000..], late);
}

/// The longest stretch below −60 dBFS.
fn longest_silence(samples: &[f32]) -> usize {
    let (mut longest, mut run) = (0, 0);
    for s in samples {
        run = if s.abs() < 0.001 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[test]
fn whatever_is_missing_the_air_is_never_silent() {
    let broken = Tone { breaks_at: Some(7 * 48_000 + 77), ..tone(440.0, 20) };
    let rows = [
        ("missing", tones(&[(2, tone(523.0, 20))])),
        ("damaged in the middle", tones(&[(1, broken), (2, tone(523.0, 20))])),
        ("damaged at once", tones(&[(1, Tone { breaks_at: Some(0), ..broken }), (2, tone(523.0, 20))])),
        ("too short", tones(&[(1, tone(440.0, 11)), (2, tone(523.0, 20))])),
        ("without a bed", Tones(BTreeMap::new())),
    ];
    for (name, library) in rows {
        let plan = day(&[(20, audio(1, Frames::ZERO)), (20, audio(2, Frames::ZERO))]);
        let got = air(plan, &library, "07:59:50", 60);
        assert!(longest_silence(&got) < 480, "{name}: {} frames of silence", longest_silence(&got));
        if let Some(two) = library.0.get(&2) {
            let (at, into) = (35 * 48_000, 5 * 48_000);
            assert!(
                (0..4_800).all(|i| close(got[at + i], two.sample((into + i) as u64))),
                "{name}: the next entry is whole"
            );
        }
    }
}

#[test]
fn a_day_goes_over_midnight_without_a_seam() {
    let library = tones(&[(1, tone(440.0, 60)), (2, tone(440.0, 60))]);
    let plans = vec![
        day_of("2026-11-24", "23:59:00", &[(60, audio(1, Frames::ZERO))]),
        day_of("2026-11-25", "00:00:00", &[(60, audio(2, Frames::ZERO))]),
    ];
    let from = "2026-11-24T23:59:50Z".parse().unwrap();
    let spec =
        RenderSpec { site: "GAO".parse().unwrap(), from, length: Frames::from_secs(20), ceiling: TruePeak::CEILING };
    let mut got = Vec::new();
    render(spec, bundle(1, plans), Box::new(library.clone()), |f| {
        got.extend(f.iter().map(|f| f[0]));
        true
    });
    for (i, s) in got.iter().enumerate() {
        let at = 50 * 48_000 + i as u64;
        assert!(close(*s, library.0[&1].sample(at % (60 * 48_000))), "frame {i}");
    }
}

#[test]
fn sounds_shorter_than_a_second_play_whole_whatever_their_length() {
    for length in [1, 4_799, 4_800, 4_801, 24_000, 47_999, 48_000, 48_001] {
        let library = tones(&[(1, Tone { length, ..tone(440.0, 1) }), (2, tone(523.0, 20))]);
        let plan = day(&[(1, audio(1, Frames::ZERO)), (20, audio(2, Frames::ZERO))]);
        let got = air(plan, &library, "07:59:59", 3);
        // A sound that goes on behind its entry is cut with a fade of 10 ms.
        let whole = if length > 48_000 { 48_000 - 480 } else { length };
        for i in 0..whole {
            // Until the bed has left, it sounds under the first 50 ms.
            let want = library.0[&1].sample(i);
            let heard = got[48_000 + i as usize];
            assert!(i < 2_400 || close(heard, want), "length {length}, frame {i}: {heard} instead of {want}");
        }
        assert!(close(got[96_000 + 4_800], library.0[&2].sample(4_800)), "length {length}: the next entry is on");
        assert!(longest_silence(&got) < 4_800, "length {length}");
    }
}

/// A sound whose decoder panics in the middle.
struct Panicking(Playing);

impl Sound for Panicking {
    fn length(&self) -> Frames {
        self.0.length()
    }
    fn seek(&mut self, to: Frames) -> Result<()> {
        self.0.seek(to)
    }
    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        assert!(self.0.1 < 9 * 48_000, "a decoder's own mistake");
        self.0.read(out)
    }
}

struct OnePanics(Tones);

impl Library for OnePanics {
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>> {
        match hash.0[0] {
            1 => Ok(Box::new(Panicking(Playing(self.0.0[&1], 0)))),
            _ => self.0.open(hash),
        }
    }
    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        self.0.bed()
    }
}

#[test]
fn a_decoder_that_panics_costs_its_own_sound_alone() {
    let library = tones(&[(1, tone(440.0, 20)), (2, tone(523.0, 20))]);
    let plan = day(&[(20, audio(1, Frames::ZERO)), (20, audio(2, Frames::ZERO))]);
    let from = "2026-11-24T08:00:02Z".parse().unwrap();
    let spec =
        RenderSpec { site: "GAO".parse().unwrap(), from, length: Frames::from_secs(30), ceiling: TruePeak::CEILING };
    let mut got = Vec::new();
    let engine = render(spec, bundle(1, vec![plan]), Box::new(OnePanics(library.clone())), |f| {
        got.extend(f.iter().map(|f| f[0]));
        true
    });
    assert!(longest_silence(&got) < 480);
    assert!(engine.snapshot().alarms.iter().any(|a| a.finding.code == "audio.damaged"));
    let two = library.0[&2];
    // The bed that stood in begins to leave with a block, and may still be leaving in the first one of the next sound.
    let wrong = (BLOCK_FRAMES..48_000).find(|i| !close(got[18 * 48_000 + i], two.sample(*i as u64)));
    assert_eq!(wrong, None, "the first frame of the next sound that is not its own");
}
