//! A file's BLAKE3 tree, cut at 64 KiB: the one hash that names the file also vouches for every piece of it.
//!
//! BLAKE3 is a Merkle tree. Keeping its nodes at the 64 KiB level while hashing a file once costs nothing more, the root
//! over them *is* the file's hash, and each piece read later is compared with its node.

use std::io::{self, Read};

use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use domain::AudioHash;

/// The size of a piece: a power of two of BLAKE3's own 1 KiB chunks, large enough for its widest instructions, small
/// enough that a damaged piece costs little sound.
pub const PIECE_BYTES: usize = 64 * 1024;

/// The nodes of a file at the 64 KiB level.
#[derive(Clone, Debug)]
pub struct Tree {
    /// One node per piece; 32 bytes each, so 0.05 % of the file.
    nodes: Vec<ChainingValue>,
    root: AudioHash,
    length_bytes: u64,
}

impl Tree {
    /// Hashes everything that `input` gives.
    pub fn read(mut input: impl Read) -> io::Result<Self> {
        let mut piece = vec![0; PIECE_BYTES];
        let (mut nodes, mut length_bytes, mut only) = (Vec::new(), 0, blake3::hash(b""));
        loop {
            let filled = fill(&mut input, &mut piece)?;
            if filled == 0 {
                break;
            }
            if length_bytes == 0 {
                only = blake3::hash(&piece[..filled]);
            }
            nodes.push(node(length_bytes, &piece[..filled]));
            length_bytes += filled as u64;
            if filled < PIECE_BYTES {
                break;
            }
        }
        let root = if nodes.len() < 2 { only } else { root(&nodes, length_bytes) };
        Ok(Self { nodes, root: AudioHash(*root.as_bytes()), length_bytes })
    }

    /// The BLAKE3 hash of the whole.
    pub const fn root(&self) -> AudioHash {
        self.root
    }

    /// The length of the whole.
    pub const fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    /// The length of piece `index`: 0 after the end.
    pub fn piece_bytes(&self, index: usize) -> usize {
        let from = index as u64 * PIECE_BYTES as u64;
        self.length_bytes.saturating_sub(from).min(PIECE_BYTES as u64) as usize
    }

    /// Whether `piece` is what piece `index` was.
    pub fn vouches_for(&self, index: usize, piece: &[u8]) -> bool {
        piece.len() == self.piece_bytes(index)
            && self.nodes.get(index).is_some_and(|n| *n == node(index as u64 * PIECE_BYTES as u64, piece))
    }
}

fn node(offset: u64, piece: &[u8]) -> ChainingValue {
    blake3::Hasher::new().set_input_offset(offset).update(piece).finalize_non_root()
}

fn root(nodes: &[ChainingValue], length_bytes: u64) -> blake3::Hash {
    let (left, right) = halves(nodes, length_bytes);
    merge_subtrees_root(&subtree(left.0, left.1), &subtree(right.0, right.1), Mode::Hash)
}

fn subtree(nodes: &[ChainingValue], length_bytes: u64) -> ChainingValue {
    if let [only] = nodes {
        return *only;
    }
    let (left, right) = halves(nodes, length_bytes);
    merge_subtrees_non_root(&subtree(left.0, left.1), &subtree(right.0, right.1), Mode::Hash)
}

type Half<'a> = (&'a [ChainingValue], u64);

fn halves(nodes: &[ChainingValue], length_bytes: u64) -> (Half<'_>, Half<'_>) {
    let left_bytes = left_subtree_len(length_bytes);
    let (left, right) = nodes.split_at((left_bytes / PIECE_BYTES as u64) as usize);
    ((left, left_bytes), (right, length_bytes - left_bytes))
}

/// Reads until `buffer` is full or the input ends.
pub fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_plain_blake3_hash_at_every_length() {
        let p = PIECE_BYTES;
        for length in [0, 1, 1023, 1025, p - 1, p, p + 1, 2 * p, 2 * p + 1, 3 * p, 5 * p + 77, 8 * p, 13 * p + 1024] {
            let bytes: Vec<u8> = (0..length).map(|i| (i * 7 + i / 251) as u8).collect();
            let tree = Tree::read(&bytes[..]).unwrap();
            assert_eq!(tree.root().0, *blake3::hash(&bytes).as_bytes(), "{length} bytes");
            assert_eq!(tree.length_bytes(), length as u64);
        }
    }

    #[test]
    fn a_piece_is_vouched_for_at_its_own_place_only() {
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES + 9).map(|i| (i / 1000) as u8).collect();
        let tree = Tree::read(&bytes[..]).unwrap();
        for (i, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
            assert!(tree.vouches_for(i, piece));
            assert!(!tree.vouches_for(i + 1, piece));
            assert!(!tree.vouches_for(i, &piece[..piece.len() - 1]));
            let mut flipped = piece.to_vec();
            flipped[piece.len() / 2] ^= 1;
            assert!(!tree.vouches_for(i, &flipped));
        }
    }
}
