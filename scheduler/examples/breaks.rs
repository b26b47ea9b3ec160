//! How near the optimum spots are placed: the reference week and twenty harder ones, beside the naive way and the bound of a
//! foreign solver (`glpsol`). Every plan is held against the rules' text. `breaks [SEEDS] [SECONDS]`.
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    dead_code,
    reason = "a bench stops at the first surprise and says where"
)]

use std::time::Instant;

use domain::SiteId;
use scheduler::Station;

#[path = "../tests/room/catalogue.rs"]
mod catalogue;
#[path = "../tests/room/judge/mod.rs"]
mod judge;

use judge::Sum;

fn main() {
    let mut told = std::env::args().skip(1).map(|a| a.parse::<u32>().unwrap());
    let (seeds, limit_s) = (told.next().unwrap_or(20), told.next().unwrap_or(2));
    let plain = judge::reference();
    println!(
        "{:<10} {:>6} {:>6} {:>6} {:>6} {:>9} {:>9} {:>9} {:>8} {:>8} {:>9}",
        "week", "asked", "placed", "moved", "naive", "worth", "naive", "bound", "of bound", "naive", "planning"
    );
    for seed in 0..=u64::from(seeds) {
        let station = if seed == 0 { plain.clone() } else { judge::harder(&plain, seed) };
        row(&if seed == 0 { "reference".to_owned() } else { format!("seed {seed}") }, &station, limit_s);
    }
}

fn row(name: &str, station: &Station, limit_s: u32) {
    let assets = catalogue::everything(station);
    let sites: Vec<SiteId> = station.sites().iter().map(|s| s.id).collect();
    let began = Instant::now();
    let weeks: Vec<_> = sites.iter().map(|site| judge::week(station, &assets, *site)).collect();
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    let (mut ours, mut naive, mut most, mut friday) =
        (Sum::default(), Sum::default(), 0.0, (Sum::default(), Sum::default()));
    for plans in &weeks {
        for what in judge::broken(station, plans) {
            println!("  BROKEN {what}");
        }
        for (n, plan) in plans.iter().enumerate() {
            let (own, simple) = (judge::of_plan(station, plan), judge::naive(station, plan.site(), plan.day()));
            let bound = judge::bound(station, plan.site(), plan.day(), limit_s);
            if std::env::var_os("DAYS").is_some() {
                println!(
                    "  {} {}: {} of {}, moved {}, worth {} of {bound}",
                    plan.site(),
                    plan.day(),
                    own.placed,
                    own.asked,
                    own.strayed,
                    own.worth
                );
            }
            most += bound;
            ours += own;
            naive += simple;
            if n == 4 {
                friday.0 += own;
                friday.1 += simple;
            }
        }
    }
    let of = |worth: i64| 100.0 * worth as f64 / most;
    println!(
        "{name:<10} {:>6} {:>6} {:>6} {:>6} {:>9} {:>9} {most:>9} {:>6.2} % {:>6.2} % {took_ms:>6.0} ms",
        ours.asked,
        ours.placed,
        ours.strayed,
        naive.placed,
        ours.worth,
        naive.worth,
        of(ours.worth),
        of(naive.worth)
    );
    if name == "reference" {
        let pct = |s: Sum| 100.0 * f64::from(s.placed) / f64::from(s.asked);
        println!("  Friday: {:.1} % of what is asked; the naive way {:.1} %", pct(friday.0), pct(friday.1));
    }
}
