//! A site with a transmitter whose agent is not ours: what the site says of it, and what its faults cost the air.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../hardware/tests/modbusd/mod.rs"]
mod modbusd;
#[path = "../../hardware/tests/snmpd/mod.rs"]
mod snmpd;
mod station;

use std::time::{Duration, Instant};

use domain::{Quantity, Vitals};
use hardware::encoder::LineAddress;
use hardware::transmitter::{Framing, ModbusAddress, ModbusLink, Register};
use mikado::kit::Kit;
use modbusd::Modbusd;
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

#[test]
fn a_dead_exciter_is_changed_over_by_modbus_and_the_air_goes_on() {
    let units = Modbusd::start();
    let mut hand = ModbusLink::new(ModbusAddress { line: LineAddress::Tcp(units.tcp), framing: Framing::Tcp });
    let mut set = |register: &str, value: f64| {
        let register: Register = register.parse().unwrap();
        hand.set(register, register.order(value).unwrap()).unwrap();
    };
    // Register 12 says whether there is a carrier, coil 1 is the relay.
    set("holding 12", 1.0);
    set("coil 1", 0.0);
    let mut station = Station::new();
    let to = units.tcp;
    let map = format!(
        "opus = \"off\"\n[site.transmitter]\nmodbus = \"{to}\"\nevery = \"1s\"\n\
         rf_on = {{ register = \"holding 12\" }}\nexciter = {{ register = \"coil 1\" }}\n\
         forward_power_w = {{ register = \"holding 0\", scale = 0.1 }}\n\
         [site.transmitter.changeover]\nmain = 0\nstandby = 1\nafter = \"20s\"\n\
         to_main = {{ register = \"coil 1\", value = \"0\" }}\nto_standby = {{ register = \"coil 1\", value = \"1\" }}\n"
    );
    std::fs::write(station.path("mikado.toml"), station.config() + &map).unwrap();
    station.start(&["air", "--site", "GAO"]);
    within_30_s(&station, "the readings", |v| {
        (reading(v, Quantity::RfOn), reading(v, Quantity::Exciter)) == (Some(1.0), Some(0.0))
    });
    let (before, begun) = (station.vitals().unwrap(), Instant::now());

    set("holding 12", 0.0);
    within_30_s(&station, "the dead carrier", |v| has_alarm(v, "transmitter.off"));
    within_30_s(&station, "the standby", |v| reading(v, Quantity::Exciter) == Some(1.0));
    set("holding 12", 1.0);
    let after = within_30_s(&station, "what people are told", |v| has_alarm(v, "transmitter.changeover.standby"));
    let sounded_s = (after.position.0 - before.position.0) as f64 / 48_000.0;
    assert!(sounded_s > begun.elapsed().as_secs_f64() - 1.0, "the air waited: {sounded_s} s");
    let journal = std::fs::read_to_string(station.path("sites/GAO/equipment.journal")).unwrap();
    let told: Vec<&str> = journal.lines().map(|l| l.split_once(' ').unwrap().1).collect();
    assert_eq!(told, ["ordered standby: the main exciter is dead", "taken standby: the main exciter is dead"]);

    units.signal(Signal::STOP);
    within_30_s(&station, "hung units", |v| has_alarm(v, "transmitter.silent"));
    units.signal(Signal::CONT);
    within_30_s(&station, "they are used again", |v| reading(v, Quantity::ForwardPower) == Some(480.5));
}

#[test]
fn a_person_switches_the_carrier_off_and_on_by_modbus_with_reason_and_reading_back() {
    let units = Modbusd::start();
    let mut hand = ModbusLink::new(ModbusAddress { line: LineAddress::Tcp(units.tcp), framing: Framing::Tcp });
    let carrier: Register = "coil 3".parse().unwrap();
    hand.set(carrier, carrier.order(1.0).unwrap()).unwrap();
    let mut station = Station::new();
    let to = units.tcp;
    let map = format!(
        "opus = \"off\"\n[site.transmitter]\nmodbus = \"{to}\"\nevery = \"1s\"\nrf_on = {{ register = \"coil 3\" }}\n\
         [site.transmitter.carrier]\noff = {{ register = \"coil 3\", value = \"0\" }}\n\
         on = {{ register = \"coil 3\", value = \"1\" }}\n"
    );
    std::fs::write(station.path("mikado.toml"), station.config() + &map).unwrap();
    station.start(&["air", "--site", "GAO"]);
    within_30_s(&station, "the carrier", |v| reading(v, Quantity::RfOn) == Some(1.0));

    let order = |what: &str, more: &[&str]| {
        let args =
            [&["transmitter", what, "--site", "GAO", "--reason", "Travaux au pylône", "--lang", "en"], more].concat();
        let output = station.mikado(&args);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = order("off", &[]);
    assert!(code == Some(2) && said.contains("nobody hears this site") && said.contains("--yes"), "{said}");
    let (code, said) = order("standby", &["--yes"]);
    assert!(code == Some(1) && said.contains("No object is wired"), "{said}");
    let before = station.vitals().unwrap();
    assert_eq!(reading(&before, Quantity::RfOn), Some(1.0), "nothing was sent");

    let (code, said) = order("off", &["--yes"]);
    assert!(code == Some(0) && said.contains("obeyed"), "{said}");
    let off = within_30_s(&station, "that somebody did it", |v| has_alarm(v, "transmitter.hand.off"));
    assert_eq!(reading(&off, Quantity::RfOn), Some(0.0));
    assert!(!has_alarm(&off, "transmitter.off"), "nobody is sent to look for a fault: {:?}", off.alarms);
    assert!(off.position > before.position, "the air goes on");
    let (code, said) = order("on", &["--yes"]);
    assert!(code == Some(0) && said.contains("obeyed"), "{said}");
    within_30_s(&station, "the carrier again", |v| !has_alarm(v, "transmitter.hand.off"));
    let (code, said) = order("on", &["--yes"]);
    assert!(code == Some(1) && said.contains("It is so already"), "{said}");

    let journal = std::fs::read_to_string(station.path("sites/GAO/equipment.journal")).unwrap();
    let told: Vec<&str> = journal.lines().map(|l| l.split_once(' ').unwrap().1).collect();
    assert!(told[0].starts_with("ordered carrier off, by hand: console:") && told[0].ends_with("(Travaux au pylône)"));
    assert_eq!((told[2], told[5], told.len()), ("obeyed", "obeyed", 7), "{journal}");
    let shown = station.json(&["transmitter", "show"]);
    assert_eq!(shown[0]["may"], serde_json::json!(["carrier-off", "carrier-on"]));
    assert_eq!(shown[0]["answer"]["end"], "refused");
}
