//! What a client of a real Icecast server received keeps the wall's time over the switch at 08:10:00.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use tests::claims::Claims;
use tests::icecast::{Icecast, PASSWORD};
use tests::listener::{Listener, Stretch};
use tests::sound::{RATE_HZ, Sound, offsets};
use tests::station::{Station, free_ports};

/// 128 kbit/s, constant: so many bytes are a second of MP3.
const MP3_BYTES_PER_SECOND: f64 = 16_000.0;

/// Makes the station's folder by a first short start and adds a mount for Gao to its config.
fn prepared(dir: &Path, server: &Icecast) {
    let mut first = Station::start(dir, "2026-11-24T08:08:00Z");
    first.until("the folder is made", Duration::from_mins(1), |s| s.hq().is_some() && s.air("GAO").is_some());
    first.stop();
    drop(first);
    let config = dir.join("mikado.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let mount = format!(
        "[[site.icecast]]\nurl = \"{}\"\nmount = \"/gao.mp3\"\nformat = \"mp3\"\npassword = \"{PASSWORD}\"\n",
        server.url("")
    );
    let (before, after) = text.split_once("id = \"GAO\"").expect("Gao is in mikado.toml");
    let (own, rest) = after.split_once("\n\n").unwrap_or((after, ""));
    let mut file = OpenOptions::new().write(true).truncate(true).open(&config).unwrap();
    write!(file, "{before}id = \"GAO\"{own}\n{mount}\n{rest}").unwrap();
}

#[test]
fn an_icecast_client_hears_the_switch_within_20_ms_of_the_wall() {
    let temp = tempfile::tempdir().unwrap();
    let server = Icecast::start(&temp.path().join("icecast"), free_ports() + 19);
    let dir = temp.path().join("station");
    prepared(&dir, &server);
    let station = Station::start(&dir, "2026-11-24T08:08:15Z");
    let mut claims = Claims::default();
    station
        .until("Gao has a plan", Duration::from_secs(25), |s| s.vitals("GAO").is_some_and(|v| v["revision"].is_u64()));
    station.wait_for_wall("2026-11-24T08:09:35Z");
    let ear = Listener::start(&server.url("/gao.mp3"));
    sleep(Duration::from_secs(63));
    let heard = ear.finish();
    let render = station.render("GAO", "2026-11-24T08:09:30Z", "110s", &temp.path().join("render.wav"));
    let [stretch] = heard.as_slice() else { panic!("{} connections to Icecast instead of one", heard.len()) };
    check_timing(stretch, &stretch.listen(&temp.path().join("icecast.mp3")), &render, &mut claims);
    claims.settle(&format!("{}\n{}", station.said(), station.aired("GAO")));
}

/// The recording lies on the render by one offset before and after the switch (its own constant delay), and its bytes
/// arrived at one constant delay, too.
fn check_timing(stretch: &Stretch, heard: &Sound, render: &Sound, claims: &mut Claims) {
    // From 08:10:00 on, which is about the 25th second of the recording, every place of the sound is the
    // plan's; a second switch lies at about 55 s.
    let found = offsets(heard, render, &[28.0, 33.0, 38.0, 43.0, 48.0, 58.0, 60.0], 2.0, (3.0, 8.0));
    claims.check(found.len() == 7 && found.iter().all(|f| f.1 > 0.9), || format!("not like the render: {found:?}"));
    let (low, high) = (found.iter().map(|f| f.0).min(), found.iter().map(|f| f.0).max());
    let spread_ms = (high.unwrap_or(0) - low.unwrap_or(0)) as f64 * 1000.0 / RATE_HZ as f64;
    claims.check(spread_ms < 20.0, || format!("the recording moves against the plan by {spread_ms:.1} ms: {found:?}"));

    let delay_ms = |from_s: f64, to_s: f64| {
        let within = stretch
            .arrivals
            .iter()
            .map(|(at, bytes)| ((*at - stretch.first).as_secs_f64(), *bytes as f64 / MP3_BYTES_PER_SECOND));
        let mut delays: Vec<f64> =
            within.filter(|(at, _)| (from_s..to_s).contains(at)).map(|(at, media)| 1000.0 * (at - media)).collect();
        delays.sort_by(f64::total_cmp);
        delays.get(delays.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let (before, after) = (delay_ms(3.0, 22.0), delay_ms(28.0, 60.0));
    claims.check((before - after).abs() < 20.0, || {
        format!("bytes arrived {before:.1} ms behind their sound before the switch, {after:.1} ms after it")
    });
}
