//! The level of the last 60 s as the wall draws it, and the silence in it.

use domain::LevelReading;

/// Below this RMS the ear hears nothing at a transmitter: EBU R 128's programmes sit 37 dB above.
const SILENT_DBFS: f32 = -60.0;
/// One reading covers half a second.
const READING_S: f64 = 0.5;
/// 60 s of them.
const READINGS_MAX: usize = 120;
/// The 64 steps of the drawing, one dB each: `A` is silence, `/` is 0 dBFS.
const STEPS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/";

/// Two letters a reading, RMS then peak, oldest first: 240 bytes a site and second on a slow link.
pub(super) fn packed(levels: &[LevelReading]) -> String {
    let newest = &levels[levels.len().saturating_sub(READINGS_MAX)..];
    newest.iter().flat_map(|l| [step(l.rms_dbfs), step(l.peak_dbfs)]).collect()
}

fn step(dbfs: Option<f32>) -> char {
    let step = dbfs.filter(|d| d.is_finite()).map_or(0, |d| (d.round() + 63.0).clamp(0.0, 63.0) as usize);
    char::from(STEPS[step])
}

fn is_silent(reading: &LevelReading) -> bool {
    reading.rms_dbfs.is_none_or(|d| d < SILENT_DBFS)
}

/// For how long the newest readings have been silent, in seconds; 0 when there is sound.
pub(super) fn silence_s(levels: &[LevelReading]) -> f64 {
    levels.iter().rev().take_while(|l| is_silent(l)).count() as f64 * READING_S
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(rms: Option<f32>) -> LevelReading {
        LevelReading { rms_dbfs: rms, peak_dbfs: rms.map(|r| r + 6.0) }
    }

    #[test]
    fn a_reading_is_two_letters() {
        assert_eq!(packed(&[reading(None), reading(Some(-63.0)), reading(Some(-6.0)), reading(Some(9.0))]), "AAAG5///");
        assert_eq!(packed(&vec![reading(Some(-20.0)); 500]).len(), 240);
        assert_eq!(packed(&[reading(Some(f32::NAN))]), "AA");
    }

    #[test]
    fn silence_is_counted_from_the_newest_reading_back() {
        let sound = reading(Some(-20.0));
        assert!((silence_s(&[reading(None), sound]) - 0.0).abs() < 1e-9);
        assert!((silence_s(&[sound, reading(Some(-70.0)), reading(None), reading(None)]) - 1.5).abs() < 1e-9);
    }
}
