//! Tools that are not ours, as witnesses: they are found or the test says which is missing, and they never outlive it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sound::Sound;

/// A command, or a sentence that says how to get it.
pub fn tool(name: &str) -> Command {
    let known = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).any(|d| d.join(name).is_file()));
    let there = known == Some(true) || Path::new("/usr/sbin").join(name).is_file();
    assert!(there, "this test needs {name}: run `make setup-test` (bash setup/packages.sh test)");
    Command::new(name)
}

/// The same command as a child that gets `signal` when the thread that starts it ends, by whatever cause.
pub fn bound_to_us(command: &Command, signal: &str) -> Command {
    let mut bound = tool("setpriv");
    bound.args(["--pdeathsig", signal]).arg(command.get_program()).args(command.get_args());
    bound
}

/// A child that is ended with the test, whatever happens.
#[derive(Debug)]
pub struct Held(Child);

impl Held {
    /// Starts `command` with nothing to read and nobody who reads it. It is told to end also when the test itself is killed.
    pub fn start(command: &mut Command) -> Self {
        let mut bound = bound_to_us(command, "KILL");
        let child = bound.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|e| panic!("{command:?} does not start: {e}")))
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it ends by itself, at most `limit`.
    pub fn finish(mut self, limit: Duration) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < limit, "process {} still runs after {limit:?}", self.0.id());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Decodes any file by ffmpeg to mono 48 kHz samples (mean of the channels).
pub fn decode(file: &Path) -> Sound {
    let output = tool("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-ac", "1", "-ar", "48000", "-f", "f32le", "-"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "ffmpeg does not decode {}", file.display());
    Sound(output.stdout.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

/// A recording of a stream by ffmpeg, byte for byte as it was received.
#[derive(Debug)]
pub struct Recording {
    process: Held,
    file: PathBuf,
    limit: Duration,
}

impl Recording {
    /// Begins to receive `url` into `file` and stops by itself after `seconds` of sound.
    pub fn start(url: &str, file: &Path, seconds: u32) -> Self {
        let process = Held::start(
            tool("ffmpeg")
                .args([
                    "-v",
                    "error",
                    "-y",
                    "-fflags",
                    "+nobuffer",
                    "-i",
                    url,
                    "-c",
                    "copy",
                    "-t",
                    &seconds.to_string(),
                ])
                .arg(file),
        );
        Self { process, file: file.to_owned(), limit: Duration::from_secs(u64::from(seconds) + 30) }
    }

    /// Waits for its end; what was received is in the file.
    pub fn finish(self) -> PathBuf {
        self.process.finish(self.limit);
        self.file
    }

    /// Waits for its end and decodes it.
    pub fn listen(self) -> Sound {
        decode(&self.finish())
    }
}
