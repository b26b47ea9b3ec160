//! How an output that works on a thread of its own stands: what its thread counts and says, for whoever asks meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use domain::{Finding, Frames, OutputReading};

/// Written by the output's thread, read by the others. Nothing in it is waited for longer than a sentence takes to copy.
#[derive(Debug, Default)]
pub struct Standing {
    taken: AtomicU64,
    lost: AtomicU64,
    stop: AtomicBool,
    trouble: Mutex<Option<Finding>>,
}

impl Standing {
    /// Counts frames that went where they should.
    pub fn took(&self, frames: Frames) {
        self.taken.fetch_add(frames.0, Relaxed);
    }

    /// Counts frames that did not.
    pub fn missed(&self, frames: Frames) {
        self.lost.fetch_add(frames.0, Relaxed);
    }

    /// Says how many frames were lost since the start, where the thread counts them itself.
    pub fn has_lost(&self, frames: Frames) {
        self.lost.store(frames.0, Relaxed);
    }

    /// Says what does not work now; `None` when all does.
    pub fn tell(&self, trouble: Option<Finding>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Asks the thread to end.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Whether the thread was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// What the vitals say of it, by the output's name.
    pub fn reading(&self, name: &str) -> OutputReading {
        OutputReading {
            name: name.to_owned(),
            taken: Frames(self.taken.load(Relaxed)),
            lost: Frames(self.lost.load(Relaxed)),
            listeners: None,
            trouble: self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
