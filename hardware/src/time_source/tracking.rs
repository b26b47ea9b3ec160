//! Where the machine's time comes from, as chrony says.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// chrony answers from memory; a daemon that does not has a fault of its own.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What chrony says of its own time, read from `chronyc -c tracking`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracking {
    /// The source that it follows.
    pub source: String,
    /// How many clocks away the reference is: 1 is a receiver of this machine, 15 the last that counts.
    pub stratum: u8,
    /// The most that the time can be wrong: half the way to the reference, what its path adds, and what is still being corrected.
    pub error_s_max: f64,
}

impl Tracking {
    /// Bytes of an answer: one line of fourteen fields.
    pub const BYTES_MAX: u64 = 1_024;

    /// The line that `chronyc -c tracking` writes; `None` when it follows nobody, or the line is another.
    pub fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.trim().split(',').collect();
        let [reference, source, stratum, _, offset, .., delay, dispersion, _, leap] = fields.as_slice() else {
            return None;
        };
        let number = |text: &str| text.parse().ok().filter(|n: &f64| n.is_finite());
        let stratum = stratum.parse().ok().filter(|s| (1..=15).contains(s))?;
        // 127.127.1.1 is the machine itself, which chrony may be told to trust when there is nobody else.
        if fields.len() != 14 || *leap == "Not synchronised" || *reference == "7F7F0101" {
            return None;
        }
        let error_s_max = number(offset)?.abs() + number(delay)? / 2.0 + number(dispersion)?;
        Some(Self { source: source.chars().take(64).collect(), stratum, error_s_max })
    }

    /// What chrony says of itself; `None` when there is none, it follows nobody, or it does not answer in time.
    pub fn asked() -> Option<Self> {
        let mut command = Command::new("chronyc");
        command.args(["-n", "-c", "tracking"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let asked = Instant::now();
        while child.try_wait().ok()?.is_none() {
            if asked.elapsed() > ANSWER_WITHIN {
                // It is gone or will be: nothing hangs on how it ends.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let mut line = String::new();
        child.stdout.take()?.take(Self::BYTES_MAX).read_to_string(&mut line).ok()?;
        Self::parse(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_follows_nobody_keeps_no_time() {
        let well =
            "C0A80A01,192.168.10.1,2,1790000000.5,-0.000020,0.00001,0.00002,-3.1,0.001,0.04,0.010,0.0005,64.2,Normal\n";
        let tracking = Tracking::parse(well).unwrap();
        assert_eq!((tracking.source.as_str(), tracking.stratum), ("192.168.10.1", 2));
        assert!((tracking.error_s_max - 0.00552).abs() < 1e-9, "{tracking:?}");
        let alone = "00000000,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised";
        let itself = "7F7F0101,,8,1795380893.410568886,0.0,0.0,0.0,0.000,0.000,0.000,0.0,0.0,0.0,Normal";
        for line in [
            alone,
            itself,
            "",
            "506 Cannot talk to daemon",
            &well.replace(",2,", ",16,"),
            &well.replace("0.0005", "nan"),
        ] {
            assert_eq!(Tracking::parse(line), None, "{line}");
        }
    }
}
