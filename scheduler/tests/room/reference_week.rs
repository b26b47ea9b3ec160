//! The reference week: the grid says, for every site and second, what the station's own table says.
use scheduler::{Station, programme_csv};

const WEEK: &str = include_str!("../../../demo/reference_week.toml");
const CAMPAIGNS: &str = include_str!("../../../demo/campaigns.toml");
const EXPANDED: &str = include_str!("../../../demo/reference_week_expanded.csv");

fn station() -> Station {
    Station::from_reference(WEEK, CAMPAIGNS).unwrap()
}

fn expanded(station: &Station) -> String {
    let first = "2026-11-23".parse().unwrap();
    programme_csv(&station.sites().iter().flat_map(|s| station.week(s.id, first)).collect::<Vec<_>>())
}

#[test]
fn the_expanded_week_equals_the_reference_line_by_line() {
    let ours = expanded(&station());
    let lines: Vec<_> = ours.lines().zip(EXPANDED.lines()).collect();
    for (n, (ours, theirs)) in lines.iter().enumerate() {
        assert_eq!(ours, theirs, "line {}", n + 1);
    }
    assert_eq!(ours.lines().count(), EXPANDED.lines().count());
    assert_eq!(EXPANDED.lines().count(), 2_895, "a header and 2 894 rows");
}

#[test]
fn a_station_file_reads_back_to_the_same_station() {
    let station = station();
    let again = Station::parse(&station.to_toml().unwrap()).unwrap();
    assert_eq!(station.file(), again.file());
    assert_eq!(expanded(&again), expanded(&station));
}
