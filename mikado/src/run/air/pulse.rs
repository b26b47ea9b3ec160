//! The pulse: tells whoever watches this process that sound leaves it.
//!
//! The words are those of `sd_notify(3)`, so that `mikado run` and systemd (`WatchdogSec=2`) watch in the same way: one
//! datagram to the socket that `NOTIFY_SOCKET` names. It is fed by frames that the outputs consumed and that were not
//! silent; a thread that merely lives feeds nobody (`design/0028-the-watchdog-is-fed-by-sound.md`).

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use domain::Frames;
use hardware::priority;
use playout::realtime::{Frame, Gauges, TapReader};

/// How often it is looked whether sound has left: ten times within the 2 s after which nobody waits any longer.
const LOOK: Duration = Duration::from_millis(200);
/// Silence that nobody meant and that the mixer's own watch (8 s at most, then the bed) has not ended.
const SILENT_MAX: Frames = Frames::from_secs(12);
/// Below this (−60 dBFS) a frame is silent.
const QUIET: f32 = 1e-3;
/// It calls nothing deep.
const STACK_BYTES: usize = 128 * 1024;
/// Frames looked at at once.
const CHUNK: usize = 480;

/// Decides whether the watchdog is fed.
#[derive(Debug, Default)]
struct Feeder {
    silent: Frames,
}

impl Feeder {
    /// Takes how much has left since the last look, whether any of it sounded, and whether silence belonged to it.
    fn feeds(&mut self, left: Frames, sounded: bool, meant: bool) -> bool {
        self.silent = if sounded || meant { Frames::ZERO } else { self.silent + left };
        left > Frames::ZERO && self.silent <= SILENT_MAX
    }
}

/// Starts the pulse of what `tap` gives, if anybody listens; it ends with the pace-maker.
pub fn start(mut tap: TapReader, gauges: Arc<Gauges>) -> std::io::Result<()> {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET").map(PathBuf::from) else { return Ok(()) };
    let socket = UnixDatagram::unbound()?;
    // Nobody is ever waited for: a watcher who is gone, or has not looked for long, misses beats.
    socket.set_nonblocking(true)?;
    thread::Builder::new().name("pulse".into()).stack_size(STACK_BYTES).spawn(move || {
        // On a machine that is too busy the sound goes on by its priority, and so must the word of it.
        priority::take_real_time();
        let mut feeder = Feeder::default();
        while !tap.ended() {
            let (left, sounded) = heard(&mut tap);
            if feeder.feeds(left, sounded, gauges.silence_meant()) {
                let _ = socket.send_to(b"READY=1\nWATCHDOG=1\n", &path);
            }
            thread::sleep(LOOK);
        }
    })?;
    Ok(())
}

/// Everything that has left since the last look.
fn heard(tap: &mut TapReader) -> (Frames, bool) {
    let mut chunk: [Frame; CHUNK] = [[0.0; 2]; CHUNK];
    let (mut left, mut sounded) = (Frames::ZERO, false);
    while let n @ 1.. = tap.read(&mut chunk) {
        left += Frames(n as u64);
        sounded |= chunk.iter().take(n).flatten().any(|s| s.abs() > QUIET);
    }
    (left, sounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sound_that_left_feeds_the_watchdog() {
        let look = Frames::from_millis(200);
        // (what is true at each look, looks, whether the last one feeds)
        let rows = [
            ("sound leaves", look, true, false, 600, true),
            ("nothing leaves, though every thread lives", Frames::ZERO, false, false, 1, false),
            ("silence that the mixer's watch will end", look, false, false, 60, true),
            ("silence that nothing ends", look, false, false, 61, false),
            ("a minute of remembrance", look, false, true, 300, true),
        ];
        for (name, left, sounded, meant, looks, want) in rows {
            let mut feeder = Feeder::default();
            let mut last = false;
            for _ in 0..looks {
                last = feeder.feeds(left, sounded, meant);
            }
            assert_eq!(last, want, "{name}");
            assert!(feeder.feeds(look, true, false), "{name}: sound feeds at once");
        }
    }
}
