//! The sound behind a head: as it comes, or taken out of HTTP chunks.

/// A chunk of more than this is no sound.
const CHUNK_BYTES_MAX: u64 = 16 << 20;
/// The longest line that says how long a chunk is.
const LINE_BYTES_MAX: usize = 128;

/// Takes what arrived and gives what is sound in it.
#[derive(Debug)]
pub enum Body {
    /// All of it.
    Plain,
    /// What lies in chunks (RFC 9112, 7.1).
    Chunked {
        /// What is left of the chunk.
        left: u64,
        /// The line of a length so far.
        line: Vec<u8>,
    },
    /// Nothing any more.
    Over,
}

impl Body {
    /// A body whose sender wrote it in chunks, or not.
    pub fn new(chunked: bool) -> Self {
        if chunked { Self::Chunked { left: 0, line: Vec::new() } } else { Self::Plain }
    }

    /// Appends the sound in `bytes` to `out`; `false` at the end, and where chunks are none.
    pub fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        match self {
            Self::Plain => out.extend_from_slice(bytes),
            Self::Chunked { left, line } => {
                if !unpack(bytes, (left, line), out) {
                    *self = Self::Over;
                }
            }
            Self::Over => {}
        }
        !matches!(self, Self::Over)
    }
}

fn unpack(mut bytes: &[u8], (left, line): (&mut u64, &mut Vec<u8>), out: &mut Vec<u8>) -> bool {
    while let Some((first, rest)) = bytes.split_first() {
        if *left > 0 {
            let n = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
            out.extend_from_slice(&bytes[..n]);
            *left -= n as u64;
            bytes = &bytes[n..];
            continue;
        }
        bytes = rest;
        match first {
            b'\r' => {}
            // The line after a chunk is empty.
            b'\n' if line.is_empty() => {}
            b'\n' => {
                let digits = line.split(|b| *b == b';').next().unwrap_or_default();
                let length = std::str::from_utf8(digits).ok().and_then(|d| u64::from_str_radix(d.trim(), 16).ok());
                line.clear();
                match length {
                    Some(n @ 1..=CHUNK_BYTES_MAX) => *left = n,
                    _ => return false,
                }
            }
            _ if line.len() >= LINE_BYTES_MAX => return false,
            byte => line.push(*byte),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_taken_apart_however_they_arrive() {
        let whole = b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
        for step in 1..whole.len() {
            let (mut body, mut out) = (Body::new(true), Vec::new());
            let goes_on = whole.chunks(step).map(|piece| body.take(piece, &mut out)).last();
            assert_eq!((out.as_slice(), goes_on), (b"hello world".as_slice(), Some(false)), "{step}");
        }
        for hostile in ["fffffffffffffffff\r\n", "zz\r\n", "-5\r\n", &"1".repeat(500)] {
            assert!(!Body::new(true).take(hostile.as_bytes(), &mut Vec::new()), "{hostile}");
        }
        let (mut body, mut out) = (Body::new(false), Vec::new());
        assert!(body.take(b"OggS", &mut out) && out == b"OggS");
    }
}
