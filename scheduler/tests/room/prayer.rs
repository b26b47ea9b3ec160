//! Prayer times: within two minutes of the station's own table, at every site and season.
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use scheduler::calendar::{Method, Place, Prayer, prayer_times};

use crate::catalogue::station;

#[test]
fn prayer_times_match_the_table_within_two_minutes_at_every_site() {
    let station = station();
    let mut rows = csv::Reader::from_reader(include_str!("../../../demo/prayer_times.csv").as_bytes());
    let mut checked = 0;
    for row in rows.records().map(Result::unwrap) {
        let date: Date = row[0].parse().unwrap();
        let site = station.site(row[1].parse().unwrap()).unwrap();
        let times = prayer_times(Place { lat: site.lat, lon: site.lon }, date, &Method::MWL).unwrap();
        for (n, (prayer, ours)) in times.iter().enumerate() {
            let theirs: Time = row[n + 2].parse().unwrap();
            let theirs = station.zone().to_timestamp(date.to_datetime(theirs)).unwrap();
            let apart = ours.duration_since(theirs).abs();
            assert!(apart <= SignedDuration::from_mins(2), "{} {prayer} {ours}", &row[1]);
            checked += 1;
        }
    }
    assert_eq!(checked, 91 * 6);
}

#[test]
fn a_site_s_own_method_and_offsets_move_its_times_alone() {
    let place = Place { lat: 16.2717, lon: -0.0447 };
    let date = "2026-11-24".parse().unwrap();
    let usual = prayer_times(place, date, &Method::MWL).unwrap();
    let own = Method { fajr_deg: 15.0, offsets_min: [0, 0, 0, 0, 3, 0], ..Method::MWL };
    let own = prayer_times(place, date, &own).unwrap();
    assert!(own.at(Prayer::Fajr) > usual.at(Prayer::Fajr));
    assert_eq!(own.at(Prayer::Maghrib).duration_since(usual.at(Prayer::Maghrib)), SignedDuration::from_mins(3));
    assert_eq!(own.at(Prayer::Asr), usual.at(Prayer::Asr));
}
