//! Whether an Ogg file ends where its pages say it does.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// A page is at most 65 307 bytes.
const PAGE_BYTES_MAX: u64 = 65_307;

/// Whether an Ogg file ends inside a page. A missing end-of-stream mark alone is no proof: some phones never write it.
pub fn is_truncated(file: &File) -> io::Result<bool> {
    let end = file.metadata()?.len();
    let from = end.saturating_sub(2 * PAGE_BYTES_MAX);
    let mut tail = vec![0; (end - from) as usize];
    file.read_exact_at(&mut tail, from)?;
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
