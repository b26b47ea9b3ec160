//! The stereo multiplex in the running air, with RDS out of what is on: to a card at 192 kHz, into a pipe, or by RTP to an exciter.
//!
//! It hangs on a ring of its own behind the mixer. Where it goes to a card, the card paces it: the sound is stretched to the
//! card's clock before it is coded, so that pilot, 38 kHz and RDS stay the even numbers of that clock. Whatever becomes of
//! the plan, the pilot and the PI stay.

mod coding;
mod pipe;
mod teller;
mod words;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use domain::{Frames, MpxReading, OutputReading, SiteId};
use hardware::Carries;
use hardware::mpx::{Coder, MpxOptions};
use playout::outputs::Standing;
use playout::outputs::rtp::{RtpLine, RtpOptions};
use playout::realtime::TapReader;

use self::coding::Coding;
use self::pipe::Pipe;
pub use self::pipe::{PipeFormat, made};
use self::teller::Teller;
use self::words::{Watching, Words};
use super::alarms::AlarmBoard;
use super::card_keeper::CardKeeper;
use super::pace::PaceState;
use super::rtp::{self, Description};
use super::turning::EngineView;
use crate::clock::WallClock;

/// The coder's buffers lie on the heap; nothing else goes deep.
const STACK_BYTES: usize = 256 * 1024;
/// Cards that may wait for the thread: there is one, opened again.
const CARDS_MAX: usize = 1;

/// Where the multiplex goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MpxTo {
    /// A sound card at 192 kHz; it paces the multiplex.
    Card {
        /// Its stable ALSA name.
        name: String,
        /// The period to ask for, as sound.
        period: Frames,
    },
    /// A named pipe, made where there is none; the air paces it, and a reader who is late loses sound.
    Pipe {
        /// Its path.
        path: PathBuf,
        /// What a sample is.
        format: PipeFormat,
    },
    /// RTP to an exciter on the site's own network; the air paces it.
    Rtp(RtpOptions),
}

/// The multiplex of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct MpxOutput {
    /// How it is made.
    pub signal: MpxOptions,
    /// Where it goes.
    pub to: MpxTo,
    /// Whether the station promises announcements (TP); the flag TA is then up while an alert is on the air.
    pub traffic: bool,
    /// Whether an opt-out names the network beside it (EON).
    pub eon: bool,
}

/// What the threads of the multiplex work with.
pub struct MpxWork {
    /// The site.
    pub site: SiteId,
    /// The site's folder.
    pub data_dir: PathBuf,
    /// The wall clock.
    pub clock: WallClock,
    /// The pace-maker's readings.
    pub pace: Arc<PaceState>,
    /// What the engine said last.
    pub engine: Arc<Mutex<EngineView>>,
    /// Where conditions go.
    pub alarms: Arc<AlarmBoard>,
}

/// What the coding thread says of itself.
#[derive(Debug, Default)]
struct Shared {
    standing: Standing,
    reading: Mutex<MpxReading>,
    stop: AtomicBool,
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.stop.load(Relaxed)
    }
}

/// The running multiplex.
pub struct Mpx {
    shared: Arc<Shared>,
    keeper: Option<CardKeeper>,
    description: Option<Description>,
    thread: JoinHandle<()>,
}

impl Mpx {
    /// Starts making the multiplex of what `tap` gives.
    pub fn start(options: &MpxOutput, work: MpxWork, tap: TapReader) -> std::io::Result<Self> {
        let coder = Coder::new(options.signal).map_err(std::io::Error::other)?;
        let shared = Arc::new(Shared::default());
        let words = Arc::new(Words::default());
        let teller = Teller::new(Arc::clone(&words), work.clock);
        let coding = Coding::new(coder, teller, tap, Arc::clone(&work.pace), Arc::clone(&shared));
        let builder = thread::Builder::new().name("mpx".into()).stack_size(STACK_BYTES);
        let (keeper, description, thread) = match &options.to {
            MpxTo::Card { name, period } => {
                let (cards, links) = sync_channel(CARDS_MAX);
                let keeper = CardKeeper::start(Carries::Multiplex, name, *period, cards)?;
                (Some(keeper), None, builder.spawn(move || coding.feed_card(&links))?)
            }
            MpxTo::Pipe { path, format } => {
                let pipe = Pipe::new(path.clone(), *format);
                (None, None, builder.spawn(move || coding.feed_pipe(pipe))?)
            }
            MpxTo::Rtp(to) => {
                let (line, description) = line(to, &work)?;
                (None, Some(description), builder.spawn(move || coding.feed_line(line))?)
            }
        };
        let mpx = Self { shared, keeper, description, thread };
        let watching = Watching::new(work, (options.traffic, options.eon), words);
        watching.start(Arc::clone(&mpx.shared)).inspect_err(|_| mpx.stop())?;
        Ok(mpx)
    }

    /// What a receiver of the multiplex must know; `None` where it does not go over the network.
    pub const fn description(&self) -> Option<&Description> {
        self.description.as_ref()
    }

    /// What leaves, measured.
    pub fn reading(&self) -> MpxReading {
        self.shared.reading.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How it fares as an output.
    pub fn output(&self) -> OutputReading {
        self.keeper.as_ref().map_or_else(|| self.shared.standing.reading("mpx"), CardKeeper::reading)
    }

    /// Lets the threads end.
    pub fn stop(&self) {
        self.shared.stop.store(true, Relaxed);
        self.keeper.iter().for_each(CardKeeper::stop);
    }

    /// Whether the coding thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

/// The line to an exciter, and its description.
fn line(to: &RtpOptions, work: &MpxWork) -> std::io::Result<(RtpLine, Description)> {
    let (site, identity) = (work.site, rtp::identity());
    let clocks = rtp::clocks(&work.pace, work.clock);
    let line = RtpLine::new(*to, identity, &rtp::name(site), clocks).map_err(std::io::Error::other)?;
    Ok((line, Description::new(to, identity, (site, &work.data_dir), format!("{site}-mpx.sdp"))))
}
