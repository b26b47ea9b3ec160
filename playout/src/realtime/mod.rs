//! The real-time line: [`Mixer::render`] and [`Fanout::push`] are the only calls that a pace-maker makes.
//!
//! While they run there is no allocation and no freeing, no waiting, no system call, no clock and no way to fail: fixed
//! arrays, arithmetic, atomics and wait-free rings. Orders and filled chunks come in, events and empty chunks go out, and
//! whatever owns memory travels home through an event to be freed there. Constructors run before the line is crossed and
//! may allocate. A test forbids the words; another renders under an allocator that aborts.

mod agc;
mod block;
mod fanout;
mod feed;
mod floor;
mod gauges;
mod hush;
mod ladder;
mod limiter;
mod live;
mod mixer;
mod order;
mod ramp;
mod under;
mod voice;

pub use agc::Agc;
pub use block::{BLOCK_FRAMES, Block, Frame, SILENCE};
pub use fanout::{Fanout, TapReader, TapSpec};
pub use feed::{CHUNK_FRAMES, Chunk, Feed, Filler, feed};
pub use floor::Floor;
pub use gauges::Gauges;
pub use hush::{LOW_MAX, SILENCE_MAX};
pub use ladder::RUNG_FADE;
pub use limiter::{LOOK_AHEAD_FRAMES, Limiter};
pub use live::{LIVE_FADE, LIVE_RING, LiveFeed, LiveFiller, LiveGate, live_feed};
pub use mixer::{Desk, MAX_VOICES, Mixer};
pub use order::{CueKey, Event, Load, Order};
pub use under::Under;
pub use voice::{CUT_FADE, JOIN_FADE, TAIL};
