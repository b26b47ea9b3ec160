//! One line of an append-only file whose lines hold on to one another: JSON, the hash before it, its own hash.
//!
//! ```text
//! {"record":{…},"prev":"<64 hex>","hash":"<64 hex>"}     hash = BLAKE3(line up to ,"hash")
//! ```

use domain::ChainHash;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Between the chained part of a line and its own hash.
const HASH_KEY: &str = ",\"hash\":\"";
const HASH_END: &str = "\"}";
const HEX_BYTES: usize = 64;
/// A longer line was not written by us.
const LINE_BYTES_MAX: usize = 4 << 10;

/// A line that was read and believed: what it says, what it follows, what follows it.
pub(crate) struct Link<T> {
    pub(crate) record: T,
    pub(crate) prev: ChainHash,
    pub(crate) hash: ChainHash,
}

#[derive(Deserialize)]
struct WireLine<T> {
    record: T,
    prev: String,
}

/// The line (with its end) for the JSON of a record after `prev`, and its own hash.
pub(crate) fn to_line(json: &str, prev: ChainHash) -> (String, ChainHash) {
    let chained = format!("{{\"record\":{json},\"prev\":\"{}\"", hex(prev));
    let hash = ChainHash(*blake3::hash(chained.as_bytes()).as_bytes());
    (format!("{chained}{HASH_KEY}{}{HASH_END}\n", hex(hash)), hash)
}

/// Reads a line without its end; the error says what is wrong with it.
pub(crate) fn from_line<T: DeserializeOwned>(line: &[u8]) -> Result<Link<T>, String> {
    if line.len() > LINE_BYTES_MAX {
        return Err("it is too long".to_owned());
    }
    let text = std::str::from_utf8(line).map_err(|_| "it is not text".to_owned())?;
    let tail = HASH_KEY.len() + HEX_BYTES + HASH_END.len();
    let cut = text.len().checked_sub(tail).ok_or("it is too short")?;
    let (chained, rest) = text.split_at_checked(cut).ok_or("it is not a record")?;
    let said = rest.strip_prefix(HASH_KEY).and_then(|r| r.strip_suffix(HASH_END)).ok_or("it has no hash")?;
    let hash = ChainHash(*blake3::hash(chained.as_bytes()).as_bytes());
    if hex(hash) != said {
        return Err("its hash does not match its content".to_owned());
    }
    let wire: WireLine<T> = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let prev = unhex(&wire.prev).ok_or("what it follows is not a hash")?;
    Ok(Link { record: wire.record, prev, hash })
}

/// The lines that have an end, without it.
pub(crate) fn whole_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|b| *b == b'\n').filter_map(|l| l.strip_suffix(b"\n"))
}

pub(crate) fn hex(hash: ChainHash) -> String {
    blake3::Hash::from_bytes(hash.0).to_hex().to_string()
}

pub(crate) fn unhex(s: &str) -> Option<ChainHash> {
    blake3::Hash::from_hex(s).ok().map(|h| ChainHash(*h.as_bytes()))
}
