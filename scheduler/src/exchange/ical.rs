//! iCalendar (RFC 5545): a feed of a site or programme, and single events that recur.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::bounds;
use crate::Recurrence;
use crate::station::Station;
use crate::week::ProgrammeSlot;

/// Octets of a content line before it is folded (RFC 5545, 3.1).
const LINE_MAX: usize = 75;

/// A feed of slots, one event each, in UTC. `now` is the moment of writing.
pub fn ical(station: &Station, name: &str, slots: &[ProgrammeSlot], now: Timestamp) -> String {
    let mut text = head(name);
    for slot in slots {
        let Some((from, to)) = bounds(station, slot) else { continue };
        let uid = format!("{}-{}-{}@{}", slot.day, slot.start_s, slot.programme, slot.site);
        line(&mut text, "BEGIN:VEVENT");
        line(&mut text, &format!("UID:{uid}"));
        line(&mut text, &format!("DTSTAMP:{}", utc(now)));
        line(&mut text, &format!("DTSTART:{}", utc(from)));
        line(&mut text, &format!("DTEND:{}", utc(to)));
        line(&mut text, &format!("SUMMARY:{}", escaped(&slot.title)));
        line(&mut text, &format!("LOCATION:{}", escaped(slot.site.as_str())));
        if let Some(language) = &slot.language {
            line(&mut text, &format!("CATEGORIES:{}", escaped(language.as_str())));
        }
        line(&mut text, "END:VEVENT");
    }
    line(&mut text, "END:VCALENDAR");
    text
}

/// Something that recurs, as it is written into a feed.
#[derive(Clone, Copy, Debug)]
pub struct Repeating<'a> {
    /// Its name in the world.
    pub uid: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its first date.
    pub date: Date,
    /// Its civil time.
    pub start: Time,
    /// Its length in seconds.
    pub length_s: u32,
    /// Its rule, as [`Recurrence`](crate::Recurrence) reads it.
    pub rrule: &'a str,
    /// Dates on which it does not occur.
    pub except: &'a [Date],
}

/// A feed with one recurring event in the station's zone.
///
/// It begins on the first date that the rule meets: readers of the standard take the first date for an occurrence even
/// where the rule does not meet it, which here it is not.
pub fn ical_event(station: &Station, event: &Repeating<'_>, now: Timestamp) -> String {
    let zone = &station.file().meta.timezone;
    let local = |date: Date| event_time(date, event.start);
    let bare = Recurrence::parse(event.rrule, event.date, &[]);
    let first = bare.ok().and_then(|r| r.dates().next()).unwrap_or(event.date);
    let mut text = head(event.title);
    line(&mut text, "BEGIN:VEVENT");
    line(&mut text, &format!("UID:{}", escaped(event.uid)));
    line(&mut text, &format!("DTSTAMP:{}", utc(now)));
    line(&mut text, &format!("DTSTART;TZID={zone}:{}", local(first)));
    line(&mut text, &format!("DURATION:PT{}S", event.length_s));
    line(&mut text, &format!("RRULE:{}", event.rrule.trim_start_matches("RRULE:")));
    for date in event.except {
        line(&mut text, &format!("EXDATE;TZID={zone}:{}", local(*date)));
    }
    line(&mut text, &format!("SUMMARY:{}", escaped(event.title)));
    line(&mut text, "END:VEVENT");
    line(&mut text, "END:VCALENDAR");
    text
}

fn head(name: &str) -> String {
    let mut text = String::new();
    line(&mut text, "BEGIN:VCALENDAR");
    line(&mut text, "VERSION:2.0");
    line(&mut text, "PRODID:-//Mikado FM//Mikado//FR");
    line(&mut text, &format!("X-WR-CALNAME:{}", escaped(name)));
    text
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn event_time(date: Date, time: Time) -> String {
    date.to_datetime(time).strftime("%Y%m%dT%H%M%S").to_string()
}

/// Text with its special characters escaped (RFC 5545, 3.3.11); other controls fall out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => safe.extend(['\\', c]),
            '\n' => safe.push_str("\\n"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

/// Writes a content line, folded between characters.
fn line(text: &mut String, content: &str) {
    let mut used = 0;
    for c in content.chars() {
        if used + c.len_utf8() > LINE_MAX {
            text.push_str("\r\n ");
            used = 1;
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{c}");
        used += c.len_utf8();
    }
    text.push_str("\r\n");
}
