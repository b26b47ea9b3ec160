//! Programmes for the outside world: iCalendar for people, XMLTV and `RadioDNS` programme information for listeners' devices.
//!
//! Every format is written from the same [`ProgrammeSlot`]s that the pages show; CSV is [`programme_csv`](crate::programme_csv).

use jiff::Timestamp;

use crate::station::Station;
use crate::week::ProgrammeSlot;

mod ical;
pub mod playlist;
mod si;
mod xmltv;

pub use ical::{Repeating, ical, ical_event};
pub use si::{Bearer, services, si};
pub use xmltv::xmltv;

/// Text inside XML: the five characters that mean something there, and no control characters, which XML 1.0 forbids.
fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// When a slot begins and ends; `None` where the clocks skip it.
fn bounds(station: &Station, slot: &ProgrammeSlot) -> Option<(Timestamp, Timestamp)> {
    let (from, to) = (station.instant(slot.day, slot.start_s)?, station.instant(slot.day, slot.end_s)?);
    (from < to).then_some((from, to))
}
