//! Where a sound could begin, carry, give way and end on the air: proposals, made from its loudness alone.
//!
//! The rule, with every level against the sound's own integrated loudness:
//!
//! | point | is | how |
//! |---|---|---|
//! | start | the first 10 ms above −42 LU | and 10 ms before them, for the attack |
//! | end | behind the last 10 ms above −42 LU | and 50 ms more, for the room |
//! | intro | the first 400 ms above −3 LU | when it comes 2 s or more after the start |
//! | segue | behind the last 400 ms above −8 LU | above −15 LU when the tail would be longer than 15 s; none under 0.5 s |
//!
//! They are never applied to speech: a pause, a breath or a soft last word belongs to it. Only sound that is music by its
//! kind may be trimmed without a person ([`span`]).

use domain::{AssetKind, Frames, Loudness};

pub use domain::CuePoints;

use crate::measure::HOP_FRAMES;
use crate::measure::loudness::MOMENTARY_HOPS;

const HEARD_LU: f64 = -42.0;
/// Below this nothing is heard, however quiet the rest is.
const HEARD_LUFS_MIN: f64 = -70.0;
const BEFORE_START: Frames = Frames::from_millis(10);
const BEHIND_END: Frames = Frames::from_millis(50);
const BODY_LU: f64 = -3.0;
const INTRO_MIN: Frames = Frames::from_secs(2);
const TAIL_LU: f64 = -8.0;
const LONG_TAIL_LU: f64 = -15.0;
const LONG_TAIL: Frames = Frames::from_secs(15);
const TAIL_MIN: Frames = Frames::from_millis(500);

/// From where to where a sound of this kind airs when nobody has chosen: all of it, but for music.
pub fn span(points: &CuePoints, kind: AssetKind, length: Frames) -> (Frames, Frames) {
    match kind {
        // A bed repeats: silence at its ends would be heard at each turn.
        AssetKind::Bed => (points.start, points.end),
        AssetKind::Programme | AssetKind::Spot | AssetKind::Jingle | AssetKind::Music => (Frames::ZERO, length),
    }
}

/// The loudness of a sound every 10 ms, in half decibels from −100 LUFS on: 2.2 MB for six hours.
#[derive(Clone, Debug, Default)]
pub struct Envelope(Vec<u8>);

impl Envelope {
    /// Adds the loudness of the next hop in LUFS; −∞ is silence.
    pub fn push(&mut self, lufs: f64) {
        self.0.push(((lufs + 100.0) * 2.0).clamp(0.0, 255.0) as u8);
    }

    /// The points of the sound of `length` whose integrated loudness is `loudness`.
    pub fn cues(&self, loudness: Loudness, length: Frames) -> Option<CuePoints> {
        let heard = step((loudness.get() + HEARD_LU).max(HEARD_LUFS_MIN));
        let first = self.0.iter().position(|l| *l > heard)? as u64;
        let last = self.0.iter().rposition(|l| *l > heard)? as u64;
        let start = hops(first).saturating_sub(BEFORE_START);
        let end = (hops(last + 1) + BEHIND_END).min(length);
        let momentary = self.momentary();
        let above = |lu: f64| power(step(loudness.get() + lu));
        let body = momentary.iter().position(|p| *p > above(BODY_LU)).map(|h| hops(h as u64));
        let behind = |lu: f64| {
            let last = momentary.iter().rposition(|p| *p > above(lu))?;
            Some(hops((last + MOMENTARY_HOPS) as u64))
        };
        let segue = behind(TAIL_LU).filter(|s| end.saturating_sub(*s) <= LONG_TAIL).or_else(|| behind(LONG_TAIL_LU));
        CuePoints {
            start,
            end,
            intro: body.filter(|b| b.saturating_sub(start) >= INTRO_MIN),
            segue: segue.filter(|s| end.saturating_sub(*s) >= TAIL_MIN),
        }
        .checked(length)
    }

    /// The mean power of the 400 ms that begin at each hop.
    fn momentary(&self) -> Vec<f32> {
        let powers: [f64; 256] = std::array::from_fn(|l| f64::from(power(l as u8)));
        let mut sum = 0.0;
        let mut means = Vec::with_capacity(self.0.len());
        for (i, level) in self.0.iter().enumerate() {
            sum += powers[usize::from(*level)];
            if let Some(gone) = i.checked_sub(MOMENTARY_HOPS) {
                sum -= powers[usize::from(self.0[gone])];
            }
            if i + 1 >= MOMENTARY_HOPS {
                means.push((sum / MOMENTARY_HOPS as f64) as f32);
            }
        }
        means
    }
}

fn hops(count: u64) -> Frames {
    Frames(count * HOP_FRAMES as u64)
}

fn step(lufs: f64) -> u8 {
    ((lufs + 100.0) * 2.0).clamp(0.0, 255.0) as u8
}

fn power(step: u8) -> f32 {
    10f32.powf((f32::from(step) / 2.0 - 100.0) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The points of a sound given as stretches of seconds and LUFS, in seconds.
    fn cues(stretches: &[(f64, f64)]) -> Option<[Option<f64>; 4]> {
        let mut envelope = Envelope::default();
        for (seconds, lufs) in stretches {
            (0..(seconds * 100.0).round() as u32).for_each(|_| envelope.push(*lufs));
        }
        let length = hops(envelope.0.len() as u64);
        let found = envelope.cues(Loudness::new(-16.0).unwrap(), length)?;
        Some([Some(found.start), Some(found.end), found.intro, found.segue].map(|p| p.map(Frames::as_secs_f64)))
    }

    #[test]
    fn points_lie_where_the_rule_says() {
        let check = |stretches: &[(f64, f64)], want: [Option<f64>; 4]| {
            let got = cues(stretches).unwrap();
            for (got, want) in got.iter().zip(want) {
                let close = got.zip(want).is_some_and(|(g, w)| (g - w).abs() < 0.4);
                assert!(close || (got.is_none() && want.is_none()), "{stretches:?}: {got:?}, not {want:?}");
            }
        };
        // A cold start and a cold end.
        check(&[(20.0, -16.0)], [Some(0.0), Some(20.0), None, None]);
        check(&[(1.5, -90.0), (20.0, -16.0), (2.0, -90.0)], [Some(1.49), Some(21.55), None, None]);
        // A quiet beginning, and a tail that fades.
        check(&[(6.0, -30.0), (20.0, -15.0), (4.0, -35.0)], [Some(0.0), Some(30.0), Some(5.9), Some(26.0)]);
        // A long quiet ending belongs to the piece.
        let long = [(20.0, -16.0), (20.0, -28.0), (3.0, -40.0)];
        check(&long, [Some(0.0), Some(43.0), None, Some(40.0)]);
        assert_eq!(cues(&[(9.0, f64::NEG_INFINITY)]), None);
    }

    #[test]
    fn speech_is_never_trimmed() {
        let length = Frames::from_secs(10);
        let points = CuePoints {
            start: Frames::from_secs(1),
            end: Frames::from_secs(9),
            intro: None,
            segue: Some(Frames::from_secs(8)),
        };
        for kind in [AssetKind::Programme, AssetKind::Spot, AssetKind::Jingle] {
            assert_eq!(span(&points, kind, length), (Frames::ZERO, length), "{kind:?}");
        }
        assert_eq!(span(&points, AssetKind::Bed, length), (points.start, points.end));
    }

    #[test]
    fn points_outside_the_sound_are_dropped() {
        let s = Frames::from_secs;
        let points = CuePoints { start: s(1), end: s(9), intro: Some(s(40)), segue: Some(s(8)) };
        assert_eq!(points.checked(s(9)), Some(CuePoints { intro: None, ..points }));
        assert_eq!(points.checked(s(8)), None);
        assert_eq!(CuePoints { start: s(9), ..points }.checked(s(9)), None);
    }
}
