//! Segments that begin at a fixed second of their slot, whatever stands before them.

use std::fmt;
use std::str::FromStr;

use super::wire::{SegmentKind, SegmentSpec};

/// Seconds after the start of a slot, written `MM:SS`: `30:00` is the half hour of a slot that begins on the hour.
///
/// At most 1439:59, a slot as long as a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin(pub u32);

/// The text is not `MM:SS`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not MM:SS after the start of the slot, such as 30:00")]
pub struct BadPin(String);

impl FromStr for Pin {
    type Err = BadPin;

    fn from_str(text: &str) -> Result<Self, BadPin> {
        let bad = || BadPin(text.chars().take(16).collect());
        let digits = |part: &str, most| part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
        let (minutes, seconds) = text.split_once(':').filter(|(m, s)| digits(m, 4) && digits(s, 2)).ok_or_else(bad)?;
        let (minutes, seconds) = (minutes.parse::<u32>(), seconds.parse::<u32>());
        match (minutes, seconds) {
            (Ok(m @ 0..=1439), Ok(s @ 0..=59)) => Ok(Self(m * 60 + s)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Gives the last elastic content before each pin the length that brings the pin to its second.
///
/// # Errors
/// In French and English, when nothing elastic is there to give way, or it cannot give so much.
pub(super) fn hold(format: &str, segments: &mut [SegmentSpec]) -> Result<(), (String, String)> {
    let (mut from, mut from_s) = (0, 0);
    for n in 0..segments.len() {
        let Some(pin) = segments[n].at else { continue };
        let before = &mut segments[from..n];
        let sum_s: u64 = before.iter().map(|s| u64::from(s.dur_s)).sum();
        let room_s = pin.0.checked_sub(from_s).ok_or_else(|| out_of_order(format, pin))?;
        if sum_s != u64::from(room_s) {
            let elastic = before.iter_mut().rev().find(|s| s.kind == SegmentKind::Contenu && s.elastic == Some(true));
            let held = elastic.and_then(|s| {
                let others_s = u32::try_from(sum_s - u64::from(s.dur_s)).ok()?;
                s.dur_s = room_s.checked_sub(others_s).filter(|length_s| *length_s > 0)?;
                Some(())
            });
            held.ok_or_else(|| does_not_fit(format, pin, (sum_s, room_s)))?;
        }
        (from, from_s) = (n, pin.0);
    }
    Ok(())
}

fn out_of_order(format: &str, pin: Pin) -> (String, String) {
    (
        format!("a un segment de « {format} » fixé à {pin}, après un autre qui est fixé plus tard"),
        format!("has a segment of “{format}” fixed at {pin}, behind one that is fixed later"),
    )
}

fn does_not_fit(format: &str, pin: Pin, (sum_s, room_s): (u64, u32)) -> (String, String) {
    (
        format!(
            "a un segment de « {format} » fixé à {pin}: ce qui le précède dure {sum_s} s pour {room_s} s de place, et aucun contenu élastique n'y peut assez"
        ),
        format!(
            "has a segment of “{format}” fixed at {pin}: what stands before it lasts {sum_s} s in {room_s} s of room, and no elastic content there can give enough"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_and_seconds_after_the_start_read_back() {
        for (text, seconds) in [("00:00", 0), ("30:00", 1800), ("5:07", 307), ("1439:59", 86_399)] {
            let pin: Pin = text.parse().unwrap();
            assert_eq!((pin.0, pin.to_string().parse::<Pin>().unwrap()), (seconds, pin), "{text}");
        }
        for text in ["", "30", ":", "30:60", "1440:00", "-1:00", "+1:00", "0x1:00", "1:2:3", "99999:00", "30:000"] {
            assert!(text.parse::<Pin>().is_err(), "{text}");
        }
    }
}
