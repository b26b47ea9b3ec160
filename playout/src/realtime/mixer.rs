//! The mixer: the one thing that makes the sound of a site.

use std::sync::Arc;

use domain::{Frames, Position, Rung};
use rtrb::{Consumer, Producer, RingBuffer};

use super::agc::Agc;
use super::block::{BLOCK_FRAMES, Block, Frame, SILENCE};
use super::feed::{Chunk, Feed};
use super::floor::Floor;
use super::gauges::Gauges;
use super::hush::Hush;
use super::ladder::Ladder;
use super::limiter::{LOOK_AHEAD_FRAMES, Limiter};
use super::live::{Live, LiveFeed};
use super::order::{CueKey, Event, Load, Order};
use super::ramp::Ramp;
use super::voice::{Bench, Voice};

/// Cues on voices at once: what sounds, what fades out under it, and what was loaded ahead.
pub const MAX_VOICES: usize = 8;
/// Orders that may wait: the conductor never has more than a few per turn.
const MAX_ORDERS: usize = 64;
/// Orders taken per block, so that a full ring cannot make one block long.
const MAX_ORDERS_PER_BLOCK: usize = 16;
/// Events that may wait: a few per second at most, so that the engine may stand still for minutes.
const MAX_EVENTS: usize = 1_024;
/// Chunks that may wait on their way home; more than any deck pool holds, so that the way is never blocked.
pub(crate) const MAX_CHUNKS_HOME: usize = 1_024;

/// The one thing that makes the sound of a site: voices for cues, under them the bed, under that the floor.
///
/// It cannot be built without a floor, and nothing that happens on the other side can make it silent: with no order, no
/// bed and no chunk it plays the floor for ever.
///
/// Voices are mixed as far ahead of the output as the limiter looks: a cue at a position leaves the mixer at that position.
pub struct Mixer {
    voices: [Option<Voice>; MAX_VOICES],
    hush: Hush,
    live: Live,
    ladder: Ladder,
    agc: Option<Agc>,
    limiter: Option<Limiter>,
    close: Option<Close>,
    position: Position,
    orders: Consumer<Order>,
    events: Producer<Event>,
    home: Producer<Chunk>,
    gauges: Arc<Gauges>,
}

/// The other end of a [`Mixer`], for the engine.
pub struct Desk {
    /// Orders to the mixer.
    pub orders: Producer<Order>,
    /// What the output consumed.
    pub events: Consumer<Event>,
    /// Empty chunks on their way home.
    pub home: Consumer<Chunk>,
    /// Readings for every thread.
    pub gauges: Arc<Gauges>,
}

struct Close {
    ramp: Ramp,
    over: Frames,
}

impl Mixer {
    /// A mixer that sounds from its first block, and the desk that commands it. Called before the line is crossed.
    ///
    /// Its sum is cut at full scale; a transmitter gets [`Mixer::limited`].
    pub fn new(floor: Floor) -> (Self, Desk) {
        Self::build(floor, None)
    }

    /// The mixer of an air: what leaves it never peaks above the limiter's ceiling. Its first [`LOOK_AHEAD_FRAMES`] are
    /// silent.
    pub fn limited(floor: Floor, limiter: Limiter) -> (Self, Desk) {
        Self::build(floor, Some(limiter))
    }

    fn build(floor: Floor, limiter: Option<Limiter>) -> (Self, Desk) {
        let (orders_in, orders) = RingBuffer::new(MAX_ORDERS);
        let (events, events_out) = RingBuffer::new(MAX_EVENTS);
        let (home, home_out) = RingBuffer::new(MAX_CHUNKS_HOME);
        let gauges = Arc::new(Gauges::default());
        let desk = Desk { orders: orders_in, events: events_out, home: home_out, gauges: Arc::clone(&gauges) };
        let voices = std::array::from_fn(|_| None);
        let (hush, live, ladder) = (Hush::default(), Live::new(), Ladder::new(floor));
        (
            Self {
                voices,
                hush,
                live,
                ladder,
                agc: None,
                limiter,
                close: None,
                position: Position(0),
                orders,
                events,
                home,
                gauges,
            },
            desk,
        )
    }

    /// The same with the station's levelling before the limiter, where it has one.
    pub fn levelled(self, agc: Option<Agc>) -> Self {
        Self { agc, ..self }
    }

    /// Where the next block begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Fills the block with the next ten milliseconds. Never allocates, waits or fails.
    pub fn render(&mut self, block: &mut Block) {
        let at = self.mixed();
        block.at = at;
        block.frames = [SILENCE; BLOCK_FRAMES];
        for _ in 0..MAX_ORDERS_PER_BLOCK {
            let Ok(order) = self.orders.pop() else { break };
            self.obey(order);
        }
        let (mut cover, mut below) = ([0; BLOCK_FRAMES], [1.0; BLOCK_FRAMES]);
        let meant = self.sound_voices(block, &mut cover, &mut below);
        self.gauges.set_silence_meant(meant);
        if let Some(fallen) = self.hush.watch(&block.frames, &mut cover, meant) {
            self.tell(Event::Hushed { fallen, at });
        }
        self.live.render(at, &mut block.frames, (&mut cover, &mut below));
        let fallen = self.ladder.render(&mut block.frames, (&cover, &below), &mut self.home);
        self.gauges.add_underrun(fallen.late_frames);
        if let Some((rung, i)) = fallen.change {
            self.tell(Event::Rung { rung, at: at + Frames(i as u64) });
        }
        if let Some(agc) = &mut self.agc {
            agc.process(&mut block.frames);
        }
        if let Some(limiter) = &mut self.limiter {
            let gain = limiter.process(&mut block.frames);
            self.gauges.note_limiter(gain);
        }
        self.finish(&mut block.frames);
        block.at = self.position;
        self.position = block.at + Frames(BLOCK_FRAMES as u64);
        self.gauges.set_rung(self.ladder.rung());
        self.gauges.set_position(self.position);
    }

    /// Where the next block of voices begins: ahead of the output by what the limiter holds.
    fn mixed(&self) -> Position {
        let ahead = if self.limiter.is_some() { LOOK_AHEAD_FRAMES } else { 0 };
        self.position + Frames(ahead as u64)
    }

    /// The rung that sounded last.
    pub fn rung(&self) -> Rung {
        self.ladder.rung()
    }

    fn obey(&mut self, order: Order) {
        let now = self.mixed();
        match order {
            Order::Load(load) => self.load(load),
            Order::Start { key, at, end, fade_out } => self.with(key, |v| v.start(at, end, fade_out)),
            Order::Retime { key, end, fade_out, under } => self.with(key, |v| v.retime(end, fade_out, under, now)),
            Order::Forget { key } => self.with(key, |v| v.forget(now)),
            Order::Bed(feed) => self.take_bed(feed),
            Order::Live(feed) => self.take_live(feed),
            Order::Close { over } => self.close = Some(Close { ramp: Ramp::at(1.0), over }),
        }
    }

    fn load(&mut self, load: Load) {
        if let Some(free) = self.voices.iter_mut().find(|v| v.is_none()) {
            *free = Some(Voice::new(load));
        } else {
            self.tell(Event::Refused { key: load.key, feed: load.feed });
        }
    }

    fn with(&mut self, key: CueKey, act: impl FnOnce(&mut Voice)) {
        if let Some(voice) = self.voices.iter_mut().flatten().find(|v| v.key() == key) {
            act(voice);
        }
    }

    fn take_bed(&mut self, feed: Feed) {
        if let Some(old) = self.ladder.set_bed(feed) {
            self.tell(Event::BedHome(old));
        }
    }

    fn take_live(&mut self, feed: LiveFeed) {
        if let Some(old) = self.live.set_feed(feed) {
            self.tell(Event::LiveHome(old));
        }
    }

    /// Mixes the voices; says whether silence belongs to one of them.
    fn sound_voices(
        &mut self,
        block: &mut Block,
        cover: &mut [u8; BLOCK_FRAMES],
        below: &mut [f32; BLOCK_FRAMES],
    ) -> bool {
        // What nobody hears under somebody live is not missed.
        let mut meant = self.live.is_heard();
        let next = block.at + Frames(BLOCK_FRAMES as u64);
        for i in 0..MAX_VOICES {
            let Some(Some(voice)) = self.voices.get_mut(i) else { continue };
            let mut bench = Bench { at: block.at, out: &mut block.frames, cover, below, home: &mut self.home };
            let report = voice.render(&mut bench);
            self.gauges.add_underrun(report.late_frames);
            meant |= report.silence_meant;
            report.began.into_iter().chain(report.turned).for_each(|e| self.tell(e));
            // A voice leaves only when its feed can go home: freeing it here is not allowed.
            let home_is_open = report.over && !self.events.is_full();
            if home_is_open && let Some(gone) = self.voices.get_mut(i).and_then(Option::take) {
                self.tell(gone.leave(next));
            }
        }
        meant
    }

    fn finish(&mut self, frames: &mut [Frame; BLOCK_FRAMES]) {
        if let Some(close) = &mut self.close {
            let over = close.over.0 as f32;
            for frame in frames.iter_mut() {
                let g = close.ramp.step(false, over);
                *frame = [frame[0] * g, frame[1] * g];
            }
        }
        frames.iter_mut().flatten().for_each(|s| *s = if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 });
    }

    /// Tells the engine. An event that owns memory is only made when there is room (`Refused` and `BedHome` follow an
    /// order, and every order is answered by at most one).
    fn tell(&mut self, event: Event) {
        if let Err(rtrb::PushError::Full(event)) = self.events.push(event) {
            self.gauges.add_lost_event();
            // Leaking a feed is the lesser evil: it happens only when the engine has been gone for minutes.
            std::mem::forget(event);
        }
    }
}
