//! The cue points of a sound as its page shows them: a name, and where to listen.

use domain::{CuePoints, Frames};

use crate::words::Words;

/// One point.
pub(super) struct Point {
    pub name: &'static str,
    /// Seconds from the first frame, with a decimal point.
    pub at_s: String,
    /// For people: `1:02,5`.
    pub at: String,
}

/// The points in the order of time.
pub(super) fn points(cues: Option<CuePoints>, t: &'static Words) -> Vec<Point> {
    let Some(c) = cues else { return Vec::new() };
    let mut named =
        vec![(t.cue_start, Some(c.start)), (t.cue_intro, c.intro), (t.cue_segue, c.segue), (t.cue_end, Some(c.end))];
    named.sort_by_key(|(_, at)| *at);
    let point = |name, at: Frames| {
        let tenths = (at.as_secs_f64() * 10.0).round() as u64;
        let (minutes, seconds) = (tenths / 600, tenths as f64 % 600.0 / 10.0);
        let seconds = t.number(seconds, 1);
        let at_s = format!("{:.3}", at.as_secs_f64());
        Point { name, at_s, at: format!("{minutes}:{seconds:0>4}") }
    };
    named.into_iter().filter_map(|(name, at)| Some(point(name, at?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn points_stand_in_the_order_of_time_and_to_the_tenth() {
        let cues = CuePoints {
            start: Frames::from_millis(40),
            end: Frames::from_millis(601_250),
            intro: Some(Frames::from_millis(12_340)),
            segue: None,
        };
        let shown = points(Some(cues), Lang::Fr.words());
        let read: Vec<_> = shown.iter().map(|p| (p.at.as_str(), p.at_s.as_str())).collect();
        assert_eq!(read, [("0:00,0", "0.040"), ("0:12,3", "12.340"), ("10:01,3", "601.250")]);
        assert!(points(None, Lang::En.words()).is_empty());
    }
}
