//! The multiplex of a running air, read by a receiver of this file's own out of the pipe and off a card at 192 kHz.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod station;

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::fs::File;
use std::io::Read;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domain::Vitals;
use mikado::kit::Kit;
use station::Station;

const RATE: usize = 192_000;
/// Bits of a second.
const BITS: f64 = 1_187.5;

#[track_caller]
fn within_30_s(station: &Station, what: &str, reached: impl Fn(&Vitals) -> bool) -> Vitals {
    let begun = Instant::now();
    loop {
        if let Some(vitals) = station.vitals().filter(&reached) {
            return vitals;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}: {:?}", station.vitals());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The site GAO with the station's facts beside it and a multiplex that goes so, and no plan at all.
fn station(goes: &str) -> Station {
    let station = Station::new();
    let mpx = format!("opus = \"off\"\nmp3 = \"off\"\n[site.mpx]\n{goes}\n");
    std::fs::write(station.path("mikado.toml"), station.config() + &mpx).unwrap();
    let week = std::fs::read_to_string(station.path("station.toml")).unwrap();
    let kit = mikado::kit::path(&station.path("sites/GAO"));
    std::fs::create_dir_all(kit.parent().unwrap()).unwrap();
    std::fs::write(&kit, Kit::new("GAO".parse().unwrap(), week, &[]).to_bytes().unwrap()).unwrap();
    station
}

/// So many seconds out of the pipe.
fn read(path: &Path, seconds: usize) -> Vec<f32> {
    let mut bytes = vec![0; seconds * RATE * 4];
    File::open(path).unwrap().read_exact(&mut bytes).unwrap();
    bytes.chunks_exact(4).map(|b| f32::from_ne_bytes(b.try_into().unwrap())).collect()
}

/// Size and phase of the pilot in whole seconds.
fn pilot(mpx: &[f32]) -> (f64, f64) {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (n, sample) in mpx.iter().enumerate() {
        // 19 cycles take 192 samples.
        let (s, c) = (TAU * 19.0 * (n % 192) as f64 / 192.0).sin_cos();
        (sine, cosine) = (sine + f64::from(*sample) * s, cosine + f64::from(*sample) * c);
    }
    (2.0 * sine.hypot(cosine) / mpx.len() as f64, cosine.atan2(sine))
}

/// The groups in a multiplex: carrier and bit clock from the pilot, bits by their halves, groups by division; nothing is corrected.
fn groups(mpx: &[f32]) -> (Vec<[u16; 4]>, usize) {
    let (_, phase) = pilot(mpx);
    // Running sums of what is left of the 57 kHz carrier when it is turned to rest, in phase and beside.
    let mut sums = vec![[0.0; 2]];
    for (n, sample) in mpx.iter().enumerate() {
        let (s, c) = (3.0 * (TAU * 19_000.0 * n as f64 / RATE as f64 + phase)).sin_cos();
        let last = sums[n];
        sums.push([last[0] + f64::from(*sample) * s, last[1] + f64::from(*sample) * c]);
    }
    let bit = RATE as f64 / BITS;
    let (count, part) = ((mpx.len() as f64 / bit) as usize - 2, |which: usize, from: f64, to: f64| {
        sums[to as usize][which] - sums[from as usize][which]
    });
    let halves = |which: usize, at: f64| -> Vec<f64> {
        let begins = (0..count).map(|n| n as f64 * bit + at);
        begins.map(|b| part(which, b, b + bit / 2.0) - part(which, b + bit / 2.0, b + bit)).collect()
    };
    let all = (0..2).flat_map(|which| (0..32).map(move |n| halves(which, f64::from(n) * bit / 32.0)));
    let size = |h: &Vec<f64>| h.iter().map(|v| v.abs()).sum::<f64>();
    let best = all.max_by(|a, b| size(a).total_cmp(&size(b))).unwrap();
    let bits: Vec<bool> = best.windows(2).map(|w| (w[0] > 0.0) != (w[1] > 0.0)).collect();
    let (mut found, mut broken, mut at) = (Vec::new(), 0, 0);
    while at + 104 <= bits.len() {
        match group(&bits[at..at + 104]) {
            Some(words) => found.push(words),
            None if found.is_empty() => {
                at += 1;
                continue;
            }
            None => broken += 1,
        }
        at += 104;
    }
    (found, broken)
}

/// Four words whose remainders are those of the blocks A, B, C or C′, and D.
fn group(bits: &[bool]) -> Option<[u16; 4]> {
    let mut words = [0; 4];
    for (n, block) in bits.chunks(26).enumerate() {
        let word = block.iter().fold(0u32, |w, bit| w << 1 | u32::from(*bit));
        let rest = (10..26).rev().fold(word, |w, bit| if w >> bit & 1 == 1 { w ^ 0x5B9 << (bit - 10) } else { w });
        let offsets: &[u32] = [&[0x0FC][..], &[0x198], &[0x168, 0x350], &[0x1B4]][n];
        words[n] = offsets.contains(&rest).then_some((word >> 10) as u16)?;
    }
    Some(words)
}

#[test]
fn the_running_air_gives_an_exact_pilot_and_says_who_it_is_without_any_plan() {
    let mut station = station("pipe = \"mpx\"");
    station.start(&["air", "--site", "GAO"]);
    let unread = |v: &Vitals| v.outputs.iter().any(|o| o.trouble.as_ref().is_some_and(|t| t.code == "mpx.unread"));
    within_30_s(&station, "nobody reads", unread);
    let told = within_30_s(&station, "its PI", |v| v.mpx.as_ref().is_some_and(|m| m.pi.is_some()));
    assert!(told.position.0 > 0, "the air does not wait for a reader");

    let path = station.path("sites/GAO/mpx");
    let mpx = read(&path, 3);
    // The first pieces may be older than the reader; two whole seconds are as even as they left.
    let (size, _) = pilot(&mpx[RATE..]);
    assert!((size - 0.09).abs() < 0.0005, "pilot {size}");
    assert!(mpx.iter().all(|s| s.abs() <= 1.0));
    let (groups, broken) = groups(&mpx[RATE..]);
    assert!(groups.len() >= 20 && broken == 0, "{} groups, {broken} broken", groups.len());
    assert!(groups.iter().all(|g| g[0] == 0x5201), "carrying nothing else it has the network's PI: {:04X?}", groups[0]);
    let names: BTreeSet<_> =
        groups.iter().filter(|g| g[1] >> 11 == 0).map(|g| (g[1] & 3, g[3].to_be_bytes())).collect();
    let name: Vec<u8> = names.iter().flat_map(|(_, pair)| *pair).collect();
    assert_eq!(name, b"MIKADO  ");

    let well = within_30_s(&station, "its measures", |v| {
        v.mpx.as_ref().is_some_and(|m| m.deviation_khz.is_some_and(|khz| khz > 8.0) && m.power_dbr.is_some())
    });
    let measured = well.mpx.unwrap();
    assert!(measured.deviation_khz.unwrap() <= 75.0 && measured.ceiling_hits == 0, "{measured:?}");
    // The reader has gone; the air has not.
    within_30_s(&station, "nobody reads again", unread);
    let later = within_30_s(&station, "it goes on", |v| v.position > well.position);
    assert!(later.levels.iter().all(|l| l.rms_dbfs.is_some()));
}

/// What `GStreamer`, told by the site's own description, hears of so many milliseconds.
fn received(description: &str, ms: u32) -> Vec<f32> {
    let line = |key: &str| description.lines().find_map(|l| l.strip_prefix(key)).unwrap();
    let port = line("m=audio ").split(' ').next().unwrap();
    assert_eq!(line("a=rtpmap:97 "), "L24/192000/1");
    let caps = "caps=application/x-rtp,media=audio,clock-rate=192000,encoding-name=L24,channels=1,payload=97";
    let child = Command::new("gst-launch-1.0")
        .args(["-q", "udpsrc", &format!("port={port}"), caps, &format!("num-buffers={ms}")])
        .args([
            "!",
            "rtpL24depay",
            "!",
            "audioconvert",
            "!",
            "audio/x-raw,format=F32LE",
            "!",
            "fdsink",
            "fd=1",
            "sync=false",
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let bytes = child.expect("this test needs gst-launch-1.0 (run `make setup-test`)").stdout;
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn an_exciter_on_the_network_gets_every_sample_of_the_multiplex() {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut station = station(&format!("rtp = \"127.0.0.1:{port}\""));
    station.start(&["air", "--site", "GAO"]);
    within_30_s(&station, "its PI", |v| v.mpx.as_ref().is_some_and(|m| m.pi.is_some()));
    let description = std::fs::read_to_string(station.path("sites/GAO/GAO-mpx.sdp")).unwrap();
    // A packet that is lost turns the pilot, and the groups break: a machine that had no time for one is asked again.
    let mut received = (0..5).map(|_| received(&description, 2_000));
    let whole = received.find(|mpx| mpx.len() == 2 * RATE && (pilot(mpx).0 - 0.09).abs() < 0.0005);
    let (groups, broken) = groups(&whole.expect("two seconds with a whole pilot"));
    assert!(groups.len() >= 20 && broken == 0, "{} groups, {broken} broken", groups.len());
    assert!(groups.iter().all(|g| g[0] == 0x5201), "{:04X?}", groups[0]);
    // The exciter has gone; the air has not, and the wall says so.
    let refused = |v: &Vitals| v.outputs.iter().any(|o| o.trouble.as_ref().is_some_and(|t| t.code == "rtp.refused"));
    let after = within_30_s(&station, "nobody listens", refused);
    within_30_s(&station, "it goes on", |v| v.position > after.position);
}
