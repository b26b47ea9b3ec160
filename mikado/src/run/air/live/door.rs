//! The door for those who come to speak: who knocks, whether they have a right, and their sound for as long as they have.
//!
//! Nothing that happens here reaches the air but through the desk and the live thread.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{Frames, SiteId};
use jiff::Timestamp;
use playout::live::{Guest, LiveDesk};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::answers::{self, Answer};
use super::attempts::Attempts;
use super::body::Body;
use super::decoding::Decoder;
use super::line::Word;
use super::request::{self, BadRequest, Format, HEAD_BYTES_MAX, Request, Wish};
use crate::clock::WallClock;
use crate::rights::{Refusal, Right, Rights, TAKEOVER_MAX};

/// Connections at once: one source, its titles, and a few who are refused.
const GUESTS_MAX: usize = 16;
/// A head that is not whole by then is not waited for.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How often a right is read again while somebody has the line.
const RIGHT_EVERY: Duration = Duration::from_secs(1);
/// A port that is taken is tried again this often, and so is one that could not be listened at.
const RETRY: Duration = Duration::from_secs(3);

/// What the door works with.
pub struct Door {
    /// The site.
    pub site: SiteId,
    /// The file of rights.
    pub rights: PathBuf,
    /// The wall clock.
    pub clock: WallClock,
    /// Whether that clock is trusted: a right lies between two times.
    pub trusted: Box<dyn Fn() -> bool + Send + Sync>,
    /// The desk.
    pub desk: Arc<LiveDesk>,
    /// To the live thread.
    pub words: SyncSender<Word>,
    /// Wrong passwords.
    pub attempts: Mutex<Attempts>,
    /// Who has the line, by number and name.
    pub taken: Mutex<Option<(u64, String)>>,
    /// The last number given.
    pub last: AtomicU64,
    /// How much of the sound of whoever knocks lies ready.
    pub depth: Frames,
}

impl Door {
    /// How long what waits in the buffer may still sound after its sender has gone.
    pub(super) const DRAIN_WITHIN: Duration = Duration::from_secs(12);

    /// Listens at `address` for ever; `complain` is told when that cannot be.
    pub async fn serve(self: Arc<Self>, address: SocketAddr, complain: impl Fn(Option<io::Error>)) {
        let room = Arc::new(Semaphore::new(GUESTS_MAX));
        loop {
            match TcpListener::bind(address).await {
                Ok(listener) => {
                    complain(None);
                    self.accept(&listener, &room).await;
                }
                Err(e) => complain(Some(e)),
            }
            sleep(RETRY).await;
        }
    }

    async fn accept(self: &Arc<Self>, listener: &TcpListener, room: &Arc<Semaphore>) {
        while let Ok(place) = Arc::clone(room).acquire_owned().await {
            let (stream, from) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(e) => {
                    tracing::warn!("a live connection could not be taken: {e}");
                    sleep(RETRY).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let door = Arc::clone(self);
            tokio::spawn(async move {
                door.meet(stream, from.ip()).await;
                drop(place);
            });
        }
    }

    /// Everything about one connection.
    async fn meet(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, from: IpAddr) {
        let (request, rest) = match timeout(HEAD_WITHIN, head(&mut stream)).await {
            Ok(Ok(read)) => read,
            Ok(Err(answer)) => return say(&mut stream, &answer).await,
            Err(_) => return say(&mut stream, &answers::too_slow()).await,
        };
        let (expects, chunked) = match request.wish {
            Wish::Look => return say(&mut stream, &self.page()).await,
            Wish::Options => return say(&mut stream, &answers::options()).await,
            Wish::Title => return say(&mut stream, &answers::title()).await,
            Wish::Send { expects, chunked } => (expects, chunked),
        };
        let (right, format) = match self.admit(&request, from).await {
            Ok(admitted) => admitted,
            Err(answer) => {
                tracing::info!(site = %self.site, %from, agent = request.agent, "a live source was refused");
                return say(&mut stream, &answer).await;
            }
        };
        let (format, agent) = (format.name(), &request.agent);
        let source = if agent.is_empty() { format.to_owned() } else { format!("{format} · {agent}") };
        let seat = match self.sit(&right, source, self.depth) {
            Ok(seat) => seat,
            Err(who) => return say(&mut stream, &answers::taken(&who)).await,
        };
        let Ok(decoder) = Decoder::start() else {
            let answer = answers::not_now("Aucun décodeur ne peut démarrer.", "No decoder can be started.");
            return say(&mut stream, &answer).await;
        };
        if stream.write_all(if expects { answers::CONTINUE } else { answers::SEND }).await.is_err() {
            return;
        }
        let carried = decoder.carry(&mut stream, (rest, Body::new(chunked)), seat.number, &self.words);
        tokio::select! {
            (frames, said) = carried => self.drain(&seat, frames, &said).await,
            () = self.while_right(&right) => {}
        }
    }

    /// Who knocks with a password that fits, in its time, with sound that can be decoded.
    async fn admit(&self, request: &Request, from: IpAddr) -> Result<(Right, Format), Answer> {
        let now = self.clock.now();
        let Some(password) = request.password.clone() else { return Err(answers::refused(None)) };
        if !self.attempts().may_try(from, now) {
            return Err(answers::wait());
        }
        if !(self.trusted)() {
            return Err(answers::not_now(
                "L’heure de ce site n’est pas sûre : aucun droit ne peut être vérifié. Réessayez dans une minute.",
                "This site's time is not trusted: no right can be checked. Try again in a minute.",
            ));
        }
        let file = self.rights.clone();
        let judged = tokio::task::spawn_blocking(move || {
            let rights = Rights::read(&file).map_err(|e| tracing::warn!("{}: {e}", file.display())).unwrap_or_default();
            rights.admit(&password, now).cloned()
        });
        match judged.await.unwrap_or(Err(Refusal::Unknown)) {
            Ok(right) => request.format.map(|format| (right, format)).ok_or_else(answers::no_format),
            Err(why) => {
                if why == Refusal::Unknown {
                    self.attempts().wrong(from, now);
                }
                Err(answers::refused(Some(why)))
            }
        }
    }

    /// The right of this person that is open now. While the time is not trusted there is none.
    pub(super) fn right_of(&self, person: &str) -> Option<Right> {
        let now = self.clock.now();
        let rights = Rights::read(&self.rights).ok().filter(|_| (self.trusted)())?;
        rights.rights.into_iter().find(|r| r.person == person && (r.from..r.until).contains(&now))
    }

    /// Takes the line, if nobody has it; else says who has.
    pub(super) fn sit(&self, right: &Right, source: String, depth: Frames) -> Result<Seat<'_>, String> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, who)) = &*taken {
            return Err(who.clone());
        }
        let number = self.last.fetch_add(1, Relaxed) + 1;
        *taken = Some((number, right.person.clone()));
        let until = self.ends(right);
        tracing::info!(site = %self.site, person = right.person, source, number, "a live source has come");
        let guest = Guest { number, person: right.person.clone(), source, until };
        let _ = self.words.try_send(Word::Came(number, depth));
        self.desk.seat(Some(guest));
        Ok(Seat { door: self, number, until })
    }

    /// Lets what still waits be heard, for as long as that may take.
    async fn drain(&self, seat: &Seat<'_>, frames: u64, said: &str) {
        if !said.is_empty() {
            tracing::warn!(site = %self.site, "the decoder of a live source complained: {said}");
        }
        tracing::info!(site = %self.site, frames, "a live source has ended");
        let _ = self.words.try_send(Word::Ended(seat.number));
        let over = async {
            while !self.desk.is_over() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = timeout(Self::DRAIN_WITHIN, over).await;
    }

    /// Comes back when the right is taken back, or has been over for a moment.
    async fn while_right(&self, right: &Right) {
        let ends = self.ends(right);
        while self.clock.now() < ends {
            sleep(RIGHT_EVERY).await;
            let (file, held) = (self.rights.clone(), right.clone());
            if let Ok(true) = tokio::task::spawn_blocking(move || is_revoked(&file, &held)).await {
                return;
            }
        }
    }

    /// When a takeover that begins now ends at the latest.
    fn ends(&self, right: &Right) -> Timestamp {
        right.until.min(self.clock.now().saturating_add(TAKEOVER_MAX).unwrap_or(right.until))
    }

    fn page(&self) -> Answer {
        let site = self.site;
        match self.desk.reading() {
            Some(live) => answers::page(
                format!("Mikado {site} : {} est en ligne.", live.person),
                format!("Mikado {site}: {} is on the line.", live.person),
            ),
            None => answers::page(
                format!("Mikado {site} : la ligne de direct est libre."),
                format!("Mikado {site}: the live line is free."),
            ),
        }
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a right has been taken back. A file that cannot be read takes nobody off the air.
pub(super) fn is_revoked(file: &Path, held: &Right) -> bool {
    let gone = |rights: Rights| !rights.rights.iter().any(|r| r.id == held.id && r.hash == held.hash);
    Rights::read(file).is_ok_and(gone)
}

/// The line, until it is dropped.
pub(super) struct Seat<'a> {
    door: &'a Door,
    /// Which connection this is.
    pub number: u64,
    /// Where their time ends.
    pub until: Timestamp,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.door.desk.seat(None);
        let _ = self.door.words.try_send(Word::Gone(self.number));
        *self.door.taken.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Reads a head, and what of the sound came with it.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Result<(Request, Vec<u8>), Answer> {
    let mut bytes = Vec::with_capacity(1_024);
    loop {
        if let Some(end) = request::head_end(&bytes) {
            let rest = bytes.split_off(end);
            let request = request::read(&bytes).map_err(|bad| match bad {
                BadRequest::NotHttp => answers::not_http(),
                BadRequest::NotHere => answers::not_here(),
            })?;
            return Ok((request, rest));
        }
        if bytes.len() >= HEAD_BYTES_MAX {
            return Err(answers::too_long());
        }
        match stream.read_buf(&mut bytes).await {
            Ok(1..) => {}
            _ => return Err(answers::not_http()),
        }
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), answer: &Answer) {
    let _ = timeout(HEAD_WITHIN, stream.write_all(&answer.bytes())).await;
    let _ = timeout(HEAD_WITHIN, stream.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, sync_channel};

    fn door(dir: &Path) -> (Arc<Door>, Receiver<Word>) {
        let (words, said) = sync_channel(64);
        let door = Door {
            site: "GAO".parse().unwrap(),
            rights: crate::rights::path(dir),
            clock: WallClock::shifted(jiff::SignedDuration::ZERO),
            trusted: Box::new(|| true),
            desk: Arc::default(),
            words,
            attempts: Mutex::default(),
            taken: Mutex::default(),
            last: AtomicU64::default(),
            depth: Frames::from_secs(1),
        };
        (Arc::new(door), said)
    }

    /// What a client that sends `head` is answered first.
    async fn answered(door: &Arc<Door>, head: &str) -> String {
        let (mut client, server) = tokio::io::duplex(16 * 1024);
        let door = Arc::clone(door);
        let met = tokio::spawn(async move { door.meet(server, IpAddr::from([127, 0, 0, 1])).await });
        client.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 1_024];
        let n = client.read(&mut answer).await.unwrap();
        met.abort();
        String::from_utf8_lossy(&answer[..n]).into_owned()
    }

    fn basic(password: &str) -> String {
        use base64::Engine as _;
        format!("Authorization: Basic {}\r\n", base64::prelude::BASE64_STANDARD.encode(format!("source:{password}")))
    }

    #[tokio::test]
    async fn who_knocks_is_answered_and_only_a_right_takes_the_line() {
        let dir = tempfile::tempdir().unwrap();
        let (door, said) = door(dir.path());
        let now = door.clock.now();
        let hours = |n| now + jiff::SignedDuration::from_hours(n);
        let mut rights = Rights::default();
        let (_, good) = rights.grant("Awa", (hours(-1), hours(1)), "chef", now).unwrap();
        let (_, later) = rights.grant("Ali", (hours(1), hours(2)), "chef", now).unwrap();
        rights.write(&door.rights).unwrap();
        let put = |password: &str, kind: &str| {
            format!("PUT /gao HTTP/1.1\r\n{}Content-Type: {kind}\r\nUser-Agent: butt\r\n\r\n", basic(password))
        };
        for (head, want) in [
            ("SOURCE /gao HTTP/1.0\r\nContent-Type: audio/mpeg\r\n\r\n".to_owned(), "401"),
            (put("abcd-wrong", "audio/mpeg"), "401"),
            (put(&later, "audio/mpeg"), "403"),
            (put(&good, "video/mp4"), "415"),
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), "200"),
            ("hello\r\n\r\n".to_owned(), "400"),
            ("BREW /pot HTTP/1.0\r\n\r\n".to_owned(), "405"),
            (format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(HEAD_BYTES_MAX)), "431"),
        ] {
            let answer = answered(&door, &head).await;
            assert!(answer.starts_with(&format!("HTTP/1.0 {want} ")), "{head:.60?}: {answer}");
            assert!(door.desk.reading().is_none() && said.try_recv().is_err(), "nothing has changed");
        }
        let right = Rights::read(&door.rights).unwrap().rights[0].clone();
        let seat = door.sit(&right, "Ogg · butt".into(), door.depth).ok().unwrap();
        assert_eq!(door.desk.reading().map(|l| (l.person, l.source)), Some(("Awa".into(), "Ogg · butt".into())));
        let answer = answered(&door, &put(&good, "audio/mpeg")).await;
        assert!(answer.starts_with("HTTP/1.0 403 ") && answer.contains("Awa"), "{answer}");
        drop(seat);
        assert!(door.desk.reading().is_none());
        for _ in 0..5 {
            answered(&door, &put("abcd-wrong", "audio/mpeg")).await;
        }
        assert!(answered(&door, &put(&good, "audio/mpeg")).await.starts_with("HTTP/1.0 429 "));
    }
}
