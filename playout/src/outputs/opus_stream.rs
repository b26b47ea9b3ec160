//! Blocks of sound in, Ogg/Opus page bodies out (RFC 6716, RFC 7845), for as long as the air lasts.

use bytes::{BufMut, Bytes, BytesMut};
use domain::{Frames, SAMPLE_RATE_HZ};
use opus::{Application, Bitrate, Channels, Encoder};

use super::ogg_page::{PageBody, PageWriter, Place};
use super::{OutputError, Unit, finite};

/// One Opus packet: 20 ms, the length at which the codec works best for music and speech.
const PACKET_FRAMES: usize = 960;
/// Packets in a page: 200 ms. Shorter pages cost overhead, longer ones delay the listener.
const PACKETS_PER_PAGE: usize = 10;
/// The longest packet that RFC 6716 §3.4 allows for one 20 ms frame is 1275 bytes, and one for the table of contents.
const PACKET_BYTES_MAX: usize = 1276;
/// What a decoder that joins in mid-stream needs before it can be trusted: 80 ms (RFC 7845 §4.6).
const JOIN_PRE_SKIP: u16 = 3_840;

/// How the Opus stream is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusOptions {
    /// Target of the variable bit rate in bits per second, 16 000 to 320 000.
    pub bitrate_bps: u32,
    /// 0 (cheapest) to 10. The default is 10: it costs 24 CPU seconds per hour of sound against 16 at 5, and seven sites
    /// at 10 still take less than a twentieth of one core.
    pub complexity: u8,
}

impl Default for OpusOptions {
    fn default() -> Self {
        Self { bitrate_bps: 96_000, complexity: 10 }
    }
}

/// The encoder's state machine: stereo at 48 kHz in, pages of 200 ms out.
pub struct OpusStream {
    encoder: Encoder,
    /// Frames that do not fill a packet yet.
    pending: Vec<[f32; 2]>,
    packets: Vec<Vec<u8>>,
    packet: Vec<u8>,
    lookahead: u16,
    started: bool,
    /// Packet frames given out in units.
    given: u64,
    /// Frames of sound taken.
    taken: u64,
}

impl OpusStream {
    /// An encoder that has heard nothing yet.
    pub fn new(options: OpusOptions) -> Result<Self, OutputError> {
        if !(16_000..=320_000).contains(&options.bitrate_bps) {
            let value = format!("{} bit/s", options.bitrate_bps);
            return Err(OutputError::Setting { what: "the Opus bit rate", value, allowed: "16 to 320 kbit/s" });
        }
        let mut encoder = Encoder::new(SAMPLE_RATE_HZ, Channels::Stereo, Application::Audio).map_err(|e| said(&e))?;
        encoder.set_bitrate(Bitrate::Bits(options.bitrate_bps as i32)).map_err(|e| said(&e))?;
        encoder.set_vbr(true).map_err(|e| said(&e))?;
        encoder.set_complexity(i32::from(options.complexity.min(10))).map_err(|e| said(&e))?;
        let lookahead = encoder.get_lookahead().map_err(|e| said(&e))? as u16;
        Ok(Self {
            encoder,
            pending: Vec::with_capacity(PACKET_FRAMES),
            packets: Vec::with_capacity(PACKETS_PER_PAGE),
            packet: vec![0; PACKET_BYTES_MAX],
            lookahead,
            started: false,
            given: 0,
            taken: 0,
        })
    }

    /// Takes sound and appends the pages that became full to `out`.
    pub fn push(&mut self, sound: &[[f32; 2]], out: &mut Vec<Unit>) -> Result<(), OutputError> {
        self.taken += sound.len() as u64;
        let mut rest = sound;
        while !rest.is_empty() {
            let room = (PACKET_FRAMES - self.pending.len()).min(rest.len());
            self.pending.extend(rest[..room].iter().map(|f| f.map(finite)));
            rest = &rest[room..];
            if self.pending.len() == PACKET_FRAMES {
                self.encode_packet()?;
                if self.packets.len() == PACKETS_PER_PAGE {
                    out.extend(self.unit(None));
                }
            }
        }
        Ok(())
    }

    /// Ends the stream: what is still inside the encoder comes out, and the last page's granule cuts the padding, so that
    /// a decoder gives back exactly the frames that went in.
    pub fn finish(mut self, out: &mut Vec<Unit>) -> Result<(), OutputError> {
        let end = self.taken + u64::from(self.lookahead);
        let in_packets = |s: &Self| s.given + (s.packets.len() * PACKET_FRAMES) as u64;
        while in_packets(&self) < end {
            self.pending.resize(PACKET_FRAMES, [0.0; 2]);
            self.encode_packet()?;
            if self.packets.len() == PACKETS_PER_PAGE && in_packets(&self) < end {
                out.extend(self.unit(None));
            }
        }
        out.extend(self.unit(Some(end)));
        Ok(())
    }

    fn encode_packet(&mut self) -> Result<(), OutputError> {
        let length = self.encoder.encode_float(self.pending.as_flattened(), &mut self.packet).map_err(|e| said(&e))?;
        self.packets.push(self.packet[..length].to_vec());
        self.pending.clear();
        Ok(())
    }

    fn unit(&mut self, end: Option<u64>) -> Option<Unit> {
        let packet_frames = (self.packets.len() * PACKET_FRAMES) as u64;
        let length = end.map_or(packet_frames, |end| end.saturating_sub(self.given));
        let body = PageBody::from_packets(&self.packets)?;
        let unit = Unit {
            data: body.as_bytes().clone(),
            length: Frames(length),
            delay_frames: (!self.started).then_some(self.lookahead),
            last: end.is_some(),
        };
        self.packets.clear();
        self.given += packet_frames;
        self.started = true;
        Some(unit)
    }
}

pub(crate) fn said(e: &opus::Error) -> OutputError {
    OutputError::Encoder { encoder: "Opus", reason: e.to_string() }
}

/// Makes one listener's own Ogg stream out of shared page bodies: own numbers, beginning at zero.
#[derive(Debug)]
pub(super) struct OpusListener {
    pages: PageWriter,
    granule: u64,
    joined: bool,
}

impl OpusListener {
    pub(super) fn new(serial: u32) -> Self {
        Self { pages: PageWriter::new(serial), granule: 0, joined: false }
    }

    /// The bytes for this listener: before the first unit the two header pages, then one page per unit.
    pub(super) fn bytes(&mut self, unit: &Unit, title: &str) -> Bytes {
        let mut bytes = BytesMut::new();
        if !self.joined {
            self.joined = true;
            // Whoever hears the first packet needs only the encoder's own delay; whoever joins later discards what a
            // decoder cannot yet know.
            let pre_skip = unit.delay_frames.unwrap_or(JOIN_PRE_SKIP);
            for (place, header) in [(Place::First, head(2, pre_skip)), (Place::Middle, tags(title))] {
                if let Some(body) = PageBody::from_packets(&[header]) {
                    bytes.extend_from_slice(&self.pages.page(place, 0, &body));
                }
            }
        }
        self.granule += unit.length.0;
        let place = if unit.last { Place::Last } else { Place::Middle };
        let body = PageBody::from_bytes(unit.data.clone());
        bytes.extend_from_slice(&self.pages.page(place, self.granule, &body));
        bytes.freeze()
    }
}

/// The identification header (RFC 7845 §5.1): one or two channels, 48 kHz, no gain, mapping family 0.
pub(crate) fn head(channels: u8, pre_skip: u16) -> Vec<u8> {
    let mut head = b"OpusHead\x01".to_vec();
    head.put_u8(channels);
    head.put_u16_le(pre_skip);
    head.put_u32_le(SAMPLE_RATE_HZ);
    head.put_slice(&[0, 0, 0]);
    head
}

/// The comment header (RFC 7845 §5.2).
pub(crate) fn tags(title: &str) -> Vec<u8> {
    let title: String = title.chars().take(200).collect();
    let (vendor, comment) = (opus::version(), format!("TITLE={title}"));
    let mut tags = b"OpusTags".to_vec();
    tags.put_u32_le(vendor.len() as u32);
    tags.put_slice(vendor.as_bytes());
    tags.put_u32_le(1);
    tags.put_u32_le(comment.len() as u32);
    tags.put_slice(comment.as_bytes());
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units_of(frames: usize, chunk: usize) -> Vec<Unit> {
        let sound: Vec<[f32; 2]> = (0..frames).map(|i| [(i as f32 * 0.05).sin() * 0.3; 2]).collect();
        let mut stream = OpusStream::new(OpusOptions::default()).unwrap();
        let mut units = Vec::new();
        for part in sound.chunks(chunk) {
            stream.push(part, &mut units).unwrap();
        }
        stream.finish(&mut units).unwrap();
        units
    }

    #[test]
    fn the_granules_add_up_to_the_sound_and_the_encoder_delay() {
        for frames in [0, 1, 959, 960, 9_600, 48_000, 48_001] {
            let units = units_of(frames, 480);
            let total: u64 = units.iter().map(|u| u.length.0).sum();
            assert_eq!(total, frames as u64 + 312, "{frames}");
            assert_eq!(units.iter().filter(|u| u.last).count(), 1);
            assert_eq!(units[0].delay_frames, Some(312));
        }
    }

    #[test]
    fn the_cut_of_the_input_changes_nothing() {
        assert_eq!(units_of(20_000, 480), units_of(20_000, 7));
    }

    #[test]
    fn infinities_and_nan_are_taken_as_silence() {
        let mut stream = OpusStream::new(OpusOptions::default()).unwrap();
        let mut units = Vec::new();
        stream.push(&vec![[f32::NAN, f32::INFINITY]; 19_200], &mut units).unwrap();
        assert_eq!(units.len(), 2);
    }

    #[test]
    fn an_impossible_bit_rate_is_refused_with_a_sentence() {
        let refused = OpusStream::new(OpusOptions { bitrate_bps: 1, complexity: 5 }).err().unwrap();
        assert_eq!(refused.to_string(), "the Opus bit rate cannot be 1 bit/s: choose 16 to 320 kbit/s");
    }
}
