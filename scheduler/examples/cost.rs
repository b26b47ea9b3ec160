//! What planning costs: weeks, years, many sites, one change, one question. Prints figures; judges nothing.
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![allow(clippy::unwrap_used, missing_docs, dead_code, reason = "a bench stops at the first surprise and says where")]

use std::time::Instant;

use domain::{Asset, Revision, SiteId, SitePlan};
use jiff::Span;
use jiff::civil::Date;
use scheduler::{Placement, PlanInputs, Settled, Station, plan, replan, why};

#[path = "../tests/room/catalogue.rs"]
mod catalogue;

fn main() {
    let station = catalogue::station();
    let assets = catalogue::everything(&station);
    let sites: Vec<SiteId> = station.sites().iter().map(|s| s.id).collect();
    let first: Date = "2026-11-23".parse().unwrap();
    row("1 week x 7 sites", || chain(&station, &assets, &sites, first, 7));
    row("1 month x 7 sites", || chain(&station, &assets, &sites, first, 30));
    row("1 year x 7 sites", || chain(&station, &assets, &sites, first, 365));
    for count in [25, 50, 100] {
        let wide = wide(&station, count);
        let sites: Vec<SiteId> = wide.sites().iter().map(|s| s.id).collect();
        row(&format!("1 week x {count} sites"), || chain(&wide, &assets, &sites, first, 7));
    }
    change(&station, &assets, &sites, first);
    question("why", &station, &assets, first);
    let (station, assets) = musical(&station, &assets);
    row("1 week x 7 sites, 1000 titles", || chain(&station, &assets, &sites, first, 7));
    row("1 year x 7 sites, 1000 titles", || chain(&station, &assets, &sites, first, 365));
    change(&station, &assets, &sites, first);
    question("why, 1000 titles", &station, &assets, first);
    println!("memory, highest: {} MiB", memory_mib());
}

fn row(what: &str, work: impl FnOnce() -> usize) {
    let began = Instant::now();
    let entries = work();
    println!("{what:<40} {:>9.1} ms   {entries} entries", began.elapsed().as_secs_f64() * 1000.0);
}

/// Every site's days in a row, each knowing the day before.
fn chain(station: &Station, assets: &[Asset], sites: &[SiteId], first: Date, days: usize) -> usize {
    let mut entries = 0;
    for site in sites {
        let mut yesterday: Option<SitePlan> = None;
        for day in first.series(Span::new().days(1)).take(days) {
            let inputs = PlanInputs { yesterday: yesterday.as_ref(), ..PlanInputs::new(*site, day, station, assets) };
            let (plan, _) = plan(&inputs, Revision(1)).unwrap();
            entries += plan.entries().len();
            yesterday = Some(plan);
        }
    }
    entries
}

/// The same station with a rotation of a thousand titles in place of the editions of its music.
fn musical(station: &Station, assets: &[Asset]) -> (Station, Vec<Asset>) {
    let mut file = station.file().clone();
    let rule = r#"
        id = "nuit"
        programmes = ["nuit-mikado", "veillee", "bal-mikado", "instant-calme"]
        seed = 7
        title_apart_min = 240
        artist_apart_min = 60
        regional_share = 0.4
        fills = true
        [[category]]
        id = "or"
        weight = 3
        [[category]]
        id = "vif"
    "#;
    file.music = vec![toml::from_str(rule).unwrap()];
    let ours = |a: &&Asset| a.programme.as_ref().is_none_or(|p| !file.music[0].programmes.contains(p));
    let mut assets: Vec<Asset> = assets.iter().filter(ours).cloned().collect();
    assets.extend((0..1000).map(|n| {
        let (category, language) = (["or", "vif"][n % 2], ["bm", "son", "tmh", "fr"][n % 4]);
        catalogue::title(
            &format!("titre-{n}"),
            &format!("Artiste {}", n % 200),
            category,
            language,
            150 + n as u32 % 150,
        )
    }));
    (Station::new(file).unwrap(), assets)
}

/// The reference station with copies of Gao.
fn wide(station: &Station, count: usize) -> Station {
    let mut file = station.file().clone();
    let gao = file.site.iter().find(|s| s.id.as_str() == "GAO").unwrap().clone();
    let own: Vec<_> = file.optout.iter().filter(|o| o.site == gao.id).cloned().collect();
    for n in file.site.len()..count {
        let id: SiteId = format!("S{n:03}").parse().unwrap();
        file.site.push(scheduler::station::Site { id, ..gao.clone() });
        file.optout.extend(own.iter().map(|o| scheduler::station::OptOut { site: id, ..o.clone() }));
        file.campaign.iter_mut().for_each(|c| c.sites.push(id));
    }
    Station::new(file).unwrap()
}

/// One slot of the network gets another edition: each site's day is planned again, the day after stays.
fn change(station: &Station, assets: &[Asset], sites: &[SiteId], day: Date) {
    let own = assets.iter().find(|a| a.id.as_str().starts_with("debat.")).unwrap();
    let placements = [Placement { site: None, day, start: "19:15:00".parse().unwrap(), asset: own.id.clone() }];
    let mut more = assets.to_vec();
    more.push(Asset { id: "debat.new".parse().unwrap(), ..own.clone() });
    let old: Vec<SitePlan> =
        sites.iter().map(|s| plan(&PlanInputs::new(*s, day, station, assets), Revision(1)).unwrap().0).collect();
    let until = format!("{day}T12:00:00Z").parse().unwrap();
    row("one slot changes, 7 sites", || {
        let again = old.iter().map(|old| {
            let inputs = PlanInputs { placements: &placements, ..PlanInputs::new(old.site(), day, station, &more) };
            replan(&inputs, Settled { plan: old, until }, Revision(2)).unwrap().0.entries().len()
        });
        again.sum()
    });
}

fn question(what: &str, station: &Station, assets: &[Asset], first: Date) {
    let mut worst = 0.0_f64;
    for n in 0..60 {
        let day = first.checked_add(Span::new().days(n * 6)).unwrap();
        let at = format!("{day}T{:02}:10:07Z", n % 24).parse().unwrap();
        let began = Instant::now();
        why(&PlanInputs::new("GAO".parse().unwrap(), day, station, assets), at).unwrap().unwrap();
        worst = worst.max(began.elapsed().as_secs_f64() * 1000.0);
    }
    println!("{what:<40} {worst:>9.1} ms   the slowest of 60 moments of a year");
}

/// Highest resident memory of this process; 0 where the kernel does not say.
fn memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:"));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
