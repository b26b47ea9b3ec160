//! The thread between a guest's sound and the real-time line: evens it out, keeps the ring filled, listens for faults.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use domain::Frames;
use playout::live::{Buffer, Hearing, LiveDesk, Report};
use playout::realtime::{Frame, LiveFiller, SILENCE};

use crate::run::air::pace::PaceState;

/// Pieces of sound that may wait for the thread: it has stood still for seconds when they do not fit, and drops them.
const WORDS_MAX: usize = 256;
/// How much of the depth lies in the ring, where it stands for what the thread may be late: a quarter, within these.
const AHEAD: std::ops::RangeInclusive<Frames> = Frames::from_millis(20)..=Frames::from_millis(150);
/// How often the ring is looked at while somebody is there.
const NAP: Duration = Duration::from_millis(5);
/// And while nobody is.
const REST: Duration = Duration::from_hours(1);
/// Frames given at once: half a block.
const PIECE: usize = 240;
/// A few calls deep.
const STACK_BYTES: usize = 256 * 1024;

/// What the connections tell the thread; the number says which of them.
pub enum Word {
    /// Somebody was let in.
    Came(u64),
    /// Their next sound.
    Sound(u64, Vec<Frame>),
    /// They send no more; what waits is given to its end.
    Ended(u64),
    /// They are gone.
    Gone(u64),
}

struct Guest {
    number: u64,
    buffer: Buffer,
    hearing: Hearing,
}

struct Line {
    /// What lies in the buffer on average, and what in the ring.
    depth: Frames,
    ahead: Frames,
    filler: LiveFiller,
    desk: Arc<LiveDesk>,
    pace: Arc<PaceState>,
    guest: Option<Guest>,
}

/// Starts the thread; it lives as long as somebody can speak to it.
pub fn start(
    depth: Frames,
    filler: LiveFiller,
    desk: Arc<LiveDesk>,
    pace: Arc<PaceState>,
) -> io::Result<SyncSender<Word>> {
    let (send, words) = sync_channel(WORDS_MAX);
    let ahead = Frames(depth.0 / 4).clamp(*AHEAD.start(), *AHEAD.end());
    let depth = depth.saturating_sub(ahead);
    let line = Line { depth, ahead, filler, desk, pace, guest: None };
    thread::Builder::new().name("live".into()).stack_size(STACK_BYTES).spawn(move || line.run(&words))?;
    Ok(send)
}

impl Line {
    fn run(mut self, words: &Receiver<Word>) {
        loop {
            let wait = if self.guest.is_some() { NAP } else { REST };
            match words.recv_timeout(wait) {
                Ok(word) => {
                    self.take(word);
                    while let Ok(word) = words.try_recv() {
                        self.take(word);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.fill();
        }
    }

    fn take(&mut self, word: Word) {
        let now = self.pace.position(Instant::now());
        match word {
            Word::Came(number) => {
                self.guest = Some(Guest { number, buffer: Buffer::new(self.depth), hearing: Hearing::default() });
            }
            Word::Sound(number, sound) => {
                if let Some(guest) = self.guest.as_mut().filter(|g| g.number == number) {
                    guest.hearing.take(&sound);
                    guest.buffer.push(&sound, now);
                }
            }
            Word::Ended(number) => {
                if let Some(guest) = self.guest.as_mut().filter(|g| g.number == number) {
                    guest.buffer.end();
                }
            }
            Word::Gone(number) => drop(self.guest.take_if(|g| g.number == number)),
        }
    }

    /// Fills the ring and says how it goes.
    fn fill(&mut self) {
        let Some(guest) = &mut self.guest else { return };
        let now = self.pace.position(Instant::now());
        let mut piece = [SILENCE; PIECE];
        while self.filler.queued() < self.ahead {
            guest.buffer.pull(now, &mut piece);
            if self.filler.push(&piece) < PIECE {
                break;
            }
        }
        self.desk.report(Report {
            is_flowing: guest.buffer.is_flowing(),
            is_over: guest.buffer.is_over(),
            fault: guest.hearing.fault(),
            waiting: guest.buffer.waiting() + self.filler.queued(),
            drift_ppm: guest.buffer.drift_ppm(),
        });
    }
}
