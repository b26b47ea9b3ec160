//! Which tone tells which sound: two quiet tones run through everything that the demonstration makes.
//!
//! A raster of 20 Hz from 620 Hz to 4.08 kHz, shared out in the order of `demo/voices/texts.tsv`: languages, sites, jingles,
//! campaigns, programmes. Every note of the music lies below 600 Hz, so whatever is steady above it is a marker, and a
//! window of one second or more keeps neighbours apart. `demo/markers.csv` is the same table for tools.

use super::voices::Texts;

/// Distance between neighbouring markers.
pub const RASTER_HZ: u32 = 20;
/// All music stays below this; all markers above.
pub const MUSIC_TOP_HZ: f64 = 600.0;

/// First marker and room of each kind, in raster steps.
const SHARES: [(&str, u32, u32); 5] =
    [("language", 620, 8), ("site", 780, 7), ("jingle", 920, 11), ("campaign", 1140, 12), ("programme", 1380, 136)];

/// The marker of the `kind` (as in `texts.tsv`) called `id`, in hertz; `None` for what the demonstration does not know.
///
/// Always a multiple of [`RASTER_HZ`] between 620 and 4080, different for every known pair.
pub fn marker_hz(texts: &Texts, kind: &str, id: &str) -> Option<u32> {
    let (_, first, room) = SHARES.iter().find(|(k, ..)| *k == kind)?;
    let order = u32::try_from(texts.order(kind, id)?).ok()?;
    (order < *room).then(|| first + order * RASTER_HZ)
}

/// How strong a marker is, as the amplitude of its sine: −32 dBFS at 620 Hz falling to −35 dBFS at 4 kHz, where the ear is
/// keener.
pub fn marker_amplitude(hz: u32) -> f32 {
    let up = (f64::from(hz) / 620.0).ln() / (4000.0f64 / 620.0).ln();
    10f64.powf((-32.0 - 3.0 * up.clamp(0.0, 1.0)) / 20.0) as f32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_known_thing_has_a_marker_of_its_own() {
        let texts = Texts::embedded().unwrap();
        let mut seen = BTreeSet::new();
        for (kind, _, room) in SHARES {
            let ids: Vec<_> = texts.ids(kind).collect();
            assert!(ids.len() as u32 <= room, "{kind}: {} in a share of {room}", ids.len());
            for id in ids {
                let hz = marker_hz(&texts, kind, id).unwrap();
                assert!((620..=4080).contains(&hz) && hz.is_multiple_of(RASTER_HZ), "{kind} {id}: {hz}");
                assert!(seen.insert(hz), "{hz} Hz twice");
            }
        }
        assert_eq!(marker_hz(&texts, "programme", "nowhere"), None);
    }
}
