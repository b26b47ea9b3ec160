//! A site with a transmitter whose agent is not ours: what the site says of it, and what its faults cost the air.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../hardware/tests/snmpd/mod.rs"]
mod snmpd;
mod station;

use std::time::{Duration, Instant};

use domain::{Quantity, Vitals};
use mikado::kit::Kit;
use rustix::process::Signal;
use snmpd::{PLAY, Snmpd};
use station::Station;

/// Vitals of which `reached` holds, at most 30 s from now: what a fault has until it must stand on the wall.
#[track_caller]
fn within_30_s(station: &Station, what: &str, reached: impl Fn(&Vitals) -> bool) -> Vitals {
    let begun = Instant::now();
    loop {
        if let Some(vitals) = station.vitals().filter(&reached) {
            return vitals;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}: {:?}", station.vitals());
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn reading(vitals: &Vitals, quantity: Quantity) -> Option<f64> {
    vitals.equipment.iter().find(|e| e.quantity == quantity)?.value
}

fn has_alarm(vitals: &Vitals, code: &str) -> bool {
    vitals.alarms.iter().any(|a| a.finding.code == code)
}

#[test]
fn a_transmitter_is_told_to_the_wall_and_its_faults_cost_the_air_nothing() {
    let agent = Snmpd::start();
    agent.says("1.0", "integer", "1");
    agent.says("2.0", "gauge", "4805");
    agent.says("3.0", "integer", "48");
    agent.says("4.0", "string", "94.00 MHz");
    let mut station = Station::new();
    let to = agent.address;
    let map = format!(
        "opus = \"off\"\n[site.transmitter]\nsnmp = \"{to}\"\ncommunity_file = \"gao.snmp\"\nevery = \"1s\"\n\
         rf_on = {{ oid = \"{PLAY}.1.0\" }}\nforward_power_w = {{ oid = \"{PLAY}.2.0\", scale = 0.1, min = 400 }}\n\
         reflected_power_w = {{ oid = \"{PLAY}.3.0\", scale = 0.1 }}\n\
         frequency_khz = {{ oid = \"{PLAY}.4.0\", scale = 1000 }}\n"
    );
    std::fs::write(station.path("mikado.toml"), station.config() + &map).unwrap();
    std::fs::write(station.path("gao.snmp"), "mikado-rw\n").unwrap();
    let week = std::fs::read_to_string(station.path("station.toml")).unwrap();
    let kit = mikado::kit::path(&station.path("sites/GAO"));
    std::fs::create_dir_all(kit.parent().unwrap()).unwrap();
    std::fs::write(&kit, Kit::new("GAO".parse().unwrap(), week, &[]).to_bytes().unwrap()).unwrap();
    station.start(&["air", "--site", "GAO"]);

    let well = within_30_s(&station, "the readings", |v| reading(v, Quantity::ForwardPower) == Some(480.5));
    assert_eq!(reading(&well, Quantity::RfOn), Some(1.0));
    assert_eq!(reading(&well, Quantity::Frequency), Some(94_000.0));
    assert!(reading(&well, Quantity::Vswr).is_some_and(|r| (r - 1.222).abs() < 0.001), "{:?}", well.equipment);
    assert!(!well.alarms.iter().any(|a| a.finding.code.starts_with("transmitter")), "{:?}", well.alarms);

    agent.says("4.0", "string", "93.90 MHz");
    within_30_s(&station, "a wrong frequency", |v| has_alarm(v, "transmitter.frequency"));

    agent.signal(Signal::STOP);
    let (before, begun) = (station.vitals().unwrap(), Instant::now());
    let hung = within_30_s(&station, "a hung agent", |v| has_alarm(v, "transmitter.silent"));
    let sounded_s = (hung.position.0 - before.position.0) as f64 / 48_000.0;
    assert!(sounded_s > begun.elapsed().as_secs_f64() - 1.0, "the air waited: {sounded_s} s");
    assert_eq!(reading(&hung, Quantity::ForwardPower), None, "never 0, never the old value");
    assert!(hung.equipment.iter().all(|e| e.read_at.is_some()), "{:?}", hung.equipment);

    agent.signal(Signal::CONT);
    within_30_s(&station, "it is used again", |v| reading(v, Quantity::ForwardPower) == Some(480.5));
}
