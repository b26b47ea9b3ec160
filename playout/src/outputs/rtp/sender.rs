//! The thread that sends: paced by what the chain consumes, never waited for, and never waiting for a network.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::{Finding, Frames, OutputReading, Position, Severity};
use jiff::Timestamp;
use rustix::net::sockopt;

use super::report::{goodbye, sender_report};
use super::sdp::HOPS;
use super::{Packetiser, RtpIdentity, RtpOptions, ntp};
use crate::outputs::{OutputError, Standing};
use crate::realtime::{Frame, TapReader};

/// The longest sleep: half a block, so that what was just rendered goes within it.
const NAP_MAX: Duration = Duration::from_millis(5);
/// The shortest: finer than a fifth of the shortest packet wakes the machine and gains nothing.
const NAP_MIN: Duration = Duration::from_micros(200);
/// What comes later than this is not sent: a receiver's buffer has given it up, and a burst would push out what is on time.
const LATE_MAX: Frames = Frames::from_millis(200);
/// Between two sender reports (RFC 3550 §6.2: five seconds at least, for many; one tells a lone receiver soon enough).
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// Two clocks read further apart than this are read again …
const PAIR_MAX: Duration = Duration::from_millis(1);
/// … at most so often.
const PAIRS_MAX: usize = 5;
/// A link without a single error for this long works.
const STEADY_AFTER: Duration = Duration::from_secs(10);

/// How the thread knows where the output stands, and what the wall shows.
#[derive(Clone)]
pub struct OutputClocks {
    /// The position of the output at an instant.
    pub position: Arc<dyn Fn(Instant) -> Position + Send + Sync>,
    /// The wall clock.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl OutputClocks {
    /// Both at one instant: read again when something came between the two readings.
    fn together(&self) -> (Timestamp, Position) {
        let mut left = PAIRS_MAX;
        loop {
            let before = Instant::now();
            let wall = (self.wall)();
            let apart = before.elapsed();
            left -= 1;
            if apart < PAIR_MAX || left == 0 {
                return (wall, (self.position)(before + apart / 2));
            }
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    standing: Standing,
    errors: AtomicU64,
}

/// A running sender.
#[derive(Debug)]
pub struct RtpSender {
    name: String,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl RtpSender {
    /// Starts sending what `tap` gives.
    pub fn start(
        options: RtpOptions,
        identity: RtpIdentity,
        cname: &str,
        tap: TapReader,
        clocks: OutputClocks,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let stream = Packetiser::new(&options, identity).map_err(io::Error::other)?;
        let sending = Sending {
            options,
            cname: cname.to_owned(),
            stream,
            clocks,
            shared: Arc::clone(&shared),
            socket: None,
            failed: None,
        };
        let thread =
            thread::Builder::new().name("rtp".into()).stack_size(256 * 1024).spawn(move || sending.run(tap))?;
        Ok(Self { name: format!("rtp {}", options.to), shared, thread })
    }

    /// How it fares: frames sent, frames that were too late or refused by the network, and a sentence while it fails.
    pub fn reading(&self) -> OutputReading {
        self.shared.standing.reading(&self.name)
    }

    /// Packets that the network refused, since the start.
    pub fn errors(&self) -> u64 {
        self.shared.errors.load(Relaxed)
    }

    /// Asks the thread to send what was rendered, say goodbye and end.
    pub fn stop(&self) {
        self.shared.standing.stop();
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

struct Sending {
    options: RtpOptions,
    cname: String,
    stream: Packetiser,
    clocks: OutputClocks,
    shared: Arc<Shared>,
    /// For packets and for reports; opened again after an error that closed it.
    socket: Option<(UdpSocket, UdpSocket)>,
    /// When the network refused a packet last.
    failed: Option<Instant>,
}

impl Sending {
    fn run(mut self, mut tap: TapReader) {
        let length = self.stream.packet_frames();
        let (mut packet, mut filled) = (vec![[0.0; 2]; length.0 as usize], 0);
        let (mut reported, mut is_first, mut late) = (None::<Instant>, true, 0);
        loop {
            let stopping = self.shared.standing.is_stopping();
            filled += tap.read(&mut packet[filled..]);
            if filled < packet.len() {
                if stopping {
                    break;
                }
                thread::sleep(self.until(tap.position()).clamp(NAP_MIN, NAP_MAX));
                continue;
            }
            let at = tap.position() - length;
            let now = self.wait_for(at);
            filled = 0;
            if now.since(at).unwrap_or_default() > LATE_MAX {
                (is_first, late) = (true, late + length.0);
            } else {
                self.send(&packet, at, is_first);
                is_first = false;
            }
            self.shared.standing.has_lost(Frames(late + self.refused(length)));
            if reported.is_none_or(|t| t.elapsed() >= REPORT_EVERY) {
                reported = Some(Instant::now());
                self.report(sender_report);
                self.judge();
            }
        }
        self.report(goodbye);
    }

    /// How long until the output stands at `at`.
    fn until(&self, at: Position) -> Duration {
        at.since((self.clocks.position)(Instant::now())).unwrap_or_default().as_duration()
    }

    /// Waits until the first frame of a packet is consumed: the packets leave as evenly as the chain goes.
    fn wait_for(&self, at: Position) -> Position {
        loop {
            let now = (self.clocks.position)(Instant::now());
            match at.since(now) {
                Some(ahead) if ahead > Frames::ZERO => thread::sleep(ahead.as_duration().clamp(NAP_MIN, NAP_MAX)),
                _ => return now,
            }
        }
    }

    fn send(&mut self, frames: &[Frame], at: Position, is_first: bool) {
        let Ok(packet) =
            self.stream.packet(frames, at, is_first).map_err(|e| self.shared.standing.tell(Some(cannot(&e))))
        else {
            return;
        };
        let sent = match open(&mut self.socket, &self.options) {
            Ok((socket, _)) => socket.send(packet).map(drop),
            Err(e) => Err(e),
        };
        match sent {
            Ok(()) => self.shared.standing.took(Frames(frames.len() as u64)),
            Err(e) => self.refuse(&e),
        }
    }

    fn refuse(&mut self, e: &io::Error) {
        self.shared.errors.fetch_add(1, Relaxed);
        self.failed = Some(Instant::now());
        self.shared.standing.tell(Some(no_way(self.options.to, e)));
        // A refused datagram leaves the socket whole; what does not is opened anew.
        if !matches!(e.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::WouldBlock) {
            self.socket = None;
        }
    }

    fn refused(&self, length: Frames) -> u64 {
        self.shared.errors.load(Relaxed) * length.0
    }

    fn report(&mut self, make: fn(&Packetiser, u64, u32, &str) -> Vec<u8>) {
        let (wall, at) = self.clocks.together();
        let timestamp = self.stream.identity().timestamp_of(at);
        let report = make(&self.stream, ntp(wall), timestamp, &self.cname);
        if let Ok((_, reports)) = open(&mut self.socket, &self.options) {
            // Reports are a courtesy: nobody listening to them is the usual case.
            let _ = reports.send(&report);
        }
    }

    fn judge(&mut self) {
        if self.failed.is_none_or(|t| t.elapsed() >= STEADY_AFTER) {
            self.shared.standing.tell(None);
        }
    }
}

fn open<'s>(
    socket: &'s mut Option<(UdpSocket, UdpSocket)>,
    options: &RtpOptions,
) -> io::Result<&'s (UdpSocket, UdpSocket)> {
    let opened = match socket.take() {
        Some(open) => open,
        None => (connected(options.to, options.dscp)?, connected(reports_to(options.to), options.dscp)?),
    };
    Ok(socket.insert(opened))
}

/// RTCP goes to the next port (RFC 3550 §11).
fn reports_to(mut to: SocketAddr) -> SocketAddr {
    to.set_port(to.port().saturating_add(1));
    to
}

/// A socket that never blocks: a full queue of the machine is a lost packet, as on any network.
fn connected(to: SocketAddr, dscp: u8) -> io::Result<UdpSocket> {
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    if to.is_ipv4() {
        // The upper six bits (RFC 2474 §3). A machine that refuses the class still sends.
        let _ = sockopt::set_ip_tos(&socket, dscp << 2);
        sockopt::set_ip_multicast_ttl(&socket, HOPS)?;
    }
    socket.connect(to)?;
    Ok(socket)
}

fn no_way(to: SocketAddr, e: &io::Error) -> Finding {
    Finding {
        code: "rtp.refused".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Le réseau refuse les paquets RTP vers {to} ({e}). L'antenne continue ; vérifiez le récepteur et la route."
        ),
        en: format!(
            "The network refuses the RTP packets to {to}: {e}. The air goes on; check the receiver and the route."
        ),
    }
}

fn cannot(e: &OutputError) -> Finding {
    Finding {
        code: "rtp.encoder".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("Le flux RTP ne peut pas être codé ({e}). L'antenne continue ; corrigez la configuration."),
        en: format!("The RTP stream cannot be coded: {e}. The air goes on; correct the config."),
    }
}
