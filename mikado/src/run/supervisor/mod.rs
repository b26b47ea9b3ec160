//! The supervisor: starts `hq` and one `air` per site, and starts again what ends.
//!
//! Its own death stops nothing: children live in process groups of their own, and the next supervisor adopts them by
//! the state files that this one leaves in its folder. Only an asked-for stop (SIGTERM, SIGINT, SIGHUP) stops them.

mod child;
mod machine;
mod process;
mod restarts;
mod watchdog;

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rustix::fs::{FlockOperation, flock};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::child::Role;
use self::child::{Keeper, Start};
pub use self::process::our_executable;
use crate::clock::WallClock;
use crate::config::Config;
use crate::error::Error;
use crate::speech::{Said, Voice};

/// What a supervisor hands on to its children.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// The wall clock that all of them show.
    pub clock: WallClock,
    /// How they and it speak.
    pub voice: Voice,
    /// What the children's trace shows where `MIKADO_TRACE` says nothing; `None` leaves them their own default.
    pub trace: Option<&'static str>,
}

/// Runs until it is asked to stop, then stops its children gracefully.
///
/// # Errors
/// When another supervisor already runs on the same folder, or that folder cannot be written.
pub fn run(config: &Config, options: RunOptions) -> Result<(), Error> {
    std::fs::create_dir_all(&config.run).map_err(|e| Error::file(&config.run, e))?;
    let _only_one = take_lock(&config.run.join("supervisor.lock"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Error::doing("démarrage impossible", "cannot start", e))?;
    runtime.block_on(supervise(config, options))
}

async fn supervise(config: &Config, options: RunOptions) -> Result<(), Error> {
    let executable = our_executable().map_err(|e| Error::doing("exécutable introuvable", "executable not found", e))?;
    let (tell_stop, stop) = watch::channel(false);
    let sounded = machine::Sounded::default();
    let dog = config
        .watchdog
        .clone()
        .map(|path| tokio::spawn(machine::feed(path, machine::EVERY, Arc::clone(&sounded), stop.clone())));
    let mut keepers = JoinSet::new();
    let began = Instant::now();
    // Sound first: the sites start before the headquarters.
    let roles = config.sites.iter().map(|s| Role::Air(s.id)).chain([Role::Hq]);
    for role in roles {
        let start = Start::new(role, config, &executable, options);
        let keeper = Keeper::new(start, began, options.voice, address_of(role, config), Arc::clone(&sounded));
        keepers.spawn(keeper.keep(stop.clone()));
    }
    wait_for_stop_signal().await?;
    options.voice.say(&Said::new("Arrêt des processus…", "Stopping the processes…"));
    let _ = tell_stop.send(true);
    while keepers.join_next().await.is_some() {}
    if let Some(dog) = dog {
        // It rests as soon as it hears of the stop.
        let _ = dog.await;
    }
    Ok(())
}

async fn wait_for_stop_signal() -> Result<(), Error> {
    let install = |kind| signal(kind).map_err(|e| Error::doing("signaux indisponibles", "signals unavailable", e));
    let mut terminate = install(SignalKind::terminate())?;
    let mut interrupt = install(SignalKind::interrupt())?;
    let mut hangup = install(SignalKind::hangup())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

/// Where a child serves, and the key of the config that says so.
fn address_of(role: Role, config: &Config) -> Option<(SocketAddr, String)> {
    match role {
        Role::Hq => Some((config.http, "[hq] http".to_owned())),
        Role::Air(id) => Some((config.site(id)?.http?, format!("[[site]] {id} http"))),
    }
}

/// Holds `path` for the life of this process, so that two supervisors never start the same sites.
fn take_lock(path: &Path) -> Result<File, Error> {
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let mut file = open.map_err(|e| Error::file(path, e))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut other = String::new();
        // The number is only a courtesy; without it the sentence still says enough.
        let _ = (&mut file).take(16).read_to_string(&mut other);
        let other = other.trim().to_owned();
        return Err(Error::failed(
            format!("Mikado tourne déjà sur ce dossier (processus {other}). Arrêtez-le d'abord."),
            format!("Mikado already runs on this folder (process {other}). Stop it first."),
        ));
    }
    let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
    written.map_err(|e| Error::file(path, e))?;
    Ok(file)
}

/// Whether the process that a state file names is alive.
pub fn is_running(state: &Path) -> bool {
    process::Named::read(state).is_some_and(|named| named.is_alive())
}

/// The wall clock that the processes of this folder show, when any of them runs: a demonstration moves it.
pub fn clock_of_running(run: &Path) -> Option<WallClock> {
    let states = std::fs::read_dir(run).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let alive = states.filter_map(|path| process::Named::read(&path)).find(process::Named::is_alive)?;
    let place = alive.args.iter().position(|a| a == "--clock-shift-ms")?;
    let shift_ms = alive.args.get(place + 1)?.parse().ok()?;
    Some(WallClock::shifted(jiff::SignedDuration::from_millis(shift_ms)))
}

/// Where the state of a child lies.
fn state_path(run: &Path, role: Role) -> PathBuf {
    match role {
        Role::Hq => run.join("hq.json"),
        Role::Air(site) => run.join(format!("air-{site}.json")),
    }
}
