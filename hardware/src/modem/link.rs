//! The talk with a modem (3GPP TS 27.005 and 27.007): one command, one answer, each with its deadline.

use std::time::{Duration, Instant};

use super::{GsmText, Number, submission};
use crate::line::{Line, LineAddress};
use crate::transmitter::Secret;

/// A command that touches only the modem.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// The network takes its time over a message (TS 27.005 names none; modems give up after a minute).
const TAKEN_WITHIN: Duration = Duration::from_secs(65);
const SEND_WITHIN: Duration = Duration::from_secs(2);
/// A modem that has said nothing for this long has said all.
const QUIET: Duration = Duration::from_millis(150);
/// Bytes of one answer: what floods beyond that is another device.
const ANSWER_BYTES_MAX: usize = 4_096;
/// Ends a message.
const SUBSTITUTE: u8 = 0x1A;
/// Breaks one off.
const ESCAPE: u8 = 0x1B;

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModemError {
    /// The line does not open, or broke.
    #[error("the line does not open or broke ({0})")]
    Line(std::io::ErrorKind),
    /// It does not answer to `AT`.
    #[error("the modem does not answer")]
    Silent,
    /// The card wants a number that is not there or was wrong; it is tried once in the life of a process.
    #[error("the card wants its PIN")]
    Pin,
    /// No network is there, or it does not let this card in.
    #[error("the modem is in no network")]
    NoNetwork,
    /// The network or the card refused the message, in the modem's words.
    #[error("the message was refused ({0})")]
    Refused(String),
}

/// What a modem says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModemState {
    /// How strongly it hears the network, in dBm (TS 27.007, 8.5); `None` when it does not know.
    pub signal_dbm: Option<i32>,
}

/// A modem.
pub struct Modem {
    address: LineAddress,
    pin: Option<Secret>,
    line: Option<Line>,
}

impl Modem {
    /// A modem that is asked for nothing yet. The PIN is used up by the first try: three wrong ones close a card for good.
    pub const fn new(address: LineAddress, pin: Option<Secret>) -> Self {
        Self { address, pin, line: None }
    }

    /// Hands over one message; when this returns the network has taken it.
    ///
    /// # Errors
    /// Why it was not taken; the line is closed and opened anew at the next message.
    pub fn send(&mut self, to: &Number, text: &GsmText) -> Result<(), ModemError> {
        let sent = self.ready().and_then(|_| self.submit(to, text));
        self.line = None;
        sent
    }

    /// Whether it could send now.
    ///
    /// # Errors
    /// Why it could not.
    pub fn state(&mut self) -> Result<ModemState, ModemError> {
        let state = self.ready();
        self.line = None;
        state
    }

    fn ready(&mut self) -> Result<ModemState, ModemError> {
        self.line = Some(Line::open(&self.address).map_err(|e| ModemError::Line(e.kind()))?);
        // A message that somebody left open would take the next command as its text.
        self.write(&[ESCAPE])?;
        self.quieten();
        // One that sleeps wakes by the first.
        if self.ask("AT").is_err() {
            self.quieten();
            self.ask("AT")?;
        }
        self.quieten();
        self.ask("ATE0")?;
        self.unlock()?;
        let asked = ["AT+CREG?", "AT+CEREG?"];
        let in_network = asked.iter().any(|q| self.ask(q).is_ok_and(|lines| lines.iter().any(|l| is_registered(l))));
        if !in_network {
            return Err(ModemError::NoNetwork);
        }
        let signal = self.ask("AT+CSQ").unwrap_or_default();
        Ok(ModemState { signal_dbm: signal.iter().find_map(|l| signal_dbm(l)) })
    }

    fn unlock(&mut self) -> Result<(), ModemError> {
        let card = self.ask("AT+CPIN?")?;
        if card.iter().any(|l| l.starts_with("+CPIN: READY")) {
            return Ok(());
        }
        let wants = card.iter().any(|l| l.starts_with("+CPIN: SIM PIN"));
        let pin = self.pin.take().filter(|_| wants).ok_or(ModemError::Pin)?;
        let pin = pin.expose();
        if pin.is_empty() || !pin.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ModemError::Pin);
        }
        self.ask(&format!("AT+CPIN=\"{pin}\"")).map(drop).map_err(|_| ModemError::Pin)
    }

    fn submit(&mut self, to: &Number, text: &GsmText) -> Result<(), ModemError> {
        let (hex, length) = submission(to, text);
        self.ask("AT+CMGF=0")?;
        self.write(format!("AT+CMGS={length}\r").as_bytes())?;
        self.hear(ANSWER_WITHIN, |heard| heard.trim_ascii_end().ends_with(b">"))?;
        self.write(hex.as_bytes())?;
        self.write(&[SUBSTITUTE])?;
        let lines = self.hear(TAKEN_WITHIN, |_| false)?;
        // An OK without the reference is to something else.
        if lines.iter().any(|l| l.starts_with("+CMGS:")) { Ok(()) } else { Err(ModemError::Silent) }
    }

    fn ask(&mut self, command: &str) -> Result<Vec<String>, ModemError> {
        self.write(command.as_bytes())?;
        self.write(b"\r")?;
        self.hear(ANSWER_WITHIN, |_| false)
    }

    /// Lets go by what was said to somebody else, so that no answer is taken for the one to the next question.
    fn quieten(&mut self) {
        let (mut left, mut buffer) = (ANSWER_BYTES_MAX, [0; 256]);
        while let Some(line) = self.line.as_mut() {
            match line.receive(&mut buffer, Instant::now() + QUIET) {
                Ok(n) if n > 0 && n < left => left -= n,
                _ => return,
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ModemError> {
        let line = self.line.as_mut().ok_or(ModemError::Silent)?;
        line.send(bytes, SEND_WITHIN).map_err(|e| ModemError::Line(e.kind()))
    }

    /// The lines of an answer up to its result (TS 27.007, 4), or until `enough` is there.
    fn hear(&mut self, within: Duration, enough: impl Fn(&[u8]) -> bool) -> Result<Vec<String>, ModemError> {
        let deadline = Instant::now() + within;
        let (mut heard, mut buffer) = (Vec::new(), [0; 256]);
        while heard.len() < ANSWER_BYTES_MAX {
            let line = self.line.as_mut().ok_or(ModemError::Silent)?;
            let n = line.receive(&mut buffer, deadline).map_err(|e| ModemError::Line(e.kind()))?;
            if n == 0 {
                return Err(ModemError::Silent);
            }
            heard.extend_from_slice(&buffer[..n]);
            let text = String::from_utf8_lossy(&heard);
            let whole = text.rfind(['\r', '\n']).map_or("", |end| &text[..end]);
            let lines: Vec<String> =
                whole.split(['\r', '\n']).map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
            if lines.iter().any(|l| l == "OK") || enough(&heard) {
                return Ok(lines);
            }
            if let Some(no) = lines.iter().find(|l| is_refusal(l)) {
                return Err(ModemError::Refused(no.chars().take(64).collect()));
            }
            if Instant::now() >= deadline {
                return Err(ModemError::Silent);
            }
        }
        Err(ModemError::Silent)
    }
}

fn is_refusal(line: &str) -> bool {
    line == "ERROR" || line.starts_with("+CMS ERROR") || line.starts_with("+CME ERROR") || line == "NO CARRIER"
}

/// Home network, or roaming (TS 27.007, 7.2): the second number of the answer.
fn is_registered(line: &str) -> bool {
    let state = line.split_once(':').and_then(|(_, rest)| rest.split(',').nth(1));
    state.is_some_and(|s| ["1", "5"].contains(&s.trim()))
}

fn signal_dbm(line: &str) -> Option<i32> {
    let strength: i32 = line.strip_prefix("+CSQ:")?.split(',').next()?.trim().parse().ok()?;
    (0..=31).contains(&strength).then_some(2 * strength - 113)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::sync::{Arc, Mutex};
    use std::thread;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;
    use crate::line::Parity;

    type Said = Arc<Mutex<Vec<String>>>;

    /// A modem at the other end of a serial line, which answers to each command what `answers` makes of it.
    fn modem(pin: Option<&str>, answers: impl Fn(&str) -> String + Send + 'static) -> (Modem, Said) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        let said = Said::default();
        let heard = Arc::clone(&said);
        thread::spawn(move || converse(File::from(master), &answers, &heard));
        let address = LineAddress::Serial { path: path.to_str().unwrap().into(), baud: 115_200, parity: Parity::None };
        (Modem::new(address, pin.map(Secret::new)), said)
    }

    fn converse(mut line: File, answers: &dyn Fn(&str) -> String, said: &Said) {
        let (mut byte, mut command) = ([0], Vec::new());
        loop {
            match line.read(&mut byte) {
                Ok(1) if byte[0] == ESCAPE => command.clear(),
                Ok(1) if [b'\r', SUBSTITUTE].contains(&byte[0]) => {
                    let text = String::from_utf8_lossy(&command).into_owned();
                    command.clear();
                    let answer = answers(&text);
                    said.lock().unwrap().push(text);
                    if line.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                }
                Ok(1) => command.push(byte[0]),
                // Nobody has opened the other end yet.
                Err(e) if e.raw_os_error() == Some(5) => thread::sleep(Duration::from_millis(2)),
                _ => return,
            }
        }
    }

    fn well(command: &str) -> String {
        match command {
            "AT+CPIN?" => "\r\n+CPIN: READY\r\n\r\nOK\r\n".into(),
            "AT+CREG?" => "\r\n+CREG: 0,1\r\n\r\nRING\r\n\r\nOK\r\n".into(),
            "AT+CSQ" => "\r\n+CSQ: 17,99\r\n\r\nOK\r\n".into(),
            _ if command.starts_with("AT+CMGS=") => "\r\n> ".into(),
            _ if command.starts_with("00") => "\r\n+CMGS: 12\r\n\r\nOK\r\n".into(),
            _ => "\r\nOK\r\n".into(),
        }
    }

    fn sent(modem: &mut Modem) -> Result<(), ModemError> {
        modem.send(&"+46708251358".parse().unwrap(), &GsmText::new("hellohello"))
    }

    #[test]
    fn a_message_is_sent_only_when_the_network_took_it() {
        let (mut good, said) = modem(None, well);
        assert_eq!(good.state(), Ok(ModemState { signal_dbm: Some(-79) }));
        assert_eq!(sent(&mut good), Ok(()));
        assert_eq!(said.lock().unwrap().last().unwrap(), "0011000B916407281553F80000A70AE8329BFD4697D9EC37");
        let but = |when: &'static str, answer: &'static str| {
            let answers = move |c: &str| if c.starts_with(when) { format!("\r\n{answer}\r\n") } else { well(c) };
            sent(&mut modem(None, answers).0)
        };
        assert_eq!(but("00", "+CMS ERROR: 38"), Err(ModemError::Refused("+CMS ERROR: 38".into())));
        assert_eq!(but("00", "OK"), Err(ModemError::Silent), "an OK without a reference is to something else");
        assert_eq!(but("AT+C", "+CREG: 0,2\r\nOK"), Err(ModemError::Pin));
        assert_eq!(but("AT+CREG", "+CREG: 0,2\r\nOK").err(), Some(ModemError::NoNetwork));
    }

    #[test]
    fn a_wrong_pin_is_tried_once_in_a_life() {
        let (mut locked, said) = modem(Some("1234"), |c| match c {
            "AT+CPIN?" => "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n".into(),
            _ if c.starts_with("AT+CPIN=") => "\r\n+CME ERROR: 16\r\n".into(),
            _ => well(c),
        });
        assert_eq!((sent(&mut locked), sent(&mut locked)), (Err(ModemError::Pin), Err(ModemError::Pin)));
        assert_eq!(said.lock().unwrap().iter().filter(|c| c.starts_with("AT+CPIN=")).count(), 1);
    }

    #[test]
    fn a_modem_that_hangs_floods_or_is_gone_is_waited_for_a_few_seconds_and_used_again() {
        let begun = Instant::now();
        assert_eq!(sent(&mut modem(None, |_| String::new()).0), Err(ModemError::Silent));
        assert_eq!(sent(&mut modem(None, |_| "x".repeat(20_000)).0), Err(ModemError::Silent));
        let gone = LineAddress::Serial { path: "/dev/ttyNobody".into(), baud: 9_600, parity: Parity::None };
        assert!(matches!(sent(&mut Modem::new(gone, None)), Err(ModemError::Line(_))));
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        let asleep = Arc::new(Mutex::new(8));
        let (mut wakes, _) = modem(None, move |c| {
            let mut left = asleep.lock().unwrap();
            *left = i32::max(*left - 1, 0);
            if *left > 6 { String::new() } else { well(c) }
        });
        assert_eq!(sent(&mut wakes), Ok(()), "the second AT found it awake");
    }
}
