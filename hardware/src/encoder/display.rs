//! What an encoder shall make receivers show.

use std::time::Duration;

use crate::rds::charset::{PROGRAMME_SERVICE_CHARS, RADIO_TEXT_CHARS_MAX, encoded};
use crate::rds::{OtherNetwork, Pi, Pty, Said, Tag};

/// A traffic announcement longer than this is a flag that somebody forgot, which keeps car radios loud for ever.
pub const TA_MAX: Duration = Duration::from_mins(2);

/// Everything that an encoder is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// The programme identification.
    pub pi: Pi,
    /// The programme's name in the characters of RDS.
    pub ps: [u8; PROGRAMME_SERVICE_CHARS],
    /// The programme type.
    pub pty: Pty,
    /// Radio text in the characters of RDS, at most 64, no control among them.
    pub rt: Vec<u8>,
    /// What parts of the text mean (RT+); `None` where the encoder is not to be told.
    pub tags: Option<Vec<Tag>>,
    /// The language's code of IEC 62106-4, 0 when it has none.
    pub language: u8,
    /// Where else it can be heard, in the codes of IEC 62106-2, 6.2.1.6, as the list begins: its length first; empty when
    /// nobody said.
    pub af: Vec<u8>,
    /// Whether a traffic announcement is on the air.
    pub ta: bool,
    /// Another programme of the broadcaster that receivers may want (EON).
    pub other: Option<OtherNetwork>,
}

impl Display {
    /// A display with this name and no text yet; a type of 30 or 31, an alarm, is none that a config can say.
    pub fn new(pi: Pi, ps: &str, pty: u8) -> Self {
        let pty = Pty::programme(pty);
        let ps = Said::name_of(ps);
        Self { pi, ps, pty, rt: Vec::new(), tags: None, language: 0, af: Vec::new(), ta: false, other: None }
    }

    /// What receivers are told, with the flag of an announcement raised or not.
    pub fn of(said: &Said, ta: bool) -> Self {
        Self {
            pi: said.pi,
            ps: said.ps,
            pty: said.tuning.pty,
            rt: said.text.clone(),
            tags: Some(said.tags.clone()),
            language: said.language,
            af: said.alternatives.codes(),
            ta,
            other: said.others.first().cloned(),
        }
    }

    /// The same with this text.
    #[must_use]
    pub fn with_text(self, text: &str) -> Self {
        Self { rt: encoded(text, RADIO_TEXT_CHARS_MAX).codes, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::{Alternatives, Frequency};

    #[test]
    fn a_display_holds_only_what_receivers_can_show() {
        let pi = "0x5201".parse().unwrap();
        let display = Display::new(pi, "MIKADO FM NATIONAL", 31).with_text("Kibaru\r\nɲuman");
        assert_eq!((display.ps.len(), display.pty.get()), (8, 0), "a config rings no alarm");
        assert_eq!(display.rt, b"Kibaru nyuman");
    }

    #[test]
    fn an_encoder_is_told_what_receivers_are_told() {
        let khz = |khz| Frequency::from_khz(khz).unwrap();
        let mut said = Said::new("0x5401".parse().unwrap(), "MIKADO");
        (said.language, said.tuning.pty) = (0x7A, Pty::ALARM);
        said.set_text("Kibaru", &[]);
        said.alternatives = Alternatives::method_a(None, &[khz(106_600), khz(94_000), khz(91_800), khz(92_600)]);
        let display = Display::of(&said, true);
        assert_eq!((display.pi.get(), display.language, display.pty.get(), display.ta), (0x5401, 0x7A, 31, true));
        assert_eq!(display.af, [0xE4, 0x2B, 0x33, 0x41, 0xBF], "without the filler");
    }
}
