//! What a piece of the air check is called: its UTC hour, and which beginning of that hour it is.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

const HOUR_S: i64 = 3_600;

/// The name of one piece: an hour in UTC and a part, from 1. Ordered by time of recording within an hour.
///
/// Written `2026-11-24T08`, and from the second part on `2026-11-24T08-02`: an hour has several parts when the process
/// was started again in it, or when the clock came by twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceName {
    /// Hours since 1970.
    hour: i64,
    part: u16,
}

impl PieceName {
    /// A process that dies every four seconds begins so many pieces in an hour; more is a fault to be told.
    pub const PARTS_MAX: u16 = 999;

    /// The first piece of the hour in which `wall` lies.
    pub fn first_of(wall: Timestamp) -> Self {
        Self { hour: wall.as_second().div_euclid(HOUR_S), part: 1 }
    }

    /// The next part of the same hour, or `None` when there are too many.
    pub fn next_part(self) -> Option<Self> {
        (self.part < Self::PARTS_MAX).then_some(Self { part: self.part + 1, ..self })
    }

    /// When its hour begins.
    pub fn hour_begins(self) -> Timestamp {
        Timestamp::from_second(self.hour.saturating_mul(HOUR_S)).unwrap_or(Timestamp::MAX)
    }

    /// When its hour ends.
    pub fn hour_ends(self) -> Timestamp {
        Timestamp::from_second(self.hour.saturating_add(1).saturating_mul(HOUR_S)).unwrap_or(Timestamp::MAX)
    }

    /// Its file of sound.
    pub fn sound(self) -> String {
        format!("{self}.opus")
    }

    /// Its index.
    pub fn index(self) -> String {
        format!("{self}.index")
    }
}

impl fmt::Display for PieceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.hour_begins().to_zoned(TimeZone::UTC);
        write!(f, "{:04}-{:02}-{:02}T{:02}", at.year(), at.month(), at.day(), at.hour())?;
        if self.part > 1 { write!(f, "-{:02}", self.part) } else { Ok(()) }
    }
}

/// The text is not the name of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a piece of the air check: write an hour such as 2026-11-24T08")]
pub struct NotAPiece;

impl FromStr for PieceName {
    type Err = NotAPiece;

    fn from_str(text: &str) -> Result<Self, NotAPiece> {
        let (hour, part) = (text.get(..13).ok_or(NotAPiece)?, text.get(13..).ok_or(NotAPiece)?);
        let begins: Timestamp = format!("{hour}:00:00Z").parse().map_err(|_| NotAPiece)?;
        let part = match part.strip_prefix('-') {
            Some(number) => number.parse().map_err(|_| NotAPiece)?,
            None => 1,
        };
        let name = Self { hour: begins.as_second().div_euclid(HOUR_S), part };
        // One name, one spelling: what is written otherwise was not written by us.
        if name.to_string() == text { Ok(name) } else { Err(NotAPiece) }
    }
}

/// The pieces in a folder, oldest first; other files are passed over, a missing folder is empty.
pub(super) fn pieces_in(dir: &std::path::Path) -> std::io::Result<Vec<PieceName>> {
    let entries = match std::fs::read_dir(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        found.extend(name.to_str().and_then(|n| n.strip_suffix(".opus")).and_then(|n| n.parse::<PieceName>().ok()));
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_and_has_one_spelling() {
        let wall: Timestamp = "2026-11-24T08:59:59.999Z".parse().unwrap();
        let first = PieceName::first_of(wall);
        assert_eq!(first.to_string(), "2026-11-24T08");
        assert_eq!(first.next_part().unwrap().to_string(), "2026-11-24T08-02");
        for name in [first, first.next_part().unwrap()] {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for bad in ["", "2026-11-24T8", "2026-11-24T08-01", "2026-11-24T08-2", "2026-13-24T08", "../../etc/shado", "é"]
        {
            assert_eq!(bad.parse::<PieceName>(), Err(NotAPiece), "{bad}");
        }
    }
}
