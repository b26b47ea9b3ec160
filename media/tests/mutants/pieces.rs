//! What a file is made of, as far as its first bytes say: chunks, boxes, blocks, pages, frames.

use std::ops::Range;

/// One of them.
#[derive(Clone)]
pub struct Piece {
    pub all: Range<usize>,
    /// Where four bytes say how long it is.
    pub length_at: Option<usize>,
    /// The most significant byte first.
    pub big: bool,
}

/// More than any mutation needs to choose from.
const PIECES_MAX: usize = 400;

/// The pieces of `file`; none when nobody here knows its kind.
pub fn pieces(file: &[u8]) -> Vec<Piece> {
    let mut out = Vec::new();
    match file.get(..4) {
        Some(b"RIFF" | b"RF64") => chunks(file, 12, false, &mut out),
        Some(b"FORM") => chunks(file, 12, true, &mut out),
        Some(b"fLaC") => blocks(file, &mut out),
        Some(b"OggS") => out.extend(pages(file).into_iter().map(|all| Piece { all, length_at: None, big: false })),
        _ if file.get(4..8) == Some(b"ftyp") => boxes(file, 0..file.len(), 0, &mut out),
        _ => frames(file, &mut out),
    }
    out.truncate(PIECES_MAX);
    out
}

fn long(file: &[u8], at: usize, big: bool) -> Option<usize> {
    let bytes = file.get(at..at + 4)?.try_into().ok()?;
    Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize)
}

fn chunks(file: &[u8], mut at: usize, big: bool, out: &mut Vec<Piece>) {
    while let Some(length) = long(file, at + 4, big) {
        let to = (at + 8 + length.min(file.len()).next_multiple_of(2)).min(file.len());
        out.push(Piece { all: at..to, length_at: Some(at + 4), big });
        at = to;
    }
}

fn boxes(file: &[u8], within: Range<usize>, depth: usize, out: &mut Vec<Piece>) {
    let mut at = within.start;
    while let Some(length) = long(&file[..within.end], at, true).filter(|_| out.len() < PIECES_MAX) {
        let to = (at + length.max(8)).min(within.end);
        out.push(Piece { all: at..to, length_at: Some(at), big: true });
        let holds = [&b"moov"[..], b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"edts", b"udta", b"dinf"];
        if depth < 6 && file.get(at + 4..at + 8).is_some_and(|kind| holds.contains(&kind)) && at + 8 < to {
            boxes(file, at + 8..to, depth + 1, out);
        }
        at = to;
    }
}

/// The metadata blocks of FLAC, and what follows as one.
fn blocks(file: &[u8], out: &mut Vec<Piece>) {
    let mut at = 4;
    while let Some(word) = long(file, at, true) {
        let to = (at + 4 + (word & 0x00FF_FFFF)).min(file.len());
        out.push(Piece { all: at..to, length_at: Some(at), big: true });
        at = to;
        if word >> 31 == 1 {
            break;
        }
    }
    frames(file, out);
}

fn pages(file: &[u8]) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = file.windows(4).enumerate().filter(|(_, w)| w == b"OggS").map(|(i, _)| i).collect();
    starts.push(file.len());
    starts.windows(2).map(|w| w[0]..w[1]).collect()
}

/// From one synchronisation word of MPEG, ADTS or FLAC to the next: some of them are sound by chance.
fn frames(file: &[u8], out: &mut Vec<Piece>) {
    let mut starts: Vec<usize> = file
        .windows(2)
        .enumerate()
        .filter(|(_, w)| w[0] == 0xFF && w[1] >= 0xE0 && w[1] != 0xFF)
        .map(|(i, _)| i)
        .collect();
    starts.push(file.len());
    out.extend(starts.windows(2).map(|w| Piece { all: w[0]..w[1], length_at: None, big: false }));
}

/// Makes the checksums of Ogg pages fit what is in them.
pub fn heal(file: &mut [u8]) {
    for page in pages(file) {
        let Some(page) = file.get_mut(page) else { continue };
        let Some(&segments) = page.get(26) else { continue };
        let table = page.get(27..27 + usize::from(segments)).unwrap_or_default();
        let length = 27 + usize::from(segments) + table.iter().map(|b| usize::from(*b)).sum::<usize>();
        let Some(page) = page.get_mut(..length) else { continue };
        page[22..26].fill(0);
        let crc = page.iter().fold(0u32, |crc, b| {
            (0..8).fold(crc ^ u32::from(*b) << 24, |c, _| if c >> 31 == 1 { c << 1 ^ 0x04C1_1DB7 } else { c << 1 })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
    }
}
