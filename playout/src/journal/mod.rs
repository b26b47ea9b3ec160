//! The as-run journal: append-only lines of JSON, each chained to the one before by BLAKE3.
//!
//! ```text
//! journal/00000001.jsonl     {"record":{…},"prev":"<64 hex>","hash":"<64 hex>"}   one per line; hash = BLAKE3(line up to ,"hash")
//! journal/sounding           what sounds right now: replaced every 2 s, turned into records by the next boot after a kill
//! ```
//! A record is synced before the next one is begun. A kill loses at most the 2 s since `sounding` was written; a power cut
//! at most one record that was being written, whose torn tail the next boot cuts off and tells of. Nothing else is ever
//! changed in a journal file.

mod read;
mod store;
mod wire;
mod writer;

pub use read::{Cursor, Reading, Record, read, read_since, verify};
pub use store::Journal;
pub use writer::JournalWriter;

/// A file is followed by the next one at this size: a site's day is about half a MiB.
const MAX_FILE_BYTES: u64 = 4 << 20;

fn file_name(number: u64) -> String {
    format!("{number:08}.jsonl")
}

/// The numbers of the journal files in `dir`, in order.
fn numbers(dir: &std::path::Path) -> std::io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(".jsonl")).and_then(|n| n.parse().ok());
        found.extend(number.filter(|n| file_name(*n).as_str() == name));
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests;
