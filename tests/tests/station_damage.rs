//! Files of a running station are damaged under it; the sound goes on, and a finding or an alarm says what and why.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use tests::claims::Claims;
use tests::foreign::tool;
use tests::listener::Listener;
use tests::markers::Markers;
use tests::sound::{level_dbfs, strongest};
use tests::station::{Station, mikado};

/// The sites of this test: one whose file is deleted, one whose file is overwritten, one whose plans are damaged, one that
/// is left alone.
const SITES: [&str; 4] = ["GAO", "MOP", "MEN", "BKO"];
/// Not less than the sound that a deck holds decoded ahead, and a while to hear what comes after.
const UNTIL_READ: Duration = Duration::from_secs(30);

#[test]
fn damaged_files_are_named_and_never_heard_as_silence() {
    tool("ffmpeg");
    let temp = tempfile::tempdir().unwrap();
    let station = Station::start(&temp.path().join("station"), "2026-11-24T08:10:05Z");
    let mut claims = Claims::default();
    station.until("the sites air their opt-outs", Duration::from_mins(4), |s| {
        SITES.iter().all(|site| s.vitals(site).is_some_and(|v| v["rung"] == 3) && !playing(s, site).is_empty())
    });
    let ears = SITES.map(|site| (site, Listener::start(&station.stream(site, "mp3"))));
    sleep(Duration::from_secs(3));

    for file in playing(&station, "GAO") {
        fs::remove_file(file).unwrap();
    }
    for file in playing(&station, "MOP") {
        overwrite(&file);
    }
    damage_plans(&station, "MEN");

    let named = |site: &str, code: &str| station.alarms(site).iter().any(|a| a.starts_with(code));
    station.until("Mopti names its damaged file", UNTIL_READ, |_| named("MOP", "audio."));
    station.until("Ménaka names its damaged plan", Duration::from_secs(5), |_| named("MEN", "plan."));
    sleep(Duration::from_secs(12));
    claims.check(station.alarms("BKO").is_empty(), || format!("Bamako was left alone: {:?}", station.alarms("BKO")));
    check_tells(&station, &mut claims);

    let markers = Markers::read().of("programme");
    for (site, ear) in ears {
        let heard = ear.finish();
        claims.check(heard.len() == 1, || format!("{site}: {} connections instead of one", heard.len()));
        let sound = heard.last().expect("sound came").listen(&temp.path().join(format!("{site}.mp3")));
        let silences = sound.silences(-60.0, 0.05);
        claims.check(silences.is_empty(), || format!("{site}: silent at {silences:?}"));
        let end = sound.stretch(sound.seconds() - 6.0, 5.0);
        claims.check(level_dbfs(end) > -45.0, || format!("{site}: {:.1} dBFS at the end", level_dbfs(end)));
        let (programme, above) = strongest(end, &markers);
        let own = programme.starts_with(&site.to_lowercase()) && above > 12.0;
        let expected = site != "MOP";
        claims.check(own == expected, || format!("{site}: {programme} at the end, {above:.1} dB above its neighbours"));
    }
    claims.settle(&format!("{}\n{}", station.said(), station.aired("MOP")));
}

/// The canonical files that a site's process has open.
fn playing(station: &Station, site: &str) -> Vec<PathBuf> {
    let shelf = station.dir().canonicalize().unwrap().join("shelf");
    station.air(site).map(|p| p.open_under(&shelf)).unwrap_or_default()
}

/// Writes over all of it in place: same file, same length, other bytes.
fn overwrite(file: &Path) {
    let mut open = OpenOptions::new().write(true).open(file).unwrap();
    let length = open.metadata().unwrap().len();
    open.write_all(&vec![0x55; usize::try_from(length).unwrap()]).unwrap();
}

/// Empties one slot and changes one bit in the middle of the other.
fn damage_plans(station: &Station, site: &str) {
    let plans = station.dir().join("sites").join(site).join("plans");
    let mut slots = ["a.plan", "b.plan"].map(|n| plans.join(n)).into_iter().filter(|p| p.exists());
    let mut bytes = fs::read(slots.next().expect("a published plan")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(plans.join("a.plan"), bytes).unwrap();
    fs::write(plans.join("b.plan"), b"").unwrap();
}

/// `mikado check` finds the file that is gone and exits with 1.
fn check_tells(station: &Station, claims: &mut Claims) {
    let config = station.dir().join("mikado.toml");
    let checked = mikado(&["check", "--json", "--config", &config.to_string_lossy()]);
    let said = String::from_utf8_lossy(&checked.stdout);
    claims.check(checked.status.code() == Some(1), || format!("mikado check ended with {:?}: {said}", checked.status));
    claims.check(said.contains("\"code\""), || format!("mikado check --json names nothing: {said}"));
}
