//! Sound in, whole Ogg/Opus pages out: one page each half second, so that a kill takes no more than that.

use bytes::Bytes;
use domain::SAMPLE_RATE_HZ;
use opus::{Application, Bitrate, Channels, Encoder};

use super::recorder::AirCheckOptions;
use crate::outputs::ogg_page::{PageBody, PageWriter, Place};
use crate::outputs::opus_stream::{head, said, tags};
use crate::outputs::{OutputError, finite};
use crate::realtime::Frame;

/// One Opus packet: 20 ms.
pub(super) const PACKET_FRAMES: usize = 960;
/// Packets in a page: half a second; their segments stay below the 255 that a page may have.
const PACKETS_PER_PAGE: usize = 25;
/// RFC 6716 §3.4.
const PACKET_BYTES_MAX: usize = 1276;
/// A recording of a day costs 100 CPU seconds at 5 and 200 at 10, and nobody hears the difference at these rates.
const COMPLEXITY: i32 = 5;

/// The encoder of one piece.
pub(super) struct PieceEncoder {
    encoder: Encoder,
    channels: usize,
    pages: PageWriter,
    /// Samples that do not fill a packet yet.
    pending: Vec<f32>,
    packets: Vec<Vec<u8>>,
    packet: Vec<u8>,
    pre_skip: u16,
    /// Granule at the end of what was given out.
    granule: u64,
    /// Frames of sound taken.
    taken: u64,
}

impl PieceEncoder {
    pub(super) fn new(options: AirCheckOptions, serial: u32) -> Result<Self, OutputError> {
        let count = options.channels();
        let channels = if count == 1 { Channels::Mono } else { Channels::Stereo };
        let mut encoder = Encoder::new(SAMPLE_RATE_HZ, channels, Application::Audio).map_err(|e| said(&e))?;
        encoder.set_bitrate(Bitrate::Bits(options.bitrate_bps as i32)).map_err(|e| said(&e))?;
        encoder.set_vbr(true).map_err(|e| said(&e))?;
        encoder.set_complexity(COMPLEXITY).map_err(|e| said(&e))?;
        let pre_skip = encoder.get_lookahead().map_err(|e| said(&e))? as u16;
        Ok(Self {
            encoder,
            channels: usize::from(count),
            pages: PageWriter::new(serial),
            pending: Vec::with_capacity(PACKET_FRAMES * 2),
            packets: Vec::with_capacity(PACKETS_PER_PAGE),
            packet: vec![0; PACKET_BYTES_MAX],
            pre_skip,
            granule: 0,
            taken: 0,
        })
    }

    /// What a decoder gives before the first frame of sound.
    pub(super) const fn pre_skip(&self) -> u16 {
        self.pre_skip
    }

    /// The granule at which the next page begins.
    pub(super) const fn next_page_granule(&self) -> u64 {
        self.granule
    }

    /// The two header pages (RFC 7845 §5).
    pub(super) fn headers(&mut self, title: &str) -> Vec<Bytes> {
        let head = head(self.channels as u8, self.pre_skip);
        [(Place::First, head), (Place::Middle, tags(title))]
            .into_iter()
            .filter_map(|(place, header)| Some(self.pages.page(place, 0, &PageBody::from_packets(&[header])?)))
            .collect()
    }

    /// Takes sound and appends the pages that became full.
    pub(super) fn push(&mut self, sound: &[Frame], out: &mut Vec<Bytes>) -> Result<(), OutputError> {
        self.taken += sound.len() as u64;
        for [left, right] in sound.iter().map(|frame| frame.map(finite)) {
            if self.channels == 1 {
                self.pending.push((left + right) * 0.5);
            } else {
                self.pending.extend([left, right]);
            }
            if self.pending.len() == PACKET_FRAMES * self.channels {
                self.encode_packet()?;
                if self.packets.len() == PACKETS_PER_PAGE {
                    out.extend(self.page(None));
                }
            }
        }
        Ok(())
    }

    /// Ends the piece: the last granule cuts the padding, so that a decoder gives back the very frames that went in.
    pub(super) fn finish(&mut self, out: &mut Vec<Bytes>) -> Result<(), OutputError> {
        let end = self.taken + u64::from(self.pre_skip);
        while self.granule + ((self.packets.len() * PACKET_FRAMES) as u64) < end {
            self.pending.resize(PACKET_FRAMES * self.channels, 0.0);
            self.encode_packet()?;
        }
        out.extend(self.page(Some(end)));
        Ok(())
    }

    fn encode_packet(&mut self) -> Result<(), OutputError> {
        let length = self.encoder.encode_float(&self.pending, &mut self.packet).map_err(|e| said(&e))?;
        self.packets.push(self.packet[..length].to_vec());
        self.pending.clear();
        Ok(())
    }

    fn page(&mut self, end: Option<u64>) -> Option<Bytes> {
        let body = PageBody::from_packets(&self.packets)?;
        self.granule += (self.packets.len() * PACKET_FRAMES) as u64;
        self.packets.clear();
        let place = if end.is_some() { Place::Last } else { Place::Middle };
        Some(self.pages.page(place, end.unwrap_or(self.granule), &body))
    }
}

/// Codes a whole clip for those who only listen.
pub(super) fn whole(
    options: AirCheckOptions,
    title: &str,
    sound: impl Iterator<Item = Vec<Frame>>,
) -> Result<Vec<u8>, OutputError> {
    let mut encoder = PieceEncoder::new(options, 1)?;
    let mut pages = encoder.headers(title);
    for part in sound {
        encoder.push(&part, &mut pages)?;
    }
    encoder.finish(&mut pages)?;
    Ok(pages.concat())
}
