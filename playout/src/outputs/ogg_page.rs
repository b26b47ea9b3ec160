//! Ogg pages (RFC 3533) of one logical stream, numbered for one listener.
//!
//! The payload of a page is the same for every listener; its number, granule position and checksum are the listener's own,
//! so that whoever joins in mid-stream still receives a whole, faultless stream that begins at zero.

use bytes::{BufMut, Bytes, BytesMut};

/// The segment table and payload of one page: everything after the 26 fixed bytes that differ per listener.
///
/// At most 255 segments (RFC 3533 §6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageBody(Bytes);

impl PageBody {
    /// The body that holds these packets whole, or `None` when they need more than 255 segments.
    pub fn from_packets<P: AsRef<[u8]>>(packets: &[P]) -> Option<Self> {
        let segments: usize = packets.iter().map(|p| p.as_ref().len() / 255 + 1).sum();
        let payload: usize = packets.iter().map(|p| p.as_ref().len()).sum();
        let mut body = BytesMut::with_capacity(1 + segments + payload);
        body.put_u8(u8::try_from(segments).ok()?);
        for packet in packets {
            let length = packet.as_ref().len();
            body.put_bytes(255, length / 255);
            body.put_u8((length % 255) as u8);
        }
        for packet in packets {
            body.put_slice(packet.as_ref());
        }
        Some(Self(body.freeze()))
    }

    /// A body from the bytes of [`PageBody::as_bytes`].
    pub(super) fn from_bytes(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// Segment count, segment table and payload, as they stand in a page.
    pub(super) fn as_bytes(&self) -> &Bytes {
        &self.0
    }
}

/// Where a page stands in its stream (RFC 3533 §6, header type flag).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first page.
    First,
    /// Any page between.
    Middle,
    /// The last page.
    Last,
}

/// Numbers the pages of one logical stream.
#[derive(Debug)]
pub struct PageWriter {
    serial: u32,
    sequence: u32,
}

impl PageWriter {
    /// A stream with this serial number.
    pub const fn new(serial: u32) -> Self {
        Self { serial, sequence: 0 }
    }

    /// The next page; `granule` is the position at its end.
    pub fn page(&mut self, place: Place, granule: u64, body: &PageBody) -> Bytes {
        let mut page = BytesMut::with_capacity(26 + body.0.len());
        page.put_slice(b"OggS\0");
        page.put_u8(match place {
            Place::First => 2,
            Place::Middle => 0,
            Place::Last => 4,
        });
        page.put_u64_le(granule);
        page.put_u32_le(self.serial);
        page.put_u32_le(self.sequence);
        page.put_u32_le(0);
        page.put_slice(&body.0);
        let crc = checksum(&page);
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        self.sequence = self.sequence.wrapping_add(1);
        page.freeze()
    }
}

/// CRC-32 with polynomial 0x04c11db7, no reflection, start and final XOR 0 (RFC 3533 §6).
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |crc, byte| (crc << 8) ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)])
}

const TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut r = (i as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            r = if r & 0x8000_0000 == 0 { r << 1 } else { (r << 1) ^ 0x04c1_1db7 };
            bit += 1;
        }
        table[i] = r;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_reader_gets_every_packet_back() {
        let lengths = [0usize, 1, 254, 255, 256, 510, 1275];
        let packets: Vec<Vec<u8>> = lengths.iter().map(|n| vec![*n as u8; *n]).collect();
        let body = PageBody::from_packets(&packets).unwrap();
        let mut writer = PageWriter::new(7);
        let mut file = writer.page(Place::First, 0, &body).to_vec();
        file.extend_from_slice(&writer.page(Place::Last, 960, &body));
        let mut reader = ogg::PacketReader::new(std::io::Cursor::new(file));
        for expected in packets.iter().chain(&packets) {
            let packet = reader.read_packet_expected().unwrap();
            assert_eq!((&packet.data, packet.stream_serial()), (expected, 7));
        }
        assert!(reader.read_packet().unwrap().is_none());
    }

    #[test]
    fn a_page_never_holds_more_than_255_segments() {
        assert!(PageBody::from_packets(&vec![[0u8; 1]; 255]).is_some());
        assert!(PageBody::from_packets(&vec![[0u8; 1]; 256]).is_none());
    }
}
