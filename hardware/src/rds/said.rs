//! What a station wants receivers to know.

use std::fmt;
use std::str::FromStr;

use super::charset::{PROGRAMME_SERVICE_CHARS, RADIO_TEXT_CHARS_MAX, RdsText, encoded};
use super::frequency::Alternatives;

/// The programme identification: country, coverage, reference (IEC 62106-2, 6.2.1.1). It is assigned nationally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pi(u16);

/// The text is no programme identification.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no PI: four hexadecimal digits such as 0x5201, the first not 0")]
pub struct BadPi(pub String);

/// Coverage of a programme that is the same all over the country.
const NATIONAL: u16 = 2;

impl FromStr for Pi {
    type Err = BadPi;

    fn from_str(text: &str) -> Result<Self, BadPi> {
        let bad = || BadPi(text.chars().take(16).collect());
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let fits = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let code = u16::from_str_radix(digits, 16).ok().filter(|code| fits && code >> 12 != 0);
        code.map(Self).ok_or_else(bad)
    }
}

impl fmt::Display for Pi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04X}", self.0)
    }
}

impl Pi {
    /// The sixteen bits.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The same country and reference with national coverage: what all sites say while all carry the same, so that
    /// receivers follow from one to the next.
    pub const fn national(self) -> Self {
        Self(self.0 & 0xF0FF | (NATIONAL << 8))
    }
}

/// The programme type, 0 to 31 (IEC 62106-2, Annex F; Europe's table).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pty(u8);

impl Pty {
    /// A drill: receivers are being tested.
    pub const ALARM_TEST: Self = Self(30);
    /// An alarm: receivers switch on and turn up.
    pub const ALARM: Self = Self(31);

    /// The type of an ordinary programme; what is none is 0, so that no mistake in a grid rings an alarm.
    pub const fn programme(code: u8) -> Self {
        Self(if code < 30 { code } else { 0 })
    }

    /// Whether receivers switch on for it: an alarm or its drill.
    pub const fn is_alarm(self) -> bool {
        self.0 >= Self::ALARM_TEST.0
    }

    /// The five bits.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// What a stretch of the radio text is (RDS Forum R06/040).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RtPlus {
    /// The title of a song.
    ItemTitle,
    /// Whom a song is by.
    ItemArtist,
    /// What is on.
    ProgrammeNow,
    /// A number that may be called.
    PhoneHotline,
    /// The station's name.
    StationName,
}

impl RtPlus {
    /// The six bits.
    pub const fn code(self) -> u8 {
        match self {
            Self::ItemTitle => 1,
            Self::ItemArtist => 4,
            Self::StationName => 31,
            Self::ProgrammeNow => 33,
            Self::PhoneHotline => 41,
        }
    }
}

/// A stretch of the radio text with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What it is.
    pub kind: RtPlus,
    /// Its first character.
    pub start: u8,
    /// Its characters, at least one; the second tag of a text reaches over 32 at most.
    pub chars: u8,
}

/// What every receiver reads first, and what may change while the rest stands.
#[expect(clippy::struct_excessive_bools, reason = "each is one bit on the air, with its name in the standard")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// Whether traffic announcements may come (TP).
    pub traffic: bool,
    /// The programme type.
    pub pty: Pty,
    /// Music, not speech (MS).
    pub music: bool,
    /// Sound in two channels (DI, d0).
    pub stereo: bool,
    /// Whether the type follows what is on the air (DI, d3).
    pub dynamic_pty: bool,
}

/// Another programme of the same broadcaster (EON).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNetwork {
    /// Its PI.
    pub pi: Pi,
    /// Its name.
    pub ps: [u8; PROGRAMME_SERVICE_CHARS],
    /// Its frequencies, method A.
    pub alternatives: Alternatives,
    /// Its type.
    pub pty: Pty,
    /// Whether it makes traffic announcements.
    pub traffic: bool,
    /// Whether one is on.
    pub announcing: bool,
}

/// Everything that receivers are told at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who speaks.
    pub pi: Pi,
    /// The station's name, always the same eight characters.
    pub ps: [u8; PROGRAMME_SERVICE_CHARS],
    /// The name in UTF-8 for receivers that read it, at most 32 bytes; empty when there is none.
    pub long_ps: String,
    /// The rest of what is read first.
    pub tuning: Tuning,
    /// The radio text in the codes of the table; empty when there is none.
    pub text: Vec<u8>,
    /// What parts of the text mean, two at most.
    pub tags: Vec<Tag>,
    /// A name for the programme type, eight characters; `None` leaves the receiver's own.
    pub pty_name: Option<[u8; PROGRAMME_SERVICE_CHARS]>,
    /// Extended country code.
    pub ecc: u8,
    /// Language on the air by the table of IEC 62106-4; 0 where it knows none.
    pub language: u8,
    /// Programme item number: day, hour and minute of the published start; 0 when there is none.
    pub item: u16,
    /// Where else it can be heard.
    pub alternatives: Alternatives,
    /// Other programmes of the broadcaster.
    pub others: Vec<OtherNetwork>,
}

impl Said {
    /// Bytes of the long name.
    pub const LONG_PS_BYTES_MAX: usize = 32;
    /// Other networks: more would be told of once in a minute.
    pub const OTHERS_MAX: usize = 4;

    /// A station with nothing but its identification and name.
    pub fn new(pi: Pi, name: &str) -> Self {
        Self {
            pi,
            ps: eight(name),
            long_ps: String::new(),
            tuning: Tuning { stereo: true, ..Tuning::default() },
            text: Vec::new(),
            tags: Vec::new(),
            pty_name: None,
            ecc: 0,
            language: 0,
            item: 0,
            alternatives: Alternatives::default(),
            others: Vec::new(),
        }
    }

    /// A name of eight characters in the codes of the table, filled up by spaces.
    pub fn name_of(text: &str) -> [u8; PROGRAMME_SERVICE_CHARS] {
        eight(text)
    }

    /// Sets the radio text, with what each of `parts` means where it stands in it; gives what could not be written.
    pub fn set_text(&mut self, text: &str, parts: &[(RtPlus, &str)]) -> RdsText {
        let written = encoded(text, RADIO_TEXT_CHARS_MAX);
        self.text.clone_from(&written.codes);
        self.tags = parts.iter().filter_map(|(kind, part)| tag(&self.text, *kind, part)).take(2).collect();
        written
    }
}

/// Where the words `part` stand in the text, as it was written.
fn tag(text: &[u8], kind: RtPlus, part: &str) -> Option<Tag> {
    let words = encoded(part, RADIO_TEXT_CHARS_MAX).codes;
    let start = text.windows(words.len().max(1)).position(|w| w == words)?;
    Some(Tag { kind, start: start as u8, chars: words.len() as u8 })
}

/// A name in eight characters of the table, filled up by spaces.
pub(super) fn eight(name: &str) -> [u8; PROGRAMME_SERVICE_CHARS] {
    let codes = encoded(name, PROGRAMME_SERVICE_CHARS).codes;
    std::array::from_fn(|i| codes.get(i).copied().unwrap_or(b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pi_is_four_hexadecimal_digits_of_some_country() {
        let pi: Pi = "0x5401".parse().unwrap();
        assert_eq!((pi.get(), pi.national().get(), pi.to_string().as_str()), (0x5401, 0x5201, "0x5401"));
        for bad in ["", "0x", "5", "0x0201", "0x52011", "0x-201", "+201", "MALI"] {
            assert!(bad.parse::<Pi>().is_err(), "{bad}");
        }
    }

    #[test]
    fn no_grid_rings_an_alarm_by_mistake() {
        assert_eq!([1, 29, 30, 31, 255].map(|c| Pty::programme(c).get()), [1, 29, 0, 0, 0]);
    }

    #[test]
    fn a_tag_stands_where_its_words_do_after_transliteration() {
        let mut said = Said::new("5201".parse().unwrap(), "MIKADO");
        said.set_text(
            "Kɔnɔ ɲɛnajɛ : 94 95 16 63",
            &[(RtPlus::ProgrammeNow, "Kɔnɔ ɲɛnajɛ"), (RtPlus::PhoneHotline, "94 95 16 63")],
        );
        let [now, phone] = said.tags[..] else { panic!("{:?}", said.tags) };
        assert_eq!((now.start, now.chars), (0, 12));
        assert_eq!(&said.text[usize::from(phone.start)..], b"94 95 16 63");
        assert_eq!(said.set_text("Bonjour", &[(RtPlus::PhoneHotline, "94")]).codes, b"Bonjour");
        assert!(said.tags.is_empty());
    }
}
