//! Ten past eight: seven sites leave the network for seven opt-outs, and what was heard is what `render` writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tests::claims::Claims;
use tests::foreign::{Recording, decode};
use tests::icecast::Icecast;
use tests::listener::{Listener, Stretch};
use tests::markers::Markers;
use tests::processes::Process;
use tests::repository::read;
use tests::sound::{RATE_HZ, Sound, find, level_dbfs, offsets, strongest};
use tests::station::{SITES, Station};

use super::icecast;

const RECORD_FROM: &str = "2026-11-24T08:09:35Z";
const RECORD_SECONDS: u32 = 85;
const SWITCH: &str = "2026-11-24T08:10:00Z";
/// The render begins this long before the switch.
const RENDER_LEAD_S: usize = 30;
const RENDER_FROM: &str = "2026-11-24T08:09:30Z";
/// The seven air processes with two encoders each, as a share of one core. The law is 30 % for a release build; the
/// development build, which most tests run, spends more on the loops that are ours.
const CPU_SHARE_MAX: f64 = if cfg!(debug_assertions) { 0.80 } else { 0.30 };
/// The law is 40 MiB for a release build; of the development build 17 MiB more of its own code are resident.
const RESIDENT_KIB_MAX: u64 = if cfg!(debug_assertions) { 57 } else { 40 } * 1024;

/// What was received while the sites left the network.
pub struct AtTheSwitch {
    streams: Vec<(&'static str, &'static str, PathBuf)>,
    icecast: Vec<Stretch>,
}

/// What the station says that it aired.
pub struct Renders {
    gao: Sound,
    /// The sound that starts at the switch at Gao, from the place where the plan starts it.
    opening: Option<Vec<f32>>,
    promise: String,
}

/// Receives every stream over the switch, and looks at what the air processes cost meanwhile.
pub fn record(station: &Station, server: &Icecast, temp: &Path, claims: &mut Claims) -> AtTheSwitch {
    station.wait_for_wall(RECORD_FROM);
    let processes: Vec<_> = SITES.iter().map(|s| station.air(s).expect("its air process runs")).collect();
    let used_s = || -> f64 { processes.iter().filter_map(Process::cpu_seconds).sum() };
    let (begun, before_s) = (Instant::now(), used_s());
    let ear = Listener::start(&server.url("/gao.mp3"));
    let recordings: Vec<_> = ["mp3", "opus"]
        .into_iter()
        .flat_map(|format| SITES.map(|site| (site, format)))
        .map(|(site, format)| {
            let file = temp.join(format!("{site}.{}", if format == "opus" { "ogg" } else { format }));
            (site, format, Recording::start(&station.stream(site, format), &file, RECORD_SECONDS))
        })
        .collect();
    let streams = recordings.into_iter().map(|(site, format, r)| (site, format, r.finish())).collect();
    let share = (used_s() - before_s) / begun.elapsed().as_secs_f64();
    claims.check(share < CPU_SHARE_MAX, || format!("seven air processes used {:.1} % of a core", 100.0 * share));
    for process in &processes {
        let kib = process.resident_kib();
        claims.check(kib.is_some_and(|k| k < RESIDENT_KIB_MAX), || {
            format!("{:?}: {kib:?} KiB resident", process.arguments)
        });
    }
    AtTheSwitch { streams, icecast: ear.finish() }
}

impl Renders {
    /// Asks the station's commands, while its folder is as it was.
    pub fn make(station: &Station, temp: &Path) -> Self {
        let promise = station.promise("GAO", SWITCH);
        let from_s = promise["from_frames"].as_f64().unwrap_or(0.0) / RATE_HZ as f64;
        let opening = promise["hash"].as_str().map(|hash| station.canonical(hash).stretch(from_s, 1.0).to_vec());
        let gao = station.render("GAO", RENDER_FROM, "2m", &temp.join("render.wav"));
        Self { gao, opening, promise: promise.to_string() }
    }
}

/// Whether the right thing was heard, at the right time.
pub fn judge(heard: &AtTheSwitch, renders: &Renders, temp: &Path, claims: &mut Claims) {
    let streams: Vec<_> = heard.streams.iter().map(|(site, format, file)| (*site, *format, decode(file))).collect();
    opt_outs(&streams, claims);
    switch(renders, claims);
    for (_, format, sound) in streams.iter().filter(|(site, ..)| *site == "GAO") {
        is_the_render(format, sound, &renders.gao, claims);
    }
    let [stretch] = heard.icecast.as_slice() else {
        return claims.check(false, || format!("{} connections to Icecast instead of one", heard.icecast.len()));
    };
    icecast::keeps_time(stretch, &stretch.listen(&temp.join("icecast.mp3")), &renders.gao, claims);
}

/// What the reference week says a site airs on Tuesday at 08:10, by site.
fn at_ten_past_eight() -> BTreeMap<String, String> {
    let week = read("demo/reference_week_expanded.csv");
    let rows = week.lines().map(|l| l.split(',').collect::<Vec<_>>());
    rows.filter(|r| r[1] == "tue" && r[2] == "08:10:00").map(|r| (r[0].into(), r[5].into())).collect()
}

/// In the half minute after 08:10:30 every stream carries the marker of its own opt-out and language.
fn opt_outs(heard: &[(&str, &str, Sound)], claims: &mut Claims) {
    let expected = at_ten_past_eight();
    let markers = Markers::read();
    let (programmes, languages) = (markers.of("programme"), markers.languages_hz());
    for (site, format, sound) in heard {
        let programme = &expected[*site];
        let language_hz = markers.hz("programme", programme).1;
        // A recording begins at 08:09:35 with at most a few seconds of burst before it; this stretch is inside the content
        // of every opt-out whichever.
        let stretch = sound.stretch(70.0, 3.0);
        let (found, above) = strongest(stretch, &programmes);
        claims.check(found == programme && above > 12.0, || {
            format!("{site}.{format}: {programme} should sound, {found} does ({above:.1} dB above its neighbours)")
        });
        let (found, above) = strongest(stretch, &languages);
        claims.check((f64::from(*found) - language_hz).abs() < 1.0, || {
            format!("{site}.{format}: the language's tone should be {language_hz} Hz, it is {found} Hz ({above:.1} dB)")
        });
        let silences = sound.silences(-60.0, 0.05);
        claims.check(silences.is_empty(), || format!("{site}.{format}: silent at {silences:?}"));
        let length = sound.seconds();
        claims.check((length - f64::from(RECORD_SECONDS)).abs() < 2.0, || format!("{site}.{format}: {length:.2} s"));
    }
}

/// What starts at 08:10:00 lies in the render at its 30th second, within a millisecond.
fn switch(renders: &Renders, claims: &mut Claims) {
    let Some(opening) = &renders.opening else {
        return claims.check(false, || format!("GAO has no sound at 08:10:00: {}", renders.promise));
    };
    let place = RENDER_LEAD_S * RATE_HZ;
    let found = find(opening, &renders.gao.0, place, RATE_HZ / 4);
    let there = found.is_some_and(|(at, likeness)| at.abs_diff(place) <= RATE_HZ / 1000 && likeness > 0.9);
    claims.check(there, || {
        format!(
            "GAO: {} should start in the render at frame {place}, found (frame, likeness) {found:?}",
            renders.promise
        )
    });
}

/// From 08:10 on the recording holds the same audio as the render: one alignment, levels within 0.1 dB, and the switch at
/// its place. Before, some sites may sustain: a bed has no place of its own.
fn is_the_render(format: &str, heard: &Sound, render: &Sound, claims: &mut Claims) {
    const PLACES_S: [f64; 7] = [33.0, 40.0, 47.0, 54.0, 61.0, 68.0, 75.0];
    let found = offsets(heard, render, &PLACES_S, 2.0, (4.0, 6.0));
    claims.check(found.len() == PLACES_S.len(), || format!("GAO.{format}: found only at {found:?}"));
    for ((offset, likeness), at_s) in found.iter().zip(PLACES_S) {
        claims.check(*likeness > 0.97, || format!("GAO.{format} at {at_s} s is like the render only by {likeness:.3}"));
        let there_s = at_s + *offset as f64 / RATE_HZ as f64;
        let apart = level_dbfs(heard.stretch(at_s, 2.0)) - level_dbfs(render.stretch(there_s, 2.0));
        claims.check(apart.abs() < 0.1, || format!("GAO.{format} at {at_s} s: {apart:+.2} dB against the render"));
    }
    let (low, high) = (found.iter().map(|f| f.0).min(), found.iter().map(|f| f.0).max());
    claims.check(low.zip(high).is_some_and(|(low, high)| high - low <= 48), || {
        format!("GAO.{format} wanders against the render: {found:?} frames")
    });
    let Some((offset, _)) = found.first() else { return };
    let lead = RENDER_LEAD_S as i64 * RATE_HZ as i64;
    let switch = usize::try_from(lead - offset).unwrap_or(0);
    let heard_at = find(render.stretch(RENDER_LEAD_S as f64, 0.5), &heard.0, switch, RATE_HZ / 4);
    // Under its first moments lies the tail of what sounded before: where that is a bed, it is another place of the bed.
    claims.check(heard_at.is_some_and(|(place, likeness)| place.abs_diff(switch) <= 48 && likeness > 0.8), || {
        format!("GAO.{format}: what starts at 08:10:00 should lie at frame {switch}, found {heard_at:?}")
    });
}
