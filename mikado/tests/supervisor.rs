//! The supervisor with real processes: what dies comes back, and its own death stops nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const MIKADO: &str = env!("CARGO_BIN_EXE_mikado");
/// A loaded test machine starts a process much later than a studio's.
const PATIENCE: Duration = Duration::from_secs(20);

/// A station folder with one site; whatever was started on it ends with it.
struct Station {
    dir: tempfile::TempDir,
    supervisors: Vec<Child>,
}

impl Station {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ports = [free_port(), free_port()];
        let config = format!(
            "[hq]\nhttp = \"127.0.0.1:{}\"\n[[site]]\nid = \"GAO\"\nhttp = \"127.0.0.1:{}\"\n",
            ports[0], ports[1]
        );
        std::fs::write(dir.path().join("mikado.toml"), config).unwrap();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
        let station = scheduler::Station::from_reference(
            &std::fs::read_to_string(demo.join("reference_week.toml")).unwrap(),
            &std::fs::read_to_string(demo.join("campaigns.toml")).unwrap(),
        );
        std::fs::write(dir.path().join("station.toml"), station.unwrap().to_toml().unwrap()).unwrap();
        Self { dir, supervisors: Vec::new() }
    }

    fn supervise(&mut self) -> u32 {
        let child = Command::new(MIKADO).current_dir(self.dir.path()).arg("run").stdout(Stdio::null()).spawn().unwrap();
        let pid = child.id();
        self.supervisors.push(child);
        pid
    }

    /// The process that the state file of `name` names, once it is alive and none of `not`.
    #[track_caller]
    fn process(&self, name: &str, not: &[u32]) -> u32 {
        let state = self.dir.path().join("run").join(format!("{name}.json"));
        let named = || {
            let named: serde_json::Value = serde_json::from_slice(&std::fs::read(&state).ok()?).ok()?;
            u32::try_from(named["pid"].as_u64()?).ok().filter(|pid| is_alive(*pid) && !not.contains(pid))
        };
        until(named).unwrap_or_else(|| panic!("{name} does not run"))
    }

    fn wait_for_supervisor(&mut self) -> Option<i32> {
        let mut child = self.supervisors.pop().unwrap();
        until(|| child.try_wait().unwrap()).and_then(|status| status.code())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        for child in &mut self.supervisors {
            let _ = child.kill();
            let _ = child.wait();
        }
        for name in ["hq", "air-GAO"] {
            let state = self.dir.path().join("run").join(format!("{name}.json"));
            let text = std::fs::read(state).unwrap_or_default();
            let named: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
            if let Some(pid) = named["pid"].as_u64().and_then(|p| u32::try_from(p).ok()) {
                signal(pid, Signal::KILL);
            }
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn until<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
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
fn is_alive(pid: u32) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(MIKADO.as_bytes()))
}

fn signal(pid: u32, signal: Signal) {
    if is_alive(pid) {
        let _ = kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal);
    }
}

#[test]
fn what_dies_comes_back() {
    let mut station = Station::new();
    station.supervise();
    let (air, hq) = (station.process("air-GAO", &[]), station.process("hq", &[]));
    signal(air, Signal::KILL);
    let killed = Instant::now();
    let again = station.process("air-GAO", &[air]);
    assert!(killed.elapsed() < Duration::from_millis(1000), "a new air process after {:?}", killed.elapsed());
    signal(hq, Signal::KILL);
    station.process("hq", &[hq]);
    assert!(is_alive(again), "the death of hq touched the air");
}

#[test]
fn the_death_of_the_supervisor_stops_nothing_and_the_next_one_adopts() {
    let mut station = Station::new();
    let first = station.supervise();
    let (air, hq) = (station.process("air-GAO", &[]), station.process("hq", &[]));
    signal(first, Signal::KILL);
    station.wait_for_supervisor();
    assert!(is_alive(air) && is_alive(hq));
    let second = station.supervise();
    // A supervisor that adopts nobody would start its own within this time.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!((station.process("air-GAO", &[]), station.process("hq", &[])), (air, hq));
    signal(air, Signal::KILL);
    station.process("air-GAO", &[air]);
    let air = station.process("air-GAO", &[air]);
    signal(second, Signal::TERM);
    assert_eq!(station.wait_for_supervisor(), Some(0));
    assert!(!is_alive(air) && !is_alive(hq), "stopped when asked");
    assert!(!station.dir.path().join("run/hq.json").exists());
}

#[test]
fn two_supervisors_never_share_a_folder() {
    let mut station = Station::new();
    station.supervise();
    station.process("hq", &[]);
    let second = Command::new(MIKADO).current_dir(station.dir.path()).arg("run").output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(told.contains("tourne déjà"), "{told}");
}
