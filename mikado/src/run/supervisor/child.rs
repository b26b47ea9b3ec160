//! One child: adopted or started, watched, started again, stopped when asked.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::SiteId;
use rustix::process::Signal;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use super::machine::Sounded;
use super::process::Named;
use super::restarts::{Patience, Restarts};
use super::watchdog::{Beats, Watchdog};
use super::{RunOptions, state_path};
use crate::config::Config;
use crate::speech::{Said, Voice};

/// How long a child may take to stop by itself; an air process fades out and closes its journal in a fraction of it.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// What a child does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The headquarters.
    Hq,
    /// The sound of a site.
    Air(SiteId),
}

impl Role {
    /// Its name in sentences.
    pub fn name(self) -> String {
        match self {
            Self::Hq => "hq".to_owned(),
            Self::Air(site) => format!("air {site}"),
        }
    }
}

/// How a child is started.
#[derive(Clone, Debug)]
pub(super) struct Start {
    role: Role,
    executable: PathBuf,
    args: Vec<String>,
    trace: Option<&'static str>,
    config_hash: String,
    state: PathBuf,
}

impl Start {
    pub(super) fn new(role: Role, config: &Config, executable: &Path, options: RunOptions) -> Self {
        let mut args = vec![
            "--config".to_owned(),
            config.file.to_string_lossy().into_owned(),
            "--lang".to_owned(),
            options.voice.tongue.tag().to_owned(),
            "--clock-shift-ms".to_owned(),
            options.clock.shift().as_millis().to_string(),
        ];
        match role {
            Role::Hq => args.push("hq".to_owned()),
            Role::Air(site) => args.extend(["air".to_owned(), "--site".to_owned(), site.to_string()]),
        }
        Self {
            role,
            executable: executable.to_owned(),
            args,
            trace: options.trace.filter(|_| std::env::var_os("MIKADO_TRACE").is_none()),
            config_hash: part_hash(config, role),
            state: state_path(&config.run, role),
        }
    }

    fn spawn(&self, watchdog: Option<&Watchdog>) -> std::io::Result<Child> {
        Command::new(&self.executable)
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .envs(self.trace.map(|filter| ("MIKADO_TRACE", filter)))
            .envs(watchdog.map(|w| ("NOTIFY_SOCKET", w.path())))
            .kill_on_drop(false)
            .spawn()
    }
}

/// The part of the config that a child depends on, so that an adopted one with an older part is told from a current one.
fn part_hash(config: &Config, role: Role) -> String {
    let part = match role {
        Role::Hq => format!("{config:?}"),
        Role::Air(site) => format!("{} {:?}", config.shelf.display(), config.site(site)),
    };
    blake3::hash(part.as_bytes()).to_hex()[..16].to_owned()
}

enum Alive {
    Own(Child, Named),
    Adopted(Named),
}

impl Alive {
    const fn named(&self) -> &Named {
        match self {
            Self::Own(_, named) | Self::Adopted(named) => named,
        }
    }

    /// What may be expected of its pulse. One that was adopted may run a version from before there was any.
    fn beats(&self) -> Beats {
        match self {
            Self::Own(..) => Beats::fresh(),
            Self::Adopted(named) if named.runs_our_executable() => Beats::fresh(),
            Self::Adopted(_) => Beats::unknown(),
        }
    }

    /// Returns when it has ended, with a word on how.
    async fn ended(&mut self) -> String {
        match self {
            Self::Own(child, _) => child.wait().await.map_or_else(|e| e.to_string(), |status| status.to_string()),
            Self::Adopted(named) => {
                named.ended().await;
                "ended".to_owned()
            }
        }
    }
}

/// What a running child's turn ends with.
enum Turn {
    Ended(String),
    Silent,
    Stop,
}

/// Returns when nothing sounds any more; never where nobody watches.
async fn silent(watchdog: Option<&Watchdog>, beats: Beats) {
    match watchdog {
        Some(watchdog) => watchdog.stopped(beats).await,
        None => std::future::pending().await,
    }
}

/// Keeps one child running.
pub(super) struct Keeper {
    start: Start,
    restarts: Restarts,
    began: Instant,
    voice: Voice,
    address: Option<(SocketAddr, String)>,
    alive: Option<Alive>,
    watchdog: Option<Watchdog>,
    sounded: Sounded,
}

impl Keeper {
    pub(super) fn new(
        start: Start,
        began: Instant,
        voice: Voice,
        address: Option<(SocketAddr, String)>,
        sounded: Sounded,
    ) -> Self {
        let patience = if start.role == Role::Hq { Patience::AfterFive } else { Patience::Never };
        Self { start, restarts: Restarts::new(patience), began, voice, address, alive: None, watchdog: None, sounded }
    }

    /// Takes over the child that an earlier supervisor left, or stops it when it runs with other arguments or config.
    async fn adopt(&mut self) {
        let Some(named) = Named::read(&self.start.state).filter(Named::is_alive) else { return };
        let name = self.start.role.name();
        let current = named.args == self.start.args && named.config_hash == self.start.config_hash;
        let same_file = named.runs_our_executable();
        // Sound is not interrupted for an update: the operator chooses that moment.
        let keep = current && (same_file || self.start.role != Role::Hq);
        if !keep {
            self.stop(Alive::Adopted(named)).await;
            return;
        }
        self.voice.say(&Said::new(
            format!("{name} : continue (processus {}).", named.pid),
            format!("{name}: goes on (process {}).", named.pid),
        ));
        if !same_file {
            tracing::warn!("{name} still runs the executable from before the update; restart it when silence suits");
        }
        self.alive = Some(Alive::Adopted(named));
    }

    /// Keeps it running until `stop` turns true.
    pub(super) async fn keep(mut self, mut stop: watch::Receiver<bool>) {
        self.watch();
        self.adopt().await;
        if self.alive.is_none() {
            self.tell_of_a_taken_address();
        }
        loop {
            if self.alive.is_none() {
                self.spawn();
            }
            let Some(mut alive) = self.alive.take() else {
                if self.pause("could not be started", &mut stop).await {
                    return;
                }
                continue;
            };
            let beats = alive.beats();
            let turn = tokio::select! {
                how = alive.ended() => Turn::Ended(how),
                () = silent(self.watchdog.as_ref(), beats) => Turn::Silent,
                _ = stop.wait_for(|asked| *asked) => Turn::Stop,
            };
            let how = match turn {
                Turn::Ended(how) => how,
                Turn::Silent => self.give_up(&mut alive).await,
                Turn::Stop => return self.stop(alive).await,
            };
            if self.pause(&how, &mut stop).await {
                return;
            }
        }
    }

    /// Listens for the pulse of a site. Without it a process that stands still is not found, and everything else holds.
    fn watch(&mut self) {
        let Role::Air(_) = self.start.role else { return };
        let path = self.start.state.with_extension("pulse");
        match Watchdog::listen(&path, Arc::clone(&self.sounded)) {
            Ok(watchdog) => self.watchdog = Some(watchdog),
            Err(e) => tracing::warn!("{}: no watchdog ({e})", path.display()),
        }
    }

    /// Ends a process that no sound has left for two seconds. A stopped one takes no other signal.
    async fn give_up(&self, alive: &mut Alive) -> String {
        let name = self.start.role.name();
        self.voice.say(&Said::new(
            format!("{name} : plus aucun son depuis 2 s ; le processus est arrêté de force et relancé."),
            format!("{name}: no sound for 2 s; the process is ended by force and started again."),
        ));
        alive.named().signal(Signal::KILL);
        alive.ended().await;
        "no sound left it".to_owned()
    }

    /// The child tells of it too; here it is told before its first breath and with the key to change.
    fn tell_of_a_taken_address(&self) {
        let Some((address, key)) = &self.address else { return };
        let Err(why) = TcpListener::bind(address) else { return };
        let name = self.start.role.name();
        let said = Said::new(
            format!(
                "l'adresse {address} de {name} n'est pas libre ({why}). Libérez-la ou changez {key} ; le son, lui, continue."
            ),
            format!(
                "the address {address} of {name} is not free ({why}). Free it or change {key}; the sound goes on all the same."
            ),
        );
        tracing::warn!("{}", said.in_tongue(self.voice.tongue));
    }

    fn spawn(&mut self) {
        let name = self.start.role.name();
        let child = match self.start.spawn(self.watchdog.as_ref()) {
            Ok(child) => child,
            Err(error) => return tracing::error!("{name} could not be started: {error}"),
        };
        let named = child.id().and_then(|pid| Named::of(pid, self.start.args.clone(), self.start.config_hash.clone()));
        let Some(named) = named else {
            return tracing::error!("{name} ended at once");
        };
        if let Err(error) = named.write(&self.start.state) {
            tracing::warn!(
                "{name}: {} not written ({error}); it could not be adopted later",
                self.start.state.display()
            );
        }
        tracing::info!("{name} started as process {}", named.pid);
        self.alive = Some(Alive::Own(child, named));
    }

    /// Waits before the next start; true when asked to stop meanwhile.
    async fn pause(&mut self, how: &str, stop: &mut watch::Receiver<bool>) -> bool {
        let pause = self.restarts.after_end(self.began.elapsed());
        tracing::warn!("{} ended ({how}); again in {} ms", self.start.role.name(), pause.as_millis());
        tokio::select! {
            () = tokio::time::sleep(pause) => false,
            _ = stop.wait_for(|asked| *asked) => {
                let _ = std::fs::remove_file(&self.start.state);
                true
            }
        }
    }

    async fn stop(&self, mut alive: Alive) {
        alive.named().signal(Signal::TERM);
        if tokio::time::timeout(STOP_WITHIN, alive.ended()).await.is_err() {
            tracing::warn!("{} did not stop within {} s", self.start.role.name(), STOP_WITHIN.as_secs());
            alive.named().signal(Signal::KILL);
            let _ = tokio::time::timeout(STOP_WITHIN, alive.ended()).await;
        }
        // Left behind, it would name a process that is gone; nobody would adopt that one.
        let _ = std::fs::remove_file(&self.start.state);
    }
}
