//! The air process: the sound of one site, whatever else happens.
//!
//! Order of the start: the pace-maker sounds the floor before any file is opened; then the plan, the encoders, the network.
//! Nothing that fails after the first block can take the sound away.

mod alarms;
mod card_keeper;
mod card_link;
mod door;
mod encoding;
mod http;
mod line;
mod mark;
mod network;
mod options;
mod outlets;
mod pace;
mod recording;
mod station;
mod turning;

use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use domain::{BootId, Frames};
use playout::realtime::{Fanout, Floor, Mixer, Order};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

pub use options::{AirOptions, OutputOptions, StreamFormat};

use self::pace::Pace;
use self::station::Station;

/// The fade at the end: short enough to be gone before anyone waits, long enough not to click.
const FADE_OUT: Frames = Frames::from_millis(150);
/// What may still happen after the fade, before the process goes in any case.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Sounds the site until the process is told to stop (`SIGTERM`, `SIGINT`).
///
/// # Errors
/// Only when no thread can be started at all: everything else is an alarm beside the sound.
pub fn run(options: AirOptions) -> anyhow::Result<()> {
    let (mixer, mut desk) = Mixer::new(Floor::new());
    let (fanout, taps) = Fanout::new(&outlets::taps(&options));
    let (cards, card_links) = sync_channel(1);
    let pace = Pace::start(mixer, fanout, card_links).context("the pace-maker cannot be started")?;

    let boot = BootId(getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id())));
    let _ = std::fs::create_dir_all(&options.data_dir);
    let engine = Arc::new(Mutex::new(turning::EngineView::default()));
    let station = outlets::open(&options, boot, &pace, taps, cards, engine)?;
    tracing::info!(site = %options.site, %boot, "on the air");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        serve(&station, &options);
        told_to_stop().await;
        let _ = desk.orders.push(Order::Close { over: FADE_OUT });
        end(&station, &pace).await;
    });
    // Connections that a listener keeps open do not keep the process.
    runtime.shutdown_background();
    Ok(())
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
async fn end(station: &Station, pace: &Pace) {
    let deadline = Instant::now() + END_WITHIN;
    pace.state.stop_after(FADE_OUT + Frames::from_millis(20));
    while !pace.has_ended() && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
    station.stop_outputs();
    while !station.outputs_have_ended() && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
    // One more moment for the last pages to leave.
    sleep(Duration::from_millis(50)).await;
}
