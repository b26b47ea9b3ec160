//! A message as a modem takes it: an SMS-SUBMIT in hexadecimal (3GPP TS 23.040, 9.2.2.2; TS 27.005, 4).
//!
//! Text mode is not used: in it a character of the alphabet (0x1B) would end the message, and modems differ in the rest.

use std::fmt::Write;
use std::str::FromStr;

use super::GsmText;

/// A submission with a validity, no reports asked.
const SUBMIT: u8 = 0x11;
/// An international number in the plan of E.164.
const INTERNATIONAL: u8 = 0x91;
/// A day: what is older is told by what lasts, not by what happened (TS 23.040, 9.2.3.12.1).
const VALID_A_DAY: u8 = 0xA7;

/// A telephone number of E.164, such as `+22376000000`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(String);

/// Not `+` and 6 to 15 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number is “+” and 6 to 15 digits")]
pub struct BadNumber;

impl FromStr for Number {
    type Err = BadNumber;

    /// Spaces, dots and hyphens between digits are let be.
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        let digits: String = text.strip_prefix('+').ok_or(BadNumber)?.replace([' ', '.', '-'], "");
        let fits = (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(Self(digits)).ok_or(BadNumber)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl Number {
    /// Digits in pairs, the first in the lower half, an odd one filled with F.
    fn half_bytes(&self) -> Vec<u8> {
        let digit = |d: Option<&u8>| d.map_or(0xF, |d| d - b'0');
        self.0.as_bytes().chunks(2).map(|pair| digit(pair.first()) | digit(pair.get(1)) << 4).collect()
    }
}

/// The message in hexadecimal, the centre's number left to the card, and the length that `AT+CMGS` asks for.
#[must_use]
pub fn submission(to: &Number, text: &GsmText) -> (String, usize) {
    let mut bytes = vec![SUBMIT, 0, to.0.len() as u8, INTERNATIONAL];
    bytes.extend(to.half_bytes());
    bytes.extend([0, 0, VALID_A_DAY, text.chars() as u8]);
    bytes.extend(text.packed());
    let mut hex = String::from("00");
    for byte in &bytes {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02X}");
    }
    (hex, bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_is_that_of_the_field() {
        let to: Number = "+46 70 825 13 58".parse().unwrap();
        let (hex, length) = submission(&to, &GsmText::new("hellohello"));
        assert_eq!(hex, "0011000B916407281553F80000A70AE8329BFD4697D9EC37");
        assert_eq!(length, hex.len() / 2 - 1);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in ["", "76000000", "+", "+22376\r\nAT", "+1234567890123456", "+22a76000000"] {
            assert_eq!(bad.parse::<Number>(), Err(BadNumber), "{bad}");
        }
    }
}
