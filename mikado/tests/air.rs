//! The air process as a whole, started like an operator starts it and heard with tools that are not ours.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::{Rung, Vitals};

const MIKADO: &str = env!("CARGO_BIN_EXE_mikado");

struct Air {
    child: Child,
    started: Instant,
    dir: PathBuf,
}

impl Air {
    fn start(dir: &Path) -> Self {
        let started = Instant::now();
        let child = Command::new(MIKADO)
            .args(["--config", dir.join("mikado.toml").to_str().unwrap(), "air", "--site", "GAO"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, started, dir: dir.join("sites/GAO") }
    }

    fn vitals(&self) -> Option<Vitals> {
        let mut socket = UnixStream::connect(self.dir.join("air.sock")).ok()?;
        socket.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        socket.write_all(b"GET /vitals HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).ok()?;
        let body = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        mikado::wire::vitals_from_json(&answer[body..]).ok()
    }

    fn until(&self, what: &str, reached: impl Fn(&Vitals) -> bool) -> Vitals {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(vitals) = self.vitals().filter(|v| reached(v)) {
                return vitals;
            }
            assert!(Instant::now() < deadline, "never: {what}; {:?}", self.vitals());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.child.id() as i32).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Asks it to end and gives back its exit code and how long that took.
    fn end(mut self) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        let code = self.child.wait().unwrap().code();
        (code, asked.elapsed())
    }
}

impl Drop for Air {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn station(site: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mikado.toml"), format!("[[site]]\nid = \"GAO\"\n{site}")).unwrap();
    dir
}

fn ffmpeg_frames(input: &str, seconds: &str) -> usize {
    let args = ["-v", "error", "-nostdin", "-t", seconds, "-i", input, "-f", "s16le", "-ar", "48000", "-ac", "1", "-"];
    let output = Command::new("ffmpeg").args(args).output().expect("this test needs ffmpeg");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    output.stdout.len() / 2
}

#[test]
fn it_sounds_at_once_and_ends_when_asked() {
    let port = free_port();
    let dir = station(&format!("http = \"127.0.0.1:{port}\"\nwav = \"air.wav\"\n"));
    let air = Air::start(dir.path());
    let vitals = air.until("it measures its own sound", |v| v.levels.len() >= 2);
    assert!(vitals.levels.iter().all(|l| l.rms_dbfs.is_some_and(|db| db > -60.0)), "{:?}", vitals.levels);
    assert!(vitals.outputs.iter().all(|o| o.trouble.is_none() && o.lost.0 == 0), "{:?}", vitals.outputs);
    for (file, kind) in [("GAO.opus", "audio/ogg"), ("GAO.mp3", "audio/mpeg")] {
        let url = format!("http://127.0.0.1:{port}/{file}");
        assert_eq!(ffmpeg_frames(&url, "2"), 96_000, "{file}");
        let head = head_of(port, file);
        assert!(
            head.contains(&format!("content-type: {kind}\r\n")) && head.contains("cache-control: no-store"),
            "{head}"
        );
        assert!(head.contains("access-control-allow-origin: *"), "{head}");
    }
    let mode = fs::metadata(dir.path().join("sites/GAO/air.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Every frame that was rendered before the vitals were read lies after the start of the process.
    let vitals = air.until("it answers", |_| true);
    let silent_s = air.started.elapsed().as_secs_f64() - vitals.position.0 as f64 / 48_000.0;
    let (code, took) = air.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(silent_s < 1.5, "{silent_s} s until the first frame, on a machine that runs other tests too");
    let recorded = hound::WavReader::open(dir.path().join("sites/GAO/air.wav")).unwrap();
    let samples: Vec<i32> = recorded.into_samples().map(Result::unwrap).collect();
    assert!(samples.len() > 2 * 48_000);
    assert_eq!(samples.last(), Some(&0), "the last frame is at the bottom of the fade");
}

fn head_of(port: u16, file: &str) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(socket, "GET /{file} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\n\r\n").unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[test]
fn a_refused_config_and_a_taken_port_cost_outputs_and_never_the_sound() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let dir = station(&format!("http = \"127.0.0.1:{port}\"\ncard = \"default\"\ncolour = \"blue\"\n"));
    let air = Air::start(dir.path());
    let vitals = air.until("the port is complained of", |v| v.alarms.iter().any(|a| a.finding.code == "http.port"));
    assert!(vitals.alarms.iter().any(|a| a.finding.code.starts_with("config.")), "{:?}", vitals.alarms);
    let later = air.until("it sounds", |v| v.position > vitals.position && !v.levels.is_empty());
    assert!(later.rung <= Rung::Sustaining);
    drop(holder);
    air.until("the port is taken when it is free", |v| v.alarms.iter().all(|a| a.finding.code != "http.port"));
    assert_eq!(air.end().0, Some(0));
}

#[test]
fn a_killed_process_leaves_nothing_that_stops_the_next() {
    let dir = station("");
    let first = Air::start(dir.path());
    let boot = first.until("it answers", |_| true).boot;
    // Dropping it kills it: the socket stays behind.
    drop(first);
    assert!(dir.path().join("sites/GAO/air.sock").exists());
    let second = Air::start(dir.path());
    assert_ne!(second.until("the next answers on the same socket", |_| true).boot, boot);
}

#[test]
fn a_process_that_stood_still_goes_on_where_it_should_be() {
    let dir = station("");
    let air = Air::start(dir.path());
    air.until("it sounds", |v| !v.levels.is_empty());
    let ahead = |v: &Vitals| v.read_at.as_nanosecond() as f64 / 1e9 - v.position.0 as f64 / 48_000.0;
    let before = ahead(&air.until("it answers", |_| true));
    air.signal(rustix::process::Signal::STOP);
    std::thread::sleep(Duration::from_secs(3));
    air.signal(rustix::process::Signal::CONT);
    let vitals = air.until("it says what was lost", |v| v.alarms.iter().any(|a| a.finding.code == "pace.dropped"));
    let after = ahead(&air.until("it answers", |_| true));
    assert!((after - before).abs() < 0.05, "output and wall are {} s apart", after - before);
    assert!(vitals.outputs[0].lost.as_secs_f64() > 2.0, "{:?}", vitals.outputs[0]);
}

#[test]
fn a_listener_who_takes_nothing_is_dropped() {
    let port = free_port();
    let dir = station(&format!("http = \"127.0.0.1:{port}\"\nmp3 = \"320 kbit/s\"\n"));
    let air = Air::start(dir.path());
    air.until("it sounds", |v| !v.levels.is_empty());
    let mut slow = Vec::new();
    for _ in 0..3 {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 4_096).unwrap();
        write!(socket, "GET /GAO.mp3 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        slow.push(socket);
    }
    let listeners = |v: &Vitals| v.outputs.iter().find(|o| o.name == "mp3").and_then(|o| o.listeners);
    air.until("they listen", |v| listeners(v) == Some(3));
    drop(slow);
    air.until("who left is forgotten", |v| listeners(v) == Some(0));
}
