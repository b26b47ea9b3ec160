//! One stream on its way: packets at the pace of the chain, reports beside them, and a socket that nobody waits for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Frames, Position, Severity};
use jiff::Timestamp;
use rustix::net::sockopt;

use super::report::{goodbye, sender_report};
use super::sdp::HOPS;
use super::{Packetiser, RtpIdentity, RtpOptions, ntp};
use crate::outputs::{OutputError, Standing};

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

/// A stream of packets to one receiver. Whoever has the samples has the thread.
pub struct RtpLine {
    options: RtpOptions,
    cname: String,
    stream: Packetiser,
    clocks: OutputClocks,
    /// For packets and for reports; opened again after an error that closed it.
    socket: Option<(UdpSocket, UdpSocket)>,
    /// When the network refused a packet last.
    failed: Option<Instant>,
    reported: Option<Instant>,
    /// Whether the next packet is the first one after a pause.
    is_first: bool,
    /// Frames that came too late.
    late: u64,
    /// Packets that the network refused.
    refused: u64,
}

impl RtpLine {
    /// A line that has sent nothing yet.
    pub fn new(
        options: RtpOptions,
        identity: RtpIdentity,
        cname: &str,
        clocks: OutputClocks,
    ) -> Result<Self, OutputError> {
        let stream = Packetiser::new(&options, identity)?;
        let cname = cname.to_owned();
        let (socket, failed, reported) = (None, None, None);
        Ok(Self { options, cname, stream, clocks, socket, failed, reported, is_first: true, late: 0, refused: 0 })
    }

    /// Sound that one packet takes.
    pub const fn packet_frames(&self) -> Frames {
        self.stream.packet_frames()
    }

    /// Packets that the network refused, since the start.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Sends the samples of one packet, channels in turn, when the chain consumes the first of them at `at`; counts them in
    /// `standing`. What is late already is not sent.
    pub fn send_in_time(&mut self, samples: &[f32], at: Position, standing: &Standing) {
        let length = self.packet_frames();
        let now = self.wait_for(at);
        if now.since(at).unwrap_or_default() > LATE_MAX {
            (self.is_first, self.late) = (true, self.late + length.0);
        } else {
            self.send(samples, at, standing);
            self.is_first = false;
        }
        standing.has_lost(Frames(self.late + self.refused * length.0));
        if self.reported.is_none_or(|t| t.elapsed() >= REPORT_EVERY) {
            self.reported = Some(Instant::now());
            self.report(sender_report);
            if self.failed.is_none_or(|t| t.elapsed() >= STEADY_AFTER) {
                standing.tell(None);
            }
        }
    }

    /// Sleeps a little: until the output stands at `at`, where new samples begin, but never long.
    pub fn nap(&self, at: Position) {
        let until = at.since((self.clocks.position)(Instant::now())).unwrap_or_default().as_duration();
        thread::sleep(until.clamp(NAP_MIN, NAP_MAX));
    }

    /// Says goodbye.
    pub fn end(mut self) {
        self.report(goodbye);
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

    fn send(&mut self, samples: &[f32], at: Position, standing: &Standing) {
        let Ok(packet) = self.stream.packet(samples, at, self.is_first).map_err(|e| standing.tell(Some(cannot(&e))))
        else {
            return;
        };
        let sent = match open(&mut self.socket, &self.options) {
            Ok((socket, _)) => socket.send(packet).map(drop),
            Err(e) => Err(e),
        };
        match sent {
            Ok(()) => standing.took(self.packet_frames()),
            Err(e) => self.refuse(&e, standing),
        }
    }

    fn refuse(&mut self, e: &io::Error, standing: &Standing) {
        self.refused += 1;
        self.failed = Some(Instant::now());
        standing.tell(Some(no_way(self.options.to, e)));
        // A refused datagram leaves the socket whole; what does not is opened anew.
        if !matches!(e.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::WouldBlock) {
            self.socket = None;
        }
    }

    fn report(&mut self, make: fn(&Packetiser, u64, u32, &str) -> Vec<u8>) {
        let (wall, at) = self.clocks.together();
        let report = make(&self.stream, ntp(wall), self.stream.timestamp_of(at), &self.cname);
        if let Ok((_, reports)) = open(&mut self.socket, &self.options) {
            // Reports are a courtesy: nobody listening to them is the usual case.
            let _ = reports.send(&report);
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
