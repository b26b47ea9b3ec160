//! A whole station, running: the product's own binary in a folder of its own, ended with the test.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustix::process::Signal;
use serde_json::Value;

use crate::foreign::{bound_to_us, decode};
use crate::processes::{self, Process};
use crate::sound::Sound;

/// The seven sites of the reference week.
pub const SITES: [&str; 7] = ["BKO", "MOP", "TBT", "GAO", "KDL", "TES", "MEN"];

/// The binary that this build made, or the one that `MIKADO_BINARY` names.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("MIKADO_BINARY") {
        return named.into();
    }
    let own = std::env::current_exe().unwrap();
    let found = own.ancestors().skip(1).take(3).map(|d| d.join("mikado")).find(|p| p.is_file());
    found.expect("the mikado binary is not built: run `make test`, or cargo build -p mikado")
}

/// Runs a command of the binary to its end and gives what it printed.
pub fn mikado(arguments: &[&str]) -> std::process::Output {
    Command::new(binary()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// A port on which nothing listened a moment ago, with room for one per site behind it.
pub fn free_ports() -> u16 {
    let here = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    // Below the kernel's ephemeral range, so that no outgoing connection takes one; the start differs between processes.
    let first = 15_000 + (std::process::id() % 700) as u16 * 20;
    let mut bases = (first..31_000).step_by(20).chain((15_000..first).step_by(20));
    bases.find(|base| (*base..base + 20).all(here)).expect("twenty free ports in a row")
}

/// A running demonstration station.
#[derive(Debug)]
pub struct Station {
    dir: PathBuf,
    http: SocketAddr,
    launcher: Child,
    started: Instant,
}

impl Station {
    /// Starts `mikado demo` in `dir` with its wall clock at `at`, and returns at once.
    pub fn start(dir: &Path, at: &str) -> Self {
        fs::create_dir_all(dir).unwrap();
        let http = SocketAddr::from(([127, 0, 0, 1], free_ports()));
        let said = fs::File::create(dir.with_extension("said")).unwrap();
        let mut demo = Command::new(binary());
        demo.args(["demo", "--dir"]).arg(dir).args(["--http", &http.to_string(), "--at", at]);
        // A killed test leaves no station behind: INT is what Ctrl-C would send.
        let launcher = bound_to_us(&demo, "INT")
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        Self { dir: dir.to_owned(), http, launcher, started: Instant::now() }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The address of its pages.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Time since it was started.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// What it has printed.
    pub fn said(&self) -> String {
        fs::read_to_string(self.dir.with_extension("said")).unwrap_or_default()
    }

    /// Every process of the station.
    pub fn processes(&self) -> Vec<Process> {
        processes::naming(&self.dir)
    }

    /// The air process of a site, or `None` while there is none.
    pub fn air(&self, site: &str) -> Option<Process> {
        self.processes().into_iter().find(|p| p.says(&["air", "--site", site]))
    }

    /// The headquarters process, or `None` while there is none.
    pub fn hq(&self) -> Option<Process> {
        self.processes().into_iter().find(|p| p.says(&["hq"]))
    }

    /// The wall clock of the station: this machine's and the shift that its processes were given.
    pub fn wall(&self) -> Timestamp {
        let shift = self.processes().iter().find_map(|p| {
            let at = p.arguments.iter().position(|a| a == "--clock-shift-ms")?;
            p.arguments.get(at + 1)?.parse::<i64>().ok()
        });
        Timestamp::now() + SignedDuration::from_millis(shift.expect("a process of the station names its clock shift"))
    }

    /// Sleeps until the station's wall clock shows `when`; fails when it lies more than 200 s ahead.
    pub fn wait_for_wall(&self, when: &str) {
        let left = when.parse::<Timestamp>().unwrap().duration_since(self.wall());
        assert!(left < SignedDuration::from_secs(200), "{when} lies {left:?} ahead");
        sleep(left.try_into().unwrap_or_default());
    }

    /// The config as written.
    pub fn config(&self) -> toml::Table {
        let path = self.dir.join("mikado.toml");
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).parse().unwrap()
    }

    /// Where a site's stream is received: `format` is `opus` or `mp3`.
    pub fn stream(&self, site: &str, format: &str) -> String {
        let config = self.config();
        let sites = config["site"].as_array().expect("mikado.toml has [[site]] tables");
        let found = sites.iter().find(|s| s["id"].as_str() == Some(site)).expect("the site is in mikado.toml");
        format!("http://{}/{site}.{format}", found["http"].as_str().expect("a site of the demo has a port"))
    }

    /// The vitals that an air process tells now, or `None` when it does not answer.
    pub fn vitals(&self, site: &str) -> Option<Value> {
        let mut socket = UnixStream::connect(self.dir.join("sites").join(site).join("air.sock")).ok()?;
        socket.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
        socket.write_all(b"GET /vitals HTTP/1.0\r\nHost: air\r\n\r\n").ok()?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).ok()?;
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }

    /// What a site's journal holds, one short line per record: for a person who wonders why a claim did not hold.
    pub fn aired(&self, site: &str) -> String {
        let folder = self.dir.join("sites").join(site).join("journal");
        let mut files: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
        files.sort();
        let mut told = format!("{site} aired:\n");
        for line in files
            .iter()
            .filter_map(|f| fs::read_to_string(f).ok())
            .flat_map(|t| t.lines().map(str::to_owned).collect::<Vec<_>>())
        {
            let whole: Value = serde_json::from_str(&line).unwrap_or_default();
            let Some(record) = whole.get("record") else { continue };
            let word = |key: &str| record.get(key).map(Value::to_string).unwrap_or_default();
            let fields =
                ["kind", "wall", "at_frames", "length_frames", "from_frames", "rung", "outcome", "asset"].map(word);
            told.push_str("  ");
            told.push_str(&fields.join(" "));
            told.push('\n');
        }
        told
    }

    /// The codes of a site's alarms now.
    pub fn alarms(&self, site: &str) -> Vec<String> {
        let vitals = self.vitals(site).unwrap_or_default();
        let alarms = vitals["alarms"].as_array().cloned().unwrap_or_default();
        alarms.iter().filter_map(|a| Some(a["code"].as_str()?.to_owned())).collect()
    }

    /// The newest measured level of a site in dBFS, or `None` when it tells none or only silence.
    pub fn measured_dbfs(&self, site: &str) -> Option<f64> {
        self.vitals(site)?["levels"].as_array()?.last()?["rms_dbfs"].as_f64()
    }

    /// What `mikado plan --json` says of the entry that starts at `at`.
    pub fn promise(&self, site: &str, at: &str) -> Value {
        let config = self.dir.join("mikado.toml");
        let day = at.split_once('T').unwrap().0;
        let told = mikado(&["plan", "--site", site, "--day", day, "--json", "--config", &config.to_string_lossy()]);
        let plan: Value = serde_json::from_slice(&told.stdout).expect("mikado plan --json prints JSON");
        let entries = plan["entries"].as_array().expect("a plan has entries");
        entries.iter().find(|e| e["at"] == at).unwrap_or_else(|| panic!("{site} has no entry at {at}")).clone()
    }

    /// The canonical file with this hash, decoded by ffmpeg.
    pub fn canonical(&self, hash: &str) -> Sound {
        decode(&self.dir.join("shelf").join(&hash[..2]).join(format!("{hash}.flac")))
    }

    /// What `mikado render` makes of a site's plan, decoded by ffmpeg.
    pub fn render(&self, site: &str, from: &str, length: &str, out: &Path) -> Sound {
        let rendered = Command::new(binary())
            .args(["render", "--site", site, "--from", from, "--for", length, "--config"])
            .arg(self.dir.join("mikado.toml"))
            .arg("--out")
            .arg(out)
            .output()
            .unwrap();
        assert!(rendered.status.success(), "render: {}", String::from_utf8_lossy(&rendered.stderr));
        decode(out)
    }

    /// Waits until `what` holds, asking ten times a second; fails with what the station said after `limit`.
    pub fn until(&self, what: &str, limit: Duration, holds: impl Fn(&Self) -> bool) -> Duration {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < limit, "{what}: not within {limit:?}. The station said:\n{}", self.said());
            sleep(Duration::from_millis(100));
        }
        begun.elapsed()
    }

    /// Ends it as Ctrl-C would, and gives the time that took.
    pub fn stop(&mut self) -> Duration {
        let begun = Instant::now();
        Process { pid: self.launcher.id(), arguments: Vec::new() }.signal(Signal::INT);
        while begun.elapsed() < Duration::from_secs(6) && !self.is_gone() {
            sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }

    fn is_gone(&mut self) -> bool {
        self.launcher.try_wait().is_ok_and(|s| s.is_some()) && self.processes().is_empty()
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        self.stop();
        // The launcher first, so that it restarts nothing; then whatever still names this test's folder.
        let _ = self.launcher.kill();
        let _ = self.launcher.wait();
        for _ in 0..3 {
            for process in self.processes() {
                process.signal(Signal::KILL);
            }
            sleep(Duration::from_millis(50));
        }
    }
}
