//! Where the shell says how a guest's sound arrives, and the engine whether it is on the air.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Frames, LiveReading, LiveState};
use jiff::Timestamp;

use super::hearing::Fault;

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Which connection this is: grows with each.
    pub number: u64,
    /// Their name, as it stands in their right.
    pub person: String,
    /// What they send, for people: the format and the program that sends it.
    pub source: String,
    /// Where their right to the air ends.
    pub until: Timestamp,
}

/// How their sound arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// Whether sound comes out of the buffer.
    pub is_flowing: bool,
    /// Whether they said goodbye and all of it was given.
    pub is_over: bool,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// What waits in buffer and ring: how late they are heard.
    pub waiting: Frames,
    /// How much faster their clock goes than this output, in parts in a million.
    pub drift_ppm: f64,
}

/// The desk between the two. Neither holds it longer than it takes to copy a few words.
#[derive(Debug, Default)]
pub struct LiveDesk {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    guest: Option<Guest>,
    report: Report,
    state: LiveState,
    on_since: Option<Timestamp>,
}

impl LiveDesk {
    /// Somebody came, another right end became known, or they went (`None`).
    pub fn seat(&self, guest: Option<Guest>) {
        let mut inner = self.inner();
        if inner.guest.as_ref().map(|g| g.number) != guest.as_ref().map(|g| g.number) {
            (inner.report, inner.state, inner.on_since) = (Report::default(), LiveState::default(), None);
        }
        inner.guest = guest;
    }

    /// How it goes now.
    pub fn report(&self, report: Report) {
        self.inner().report = report;
    }

    /// For vitals: who is there and how it goes; `None` when nobody is.
    pub fn reading(&self) -> Option<LiveReading> {
        let inner = self.inner();
        let guest = inner.guest.as_ref()?;
        Some(LiveReading {
            person: guest.person.clone(),
            source: guest.source.clone(),
            state: inner.state,
            since: inner.on_since,
            until: guest.until,
            buffer_ms: (inner.report.waiting.0 / 48) as u32,
            drift_ppm: inner.report.drift_ppm as f32,
        })
    }

    /// Whether who is there said goodbye and all of it was given.
    pub fn is_over(&self) -> bool {
        self.inner().report.is_over
    }

    pub(crate) fn look(&self) -> Option<(Guest, Report)> {
        let inner = self.inner();
        Some((inner.guest.clone()?, inner.report))
    }

    pub(crate) fn show(&self, state: LiveState, on_since: Option<Timestamp>) {
        let mut inner = self.inner();
        (inner.state, inner.on_since) = (state, on_since);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
