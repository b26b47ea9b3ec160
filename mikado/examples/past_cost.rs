//! What a question about the past costs: a year of a site's plans, a publication each month, sixty moments. Prints figures;
//! judges nothing.
#![expect(clippy::print_stdout, reason = "a bench prints")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench stops at the first surprise and says where")]

use std::time::Instant;

use domain::{Revision, SiteId};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use mikado::given::{day_of, in_force};
use scheduler::{PlanInputs, Station, Store, plan, why_given};

const DAYS: i64 = 365;
const QUESTIONS: i64 = 60;

fn main() {
    let (week, campaigns) = (include_str!("../../demo/reference_week.toml"), include_str!("../../demo/campaigns.toml"));
    let station = Station::from_reference(week, campaigns).unwrap();
    let site: SiteId = "GAO".parse().unwrap();
    let first: Date = "2026-01-05".parse().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("station.db");
    let store = Store::open(&file).unwrap();
    let moment = |day: Date, hour: i64| -> Timestamp { format!("{day}T{hour:02}:10:07Z").parse().unwrap() };
    let toml = station.to_toml().unwrap();
    for n in 0..DAYS {
        let day = first.checked_add(Span::new().days(n)).unwrap();
        if n % 30 == 0 {
            store.save_station(&toml, "awa", &format!("grille {}", n / 30), moment(day, 0)).unwrap();
        }
        let (made, _) = plan(&PlanInputs::new(site, day, &station, &[]), Revision(n.unsigned_abs() + 1)).unwrap();
        store.keep_plans(site, made.revision(), moment(day, 0), &[day_of(&made).unwrap()]).unwrap();
    }
    let mut costs: Vec<f64> = (0..QUESTIONS)
        .map(|n| {
            let at = moment(first.checked_add(Span::new().days(n * DAYS / QUESTIONS)).unwrap(), n % 24);
            let began = Instant::now();
            let then = in_force(&store, site, &station, at).unwrap().unwrap();
            let (grid, changes) = then.grid.as_ref().map_or((&station, None), |(s, c)| (s, Some(c)));
            let nothing = scheduler::Changes::default();
            let inputs = PlanInputs {
                changes: changes.unwrap_or(&nothing),
                ..PlanInputs::new(site, station.day_of(at), grid, &[])
            };
            why_given(&inputs, &then.plan, at).unwrap().unwrap();
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    let [median, worst] = [costs[costs.len() / 2], costs[costs.len() - 1]];
    println!(
        "{:<40} {worst:>9.1} ms   the slowest of {QUESTIONS} moments of a kept year (median {median:.1} ms)",
        "why, of the past"
    );
    println!("a year of one site's plans, kept: {:.1} MB", file.metadata().unwrap().len() as f64 / 1e6);
}
