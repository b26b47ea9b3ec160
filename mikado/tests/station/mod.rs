//! A small station in a folder of its own, driven through the real executable.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use domain::Vitals;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The executable under test.
pub const MIKADO: &str = env!("CARGO_BIN_EXE_mikado");
/// A loaded test machine starts a process much later than a studio's.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with a config of the site GAO and the reference week as its station file; what runs on it ends with it.
pub struct Station {
    dir: tempfile::TempDir,
    /// Where the pages are served.
    pub hq_port: u16,
    /// Where the site's streams are served.
    pub air_port: u16,
    children: Vec<Child>,
}

impl Station {
    /// A new folder.
    pub fn new() -> Self {
        let (hq_port, air_port) = free_ports();
        let station = Self { dir: tempfile::tempdir().unwrap(), hq_port, air_port, children: Vec::new() };
        std::fs::write(station.path("mikado.toml"), station.config()).unwrap();
        let text = |name: &str| std::fs::read_to_string(demo(name)).unwrap();
        let week = scheduler::Station::from_reference(&text("reference_week.toml"), &text("campaigns.toml")).unwrap();
        std::fs::write(station.path("station.toml"), week.to_toml().unwrap()).unwrap();
        station
    }

    /// The text of its config.
    pub fn config(&self) -> String {
        let (hq, air) = (self.hq_port, self.air_port);
        format!("[hq]\nhttp = \"127.0.0.1:{hq}\"\n[[site]]\nid = \"GAO\"\nhttp = \"127.0.0.1:{air}\"\n")
    }

    /// A file of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What the site's air process says of itself, once it answers.
    pub fn vitals(&self) -> Option<Vitals> {
        let mut socket = UnixStream::connect(self.path("sites/GAO/air.sock")).ok()?;
        socket.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        socket.write_all(b"GET /vitals HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).ok()?;
        let body = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        mikado::wire::vitals_from_json(&answer[body..]).ok()
    }

    /// What it says once it has come to this; it has half a minute.
    #[track_caller]
    pub fn comes_to(&self, what: &str, reached: impl Fn(&Vitals) -> bool) -> Vitals {
        until(|| self.vitals().filter(&reached)).unwrap_or_else(|| {
            panic!("never: {what}: {:?}", self.vitals().map(|v| (v.rung, v.live, v.alarms, v.outputs)))
        })
    }

    /// Runs a command to its end.
    pub fn mikado(&self, args: &[&str]) -> Output {
        Command::new(MIKADO).current_dir(self.dir.path()).args(args).output().unwrap()
    }

    /// Runs a command that must end well and answers with its JSON.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.mikado(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Starts a command that stays and answers with its process number.
    pub fn start(&mut self, args: &[&str]) -> u32 {
        self.start_among(args, &[])
    }

    /// The same with such things in its environment.
    pub fn start_among(&mut self, args: &[&str], environment: &[(&str, &OsStr)]) -> u32 {
        let mut command = Command::new(MIKADO);
        command.current_dir(self.dir.path()).args(args).envs(environment.iter().copied());
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let pid = child.id();
        self.children.push(child);
        pid
    }

    /// The exit code of the command started last, once it has ended; `None` when it was killed.
    #[track_caller]
    pub fn ended(&mut self) -> Option<i32> {
        let mut child = self.children.pop().unwrap();
        until(|| child.try_wait().unwrap()).expect("ended").code()
    }

    /// The process that the state file of `name` names, once it is alive and none of `not`.
    #[track_caller]
    pub fn process(&self, name: &str, not: &[u32]) -> u32 {
        let named = || self.named(name).filter(|pid| is_alive(*pid) && !not.contains(pid));
        until(named).unwrap_or_else(|| panic!("{name} does not run"))
    }

    fn named(&self, name: &str) -> Option<u32> {
        let text = std::fs::read(self.path(&format!("run/{name}.json"))).ok()?;
        let named: Value = serde_json::from_slice(&text).ok()?;
        u32::try_from(named["pid"].as_u64()?).ok()
    }
}

/// A foreign process that ends with its test.
pub struct Guarded(pub Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        for pid in ["hq", "air-GAO"].iter().filter_map(|name| self.named(name)) {
            signal(pid, Signal::KILL);
        }
    }
}

/// A file of the repository's demonstration data.
pub fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo").join(file)
}

/// What a command printed.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command said on its standard error.
pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn free_ports() -> (u16, u16) {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [a, b] = listeners.map(|l| l.local_addr().unwrap().port());
    (a, b)
}

/// Looks again and again until there is something to see.
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// Whether it runs one of our commands: numbers are given again, and zombies have no words.
pub fn is_alive(pid: u32) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(MIKADO.as_bytes()))
}

/// Sends a signal to a process of ours.
pub fn signal(pid: u32, signal: Signal) {
    if is_alive(pid) {
        let _ = kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal);
    }
}
