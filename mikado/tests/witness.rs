//! What a receiver hears off the air: here the site's own RTP, as if it had been through the air.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod station;

use std::net::UdpSocket;

use domain::{Frames, WitnessState};
use station::Station;

#[test]
fn a_receiver_is_recorded_and_what_it_hears_is_recognised() {
    let mut station = Station::new();
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = format!(
        "opus = \"off\"\nmp3 = \"off\"\n[[site.rtp]]\nto = \"{receiver}\"\nformat = \"L16\"\n\
         [site.witness]\nrtp = \"{receiver}\"\nfrom = \"127.0.0.1\"\n"
    );
    std::fs::write(station.path("mikado.toml"), station.config() + &site).unwrap();
    station.start(&["air", "--site", "GAO"]);
    let vitals = station.comes_to("it hears what was sent", |v| {
        v.witness.is_some_and(|w| w.state == WitnessState::Right && w.delay_ms.is_some_and(|ms| ms < 1_000))
    });
    assert!(vitals.alarms.iter().all(|a| !a.finding.code.starts_with("witness")), "{:?}", vitals.alarms);
    station.comes_to("it is recorded", |v| {
        v.outputs.iter().any(|o| o.name == "witness" && o.taken > Frames::from_secs(5))
    });
    let from = (vitals.read_at - jiff::SignedDuration::from_secs(4)).to_string();
    let clip = ["aircheck", "--site", "GAO", "--witness", "--from", &from, "--for", "2s", "--out", "heard.wav"];
    station.json(&clip);
    let heard = hound::WavReader::open(station.path("heard.wav")).unwrap().into_samples::<i16>();
    assert!(heard.filter_map(Result::ok).any(|s| s.unsigned_abs() > 300), "the floor's loop is in the clip");
}
