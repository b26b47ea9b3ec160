//! One group after the other, out of what a station says now.

use jiff::{SignedDuration, Timestamp};

use super::charset::RADIO_TEXT_CHARS_MAX;
use super::group::{BITS_PER_GROUP, BITS_PER_S, Group};
use super::rota::{Duty, Rota};
use super::said::{OtherNetwork, Said};
use super::tags::{RT_PLUS, RT_PLUS_GROUP, tag_words};

/// What ends a text that is shorter than it could be.
const END: u8 = 0x0D;
/// 15B or 14B groups in a row when an announcement begins or ends (IEC 62106-2, 6.2.3: eight in two seconds at most).
const URGENT_GROUPS: u32 = 8;
/// Every third group of such a burst is something else, so that the name stays whole.
const URGENT_OF: u32 = 3;

/// Makes groups. The same words and times give the same groups.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "three are the flags that the standard turns with each new text")]
pub struct Encoder {
    said: Said,
    version_b: bool,
    rota: Rota,
    name_turn: usize,
    text_turn: usize,
    text_flag: bool,
    label_turn: usize,
    type_name_turn: usize,
    type_name_flag: bool,
    tags_flag: bool,
    other_turn: usize,
    long_turn: usize,
    /// Groups until a traffic announcement is over whatever anybody says; 0 when none is on.
    announced: u32,
    urgent: u32,
    urgent_other: Option<usize>,
    /// The minute that was told last.
    minute: Option<i64>,
}

impl Encoder {
    /// No announcement lasts longer than this: a flag that stays raised keeps car radios from what they were playing.
    pub const ANNOUNCEMENT_MAX: SignedDuration = SignedDuration::from_mins(10);

    /// An encoder that begins with the name.
    pub fn new(said: Said) -> Self {
        Self {
            said,
            version_b: false,
            rota: Rota::new(),
            name_turn: 0,
            text_turn: 0,
            text_flag: false,
            label_turn: 0,
            type_name_turn: 0,
            type_name_flag: false,
            tags_flag: false,
            other_turn: 0,
            long_turn: 0,
            announced: 0,
            urgent: 0,
            urgent_other: None,
            minute: None,
        }
    }

    /// Sends names and texts in groups of version B: the PI twice as often, no list of frequencies, texts of 32 characters.
    pub fn in_version_b(mut self) -> Self {
        self.version_b = true;
        self
    }

    /// What is said now.
    pub const fn said(&self) -> &Said {
        &self.said
    }

    /// Says something else from the next group on. A new text turns the A/B flag, so that receivers clear their display.
    pub fn say(&mut self, said: Said) {
        if said.text != self.said.text {
            self.text_flag = !self.text_flag;
            self.tags_flag = !self.tags_flag;
            self.text_turn = 0;
            self.rota.text_first();
        }
        if said.pty_name != self.said.pty_name {
            self.type_name_flag = !self.type_name_flag;
            self.type_name_turn = 0;
        }
        if said.tuning != self.said.tuning {
            self.name_turn = 0;
        }
        let turned = |(new, old): (&OtherNetwork, &OtherNetwork)| new.pi == old.pi && new.announcing != old.announcing;
        if let Some(other) = said.others.iter().zip(&self.said.others).position(turned) {
            (self.urgent, self.urgent_other) = (URGENT_GROUPS * URGENT_OF, Some(other));
        }
        self.said = said;
    }

    /// Raises the traffic announcement flag for so long, at most [`Self::ANNOUNCEMENT_MAX`]; zero lowers it. Does nothing where
    /// no traffic programme is declared.
    pub fn announce(&mut self, length: SignedDuration) {
        let length = length.clamp(SignedDuration::ZERO, Self::ANNOUNCEMENT_MAX);
        let groups = length.as_secs_f64() * BITS_PER_S / f64::from(BITS_PER_GROUP);
        let groups = if self.said.tuning.traffic { groups.ceil() as u32 } else { 0 };
        if (groups > 0) != (self.announced > 0) {
            (self.urgent, self.urgent_other) = (URGENT_GROUPS * URGENT_OF, None);
        }
        self.announced = groups;
    }

    /// The next group, whose first bit stands on the air at `begins`; `None` where nobody knows the time, which is then not told.
    pub fn group(&mut self, begins: Option<Timestamp>) -> Group {
        if self.announced > 0 {
            self.announced -= 1;
            if self.announced == 0 {
                (self.urgent, self.urgent_other) = (URGENT_GROUPS * URGENT_OF, None);
            }
        }
        if let Some(time) = begins.and_then(|begins| self.clock_time(begins)) {
            return time;
        }
        if self.urgent > 0 {
            self.urgent -= 1;
            if self.urgent % URGENT_OF == URGENT_OF - 1 {
                return self.urgent_group();
            }
        }
        let (said, version_b) = (&self.said, self.version_b);
        match self.rota.next(|duty| has(said, version_b, duty)) {
            Duty::Name => self.name(),
            Duty::Text => self.text(),
            Duty::Labels => self.labels(),
            Duty::TagsAnnounced => self.a(3, RT_PLUS_GROUP, 0, RT_PLUS),
            Duty::Tags => self.tags(),
            Duty::TypeName => self.type_name(),
            Duty::Others => self.others(),
            Duty::LongName => self.long_name(),
        }
    }

    /// 4A, when this is the group that ends nearest to the edge of a minute: within half a group, 44 ms.
    fn clock_time(&mut self, begins: Timestamp) -> Option<Group> {
        let group = f64::from(BITS_PER_GROUP) / BITS_PER_S;
        let ends_ms = begins.as_millisecond() + (group * 1_000.0) as i64;
        let minute = (ends_ms + 30_000).div_euclid(60_000);
        let off_ms = ends_ms - minute * 60_000;
        if off_ms.abs() as f64 > group * 500.0 + 1.0 || self.minute == Some(minute) {
            return None;
        }
        self.minute = Some(minute);
        // The Modified Julian Date of 1 January 1970.
        let (day, of_day) = (minute.div_euclid(1_440) + 40_587, minute.rem_euclid(1_440) as u16);
        let (hour, minute) = (of_day / 60, of_day % 60);
        let day = u32::try_from(day).ok().filter(|d| *d < 1 << 17)?;
        let third = ((day << 1) as u16) | (hour >> 4);
        Some(self.a(4, (day >> 15) as u16, third, (hour << 12) | (minute << 6)))
    }

    /// Bits 10 to 5 of every block B.
    fn tuning(&self) -> u16 {
        (u16::from(self.said.tuning.traffic) << 10) | (u16::from(self.said.tuning.pty.get()) << 5)
    }

    fn a(&self, kind: u16, low: u16, third: u16, fourth: u16) -> Group {
        Group::a(self.said.pi.get(), kind, self.tuning(), low, third, fourth)
    }

    fn b(&self, kind: u16, low: u16, fourth: u16) -> Group {
        Group::b(self.said.pi.get(), kind, self.tuning(), low, fourth)
    }

    /// TA, MS, the DI bit of a segment and the segment: the low bits of groups 0 and 15B.
    fn segment(&self, segment: usize) -> u16 {
        let tuning = &self.said.tuning;
        let information = match segment {
            0 => tuning.dynamic_pty,
            3 => tuning.stereo,
            _ => false,
        };
        let flags = [self.announced > 0, tuning.music, information];
        flags.iter().fold(0, |bits, flag| (bits << 1) | u16::from(*flag)) << 2 | segment as u16
    }

    fn name(&mut self) -> Group {
        let (turn, segment) = (self.name_turn, self.name_turn % 4);
        self.name_turn = self.name_turn.wrapping_add(1);
        let fourth = pair(&self.said.ps, segment * 2);
        if self.version_b {
            return self.b(0, self.segment(segment), fourth);
        }
        self.a(0, self.segment(segment), self.said.alternatives.word(turn), fourth)
    }

    fn text(&mut self) -> Group {
        let (chars, max) = if self.version_b { (2, RADIO_TEXT_CHARS_MAX / 2) } else { (4, RADIO_TEXT_CHARS_MAX) };
        let text = ended(&self.said.text, max);
        let segments = text.len.div_ceil(chars).max(1);
        let segment = self.text_turn % segments;
        self.text_turn = (segment + 1) % segments;
        let low = (u16::from(self.text_flag) << 4) | segment as u16;
        if self.version_b {
            return self.b(2, low, text.pair(segment * 2));
        }
        self.a(2, low, text.pair(segment * 4), text.pair(segment * 4 + 2))
    }

    fn labels(&mut self) -> Group {
        let (variant, data) =
            if self.label_turn.is_multiple_of(2) { (0, self.said.ecc) } else { (3, self.said.language) };
        self.label_turn += 1;
        self.a(1, 0, (variant << 12) | u16::from(data), self.said.item)
    }

    fn tags(&self) -> Group {
        let [low, third, fourth] = tag_words(&self.said.tags, self.tags_flag);
        self.a(11, low, third, fourth)
    }

    fn type_name(&mut self) -> Group {
        let name = self.said.pty_name.unwrap_or([b' '; 8]);
        let half = self.type_name_turn % 2;
        self.type_name_turn += 1;
        let low = (u16::from(self.type_name_flag) << 4) | half as u16;
        self.a(10, low, pair(&name, half * 4), pair(&name, half * 4 + 2))
    }

    /// 14A: name, frequencies, type of each other network in turn.
    fn others(&mut self) -> Group {
        let count = self.said.others.len().clamp(1, Said::OTHERS_MAX);
        let (which, step) = (self.other_turn % count, self.other_turn / count);
        self.other_turn = self.other_turn.wrapping_add(1);
        let Some(other) = self.said.others.get(which) else { return self.name() };
        let variants = 5 + other.alternatives.turns().max(1);
        let (variant, third) = match step % variants {
            segment @ 0..=3 => (segment as u16, pair(&other.ps, segment * 2)),
            4 => (13, (u16::from(other.pty.get()) << 11) | u16::from(other.announcing)),
            list => (4, other.alternatives.word(list - 5)),
        };
        self.a(14, (u16::from(other.traffic) << 4) | variant, third, other.pi.get())
    }

    fn long_name(&mut self) -> Group {
        let name = ended(self.said.long_ps.as_bytes(), Said::LONG_PS_BYTES_MAX);
        let segments = name.len.div_ceil(4).max(1);
        let segment = self.long_turn % segments;
        self.long_turn = (segment + 1) % segments;
        self.a(15, segment as u16, name.pair(segment * 4), name.pair(segment * 4 + 2))
    }

    /// 15B says at once that an announcement begins or is over; 14B that one does elsewhere.
    fn urgent_group(&mut self) -> Group {
        if let Some(other) = self.urgent_other.and_then(|i| self.said.others.get(i)) {
            let low = (u16::from(other.traffic) << 4) | (u16::from(other.announcing) << 3);
            return self.b(14, low, other.pi.get());
        }
        let low = self.segment(self.urgent as usize / URGENT_OF as usize % 4);
        let second = self.b(15, low, 0).words()[1];
        self.b(15, low, second)
    }
}

/// Whether there is anything to say for a duty.
fn has(said: &Said, version_b: bool, duty: Duty) -> bool {
    match duty {
        Duty::Name => true,
        Duty::Labels => said.ecc != 0,
        Duty::Text => !said.text.is_empty(),
        Duty::Tags | Duty::TagsAnnounced => !said.tags.is_empty() && !version_b,
        Duty::TypeName => said.pty_name.is_some(),
        Duty::Others => !said.others.is_empty(),
        Duty::LongName => !said.long_ps.is_empty(),
    }
}

/// A text with its end.
struct Ended<'a> {
    text: &'a [u8],
    /// Characters to send, the end mark among them where there is room for it.
    len: usize,
}

fn ended(text: &[u8], max: usize) -> Ended<'_> {
    let text = text.get(..max).unwrap_or(text);
    Ended { text, len: (text.len() + 1).min(max) }
}

impl Ended<'_> {
    fn pair(&self, at: usize) -> u16 {
        let one = |i: usize| match self.text.get(i) {
            Some(c) => *c,
            None if i == self.text.len() => END,
            None => b' ',
        };
        u16::from_be_bytes([one(at), one(at + 1)])
    }
}

fn pair(name: &[u8], at: usize) -> u16 {
    let one = |i: usize| name.get(i).copied().unwrap_or(b' ');
    u16::from_be_bytes([one(at), one(at + 1)])
}

#[cfg(test)]
#[path = "encoder_tests.rs"]
mod tests;
