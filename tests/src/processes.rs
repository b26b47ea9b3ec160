//! The processes of one station as the kernel shows them. Only those whose arguments name the test's own folder are ever
//! touched, each by its number.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

/// One process that carries the station's folder in its arguments.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its arguments, the program first.
    pub arguments: Vec<String>,
}

impl Process {
    /// Whether its arguments hold all of `words`.
    pub fn says(&self, words: &[&str]) -> bool {
        words.iter().all(|w| self.arguments.iter().any(|a| a == w))
    }

    /// Resident memory in KiB, or `None` when it is gone.
    pub fn resident_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Processor time used so far in seconds, its own and its ended children's, or `None` when it is gone.
    pub fn cpu_seconds(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid)).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // utime, stime, cutime, cstime are fields 14 to 17 of proc(5); a tick is 1/100 s on every Linux we run on.
        let ticks: u64 = fields.get(11..15)?.iter().filter_map(|f| f.parse::<u64>().ok()).sum();
        Some(ticks as f64 / 100.0)
    }

    /// The files under `folder` that it holds open.
    pub fn open_under(&self, folder: &Path) -> Vec<PathBuf> {
        let open = fs::read_dir(format!("/proc/{}/fd", self.pid)).into_iter().flatten().filter_map(Result::ok);
        open.filter_map(|entry| fs::read_link(entry.path()).ok()).filter(|file| file.starts_with(folder)).collect()
    }

    /// Whether it still runs (a zombie does not).
    pub fn is_alive(&self) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", self.pid))
            .is_ok_and(|s| s.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X'])))
    }

    /// Sends a signal; a process that is gone already is no mistake.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }
}

/// Every living process that names `dir` in its arguments, this one left out.
pub fn naming(dir: &Path) -> Vec<Process> {
    let dir = dir.to_string_lossy().into_owned();
    let all = fs::read_dir("/proc").expect("a Linux machine has /proc");
    let numbered = all.filter_map(|e| e.ok()?.file_name().to_str()?.parse::<u32>().ok());
    numbered
        .filter(|pid| *pid != std::process::id())
        .filter_map(|pid| {
            let raw = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let arguments: Vec<String> = raw
                .split(|b| *b == 0)
                .filter(|a| !a.is_empty())
                .map(|a| String::from_utf8_lossy(a).into_owned())
                .collect();
            let process = Process { pid, arguments };
            (process.arguments.iter().any(|a| a.contains(&dir)) && process.is_alive()).then_some(process)
        })
        .collect()
}
