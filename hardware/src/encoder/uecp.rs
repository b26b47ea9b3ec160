//! The Universal Encoder Communication Protocol (RDS Forum SPB 490; IEC 62106-10): frames, checks and the few messages
//! that a programme needs.

use super::display::Display;
use crate::rds::{RT_PLUS, RT_PLUS_GROUP, tag_words};

/// Begins a frame.
const START: u8 = 0xFE;
/// Ends a frame.
const STOP: u8 = 0xFF;
/// Makes the byte after it another one.
const ESCAPE: u8 = 0xFD;
/// Bytes of a message before stuffing: its length is one byte.
const MESSAGE_BYTES_MAX: usize = 255;
/// Address, sequence counter, length, message and check.
const FRAME_BYTES_MAX: usize = 2 + 1 + 1 + MESSAGE_BYTES_MAX + 2;

/// How an encoder escapes the three bytes that frames are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stuffing {
    /// As the standard says: FD 00, FD 01, FD 02.
    #[default]
    Standard,
    /// The Profline SFM RDS wants FD after each FE and FF instead.
    Profline,
}

/// Whom a frame is for: a site of 10 bits, an encoder of 6; 0 is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address(u16);

impl Address {
    /// Every encoder of every site.
    pub const ALL: Self = Self(0);

    /// The address; `None` when it does not fit.
    pub fn new(site: u16, encoder: u8) -> Option<Self> {
        (site < 1 << 10 && encoder < 1 << 6).then_some(Self((site << 6) | u16::from(encoder)))
    }
}

/// A whole frame.
///
/// `sequence` is 1 to 255, 0 when nobody counts. A message that is too long is cut: none of ours is.
pub fn frame(address: Address, sequence: u8, message: &[u8], stuffing: Stuffing) -> Vec<u8> {
    let message = &message[..message.len().min(MESSAGE_BYTES_MAX)];
    let mut body = address.0.to_be_bytes().to_vec();
    body.extend([sequence, message.len() as u8]);
    body.extend(message);
    body.extend(crc(&body).to_be_bytes());
    let mut frame = vec![START];
    for byte in body {
        match (byte, stuffing) {
            (ESCAPE..=STOP, Stuffing::Standard) => frame.extend([ESCAPE, byte - ESCAPE]),
            (START | STOP, Stuffing::Profline) => frame.extend([byte, ESCAPE]),
            _ => frame.push(byte),
        }
    }
    frame.push(STOP);
    frame
}

/// CRC-16 with the polynomial 0x1021, begun with ones and inverted at its end (SPB 490, 2.2.8).
fn crc(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFF_u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    !crc
}

/// What came out of a stream of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// A frame whose check holds: its sequence and message.
    Frame(u8, Vec<u8>),
    /// Something that began like a frame and is none.
    Damaged,
}

/// Finds frames in a stream, whatever else is in it. Holds one frame at most.
#[derive(Clone, Debug, Default)]
pub struct Unframer {
    body: Option<Vec<u8>>,
    escaped: bool,
}

impl Unframer {
    /// Takes one byte; says what it completed.
    pub fn push(&mut self, byte: u8) -> Option<Came> {
        if byte == START {
            let interrupted = self.body.replace(Vec::new()).is_some_and(|b| !b.is_empty());
            self.escaped = false;
            return interrupted.then_some(Came::Damaged);
        }
        let body = self.body.as_mut()?;
        if byte == STOP {
            let body = self.body.take().unwrap_or_default();
            return Some(if self.escaped { Came::Damaged } else { opened(&body) });
        }
        let byte = match (self.escaped, byte) {
            (false, ESCAPE) => {
                self.escaped = true;
                return None;
            }
            (true, 0..=2) => ESCAPE + byte,
            (true, _) => {
                self.body = None;
                return Some(Came::Damaged);
            }
            (false, byte) => byte,
        };
        self.escaped = false;
        body.push(byte);
        if body.len() > FRAME_BYTES_MAX {
            self.body = None;
            return Some(Came::Damaged);
        }
        None
    }
}

fn opened(body: &[u8]) -> Came {
    let Some((rest, check)) = body.len().checked_sub(2).map(|n| body.split_at(n)) else { return Came::Damaged };
    match rest {
        [_, _, sequence, length, message @ ..]
            if check == crc(rest).to_be_bytes() && usize::from(*length) == message.len() =>
        {
            Came::Frame(*sequence, message.to_vec())
        }
        _ => Came::Damaged,
    }
}

/// What an encoder says to a frame of ours (SPB 490, 3.7: element 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took it.
    Taken,
    /// It came damaged: say it again.
    Again,
    /// It does not take it, with the code of the standard.
    Refused(u8),
}

/// The answer in a message, and the sequence that it answers; `None` when the message is something else.
pub fn answer(message: &[u8]) -> Option<(Answer, Option<u8>)> {
    let (answer, rest) = match message {
        [0x18, 0, rest @ ..] => (Answer::Taken, rest),
        [0x18, 1 | 2, rest @ ..] => (Answer::Again, rest),
        [0x18, code, rest @ ..] => (Answer::Refused(*code), rest),
        _ => return None,
    };
    Some((answer, rest.first().copied()))
}

/// Element 01: the programme identification, of the current data set and the main service.
pub fn pi(display: &Display) -> Vec<u8> {
    let [high, low] = display.pi.get().to_be_bytes();
    vec![0x01, 0, 0, high, low]
}

/// Element 02: the name.
pub fn ps(display: &Display) -> Vec<u8> {
    [&[0x02, 0, 0][..], &display.ps].concat()
}

/// Element 03: TP and TA. A site that can raise TA says TP.
pub fn traffic(display: &Display) -> Vec<u8> {
    vec![0x03, 0, 0, if display.ta { 0b11 } else { 0b00 }]
}

/// Element 07: the programme type.
pub fn pty(display: &Display) -> Vec<u8> {
    vec![0x07, 0, 0, display.pty.get()]
}

/// Element 0A: the radio text, kept until the next, with the A/B flag turned on each new one. A text of fewer than 61
/// characters ends with a carriage return; none at all empties the encoder's.
pub fn rt(display: &Display) -> Vec<u8> {
    let mut text = display.rt.clone();
    if text.is_empty() {
        return vec![0x0A, 0, 0, 0];
    }
    if text.len() < 61 {
        text.push(0x0D);
    }
    // Buffer 00 (replace all), sent without end, toggle.
    let control = 0b0000_0001;
    [&[0x0A, 0, 0, 1 + text.len() as u8, control][..], &text].concat()
}

/// Element 13: the alternative frequencies, from the first place of the list on, ended by 0.
pub fn af(display: &Display) -> Vec<u8> {
    let codes = &display.af[..display.af.len().min(MESSAGE_BYTES_MAX - 7)];
    [&[0x13, 0, 0, 3 + codes.len() as u8, 0, 0][..], codes, &[0]].concat()
}

/// Element 40: which group carries RT+, without message bits and without end.
pub fn tags_announced() -> Vec<u8> {
    let [high, low] = RT_PLUS.to_be_bytes();
    vec![0x40, RT_PLUS_GROUP as u8, high, low, 0, 0, 0, 0]
}

/// Element 46, twice: what this encoder still sends for RT+ is taken away, then the tags are laid into its circle. `turned`
/// changes with each new text.
pub fn tags(display: &Display, turned: bool) -> Vec<u8> {
    const CLEAR: u8 = 0b11;
    const ADD: u8 = 0b10;
    let [low, third, fourth] = tag_words(display.tags.as_deref().unwrap_or_default(), turned);
    let element = |buffer: u8| {
        let head = [&[0x46, 8][..], &RT_PLUS.to_be_bytes(), &[buffer, low as u8]].concat();
        [head, third.to_be_bytes().to_vec(), fourth.to_be_bytes().to_vec()].concat()
    };
    [element(CLEAR), element(ADD)].concat()
}

/// Elements 0B, 01, 02, 03, 07 and 14 of another programme service: what EON tells of it. Without one it is switched off (0B).
pub fn other(display: &Display, service: u8) -> Vec<u8> {
    let enabled = |is: u8| vec![0x0B, 0, 2, is, service];
    let Some(other) = &display.other else { return enabled(0) };
    let [high, low] = other.pi.get().to_be_bytes();
    let flags = u8::from(other.traffic) << 1 | u8::from(other.announcing);
    let codes = other.alternatives.codes();
    [
        enabled(1),
        vec![0x01, 0, service, high, low],
        [&[0x02, 0, service][..], &other.ps].concat(),
        vec![0x03, 0, service, flags],
        vec![0x07, 0, service, other.pty.get()],
        [&[0x14, 0, service, 3 + codes.len() as u8, 0, 0][..], &codes, &[0]].concat(),
    ]
    .concat()
}

/// Element 1A: slow labelling, variant 3, the language.
pub fn language(display: &Display) -> Vec<u8> {
    vec![0x1A, 0, 0x30, display.language]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::{Alternatives, Frequency, OtherNetwork, Pty, RtPlus, Said};

    fn display(pi: &str) -> Display {
        Display::new(pi.parse().unwrap(), "MIKADO", 1)
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn frames_are_those_of_the_field() {
        let framed = |message: &[u8]| hex(&frame(Address::default(), 1, message, Stuffing::Standard));
        assert_eq!(framed(&pi(&display("5201"))), "fe 00 00 01 05 01 00 00 52 01 ce 40 ff");
        assert_eq!(framed(&ps(&display("5201"))), "fe 00 00 01 0b 02 00 00 4d 49 4b 41 44 4f 20 20 b9 b1 ff");
        assert_eq!(framed(&pi(&display("FDFE"))), "fe 00 00 01 05 01 00 00 fd 00 fd 01 dd f0 ff");
        let af = Display { af: vec![0xE4, 0x2B, 0x33, 0x41, 0xBF], ..display("5201") };
        assert_eq!(hex(&super::af(&af)), "13 00 00 08 00 00 e4 2b 33 41 bf 00");
        assert_eq!(framed(&[0x19, 1]), "fe 00 00 01 02 19 01 40 f1 ff");
        let odd = frame(Address::default(), 1, &pi(&display("FDFE")), Stuffing::Profline);
        assert!(hex(&odd).contains("fd fe fd"), "{}", hex(&odd));
        assert_eq!(Address::new(1_023, 63), Some(Address(0xFFFF)));
        assert_eq!(Address::new(1_024, 0), None);
        let texts = |title: &str| hex(&rt(&display("5201").with_text(title)));
        assert_eq!(texts("Sport"), "0a 00 00 07 01 53 70 6f 72 74 0d");
        assert_eq!(texts(""), "0a 00 00 00");
        assert_eq!(rt(&display("5201").with_text(&"x".repeat(99))).len(), 5 + 64);
    }

    #[test]
    fn tags_and_other_networks_are_told_by_their_own_elements() {
        assert_eq!(hex(&tags_announced()), "40 16 4b d7 00 00 00 00");
        let mut said = Said::new("5401".parse().unwrap(), "MIKADO");
        said.set_text("94 95 16 63 : Mines", &[(RtPlus::PhoneHotline, "94 95 16 63")]);
        // Type 41, from 0 on, eleven characters: those of the 11A group that the own coder sends.
        let told = hex(&tags(&Display::of(&said, false), true));
        assert_eq!(told, "46 08 4b d7 03 1d 20 14 00 00 46 08 4b d7 02 1d 20 14 00 00");
        let silent = Display { tags: Some(Vec::new()), ..display("5401") };
        assert!(hex(&tags(&silent, false)).ends_with("46 08 4b d7 02 00 00 00 00 00"), "nothing runs");

        let khz = |khz| Frequency::from_khz(khz).unwrap();
        said.others = vec![OtherNetwork {
            pi: "5201".parse().unwrap(),
            ps: *b"MIKADO  ",
            alternatives: Alternatives::method_a(None, &[khz(91_800), khz(106_600)]),
            pty: Pty::programme(0),
            traffic: true,
            announcing: false,
        }];
        let told = hex(&other(&Display::of(&said, false), 2));
        let expected = "0b 00 02 01 02 01 00 02 52 01 02 00 02 4d 49 4b 41 44 4f 20 20 03 00 02 02 07 00 02 00 \
                        14 00 02 06 00 00 e2 2b bf 00";
        assert_eq!(told, expected);
        assert_eq!(hex(&other(&display("5201"), 2)), "0b 00 02 00 02", "on the network nothing is told beside it");
    }

    fn unframed(bytes: &[u8]) -> Vec<Came> {
        let mut unframer = Unframer::default();
        bytes.iter().filter_map(|b| unframer.push(*b)).collect()
    }

    #[test]
    fn whatever_is_framed_is_unframed_between_any_noise() {
        for first in 0..=255_u8 {
            let message: Vec<u8> = (0..40).map(|n| first.wrapping_add(n)).collect();
            let frame = frame(Address::default(), first, &message, Stuffing::Standard);
            assert!(!frame[1..frame.len() - 1].iter().any(|b| [START, STOP].contains(b)));
            let noisy = [&[0x00, 0xFF, 0x13, ESCAPE][..], &frame, &[0x55, 0xFF]].concat();
            assert_eq!(unframed(&noisy), [Came::Frame(first, message)]);
        }
    }

    #[test]
    fn a_changed_byte_or_a_flood_is_no_frame() {
        let whole = frame(Address::default(), 7, &[0x18, 0, 7], Stuffing::Standard);
        for n in 1..whole.len() - 1 {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[n] ^= 1 << bit;
                assert!(!unframed(&bytes).iter().any(|c| matches!(c, Came::Frame(..))), "{}", hex(&bytes));
            }
        }
        let mut unframer = Unframer::default();
        unframer.push(START);
        for _ in 0..100_000 {
            unframer.push(0);
        }
        assert!(unframer.body.is_none());
    }

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(answer(&[0x18, 0, 5]), Some((Answer::Taken, Some(5))));
        assert_eq!(answer(&[0x18, 1]), Some((Answer::Again, None)));
        assert_eq!(answer(&[0x18, 6, 5]), Some((Answer::Refused(6), Some(5))));
        assert_eq!(answer(&[0x17, 0]), None);
        assert_eq!(answer(&[]), None);
    }
}
