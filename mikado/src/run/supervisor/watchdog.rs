//! The watch over one air process: it says every fifth of a second that sound leaves it, or it is ended.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::net::UnixDatagram;
use tokio::time::{MissedTickBehavior, interval};

use super::machine::Sounded;

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);
/// Looks without a beat after which nobody waits any longer: 2 s.
const MISSED_MAX: u32 = 10;
/// The same for the first beat of a process, which a busy machine may start slowly: 30 s.
const FIRST_MAX: u32 = 150;

/// When to give a process up: a count of looks, so that a supervisor that stood still itself has seen only one.
#[derive(Debug)]
pub(super) struct Beats {
    /// Looks that are left; `None` while it is not known whether it beats at all.
    left: Option<u32>,
}

impl Beats {
    /// For a process that was just started.
    pub(super) const fn fresh() -> Self {
        Self { left: Some(FIRST_MAX) }
    }

    /// For one that may come from a version without a pulse: given up only when it has had one.
    pub(super) const fn unknown() -> Self {
        Self { left: None }
    }

    /// Takes one look; says whether the process is given up.
    fn look(&mut self, beat: bool) -> bool {
        self.left = if beat { Some(MISSED_MAX) } else { self.left.map(|n| n.saturating_sub(1)) };
        self.left == Some(0)
    }
}

/// Where the beats of one site arrive.
#[derive(Debug)]
pub(super) struct Watchdog {
    socket: UnixDatagram,
    path: PathBuf,
    sounded: Sounded,
}

impl Watchdog {
    /// Listens at `path`, in place of a supervisor before.
    pub(super) fn listen(path: &Path, sounded: Sounded) -> io::Result<Self> {
        match std::fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        Ok(Self { socket: UnixDatagram::bind(path)?, path: path.to_owned(), sounded })
    }

    /// Where the process sends its beats.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns when the process has stopped beating.
    pub(super) async fn stopped(&self, mut beats: Beats) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let beat = self.has_beaten();
            if beat {
                self.sounded.store(true, Relaxed);
            }
            if beats.look(beat) {
                return;
            }
        }
    }

    /// Takes every beat that has come; one that is not a word of ours is none.
    fn has_beaten(&self) -> bool {
        let mut word = [0; 64];
        let mut any = false;
        // No more can wait than the socket holds; the bound keeps a flood from holding the supervisor.
        for _ in 0..64 {
            let Ok(length) = self.socket.try_recv(&mut word) else { break };
            any |= word.get(..length).is_some_and(|w| w.split(|b| *b == b'\n').any(|l| l == b"WATCHDOG=1"));
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_given_up_after_two_seconds_without_a_beat_and_thirty_without_a_first() {
        let given_up = |mut beats: Beats, beat: &[bool]| beat.iter().position(|b| beats.look(*b));
        let silent = [false; 200];
        assert_eq!(given_up(Beats::fresh(), &silent), Some(149));
        assert_eq!(given_up(Beats::unknown(), &silent), None);
        let after_one: Vec<bool> = [true].into_iter().chain(silent).collect();
        assert_eq!(given_up(Beats::fresh(), &after_one), Some(10));
        assert_eq!(given_up(Beats::unknown(), &after_one), Some(10));
        let slow: Vec<bool> = (0..1_000).map(|n| n % 9 == 0).collect();
        assert_eq!(given_up(Beats::fresh(), &slow), None);
    }
}
