//! One line of Modbus with its deadlines: a unit that says nothing is not asked again in the same round.

use std::io;
use std::time::{Duration, Instant};

use super::super::link::LinkError;
use super::frame::{self, Framing, Said};
use super::register::{Register, Written};
use crate::line::{Line, LineAddress};

/// A unit answers within a tenth of a second; behind a converter and at 1200 baud it takes half of one.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
const SEND_WITHIN: Duration = Duration::from_secs(1);
/// A line may have been closed by the other side, or a word disturbed, once.
const TRIES: u32 = 2;
/// All questions of a round together; what is left then is asked in the next.
const ROUND_WITHIN: Duration = Duration::from_secs(5);
/// What may lie on the line before a question: the end of an answer that came too late. More is a flood.
const LEFT_BYTES_MAX: usize = 1_024;

/// Where units are, and how messages to them are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModbusAddress {
    /// The line to them.
    pub line: LineAddress,
    /// How messages are told apart on it.
    pub framing: Framing,
}

/// One line with units on it.
pub struct ModbusLink {
    address: ModbusAddress,
    line: Option<Line>,
    transaction: u16,
}

impl ModbusLink {
    /// A link that is opened when it is first asked.
    pub const fn new(address: ModbusAddress) -> Self {
        Self { address, line: None, transaction: 0 }
    }

    /// What the registers say, in their order; `None` for one that its unit does not have or that is no number, and for those
    /// of a unit that says nothing while another answers.
    ///
    /// # Errors
    /// When no unit told anything, in a few seconds at most.
    pub fn ask(&mut self, registers: &[&Register]) -> Result<Vec<Option<f64>>, LinkError> {
        let begun = Instant::now();
        let (mut answers, mut failed, mut heard) = (Vec::with_capacity(registers.len()), Vec::new(), false);
        for register in registers {
            let silent = failed.iter().any(|(unit, _)| *unit == register.unit);
            if silent || begun.elapsed() >= ROUND_WITHIN {
                answers.push(None);
                continue;
            }
            match self.exchange(register.unit, &register.question(), TRIES) {
                Ok(said) => {
                    heard = true;
                    answers.push(match said {
                        Said::Data(bytes) => register.number(&bytes),
                        Said::Exception(_) => None,
                    });
                }
                Err(why) => {
                    failed.push((register.unit, why));
                    answers.push(None);
                }
            }
        }
        match failed.first() {
            Some((_, why)) if !heard => Err(*why),
            _ => Ok(answers),
        }
    }

    /// Writes one register or coil. That it answers is no proof: read back.
    pub fn set(&mut self, register: Register, written: Written) -> Result<(), LinkError> {
        // Once only: an order whose answer was lost may have been obeyed.
        match self.exchange(register.unit, &register.written(written), 1)? {
            Said::Data(_) => Ok(()),
            Said::Exception(code) => Err(LinkError::Refused(u32::from(code))),
        }
    }

    /// A line on which something went wrong is closed: what comes late finds nobody.
    fn exchange(&mut self, unit: u8, data: &[u8], tries: u32) -> Result<Said, LinkError> {
        let mut failed = LinkError::Silent;
        for _ in 0..tries {
            match self.once(unit, data) {
                // A gateway says that nobody is there (exceptions 0A and 0B): that is silence.
                Ok(Said::Exception(0x0A | 0x0B)) => return Err(LinkError::Silent),
                Ok(said) => return Ok(said),
                Err(why) => {
                    self.line = None;
                    failed = why;
                }
            }
        }
        Err(failed)
    }

    fn once(&mut self, unit: u8, data: &[u8]) -> Result<Said, LinkError> {
        self.transaction = self.transaction.wrapping_add(1);
        let (framing, transaction) = (self.address.framing, self.transaction);
        let mut line = match self.line.take() {
            Some(line) => line,
            None => Line::open(&self.address.line).map_err(|_| LinkError::Silent)?,
        };
        emptied(&mut line).map_err(|_| LinkError::Silent)?.then_some(()).ok_or(LinkError::Nonsense)?;
        let message = frame::message(framing, transaction, unit, data);
        line.send(&message, SEND_WITHIN).map_err(|_| LinkError::Silent)?;
        let whole = answer(&mut line, framing)?;
        let said = frame::opened(framing, transaction, unit, data, &whole).map_err(|_| LinkError::Nonsense)?;
        self.line = Some(line);
        Ok(said)
    }
}

/// Takes what lies on the line; whether that had an end.
fn emptied(line: &mut Line) -> io::Result<bool> {
    let mut left = [0; LEFT_BYTES_MAX];
    let mut taken = 0;
    while taken < LEFT_BYTES_MAX {
        match line.receive(&mut left, Instant::now())? {
            0 => return Ok(true),
            n => taken += n,
        }
    }
    Ok(false)
}

/// Reads one whole message and not a byte more.
fn answer(line: &mut Line, framing: Framing) -> Result<Vec<u8>, LinkError> {
    let deadline = Instant::now() + ANSWER_WITHIN;
    let (mut whole, mut buffer) = (Vec::new(), [0; 512]);
    loop {
        let length = frame::length(framing, &whole).map_err(|_| LinkError::Nonsense)?;
        // The shortest beginning that tells a length: the head of TCP, or unit, function and count.
        let wanted = length.unwrap_or(if framing == Framing::Tcp { 6 } else { 3 });
        if whole.len() >= wanted {
            return Ok(whole);
        }
        let room = (wanted - whole.len()).min(buffer.len());
        let n = line.receive(&mut buffer[..room], deadline).map_err(|_| LinkError::Silent)?;
        if n == 0 {
            // Something came and stopped: noise, or another speed.
            return Err(if whole.is_empty() { LinkError::Silent } else { LinkError::Nonsense });
        }
        whole.extend(&buffer[..n]);
        if Instant::now() >= deadline && whole.len() < wanted {
            return Err(LinkError::Nonsense);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::thread;

    use super::*;

    /// Equipment that takes each question and says what `answer` makes of it; `None` hangs up.
    fn equipment(answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut question = [0; 300];
                while let Ok(n @ 1..) = stream.read(&mut question) {
                    let Some(said) = answer(&question[..n]) else { break };
                    if stream.write_all(&said).is_err() {
                        break;
                    }
                }
            }
        });
        address
    }

    fn asked(to: SocketAddr, framing: Framing, registers: &[&str]) -> (Result<Vec<Option<f64>>, LinkError>, Duration) {
        let mut link = ModbusLink::new(ModbusAddress { line: LineAddress::Tcp(to), framing });
        let registers: Vec<Register> = registers.iter().map(|r| r.parse().unwrap()).collect();
        let begun = Instant::now();
        let answer = link.ask(&registers.iter().collect::<Vec<_>>());
        (answer, begun.elapsed())
    }

    #[test]
    fn who_hangs_lies_floods_or_vanishes_is_told_within_seconds() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for (to, why) in [
            (equipment(|_| Some(Vec::new())), LinkError::Silent),
            (equipment(|_| None), LinkError::Silent),
            (gone, LinkError::Silent),
            (equipment(|q| Some(q.to_vec())), LinkError::Nonsense),
            (equipment(|_| Some(vec![0xFF; 300_000])), LinkError::Nonsense),
            (equipment(|q| Some(q[..5].to_vec())), LinkError::Nonsense),
        ] {
            for framing in [Framing::Tcp, Framing::Rtu] {
                let (answer, took) = asked(to, framing, &["holding 1", "holding 2", "input 3 f32"]);
                assert_eq!(answer, Err(why), "{framing:?}");
                assert!(took < Duration::from_secs(5), "{took:?}");
            }
        }
    }

    #[test]
    fn a_unit_that_is_silent_takes_no_other_with_it() {
        // Unit 2 is behind a gateway that cannot reach it; unit 1 has no register 9.
        let to = equipment(|q| {
            let data: &[u8] = match (q[6], q[9]) {
                (2, _) => &[0x83, 0x0B],
                (_, 9) => &[0x83, 2],
                _ => &[3, 2, 0, 42],
            };
            Some(frame::message(Framing::Tcp, u16::from_be_bytes([q[0], q[1]]), q[6], data))
        });
        let (answer, _) = asked(to, Framing::Tcp, &["holding 1", "holding 1 unit 2", "holding 9", "holding 2"]);
        assert_eq!(answer, Ok(vec![Some(42.0), None, None, Some(42.0)]));
        assert_eq!(asked(to, Framing::Tcp, &["holding 1 unit 2"]).0, Err(LinkError::Silent));
    }
}
