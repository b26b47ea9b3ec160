//! RTP to an IP codec, an exciter or a transmitter: L16, L24 and Opus with sender reports and a description (RFC 3550, 3551, 3190, 7587).
//!
//! The timestamp of a packet is the position on the output plus a random beginning, so that a receiver can say to the
//! sample where the air stands. [`packet`] and [`report`] make bytes and know no clock and no socket; an [`RtpLine`] has both,
//! and an [`RtpSender`] a thread of its own.

mod line;
mod packet;
mod report;
mod sdp;
mod sender;

use std::net::SocketAddr;

use domain::{Frames, Position, SiteId};
use jiff::Timestamp;

use super::OutputError;

pub use line::{OutputClocks, RtpLine};
pub use packet::Packetiser;
pub use sender::RtpSender;

/// A payload that passes every Ethernet in one piece, also through a tunnel (AES67 §6.3).
pub const PAYLOAD_BYTES_MAX: usize = 1_440;
/// Dynamic payload types (RFC 3551 §6); the description says which is which.
const PAYLOAD_TYPE_L16: u8 = 96;
const PAYLOAD_TYPE_L24: u8 = 97;
const PAYLOAD_TYPE_OPUS: u8 = 98;

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtpFormat {
    /// 16-bit linear, stereo (RFC 3551 §4.5.11).
    L16,
    /// 24-bit linear, stereo (RFC 3190 §4).
    L24,
    /// Opus (RFC 7587) at this many bits per second.
    Opus {
        /// 16 000 to 320 000.
        bitrate_bps: u32,
    },
    /// The stereo multiplex as 16-bit linear, one channel at 192 kHz; full scale is ±75 kHz.
    MultiplexL16,
    /// The same as 24-bit linear.
    MultiplexL24,
}

impl RtpFormat {
    /// The payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::L16 | Self::MultiplexL16 => PAYLOAD_TYPE_L16,
            Self::L24 | Self::MultiplexL24 => PAYLOAD_TYPE_L24,
            Self::Opus { .. } => PAYLOAD_TYPE_OPUS,
        }
    }

    /// Samples of each channel in one frame of the output: the media clock runs so much faster than 48 kHz.
    const fn samples_per_frame(self) -> u32 {
        match self {
            Self::MultiplexL16 | Self::MultiplexL24 => 4,
            Self::L16 | Self::L24 | Self::Opus { .. } => 1,
        }
    }

    /// Bytes of one frame of the output; `None` for what is coded.
    const fn frame_bytes(self) -> Option<usize> {
        match self {
            Self::L16 => Some(4),
            Self::L24 => Some(6),
            Self::MultiplexL16 => Some(8),
            Self::MultiplexL24 => Some(12),
            Self::Opus { .. } => None,
        }
    }
}

/// One RTP output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpOptions {
    /// Where the packets go, 5004 by custom; the reports go to the port after it.
    pub to: SocketAddr,
    /// What they carry.
    pub format: RtpFormat,
    /// Sound in one packet, in milliseconds: 1 to 20, as far as it fits a packet.
    pub packet_ms: u8,
    /// The differentiated-services code point, 0 to 63: 34 (AF41) is AES67's for media, 46 is EF.
    pub dscp: u8,
}

impl RtpOptions {
    /// AES67 §6.2: media streams go in class AF41.
    pub const DSCP_USUAL: u8 = 34;

    /// Checks what the types do not say.
    pub fn new(to: SocketAddr, format: RtpFormat, packet_ms: u8, dscp: u8) -> Result<Self, OutputError> {
        let options = Self { to, format, packet_ms, dscp };
        let refused = |allowed| {
            Err(OutputError::Setting { what: "the RTP packet time", value: format!("{packet_ms} ms"), allowed })
        };
        let length = options.packet_frames();
        match format.frame_bytes() {
            _ if !(1..=20).contains(&packet_ms) => refused("1 to 20 ms"),
            Some(bytes) if bytes * length.0 as usize > PAYLOAD_BYTES_MAX => refused(
                "1 to 7 ms for L16 and 1 to 5 ms for L24, 1 or 2 ms for a multiplex: longer packets would be cut in pieces on the way",
            ),
            None if ![5, 10, 20].contains(&packet_ms) => refused("5, 10 or 20 ms for Opus"),
            // A multiplex is made 10 ms at a time.
            Some(_) if format.samples_per_frame() > 1 && packet_ms > 2 => refused("1 or 2 ms for a multiplex"),
            _ if dscp > 63 => {
                Err(OutputError::Setting { what: "the DSCP", value: dscp.to_string(), allowed: "0 to 63" })
            }
            _ => Ok(options),
        }
    }

    /// Sound in one packet.
    pub const fn packet_frames(&self) -> Frames {
        Frames::from_millis(self.packet_ms as u64)
    }

    /// The description for a receiver (RFC 8866).
    pub fn describe(&self, site: SiteId, origin: std::net::IpAddr, session: u64) -> String {
        sdp::describe(self, site, origin, session)
    }
}

/// Who sends: numbers that differ in each life of the process (RFC 3550 §5.1 wants them random).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpIdentity {
    /// The synchronisation source.
    pub ssrc: u32,
    /// The first sequence number.
    pub sequence: u16,
    /// The timestamp of position 0.
    pub timestamp: u32,
}

impl RtpIdentity {
    /// From sixteen random bytes.
    pub fn from_random(random: u128) -> Self {
        Self { ssrc: random as u32, sequence: (random >> 32) as u16, timestamp: (random >> 64) as u32 }
    }

    /// The timestamp of a position in a stream of sound.
    pub const fn timestamp_of(&self, at: Position) -> u32 {
        self.timestamp.wrapping_add(at.0 as u32)
    }
}

/// Wall time as NTP counts it: seconds since 1900 in the upper half, parts of one in the lower (RFC 3550 §4).
fn ntp(wall: Timestamp) -> u64 {
    const FROM_1900_TO_1970_S: i128 = 2_208_988_800;
    let ns = wall.as_nanosecond() + FROM_1900_TO_1970_S * 1_000_000_000;
    ((ns << 32) / 1_000_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to() -> SocketAddr {
        "239.1.2.3:5004".parse().unwrap()
    }

    #[test]
    fn what_would_not_fit_a_packet_is_refused() {
        let opus = RtpFormat::Opus { bitrate_bps: 96_000 };
        let cases = [
            (RtpFormat::L24, 1, true),
            (RtpFormat::L24, 5, true),
            (RtpFormat::L24, 6, false),
            (RtpFormat::L16, 7, true),
            (RtpFormat::L16, 8, false),
            (RtpFormat::L16, 0, false),
            (RtpFormat::MultiplexL16, 2, true),
            (RtpFormat::MultiplexL16, 3, false),
            (RtpFormat::MultiplexL24, 2, true),
            (RtpFormat::MultiplexL24, 3, false),
            (opus, 20, true),
            (opus, 1, false),
            (opus, 40, false),
        ];
        for (format, ms, fits) in cases {
            assert_eq!(RtpOptions::new(to(), format, ms, 34).is_ok(), fits, "{format:?} {ms}");
        }
        assert!(RtpOptions::new(to(), RtpFormat::L24, 1, 64).is_err());
    }

    #[test]
    fn ntp_counts_from_1900() {
        let wall: Timestamp = "1970-01-01T00:00:00.5Z".parse().unwrap();
        assert_eq!(ntp(wall), 2_208_988_800 << 32 | 1 << 31);
    }

    #[test]
    fn the_description_names_what_is_sent() {
        let options = RtpOptions::new(to(), RtpFormat::L24, 1, 34).unwrap();
        let text = options.describe("GAO".parse().unwrap(), "10.0.0.7".parse().unwrap(), 7);
        for line in ["c=IN IP4 239.1.2.3/32", "m=audio 5004 RTP/AVP 97", "a=rtpmap:97 L24/48000/2", "a=ptime:1"] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}: {text}");
        }
        let multiplex = RtpOptions { format: RtpFormat::MultiplexL16, ..options };
        let text = multiplex.describe("GAO".parse().unwrap(), "10.0.0.7".parse().unwrap(), 7);
        assert!(text.contains("a=rtpmap:96 L16/192000/1\r\n"), "{text}");
    }
}
