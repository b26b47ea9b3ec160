//! The thread between a guest's sound and the real-time line: evens it out, keeps the ring filled, listens for faults.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use domain::Frames;
use hardware::priority;
use playout::live::{Buffer, Hearing, LiveDesk, Report};
use playout::realtime::{Frame, LiveFiller, SILENCE};

use crate::run::air::pace::PaceState;

/// Pieces of sound that may wait for the thread: it has stood still for seconds when they do not fit, and drops them.
const WORDS_MAX: usize = 256;
/// How much of the depth lies in the ring, where it stands for what the thread may be late: a quarter, within these. The
/// mixer takes 10 ms at once, and a card as much more as it asks for.
const AHEAD: std::ops::RangeInclusive<Frames> = Frames::from_millis(15)..=Frames::from_millis(150);
/// How often the ring is looked at while somebody is there.
const NAP: Duration = Duration::from_millis(5);
/// And while nobody is.
const REST: Duration = Duration::from_hours(1);
/// Frames given at once: 2 ms.
const PIECE: usize = 96;
/// A few calls deep.
const STACK_BYTES: usize = 256 * 1024;

/// What the connections tell the thread; the number says which of them.
pub enum Word {
    /// Somebody was let in, of whose sound so much shall lie ready on average.
    Came(u64, Frames),
    /// Their next sound.
    Sound(u64, Vec<Frame>),
    /// They send no more; what waits is given to its end.
    Ended(u64),
    /// They are gone.
    Gone(u64),
}

struct Guest {
    number: u64,
    /// What of their sound lies in the ring.
    ahead: Frames,
    buffer: Buffer,
    hearing: Hearing,
}

struct Line {
    /// What is taken from the ring at once, beside the mixer's block.
    burst: Frames,
    filler: LiveFiller,
    desk: Arc<LiveDesk>,
    pace: Arc<PaceState>,
    guest: Option<Guest>,
}

/// Starts the thread; it lives as long as somebody can speak to it. `burst` is what a card takes at once.
pub fn start(
    burst: Frames,
    filler: LiveFiller,
    desk: Arc<LiveDesk>,
    pace: Arc<PaceState>,
) -> io::Result<SyncSender<Word>> {
    let (send, words) = sync_channel(WORDS_MAX);
    let line = Line { burst, filler, desk, pace, guest: None };
    thread::Builder::new().name("live".into()).stack_size(STACK_BYTES).spawn(move || {
        // Whoever speaks from the next room has milliseconds between them and a dry ring.
        priority::take_real_time();
        line.run(&words);
    })?;
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
            Word::Came(number, depth) => {
                let ahead = Frames(depth.0 / 4).max(*AHEAD.start() + self.burst).min(*AHEAD.end());
                let buffer = Buffer::new(depth.saturating_sub(ahead));
                self.guest = Some(Guest { number, ahead, buffer, hearing: Hearing::default() });
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
        while self.filler.queued() < guest.ahead {
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
