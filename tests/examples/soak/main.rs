//! A soak: a whole station with a random fault each minute, heard by listeners who are not ours. `soak MINUTES [SEED]`.
//!
//! Each round of a minute begins with a new listener per site (its predecessor overlaps), strikes one site once, and ends
//! with ffmpeg's `silencedetect` over everything that was received. Prints a line per round and a table at the end; exits
//! with 1 when any site was silent for longer than its fault allows.
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench stops at the first surprise and says where")]

mod ears;
mod strike;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tests::icecast::PASSWORD;
use tests::listener::Listener;
use tests::station::{SITES, Station, free_ports};

use crate::ears::{Heard, judge};
use crate::strike::{FAULTS, Fault, Scene};

/// How long a round lasts.
const ROUND: Duration = Duration::from_mins(1);
/// A Tuesday morning with opt-outs, joins and breaks.
const START: &str = "2026-11-24T08:08:15Z";

/// Numbers from one seed (xorshift64*), so that a bad night can be had again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

/// What one kind of fault has cost so far.
#[derive(Default)]
struct Cost {
    times: u32,
    worst_s: f64,
    over_s: f64,
}

fn main() {
    let number = |n: usize, otherwise: u64| std::env::args().nth(n).and_then(|a| a.parse().ok()).unwrap_or(otherwise);
    let (minutes, seed) = (number(1, 60), number(2, 7).max(1));
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("station");
    let mut scene = prepare(temp.path(), &dir);
    let station = Station::start(&dir, START);
    station.until("all seven sites air their plan", Duration::from_mins(5), |s| {
        SITES.iter().all(|site| s.vitals(site).is_some_and(|v| v["rung"] == 3))
    });
    println!(
        "seven sites air their plan after {:.1} s; {minutes} rounds from seed {seed}",
        station.age().as_secs_f64()
    );
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut costs: BTreeMap<&'static str, Cost> = BTreeMap::new();
    let mut memory = Memory::default();
    let mut ears = listeners(&station);
    let mut silent_s = 0.0;
    for round in 1..=minutes {
        memory.look(&station);
        let begun = Instant::now();
        let (fault, site) = (FAULTS[chance.below(FAULTS.len())], SITES[chance.below(SITES.len())]);
        sleep(Duration::from_millis(5_000 + chance.below(20_000) as u64));
        let struck = scene.strike(&station, fault, site);
        sleep(ROUND.saturating_sub(begun.elapsed()));
        scene.heal();
        let before = std::mem::replace(&mut ears, listeners(&station));
        // The old listeners hear a little more, so that no moment is heard by nobody.
        sleep(Duration::from_secs(2));
        let name = if struck { fault.name() } else { "nothing (not possible here)" };
        let cost = costs.entry(name).or_default();
        cost.times += 1;
        for (ear_of, ear) in before {
            let allowed = if struck && ear_of == site { fault.allows_s() } else { 0.0 };
            let heard = judge(&ear.finish(), temp.path());
            cost.worst_s = cost.worst_s.max(heard.silent_s);
            cost.over_s += (heard.silent_s - allowed).max(0.0);
            silent_s += (heard.silent_s - allowed).max(0.0);
            tell(round, name, site, ear_of, &heard, allowed);
        }
    }
    memory.look(&station);
    table(&costs, &memory);
    println!("unplanned silence beyond what the faults allow: {silent_s:.2} s");
    drop(station);
    scene.clear();
    std::process::exit(i32::from(silent_s > 0.0));
}

/// Starts the demonstration once so that its folders exist, then gives it an Icecast mount and one disk that can be filled.
fn prepare(temp: &Path, dir: &Path) -> Scene {
    let mut first = Station::start(dir, START);
    first.until("the config is written", Duration::from_mins(2), |s| s.dir().join("mikado.toml").is_file());
    first.until("the sites sound", Duration::from_mins(2), |s| SITES.iter().all(|site| s.vitals(site).is_some()));
    first.stop();
    drop(first);
    let scene = Scene::new(temp, dir, free_ports() + 19);
    let config = dir.join("mikado.toml");
    let text = fs::read_to_string(&config).unwrap();
    let mount = format!(
        "[[site.icecast]]\nurl = \"{}\"\nmount = \"/gao.mp3\"\nformat = \"mp3\"\npassword = \"{PASSWORD}\"\n",
        scene.icecast_url()
    );
    let (before, after) = text.split_once("id = \"GAO\"").expect("Gao is in mikado.toml");
    let (own, rest) = after.split_once("\n\n").unwrap_or((after, ""));
    fs::write(&config, format!("{before}id = \"GAO\"{own}\n{mount}\n{rest}")).unwrap();
    scene
}

fn listeners(station: &Station) -> Vec<(&'static str, Listener)> {
    SITES.iter().map(|site| (*site, Listener::start(&station.stream(site, "mp3")))).collect()
}

fn tell(round: u64, fault: &str, struck: &str, site: &str, heard: &Heard, allowed_s: f64) {
    let here = site == struck;
    if here || heard.silent_s > 0.0 {
        let verdict = if heard.silent_s > allowed_s { "TOO LONG" } else { "ok" };
        println!(
            "{round:>4}  {fault:<28} at {struck}; heard at {site}: {:.2} s silent ({} lines, longest wait {:.2} s), allowed {allowed_s:.1} s: {verdict}",
            heard.silent_s, heard.connections, heard.longest_wait_s
        );
    }
}

/// Memory and descriptors of the air processes, at the beginning, at the end and at most.
#[derive(Default)]
struct Memory(BTreeMap<&'static str, [(u64, usize); 3]>);

impl Memory {
    fn look(&mut self, station: &Station) {
        for site in SITES {
            let Some(process) = station.air(site) else { continue };
            let Some(kib) = process.resident_kib() else { continue };
            let open = fs::read_dir(format!("/proc/{}/fd", process.pid)).map_or(0, Iterator::count);
            let row = self.0.entry(site).or_insert([(kib, open); 3]);
            row[1] = (kib, open);
            row[2] = (row[2].0.max(kib), row[2].1.max(open));
        }
    }
}

fn table(costs: &BTreeMap<&'static str, Cost>, memory: &Memory) {
    println!("\n{:<30} {:>6} {:>18} {:>20}", "fault", "times", "longest silence s", "beyond allowance s");
    for (name, cost) in costs {
        println!("{name:<30} {:>6} {:>18.2} {:>20.2}", cost.times, cost.worst_s, cost.over_s);
    }
    println!("\n{:<6} {:>24} {:>24} {:>24}", "site", "first MiB / open", "last MiB / open", "most MiB / open");
    for (site, row) in &memory.0 {
        let cell = |(kib, open): (u64, usize)| format!("{:.1} / {open}", kib as f64 / 1024.0);
        println!("{site:<6} {:>24} {:>24} {:>24}", cell(row[0]), cell(row[1]), cell(row[2]));
    }
}

impl Fault {
    /// Its name in the table.
    fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::Stop => "SIGSTOP",
            Self::KillHq => "kill -9 of hq",
            Self::LostFile => "deleted shelf file",
            Self::FlippedPlan => "flipped plan",
            Self::FullDisk => "full state disk",
            Self::DeadIcecast => "dead Icecast",
        }
    }

    /// Seconds of silence that its row allows at the site that is struck.
    fn allows_s(self) -> f64 {
        match self {
            Self::Kill => 1.5,
            Self::Stop => 3.5,
            _ => 0.0,
        }
    }
}
