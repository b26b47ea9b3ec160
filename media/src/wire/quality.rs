//! What was measured beyond level and length, as JSON: the same fields from the decoder and from `mikado ingest --json`.

use domain::{Frames, Loudness};
use serde::{Deserialize, Serialize};

use crate::cues::CuePoints;
use crate::measure::Quality;
use crate::measure::bandwidth::Bandwidth;
use crate::measure::hum::{Hum, MAINS_HZ};
use crate::measure::sides::{Clipping, Pair, Side};
use crate::measure::silence::{SILENCES_MAX, Silence};

/// The fields; each is `null` or 0 where there is nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QualityJson {
    /// The highest loudness of any 400 ms; `null` for silence.
    #[serde(default)]
    pub momentary_max_lufs: Option<f64>,
    /// The highest loudness of any 3 s; `null` for silence and for less than 3 s.
    #[serde(default)]
    pub short_term_max_lufs: Option<f64>,
    /// Silences over 3 s in the order of time, at most 20.
    #[serde(default)]
    pub silences: Vec<SilenceJson>,
    /// Runs of three samples or more at full scale.
    #[serde(default)]
    pub clipped_places: u64,
    /// The share of samples that are in such runs, 0 to 1.
    #[serde(default)]
    pub clipped_share: f64,
    /// Where the first of them is.
    #[serde(default)]
    pub clipped_at_frames: Option<u64>,
    /// Direct current of the worse channel as a share of full scale, 0 to 1.
    #[serde(default)]
    pub dc_offset: f64,
    /// `left` or `right` when that side says nothing.
    #[serde(default)]
    pub dead_channel: Option<String>,
    /// Correlation of both channels, −1 to 1; `null` for one channel and when a side is silent.
    #[serde(default)]
    pub correlation: Option<f64>,
    /// What a mono receiver gains (at most +3) or loses against two channels that have nothing in common, in dB.
    #[serde(default)]
    pub mono_db: Option<f64>,
    /// How much of it nearly vanishes in mono: passages of 3 s with a correlation under −0.5.
    #[serde(default)]
    pub out_of_phase_frames: u64,
    /// Where the first of these passages begins.
    #[serde(default)]
    pub out_of_phase_at_frames: Option<u64>,
    /// Up to where there is sound, to 250 Hz; `null` for tones and silence.
    #[serde(default)]
    pub bandwidth_hz: Option<u32>,
    /// Whether it ends there as if cut off: coded or converted before.
    #[serde(default)]
    pub bandwidth_wall: bool,
    /// 50 or 60 when the mains are heard.
    #[serde(default)]
    pub hum_hz: Option<u32>,
    /// Their level, in dB of a full-scale sine.
    #[serde(default)]
    pub hum_dbfs: Option<f64>,
    /// Proposed points for the air; `null` for silence. Never applied to speech.
    #[serde(default)]
    pub cues: Option<CuesJson>,
}

/// A silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceJson {
    /// Where it begins.
    pub at_frames: u64,
    /// How long it lasts.
    pub length_frames: u64,
}

/// Cue points, in frames from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CuesJson {
    /// Where sound begins.
    pub start_frames: u64,
    /// Where it has ended.
    pub end_frames: u64,
    /// Until where one may talk over the beginning; `null` when it begins at full level.
    pub intro_frames: Option<u64>,
    /// From where on the next may begin; `null` when it ends at once.
    pub segue_frames: Option<u64>,
}

impl From<&Quality> for QualityJson {
    fn from(q: &Quality) -> Self {
        let frames = |f: Option<Frames>| f.map(|f| f.0);
        Self {
            momentary_max_lufs: q.momentary_max.map(Loudness::get),
            short_term_max_lufs: q.short_term_max.map(Loudness::get),
            silences: q.silences.iter().map(|s| SilenceJson { at_frames: s.at.0, length_frames: s.length.0 }).collect(),
            clipped_places: q.clipping.places,
            clipped_share: q.clipping.share,
            clipped_at_frames: frames(q.clipping.first),
            dc_offset: q.dc_offset,
            dead_channel: q.dead.map(|s| if s == Side::Left { "left" } else { "right" }.to_owned()),
            correlation: q.pair.map(|p| p.correlation),
            mono_db: q.pair.map(|p| p.mono_db),
            out_of_phase_frames: q.pair.map_or(0, |p| p.against.0),
            out_of_phase_at_frames: frames(q.pair.and_then(|p| p.against_at)),
            bandwidth_hz: q.bandwidth.map(|b| b.hz),
            bandwidth_wall: q.bandwidth.is_some_and(|b| b.wall),
            hum_hz: q.hum.map(|h| h.mains_hz),
            hum_dbfs: q.hum.map(|h| h.level_dbfs),
            cues: q.cues.map(|c| CuesJson {
                start_frames: c.start.0,
                end_frames: c.end.0,
                intro_frames: frames(c.intro),
                segue_frames: frames(c.segue),
            }),
        }
    }
}

impl QualityJson {
    /// The measurements of a sound of `length`. What another process says of it is bounded here.
    pub fn into_quality(self, length: Frames) -> Quality {
        let level = |l: Option<f64>| l.and_then(|l| Loudness::new(l).ok());
        let share = |v: f64| if v.is_finite() { v.clamp(0.0, 1.0) } else { 0.0 };
        let silence = |s: SilenceJson| Silence { at: Frames(s.at_frames), length: Frames(s.length_frames) };
        let pair = self.correlation.zip(self.mono_db).filter(|(c, m)| c.is_finite() && m.is_finite());
        let mains = self.hum_hz.filter(|hz| MAINS_HZ.contains(hz)).zip(self.hum_dbfs.filter(|d| d.is_finite()));
        let cues = self.cues.and_then(|c| {
            let points = CuePoints {
                start: Frames(c.start_frames),
                end: Frames(c.end_frames),
                intro: c.intro_frames.map(Frames),
                segue: c.segue_frames.map(Frames),
            };
            points.checked(length)
        });
        Quality {
            momentary_max: level(self.momentary_max_lufs),
            short_term_max: level(self.short_term_max_lufs),
            silences: self.silences.into_iter().take(SILENCES_MAX).map(silence).collect(),
            clipping: Clipping {
                places: self.clipped_places,
                share: share(self.clipped_share),
                first: self.clipped_at_frames.map(Frames),
            },
            dc_offset: share(self.dc_offset),
            dead: self.dead_channel.map(|side| if side == "left" { Side::Left } else { Side::Right }),
            pair: pair.map(|(correlation, mono_db)| Pair {
                correlation: correlation.clamp(-1.0, 1.0),
                mono_db,
                against: Frames(self.out_of_phase_frames),
                against_at: self.out_of_phase_at_frames.map(Frames),
            }),
            bandwidth: self.bandwidth_hz.map(|hz| Bandwidth { hz, wall: self.bandwidth_wall }),
            hum: mains.map(|(mains_hz, level_dbfs)| Hum { mains_hz, level_dbfs }),
            cues,
        }
    }
}
