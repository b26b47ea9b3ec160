//! The supervisor with real processes: what dies comes back, and its own death stops nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod station;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use station::{Station, is_alive, signal, told};

#[test]
fn what_dies_comes_back() {
    let mut station = Station::new();
    station.start(&["run"]);
    let (air, hq) = (station.process("air-GAO", &[]), station.process("hq", &[]));
    signal(air, Signal::KILL);
    let killed = Instant::now();
    let again = station.process("air-GAO", &[air]);
    assert!(killed.elapsed() < Duration::from_secs(1), "a new air process after {:?}", killed.elapsed());
    signal(hq, Signal::KILL);
    station.process("hq", &[hq]);
    assert!(is_alive(again), "the death of hq touched the air");
}

/// A listener of the site's stream: connects until sound comes, and gives the connection.
fn listener(port: u16) -> TcpStream {
    let sound = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
        stream.write_all(b"GET /GAO.mp3 HTTP/1.0\r\n\r\n").ok()?;
        let mut bytes = [0; 1_024];
        stream.read_exact(&mut bytes).ok()?;
        Some(stream)
    };
    station::until(sound).expect("the stream sounds")
}

#[test]
fn a_process_that_stands_still_is_ended_and_sounds_again_within_3500_ms() {
    let mut station = Station::new();
    station.start(&["run"]);
    let air = station.process("air-GAO", &[]);
    let mut stream = listener(station.air_port);
    // Its first beats have come by then: a process that has never had one is waited for 30 s.
    std::thread::sleep(Duration::from_secs(1));
    signal(air, Signal::STOP);
    let stopped = Instant::now();
    // The listener's line breaks when the process is ended; until then it merely brings nothing.
    let mut bytes = [0; 4_096];
    while !matches!(stream.read(&mut bytes), Ok(0)) && is_alive(air) {}
    listener(station.air_port);
    assert!(stopped.elapsed() < Duration::from_millis(3_500), "sound again after {:?}", stopped.elapsed());
    assert_ne!(station.process("air-GAO", &[air]), air);
}

#[test]
fn the_death_of_the_supervisor_stops_nothing_and_the_next_one_adopts() {
    let mut station = Station::new();
    let first = station.start(&["run"]);
    let (air, hq) = (station.process("air-GAO", &[]), station.process("hq", &[]));
    signal(first, Signal::KILL);
    assert_eq!(station.ended(), None);
    assert!(is_alive(air) && is_alive(hq));
    let second = station.start(&["run"]);
    // A supervisor that adopts nobody would start its own within this time.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!((station.process("air-GAO", &[]), station.process("hq", &[])), (air, hq));
    signal(air, Signal::KILL);
    let air = station.process("air-GAO", &[air]);
    signal(second, Signal::TERM);
    assert_eq!(station.ended(), Some(0));
    assert!(!is_alive(air) && !is_alive(hq), "stopped when asked");
    assert!(!station.path("run/hq.json").exists());
}

#[test]
fn an_air_process_with_another_config_is_replaced_and_not_adopted() {
    let mut station = Station::new();
    let first = station.start(&["run"]);
    let (air, hq) = (station.process("air-GAO", &[]), station.process("hq", &[]));
    signal(first, Signal::KILL);
    station.ended();
    std::fs::write(station.path("mikado.toml"), station.config() + "opus = \"64 kbit/s\"\n").unwrap();
    station.start(&["run"]);
    station.process("air-GAO", &[air]);
    station.process("hq", &[hq]);
    assert!(!is_alive(air), "two processes of one site");
}

#[test]
fn two_supervisors_never_share_a_folder() {
    let mut station = Station::new();
    station.start(&["run"]);
    station.process("hq", &[]);
    let second = station.mikado(&["run"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(told(&second).contains("tourne déjà"), "{}", told(&second));
}

#[test]
fn a_command_beside_a_demonstration_shows_its_time() {
    let mut station = Station::new();
    // 1 000 days back, as milliseconds: no plan could be for that day by accident.
    station.start(&["--clock-shift-ms", "-86400000000", "run"]);
    station.process("hq", &[]);
    let day = station.json(&["plan", "--site", "GAO"])["day"].as_str().unwrap().parse::<jiff::civil::Date>().unwrap();
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date();
    let back = today.duration_since(day).as_hours() / 24;
    assert!((999..=1001).contains(&back), "{day}");
}
