//! Somebody live, as a reporter does it: a right from the command line, ffmpeg as the sender, the air heard as a recording.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::{LiveState, Rung, Vitals};

const MIKADO: &str = env!("CARGO_BIN_EXE_mikado");

/// A process that does not outlive its test.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mikado(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(MIKADO);
    command.arg("--config").arg(dir.join("mikado.toml")).args(args).stderr(Stdio::null());
    command
}

fn json(dir: &Path, args: &[&str]) -> serde_json::Value {
    let output = mikado(dir, &[&["--json"], args].concat()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// ffmpeg as a reporter's program: a tone at the speed of time.
fn sender(port: u16, password: &str, hz: u32, format: &[&str]) -> Guarded {
    let tone = format!("sine=frequency={hz}:sample_rate=48000,volume=2");
    let to = format!("icecast://source:{password}@127.0.0.1:{port}/gao");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", &tone]).args(format).arg(to);
    Guarded(ffmpeg.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("ffmpeg"))
}

fn vitals(dir: &Path) -> Option<Vitals> {
    let mut socket = UnixStream::connect(dir.join("sites/GAO/air.sock")).ok()?;
    socket.write_all(b"GET /vitals HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).ok()?;
    let body = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    mikado::wire::vitals_from_json(&answer[body..]).ok()
}

fn until(dir: &Path, within: Duration, what: &str, reached: impl Fn(&Vitals) -> bool) -> Vitals {
    let deadline = Instant::now() + within;
    loop {
        if let Some(vitals) = vitals(dir).filter(&reached) {
            return vitals;
        }
        assert!(Instant::now() < deadline, "never: {what}; {:?}", vitals(dir).map(|v| (v.rung, v.live, v.alarms)));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a second source is answered.
fn knock(port: u16, password: &str) -> String {
    use base64::Engine as _;
    let pair = base64::prelude::BASE64_STANDARD.encode(format!("source:{password}"));
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(socket, "SOURCE /gao HTTP/1.0\r\nAuthorization: Basic {pair}\r\nContent-Type: audio/mpeg\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

/// How much of a tone is in these samples: 1 is all.
fn share(samples: &[f64], hz: f64) -> f64 {
    let (mut s, mut c, mut power) = (0.0, 0.0, 1e-12);
    for (i, v) in samples.iter().enumerate() {
        let angle = i as f64 * hz / 48_000.0 * std::f64::consts::TAU;
        (s, c, power) = (s + v * angle.sin(), c + v * angle.cos(), power + v * v);
    }
    2.0 * (s * s + c * c) / (power * samples.len() as f64)
}

/// Windows of 100 ms in which a tone is nearly all, as runs of (first, length); and the longest silence in windows.
fn heard(samples: &[f64], hz: f64) -> (Vec<(usize, usize)>, usize) {
    let (mut runs, mut silence, mut longest): (Vec<(usize, usize)>, usize, usize) = (Vec::new(), 0, 0);
    for (n, window) in samples.chunks_exact(4_800).enumerate() {
        if share(window, hz) > 0.99 {
            match runs.last_mut() {
                Some((first, length)) if *first + *length == n => *length += 1,
                _ => runs.push((n, 1)),
            }
        }
        silence = if window.iter().all(|v| v.abs() < 1e-3) { silence + 1 } else { 0 };
        longest = longest.max(silence);
    }
    (runs, longest)
}

#[test]
fn a_reporter_is_heard_and_what_happens_to_them_costs_no_silence() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let site = format!(
        "[[site]]\nid = \"GAO\"\nopus = \"off\"\nmp3 = \"off\"\nwav = \"air.wav\"\n\
         aircheck = {{ opus = \"off\" }}\nlive = {{ listen = \"127.0.0.1:{port}\", buffer = \"300ms\" }}\n"
    );
    fs::write(dir.join("mikado.toml"), site).unwrap();
    let air = Guarded(mikado(dir, &["air", "--site", "GAO"]).stdout(Stdio::null()).spawn().unwrap());
    let hour = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).to_string();
    let right = json(dir, &["live", "grant", "--site", "GAO", "--person", "Awa Touré", "--until", &hour]);
    let password = right["password"].as_str().unwrap().to_owned();
    let soon = Duration::from_secs(8);
    until(dir, soon, "its time is trusted", |v| v.time_trusted);

    let opus = sender(
        port,
        &password,
        1_000,
        &["-c:a", "libopus", "-page_duration", "20000", "-f", "ogg", "-content_type", "audio/ogg"],
    );
    let on = until(dir, soon, "the reporter is on the air", |v| v.rung == Rung::Live);
    let live = on.live.unwrap();
    assert_eq!((live.person.as_str(), live.state), ("Awa Touré", LiveState::OnAir));
    assert!(live.source.starts_with("Ogg · ") && live.buffer_ms < 1_000, "{live:?}");
    let second = knock(port, &password);
    assert!(second.starts_with("HTTP/1.0 403 ") && second.contains("Awa Touré"), "{second}");
    assert!(knock(port, "abcd-wrong").starts_with("HTTP/1.0 401 "));
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(vitals(dir).unwrap().rung, Rung::Live, "neither has changed anything");
    drop(opus);
    until(dir, Duration::from_secs(2), "the plan has the air again", |v| v.rung < Rung::Live);

    let mp3 = sender(port, &password, 1_500, &["-c:a", "libmp3lame", "-f", "mp3", "-content_type", "audio/mpeg"]);
    until(dir, soon, "the reporter is back by MP3", |v| v.rung == Rung::Live);
    std::thread::sleep(Duration::from_millis(700));
    json(dir, &["live", "revoke", "--site", "GAO", right["id"].as_str().unwrap()]);
    until(dir, Duration::from_secs(3), "without a right there is no air", |v| v.rung < Rung::Live && v.live.is_none());
    drop(mp3);

    let pid = rustix::process::Pid::from_raw(air.0.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let mut air = air;
    air.0.wait().unwrap();
    let recorded = hound::WavReader::open(dir.join("sites/GAO/air.wav")).unwrap();
    let left = recorded.into_samples::<i32>().step_by(2).map(|s| f64::from(s.unwrap()) / 8_388_608.0);
    let samples: Vec<f64> = left.collect();
    for (hz, least) in [(1_000.0, 10), (1_500.0, 6)] {
        let (runs, silence) = heard(&samples, hz);
        // A machine that runs other tests too may stand still for longer than the buffer holds.
        let windows: usize = runs.iter().map(|(_, length)| length).sum();
        assert!(windows >= least && silence < 2, "{hz} Hz: {runs:?}, {silence} windows of silence");
    }
    let journal: String = fs::read_dir(dir.join("sites/GAO/journal"))
        .unwrap()
        .filter_map(|file| fs::read_to_string(file.unwrap().path()).ok())
        .collect();
    assert_eq!(journal.matches("\"asset\":\"direct-awa-toure\"").count(), 2, "{journal}");
}
