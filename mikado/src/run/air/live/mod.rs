//! Somebody live on a site's air: the door where they knock, their decoder, the thread that evens their sound out.

mod answers;
mod attempts;
mod body;
mod decoding;
mod door;
mod line;
mod request;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use domain::{Finding, Frames, Severity};
use playout::live::LiveDesk;
use playout::realtime::{LiveFeed, LiveGate, live_feed};

use super::options::AirOptions;
use super::pace::PaceState;
use super::station::Station;
use crate::rights;

/// Where somebody live may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveOptions {
    /// Where the door is.
    pub listen: SocketAddr,
    /// How much of their sound lies ready on average: what their network may be late.
    pub depth: Frames,
}

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
    listen: SocketAddr,
    words: std::sync::mpsc::SyncSender<line::Word>,
    desk: Arc<LiveDesk>,
}

/// Starts the live thread when a door is configured.
pub fn open(options: &AirOptions, pace: &Arc<PaceState>) -> io::Result<Option<(LiveLine, Outer)>> {
    let Some(LiveOptions { listen, depth }) = options.live else { return Ok(None) };
    let (filler, feed, gate) = live_feed();
    let desk = Arc::new(LiveDesk::default());
    let words = line::start(depth, filler, Arc::clone(&desk), Arc::clone(pace))?;
    let outer = Outer { listen, words, desk: Arc::clone(&desk) };
    Ok(Some((LiveLine { feed, gate, desk }, outer)))
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
    };
    let listen = outer.listen;
    let complain = move |e: Option<io::Error>| {
        let findings = e.iter().map(|e| port_taken(listen, e)).collect();
        station.alarms.set("live", findings, station.clock.now());
    };
    Arc::new(door).serve(listen, complain).await;
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
