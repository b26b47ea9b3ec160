//! Headquarters and one air process are killed; seven listeners tell what they heard.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tests::claims::Claims;
use tests::listener::{Listener, Stretch};
use tests::sound::{RATE_HZ, find};
use tests::station::{SITES, Station};

/// A new process has this long until a listener has sound again.
const AIR_GAP_MAX: Duration = Duration::from_millis(1500);
/// Tessalit relays Kidal: one is the measure for the other.
const KILLED: &str = "TES";
const SAME: &str = "KDL";
/// How far the two may lie apart: two encoders, two sockets.
const APART_S_MAX: f64 = 0.15;

/// What seven listeners received, and when the air process was killed.
pub struct Through {
    heard: BTreeMap<&'static str, Vec<Stretch>>,
    killed: Instant,
}

/// Listens to all sites while headquarters and then one air process are killed.
pub fn listen(station: &Station, claims: &mut Claims) -> Through {
    station.until("all seven sites air their plan", Duration::from_mins(2), |s| {
        SITES.iter().all(|site| s.vitals(site).is_some_and(|v| v["rung"] == 3))
    });
    let ears: Vec<(&str, Listener)> =
        SITES.iter().map(|site| (*site, Listener::start(&station.stream(site, "mp3")))).collect();
    sleep(Duration::from_secs(5));
    kill_hq(station, claims);
    sleep(Duration::from_secs(2));
    let killed = kill_air(station, claims);
    sleep(Duration::from_secs(10));
    Through { heard: ears.into_iter().map(|(site, ear)| (site, ear.finish())).collect(), killed }
}

fn kill_hq(station: &Station, claims: &mut Claims) {
    let hq = station.hq().expect("headquarters runs");
    hq.signal(Signal::KILL);
    let back = station.until("headquarters is back", Duration::from_secs(15), |s| {
        let answers = ureq::get(format!("http://{}/", s.http())).call();
        s.hq().is_some_and(|p| p.pid != hq.pid) && !matches!(answers, Err(ureq::Error::Io(_)))
    });
    claims.check(back < Duration::from_secs(5), || format!("headquarters was away for {back:?}"));
}

/// Kills one air process; gives the instant.
fn kill_air(station: &Station, claims: &mut Claims) -> Instant {
    let air = station.air(KILLED).expect("its air process runs");
    let others =
        || -> Vec<u32> { SITES.iter().filter(|s| **s != KILLED).filter_map(|s| Some(station.air(s)?.pid)).collect() };
    let before = others();
    air.signal(Signal::KILL);
    let killed = Instant::now();
    let back = station.until("it airs its plan again", Duration::from_secs(15), |s| {
        s.air(KILLED).is_some_and(|p| p.pid != air.pid) && s.vitals(KILLED).is_some_and(|v| v["rung"] == 3)
    });
    claims.check(back < Duration::from_secs(5), || format!("{KILLED} was back on its plan only after {back:?}"));
    let after = others();
    claims.check(before == after, || format!("other air processes changed: {before:?} {after:?}"));
    killed
}

/// Six sites noticed nothing; the seventh was back in time and in its place.
pub fn judge(through: &Through, temp: &Path, claims: &mut Claims) {
    for (site, stretches) in through.heard.iter().filter(|(site, _)| **site != KILLED) {
        untouched(site, stretches, temp, claims);
    }
    let Some(after) = through.heard[KILLED].iter().find(|s| s.first > through.killed) else {
        return claims.check(false, || format!("{KILLED}: no sound came after the kill"));
    };
    back(after, through.killed, temp, claims);
    let apart_s = through.heard[SAME].last().and_then(|same| arrival_apart_s(same, after, temp));
    claims.check(apart_s.is_some_and(|s| s.abs() < APART_S_MAX), || {
        format!("{KILLED} is {apart_s:?} s behind {SAME} after the kill")
    });
}

/// One connection, no silence, no frame lost: as long as the time that passed.
fn untouched(site: &str, stretches: &[Stretch], temp: &Path, claims: &mut Claims) {
    let [one] = stretches else {
        return claims.check(false, || format!("{site}: {} connections instead of one", stretches.len()));
    };
    let sound = one.listen(&temp.join(format!("killed-{site}.mp3")));
    let silences = sound.silences(-60.0, 0.05);
    claims.check(silences.is_empty(), || format!("{site}: silent at {silences:?}"));
    claims.check(one.longest_wait < Duration::from_millis(400), || {
        format!("{site}: a listener waited {:?} for the next bytes", one.longest_wait)
    });
    // What came after the first burst was paced by the site's own clock: its length is the time that passed.
    let passed = (one.last - one.first).as_secs_f64();
    let burst = sound.seconds() - passed;
    claims
        .check((-0.1..4.0).contains(&burst), || format!("{site}: {:.2} s of sound in {passed:.2} s", sound.seconds()));
}

/// Sound again in time, and not a hole in it.
fn back(after: &Stretch, killed: Instant, temp: &Path, claims: &mut Claims) {
    let away = after.first - killed;
    claims.check(away < AIR_GAP_MAX, || format!("{KILLED}: sound came again after {away:?}"));
    let silences = after.listen(&temp.join("after.mp3")).silences(-60.0, 0.05);
    claims.check(silences.is_empty(), || format!("{KILLED}: silent after the kill at {silences:?}"));
}

/// How much later the same sound arrives in `b` than in `a`, in seconds, or `None` when they do not say the same.
fn arrival_apart_s(a: &Stretch, b: &Stretch, temp: &Path) -> Option<f64> {
    let (first, second) = (a.listen(&temp.join("a.mp3")), b.listen(&temp.join("b.mp3")));
    // Counted from the ends: both were finished within a moment.
    let from_s = second.seconds() - 5.0;
    let around_s = first.seconds() - 5.0;
    let (place, likeness) =
        find(second.stretch(from_s, 3.0), &first.0, (around_s * RATE_HZ as f64) as usize, 4 * RATE_HZ)?;
    // The end of a sound came with the last bytes, so a place in it came that much earlier.
    let before_last = (first.seconds() - place as f64 / RATE_HZ as f64, second.seconds() - from_s);
    let last_apart =
        b.last.saturating_duration_since(a.last).as_secs_f64() - a.last.saturating_duration_since(b.last).as_secs_f64();
    (likeness > 0.9).then_some(last_apart + before_last.0 - before_last.1)
}
