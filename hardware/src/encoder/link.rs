//! One encoder on its line: says an item, hears what comes back, opens the line anew when it broke.

use std::io;
use std::time::{Duration, Instant};

use super::display::Display;
use super::feed::{Heard, Item};
use super::{ascii, uecp};
use crate::line::{Line, LineAddress};

/// At 2400 baud the longest frame takes a third of a second, and an answer a tenth.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// How long one byte may wait to leave.
const SEND_WITHIN: Duration = Duration::from_secs(2);
/// Bytes of answer that are read for one question: what floods beyond that is not read.
const ANSWER_BYTES_MAX: usize = 4_096;

/// Which language an encoder speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// UECP.
    Uecp {
        /// Whom frames are for.
        to: uecp::Address,
        /// How bytes are escaped.
        stuffing: uecp::Stuffing,
        /// Whether the encoder answers; one that never does is believed.
        answers: bool,
        /// Under which number its programme service for another network is told of (EON), 2 to 255; `None` where it has none.
        other_service: Option<u8>,
    },
    /// The lines of small encoders.
    Ascii {
        /// Whether the encoder answers.
        answers: bool,
    },
}

/// An encoder.
pub struct EncoderLink {
    address: LineAddress,
    dialect: Dialect,
    line: Option<Line>,
    sequence: u8,
    /// The text whose tags were told last, and the flag that turns with each new one.
    tagged: (Vec<u8>, bool),
}

impl EncoderLink {
    /// A link that is opened by [`EncoderLink::open`].
    pub const fn new(address: LineAddress, dialect: Dialect) -> Self {
        Self { address, dialect, line: None, sequence: 0, tagged: (Vec::new(), false) }
    }

    /// Opens the line when it is not open; says whether it was opened now.
    pub fn open(&mut self) -> io::Result<bool> {
        if self.line.is_some() {
            return Ok(false);
        }
        self.line = Some(Line::open(&self.address)?);
        Ok(true)
    }

    /// Whether the line broke and was closed.
    pub const fn is_closed(&self) -> bool {
        self.line.is_none()
    }

    /// Says one item and hears what comes back, in a few seconds at most. A line that broke is closed.
    pub fn say(&mut self, item: Item, display: &Display) -> Heard {
        self.sequence = self.sequence.checked_add(1).unwrap_or(1);
        let Some(bytes) = self.bytes(item, display) else { return Heard::Taken };
        let Some(line) = self.line.as_mut() else { return Heard::Nothing };
        let heard = match self.dialect {
            Dialect::Uecp { answers, .. } => exchange_uecp(line, &bytes, answers.then_some(self.sequence)),
            Dialect::Ascii { answers } => exchange_ascii(line, &bytes, answers),
        };
        heard.unwrap_or_else(|_| {
            self.line = None;
            Heard::Nothing
        })
    }

    /// `None` for what this dialect has no word for.
    fn bytes(&mut self, item: Item, display: &Display) -> Option<Vec<u8>> {
        match self.dialect {
            Dialect::Uecp { to, stuffing, answers, other_service } => {
                let message = match item {
                    Item::Traffic => uecp::traffic(display),
                    Item::Pi => uecp::pi(display),
                    Item::Ps => uecp::ps(display),
                    Item::Pty => uecp::pty(display),
                    Item::Language => uecp::language(display),
                    Item::Af => uecp::af(display),
                    Item::Rt => uecp::rt(display),
                    Item::TagsAnnounced => uecp::tags_announced(),
                    Item::Tags => uecp::tags(display, self.turned(display)),
                    Item::Other => uecp::other(display, other_service?),
                };
                Some(uecp::frame(to, if answers { self.sequence } else { 0 }, &message, stuffing))
            }
            Dialect::Ascii { .. } => match item {
                Item::Traffic => Some(ascii::traffic(display)),
                Item::Pi => Some(ascii::pi(display)),
                Item::Ps => Some(ascii::ps(display)),
                Item::Pty => Some(ascii::pty(display)),
                Item::Rt => Some(ascii::rt(display)),
                Item::Tags => Some(ascii::tags(display)),
                // No word that all of them share; and RT+ needs no announcing.
                Item::Language | Item::Af | Item::TagsAnnounced | Item::Other => None,
            },
        }
    }

    /// The flag of this text's tags: the same however often they are said.
    fn turned(&mut self, display: &Display) -> bool {
        if self.tagged.0 != display.rt {
            self.tagged = (display.rt.clone(), !self.tagged.1);
        }
        self.tagged.1
    }
}

/// `sequence` is the one whose answer is waited for; `None` when the encoder never answers.
fn exchange_uecp(line: &mut Line, bytes: &[u8], sequence: Option<u8>) -> io::Result<Heard> {
    line.send(bytes, SEND_WITHIN)?;
    let Some(sequence) = sequence else { return Ok(Heard::Taken) };
    let mut unframer = uecp::Unframer::default();
    heard(line, |byte| match unframer.push(byte)? {
        uecp::Came::Damaged => None,
        uecp::Came::Frame(_, message) => match uecp::answer(&message)? {
            // An answer to an earlier frame that came late.
            (_, Some(other)) if other != sequence => None,
            (uecp::Answer::Taken, _) => Some(Heard::Taken),
            (uecp::Answer::Again, _) => Some(Heard::Nothing),
            (uecp::Answer::Refused(_), _) => Some(Heard::Refused),
        },
    })
}

fn exchange_ascii(line: &mut Line, bytes: &[u8], answers: bool) -> io::Result<Heard> {
    line.send(bytes, SEND_WITHIN)?;
    if !answers {
        return Ok(Heard::Taken);
    }
    heard(line, |byte| {
        ascii::answer(&[byte]).map(|answer| match answer {
            ascii::Answer::Taken | ascii::Answer::Part => Heard::Taken,
            ascii::Answer::Refused => Heard::Refused,
        })
    })
}

/// Reads until `judge` has an answer, or the time or the bytes are used up.
fn heard(line: &mut Line, mut judge: impl FnMut(u8) -> Option<Heard>) -> io::Result<Heard> {
    let deadline = Instant::now() + ANSWER_WITHIN;
    let mut buffer = [0; 256];
    let mut read = 0;
    while read < ANSWER_BYTES_MAX {
        let n = line.receive(&mut buffer, deadline)?;
        if n == 0 {
            break;
        }
        if let Some(heard) = buffer[..n].iter().find_map(|byte| judge(*byte)) {
            return Ok(heard);
        }
        read += n;
        if Instant::now() >= deadline {
            break;
        }
    }
    Ok(Heard::Nothing)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;
    use crate::line::Parity;

    const UECP: Dialect =
        Dialect::Uecp { to: ADDRESS, stuffing: uecp::Stuffing::Standard, answers: true, other_service: None };
    const ADDRESS: uecp::Address = uecp::Address::ALL;

    fn display() -> Display {
        Display::new("5201".parse().unwrap(), "MIKADO", 1).with_text("Journal en sonay")
    }

    /// An encoder at the other end of a serial line, which says to each frame what `answers` makes of its sequence.
    fn at_a_serial_line(answers: impl Fn(u8) -> Vec<u8> + Send + 'static) -> LineAddress {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        thread::spawn(move || encoder(std::fs::File::from(master), &answers));
        LineAddress::Serial { path: path.to_str().unwrap().into(), baud: 9_600, parity: Parity::None }
    }

    fn encoder(mut line: impl Read + Write, answers: &dyn Fn(u8) -> Vec<u8>) {
        let mut unframer = uecp::Unframer::default();
        let mut byte = [0];
        loop {
            match line.read(&mut byte) {
                Ok(1) => {
                    if let Some(uecp::Came::Frame(sequence, _)) = unframer.push(byte[0]) {
                        let _ = line.write_all(&answers(sequence));
                    }
                }
                // Nobody has opened the other end yet.
                Err(e) if e.raw_os_error() == Some(5) => thread::sleep(Duration::from_millis(2)),
                _ => return,
            }
        }
    }

    fn said(address: LineAddress, dialect: Dialect) -> Heard {
        let mut link = EncoderLink::new(address, dialect);
        assert!(link.open().unwrap());
        link.say(Item::Rt, &display())
    }

    fn acknowledgement(sequence: u8) -> Vec<u8> {
        uecp::frame(ADDRESS, 9, &[0x18, 0, sequence], uecp::Stuffing::Standard)
    }

    #[test]
    fn an_acknowledgement_is_heard_through_noise_and_a_wrong_one_is_none() {
        assert_eq!(said(at_a_serial_line(acknowledgement), UECP), Heard::Taken);
        let late_first = |s: u8| [acknowledgement(s.wrapping_sub(1)), acknowledgement(s)].concat();
        assert_eq!(said(at_a_serial_line(late_first), UECP), Heard::Taken);
        let noise = |s: u8| [vec![0xFE, 0x00, 0xFD, 0x77, 0xFF], acknowledgement(s)].concat();
        assert_eq!(said(at_a_serial_line(noise), UECP), Heard::Taken);
        let refused = |s: u8| uecp::frame(ADDRESS, 9, &[0x18, 3, s], uecp::Stuffing::Standard);
        assert_eq!(said(at_a_serial_line(refused), UECP), Heard::Refused);
        let damaged = |s: u8| {
            let mut bytes = acknowledgement(s);
            bytes[6] ^= 1;
            bytes
        };
        assert_eq!(said(at_a_serial_line(damaged), UECP), Heard::Nothing);
    }

    #[test]
    fn an_encoder_that_floods_or_says_nothing_is_waited_for_a_second() {
        for answers in [|_: u8| vec![0; 100_000], |_: u8| Vec::new()] {
            let begun = Instant::now();
            assert_eq!(said(at_a_serial_line(answers), UECP), Heard::Nothing);
            assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        }
    }

    #[test]
    fn a_line_that_broke_is_opened_anew() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = LineAddress::Tcp(listener.local_addr().unwrap());
        let served = thread::spawn(move || {
            drop(listener.accept().unwrap());
            let (mut line, _) = listener.accept().unwrap();
            line.write_all(b"+\r\n\r\n").unwrap();
            let mut line_end = Vec::new();
            let mut byte = [0];
            while line.read(&mut byte).unwrap() == 1 && byte != *b"\r" {
                line_end.extend(byte);
            }
            line_end
        });
        let mut link = EncoderLink::new(address, Dialect::Ascii { answers: true });
        assert!(link.open().unwrap());
        assert_eq!(link.say(Item::Rt, &display()), Heard::Nothing);
        assert!(link.open().unwrap(), "it was closed when it broke");
        assert_eq!(link.say(Item::Rt, &display()), Heard::Taken);
        assert_eq!(served.join().unwrap(), b"RT1=Journal en sonay");
    }

    #[test]
    fn what_is_no_serial_port_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let address = LineAddress::Serial { path: file.path().into(), baud: 9_600, parity: Parity::None };
        assert!(EncoderLink::new(address, UECP).open().is_err());
    }
}
