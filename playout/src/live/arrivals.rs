//! RTP packets to sound in order (RFC 3550, 3551, 3190): what is late, twice or foreign is left out, what is lost is bridged.
//!
//! It knows no clock and no socket: packets in, frames out. How long sound then waits is the [`super::Buffer`]'s business.

use domain::Frames;

use crate::realtime::{Frame, SILENCE};

/// The fixed header (RFC 3550 §5.1).
const HEADER_BYTES: usize = 12;
/// Sound that may lie behind a hole before the hole counts as lost: packets of a millisecond may overtake one another, those of
/// a longer one are not waited for.
const HELD_MAX: Frames = Frames::from_millis(4);
/// A hole longer than this is a pause of the sender's and not bridged.
const HOLE_MAX: u32 = Frames::from_millis(100).0 as u32;
/// Numbers behind the expected one that are latecomers; further behind it is a sender who began anew.
const LATE_MAX: u16 = 1_000;
/// The most sound of one packet: 20 ms is the longest that any profile names, and this leaves room.
const PACKET_MAX: usize = 4_800;
/// What a bridge keeps from one frame to the next: it is gone in 5 ms.
const DECAY: f32 = 0.98;

/// How linear sound is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linear {
    /// 16 or 24 bits, in network order.
    pub bits: Bits,
    /// One channel or two.
    pub is_stereo: bool,
}

/// Bits of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// L16.
    L16,
    /// L24.
    L24,
}

/// What has come of the packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets whose sound was given.
    pub taken: u64,
    /// Packets that never came, or too late.
    pub lost: u64,
}

/// The sound of one sender.
#[derive(Debug)]
pub struct Arrivals {
    shape: Linear,
    source: Option<u32>,
    /// Number and timestamp that are next.
    next: Option<(u16, u32)>,
    held: Vec<Held>,
    counts: Counts,
    /// What sounded last, for a bridge over a hole.
    tail: Vec<Frame>,
}

#[derive(Debug)]
struct Held {
    number: u16,
    timestamp: u32,
    sound: Vec<Frame>,
}

impl Arrivals {
    /// Nothing has come yet.
    pub fn new(shape: Linear) -> Self {
        Self { shape, source: None, next: None, held: Vec::new(), counts: Counts::default(), tail: Vec::new() }
    }

    /// What has come of the packets so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes a packet and puts into `sound` what is now whole and in order. Answers false for what is no packet of this shape.
    pub fn take(&mut self, packet: &[u8], sound: &mut Vec<Frame>) -> bool {
        let Some((source, came)) = self.read(packet) else { return false };
        if self.source != Some(source) {
            // Another sender, or the same one started again: nothing of the old one follows.
            (self.source, self.next) = (Some(source), None);
            self.held.clear();
        }
        let (number, timestamp) = *self.next.get_or_insert((came.number, came.timestamp));
        let behind = number.wrapping_sub(came.number);
        if (1..=LATE_MAX).contains(&behind) || self.held.iter().any(|h| h.number == came.number) {
            return true;
        }
        if came.timestamp.wrapping_sub(timestamp) > i32::MAX as u32 {
            // A sender whose clock jumped back began anew, whatever its numbers say.
            self.next = Some((came.number, came.timestamp));
            self.held.clear();
        }
        let at = self.held.partition_point(|h| h.number.wrapping_sub(number) < came.number.wrapping_sub(number));
        self.held.insert(at, came);
        self.give(sound);
        true
    }

    /// Gives what is in order; a hole is bridged once enough lies behind it.
    fn give(&mut self, sound: &mut Vec<Frame>) {
        while let (Some(first), Some((number, timestamp))) = (self.held.first(), self.next) {
            if first.number != number {
                let behind: usize = self.held.iter().map(|h| h.sound.len()).sum();
                if (behind as u64) < HELD_MAX.0 {
                    return;
                }
                self.counts.lost += u64::from(first.number.wrapping_sub(number));
            }
            let first = self.held.remove(0);
            let hole = first.timestamp.wrapping_sub(timestamp);
            if (1..=HOLE_MAX).contains(&hole) {
                self.bridge(hole as usize, sound);
            }
            self.counts.taken += 1;
            self.next = Some((first.number.wrapping_add(1), first.timestamp.wrapping_add(first.sound.len() as u32)));
            sound.extend_from_slice(&first.sound);
            self.tail = first.sound;
        }
    }

    /// Plays the last packet back and forth, dying away: no click where the hole begins, and no buzz where it is long.
    fn bridge(&self, length: usize, sound: &mut Vec<Frame>) {
        let mut gain = 1.0f32;
        let there_and_back = self.tail.iter().rev().chain(self.tail.iter()).cycle();
        let bridge = there_and_back.copied().take(if self.tail.is_empty() { 0 } else { length }).map(|frame| {
            gain *= DECAY;
            frame.map(|s| s * gain)
        });
        let before = sound.len();
        sound.extend(bridge);
        sound.resize(before + length, SILENCE);
    }

    fn read(&self, packet: &[u8]) -> Option<(u32, Held)> {
        let head = packet.first_chunk::<HEADER_BYTES>()?;
        let [first, _, n1, n0, t3, t2, t1, t0, s3, s2, s1, s0] = *head;
        if first >> 6 != 2 {
            return None;
        }
        let mut payload = packet.get(HEADER_BYTES + 4 * usize::from(first & 15)..)?;
        if first & 0x10 != 0 {
            let words = u16::from_be_bytes([*payload.get(2)?, *payload.get(3)?]);
            payload = payload.get(4 + 4 * usize::from(words)..)?;
        }
        if first & 0x20 != 0 {
            let padding = usize::from(*payload.last()?);
            payload = payload.get(..payload.len().checked_sub(padding)?)?;
        }
        let sound = self.frames(payload)?;
        let (number, timestamp) = (u16::from_be_bytes([n1, n0]), u32::from_be_bytes([t3, t2, t1, t0]));
        Some((u32::from_be_bytes([s3, s2, s1, s0]), Held { number, timestamp, sound }))
    }

    /// The sound of a payload; `None` where it is not whole frames of this shape.
    fn frames(&self, payload: &[u8]) -> Option<Vec<Frame>> {
        let Linear { bits, is_stereo } = self.shape;
        let bytes = match bits {
            Bits::L16 => 2,
            Bits::L24 => 3,
        };
        let whole = bytes * if is_stereo { 2 } else { 1 };
        let count = payload.len() / whole;
        if count == 0 || count > PACKET_MAX || !payload.len().is_multiple_of(whole) {
            return None;
        }
        let sample = |bytes: &[u8]| match *bytes {
            [a, b] => f32::from(i16::from_be_bytes([a, b])) / 32_768.0,
            [a, b, c] => (i32::from_be_bytes([a, b, c, 0]) >> 8) as f32 / 8_388_608.0,
            _ => 0.0,
        };
        let frame = |frame: &[u8]| {
            let (left, right) = frame.split_at(bytes);
            [sample(left), if is_stereo { sample(right) } else { sample(left) }]
        };
        Some(payload.chunks_exact(whole).map(frame).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONO: Linear = Linear { bits: Bits::L16, is_stereo: false };

    /// A packet of a millisecond whose samples are all its number.
    fn packet(number: u16) -> Vec<u8> {
        let mut bytes = vec![0x80, 96];
        bytes.extend(number.to_be_bytes());
        bytes.extend((u32::from(number) * 48).to_be_bytes());
        bytes.extend([0, 0, 0, 7]);
        bytes.extend((0..48).flat_map(|_| (number as i16).to_be_bytes()));
        bytes
    }

    /// The numbers that are heard, one per millisecond; 0 is a bridge or nothing.
    fn heard(order: &[u16]) -> (Vec<u16>, Counts) {
        let (mut arrivals, mut sound) = (Arrivals::new(MONO), Vec::new());
        for number in order {
            assert!(arrivals.take(&packet(*number), &mut sound));
        }
        let numbers = sound.chunks(48).map(|ms| {
            let first = ms[0][0] * 32_768.0;
            if ms.iter().all(|f| (f[0] * 32_768.0 - first).abs() < 1e-3) { first as u16 } else { 0 }
        });
        (numbers.collect(), arrivals.counts())
    }

    #[test]
    fn packets_are_heard_in_order_once_and_what_is_lost_is_bridged() {
        type Row = (&'static str, &'static [u16], &'static [u16], u64);
        let rows: [Row; 6] = [
            ("in order", &[10, 11, 12], &[10, 11, 12], 0),
            ("one overtakes another", &[10, 12, 11, 13], &[10, 11, 12, 13], 0),
            ("twice and late", &[10, 11, 10, 11, 12], &[10, 11, 12], 0),
            ("one is lost", &[10, 12, 13, 14, 15], &[10, 0, 12, 13, 14, 15], 1),
            ("the lost one comes after all", &[10, 12, 13, 14, 15, 11, 16], &[10, 0, 12, 13, 14, 15, 16], 1),
            ("begins anew far behind", &[20_000, 20_001, 5, 6], &[20_000, 20_001, 5, 6], 0),
        ];
        for (name, order, want, lost) in rows {
            let (numbers, counts) = heard(order);
            assert_eq!((numbers.as_slice(), counts.lost), (want, lost), "{name}");
        }
    }

    #[test]
    fn both_depths_and_both_widths_are_read_and_nothing_hostile_is() {
        let head = |first: u8| vec![first, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
        let stereo = |bits| Linear { bits, is_stereo: true };
        let rows: [(Linear, Vec<u8>, Option<Vec<Frame>>); 8] = [
            (stereo(Bits::L16), [head(0x80), vec![0x40, 0, 0xC0, 0]].concat(), Some(vec![[0.5, -0.5]])),
            (stereo(Bits::L24), [head(0x80), vec![0x40, 0, 0, 0x80, 0, 0]].concat(), Some(vec![[0.5, -1.0]])),
            (MONO, [head(0x80), vec![0x40, 0]].concat(), Some(vec![[0.5, 0.5]])),
            // A contributor, an extension of one word, and two bytes of padding are passed over.
            (
                MONO,
                [head(0xB1), vec![9, 9, 9, 9, 0, 0, 0, 1, 9, 9, 9, 9, 0x40, 0, 0, 2]].concat(),
                Some(vec![[0.5, 0.5]]),
            ),
            (MONO, [head(0x40), vec![0x40, 0]].concat(), None),
            (MONO, [head(0xA0), vec![0x40, 200]].concat(), None),
            (MONO, [head(0x90), vec![0, 0, 255, 255]].concat(), None),
            (stereo(Bits::L16), [head(0x80), vec![0x40, 0, 0xC0]].concat(), None),
        ];
        for (shape, bytes, want) in rows {
            let (mut arrivals, mut sound) = (Arrivals::new(shape), Vec::new());
            assert_eq!(arrivals.take(&bytes, &mut sound).then_some(sound), want, "{bytes:02x?}");
        }
        for length in 0..12 {
            assert!(!Arrivals::new(MONO).take(&vec![0x80; length], &mut Vec::new()));
        }
    }
}
