//! Lines that lie open to one place: RTP from one address, a card's input. Whoever speaks on one is a named person with a
//! right; the line needs no password, because only that place reaches it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Frames, Severity};
use hardware::priority;
use playout::live::{Arrivals, Bits, Linear};

use super::super::alarms::AlarmBoard;
use super::door::{Door, Seat, is_revoked};
use super::line::Word;
use crate::rights::Right;

/// How often right and seat are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long a packet is waited for before goodbyes are looked for: less than lies ready of what was said before.
const PATIENCE: Duration = Duration::from_millis(20);
/// Who sends nothing for this long has left their seat.
const SENDS_WITHIN: Duration = Duration::from_secs(30);
/// A port that is taken is tried again this often.
const RETRY: Duration = Duration::from_secs(3);
/// The largest packet that any Ethernet carries, and more.
const PACKET_BYTES_MAX: usize = 2_048;
/// A goodbye (RFC 3550 §6.6).
const RTCP_BYE: u8 = 203;
const STACK_BYTES: usize = 256 * 1024;

/// A line to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOptions {
    /// Whose line it is: the person whose right opens it.
    pub person: String,
    /// Where their packets arrive; a multicast address is joined.
    pub listen: SocketAddr,
    /// From where alone they come.
    pub from: IpAddr,
    /// How their sound is written.
    pub shape: Linear,
    /// How much of their sound lies ready on average.
    pub depth: Frames,
}

/// Starts listening on a line; the thread lives as long as the process and complains under the name of `source`.
pub fn start(door: Arc<Door>, line: LineOptions, (alarms, source): (Arc<AlarmBoard>, &'static str)) -> io::Result<()> {
    let builder = thread::Builder::new().name("live-rtp".into()).stack_size(STACK_BYTES);
    builder.spawn(move || {
        priority::take_real_time();
        loop {
            let why = match opened(line.listen) {
                Ok((sound, reports)) => {
                    alarms.set(source, Vec::new(), door.clock.now());
                    Listening::new(&door, &line).run(&sound, reports.as_ref())
                }
                Err(why) => why,
            };
            alarms.set(source, vec![no_port(line.listen, &why)], door.clock.now());
            thread::sleep(RETRY);
        }
    })?;
    Ok(())
}

struct Listening<'a> {
    door: &'a Door,
    line: &'a LineOptions,
    arrivals: Arrivals,
    seat: Option<(Seat<'a>, Right)>,
    /// Their time was over while they went on sending: they stop once before they may come again.
    is_barred: bool,
    heard: Option<Instant>,
    looked: Option<Instant>,
    /// Since when what waits is given to its end.
    leaving: Option<Instant>,
}

impl<'a> Listening<'a> {
    fn new(door: &'a Door, line: &'a LineOptions) -> Self {
        let arrivals = Arrivals::new(line.shape);
        Self { door, line, arrivals, seat: None, is_barred: false, heard: None, looked: None, leaving: None }
    }

    /// Listens until the socket fails.
    fn run(&mut self, socket: &UdpSocket, reports: Option<&UdpSocket>) -> io::Error {
        let mut bytes = [0; PACKET_BYTES_MAX];
        loop {
            match socket.recv_from(&mut bytes) {
                // Anybody else is as if they had not spoken.
                Ok((n, from)) if from.ip() == self.line.from => self.packet(bytes.get(..n).unwrap_or_default()),
                Ok(_) => {}
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    self.listen_for_goodbye(reports);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return e,
            }
            self.look();
        }
    }

    fn packet(&mut self, packet: &[u8]) {
        let mut sound = Vec::new();
        if !self.arrivals.take(packet, &mut sound) {
            return;
        }
        self.heard = Some(Instant::now());
        if let Some((seat, _)) = self.seat.as_ref().filter(|_| !sound.is_empty() && self.leaving.is_none()) {
            // A thread that has stood still for seconds has lost more than this.
            let _ = self.door.words.try_send(Word::Sound(seat.number, sound));
        }
    }

    /// Who says goodbye is heard to their last word, and is not complained of.
    fn listen_for_goodbye(&mut self, reports: Option<&UdpSocket>) {
        let mut bytes = [0; PACKET_BYTES_MAX];
        while let Some(Ok((n, from))) = reports.map(|socket| socket.recv_from(&mut bytes)) {
            let says_goodbye = from.ip() == self.line.from && has_goodbye(bytes.get(..n).unwrap_or_default());
            if let Some((seat, _)) = self.seat.as_ref().filter(|_| says_goodbye && self.leaving.is_none()) {
                let _ = self.door.words.try_send(Word::Ended(seat.number));
                self.leaving = Some(Instant::now());
            }
        }
    }

    /// Once a second, and at once while somebody leaves: who may sit, and who must go.
    fn look(&mut self) {
        let quiet = self.heard.is_none_or(|at| at.elapsed() > SENDS_WITHIN);
        let gone = self.leaving.is_some_and(|at| self.door.desk.is_over() || at.elapsed() > Door::DRAIN_WITHIN);
        if gone || (quiet && self.seat.is_some()) {
            (self.seat, self.leaving, self.heard) = (None, None, None);
        }
        if self.looked.is_some_and(|at| at.elapsed() < LOOK) {
            return;
        }
        self.looked = Some(Instant::now());
        let sends = self.heard.is_some_and(|at| at.elapsed() < LOOK);
        self.is_barred &= sends;
        match &self.seat {
            Some((seat, right)) => {
                let over = self.door.clock.now() >= seat.until;
                if over || is_revoked(&self.door.rights, right) {
                    (self.seat, self.leaving, self.is_barred) = (None, None, over);
                }
            }
            None if sends && !self.is_barred => self.seat = self.sit(),
            None => {}
        }
    }

    /// Takes the line for the line's person, where they have a right now and nobody else is there.
    fn sit(&self) -> Option<(Seat<'a>, Right)> {
        let right = self.door.right_of(&self.line.person)?;
        Some((self.door.sit(&right, self.source(), self.line.depth).ok()?, right))
    }

    fn source(&self) -> String {
        let bits = match self.line.shape.bits {
            Bits::L16 => "L16",
            Bits::L24 => "L24",
        };
        format!("RTP {bits} · {}", self.line.from)
    }
}

/// Whether a goodbye is among these reports.
fn has_goodbye(mut reports: &[u8]) -> bool {
    while let Some([_, kind, high, low]) = reports.first_chunk::<4>() {
        if *kind == RTCP_BYE {
            return true;
        }
        let bytes = 4 * (usize::from(u16::from_be_bytes([*high, *low])) + 1);
        reports = reports.get(bytes..).unwrap_or_default();
    }
    false
}

/// The sockets of sound and of reports; the second is a courtesy and may be missing.
fn opened(listen: SocketAddr) -> io::Result<(UdpSocket, Option<UdpSocket>)> {
    let sound = bound(listen)?;
    sound.set_read_timeout(Some(PATIENCE))?;
    let reports = listen.port().checked_add(1).and_then(|port| bound(SocketAddr::new(listen.ip(), port)).ok());
    let reports = reports.filter(|socket| socket.set_nonblocking(true).is_ok());
    Ok((sound, reports))
}

fn bound(at: SocketAddr) -> io::Result<UdpSocket> {
    match at.ip() {
        IpAddr::V4(group) if group.is_multicast() => {
            let socket = UdpSocket::bind((group, at.port()))?;
            socket.join_multicast_v4(&group, &Ipv4Addr::UNSPECIFIED)?;
            Ok(socket)
        }
        _ => UdpSocket::bind(at),
    }
}

fn no_port(address: SocketAddr, why: &io::Error) -> Finding {
    Finding {
        code: "live.rtp".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Une ligne de direct RTP ne s’ouvre pas : {address} ({why}). L'antenne continue ; libérez ce port ou changez-le dans la configuration."
        ),
        en: format!(
            "A live RTP line does not open: {address} ({why}). The air goes on; free this port or change it in the config."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goodbye_is_found_behind_other_reports_and_nothing_is_found_in_rubbish() {
        let report = [0x80, 201, 0, 1, 0, 0, 0, 7];
        let goodbye = [0x81, 203, 0, 1, 0, 0, 0, 7];
        assert!(has_goodbye(&[report, goodbye].concat()) && has_goodbye(&goodbye));
        for none in [&report[..], &[0x80, 201, 255, 255], &[0x80], &[]] {
            assert!(!has_goodbye(none), "{none:02x?}");
        }
    }
}
