//! The air check of a real air process, killed in the middle: heard by ffmpeg, found by the wall clock, verified.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::Vitals;
use jiff::{SignedDuration, Timestamp};

const MIKADO: &str = env!("CARGO_BIN_EXE_mikado");

struct Air(Child);

impl Drop for Air {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mikado(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(MIKADO);
    command.current_dir(dir).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(dir: &Path) -> Air {
    Air(mikado(dir, &["air", "--site", "GAO"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

fn vitals(dir: &Path) -> Option<Vitals> {
    let mut socket = UnixStream::connect(dir.join("sites/GAO/air.sock")).ok()?;
    socket.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    socket.write_all(b"GET /vitals HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).ok()?;
    let body = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    mikado::wire::vitals_from_json(&answer[body..]).ok()
}

fn until(dir: &Path, what: &str, reached: impl Fn(&Vitals) -> bool) -> Vitals {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(vitals) = vitals(dir).filter(&reached) {
            return vitals;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// When the output stood at its first frame, by the wall: the middle one of several readings.
fn zero(dir: &Path) -> Timestamp {
    let reading = |_| {
        let v = vitals(dir).unwrap();
        v.read_at - SignedDuration::try_from(domain::Frames(v.position.0).as_duration()).unwrap()
    };
    let mut readings: Vec<Timestamp> = (0..9).map(reading).collect();
    readings.sort_unstable();
    readings[4]
}

/// Mono samples at the house rate, decoded by ffmpeg.
fn heard(path: &Path) -> Vec<f32> {
    let args =
        ["-v", "error", "-nostdin", "-i", path.to_str().unwrap(), "-f", "f32le", "-ar", "48000", "-ac", "1", "-"];
    let output = Command::new("ffmpeg").args(args).output().expect("this test needs ffmpeg");
    output.stdout.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// How many frames `part` lies behind where it is expected in `whole`, by the best correlation within 100 ms.
fn late_frames(whole: &[f32], part: &[f32], expected: usize) -> (i64, f64) {
    let likeness = |shift: i64| {
        let from = (expected as i64 + shift) as usize;
        let pairs = part.iter().zip(&whole[from..]).step_by(2).map(|(a, b)| (f64::from(*a), f64::from(*b)));
        let (cross, a, b) = pairs.fold((0.0, 0.0, 0.0), |(c, x, y), (a, b)| (c + a * b, x + a * a, y + b * b));
        cross / (a * b).sqrt().max(1e-9)
    };
    let coarse = (-4_800..=4_800).step_by(12).max_by(|x, y| likeness(*x).total_cmp(&likeness(*y))).unwrap();
    let best = (coarse - 12..=coarse + 12).max_by(|x, y| likeness(*x).total_cmp(&likeness(*y))).unwrap();
    (best, likeness(best))
}

#[test]
fn a_clip_of_a_killed_process_holds_its_moment_and_a_changed_byte_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let config = "[[site]]\nid = \"GAO\"\nopus = \"off\"\nmp3 = \"off\"\nwav = \"air.wav\"\n\
                  [site.aircheck]\ndisk_free_min = \"1MB\"\n";
    std::fs::write(dir.join("mikado.toml"), config).unwrap();
    let mut air = start(dir);
    until(dir, "five seconds on the air", |v| v.position.0 > 5 * 48_000);
    let began = zero(dir);
    let last = vitals(dir).unwrap().position.0;
    air.0.kill().unwrap();
    air.0.wait().unwrap();
    let from = began + SignedDuration::from_millis(1_500);
    let (from, whole) = (from.to_string(), heard(&dir.join("sites/GAO/air.wav")));
    for clip in ["clip.wav", "clip.opus"] {
        let cut = mikado(dir, &["aircheck", "--site", "GAO", "--from", &from, "--for", "1500ms", "--out", clip]);
        let output = { cut }.output().unwrap();
        assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        let part = heard(&dir.join(clip));
        assert_eq!(part.len(), 72_000, "{clip}");
        let (late, likeness) = late_frames(&whole, &part, 72_000);
        println!("{clip}: {late} frames off, likeness {likeness:.4}");
        assert!(late.abs() <= 960 && likeness > 0.9, "{clip}: {late} frames off, likeness {likeness}");
    }
    let kept = heard_pieces(dir).len() as u64;
    println!("kept {kept} of {last} frames at the kill");
    assert!(kept + 96_000 > last, "{kept} of {last} frames are kept");
    // The next life, without the other recorder, seals what was left; then any changed byte is found.
    std::fs::write(dir.join("mikado.toml"), config.replace("wav = \"air.wav\"\n", "")).unwrap();
    drop(start_and_stop(dir));
    let verify = || mikado(dir, &["aircheck", "--verify", "--site", "GAO"]).output().unwrap();
    assert_eq!(verify().status.code(), Some(0), "{}", String::from_utf8_lossy(&verify().stdout));
    let piece = pieces(dir).remove(0);
    let mut bytes = std::fs::read(&piece).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&piece, bytes).unwrap();
    let told = verify();
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stdout).contains("n’est plus ce qui a été enregistré"), "{told:?}");
}

fn start_and_stop(dir: &Path) -> Air {
    let mut air = start(dir);
    until(dir, "it records", |v| v.outputs.iter().any(|o| o.name == "aircheck" && o.taken.0 > 0));
    let pid = rustix::process::Pid::from_raw(air.0.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    air.0.wait().unwrap();
    air
}

fn pieces(dir: &Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir(dir.join("sites/GAO/aircheck")).unwrap().map(|e| e.unwrap().path());
    let mut pieces: Vec<_> = all.filter(|p| p.extension().is_some_and(|e| e == "opus")).collect();
    pieces.sort();
    pieces
}

fn heard_pieces(dir: &Path) -> Vec<f32> {
    pieces(dir).iter().flat_map(|p| heard(p)).collect()
}
