//! What parts of the radio text mean, as the bits of an 11A group (RDS Forum R06/040): the same whether this coder sends it or
//! an encoder beside the transmitter is asked to.

use super::said::Tag;

/// The application identification of RT+.
pub const RT_PLUS: u16 = 0x4BD7;
/// Which group carries it: 11A.
pub const RT_PLUS_GROUP: u16 = 11 << 1;

/// The five low bits of block B, then blocks C and D. `turned` changes with each new text; no tags at all say that nothing runs.
pub fn tag_words(tags: &[Tag], turned: bool) -> [u16; 3] {
    let none = (0, 0, 0);
    let bits = |tag: Option<&Tag>| tag.map_or(none, |t| (t.kind.code(), t.start, t.chars.saturating_sub(1)));
    let (kind_1, start_1, more_1) = bits(tags.first());
    let (kind_2, start_2, more_2) = bits(tags.get(1));
    let running = u16::from(!tags.is_empty());
    let low = (u16::from(turned) << 4) | (running << 3) | (u16::from(kind_1) >> 3);
    let third = (u16::from(kind_1 & 7) << 13)
        | (u16::from(start_1 & 63) << 7)
        | (u16::from(more_1 & 63) << 1)
        | (u16::from(kind_2) >> 5);
    let fourth = (u16::from(kind_2 & 31) << 11) | (u16::from(start_2 & 63) << 5) | u16::from(more_2.min(31));
    [low, third, fourth]
}
