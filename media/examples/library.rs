//! How long a page of a library of 100,000 sounds takes: milliseconds of the median and of the slowest of 41 runs.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool stops at the first surprise and prints")]

use std::time::Instant;

use media::catalogue::Catalogue;

#[path = "../tests/catalogue/library.rs"]
mod library;

fn main() {
    let cards = std::env::args().nth(1).map_or(100_000, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("catalogue.db");
    library::fill(&path, cards);
    let begun = Instant::now();
    let catalogue = Catalogue::open(&path).unwrap();
    println!("{cards} cards, index written in {:.1} s", begun.elapsed().as_secs_f64());
    for (name, filter) in library::questions() {
        let run = |_| {
            let begun = Instant::now();
            let page = catalogue.list(&filter, 0, 50).unwrap().len();
            (
                begun.elapsed().as_secs_f64() * 1000.0,
                page,
                catalogue.count(&filter).unwrap(),
                begun.elapsed().as_secs_f64() * 1000.0,
            )
        };
        let mut runs: Vec<_> = (0..41).map(run).collect();
        runs.sort_by(|a, b| a.3.total_cmp(&b.3));
        let (median, slowest) = (&runs[20], &runs[40]);
        println!(
            "{name:<40} {:>7} found {:>7.1} ms page, {:>7.1} ms with count, slowest {:>7.1} ms",
            median.2, median.0, median.3, slowest.3
        );
    }
}
