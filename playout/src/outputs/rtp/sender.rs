//! The thread that sends what a tap gives: paced by what the chain consumes, never waited for, and never waiting for a network.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

use domain::OutputReading;

use super::line::{OutputClocks, RtpLine};
use super::{RtpIdentity, RtpOptions};
use crate::outputs::Standing;
use crate::realtime::{SILENCE, TapReader};

#[derive(Debug, Default)]
struct Shared {
    standing: Standing,
    errors: AtomicU64,
}

/// A running sender.
#[derive(Debug)]
pub struct RtpSender {
    name: String,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl RtpSender {
    /// Starts sending what `tap` gives.
    pub fn start(
        options: RtpOptions,
        identity: RtpIdentity,
        cname: &str,
        tap: TapReader,
        clocks: OutputClocks,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let line = RtpLine::new(options, identity, cname, clocks).map_err(io::Error::other)?;
        let theirs = Arc::clone(&shared);
        let builder = thread::Builder::new().name("rtp".into()).stack_size(256 * 1024);
        let thread = builder.spawn(move || send(line, tap, &theirs))?;
        Ok(Self { name: format!("rtp {}", options.to), shared, thread })
    }

    /// How it fares: frames sent, frames that were too late or refused by the network, and a sentence while it fails.
    pub fn reading(&self) -> OutputReading {
        self.shared.standing.reading(&self.name)
    }

    /// Packets that the network refused, since the start.
    pub fn errors(&self) -> u64 {
        self.shared.errors.load(Relaxed)
    }

    /// Asks the thread to send what was rendered, say goodbye and end.
    pub fn stop(&self) {
        self.shared.standing.stop();
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

fn send(mut line: RtpLine, mut tap: TapReader, shared: &Shared) {
    let length = line.packet_frames();
    let (mut packet, mut filled) = (vec![SILENCE; length.0 as usize], 0);
    loop {
        let stopping = shared.standing.is_stopping();
        filled += tap.read(&mut packet[filled..]);
        if filled < packet.len() {
            if stopping {
                break;
            }
            line.nap(tap.position());
            continue;
        }
        filled = 0;
        line.send_in_time(packet.as_flattened(), tap.position() - length, &shared.standing);
        shared.errors.store(line.refused(), Relaxed);
    }
    line.end();
}
