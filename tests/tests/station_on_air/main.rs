//! A whole station from its first start, heard from outside by tools that are not ours: seven opt-outs at ten past eight, the
//! same as `render` writes and on time at an Icecast client; then processes are killed and files damaged, and each listener
//! tells what it heard.
//!
//! One station serves all of it, because a start costs more than the listening. What it sounded like is judged after it has
//! been stopped, so that the judging disturbs nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]

mod damaged;
mod icecast;
mod killed;
mod seven;

use std::fs;
use std::path::Path;
use std::time::Duration;

use tests::claims::Claims;
use tests::foreign::tool;
use tests::icecast::{Icecast, PASSWORD};
use tests::station::{SITES, Station, free_ports};

/// What a person starts for the first time.
const FIRST_START: &str = "2026-11-24T08:08:00Z";
/// Early enough for every opt-out to be ready on a slow machine.
const START: &str = "2026-11-24T08:08:15Z";
/// The law is 10 s on a machine that has nothing else to do.
const SOUNDING_MAX: Duration = Duration::from_secs(10);

#[test]
fn a_whole_station_is_heard_from_outside() {
    tool("ffmpeg");
    let temp = tempfile::tempdir().unwrap();
    let mut claims = Claims::default();
    let server = Icecast::start(&temp.path().join("icecast"), free_ports() + 19);
    let dir = temp.path().join("station");
    first_start(&dir, &mut claims);
    add_mount(&dir, &server);

    let mut station = Station::start(&dir, START);
    station.until("every air process runs again", Duration::from_mins(1), |s| {
        SITES.iter().all(|site| s.vitals(site).is_some())
    });
    let at_the_switch = seven::record(&station, &server, temp.path(), &mut claims);
    let renders = seven::Renders::make(&station, temp.path());
    let through_kills = killed::listen(&station, &mut claims);
    let through_damage = damaged::listen(&station, &mut claims);
    claims.check(station.stop() < Duration::from_secs(5), || "Ctrl-C did not end the station within 5 s".into());

    let last_words = format!("{}\n{}\n{}", station.said(), station.aired("MOP"), station.aired("GAO"));
    seven::judge(&at_the_switch, &renders, temp.path(), &mut claims);
    killed::judge(&through_kills, temp.path(), &mut claims);
    damaged::judge(through_damage, temp.path(), &mut claims);
    claims.settle(&last_words);
}

/// All seven sites sound soon after the very first start, and Ctrl-C ends it.
fn first_start(dir: &Path, claims: &mut Claims) {
    let mut first = Station::start(dir, FIRST_START);
    first.until("all seven sites sound", Duration::from_mins(1), |s| {
        SITES.iter().all(|site| s.measured_dbfs(site).is_some_and(|l| l > -60.0))
    });
    let age = first.age();
    claims.check(age < SOUNDING_MAX, || format!("seven sites sounded only after {age:?}"));
    claims.check(first.stop() < Duration::from_secs(5), || "Ctrl-C did not end the first start within 5 s".into());
}

/// Adds a mount for Gao to the config.
fn add_mount(dir: &Path, server: &Icecast) {
    let config = dir.join("mikado.toml");
    let text = fs::read_to_string(&config).unwrap();
    let mount = format!(
        "[[site.icecast]]\nurl = \"{}\"\nmount = \"/gao.mp3\"\nformat = \"mp3\"\npassword = \"{PASSWORD}\"\n",
        server.url("")
    );
    let (before, after) = text.split_once("id = \"GAO\"").expect("Gao is in mikado.toml");
    let (own, rest) = after.split_once("\n\n").unwrap_or((after, ""));
    fs::write(&config, format!("{before}id = \"GAO\"{own}\n{mount}\n{rest}")).unwrap();
}
