//! What an hour of programme costs: the engine in step, decks on canonical files, joins, mixer and limiter, then the watch.
//! Prints CPU seconds per channel-hour and how many times faster than time that is; judges nothing. Build it with `--release`.
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    missing_docs,
    dead_code,
    reason = "a bench stops at the first surprise"
)]

use std::fs::{self, File};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use domain::{AudioHash, Curve, Frames, Gain, Join, SitePlan, TruePeak, What};
use media::flac::{Depth, Writer};
use playout::deck::ShelfLibrary;
use playout::realtime::{BLOCK_FRAMES, Block, Floor, Limiter, Mixer};
use playout::render::{RenderSpec, render};
use playout::watch::SoundWatch;

use playout::planfile::{self, PlanBundle};

const PIECE_S: u64 = 240;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let (quiet, loud) = (shelve(dir.path(), 0.12), shelve(dir.path(), 0.9));
    let spec = RenderSpec {
        site: "GAO".parse().unwrap(),
        from: "2026-11-24T08:00:00Z".parse().unwrap(),
        length: Frames::from_secs(3_600),
        ceiling: TruePeak::CEILING,
        agc: None,
    };
    for (name, hash, gain_db) in [("under the ceiling", quiet, 0.0), ("limited all the time", loud, 6.0)] {
        let library = ShelfLibrary::new(dir.path(), None);
        let mut watch = SoundWatch::default();
        let bundle = PlanBundle { site: spec.site, revision: domain::Revision(1), plans: vec![day(hash, gain_db)] };
        let began = Instant::now();
        render(spec, bundle, Box::new(library), |frames| {
            watch.take(frames);
            black_box(frames);
            true
        });
        told(&format!("the whole chain, {name}"), began);
    }
    let (mut mixer, _desk) = Mixer::limited(Floor::new(), Limiter::new(TruePeak::CEILING));
    let (mut block, began) = (Block::default(), Instant::now());
    for _ in 0..3_600 * 48_000 / BLOCK_FRAMES {
        mixer.render(&mut block);
        black_box(&block);
    }
    told("the mixer alone, on its floor", began);
    for level in [0.1f32, 0.99] {
        let mut limiter = Limiter::new(TruePeak::CEILING);
        let mut frames = [[0.0; 2]; BLOCK_FRAMES];
        let began = Instant::now();
        for n in 0..3_600 * 48_000 / BLOCK_FRAMES {
            for (i, f) in frames.iter_mut().enumerate() {
                *f = [level * if (i + n) % 7 < 3 { 1.0 } else { -0.8 }; 2];
            }
            black_box(limiter.process(&mut frames));
        }
        told(&format!("the limiter alone, level {level}"), began);
    }
}

fn told(what: &str, began: Instant) {
    let s = began.elapsed().as_secs_f64();
    println!("{what:<40} {s:>7.2} s per channel-hour   {:>6.0} x real time", 3_600.0 / s);
}

/// A piece of stereo noise with a slow swell, as canonical FLAC on a shelf.
fn shelve(dir: &Path, level: f32) -> AudioHash {
    let path = dir.join("new.flac");
    let mut writer = Writer::new(File::create(&path).unwrap(), 2, Depth::Sixteen).unwrap();
    let (mut x, mut low) = (0x9e37_79b9_u32, [0.0f32; 2]);
    let mut samples = Vec::new();
    for i in 0..(PIECE_S + 5) * 48_000 {
        for channel in &mut low {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            *channel += 0.2 * ((x as f32 / 2_147_483_648.0 - 1.0) - *channel);
            samples.push(level * *channel * (0.6 + 0.4 * (i as f32 / 96_000.0).sin()));
        }
    }
    writer.write(&samples).unwrap();
    writer.finish().unwrap();
    let hash = AudioHash(*blake3::hash(&fs::read(&path).unwrap()).as_bytes());
    let name = hash.to_string();
    fs::create_dir_all(dir.join(&name[..2])).unwrap();
    fs::rename(path, dir.join(&name[..2]).join(format!("{name}.flac"))).unwrap();
    hash
}

#[path = "../src/testing.rs"]
mod testing;

/// Pieces of four minutes that cross over each other for four seconds.
fn day(hash: AudioHash, gain_db: f64) -> SitePlan {
    let what = || {
        let What::Audio { asset, from, expires, .. } = testing::audio(1, Frames::ZERO) else { return What::Bed };
        What::Audio { asset, hash, from, gain: Gain::new(gain_db).unwrap(), expires }
    };
    let rows: Vec<_> = (0..16).map(|_| (PIECE_S, what())).collect();
    let plan = testing::day_of("2026-11-24", "07:59:00", &rows);
    let mut entries = plan.entries().to_vec();
    let join = Join::Cross { over: Frames::from_secs(4), curve: Curve::EqualPower };
    entries.iter_mut().skip(2).filter(|e| e.what != What::Bed).for_each(|e| e.join = join);
    let bounds = (entries[0].at, entries[entries.len() - 1].end());
    SitePlan::new(plan.site(), plan.day(), plan.revision(), bounds, entries).unwrap()
}
