//! A receiver of satellites through gpsd (its JSON protocol, port 2947): what time it has, as far as it has a fix.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A receiver reports each second; a daemon on the same machine answers at once.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);
/// Bytes of one look: a report of every satellite is some kilobytes.
const BYTES_MAX: usize = 64 * 1024;
const WATCH: &[u8] = b"?WATCH={\"enable\":true,\"json\":true};\n";

/// Why a receiver has no time now.
#[derive(Debug, thiserror::Error)]
pub enum NoFix {
    /// gpsd cannot be reached or does not answer.
    #[error("{0}")]
    Line(#[from] io::Error),
    /// It answers, and its receiver sees too few satellites to know the time.
    #[error("the receiver has no fix")]
    NoFix,
    /// It answers with something else.
    #[error("it does not answer as gpsd does")]
    Nonsense,
}

/// A receiver.
#[derive(Clone, Copy, Debug)]
pub struct Gpsd {
    address: SocketAddr,
}

impl Gpsd {
    /// The receiver of this gpsd.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// How far its time is ahead of the clock that `now` reads, at most a second late.
    ///
    /// # Errors
    /// When it has no time now.
    pub fn ahead(&self, now: impl Fn() -> Timestamp) -> Result<SignedDuration, NoFix> {
        let deadline = Instant::now() + ANSWER_WITHIN;
        let mut line = TcpStream::connect_timeout(&self.address, ANSWER_WITHIN)?;
        line.set_write_timeout(Some(ANSWER_WITHIN))?;
        line.write_all(WATCH)?;
        let (mut heard, mut buffer, mut is_gpsd) = (Vec::new(), [0; 2_048], false);
        for _ in 0..BYTES_MAX {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            line.set_read_timeout(Some(rest))?;
            let n = match line.read(&mut buffer) {
                Ok(0) => return Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
                Ok(n) => n,
                Err(e) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&e.kind()) => break,
                Err(e) => return Err(e.into()),
            };
            heard.extend_from_slice(&buffer[..n]);
            while let Some(end) = heard.iter().position(|b| *b == b'\n') {
                let report: Vec<u8> = heard.drain(..=end).collect();
                let report = String::from_utf8_lossy(&report);
                is_gpsd |= class_of(&report).is_some();
                if let Some(time) = time_of(&report) {
                    return Ok(time.duration_since(now()));
                }
            }
            if heard.len() > BYTES_MAX {
                return Err(NoFix::Nonsense);
            }
        }
        Err(if is_gpsd { NoFix::NoFix } else { NoFix::Nonsense })
    }
}

/// The time of a report of class TPV with a fix in two or three dimensions: without one the time is the receiver's guess.
fn time_of(report: &str) -> Option<Timestamp> {
    let has_fix = ["\"mode\":2", "\"mode\":3"].iter().any(|mode| report.contains(mode));
    let (_, rest) = report.split_once("\"time\":\"")?;
    let (time, _) = rest.split_once('"')?;
    (class_of(report) == Some("TPV") && has_fix).then(|| time.parse().ok())?
}

/// gpsd writes the class first and no spaces.
fn class_of(report: &str) -> Option<&str> {
    let (class, _) = report.trim_start().strip_prefix("{\"class\":\"")?.split_once('"')?;
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    const VERSION: &str =
        "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,\"proto_minor\":14}\r\n";

    fn tpv(mode: u8, time: &str) -> String {
        format!(
            "{{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"status\":1,\"mode\":{mode},\"time\":\"{time}\",\"ept\":0.005}}\r\n"
        )
    }

    /// What is made of a daemon that says this to its one caller, and then nothing.
    fn ahead(says: String) -> Result<i64, NoFix> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let gpsd = Gpsd::new(listener.local_addr().unwrap());
        let (done, wait) = std::sync::mpsc::channel::<()>();
        thread::spawn(move || {
            let (mut line, _) = listener.accept().unwrap();
            let _ = line.write_all(says.as_bytes());
            let _ = wait.recv();
        });
        let now = || "2026-11-24T08:10:00Z".parse::<Timestamp>().unwrap();
        let ahead = gpsd.ahead(now).map(|d| d.as_secs());
        drop(done);
        ahead
    }

    #[test]
    fn a_receiver_has_the_time_when_it_has_a_fix() {
        let good = tpv(3, "2026-11-24T08:11:00.000Z");
        assert_eq!(ahead(format!("{VERSION}{}{good}", tpv(1, "2019-04-07T00:00:00.000Z"))).unwrap(), 60);
        assert!(matches!(ahead(format!("{VERSION}{}", tpv(1, "2026-11-24T08:11:00.000Z"))), Err(NoFix::NoFix)));
        assert!(matches!(ahead("SSH-2.0-OpenSSH\r\n".into()), Err(NoFix::Nonsense)));
        assert!(matches!(ahead("x".repeat(200_000)), Err(NoFix::Nonsense)));
        assert!(matches!(ahead(tpv(3, "yesterday")), Err(NoFix::NoFix)));
        assert!(matches!(Gpsd::new(([127, 0, 0, 1], 1).into()).ahead(Timestamp::now), Err(NoFix::Line(_))));
    }
}
