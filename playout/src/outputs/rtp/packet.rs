//! Frames in, RTP packets out: a state machine without a clock or a socket.

use domain::{Frames, Position, SAMPLE_RATE_HZ};
use opus::{Application, Bitrate, Channels, Encoder};

use super::{PAYLOAD_BYTES_MAX, RtpFormat, RtpIdentity, RtpOptions};
use crate::outputs::opus_stream::said;
use crate::outputs::{OutputError, finite};

/// The fixed header (RFC 3550 §5.1): no padding, no extension, no contributors.
const HEADER_BYTES: usize = 12;
const VERSION: u8 = 2 << 6;
const MARKER: u8 = 1 << 7;

/// Makes the packets of one stream; each call gives one packet.
pub struct Packetiser {
    format: RtpFormat,
    identity: RtpIdentity,
    length: Frames,
    encoder: Option<Encoder>,
    /// How far what a decoder gives lies behind what went in.
    delay: u32,
    sequence: u16,
    packet: Vec<u8>,
    sent_packets: u32,
    sent_bytes: u32,
}

impl Packetiser {
    /// A stream that has sent nothing yet.
    pub fn new(options: &RtpOptions, identity: RtpIdentity) -> Result<Self, OutputError> {
        let mut encoder = match options.format {
            RtpFormat::Opus { bitrate_bps } => Some(encoder(bitrate_bps)?),
            _ => None,
        };
        let delay = encoder.as_mut().map_or(Ok(0), Encoder::get_lookahead).map_err(|e| said(&e))?;
        Ok(Self {
            format: options.format,
            identity,
            length: options.packet_frames(),
            encoder,
            delay: delay as u32,
            sequence: identity.sequence,
            packet: Vec::with_capacity(HEADER_BYTES + PAYLOAD_BYTES_MAX),
            sent_packets: 0,
            sent_bytes: 0,
        })
    }

    /// Frames that one packet takes.
    pub const fn packet_frames(&self) -> Frames {
        self.length
    }

    /// The packet of these samples, channels in turn, the first of which is at `at`. `is_first` marks the first one after a
    /// pause (RFC 3551 §4.1).
    pub fn packet(&mut self, samples: &[f32], at: Position, is_first: bool) -> Result<&[u8], OutputError> {
        let marker = if is_first { MARKER } else { 0 };
        self.packet.clear();
        self.packet.extend([VERSION, marker | self.format.payload_type()]);
        self.packet.extend(self.sequence.to_be_bytes());
        self.packet.extend(self.timestamp_of(at).wrapping_sub(self.delay).to_be_bytes());
        self.packet.extend(self.identity.ssrc.to_be_bytes());
        let samples = samples.iter().copied().map(finite);
        match (self.format, &mut self.encoder) {
            (RtpFormat::L16 | RtpFormat::MultiplexL16, _) => {
                self.packet.extend(samples.flat_map(|s| (linear(s, 32_768.0) as i16).to_be_bytes()));
            }
            (RtpFormat::L24 | RtpFormat::MultiplexL24, _) => {
                for sample in samples {
                    self.packet.extend_from_slice(&linear(sample, 8_388_608.0).to_be_bytes()[1..]);
                }
            }
            (RtpFormat::Opus { .. }, Some(encoder)) => {
                let whole: Vec<f32> = samples.collect();
                self.packet.resize(HEADER_BYTES + PAYLOAD_BYTES_MAX, 0);
                let length = encoder.encode_float(&whole, &mut self.packet[HEADER_BYTES..]).map_err(|e| said(&e))?;
                self.packet.truncate(HEADER_BYTES + length);
            }
            (RtpFormat::Opus { .. }, None) => {}
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.sent_packets = self.sent_packets.wrapping_add(1);
        self.sent_bytes = self.sent_bytes.wrapping_add((self.packet.len() - HEADER_BYTES) as u32);
        Ok(&self.packet)
    }

    /// Packets and payload bytes made so far, as a sender report counts them.
    pub const fn sent(&self) -> (u32, u32) {
        (self.sent_packets, self.sent_bytes)
    }

    /// The timestamp of a position: the samples of one channel, counted from a random beginning.
    pub const fn timestamp_of(&self, at: Position) -> u32 {
        self.identity.timestamp.wrapping_add((at.0 as u32).wrapping_mul(self.format.samples_per_frame()))
    }

    /// Who sends.
    pub const fn identity(&self) -> RtpIdentity {
        self.identity
    }
}

/// Full scale lies one step below `scale`; what is beyond it stays there.
fn linear(sample: f32, scale: f32) -> i32 {
    (sample * scale).round().clamp(-scale, scale - 1.0) as i32
}

fn encoder(bitrate_bps: u32) -> Result<Encoder, OutputError> {
    if !(16_000..=320_000).contains(&bitrate_bps) {
        let value = format!("{bitrate_bps} bit/s");
        return Err(OutputError::Setting { what: "the Opus bit rate", value, allowed: "16 to 320 kbit/s" });
    }
    let mut encoder = Encoder::new(SAMPLE_RATE_HZ, Channels::Stereo, Application::Audio).map_err(|e| said(&e))?;
    encoder.set_bitrate(Bitrate::Bits(bitrate_bps as i32)).map_err(|e| said(&e))?;
    // A link of constant capacity is planned by its peak (RFC 7587 §3.3 leaves both open).
    encoder.set_vbr(false).map_err(|e| said(&e))?;
    Ok(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packetiser(format: RtpFormat, packet_ms: u8) -> Packetiser {
        let options = RtpOptions::new("127.0.0.1:5004".parse().unwrap(), format, packet_ms, 0).unwrap();
        Packetiser::new(&options, RtpIdentity { ssrc: 0x0102_0304, sequence: 0xffff, timestamp: 0xffff_fff0 }).unwrap()
    }

    #[test]
    fn the_header_is_that_of_the_standard_and_its_numbers_wrap() {
        let mut stream = packetiser(RtpFormat::L16, 1);
        let first = stream.packet(&[0.0; 96], Position(0), true).unwrap().to_vec();
        assert_eq!(first[..12], [0x80, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0, 1, 2, 3, 4]);
        let second = stream.packet(&[0.0; 96], Position(48), false).unwrap();
        assert_eq!(second[..8], [0x80, 96, 0, 0, 0, 0, 0, 0x20]);
        assert_eq!(stream.sent(), (2, 2 * 192));
    }

    #[test]
    fn linear_samples_go_in_network_order_and_stay_in_range() {
        let samples = [0.5, -0.5, 1.0, -1.0, 7.0, f32::NAN, -7.0, 1.0 / 8_388_608.0];
        let mut l16 = packetiser(RtpFormat::L16, 1);
        let bytes = l16.packet(&samples, Position(0), false).unwrap()[12..].to_vec();
        assert_eq!(bytes, [0x40, 0, 0xc0, 0, 0x7f, 0xff, 0x80, 0, 0x7f, 0xff, 0, 0, 0x80, 0, 0, 0]);
        let mut l24 = packetiser(RtpFormat::L24, 1);
        let bytes = l24.packet(&samples, Position(0), false).unwrap()[12..].to_vec();
        assert_eq!(bytes[..6], [0x40, 0, 0, 0xc0, 0, 0]);
        assert_eq!(bytes[18..], [0x80, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn a_multiplex_counts_four_samples_to_each_frame() {
        let mut mpx = packetiser(RtpFormat::MultiplexL24, 1);
        let bytes = mpx.packet(&[0.5; 192], Position(48), false).unwrap();
        assert_eq!((bytes[1], bytes.len()), (97, 12 + 3 * 192));
        assert_eq!(bytes[4..8], (0xffff_fff0_u32.wrapping_add(192)).to_be_bytes());
        assert_eq!(bytes[12..15], [0x40, 0, 0]);
    }

    #[test]
    fn an_opus_packet_says_the_time_of_what_its_decoder_gives() {
        let mut opus = packetiser(RtpFormat::Opus { bitrate_bps: 96_000 }, 20);
        let packet = opus.packet(&[0.1; 1_920], Position(960), false).unwrap();
        assert_eq!(packet[1], 98);
        let timestamp = u32::from_be_bytes(packet[4..8].try_into().unwrap());
        assert_eq!(timestamp, 0xffff_fff0_u32.wrapping_add(960 - 312));
        assert_eq!(packet.len(), 12 + 240, "96 kbit/s for 20 ms");
    }
}
