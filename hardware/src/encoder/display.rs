//! What an encoder shall make receivers show.

use std::time::Duration;

use crate::rds::charset::{PROGRAMME_SERVICE_CHARS, RADIO_TEXT_CHARS_MAX, encoded};
use crate::rds::{Pi, Pty, Said};

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
    /// The language's code of IEC 62106-2, 0 when it has none.
    pub language: u8,
    /// Whether a traffic announcement is on the air.
    pub ta: bool,
}

impl Display {
    /// A display with this name and no text yet; a type of 30 or 31, an alarm, is none that a config can say.
    pub fn new(pi: Pi, ps: &str, pty: u8) -> Self {
        let pty = Pty::programme(pty);
        Self { pi, ps: Said::name_of(ps), pty, rt: Vec::new(), language: 0, ta: false }
    }

    /// The same with what is on the air: title, programme, language tag.
    #[must_use]
    pub fn with(mut self, title: &str, programme: &str, language: &str) -> Self {
        let text = if programme.is_empty() || programme == title {
            title.to_owned()
        } else {
            format!("{title} - {programme}")
        };
        self.rt = encoded(&text, RADIO_TEXT_CHARS_MAX).codes;
        self.language = language_code(language);
        self
    }
}

/// The code of a language (IEC 62106-2, Annex J). Songhay and Tamasheq have none: 0 is *unknown*.
fn language_code(tag: &str) -> u8 {
    match tag.split('-').next().unwrap_or_default() {
        "fr" => 0x0F,
        "en" => 0x09,
        "ar" => 0x7E,
        "bm" => 0x7A,
        "ff" => 0x72,
        "ha" => 0x6D,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_holds_only_what_receivers_can_show() {
        let pi = "0x5201".parse().unwrap();
        let display = Display::new(pi, "MIKADO FM NATIONAL", 31).with("Kibaru\r\nɲuman", "Journal", "bm");
        assert_eq!((display.ps.len(), display.pty.get()), (8, 0), "a config rings no alarm");
        assert_eq!(display.rt, b"Kibaru nyuman - Journal");
        assert_eq!(display.language, 0x7A);
        assert_eq!(Display::new(pi, "", 1).with("", "", "son").language, 0);
    }
}
