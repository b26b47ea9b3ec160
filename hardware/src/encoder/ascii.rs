//! The lines that most small encoders understand (Pira P132, FMUSER, MiniRDS): `RT1=text`, answered by one sign.

use super::display::Display;

/// What an encoder says to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `+`: it took it.
    Taken,
    /// `/`: it took a part.
    Part,
    /// `!` or `-`: it does not know the word, or its value.
    Refused,
}

/// The answer among these bytes, when there is one.
pub fn answer(bytes: &[u8]) -> Option<Answer> {
    bytes.iter().find_map(|b| match b {
        b'+' => Some(Answer::Taken),
        b'/' => Some(Answer::Part),
        b'!' | b'-' => Some(Answer::Refused),
        _ => None,
    })
}

/// One line. The star that stores into permanent memory is never written.
fn line(word: &str, value: &[u8]) -> Vec<u8> {
    [word.as_bytes(), b"=", value, b"\r"].concat()
}

/// The programme identification.
pub fn pi(display: &Display) -> Vec<u8> {
    line("PI", format!("{:04X}", display.pi.get()).as_bytes())
}

/// The name.
pub fn ps(display: &Display) -> Vec<u8> {
    line("PS", &display.ps)
}

/// TP is implied: these encoders have it as a setting of their own.
pub fn traffic(display: &Display) -> Vec<u8> {
    line("TA", if display.ta { b"1" } else { b"0" })
}

/// The programme type.
pub fn pty(display: &Display) -> Vec<u8> {
    line("PTY", display.pty.get().to_string().as_bytes())
}

/// The radio text.
pub fn rt(display: &Display) -> Vec<u8> {
    line("RT1", &display.rt)
}

/// What parts of the text mean, as most name it: type, first character, characters beyond it, twice; zeros say that there is nothing.
pub fn tags(display: &Display) -> Vec<u8> {
    let tags = display.tags.as_deref().unwrap_or_default();
    let numbers = |n: usize| {
        let none = (0, 0, 0);
        let (kind, start, more) = tags.get(n).map_or(none, |t| (t.kind.code(), t.start, t.chars.saturating_sub(1)));
        format!("{kind},{start},{more}")
    };
    line("RTP", format!("{},{}", numbers(0), numbers(1)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::{RtPlus, Said};

    #[test]
    fn lines_are_those_of_the_field_and_never_store() {
        let display = Display::new("5201".parse().unwrap(), "MIKADO", 1).with_text("*EEPROM*\rRT1=x - é");
        assert_eq!(pi(&display), b"PI=5201\r");
        assert_eq!(ps(&display), b"PS=MIKADO  \r");
        assert_eq!(traffic(&display), b"TA=0\r");
        assert_eq!(rt(&display), b"RT1=*EEPROM* RT1=x - \x82\r");
        for line in [pi(&display), ps(&display), pty(&display), rt(&display), traffic(&display)] {
            assert!(line[0] != b'*' && line.iter().position(|b| *b == b'\r') == Some(line.len() - 1));
        }
    }

    #[test]
    fn a_line_says_what_parts_of_the_text_mean() {
        let mut said = Said::new("5201".parse().unwrap(), "MIKADO");
        said.set_text("94 95 16 63 : Mines", &[(RtPlus::PhoneHotline, "94 95 16 63")]);
        assert_eq!(tags(&Display::of(&said, false)), b"RTP=41,0,10,0,0,0\r");
        said.set_text("Le Journal", &[]);
        assert_eq!(tags(&Display::of(&said, false)), b"RTP=0,0,0,0,0,0\r");
    }

    #[test]
    fn an_answer_is_found_among_line_ends() {
        assert_eq!(answer(b"+\r\n\r\n"), Some(Answer::Taken));
        assert_eq!(answer(b"\r\n!\r\n\r\n"), Some(Answer::Refused));
        assert_eq!(answer(b"\r\n"), None);
    }
}
