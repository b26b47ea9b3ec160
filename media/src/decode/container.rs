//! Whether a container ends where it says it does: MP4 boxes and Ogg pages.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// More boxes at the top of a file than any writer makes.
const BOXES_MAX: usize = 4096;

/// Whether an MP4 file lacks its end: a box that is longer than what is there, or no `moov` at all.
pub fn mp4_is_truncated(file: &mut File) -> io::Result<bool> {
    let end = file.metadata()?.len();
    let (mut at, mut moov) = (0, false);
    for _ in 0..BOXES_MAX {
        if at + 8 > end {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let size = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
            0 => end - at,
            1 if at + 16 <= end => {
                let mut large = [0; 8];
                file.read_exact(&mut large)?;
                u64::from_be_bytes(large)
            }
            n => u64::from(n),
        };
        moov |= &head[4..] == b"moov";
        if size < 8 || size > end - at {
            return Ok(true);
        }
        at += size;
    }
    Ok(!moov)
}

/// A page is at most 65 307 bytes.
const PAGE_BYTES_MAX: u64 = 65_307;

/// Whether an Ogg file ends inside a page. A missing end-of-stream mark alone is no proof: some phones never write it.
pub fn ogg_is_truncated(file: &mut File) -> io::Result<bool> {
    let end = file.metadata()?.len();
    let from = end.saturating_sub(2 * PAGE_BYTES_MAX);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(2 * PAGE_BYTES_MAX).read_to_end(&mut tail)?;
    let mut last = None;
    let mut at = 0;
    while let Some(page) = tail.get(at..).and_then(|t| t.windows(4).position(|w| w == b"OggS")).map(|n| at + n) {
        let Some(length) = page_bytes(&tail[page..]) else { return Ok(true) };
        last = Some(page + length);
        // A false mark inside a page is skipped over by the true page around it, when that was found first.
        at = if page + length <= tail.len() { page + length } else { page + 4 };
    }
    Ok(last.is_none_or(|e| e > tail.len()))
}

fn page_bytes(page: &[u8]) -> Option<usize> {
    let segments = usize::from(*page.get(26)?);
    let table = page.get(27..27 + segments)?;
    Some(27 + segments + table.iter().map(|s| usize::from(*s)).sum::<usize>())
}
