//! The headquarters is killed at random moments of upload, ingest and approval. What it has acknowledged is never lost, no
//! card lacks its file, and every file that a card names can be read.
//!
//! `MIKADO_KILLS=200 cargo nextest run -p tests uploads` kills it so often; `MIKADO_SEED` chooses other moments.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::studio::{Studio, Visitor};

use crate::tone;

/// What a kill interrupts: shown at the end, so that nobody takes a test for more than it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doing {
    Announcing,
    Sending,
    Measuring,
    Approving,
}

/// What is killed, each as often, and how many microseconds after its begin at most: measuring takes a third of a second on a
/// free machine, the others some milliseconds.
const GOALS: [(Doing, u64); 4] =
    [(Doing::Announcing, 15_000), (Doing::Sending, 60_000), (Doing::Measuring, 350_000), (Doing::Approving, 15_000)];

/// Waits until the sender does this, a little while: what is rare must not end the test.
fn until_doing(goal: Doing, doing: &Mutex<Doing>, is_over: &AtomicBool) {
    let began = Instant::now();
    while *doing.lock().unwrap() != goal && !is_over.load(Ordering::SeqCst) && began.elapsed().as_secs() < 2 {
        sleep(Duration::from_micros(200));
    }
}

/// A sender that is never told more than it can check.
struct Sender<'a> {
    awa: &'a Visitor,
    doing: &'a Mutex<Doing>,
    /// No request is lost twice in a row for ever: this is the end of patience.
    until: Instant,
}

/// Tells that the sender has ended, also when it failed.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The next number of a simple generator (xorshift).
fn dice(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

impl Sender<'_> {
    /// Asks until there is an answer that is no trouble of a server in the middle of its start.
    fn ask(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String, String, String) {
        loop {
            assert!(Instant::now() < self.until, "{verb} {path} is never answered");
            if let Ok(answer) = self.awa.ask(verb, path, headers, body) {
                let header = |name: &str| answer.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned();
                let (offset, place) = (header("upload-offset"), header("location"));
                let status = answer.status().as_u16();
                if status < 500 && status != 423 {
                    return (status, offset, place, answer.into_body());
                }
                panic!("{verb} {path}: {status} {}", answer.body());
            }
            // The line broke: what the request did is not known, as in life.
            if matches!(verb, "PATCH" | "POST") {
                return (0, String::new(), String::new(), String::new());
            }
            sleep(Duration::from_millis(5));
        }
    }

    fn is_doing(&self, what: Doing) {
        *self.doing.lock().unwrap() = what;
    }

    /// Sends `bytes` in pieces of random length and gives the report.
    fn send(&self, bytes: &[u8], title: &str, chance: &mut u64) -> Value {
        self.is_doing(Doing::Announcing);
        let length = bytes.len().to_string();
        let metadata = format!("title {title},language Ym0=,filename YS53YXY=");
        let place = loop {
            let headers = [("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
            let (status, _, place, text) = self.ask("POST", "/api/envois", &headers, b"");
            assert!(status == 201 || status == 0, "{status} {text}");
            if status == 201 {
                break place;
            }
        };
        self.is_doing(Doing::Sending);
        let (mut acknowledged, mut from) = (0, 0);
        while from < bytes.len() {
            let until = (from + 1 + (dice(chance) % 200_000) as usize).min(bytes.len());
            let offset = from.to_string();
            let headers = [("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
            let (status, _, _, text) = self.ask("PATCH", &place, &headers, &bytes[from..until]);
            if status == 204 {
                (acknowledged, from) = (until, until);
                continue;
            }
            assert_eq!(status, 0, "{text}");
            let (status, offset, _, _) = self.ask("HEAD", &place, &[], b"");
            assert_eq!(status, 200);
            from = offset.parse().unwrap();
            assert!(from >= acknowledged, "{acknowledged} bytes were acknowledged, {from} are there");
        }
        self.is_doing(Doing::Measuring);
        loop {
            let (status, _, _, text) = self.ask("GET", &place, &[], b"");
            assert_eq!(status, 200, "{text}");
            let told: Value = serde_json::from_str(&text).unwrap();
            if told["state"] == "known" {
                return told["report"].clone();
            }
            assert_eq!(told["state"], "measuring", "{told}");
            sleep(Duration::from_millis(10));
        }
    }

    fn approve(&self, report: &Value) {
        self.is_doing(Doing::Approving);
        let asset = report["asset"].as_str().unwrap_or_else(|| panic!("refused: {report}"));
        let body = serde_json::json!({ "hash": report["hash"] }).to_string();
        let path = format!("/api/assets/{asset}/approve");
        let json = [("content-type", "application/json")];
        while self.ask("POST", &path, &json, body.as_bytes()).0 != 200 {}
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "what was interrupted tells how much the test is worth")]
fn a_kill_at_any_moment_loses_nothing_that_was_acknowledged() {
    let number = |name: &str, usual: u32| std::env::var(name).map_or(usual, |v| v.parse().unwrap());
    let (kills, seed) = (number("MIKADO_KILLS", 14), number("MIKADO_SEED", 7));
    let temp = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(&temp.path().join("studio"), "");
    let awa = studio.visitor("Awa");
    let sounds = [(330.0, 3), (440.0, 5), (550.0, 8)]
        .map(|(hz, seconds)| std::fs::read(tone(&temp.path().join("sound.wav"), hz, seconds)).unwrap());
    let (doing, is_over, killed) = (Mutex::new(Doing::Announcing), AtomicBool::new(false), AtomicU32::new(0));
    let interrupted = Mutex::new(BTreeMap::<Doing, u32>::new());
    let until = Instant::now() + Duration::from_secs(60 + u64::from(kills) * 4);
    let sender = Sender { awa: &awa, doing: &doing, until };
    let (facts, mut studio) = std::thread::scope(|scope| {
        let power = scope.spawn(|| {
            let mut chance = u64::from(seed) * 0x9E37_79B9 + 1;
            while killed.load(Ordering::SeqCst) < kills && !is_over.load(Ordering::SeqCst) {
                let (goal, within) = GOALS[(dice(&mut chance) % GOALS.len() as u64) as usize];
                until_doing(goal, &doing, &is_over);
                sleep(Duration::from_micros(dice(&mut chance) % within));
                *interrupted.lock().unwrap().entry(*doing.lock().unwrap()).or_default() += 1;
                studio.kill();
                killed.fetch_add(1, Ordering::SeqCst);
                studio.run();
            }
            // What this thread has started ends with it: the sender finishes its last sound first.
            while !is_over.load(Ordering::SeqCst) {
                sleep(Duration::from_millis(5));
            }
            studio
        });
        let end = End(&is_over);
        let mut chance = u64::from(seed) + 99;
        let mut facts: Vec<Value> = Vec::new();
        while killed.load(Ordering::SeqCst) < kills {
            let report = sender.send(&sounds[facts.len() % sounds.len()], "S8mUbsmU", &mut chance);
            sender.approve(&report);
            facts.push(report);
        }
        drop(end);
        (facts, power.join().unwrap())
    });
    studio.kill();
    studio.run();
    let interrupted = interrupted.into_inner().unwrap();
    println!("{kills} kills, seed {seed}: {} sounds came in; killed while {interrupted:?}", facts.len());
    settled(&studio, &awa, &facts);
}

/// Every acknowledged sound is approved, the same bytes are the same sound, and rows and files agree.
fn settled(studio: &Studio, awa: &Visitor, facts: &[Value]) {
    let mut hashes = BTreeMap::new();
    for (n, report) in facts.iter().enumerate() {
        let known = hashes.entry(n % 3).or_insert_with(|| report["hash"].clone());
        assert_eq!(*known, report["hash"], "the same bytes became another sound: {report}");
        let asset = report["asset"].as_str().unwrap();
        let page = awa.get(&format!("/mediatheque/{asset}")).unwrap();
        assert!(page.status() == 200 && page.body().contains("chip-good"), "{asset} was approved");
    }
    let findings = studio.json(&["check"]);
    let of_sound = |f: &&Value| {
        let code = f["code"].as_str().unwrap();
        code.starts_with("shelf.") || code.starts_with("catalogue.") || code.starts_with("audit.")
    };
    let bad: Vec<_> = findings.as_array().unwrap().iter().filter(of_sound).collect();
    assert!(bad.is_empty(), "{bad:?}");
    // Parcels whose announcement was never answered are all that may be left; none of them holds a byte.
    for entry in std::fs::read_dir(studio.dir().join("hq/staging")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        assert!(name == "parcels", "{name} was left behind");
    }
    for entry in std::fs::read_dir(studio.dir().join("hq/staging/parcels")).unwrap().map(Result::unwrap) {
        let is_paper = entry.path().extension().is_some_and(|e| e == "label" || e == "verdict");
        let is_empty = entry.metadata().unwrap().len() == 0;
        assert!(is_empty || is_paper, "{} was left behind", entry.path().display());
    }
}
