//! Lines that lie open to one place: RTP from one address, a card's input. Whoever speaks on one is a named person with a
//! right; the line needs no password, because only that place reaches it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use domain::{Finding, Frames, Severity};
use hardware::priority;
use playout::live::{Arrivals, Bits, Linear};

use super::super::alarms::AlarmBoard;
use super::card_line;
use super::door::Door;
use super::sitting::Sitting;

/// How long a packet is waited for before goodbyes are looked for: less than lies ready of what was said before.
const PATIENCE: Duration = Duration::from_millis(20);
/// A port that is taken is tried again this often.
const RETRY: Duration = Duration::from_secs(3);
/// The largest packet that any Ethernet carries, and more.
pub const PACKET_BYTES_MAX: usize = 2_048;
/// A goodbye (RFC 3550 §6.6).
const RTCP_BYE: u8 = 203;
const STACK_BYTES: usize = 256 * 1024;

/// A line to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOptions {
    /// Whose line it is: the person whose right opens it.
    pub person: String,
    /// What comes in by it.
    pub by: LineBy,
    /// How much of their sound lies ready on average.
    pub depth: Frames,
}

/// How sound comes in by a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineBy {
    /// As RTP.
    Rtp {
        /// Where the packets arrive; a multicast address is joined.
        listen: SocketAddr,
        /// From where alone they come.
        from: IpAddr,
        /// How the sound is written.
        shape: Linear,
    },
    /// By a sound card of this name, 48 kHz stereo.
    Card(String),
}

/// Starts listening on a line; the thread lives as long as the process and complains under the name of `source`.
pub fn start(door: Arc<Door>, line: LineOptions, (alarms, source): (Arc<AlarmBoard>, &'static str)) -> io::Result<()> {
    let (listen, from, shape) = match line.by.clone() {
        LineBy::Card(name) => return card_line::start(door, line, name, (alarms, source)),
        LineBy::Rtp { listen, from, shape } => (listen, from, shape),
    };
    let builder = thread::Builder::new().name("live-rtp".into()).stack_size(STACK_BYTES);
    builder.spawn(move || {
        priority::take_real_time();
        loop {
            let why = match opened(listen) {
                Ok((sound, reports)) => {
                    alarms.set(source, Vec::new(), door.clock.now());
                    let sitting = Sitting::new(&door, &line.person, said(shape, from), line.depth);
                    Listening { from, arrivals: Arrivals::new(shape), sitting }.run(&sound, reports.as_ref())
                }
                Err(why) => why,
            };
            alarms.set(source, vec![no_port(listen, &why)], door.clock.now());
            thread::sleep(RETRY);
        }
    })?;
    Ok(())
}

struct Listening<'a> {
    from: IpAddr,
    arrivals: Arrivals,
    sitting: Sitting<'a>,
}

impl Listening<'_> {
    /// Listens until the socket fails.
    fn run(&mut self, socket: &UdpSocket, reports: Option<&UdpSocket>) -> io::Error {
        let mut bytes = [0; PACKET_BYTES_MAX];
        loop {
            match socket.recv_from(&mut bytes) {
                // Anybody else is as if they had not spoken.
                Ok((n, from)) if from.ip() == self.from => {
                    let mut sound = Vec::new();
                    if self.arrivals.take(bytes.get(..n).unwrap_or_default(), &mut sound) {
                        self.sitting.hear(sound);
                    }
                }
                Ok(_) => {}
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    self.listen_for_goodbye(reports);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return e,
            }
            self.sitting.look();
        }
    }

    fn listen_for_goodbye(&mut self, reports: Option<&UdpSocket>) {
        let mut bytes = [0; PACKET_BYTES_MAX];
        while let Some(Ok((n, from))) = reports.map(|socket| socket.recv_from(&mut bytes)) {
            if from.ip() == self.from && has_goodbye(bytes.get(..n).unwrap_or_default()) {
                self.sitting.leave();
            }
        }
    }
}

fn said(shape: Linear, from: IpAddr) -> String {
    let bits = match shape.bits {
        Bits::L16 => "L16",
        Bits::L24 => "L24",
    };
    format!("RTP {bits} · {from}")
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

/// A socket at this address; a multicast group is joined.
pub fn bound(at: SocketAddr) -> io::Result<UdpSocket> {
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
