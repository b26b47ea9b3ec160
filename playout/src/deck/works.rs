//! The work of all decks of a site: open, read ahead, take empty chunks back. One step at a time, on whatever thread.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};

use domain::{AudioHash, Frames};
use rtrb::Consumer;

use super::pool::Pool;
use super::reader::{Reader, Step, guarded};
use super::sound::{Library, Sound};
use super::{Answer, Ask};
use crate::error::{Error, Result};
use crate::realtime::{CHUNK_FRAMES, Chunk, CueKey, Feed, feed};

/// Chunks read ahead per cue: 10 s, longer than any disk may stand still.
const AHEAD_CHUNKS: usize = 100;
/// Chunks of the bed kept primed: 2 s; it is read again while it sounds.
const BED_CHUNKS: usize = 20;
/// A cue is ready with this much in its feed: 1 s.
const READY_CHUNKS: usize = 10;
/// A reader with less than this goes before all others: 2 s.
const LOW_CHUNKS: usize = 20;
/// The sound that was opened first, as a rule the one on the air, goes before them with less than this: 5 s. A new one that
/// has nothing yet would otherwise take the disk's time from it just when that is slow.
const FOREMOST_CHUNKS: usize = 50;
/// Readers at once: voices, and one being opened beside each.
const MAX_READERS: usize = 16;

/// Who opens sounds: opening hashes a whole file, which must not keep the readers waiting.
pub(super) enum Opener {
    /// In the same thread: the order of everything is fixed.
    Here(Box<dyn Library>),
    /// In a thread of its own.
    There { asks: SyncSender<OpenAsk>, opened: Receiver<Opened> },
}

#[derive(Clone, Copy)]
pub(super) enum OpenAsk {
    Cue(CueKey, AudioHash, Frames),
    Bed,
}

pub(super) struct Opened {
    key: Option<CueKey>,
    from: Frames,
    sound: Result<Box<dyn Sound>>,
}

struct Job {
    key: CueKey,
    reader: Reader,
    unready: Option<Feed>,
}

pub(super) struct Works {
    asks: Receiver<Ask>,
    answers: SyncSender<Answer>,
    home: Consumer<Chunk>,
    opener: Opener,
    pool: Pool,
    jobs: VecDeque<Job>,
    closed: VecDeque<CueKey>,
    bed: Option<Reader>,
    bed_unready: Option<Feed>,
    gone: bool,
}

/// Closed before they were opened; a handful at most, kept as many as asks may wait.
const MAX_CLOSED: usize = 64;

impl Works {
    pub(super) fn new(asks: Receiver<Ask>, answers: SyncSender<Answer>, home: Consumer<Chunk>, opener: Opener) -> Self {
        let (jobs, closed) = (VecDeque::new(), VecDeque::new());
        let pool = Pool::default();
        Self { asks, answers, home, opener, pool, jobs, closed, bed: None, bed_unready: None, gone: false }
    }

    /// Whether nobody asks any more.
    pub(super) fn is_gone(&self) -> bool {
        self.gone
    }

    /// Takes what has come, then fills at most one chunk. Says whether anything was done.
    pub(super) fn turn(&mut self) -> bool {
        while let Ok(chunk) = self.home.pop() {
            self.pool.give(chunk);
        }
        let asked = self.take_asks();
        let opened = self.take_opened();
        let filled = self.fill_one();
        asked || opened || filled
    }

    /// Takes one ask that a waiting thread has received itself.
    pub(super) fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Open { key, hash, from } => self.open(OpenAsk::Cue(key, hash, from)),
            Ask::OpenBed => self.open(OpenAsk::Bed),
            Ask::Close { key } => self.close(key),
            Ask::Empty(feed) => self.empty(feed),
        }
    }

    pub(super) fn wait(&mut self, ms: u64) {
        use std::sync::mpsc::RecvTimeoutError;
        match self.asks.recv_timeout(std::time::Duration::from_millis(ms)) {
            Ok(ask) => self.take(ask),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.gone = true,
        }
    }

    fn take_asks(&mut self) -> bool {
        let mut any = false;
        loop {
            match self.asks.try_recv() {
                Ok(ask) => self.take(ask),
                Err(TryRecvError::Empty) => return any,
                Err(TryRecvError::Disconnected) => {
                    self.gone = true;
                    return any;
                }
            }
            any = true;
        }
    }

    fn open(&mut self, ask: OpenAsk) {
        match &self.opener {
            Opener::Here(library) => {
                let opened = open(library.as_ref(), ask);
                self.settle(opened);
            }
            Opener::There { asks, .. } => {
                let key = ask.key();
                if asks.try_send(ask).is_err() {
                    let why = "the disk has not answered for a long time".to_owned();
                    self.refuse(key, Error::Damaged { what: "being opened".to_owned(), why });
                }
            }
        }
    }

    fn take_opened(&mut self) -> bool {
        let mut any = false;
        loop {
            let Opener::There { opened, .. } = &self.opener else { return any };
            let Ok(opened) = opened.try_recv() else { return any };
            self.settle(opened);
            any = true;
        }
    }

    fn settle(&mut self, opened: Opened) {
        let sound = match opened.sound {
            Ok(sound) => sound,
            Err(e) => return self.refuse(opened.key, e),
        };
        let Some(key) = opened.key else {
            let (filler, feed) = feed(BED_CHUNKS);
            self.bed = Some(Reader::new(sound, filler, Frames::ZERO, true));
            self.bed_unready = Some(feed);
            return;
        };
        if let Some(i) = self.closed.iter().position(|k| *k == key) {
            self.closed.remove(i);
        } else if self.jobs.len() < MAX_READERS {
            // A short sound needs no long ring: this keeps a row of jingles small.
            let left = sound.length().saturating_sub(opened.from).0 as usize;
            // One place more than it fills, so that its end is seen while nothing has been played yet.
            let (filler, feed) = feed((left.div_ceil(CHUNK_FRAMES) + 1).min(AHEAD_CHUNKS));
            let reader = Reader::new(sound, filler, opened.from, false);
            self.jobs.push_back(Job { key, reader, unready: Some(feed) });
        } else {
            let why = "too many sounds are open".to_owned();
            self.refuse(Some(key), Error::Damaged { what: "being opened".to_owned(), why });
        }
    }

    fn refuse(&mut self, key: Option<CueKey>, why: Error) {
        self.answer(match key {
            Some(key) => Answer::Refused { key, why: why.into() },
            None => Answer::NoBed(why.to_string()),
        });
    }

    fn answer(&mut self, answer: Answer) {
        self.gone |= self.answers.send(answer).is_err();
    }

    fn close(&mut self, key: CueKey) {
        if let Some(i) = self.jobs.iter().position(|j| j.key == key) {
            if let Some(feed) = self.jobs.remove(i).and_then(|job| job.unready) {
                self.empty(feed);
            }
        } else if matches!(self.opener, Opener::There { .. }) {
            self.closed.push_back(key);
            while self.closed.len() > MAX_CLOSED {
                self.closed.pop_front();
            }
        }
    }

    fn empty(&mut self, feed: Feed) {
        feed.into_chunks().for_each(|chunk| self.pool.give(chunk));
    }

    /// One chunk for whoever needs it most: the bed while it is low, then low cues, then all in the order of their opening.
    fn fill_one(&mut self) -> bool {
        if self.bed.as_ref().is_some_and(|b| !b.is_over()) && self.fill_bed() {
            return true;
        }
        let mut enough = FOREMOST_CHUNKS;
        let low = self.jobs.iter().position(|j| {
            let open = !j.reader.is_over();
            let is_low = open && j.reader.ahead() < enough;
            enough = if open { LOW_CHUNKS } else { enough };
            is_low
        });
        if low.is_some_and(|i| self.fill_job(i)) {
            return true;
        }
        (0..self.jobs.len()).any(|i| self.fill_job(i))
    }

    fn fill_bed(&mut self) -> bool {
        let Some(bed) = &mut self.bed else { return false };
        let step = bed.step(&mut self.pool);
        let primed = bed.ahead() >= BED_CHUNKS;
        if primed && let Some(feed) = self.bed_unready.take() {
            self.answer(Answer::Bed(feed));
        }
        match step {
            Step::Idle => false,
            Step::Filled => true,
            Step::Failed(_, why) => {
                self.bed = None;
                self.bed_unready = None;
                self.answer(Answer::NoBed(why.to_string()));
                true
            }
        }
    }

    fn fill_job(&mut self, i: usize) -> bool {
        let Some(job) = self.jobs.get_mut(i) else { return false };
        let key = job.key;
        let step = job.reader.step(&mut self.pool);
        let ready = job.reader.is_over() || job.reader.ahead() >= READY_CHUNKS;
        let length = job.reader.length();
        let feed = job.unready.take_if(|_| ready && !matches!(step, Step::Idle));
        if let Some(feed) = feed {
            self.answer(Answer::Ready { key, length, feed });
        }
        match step {
            Step::Idle => false,
            Step::Filled => true,
            Step::Failed(at, why) => {
                self.answer(Answer::Failed { key, at, why: why.into() });
                true
            }
        }
    }
}

impl OpenAsk {
    fn key(&self) -> Option<CueKey> {
        match self {
            Self::Cue(key, ..) => Some(*key),
            Self::Bed => None,
        }
    }
}

/// Opens, checks and seeks.
pub(super) fn open(library: &dyn Library, ask: OpenAsk) -> Opened {
    match ask {
        OpenAsk::Cue(key, hash, from) => {
            let sound = guarded(|| library.open(hash)).and_then(|mut sound| {
                guarded(|| sound.seek(from))?;
                Ok(sound)
            });
            Opened { key: Some(key), from, sound }
        }
        OpenAsk::Bed => {
            let none = || Err(Error::Missing("for the bed".to_owned()));
            let sound = guarded(|| library.bed().unwrap_or_else(none));
            Opened { key: None, from: Frames::ZERO, sound }
        }
    }
}
