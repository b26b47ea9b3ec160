//! The air process: the sound of one site, whatever else happens.
//!
//! Order of the start: the pace-maker sounds the floor before any file is opened; then the plan, the encoders, the network.
//! Nothing that fails after the first block can take the sound away.

mod air_check;
mod alarms;
mod card_keeper;
mod card_link;
mod chores;
mod door;
mod encoding;
mod equipment;
mod facts;
mod http;
mod line;
mod live;
mod mark;
mod mpx;
mod network;
mod options;
mod outlets;
mod own;
mod pace;
mod pulse;
mod recording;
mod rtp;
mod station;
mod turning;
mod witness;

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use domain::{BootId, Finding, Frames, Severity};
use playout::deck::{ShelfLibrary, Suspects, WatchedLibrary};
use playout::engine::{Engine, EngineConfig};
use playout::realtime::{Agc, Desk, Fanout, Floor, Limiter, Mixer};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

pub use equipment::{EncoderOptions, TimeOptions, TransmitterOptions, ask_time_sources};
pub use live::{LineBy, LineOptions, LiveOptions};
pub use mpx::{MpxOutput, MpxTo, PipeFormat};
pub use options::{AirOptions, OutputOptions, StreamFormat};
pub use witness::{WitnessBy, WitnessOptions};

use self::chores::Chores;
use self::live::LiveLine;
use self::mark::WallMark;
use self::own::OwnPlanner;
use self::pace::PaceState;
use self::station::Station;
use self::turning::{EngineThread, EngineView, News, Turning};

/// What may still happen after the fade, before the process goes in any case.
const END_WITHIN: Duration = Duration::from_secs(2);
/// News that may wait for the engine: one set of plans and what is wrong with the slots.
const NEWS_MAX: usize = 2;

/// Sounds the site until the process is told to stop (`SIGTERM`, `SIGINT`).
///
/// # Errors
/// Only when no thread can be started at all: everything else is an alarm beside the sound.
#[expect(clippy::needless_pass_by_value, reason = "the options belong to the process that they start")]
pub fn run(options: AirOptions) -> anyhow::Result<()> {
    let (mixer, desk) = Mixer::limited(Floor::new(), Limiter::new(options.ceiling));
    let mixer = mixer.levelled(options.agc.map(Agc::new));
    let (fanout, mut taps) = Fanout::new(&outlets::taps(&options));
    let (cards, card_links) = sync_channel(1);
    let pace = pace::start(mixer, fanout, card_links).context("the pace-maker cannot be started")?;

    let watched =
        taps.iter().position(|t| t.name() == "pulse").map(|i| pulse::start(taps.remove(i), Arc::clone(&desk.gauges)));
    if let Some(Err(e)) = watched {
        tracing::warn!("no pulse: {e}; a watchdog will end this process");
    }

    let boot = BootId(getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id())));
    let view = Arc::new(Mutex::new(EngineView::default()));
    let opened = live::open(&options, &pace).context("the live thread cannot be started")?;
    let (line, outer) = opened.unzip();
    let station = outlets::open(&options, boot, &pace, taps, cards, (Arc::clone(&view), line))?;
    let engine = start_engine(&options, &station, desk);
    tracing::info!(site = %options.site, %boot, real_time = pace.real_time(), "on the air");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        serve(&station, &options);
        if let Some(outer) = outer {
            let (station, options) = (Arc::clone(&station), options.clone());
            tokio::spawn(async move { live::serve(station, &options, outer).await });
        }
        told_to_stop().await;
        end(&station, &pace, engine.as_ref()).await;
        Suspects::ended(&chores::suspects_dir(&options.data_dir));
    });
    tracing::info!(site = %options.site, late_worst = ?pace.late_worst(), "off the air");
    // Connections that a listener keeps open do not keep the process.
    runtime.shutdown_background();
    Ok(())
}

/// Starts what decides; without it the floor sounds and an alarm says why.
fn start_engine(options: &AirOptions, station: &Arc<Station>, desk: Desk) -> Option<EngineThread> {
    let config = EngineConfig {
        site: options.site,
        boot: station.boot,
        shelf_dir: options.shelf_dir.clone(),
        bed: Some(options.data_dir.join("bed.flac")),
        journal_dir: Some(options.data_dir.join("journal")),
        last_seen: WallMark::in_dir(&options.data_dir).read(&options.clock),
        ceiling: options.ceiling,
        agc: options.agc,
    };
    let notes = chores::suspects_dir(&options.data_dir);
    let suspects = Suspects::at_boot(&notes);
    if suspects.unknown {
        station.alarms.set("suspects", vec![chores::safe_mode()], options.clock.now());
    }
    let library = Box::new(ShelfLibrary::new(&config.shelf_dir, config.bed.clone()));
    let (news_in, news) = sync_channel(NEWS_MAX);
    let started = WatchedLibrary::new(library, &notes, &suspects)
        .and_then(|library| Engine::beside(config, Box::new(library), desk))
        .map_err(anyhow::Error::from)
        .and_then(|engine| Ok(EngineThread::start(turning(station, engine, news))?));
    let view = Arc::clone(&station.engine);
    let trusted = Box::new(move || view.lock().unwrap_or_else(PoisonError::into_inner).time_trusted);
    let (pace, alarms) = (Arc::clone(&station.pace), Arc::clone(&station.alarms));
    let own = OwnPlanner::new(options.site, options.shelf_dir.clone(), crate::kit::path(&options.data_dir));
    let hold = suspects.unknown;
    let chores = Chores { site: options.site, clock: options.clock, trusted, pace, alarms, news: news_in, own, hold };
    let chores = chores.start(&options.data_dir).map_err(anyhow::Error::from);
    let failed = [started.as_ref().err(), chores.as_ref().err()].into_iter().flatten().map(no_engine).collect();
    station.alarms.set("engine", failed, options.clock.now());
    started.ok()
}

fn turning(station: &Station, mut engine: Engine, news: Receiver<News>) -> Turning {
    let line = station.line.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(LiveLine { feed, gate, desk }) = line {
        engine.set_live(feed, gate, desk);
    }
    let (pace, view) = (Arc::clone(&station.pace), Arc::clone(&station.engine));
    let outvoted = Arc::clone(&station.outvoted);
    Turning { engine, news, pace, clock: station.clock, outvoted, view }
}

fn serve(station: &Arc<Station>, options: &AirOptions) {
    if let Some(address) = options.http {
        tokio::spawn(network::serve_listeners(Arc::clone(station), address));
    }
    let (socket, station) = (options.data_dir.join("air.sock"), Arc::clone(station));
    tokio::spawn(async move { network::serve_headquarters(station, &socket).await });
}

/// Waits for `SIGTERM` or `SIGINT`. A closed terminal (`SIGHUP`) is no reason to stop the air.
async fn told_to_stop() {
    let (Ok(mut term), Ok(mut int), Ok(mut hang_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            _ = term.recv() => return,
            _ = int.recv() => return,
            _ = hang_up.recv() => {}
        }
    }
}

/// Fades, lets the outputs take the last block, and gives the listeners the end of their streams.
async fn end(station: &Station, pace: &PaceState, engine: Option<&EngineThread>) {
    let deadline = Instant::now() + END_WITHIN;
    match engine {
        Some(engine) => engine.stop(),
        None => pace.stop_after(Frames::ZERO),
    }
    while !pace.has_stopped() && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
    station.stop_outputs();
    let ended = || station.outputs_have_ended() && engine.is_none_or(EngineThread::has_ended);
    while !ended() && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
    // One more moment for the last pages to leave.
    sleep(Duration::from_millis(50)).await;
}

fn no_engine(e: &anyhow::Error) -> Finding {
    Finding {
        code: "engine.start".into(),
        severity: Severity::Blocking,
        at_s: None,
        fr: format!(
            "Le conducteur ne peut pas démarrer ({e:#}) ; la boucle de secours passe. Vérifiez le disque et redémarrez."
        ),
        en: format!("The conductor cannot start ({e:#}); the floor loop plays. Check the disk and restart."),
    }
}
