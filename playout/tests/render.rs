//! The air as it is rendered: exact starts, seams, holes and repetitions, on real mixers and decks.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;

use domain::{AudioHash, Curve, Duck, Frames, Join, SitePlan, TruePeak, What};
use playout::deck::{Library, Sound};
use playout::planfile;
use playout::realtime::{BLOCK_FRAMES, Frame};
use playout::render::{RenderSpec, render};
use playout::{Error, Result};

#[path = "../src/testing.rs"]
#[allow(dead_code)]
mod testing;
use testing::{audio, bundle, day_of};

#[path = "render/waits.rs"]
mod waits;

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
        agc: None,
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
    let spec = RenderSpec {
        site: "GAO".parse().unwrap(),
        from,
        length: Frames::from_secs(5),
        ceiling: TruePeak::CEILING,
        agc: None,
    };
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
    let spec = RenderSpec {
        site: "GAO".parse().unwrap(),
        from,
        length: Frames::from_secs(20),
        ceiling: TruePeak::CEILING,
        agc: None,
    };
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
    let spec = RenderSpec {
        site: "GAO".parse().unwrap(),
        from,
        length: Frames::from_secs(30),
        ceiling: TruePeak::CEILING,
        agc: None,
    };
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

/// A day whose second entry begins with this join.
fn joined(seconds: [u64; 2], join: Join) -> SitePlan {
    let rows = [(seconds[0], audio(1, Frames::ZERO)), (seconds[1], audio(2, Frames::ZERO))];
    let plan = day(&rows);
    let mut entries = plan.entries().to_vec();
    entries[2].join = join;
    let bounds = (entries[0].at, entries[entries.len() - 1].end());
    SitePlan::new(plan.site(), plan.day(), plan.revision(), bounds, entries).unwrap()
}

#[test]
fn music_has_stepped_back_when_a_sweeper_enters_and_fades_away_with_its_end() {
    let library = tones(&[(1, tone(441.3, 30)), (2, tone(1_000.0, 5)), (3, tone(523.0, 30))]);
    let plan = day(&[(10, audio(1, Frames::ZERO)), (5, audio(2, Frames::ZERO)), (20, audio(3, Frames::ZERO))]);
    let mut entries = plan.entries().to_vec();
    let duck = Duck { depth_db: 12, attack: Frames::from_millis(300), release: Frames::from_millis(500) };
    entries[2].join = Join::Over { over: Frames::from_secs(5), duck };
    let bounds = (entries[0].at, entries[entries.len() - 1].end());
    let plan = SitePlan::new(plan.site(), plan.day(), plan.revision(), bounds, entries).unwrap();
    let got = air(plan, &library, "08:00:02", 20);
    let [music, sweeper, next] = [1, 2, 3].map(|n| library.0[&n]);
    let back = 10f32.powf(-12.0 / 20.0);
    let (attack, release) = (10 * 48_000 - 14_400, 15 * 48_000 - 24_000);
    for (i, heard) in got.iter().enumerate() {
        let n = 2 * 48_000 + i as u64;
        let want = match n {
            _ if n < attack => music.sample(n),
            480_000.. if n < release => sweeper.sample(n - 480_000) + back * music.sample(n),
            720_000.. => next.sample(n - 720_000),
            _ => continue,
        };
        assert!(close(*heard, want), "frame {n}: {heard} instead of {want}");
    }
}

/// Noise that is the same at the same frame.
fn noise(i: u64, seed: u64) -> f32 {
    let mut x = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed.wrapping_mul(0xd1b5_4a32_d192_ed03);
    x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((x >> 40) as f32 / 8_388_608.0 - 1.0) * 0.2
}

const OVER: Frames = Frames::from_secs(4);

fn fade(left: u64, curve: Curve) -> f64 {
    let x = left as f64 / OVER.0 as f64;
    if curve == Curve::Linear { x } else { (x * std::f64::consts::FRAC_PI_2).sin() }
}

#[test]
fn a_join_is_exact_to_the_sample_and_the_next_begins_on_its_frame() {
    let library = tones(&[(1, tone(440.0, 30)), (2, tone(997.0, 30))]);
    let (one, two) = (library.0[&1], library.0[&2]);
    for curve in [Curve::EqualPower, Curve::Linear] {
        for (join, comes_in) in [(Join::Segue { over: OVER, curve }, false), (Join::Cross { over: OVER, curve }, true)]
        {
            let got = air(joined([20, 20], join), &library, "08:00:15", 15);
            for (i, s) in got.iter().enumerate() {
                let at = 15 * 48_000 + i as u64;
                let into = at.saturating_sub(20 * 48_000);
                let left = OVER.0.saturating_sub(into);
                let out = if into == 0 { 1.0 } else { fade(left, curve) };
                let first = f64::from(one.sample(at)) * out;
                let rise = if comes_in && left > 0 { fade(into, curve) } else { 1.0 };
                let second = if at < 20 * 48_000 { 0.0 } else { f64::from(two.sample(into)) * rise };
                assert!(close(*s, (first + second) as f32), "{join:?} frame {i}: {s}, not {first} + {second}");
            }
        }
    }
}

#[test]
fn a_crossfaded_sine_has_no_corner_above_minus_90_dbfs_and_alike_material_keeps_its_level() {
    // The second file goes on where the first one is at the boundary: the same sine in two files.
    let second = Tone { first: 20 * 48_000, ..tone(441.3, 30) };
    let library = tones(&[(1, tone(441.3, 30)), (2, second)]);
    for curve in [Curve::EqualPower, Curve::Linear] {
        let got = air(joined([20, 20], Join::Cross { over: OVER, curve }), &library, "08:00:15", 15);
        // A sine obeys y(n+1) = 2·cos(w)·y(n) − y(n−1); what does not is a corner.
        let w = std::f64::consts::TAU * 441.3 / 48_000.0;
        let rest = |y: &[f32]| f64::from(y[2]) - 2.0 * w.cos() * f64::from(y[1]) + f64::from(y[0]);
        let worst = got.windows(3).map(|y| rest(y).abs()).fold(0.0, f64::max);
        assert!(worst < 10f64.powf(-90.0 / 20.0), "{curve:?}: {:.1} dBFS", 20.0 * worst.log10());
        let peak = got.iter().fold(0.0f32, |m, s| m.max(s.abs()));
        assert!(curve != Curve::Linear || (peak - 0.25).abs() < 1e-4, "the level moves to {peak}");
    }
}

/// Noise as a sound.
struct Noise(u64, u64);

impl Sound for Noise {
    fn length(&self) -> Frames {
        Frames::from_secs(30)
    }
    fn seek(&mut self, to: Frames) -> Result<()> {
        self.1 = to.0;
        Ok(())
    }
    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        let n = out.len().min((self.length().0 - self.1) as usize);
        out.iter_mut().take(n).zip(self.1..).for_each(|(f, i)| *f = [noise(i, self.0); 2]);
        self.1 += n as u64;
        Ok(n)
    }
}

struct Noises;

impl Library for Noises {
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>> {
        Ok(Box::new(Noise(u64::from(hash.0[0]), 0)))
    }
    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        Some(self.open(AudioHash([0; 32])))
    }
}

#[test]
fn the_loudness_over_a_join_stays_within_1_lu() {
    let join = Join::Cross { over: OVER, curve: Curve::EqualPower };
    let from = "2026-11-24T08:00:15Z".parse().unwrap();
    let spec = RenderSpec {
        site: "GAO".parse().unwrap(),
        from,
        length: Frames::from_secs(14),
        ceiling: TruePeak::CEILING,
        agc: None,
    };
    let mut got = Vec::new();
    render(spec, bundle(1, vec![joined([20, 20], join)]), Box::new(Noises), |f| {
        got.extend(f.iter().map(|f| f64::from(f[0])));
        true
    });
    // White noise weighs the same everywhere, so its power is its loudness.
    let power = |w: &[f64]| 10.0 * (w.iter().map(|s| s * s).sum::<f64>() / w.len() as f64).log10();
    let before = power(&got[..96_000]);
    for (n, window) in got.chunks(19_200).enumerate() {
        let off = power(window) - before;
        assert!(off.abs() < 1.0, "{off:+.2} LU at {n}");
    }
}

#[test]
fn a_join_is_the_same_wherever_the_render_begins() {
    let library = tones(&[(1, tone(440.0, 30)), (2, tone(997.0, 30))]);
    let plan = joined([20, 20], Join::Cross { over: OVER, curve: Curve::EqualPower });
    let early = air(plan.clone(), &library, "08:00:05", 30);
    let late = air(plan, &library, "08:00:16", 19);
    assert_eq!(early[11 * 48_000..], late);
}

#[test]
fn an_entry_and_a_bed_fade_before_a_hard_start_when_their_plan_says_so() {
    for first in [audio(1, Frames::ZERO), What::Bed] {
        let library = tones(&[(1, tone(440.0, 30)), (2, tone(997.0, 30))]);
        let plan = day(&[(20, first.clone()), (20, audio(2, Frames::ZERO))]);
        let mut entries = plan.entries().to_vec();
        entries[1].fade_out = Frames::from_secs(3);
        let bounds = (entries[0].at, entries[entries.len() - 1].end());
        let plan = SitePlan::new(plan.site(), plan.day(), plan.revision(), bounds, entries).unwrap();
        let got = air(plan, &library, "08:00:15", 10);
        let peak = |s: f64| got[(s * 48_000.0) as usize..].iter().take(2_400).fold(0.0f32, |m, s| m.max(s.abs()));
        assert!((peak(1.9) - 0.25).abs() < 0.01, "{first:?}: whole until three seconds before");
        assert!((peak(3.48) - 0.177).abs() < 0.01, "{first:?}: {} half way", peak(3.48));
        assert!(peak(4.94) < 0.01, "{first:?}: {} at the end", peak(4.94));
        let two = library.0[&2];
        assert!(
            (0..24_000).all(|i| close(got[5 * 48_000 + i], two.sample(i as u64)) || first == What::Bed && i < 2_880)
        );
    }
}
