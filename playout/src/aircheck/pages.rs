//! Reads the pages of a piece back: every length is checked, every checksum too; what is torn ends the reading.

use std::io::{self, Read};

use crate::outputs::ogg_page::checksum;

/// Fixed bytes of a page before its segment table (RFC 3533 §6).
const HEAD_BYTES: usize = 27;

/// One page that is what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The granule at its end.
    pub(super) granule: u64,
    /// Its packets, whole: ours never go over a page's end.
    pub(super) packets: Vec<Vec<u8>>,
    /// Its length in the file.
    pub(super) bytes: u64,
}

/// How a reading of pages goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read1 {
    /// A whole page.
    Page(Page),
    /// Here the file ends, between two pages.
    End,
    /// Here it ends within a page, or a page is not what was written.
    Torn,
}

/// Reads the next page. Memory is bounded by what a page can hold: 65 307 bytes.
pub(super) fn next_page(from: &mut impl Read) -> io::Result<Read1> {
    let mut page = vec![0; HEAD_BYTES];
    match fill(from, &mut page)? {
        0 => return Ok(Read1::End),
        HEAD_BYTES => {}
        _ => return Ok(Read1::Torn),
    }
    if page[..5] != *b"OggS\0" {
        return Ok(Read1::Torn);
    }
    let segments = usize::from(page[26]);
    page.resize(HEAD_BYTES + segments, 0);
    if fill(from, &mut page[HEAD_BYTES..])? < segments {
        return Ok(Read1::Torn);
    }
    let body: usize = page[HEAD_BYTES..].iter().map(|b| usize::from(*b)).sum();
    let table = HEAD_BYTES + segments;
    page.resize(table + body, 0);
    if fill(from, &mut page[table..])? < body {
        return Ok(Read1::Torn);
    }
    let said = word(&page, 22);
    page[22..26].fill(0);
    if checksum(&page) != said {
        return Ok(Read1::Torn);
    }
    let granule = u64::from(word(&page, 6)) | u64::from(word(&page, 10)) << 32;
    Ok(Read1::Page(Page {
        granule,
        packets: packets(&page[HEAD_BYTES..table], &page[table..]),
        bytes: page.len() as u64,
    }))
}

fn packets(table: &[u8], mut body: &[u8]) -> Vec<Vec<u8>> {
    let (mut packets, mut packet) = (Vec::new(), Vec::new());
    for lace in table {
        let (piece, rest) = body.split_at(usize::from(*lace).min(body.len()));
        packet.extend_from_slice(piece);
        body = rest;
        if *lace < 255 {
            packets.push(std::mem::take(&mut packet));
        }
    }
    packets
}

fn word(page: &[u8], at: usize) -> u32 {
    let bytes: [u8; 4] = page.get(at..at + 4).and_then(|b| b.try_into().ok()).unwrap_or_default();
    u32::from_le_bytes(bytes)
}

/// Like `read_exact`, but says how far it came.
fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < into.len() {
        match from.read(&mut into[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}
