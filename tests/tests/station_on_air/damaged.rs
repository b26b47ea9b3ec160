//! Files of a running station are damaged under it; the sound goes on, and a finding or an alarm says what and why.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use tests::claims::Claims;
use tests::listener::{Listener, Stretch};
use tests::markers::Markers;
use tests::sound::{level_dbfs, strongest};
use tests::station::{Station, mikado};

/// One site whose file is deleted, one whose file is overwritten, one whose plans are damaged, one that is left alone.
const DELETED: &str = "GAO";
const OVERWRITTEN: &str = "MOP";
const WITHOUT_PLAN: &str = "MEN";
const LEFT_ALONE: &str = "BKO";
const SITES: [&str; 4] = [DELETED, OVERWRITTEN, WITHOUT_PLAN, LEFT_ALONE];
/// Not less than the sound that a deck holds decoded ahead, and a while to hear what comes after.
const UNTIL_READ: Duration = Duration::from_secs(30);
/// The alarm comes when the file is read, ten seconds before its place would have sounded.
const UNTIL_HEARD: Duration = Duration::from_secs(20);

/// What four listeners received.
pub type Through = [(&'static str, Vec<Stretch>); 4];

/// Listens while files vanish, rot and lie.
pub fn listen(station: &Station, claims: &mut Claims) -> Through {
    station.until("the sites air sound of the shelf", Duration::from_mins(1), |s| {
        SITES.iter().all(|site| s.vitals(site).is_some_and(|v| v["rung"] == 3) && !playing(s, site).is_empty())
    });
    station.until("the alarms of the start are over", Duration::from_secs(45), |s| {
        SITES.iter().all(|site| s.alarms(site).is_empty())
    });
    let ears = SITES.map(|site| (site, Listener::start(&station.stream(site, "mp3"))));
    sleep(Duration::from_secs(3));

    for file in playing(station, DELETED) {
        fs::remove_file(file).unwrap();
    }
    for file in playing(station, OVERWRITTEN) {
        overwrite(&file);
    }
    damage_plans(station, WITHOUT_PLAN);

    let named = |site: &str, code: &str| station.alarms(site).iter().any(|a| a.starts_with(code));
    station.until("Mopti names its damaged file", UNTIL_READ, |_| named(OVERWRITTEN, "audio."));
    station.until("Ménaka names its damaged plan", Duration::from_secs(5), |_| named(WITHOUT_PLAN, "plan."));
    sleep(UNTIL_HEARD);
    let alarms = station.alarms(LEFT_ALONE);
    claims.check(alarms.is_empty(), || format!("{LEFT_ALONE} was left alone: {alarms:?}"));
    check_tells(station, claims);
    ears.map(|(site, ear)| (site, ear.finish()))
}

/// Nobody was cut off, nobody heard silence, and only the site whose sound was overwritten left it.
pub fn judge(through: Through, temp: &Path, claims: &mut Claims) {
    let markers = Markers::read().of("programme");
    for (site, heard) in through {
        claims.check(heard.len() == 1, || format!("{site}: {} connections instead of one", heard.len()));
        let sound = heard.last().expect("sound came").listen(&temp.join(format!("damaged-{site}.mp3")));
        let silences = sound.silences(-60.0, 0.05);
        claims.check(silences.is_empty(), || format!("{site}: silent at {silences:?}"));
        let end = sound.stretch(sound.seconds() - 6.0, 5.0);
        claims.check(level_dbfs(end) > -45.0, || format!("{site}: {:.1} dBFS at the end", level_dbfs(end)));
        let (programme, above) = strongest(end, &markers);
        let own = programme.starts_with(&site.to_lowercase()) && above > 12.0;
        let expected = site != OVERWRITTEN;
        claims.check(own == expected, || format!("{site}: {programme} at the end, {above:.1} dB above its neighbours"));
    }
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
