//! Processes of a running station are killed; the listeners tell what they heard.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tests::claims::Claims;
use tests::foreign::tool;
use tests::listener::{Listener, Stretch};
use tests::sound::{RATE_HZ, find, level_dbfs};
use tests::station::{SITES, Station};

const START: &str = "2026-11-24T07:15:20Z";
/// A new process has this long until a listener has sound again.
const AIR_GAP_MAX: Duration = Duration::from_millis(1500);

#[test]
fn a_killed_process_is_heard_on_its_own_site_alone_and_briefly() {
    tool("ffmpeg");
    let temp = tempfile::tempdir().unwrap();
    let station = Station::start(&temp.path().join("station"), START);
    let mut claims = Claims::default();
    station.until("all seven sites air their plan", Duration::from_mins(2), |s| {
        SITES.iter().all(|site| s.vitals(site).is_some_and(|v| v["rung"] == 3))
    });
    let ears: BTreeMap<&str, Listener> =
        SITES.iter().map(|site| (*site, Listener::start(&station.stream(site, "mp3")))).collect();
    sleep(Duration::from_secs(8));

    kill_hq(&station, &mut claims);
    sleep(Duration::from_secs(2));
    let killed = kill_air(&station, "GAO", &mut claims);
    sleep(Duration::from_secs(10));

    let mut heard: BTreeMap<&str, Vec<Stretch>> = ears.into_iter().map(|(site, ear)| (site, ear.finish())).collect();
    let gao = heard.remove("GAO").unwrap();
    for (site, stretches) in &heard {
        check_untouched(site, stretches, temp.path(), &mut claims);
    }
    check_back(&gao, killed, temp.path(), &mut claims);
    claims.settle(&format!("{}\n{}", station.said(), station.aired("GAO")));
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
fn kill_air(station: &Station, site: &str, claims: &mut Claims) -> Instant {
    let air = station.air(site).expect("its air process runs");
    let others: Vec<u32> = SITES.iter().filter(|s| **s != site).filter_map(|s| Some(station.air(s)?.pid)).collect();
    air.signal(Signal::KILL);
    let killed = Instant::now();
    let back = station.until("it airs its plan again", Duration::from_secs(15), |s| {
        s.air(site).is_some_and(|p| p.pid != air.pid) && s.vitals(site).is_some_and(|v| v["rung"] == 3)
    });
    claims.check(back < Duration::from_secs(5), || format!("{site} was back on its plan only after {back:?}"));
    let after: Vec<u32> = SITES.iter().filter(|s| **s != site).filter_map(|s| Some(station.air(s)?.pid)).collect();
    claims.check(others == after, || format!("other air processes changed: {others:?} {after:?}"));
    killed
}

/// One connection, no silence, no frame lost: as long as the time that passed.
fn check_untouched(site: &str, stretches: &[Stretch], temp: &Path, claims: &mut Claims) {
    let [one] = stretches else {
        return claims.check(false, || format!("{site}: {} connections instead of one", stretches.len()));
    };
    let sound = one.listen(&temp.join(format!("{site}.mp3")));
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

/// Sound again in time, not silent, and at the place where the air should be: the second connection continues the first
/// one's clock.
fn check_back(stretches: &[Stretch], killed: Instant, temp: &Path, claims: &mut Claims) {
    let Some(after) = stretches.iter().find(|s| s.first > killed) else {
        return claims.check(false, || "GAO: no sound came after the kill".into());
    };
    let away = after.first - killed;
    claims.check(away < AIR_GAP_MAX, || format!("GAO: sound came again after {away:?}"));
    let sound = after.listen(&temp.join("after.mp3"));
    let first = level_dbfs(sound.stretch(0.1, 1.0));
    claims.check(first > -50.0, || format!("GAO: the first second after the kill has {first:.1} dBFS"));
    let silences = sound.silences(-60.0, 0.05);
    claims.check(silences.is_empty(), || format!("GAO: silent after the kill at {silences:?}"));
}

#[test]
fn a_restarted_site_joins_where_the_air_should_be() {
    tool("ffmpeg");
    let temp = tempfile::tempdir().unwrap();
    let station = Station::start(&temp.path().join("station"), START);
    let mut claims = Claims::default();
    // All sites carry the network now: the one is the measure for the other.
    let pair = ["KDL", "TES"];
    station.until("both sites air their plan", Duration::from_mins(2), |s| {
        pair.iter().all(|site| s.vitals(site).is_some_and(|v| v["rung"] == 3))
    });
    kill_air(&station, "TES", &mut claims);
    sleep(Duration::from_secs(2));
    let ears = pair.map(|site| Listener::start(&station.stream(site, "mp3")));
    sleep(Duration::from_secs(14));
    let [kidal, tessalit] = ears.map(Listener::finish).map(|mut s| s.pop().expect("sound came"));
    let late = arrival_apart_s(&kidal, &tessalit, temp.path());
    claims.check(late.is_some_and(|l| l.abs() < 0.15), || format!("Tessalit is {late:?} s away from Kidal"));
    claims.settle(&format!("{}\n{}", station.said(), station.aired("GAO")));
}

/// How much later the same sound arrives in `b` than in `a`, in seconds, or `None` when they do not say the same.
fn arrival_apart_s(a: &Stretch, b: &Stretch, temp: &Path) -> Option<f64> {
    let (first, second) = (a.listen(&temp.join("a.mp3")), b.listen(&temp.join("b.mp3")));
    let from_s = second.seconds() - 5.0;
    let (place, likeness) =
        find(second.stretch(from_s, 3.0), &first.0, (from_s * RATE_HZ as f64) as usize, 4 * RATE_HZ)?;
    // The end of a sound came with the last bytes, so a place in it came that much earlier.
    let before_last = (first.seconds() - place as f64 / RATE_HZ as f64, second.seconds() - from_s);
    let last_apart =
        b.last.saturating_duration_since(a.last).as_secs_f64() - a.last.saturating_duration_since(b.last).as_secs_f64();
    (likeness > 0.9).then_some(last_apart + before_last.0 - before_last.1)
}
