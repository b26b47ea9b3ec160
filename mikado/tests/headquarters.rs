//! The headquarters as a process: what it publishes, what a change does, what render makes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod station;

use std::f64::consts::TAU;
use std::path::Path;

use playout::planfile::{PlanBundle, PlanSlots};
use rustix::process::Signal;
use station::{Station, signal, told, until};

const SHIFT: [&str; 2] = ["--clock-shift-ms", "0"];

fn slots(station: &Station) -> PlanSlots {
    PlanSlots::open(station.path("sites/GAO/plans"), "GAO".parse().unwrap()).unwrap()
}

#[track_caller]
fn published(station: &Station, newer_than: u64) -> PlanBundle {
    until(|| slots(station).load().0.filter(|b| b.revision.0 > newer_than)).expect("a newer plan")
}

/// A mono tone as a WAV file.
fn tone(path: &Path, hz: f64, seconds: u32) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..seconds * 48_000 {
        wav.write_sample(((f64::from(n) * hz * TAU / 48_000.0).sin() * 6_000.0) as i16).unwrap();
    }
    wav.finalize().unwrap();
}

/// The share of a stretch's power that lies at `hz` (Goertzel).
fn share_at(samples: &[f64], hz: f64) -> f64 {
    let w = TAU * hz / 48_000.0;
    let (mut s1, mut s2) = (0.0, 0.0);
    for x in samples {
        (s1, s2) = (x + 2.0 * w.cos() * s1 - s2, s1);
    }
    let power: f64 = samples.iter().map(|x| x * x).sum();
    let at = s1 * s1 + s2 * s2 - 2.0 * w.cos() * s1 * s2;
    2.0 * at / (power * samples.len() as f64).max(1e-12)
}

#[test]
fn plans_are_published_once_and_again_only_when_something_differs() {
    let mut station = Station::new();
    let hq = station.start(&[&SHIFT[..], &["hq"]].concat());
    let first = published(&station, 0);
    assert_eq!(first.plans.len(), 3, "today and two days more");
    signal(hq, Signal::TERM);
    assert_eq!(station.ended(), Some(0));
    station.start(&["hq"]);
    until(|| std::net::TcpStream::connect(("127.0.0.1", station.hq_port)).ok()).expect("pages");
    tone(&station.path("tone.wav"), 997.0, 30);
    let programme = first.plans[1].entries()[0].programme.clone();
    let args =
        ["ingest", "tone.wav", "--language", "fr", "--title", "Ton", "--approve", "--programme", programme.as_str()];
    let entered = station.json(&args);
    assert_eq!(entered["verdict"], "ready", "{entered}");
    assert_eq!(entered["status"], "ready");
    let second = published(&station, first.revision.0);
    let airs = |b: &PlanBundle| {
        let mut entries = b.plans.iter().flat_map(domain::SitePlan::entries);
        entries.any(|e| matches!(&e.what, domain::What::Audio { asset, .. } if asset.as_str() == entered["asset"]))
    };
    assert!(!airs(&first) && airs(&second));
    assert_eq!(second.revision.0, first.revision.0 + 1, "a restart alone publishes nothing");
    let now = jiff::Timestamp::now();
    let why = station.json(&["why", "--site", "GAO", "--at", &now.to_string()]);
    let kept = why["in_force"]["revision"].as_u64().expect("what was in force a moment ago is kept");
    assert!((1..=second.revision.0).contains(&kept), "{why}");
    assert_eq!((&why["in_force"]["publication"], &why["in_force"]["author"]), (&1.into(), &"hq".into()), "{why}");
}

#[test]
fn render_sounds_what_the_plan_promises_at_its_minute() {
    let station = Station::new();
    let day = "2026-11-24";
    let slots = station.json(&["plan", "--site", "GAO", "--day", day, "--programmes"]);
    let slot = slots.as_array().unwrap().iter().find(|s| s["start_s"] == 8 * 3600 + 600).expect("an opt-out at 08:10");
    assert_eq!(slot["origin"], "decrochage");
    tone(&station.path("tone.wav"), 997.0, 120);
    let programme = slot["programme"].as_str().unwrap();
    let language = slot["lang"].as_str().unwrap();
    let args = ["ingest", "tone.wav", "--language", language, "--title", "Ton", "--approve", "--programme", programme];
    let asset = station.json(&args)["asset"].clone();
    let plan = station.json(&["plan", "--site", "GAO", "--day", day]);
    let entries = plan["entries"].as_array().unwrap();
    let entry = entries.iter().find(|e| e["asset"] == asset).expect("the tone in the plan");
    let at: jiff::Timestamp = entry["at"].as_str().unwrap().parse().unwrap();
    let from = (at - jiff::SignedDuration::from_secs(1)).to_string();
    let args = ["render", "--site", "GAO", "--from", &from, "--for", "3s", "--out", "air.wav"];
    let rendered = station.json(&args);
    assert_eq!(rendered["length_frames"], 3 * 48_000);
    let mut wav = hound::WavReader::open(station.path("air.wav")).unwrap();
    let spec = wav.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 48_000, 24));
    let left: Vec<f64> = wav.samples::<i32>().step_by(2).map(|s| f64::from(s.unwrap()) / 8_388_608.0).collect();
    assert_eq!(left.len(), 3 * 48_000);
    let (before, after) = (&left[..46_000], &left[50_000..140_000]);
    assert!(share_at(before, 997.0) < 0.05, "before: {}", share_at(before, 997.0));
    assert!(share_at(after, 997.0) > 0.95, "after: {}", share_at(after, 997.0));
    assert!(before.iter().any(|s| s.abs() > 1e-4), "silence before the programme");
    let again = station.mikado(&["render", "--site", "GAO", "--from", &from, "--for", "3s", "--out", "again.wav"]);
    assert!(again.status.success(), "{}", told(&again));
    let bytes = |name: &str| std::fs::read(station.path(name)).unwrap();
    assert_eq!(bytes("air.wav"), bytes("again.wav"));
}

#[test]
fn a_refused_config_costs_the_site_nothing_but_a_sentence() {
    let mut station = Station::new();
    std::fs::write(station.path("mikado.toml"), station.config() + "opsu = \"64 kbit/s\"\n").unwrap();
    station.start(&["air", "--site", "GAO"]);
    let url = format!("http://127.0.0.1:{}/GAO.mp3", station.air_port);
    let heard = until(|| {
        let mut reader = ureq::get(&url).call().ok()?.into_body().into_reader();
        let mut bytes = vec![0; 4_096];
        std::io::Read::read_exact(&mut reader, &mut bytes).ok()
    });
    assert!(heard.is_some(), "no sound from a site whose config has a typo");
}

#[test]
fn check_names_a_damaged_plan_and_ends_with_one() {
    let mut station = Station::new();
    let hq = station.start(&["hq"]);
    published(&station, 0);
    signal(hq, Signal::TERM);
    station.ended();
    let fine = station.mikado(&["check"]);
    assert_eq!(fine.status.code(), Some(0), "{}{}", station::out(&fine), told(&fine));
    let slot = ["a", "b"]
        .map(|n| station.path(&format!("sites/GAO/plans/{n}.plan")))
        .into_iter()
        .find(|p| p.exists())
        .unwrap();
    let mut bytes = std::fs::read(&slot).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&slot, bytes).unwrap();
    let bad = station.mikado(&["check", "--json"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(station::out(&bad).contains("plan.damaged"), "{}", station::out(&bad));
}

#[test]
fn a_taken_address_is_told_with_what_to_change() {
    let station = Station::new();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", station.hq_port)).unwrap();
    let hq = station.mikado(&["hq"]);
    assert_eq!(hq.status.code(), Some(1));
    assert!(told(&hq).contains("[hq] http") && told(&hq).contains("l'antenne continue"), "{}", told(&hq));
}

#[test]
fn doctor_answers_with_sentences_a_script_can_read() {
    let station = Station::new();
    let doctor = station.mikado(&["doctor", "--json"]);
    let looks: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let all_good = looks.as_array().unwrap().iter().all(|l| l["good"] == true);
    assert_eq!(doctor.status.code(), Some(i32::from(!all_good)));
    for what in ["heure", "disque", "port", "noyau"] {
        assert!(looks.as_array().unwrap().iter().any(|l| l["what"] == what), "{what}");
    }
}
