//! One stream shared by its listeners: a short ring of units and a cursor per listener.
//!
//! A listener costs a cursor, not a queue. Whoever falls behind by the whole ring is dropped; nobody is waited for.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use domain::Frames;

use super::opus_stream::OpusListener;

/// What the ring keeps: 10 s. A listener on a bad link may stumble that long; beyond it, joining anew is better than
/// hearing old news. At 128 kbit/s this is 160 kB per stream, whatever the number of listeners.
const RING_FRAMES: u64 = Frames::from_secs(10).0;
/// Units in the ring at most, should an encoder ever give very short ones.
const RING_UNITS_MAX: usize = 1_024;
/// Listeners of one stream: each takes one file descriptor of the 1 024 that a process may have by default.
pub const LISTENERS_MAX: u32 = 200;
/// What a browser gets at once so that it starts without waiting for its buffer: 2 s.
pub const BURST: Frames = Frames::from_secs(2);

/// First Ogg serial number: any will do but 0, which some tools take for none.
const SERIALS_FROM: u32 = 0x4d49_4b00;

/// An encoded piece of the stream that can be given out whole: Ogg page body or MP3 frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The bytes.
    pub data: Bytes,
    /// How much sound it adds to the stream.
    pub length: Frames,
    /// For the first unit of an encoder: the delay that a decoder must cut away.
    pub delay_frames: Option<u16>,
    /// Whether the stream ends with it.
    pub last: bool,
}

/// How units become the bytes of one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Container {
    /// Ogg pages with headers, each listener with own page numbers.
    OggOpus {
        /// Name of the stream, shown by players.
        title: String,
    },
    /// Bare MPEG frames.
    Mp3,
}

impl Container {
    /// The MIME type.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::OggOpus { .. } => "audio/ogg",
            Self::Mp3 => "audio/mpeg",
        }
    }
}

/// There is no room for another listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this stream already has {LISTENERS_MAX} listeners; try again later")]
pub struct Full;

/// Why a subscription gives nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The listener fell behind by the whole ring and was dropped.
    TooSlow,
    /// The stream was closed.
    Closed,
}

/// What a blocking reader got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Bytes to send on.
    Bytes(Bytes),
    /// Nothing new within the time allowed.
    Idle,
    /// Nothing will come any more.
    Ended(Ended),
}

#[derive(Debug)]
struct Listener {
    /// Number of the unit that it takes next.
    cursor: u64,
    /// Where that unit begins in the stream.
    at: Frames,
    waker: Option<Waker>,
}

#[derive(Debug, Default)]
struct Ring {
    units: VecDeque<Unit>,
    /// Number of the oldest unit in `units`.
    first: u64,
    /// Sound in `units`.
    frames: u64,
    /// Sound that the stream has given since it began.
    edge: Frames,
    listeners: HashMap<u64, Listener>,
    next_id: u64,
    dropped: u64,
    closed: bool,
}

impl Ring {
    fn end(&self) -> u64 {
        self.first + self.units.len() as u64
    }

    /// The newest unit from which `burst` or more sound lies before the edge.
    fn burst_from(&self, burst: Frames) -> Listener {
        let (mut cursor, mut have) = (self.end(), Frames::ZERO);
        for unit in self.units.iter().rev() {
            if have >= burst {
                break;
            }
            have += unit.length;
            cursor -= 1;
        }
        Listener { cursor, at: self.edge.saturating_sub(have), waker: None }
    }

    fn add(&mut self, unit: Unit) {
        self.frames += unit.length.0;
        self.edge += unit.length;
        self.units.push_back(unit);
        while self.frames > RING_FRAMES || self.units.len() > RING_UNITS_MAX {
            let Some(old) = self.units.pop_front() else { break };
            self.frames -= old.length.0;
            self.first += 1;
        }
    }

    /// Removes those who fell off the ring and gives back whom to wake.
    fn sweep(&mut self) -> Vec<Waker> {
        let mut wake = Vec::new();
        let before = self.listeners.len();
        self.listeners.retain(|_, l| {
            wake.extend(l.waker.take());
            l.cursor >= self.first
        });
        self.dropped += (before - self.listeners.len()) as u64;
        wake
    }
}

/// One encoded stream and everyone who hears it.
#[derive(Debug)]
pub struct StreamHub {
    container: Container,
    ring: Mutex<Ring>,
    moved: Condvar,
}

impl StreamHub {
    /// A hub without listeners.
    pub fn new(container: Container) -> Arc<Self> {
        Arc::new(Self { container, ring: Mutex::default(), moved: Condvar::new() })
    }

    /// What the stream is.
    pub fn container(&self) -> &Container {
        &self.container
    }

    /// Adds a unit at the live edge and drops whoever fell off the other end.
    pub fn push(&self, unit: Unit) {
        let wake = {
            let mut ring = self.ring();
            ring.add(unit);
            ring.sweep()
        };
        wake.into_iter().for_each(Waker::wake);
        self.moved.notify_all();
    }

    /// A new listener that first gets `burst` of what was (see [`BURST`]), then what comes.
    pub fn subscribe(self: &Arc<Self>, burst: Frames) -> Result<Subscription, Full> {
        let mut ring = self.ring();
        if ring.listeners.len() >= LISTENERS_MAX as usize {
            return Err(Full);
        }
        let id = ring.next_id;
        ring.next_id += 1;
        let listener = ring.burst_from(burst);
        ring.listeners.insert(id, listener);
        drop(ring);
        let opus = OpusListener::new(SERIALS_FROM.wrapping_add(id as u32));
        Ok(Subscription { hub: Arc::clone(self), id, opus })
    }

    /// How much sound the stream has given since it began.
    pub fn edge(&self) -> Frames {
        self.ring().edge
    }

    /// How many listen now.
    pub fn listeners(&self) -> u32 {
        self.ring().listeners.len() as u32
    }

    /// How many were dropped because they were too slow, since the start.
    pub fn dropped(&self) -> u64 {
        self.ring().dropped
    }

    /// Ends the stream: everyone gets what is in the ring, then the end.
    pub fn close(&self) {
        let wake = {
            let mut ring = self.ring();
            ring.closed = true;
            ring.sweep()
        };
        wake.into_iter().for_each(Waker::wake);
        self.moved.notify_all();
    }

    /// A thread that panicked while it held the ring left it whole: every change above is one step.
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One listener's place in the stream. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    hub: Arc<StreamHub>,
    id: u64,
    opus: OpusListener,
}

impl Subscription {
    /// The next bytes for this listener; `None` when it was dropped or the stream ended.
    pub async fn next(&mut self) -> Option<Bytes> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`Subscription::next`] by hand, for bodies that are polled.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let hub = Arc::clone(&self.hub);
        let mut ring = hub.ring();
        match take(&mut ring, self.id) {
            Ok(Some(unit)) => {
                drop(ring);
                Poll::Ready(Some(self.bytes(&unit)))
            }
            Ok(None) => {
                if let Some(listener) = ring.listeners.get_mut(&self.id) {
                    listener.waker = Some(cx.waker().clone());
                }
                Poll::Pending
            }
            Err(_) => Poll::Ready(None),
        }
    }

    /// The next bytes, waiting at most `patience`, for threads of their own.
    pub fn next_blocking(&mut self, patience: Duration) -> Next {
        let hub = Arc::clone(&self.hub);
        let mut ring = hub.ring();
        for waited in [false, true] {
            match take(&mut ring, self.id) {
                Ok(Some(unit)) => {
                    drop(ring);
                    return Next::Bytes(self.bytes(&unit));
                }
                Ok(None) if waited => break,
                Ok(None) => ring = hub.moved.wait_timeout(ring, patience).unwrap_or_else(PoisonError::into_inner).0,
                Err(ended) => return Next::Ended(ended),
            }
        }
        Next::Idle
    }

    /// Where in the stream the next unit begins, counted like [`StreamHub::edge`]; `None` once it was dropped.
    pub fn at(&self) -> Option<Frames> {
        self.hub.ring().listeners.get(&self.id).map(|l| l.at)
    }

    fn bytes(&mut self, unit: &Unit) -> Bytes {
        match self.hub.container() {
            Container::OggOpus { title } => self.opus.bytes(unit, title),
            Container::Mp3 => unit.data.clone(),
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.ring().listeners.remove(&self.id);
    }
}

fn take(ring: &mut Ring, id: u64) -> Result<Option<Unit>, Ended> {
    let (first, closed) = (ring.first, ring.closed);
    let listener = ring.listeners.get_mut(&id).ok_or(Ended::TooSlow)?;
    let at = listener.cursor.checked_sub(first).ok_or(Ended::TooSlow)?;
    match ring.units.get(at as usize) {
        Some(unit) => {
            listener.cursor += 1;
            listener.at += unit.length;
            Ok(Some(unit.clone()))
        }
        None if closed => Err(Ended::Closed),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenth of a second whose bytes tell its number.
    fn tenth(n: u64) -> Unit {
        Unit { data: Bytes::from(n.to_string()), length: Frames(4_800), delay_frames: None, last: false }
    }

    fn text(next: Next) -> String {
        match next {
            Next::Bytes(b) => String::from_utf8(b.to_vec()).unwrap(),
            other => format!("{other:?}"),
        }
    }

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn a_listener_gets_the_burst_then_what_comes() {
        let hub = StreamHub::new(Container::Mp3);
        (0..50).for_each(|n| hub.push(tenth(n)));
        let mut fresh = hub.subscribe(Frames::ZERO).unwrap();
        let mut burst = hub.subscribe(Frames::from_secs(2)).unwrap();
        assert_eq!(fresh.next_blocking(NOW), Next::Idle);
        assert_eq!(text(burst.next_blocking(NOW)), "30");
        hub.push(tenth(50));
        assert_eq!(text(fresh.next_blocking(NOW)), "50");
    }

    #[test]
    fn a_slow_listener_is_dropped_and_gives_its_place_away() {
        let hub = StreamHub::new(Container::Mp3);
        let mut slow = hub.subscribe(Frames::ZERO).unwrap();
        let mut quick = hub.subscribe(Frames::ZERO).unwrap();
        for n in 0..101 {
            hub.push(tenth(n));
            assert_eq!(text(quick.next_blocking(NOW)), n.to_string());
        }
        assert_eq!((hub.listeners(), hub.dropped()), (1, 1));
        assert_eq!(slow.next_blocking(NOW), Next::Ended(Ended::TooSlow));
    }

    #[test]
    fn the_door_closes_at_the_last_place_and_opens_again() {
        let hub = StreamHub::new(Container::Mp3);
        let mut all: Vec<_> = (0..LISTENERS_MAX).map(|_| hub.subscribe(BURST).unwrap()).collect();
        assert_eq!(hub.subscribe(BURST).err(), Some(Full));
        all.pop();
        assert!(hub.subscribe(BURST).is_ok());
    }

    #[test]
    fn a_closed_stream_is_heard_to_its_end() {
        let hub = StreamHub::new(Container::Mp3);
        let mut one = hub.subscribe(Frames::ZERO).unwrap();
        hub.push(tenth(0));
        hub.close();
        assert_eq!(text(one.next_blocking(NOW)), "0");
        assert_eq!(one.next_blocking(NOW), Next::Ended(Ended::Closed));
    }

    #[test]
    fn a_waiting_reader_is_woken() {
        let hub = StreamHub::new(Container::Mp3);
        let mut one = hub.subscribe(Frames::ZERO).unwrap();
        let reader = std::thread::spawn(move || text(one.next_blocking(Duration::from_secs(20))));
        hub.push(tenth(7));
        assert_eq!(reader.join().unwrap(), "7");
    }
}
