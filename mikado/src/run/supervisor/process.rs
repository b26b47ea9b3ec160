//! Processes of this machine as the kernel shows them: found again by number, start time and command line.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use serde::{Deserialize, Serialize};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// How often a process is looked for where the kernel has no process descriptors (before Linux 5.3, some containers).
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Which process it is, as written to the supervisor's folder.
///
/// A number alone is not enough: numbers are given again. Number, start time and boot together name one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The process number.
    pub pid: u32,
    /// When it started, in clock ticks since the machine's boot (proc(5), `/proc/pid/stat` field 22).
    pub started_ticks: u64,
    /// The machine's boot.
    pub machine_boot: String,
    /// Its arguments without the executable.
    pub args: Vec<String>,
    /// What its config said when it was started.
    pub config_hash: String,
}

impl Named {
    /// Names the running process `pid`; `None` when it is gone already.
    pub fn of(pid: u32, args: Vec<String>, config_hash: String) -> Option<Self> {
        Some(Self { pid, started_ticks: started_ticks(pid)?, machine_boot: machine_boot(), args, config_hash })
    }

    /// Whether exactly this process still runs.
    pub fn is_alive(&self) -> bool {
        self.machine_boot == machine_boot()
            && started_ticks(self.pid) == Some(self.started_ticks)
            && running_args(self.pid).is_some_and(|args| args == self.args)
    }

    /// Whether it runs the same executable file as this process does.
    pub fn runs_our_executable(&self) -> bool {
        let theirs = fs::read_link(format!("/proc/{}/exe", self.pid));
        matches!((theirs, fs::read_link("/proc/self/exe")), (Ok(a), Ok(b)) if a == b)
    }

    /// Sends it a signal, if it is still the same process.
    pub fn signal(&self, signal: Signal) {
        if !self.is_alive() {
            return;
        }
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // It may end between the look and the signal; then there is nobody to tell.
            let _ = kill_process(pid, signal);
        }
    }

    /// Returns when it has ended; for processes that are not our children.
    pub async fn ended(&self) {
        if let Some(descriptor) = self.descriptor()
            && descriptor.readable().await.is_ok()
        {
            return;
        }
        while self.is_alive() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn descriptor(&self) -> Option<AsyncFd<OwnedFd>> {
        let pid = Pid::from_raw(i32::try_from(self.pid).ok()?)?;
        let fd = pidfd_open(pid, PidfdFlags::NONBLOCK).or_else(|_| pidfd_open(pid, PidfdFlags::empty())).ok()?;
        // Taken by number: make sure that the number was still his when we took it.
        if !self.is_alive() {
            return None;
        }
        #[expect(
            deprecated,
            reason = "the AsyncFd owns the descriptor for as long as it is registered, as safe I/O asks"
        )]
        AsyncFd::with_interest(fd, Interest::READABLE).ok()
    }

    /// Writes it to `path`, whole or not at all.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let temp = path.with_extension("new");
        fs::write(&temp, serde_json::to_vec_pretty(self)?)?;
        fs::rename(temp, path)
    }

    /// Reads it from `path`; `None` when there is none or it cannot be read, which means: nobody to adopt.
    pub fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }
}

/// The executable to start children with: this one.
///
/// `/proc/self/exe` would show a file that an update removed; the path it was started from is the new one.
pub fn our_executable() -> std::io::Result<PathBuf> {
    let shown = std::env::current_exe()?;
    let text = shown.to_string_lossy();
    Ok(text.strip_suffix(" (deleted)").map_or_else(|| shown.clone(), PathBuf::from))
}

fn machine_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|s| s.trim().to_owned()).unwrap_or_default()
}

/// Field 22 of `/proc/pid/stat`; the command before it may hold spaces and brackets. A zombie counts as gone.
fn started_ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

fn running_args(pid: u32) -> Option<Vec<String>> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let line = line.strip_suffix(&[0]).unwrap_or(&line);
    Some(line.split(|b| *b == 0).skip(1).map(|a| String::from_utf8_lossy(a).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_number_start_and_words() {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let me = Named::of(std::process::id(), args, String::new()).unwrap();
        assert!(me.is_alive());
        assert!(me.runs_our_executable());
        for other in [
            Named { started_ticks: me.started_ticks + 1, ..me.clone() },
            Named { machine_boot: "another".to_owned(), ..me.clone() },
            Named { args: vec!["air".to_owned()], ..me.clone() },
        ] {
            assert!(!other.is_alive());
        }
    }

    #[test]
    fn a_torn_state_file_adopts_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("hq.json");
        fs::write(&file, "{\"pid\": 12").unwrap();
        assert_eq!(Named::read(&file), None);
        assert_eq!(Named::read(&dir.path().join("none.json")), None);
    }
}
