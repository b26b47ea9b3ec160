//! Clock formats made of others: a quiz of three rounds names its rounds, and each round has its own breaks.

use std::collections::BTreeMap;

use super::Pin;
use super::error::{StationError, line_of_table};
use super::wire::{ClockFormat, SegmentSpec, StationFile};

/// Formats inside formats: a programme, its parts, their rounds, and one more.
const DEPTH_MAX: usize = 4;
/// Most segments of a format: one each ten seconds of an hour.
const SEGMENTS_MAX: usize = 360;

/// Every clock format with all of its segments, in the file's order.
pub(super) fn unfolded(file: &StationFile, text: &str) -> Result<Vec<ClockFormat>, StationError> {
    let by_id: BTreeMap<&str, &ClockFormat> = file.clock_format.iter().map(|f| (f.id.as_str(), f)).collect();
    let one = |(n, format): (usize, &ClockFormat)| {
        let mut segments = Vec::new();
        unfold(format, &by_id, DEPTH_MAX, &mut segments).map_err(|(fr, en)| {
            let (id, line) = (&format.id, line_of_table(text, "clock_format", n));
            StationError::new(line, format!("L'horloge {id} {fr}."), format!("Clock format {id} {en}."))
        })?;
        Ok(ClockFormat { segments, ..format.clone() })
    };
    file.clock_format.iter().enumerate().map(one).collect()
}

fn unfold(
    format: &ClockFormat,
    by_id: &BTreeMap<&str, &ClockFormat>,
    depth: usize,
    segments: &mut Vec<SegmentSpec>,
) -> Result<(), (String, String)> {
    if !format.parts.is_empty() && !format.segments.is_empty() {
        let said = ("a des parts et des segments: l'un ou l'autre", "has parts and segments: one or the other");
        return Err((said.0.to_owned(), said.1.to_owned()));
    }
    let begins_s: u32 = segments.iter().fold(0, |sum, s| sum.saturating_add(s.dur_s));
    let mut own = format.segments.clone();
    super::pin::hold(&format.id, &mut own)?;
    // A part's own seconds are counted from where the part begins.
    let later = |at: Option<Pin>| at.map(|pin| Pin(pin.0.saturating_add(begins_s)));
    segments.extend(own.into_iter().map(|s| SegmentSpec { at: later(s.at), ..s }));
    if segments.len() > SEGMENTS_MAX {
        return Err((format!("a plus de {SEGMENTS_MAX} segments"), format!("has more than {SEGMENTS_MAX} segments")));
    }
    for part in &format.parts {
        let inner = by_id.get(part.as_str()).ok_or_else(|| {
            (
                format!("cite l'horloge « {part} », qui n'existe pas"),
                format!("names clock format “{part}”, which is not there"),
            )
        })?;
        let deeper = depth.checked_sub(1).ok_or_else(|| {
            let fr = format!("s'emboîte sur plus de {DEPTH_MAX} niveaux, ou en elle-même par « {part} »");
            (fr, format!("is nested more than {DEPTH_MAX} deep, or in itself by “{part}”"))
        })?;
        unfold(inner, by_id, deeper, segments)?;
    }
    Ok(())
}
