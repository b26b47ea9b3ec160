//! The pace-maker: the one thread that renders, by the card's pace while there is a card, else by the metronome's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use domain::{Frames, Position, Vitals};
use hardware::metronome::DEBT_MAX;
use hardware::{Metronome, Tick, priority};
use playout::realtime::{BLOCK_FRAMES, Block, Fanout, Mixer};

use super::card_link::CardLink;
use super::line::{OutputLine, consumed};

/// A card that takes nothing for this long has stopped, and the metronome makes up for it.
const STALL: Duration = Duration::from_millis(500);
/// Blocks passed over at once when time was lost: 10 s, what the decks have read ahead.
const SLICE_BLOCKS: u64 = 1_000;
/// The thread's stack: rendering needs a few kilobytes and calls nothing deep.
const STACK_BYTES: usize = 256 * 1024;

/// What the pace-maker says of itself, for everyone else.
#[derive(Debug)]
pub struct PaceState {
    line: OutputLine,
    rendered: AtomicU64,
    stopped: AtomicBool,
    dropped: AtomicU64,
    late_worst_us: AtomicU64,
    /// Blocks by how long they took.
    render_blocks: [AtomicU64; 7],
    on_card: AtomicBool,
    real_time: AtomicBool,
    stop_at: AtomicU64,
}

impl PaceState {
    fn starting(from: Instant) -> Self {
        Self {
            line: OutputLine::starting(from),
            rendered: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
            late_worst_us: AtomicU64::new(0),
            render_blocks: Default::default(),
            on_card: AtomicBool::new(false),
            real_time: AtomicBool::new(false),
            stop_at: AtomicU64::new(u64::MAX),
        }
    }

    /// The position of the output at `now`.
    pub fn position(&self, now: Instant) -> Position {
        self.line.at(now)
    }

    /// Frames rendered since the start.
    pub fn rendered(&self) -> Frames {
        Frames(self.rendered.load(Relaxed))
    }

    /// Whether it has ended, which it does only when told to.
    pub fn has_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    /// Frames that were owed and dropped because the whole process stood still for more than a second.
    pub fn dropped(&self) -> Frames {
        Frames(self.dropped.load(Relaxed))
    }

    /// The latest that a block was rendered after its time, by the metronome.
    pub fn late_worst(&self) -> Duration {
        Duration::from_micros(self.late_worst_us.load(Relaxed))
    }

    /// Blocks by how long the mixer took for them, see [`Vitals::RENDER_US`].
    pub fn render_blocks(&self) -> [u64; 7] {
        std::array::from_fn(|i| self.render_blocks.get(i).map_or(0, |n| n.load(Relaxed)))
    }

    fn count_block(&self, took: Duration) {
        let us = took.as_micros();
        let i = Vitals::RENDER_US.iter().take_while(|most| us >= u128::from(**most)).count();
        if let Some(blocks) = self.render_blocks.get(i) {
            blocks.fetch_add(1, Relaxed);
        }
    }

    /// Whether a card paces now.
    pub fn on_card(&self) -> bool {
        self.on_card.load(Relaxed)
    }

    /// Whether the thread goes before all ordinary ones.
    pub fn real_time(&self) -> bool {
        self.real_time.load(Relaxed)
    }

    /// Lets the pace-maker end once it has rendered so much more.
    pub fn stop_after(&self, length: Frames) {
        self.stop_at.store(self.rendered.load(Relaxed) + length.0, Relaxed);
    }
}

/// Starts rendering at once, and gives back the readings. Cards that arrive on `cards` take the pace over.
pub fn start(mixer: Mixer, fanout: Fanout, cards: Receiver<CardLink>) -> std::io::Result<Arc<PaceState>> {
    let from = Instant::now();
    let state = Arc::new(PaceState::starting(from));
    let chain = Chain { mixer, fanout, block: Block::default(), state: Arc::clone(&state), owed: 0 };
    thread::Builder::new().name("pace".into()).stack_size(STACK_BYTES).spawn(move || {
        chain.state.real_time.store(priority::take_real_time(), Relaxed);
        run(chain, &cards, from);
    })?;
    Ok(state)
}

struct Chain {
    mixer: Mixer,
    fanout: Fanout,
    block: Block,
    state: Arc<PaceState>,
    /// Blocks whose time has passed unheard.
    owed: u64,
}

impl Chain {
    fn render(&mut self) -> &Block {
        self.drop_owed();
        let began = Instant::now();
        self.mixer.render(&mut self.block);
        self.state.count_block(began.elapsed());
        self.fanout.push(&self.block);
        self.state.rendered.store(self.mixer.position().0, Relaxed);
        &self.block
    }

    fn owe(&mut self, debt: Frames) {
        self.owed += debt.0 / BLOCK_FRAMES as u64;
        self.state.dropped.fetch_add(debt.0, Relaxed);
    }

    /// Passes over what is owed without letting anyone hear it, so that position and wall stay together and whatever should
    /// be on the air now is. Long debts are passed over in slices between heard blocks.
    fn drop_owed(&mut self) {
        for _ in 0..self.owed.min(SLICE_BLOCKS) {
            self.mixer.render(&mut self.block);
            self.owed -= 1;
        }
    }

    fn done(&self) -> bool {
        self.state.rendered.load(Relaxed) >= self.state.stop_at.load(Relaxed)
    }
}

fn run(mut chain: Chain, cards: &Receiver<CardLink>, from: Instant) {
    let mut from = from;
    let mut resting = None;
    while let Some(mut link) = by_metronome(&mut chain, cards, resting.take(), from) {
        chain.state.on_card.store(true, Relaxed);
        from = by_card(&mut chain, &mut link);
        chain.state.on_card.store(false, Relaxed);
        // A card that only paused is taken back as soon as it asks again; what it had not played by then is past.
        link.forget_queued();
        resting = Some(link);
    }
    chain.state.stopped.store(true, Relaxed);
}

/// Renders by the clock until a card arrives or moves again, which it gives back, or the end has come.
fn by_metronome(
    chain: &mut Chain,
    cards: &Receiver<CardLink>,
    mut resting: Option<CardLink>,
    from: Instant,
) -> Option<CardLink> {
    let mut metronome = Metronome::starting(from);
    let beat = resting.as_ref().map_or(0, CardLink::taken);
    while !chain.done() {
        let now = Instant::now();
        match metronome.tick(now) {
            Tick::Wait(wait) => {
                if let Ok(fresh) = cards.try_recv() {
                    return Some(fresh);
                }
                resting = resting.filter(|link| !link.is_abandoned());
                if let Some(moved) = resting.take_if(|link| link.taken() != beat) {
                    return Some(moved);
                }
                thread::sleep(wait);
                continue;
            }
            Tick::Dropped(debt) => chain.owe(debt),
            Tick::Due => {}
        }
        chain.render();
        // The block that was just rendered ends when the next one is due.
        let due = metronome.due();
        chain.state.line.fix(chain.mixer.position(), due);
        let late = (now + Duration::from_millis(10)).saturating_duration_since(due);
        chain.state.late_worst_us.fetch_max(late.as_micros() as u64, Relaxed);
    }
    None
}

/// Renders as the card takes, until it stops taking; gives back when the next block should have been rendered.
fn by_card(chain: &mut Chain, link: &mut CardLink) -> Instant {
    let (mut beat, mut moved, mut looked) = (link.taken(), Instant::now(), Instant::now());
    while !chain.done() {
        let now = Instant::now();
        if now.saturating_duration_since(looked) > DEBT_MAX {
            // The whole process stood still, and the card with it once it had played what it had.
            chain.owe(Frames::from_duration(now - looked).saturating_sub(link.queued()));
            moved = now;
        }
        looked = now;
        if link.taken() != beat {
            (beat, moved) = (link.taken(), now);
        }
        if link.is_abandoned() || now.saturating_duration_since(moved) > STALL {
            // What lies in the ring was rendered and will not sound; the clock goes on from the last frame that did.
            return moved + link.queued().as_duration().min(STALL);
        }
        let jumped = chain.owed > 0;
        while link.wants() && !chain.done() {
            let block = chain.render();
            link.push(&block.frames);
        }
        let at = consumed(chain.mixer.position(), link.queued());
        if jumped {
            chain.state.line.fix(at, now);
        } else {
            chain.state.line.follow(at, now);
        }
        thread::sleep(link.nap());
    }
    Instant::now()
}
