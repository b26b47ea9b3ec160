//! Somebody live on a site's air: the door where they knock, their decoder, the thread that evens their sound out.

mod answers;
mod attempts;
mod body;
mod card_line;
mod decoding;
mod door;
mod line;
mod lines;
mod request;
mod sitting;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use domain::{Finding, Frames, Severity};
use hardware::metronome::BEAT;
use playout::live::LiveDesk;
use playout::realtime::{LiveFeed, LiveGate, live_feed};

use super::options::{AirOptions, OutputOptions};
use super::pace::PaceState;
use super::station::Station;
use crate::rights;

pub use self::card_line::{emptied, open_input};
pub use self::lines::{LineBy, LineOptions, PACKET_BYTES_MAX, bound};

/// Where somebody live may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOptions {
    /// Where the door is.
    pub listen: SocketAddr,
    /// How much of their sound lies ready on average: what their network may be late.
    pub depth: Frames,
    /// Lines that lie open to one place each.
    pub lines: Vec<LineOptions>,
}

impl LiveOptions {
    /// A site has a studio, a hall, a codec in reserve.
    pub const LINES_MAX: usize = 4;
}

/// Under which names the lines complain.
const LINES: [&str; LiveOptions::LINES_MAX] = ["live-1", "live-2", "live-3", "live-4"];

/// The engine's end of the line.
pub struct LiveLine {
    /// The sound, for the mixer.
    pub feed: LiveFeed,
    /// The gate before it.
    pub gate: Arc<LiveGate>,
    /// Who is there.
    pub desk: Arc<LiveDesk>,
}

/// The outer end of the line: what the door speaks to.
pub struct Outer {
    options: LiveOptions,
    words: std::sync::mpsc::SyncSender<line::Word>,
    desk: Arc<LiveDesk>,
}

/// Starts the live thread when a door is configured.
pub fn open(options: &AirOptions, pace: &Arc<PaceState>) -> io::Result<Option<(LiveLine, Outer)>> {
    let Some(live) = options.live.clone() else { return Ok(None) };
    let (filler, feed, gate) = live_feed();
    let desk = Arc::new(LiveDesk::default());
    let words = line::start(burst(options), filler, Arc::clone(&desk), Arc::clone(pace))?;
    let outer = Outer { options: live, words, desk: Arc::clone(&desk) };
    Ok(Some((LiveLine { feed, gate, desk }, outer)))
}

/// What a card takes at once and the mixer with it, in whole blocks, beyond the one that it takes anyway.
fn burst(options: &AirOptions) -> Frames {
    let period = options.outputs.iter().find_map(|output| match output {
        OutputOptions::Card { period, .. } => Some(*period),
        _ => None,
    });
    Frames(period.unwrap_or(BEAT).0.div_ceil(BEAT.0) * BEAT.0).saturating_sub(BEAT)
}

/// Serves the door for ever.
pub async fn serve(station: Arc<Station>, options: &AirOptions, outer: Outer) {
    let view = Arc::clone(&station.engine);
    let door = door::Door {
        site: station.site,
        rights: rights::path(&options.data_dir),
        clock: station.clock,
        trusted: Box::new(move || view.lock().unwrap_or_else(PoisonError::into_inner).time_trusted),
        desk: outer.desk,
        words: outer.words,
        attempts: std::sync::Mutex::default(),
        taken: std::sync::Mutex::default(),
        last: std::sync::atomic::AtomicU64::default(),
        depth: outer.options.depth,
    };
    let (listen, door) = (outer.options.listen, Arc::new(door));
    for (line, source) in outer.options.lines.into_iter().zip(LINES) {
        if let Err(e) = lines::start(Arc::clone(&door), line, (Arc::clone(&station.alarms), source)) {
            tracing::error!("a live line could not be started: {e}");
        }
    }
    let complain = move |e: Option<io::Error>| {
        let findings = e.iter().map(|e| port_taken(listen, e)).collect();
        station.alarms.set("live", findings, station.clock.now());
    };
    door.serve(listen, complain).await;
}

fn port_taken(address: SocketAddr, e: &io::Error) -> Finding {
    Finding {
        code: "live.port".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Personne ne peut entrer en direct : {address} ne s’ouvre pas ({e}). L'antenne continue ; libérez ce port ou changez-le dans la configuration."
        ),
        en: format!(
            "Nobody can come in live: {address} does not open ({e}). The air goes on; free this port or change it in the config."
        ),
    }
}
