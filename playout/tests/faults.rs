//! Disks that fail under the decks, and hard starts without end: what is heard.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use domain::{AudioHash, Frames, SitePlan, TruePeak, What};
use playout::deck::{Library, Sound};
use playout::engine::Engine;
use playout::planfile;
use playout::realtime::Frame;
use playout::render::{RenderSpec, render};
use playout::{Error, Result};

#[path = "../src/testing.rs"]
#[allow(dead_code)]
mod testing;
use testing::{audio, bundle, day_of};

/// What the disk does under one sound.
#[derive(Clone, Copy, Debug)]
enum Disk {
    /// It reads.
    Sound,
    /// The read that would pass this frame fails, once.
    FailsOnceAt(u64),
    /// It fails there whenever it is asked.
    FailsAt(u64),
}

/// A tone whose phase belongs to the frame number, on a disk of its own.
struct Playing {
    hz: f64,
    length: u64,
    at: u64,
    disk: Disk,
    failures: Arc<AtomicU64>,
}

fn sample(hz: f64, i: u64) -> f32 {
    (0.25 * (std::f64::consts::TAU * (i as f64 * hz / 48_000.0).fract()).sin()) as f32
}

impl Sound for Playing {
    fn length(&self) -> Frames {
        Frames(self.length)
    }
    fn seek(&mut self, to: Frames) -> Result<()> {
        self.at = to.0.min(self.length);
        Ok(())
    }
    fn read(&mut self, out: &mut [Frame]) -> Result<usize> {
        let mut n = (out.len() as u64).min(self.length - self.at);
        if let Disk::FailsAt(place) | Disk::FailsOnceAt(place) = self.disk
            && (self.at..self.at + n).contains(&place)
        {
            let again = matches!(self.disk, Disk::FailsAt(_));
            if self.at == place && (self.failures.fetch_add(1, Relaxed) == 0 || again) {
                return Err(Error::Damaged { what: "tone".into(), why: "input/output error (os error 5)".into() });
            }
            if self.at < place {
                n = place - self.at;
            }
        }
        for (i, frame) in out.iter_mut().take(n as usize).enumerate() {
            *frame = [sample(self.hz, self.at + i as u64); 2];
        }
        self.at += n;
        Ok(n as usize)
    }
}

/// Sounds of a minute; number 0 is the bed, `n` is a tone of `n` times 110 Hz.
#[derive(Clone)]
struct Shelf {
    disk: Disk,
    failures: Arc<AtomicU64>,
}

impl Shelf {
    fn on(disk: Disk) -> Self {
        Self { disk, failures: Arc::default() }
    }

    fn sound(&self, n: u8, disk: Disk) -> Box<dyn Sound> {
        let hz = if n == 0 { 97.0 } else { f64::from(n) * 110.0 };
        Box::new(Playing { hz, length: 60 * 48_000, at: 0, disk, failures: Arc::clone(&self.failures) })
    }
}

impl Library for Shelf {
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>> {
        let n = hash.0[0];
        // Opening checks every byte: a place that cannot be read refuses the whole file.
        if n == 1 && matches!(self.disk, Disk::FailsAt(_)) && self.failures.load(Relaxed) > 0 {
            return Err(Error::Damaged { what: "tone".into(), why: "input/output error (os error 5)".into() });
        }
        Ok(self.sound(n, if n == 1 { self.disk } else { Disk::Sound }))
    }
    fn bed(&self) -> Option<Result<Box<dyn Sound>>> {
        Some(Ok(self.sound(0, Disk::Sound)))
    }
}

fn plan(rows: &[(u64, What)]) -> SitePlan {
    day_of("2026-11-24", "08:00:00", rows)
}

fn sounds(seconds: &[u64]) -> SitePlan {
    plan(&seconds.iter().zip(1..).map(|(s, n)| (*s, audio(n, Frames::ZERO))).collect::<Vec<_>>())
}

/// The left channel of `seconds` from 08:00:05, and the engine at its end.
fn air(plan: SitePlan, shelf: Shelf, seconds: u64) -> (Vec<f32>, Engine) {
    let from = "2026-11-24T08:00:05Z".parse().unwrap();
    let length = Frames::from_secs(seconds);
    let spec = RenderSpec { site: "GAO".parse().unwrap(), from, length, ceiling: TruePeak::CEILING, agc: None };
    let mut got = Vec::new();
    let engine = render(spec, bundle(1, vec![plan]), Box::new(shelf), |frames| {
        got.extend(frames.iter().map(|f| f[0]));
        true
    });
    (got, engine)
}

fn codes(engine: &Engine) -> Vec<String> {
    engine.snapshot().alarms.into_iter().map(|a| a.finding.code).collect()
}

#[test]
fn a_read_error_that_passes_is_not_heard_at_all() {
    // Off any chunk's edge, off any block's edge.
    let place = 21 * 48_000 + 1_237;
    let (got, engine) = air(sounds(&[60, 60]), Shelf::on(Disk::FailsOnceAt(place)), 40);
    let wrong = got.iter().zip(5 * 48_000..).position(|(s, i)| (s - sample(110.0, i)).abs() > 1e-5);
    assert_eq!(wrong, None, "the first frame that is not the file's");
    assert_eq!(codes(&engine), ["audio.damaged"], "it is told for a minute");
}

#[test]
fn a_read_error_that_stays_costs_the_rest_of_its_entry_and_no_silence() {
    let place = 21 * 48_000 + 1_237;
    let (got, engine) = air(sounds(&[40, 60]), Shelf::on(Disk::FailsAt(place)), 34);
    let own = got.iter().zip(5 * 48_000..).take_while(|(s, i)| (*s - sample(110.0, *i)).abs() < 1e-5).count() as u64;
    assert!((place - 5 * 48_000 - 4_800..=place - 5 * 48_000).contains(&own), "{own} good frames are heard");
    assert_eq!(codes(&engine), ["audio.damaged"]);
    let bed = &got[own as usize + 4_800..];
    assert!(bed.chunks(4_800).all(|w| w.iter().any(|s| s.abs() > 0.2)), "the bed sounds meanwhile");
}

/// `make faults` asks for 200 starts over an hour; a dozen, two seconds apart, are enough to see one that is off.
fn hard_starts() -> (u64, u64) {
    let asked = std::env::var("MIKADO_STARTS").ok().and_then(|n| n.parse().ok());
    asked.map_or((12, 2), |starts: u64| (starts, 3_600 / starts))
}

#[test]
fn every_hard_start_lands_on_its_frame() {
    let (count, apart_s) = hard_starts();
    let (apart, edge) = (apart_s * 48_000, 64);
    let rows: Vec<_> = (0..=count).map(|n| (apart_s, audio((n % 8 + 1) as u8, Frames::ZERO))).collect();
    let (mut at, mut starts) = (0, 0);
    let from = "2026-11-24T08:00:00Z".parse().unwrap();
    let length = Frames::from_secs(count * apart_s + 1);
    let spec = RenderSpec { site: "GAO".parse().unwrap(), from, length, ceiling: TruePeak::CEILING, agc: None };
    let engine = render(spec, bundle(1, vec![plan(&rows)]), Box::new(Shelf::on(Disk::Sound)), |frames| {
        for frame in frames {
            let (n, into) = (at / apart, at % apart);
            // From its very first frame on an entry is itself: one frame early or late and the phase is another. The first
            // one comes in over the bed.
            if into < edge && n > 0 {
                let want = sample((n % 8 + 1) as f64 * 110.0, into);
                assert!((frame[0] - want).abs() < 1e-5, "start {n}, frame {into}");
                starts += u64::from(into == 0);
            }
            at += 1;
        }
        true
    });
    assert_eq!((starts, codes(&engine)), (count, Vec::new()));
}
