//! Between the pace-maker and a sound card: a short ring that the card empties at its own pace.
//!
//! The mixer stays in a thread of ours whatever the card does: a driver that hangs takes a ring with it and no sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use domain::Frames;
use hardware::Carries;
use hardware::metronome::BEAT;
use rtrb::{Consumer, Producer, RingBuffer};

/// What lies ready grows by this when the card was left without.
const STEP: Frames = Frames::from_millis(5);
/// A thread that sleeps less does little else; one that sleeps half a block still renders in time.
const NAP_MIN: Duration = Duration::from_millis(1);
const NAP_MAX: Duration = Duration::from_millis(5);

/// The pace-maker's end.
pub struct CardLink {
    ring: Producer<[f32; 2]>,
    taken: Arc<AtomicU64>,
    stale: Arc<AtomicBool>,
    starved: Arc<AtomicU64>,
    /// What was missed when this was looked at last.
    missed: u64,
    /// In frames of the card, of which so many make a frame of sound.
    capacity: u64,
    per_frame: u64,
    /// What the card asks for at once, as sound.
    period: Frames,
    /// What lies ready beyond that; it has grown where the card was left without.
    slack: Frames,
}

/// The card's end, called from the driver's thread: copies, counts, never waits.
pub struct CardFeed {
    ring: Consumer<[f32; 2]>,
    taken: Arc<AtomicU64>,
    stale: Arc<AtomicBool>,
    starved: Arc<AtomicU64>,
    /// Whether the ring has ever held sound: a card opens before the pace-maker hears of it.
    begun: bool,
    per_frame: u64,
}

/// Both ends of a ring for a card with this period: at most one period that the card may ask for at once, one that is ready
/// meanwhile, and two blocks because the pace-maker sleeps in steps. `starved` counts what the card missed, in frames of sound.
///
/// Who asked for a short period, of one block at most, wants to hear somebody live soon: at first no more than the period lies
/// ready then.
pub fn link(carries: Carries, period: Frames, starved: Arc<AtomicU64>) -> (CardLink, CardFeed) {
    let per_frame = carries.per_frame();
    let capacity = (2 * period.0 + 2 * BEAT.0) * per_frame;
    let (write, read) = RingBuffer::new(capacity as usize);
    let taken = Arc::new(AtomicU64::new(0));
    let stale = Arc::new(AtomicBool::new(false));
    let slack = match carries {
        Carries::Sound if period <= BEAT => Frames::ZERO,
        // Nobody asked to be heard soon: what a busy machine needs lies ready from the start.
        Carries::Sound | Carries::Multiplex => period + BEAT,
    };
    let link = CardLink {
        ring: write,
        taken: Arc::clone(&taken),
        stale: Arc::clone(&stale),
        missed: starved.load(Relaxed),
        starved: Arc::clone(&starved),
        capacity,
        per_frame,
        period,
        slack,
    };
    (link, CardFeed { ring: read, taken, stale, starved, begun: false, per_frame })
}

impl CardLink {
    /// Says which period the card really has, where it is shorter than the one that the ring was made for.
    pub fn asks_for(&mut self, period: Frames) {
        self.period = period.min(self.period);
    }

    /// Whether another block should be handed over. A card that was left without has more lying ready from then on.
    pub fn wants(&mut self) -> bool {
        let missed = self.starved.load(Relaxed);
        if missed > self.missed {
            self.missed = missed;
            self.slack = (self.slack + STEP).min(self.period + BEAT);
        }
        let fits = self.ring.slots() as u64 >= BEAT.0 * self.per_frame;
        fits && self.queued() < self.period + self.slack
    }

    /// How long the pace-maker may sleep while the card has enough: a fifth of what it asks for at once.
    pub fn nap(&self) -> Duration {
        self.period.as_duration().div_f64(5.0).clamp(NAP_MIN, NAP_MAX)
    }

    /// Hands a block over; what does not fit is lost, so call it only when there is room.
    pub fn push(&mut self, block: &[[f32; 2]]) {
        let _ = self.ring.push_partial_slice(block);
    }

    /// Sound handed over that the card has not asked for yet.
    pub fn queued(&self) -> Frames {
        Frames(self.capacity.saturating_sub(self.ring.slots() as u64) / self.per_frame)
    }

    /// Frames that the card has asked for: its heartbeat.
    pub fn taken(&self) -> u64 {
        self.taken.load(Relaxed)
    }

    /// Says that what is queued is past: when the card asks again it gets nothing of it. Push nothing until it has asked.
    pub fn forget_queued(&self) {
        self.stale.store(true, Relaxed);
    }

    /// Whether the card's end is gone.
    pub fn is_abandoned(&self) -> bool {
        self.ring.is_abandoned()
    }
}

impl CardFeed {
    /// Fills what the card asks for; what is not there is silence and counted.
    pub fn fill(&mut self, out: &mut [[f32; 2]]) {
        let asked = out.len() as u64;
        if self.stale.swap(false, Relaxed) {
            if let Ok(past) = self.ring.read_chunk(self.ring.slots()) {
                past.commit_all();
            }
            self.begun = false;
        }
        let (_, missing) = self.ring.pop_partial_slice(out);
        missing.fill([0.0; 2]);
        self.begun |= (missing.len() as u64) < asked;
        if self.begun {
            self.starved.fetch_add(missing.len() as u64 / self.per_frame, Relaxed);
        }
        self.taken.fetch_add(asked, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_stood_still_never_plays_the_past() {
        let (mut link, mut feed) = link(Carries::Sound, Frames(480), Arc::default());
        link.push(&[[0.5; 2]; 480]);
        link.forget_queued();
        let mut out = [[1.0; 2]; 240];
        feed.fill(&mut out);
        assert_eq!((out, link.queued(), link.taken()), ([[0.0; 2]; 240], Frames::ZERO, 240));
        link.push(&[[0.25; 2]; 480]);
        feed.fill(&mut out);
        assert_eq!(out, [[0.25; 2]; 240]);
    }

    #[test]
    fn a_short_period_has_itself_ready_and_more_only_after_the_card_was_left_without() {
        let (mut link, mut feed) = link(Carries::Sound, Frames(480), Arc::default());
        let ready = |link: &mut CardLink| {
            while link.wants() {
                link.push(&[[0.5; 2]; 480]);
            }
            link.queued()
        };
        assert_eq!(ready(&mut link), Frames(480));
        feed.fill(&mut [[0.0; 2]; 480]);
        assert_eq!(ready(&mut link), Frames(480));
        feed.fill(&mut [[0.0; 2]; 500]);
        assert_eq!(ready(&mut link), Frames(960));
        for _ in 0..9 {
            feed.fill(&mut vec![[0.0; 2]; 2_400]);
            ready(&mut link);
        }
        assert_eq!(link.queued(), Frames(1_440), "however often: a block over two periods at most");
    }

    #[test]
    fn a_card_that_asks_for_more_gets_silence_and_it_is_counted() {
        let starved = Arc::default();
        let (mut link, mut feed) = link(Carries::Sound, Frames(480), Arc::clone(&starved));
        feed.fill(&mut [[0.0; 2]; 480]);
        while link.wants() {
            link.push(&[[0.5; 2]; 480]);
        }
        assert_eq!(link.queued(), Frames(480));
        let mut out = [[1.0; 2]; 560];
        feed.fill(&mut out);
        assert_eq!((out[479], out[480]), ([0.5; 2], [0.0; 2]));
        assert_eq!((starved.load(Relaxed), link.taken(), link.queued()), (80, 1_040, Frames::ZERO));
    }
}
