//! Dry contacts: lines of the kernel's GPIO character device, read steadily and closed for a moment.
//!
//! An order is a pulse and never a state: a process that ends in the middle of one leaves a line that the kernel gives back,
//! and nothing stays switched that nobody holds.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use gpiocdev::Request;
use gpiocdev::line::Value;

/// A relay's contact bounces for some milliseconds.
const DEBOUNCE: Duration = Duration::from_millis(30);
/// The chips of one machine, its expanders among them.
const CHIP_MAX: u8 = 31;
/// Lines of one chip.
const LINE_MAX: u32 = 1_023;

/// One line of a chip. Written as `gpiochip0 17`, or `gpiochip0 17 inverted` where a closed contact pulls the line down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    chip: u8,
    line: u32,
    inverted: bool,
}

/// How long a contact is closed: 50 ms to 5 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse(Duration);

impl Pulse {
    /// What most remote inputs take.
    pub const USUAL: Self = Self(Duration::from_millis(500));

    /// A pulse; `None` when no relay would feel it, or when somebody would wait for it.
    pub fn new(length: Duration) -> Option<Self> {
        (Duration::from_millis(50)..=Duration::from_secs(5)).contains(&length).then_some(Self(length))
    }
}

/// The text names no contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a contact: “gpiochip0 17”, or “gpiochip0 17 inverted”")]
pub struct BadContact;

impl Contact {
    /// The device of its chip.
    pub fn device(self) -> PathBuf {
        format!("/dev/gpiochip{}", self.chip).into()
    }
}

impl FromStr for Contact {
    type Err = BadContact;

    fn from_str(text: &str) -> Result<Self, BadContact> {
        let mut words = text.split_whitespace();
        let mut number = || words.next()?.trim_start_matches("gpiochip").parse::<u32>().ok();
        let (chip, line) = number().zip(number()).ok_or(BadContact)?;
        let inverted = match (words.next(), words.next()) {
            (None, None) => false,
            (Some("inverted"), None) => true,
            _ => return Err(BadContact),
        };
        if !text.trim_start().starts_with("gpiochip") || chip > u32::from(CHIP_MAX) || line > LINE_MAX {
            return Err(BadContact);
        }
        Ok(Self { chip: chip as u8, line, inverted })
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gpiochip{} {}{}", self.chip, self.line, if self.inverted { " inverted" } else { "" })
    }
}

/// The contacts of one piece of equipment: those that are read stay open, so that the kernel debounces them.
#[derive(Debug, Default)]
pub struct Contacts {
    inputs: Vec<(Contact, Request)>,
}

impl Contacts {
    /// Whether a contact is closed; `None` when this machine has no such line, or somebody else holds it.
    pub fn is_closed(&mut self, contact: Contact) -> Option<bool> {
        let at = if let Some(at) = self.inputs.iter().position(|(c, _)| *c == contact) {
            at
        } else {
            self.inputs.push((contact, input(contact)?));
            self.inputs.len() - 1
        };
        let read = self.inputs[at].1.value(contact.line).ok();
        if read.is_none() {
            // The expander was unplugged; it is opened anew when it is back.
            self.inputs.remove(at);
        }
        read.map(|value| value == Value::Active)
    }

    /// Closes a contact for a pulse and opens it again; `None` when this machine has no such line.
    pub fn close_for(&self, contact: Contact, pulse: Pulse) -> Option<()> {
        let line = line(contact).as_output(Value::Active).request().ok()?;
        thread::sleep(pulse.0);
        line.set_value(contact.line, Value::Inactive).ok()?;
        Some(())
    }
}

fn input(contact: Contact) -> Option<Request> {
    let with_debounce = line(contact).as_input().with_debounce_period(DEBOUNCE).request();
    // A chip that cannot debounce is read as it is: two readings in a row make a condition anyway.
    with_debounce.or_else(|_| line(contact).as_input().request()).ok()
}

fn line(contact: Contact) -> gpiocdev::request::Builder {
    let mut builder = Request::builder();
    builder.on_chip(contact.device()).with_consumer("mikado").with_line(contact.line);
    if contact.inverted {
        builder.as_active_low();
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_read_as_it_is_written_and_one_that_is_not_there_is_none() {
        for text in ["gpiochip0 17", "gpiochip31 1023 inverted"] {
            assert_eq!(text.parse::<Contact>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "gpiochip0",
            "17",
            "0 17",
            "gpiochip0 17 low",
            "gpiochip0 -1",
            "gpiochip99 1",
            "gpiochip0 17 inverted 1",
        ] {
            assert_eq!(bad.parse::<Contact>(), Err(BadContact), "{bad}");
        }
        let nowhere = "gpiochip31 1023".parse().unwrap();
        let mut contacts = Contacts::default();
        assert_eq!(contacts.is_closed(nowhere), None);
        assert_eq!(contacts.close_for(nowhere, Pulse::USUAL), None);
        assert_eq!((Pulse::new(Duration::ZERO), Pulse::new(Duration::from_mins(1))), (None, None));
    }
}
