//! Source client of an Icecast server (2.4 and later): a thread of its own that follows a hub.
//!
//! The server may be slow, wrong or gone; the hub never waits for it. When it comes back, the stream goes on at the live
//! edge: what was missed stays missed.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Finding, Frames, OutputReading, Severity};

use super::hub::{Ended, Next, StreamHub};
use super::icecast_handshake::{Refusal, handshake};
use super::standing::Standing;

/// A server that does not answer within this is not there.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A unit of at most 200 ms that cannot be sent within this shows a stalled server or link.
const SEND_WITHIN: Duration = Duration::from_secs(5);
/// How long the thread may sleep before it looks whether it shall stop.
const LOOK_UP: Duration = Duration::from_millis(200);
/// A session that lasted this long forgets earlier failures.
const STEADY_AFTER: Duration = Duration::from_secs(30);
/// Waits between attempts grow from one second to a minute.
const WAIT_S_MAX: u64 = 60;

/// A password: it never appears in a message, and in memory only here and in the request.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the password.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a stream goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcecastOptions {
    /// The server's name or address.
    pub host: String,
    /// The server's port, 8000 by custom.
    pub port: u16,
    /// The mount point with its slash: `/gao.opus`.
    pub mount: String,
    /// The source user, `source` by custom.
    pub user: String,
    /// The source password.
    pub password: Secret,
    /// The station's name for directories and players.
    pub name: String,
}

/// A running source client.
#[derive(Debug)]
pub struct Icecast {
    name: String,
    shared: Arc<Standing>,
    thread: JoinHandle<()>,
}

impl Icecast {
    /// Starts the thread; it connects when it can, again and again.
    pub fn start(name: &str, options: IcecastOptions, hub: Arc<StreamHub>) -> io::Result<Self> {
        let shared = Arc::new(Standing::default());
        let theirs = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name(name.chars().take(15).collect()).stack_size(256 * 1024).spawn(move || {
                Client { options, hub, shared: theirs, reached: None }.run();
            })?;
        Ok(Self { name: name.to_owned(), shared, thread })
    }

    /// How it fares: frames sent, frames missed while it was not connected, and a sentence when it does not work now.
    pub fn reading(&self) -> OutputReading {
        self.shared.reading(&self.name)
    }

    /// Asks the thread to end; it does so within the time of one send.
    pub fn stop(&self) {
        self.shared.stop();
        self.thread.thread().unpark();
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

struct Client {
    options: IcecastOptions,
    hub: Arc<StreamHub>,
    shared: Arc<Standing>,
    /// Where in the stream the last session stopped.
    reached: Option<Frames>,
}

/// Why a session ended.
enum End {
    Refused(Refusal),
    Broken(io::Error),
    TooSlow,
    Closed,
}

impl Client {
    fn run(mut self) {
        let mut failures = 0;
        while !self.shared.is_stopping() {
            let began = Instant::now();
            let end = self.session();
            if self.shared.is_stopping() || matches!(end, End::Closed) {
                break;
            }
            failures = if began.elapsed() > STEADY_AFTER { 1 } else { failures + 1 };
            let wait = wait_before(failures, RandomState::new().hash_one(failures));
            let trouble = sentence(&self.options, &end);
            tracing::warn!(code = trouble.code, "{}", trouble.en);
            self.shared.tell(Some(trouble));
            self.rest(wait);
        }
    }

    fn session(&mut self) -> End {
        let mut socket = match connect(&self.options) {
            Ok(socket) => socket,
            Err(e) => return End::Broken(e),
        };
        match handshake(&mut socket, &self.options, self.hub.container().content_type()) {
            Ok(None) => {}
            Ok(Some(refusal)) => return End::Refused(refusal),
            Err(e) => return End::Broken(e),
        }
        self.shared.tell(None);
        self.follow(&mut socket)
    }

    fn follow(&mut self, socket: &mut TcpStream) -> End {
        let Ok(mut stream) = self.hub.subscribe(Frames::ZERO) else { return End::TooSlow };
        let mut at = stream.at().unwrap_or_default();
        self.count_lost(at);
        let end = loop {
            if self.shared.is_stopping() {
                break End::Closed;
            }
            match stream.next_blocking(LOOK_UP) {
                Next::Idle => {}
                Next::Ended(Ended::Closed) => break End::Closed,
                Next::Ended(Ended::TooSlow) => break End::TooSlow,
                Next::Bytes(bytes) => {
                    if let Err(e) = send(socket, &bytes) {
                        break End::Broken(e);
                    }
                    let next = stream.at().unwrap_or(at);
                    self.shared.took(next.saturating_sub(at));
                    at = next;
                }
            }
        };
        self.reached = Some(at);
        end
    }

    fn count_lost(&self, at: Frames) {
        let since = self.reached.unwrap_or(Frames::ZERO);
        self.shared.missed(at.saturating_sub(since));
    }

    fn rest(&self, wait: Duration) {
        let until = Instant::now() + wait;
        while !self.shared.is_stopping() {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            thread::park_timeout(left);
        }
    }
}

fn connect(options: &IcecastOptions) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (options.host.as_str(), options.port).to_socket_addrs()?.take(4) {
        match TcpStream::connect_timeout(&address, ANSWER_WITHIN) {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                socket.set_read_timeout(Some(ANSWER_WITHIN))?;
                socket.set_write_timeout(Some(SEND_WITHIN))?;
                // Without it a cable that was pulled fills megabytes of kernel buffer before a write blocks.
                rustix::net::sockopt::set_tcp_user_timeout(&socket, SEND_WITHIN.as_millis() as u32)?;
                return Ok(socket);
            }
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// Writes all bytes within [`SEND_WITHIN`], also when the server takes them one by one.
fn send(socket: &mut TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    let began = Instant::now();
    while !bytes.is_empty() {
        let sent = socket.write(bytes)?;
        if sent == 0 || began.elapsed() > SEND_WITHIN {
            return Err(io::ErrorKind::TimedOut.into());
        }
        bytes = &bytes[sent..];
    }
    Ok(())
}

/// 1, 2, 4 … 60 s, of which the upper half is drawn, so that seven sites do not knock at once.
fn wait_before(failures: u32, drawn: u64) -> Duration {
    let whole_ms = (1 << failures.saturating_sub(1).min(6)).min(WAIT_S_MAX) * 1_000;
    Duration::from_millis((whole_ms / 2 + drawn % (whole_ms / 2 + 1)).max(1_000))
}

fn sentence(options: &IcecastOptions, end: &End) -> Finding {
    let place = format!("{}:{}{}", options.host, options.port, options.mount);
    let (code, fr, en) = match end {
        End::Refused(Refusal::Password) => (
            "icecast.password",
            format!(
                "Le serveur Icecast {place} refuse l'utilisateur « {} » ou son mot de passe ; corrigez la configuration.",
                options.user
            ),
            format!(
                "The Icecast server {place} refuses the user “{}” or its password; correct the config.",
                options.user
            ),
        ),
        End::Refused(Refusal::Other(answer)) => (
            "icecast.refused",
            format!(
                "Le serveur Icecast {place} refuse la source : « {answer} ». L'antenne continue, nouvel essai bientôt."
            ),
            format!("The Icecast server {place} refuses the source: “{answer}”. The air goes on; trying again soon."),
        ),
        End::Broken(e) => (
            "icecast.unreachable",
            format!("Le serveur Icecast {place} ne répond pas ({e}). L'antenne continue, nouvel essai bientôt."),
            format!("The Icecast server {place} does not answer ({e}). The air goes on; trying again soon."),
        ),
        End::TooSlow | End::Closed => (
            "icecast.stalled",
            format!(
                "Le serveur Icecast {place} n'a pas suivi le flux pendant dix secondes. L'antenne continue, nouvel essai."
            ),
            format!(
                "The Icecast server {place} did not keep up with the stream for ten seconds. The air goes on; trying again."
            ),
        ),
    };
    Finding { code: code.to_owned(), severity: Severity::Warning, at_s: None, fr, en }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_a_minute_and_never_falls_under_a_second() {
        for (failures, low_s, high_s) in [(1, 1, 1), (2, 1, 2), (3, 2, 4), (7, 30, 60), (900, 30, 60)] {
            for drawn in [0, 7_919, u64::MAX] {
                let wait = wait_before(failures, drawn);
                let (low, high) = (Duration::from_secs(low_s), Duration::from_secs(high_s));
                assert!((low..=high).contains(&wait), "{failures}: {wait:?}");
            }
        }
    }

    #[test]
    fn the_password_is_in_no_message() {
        let options = IcecastOptions {
            host: "icecast.example".into(),
            port: 8000,
            mount: "/gao.opus".into(),
            user: "source".into(),
            password: Secret::new("baobab-7"),
            name: "Mikado FM Gao".into(),
        };
        let finding = sentence(&options, &End::Refused(Refusal::Password));
        for text in [format!("{options:?}"), finding.fr, finding.en] {
            assert!(!text.contains("baobab"), "{text}");
        }
    }
}
