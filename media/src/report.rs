//! What the throw-away decoder found out about one file.

use domain::{Finding, Frames, Gain, Loudness, Severity, TruePeak};

use crate::measure::Quality;
use crate::target::{GAIN_DB_MAX, Target};

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Good as it is.
    Ready,
    /// Usable; somebody should read the findings first.
    Warning,
    /// Not taken in; nothing has changed.
    Refused,
}

impl Verdict {
    /// The stable word of the JSON shapes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Warning => "warning",
            Self::Refused => "refused",
        }
    }
}

/// What the source file was, by its content and never by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Container, e.g. `ogg`.
    pub container: String,
    /// Codec, e.g. `opus`.
    pub codec: String,
    /// The rate that its samples really have, in hertz.
    pub rate_hz: u32,
    /// Channels before down-mixing.
    pub channels: u16,
}

/// What was measured and decided about one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What it was; `None` when it was not audio.
    pub source: Option<Source>,
    /// Length at the house rate.
    pub length: Frames,
    /// Channels of the canonical file: 1 or 2; 0 when there is none.
    pub channels: u16,
    /// Integrated loudness (EBU R 128); `None` for silence.
    pub loudness: Option<Loudness>,
    /// Loudness range in LU (EBU Tech 3342); `None` for silence and for less than 3 s.
    pub loudness_range_lu: Option<f64>,
    /// Maximum true peak (ITU-R BS.1770-5, annex 2); `None` for silence.
    pub true_peak: Option<TruePeak>,
    /// Silence before the first sound: where a start cue may be proposed.
    pub silence_lead: Frames,
    /// Silence after the last sound.
    pub silence_trail: Frames,
    /// Everything else that was measured: maxima, faults, bandwidth, proposed cue points.
    pub quality: Quality,
    /// Everything a person should know, in order of time.
    pub findings: Vec<Finding>,
    /// What it sounds like ([`crate::fingerprint`]); empty when nothing was heard.
    pub fingerprint: Vec<u32>,
}

impl Report {
    /// A refusal by one finding.
    pub fn refused(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }

    /// The verdict that the findings amount to.
    pub fn verdict(&self) -> Verdict {
        match self.findings.iter().map(|f| f.severity).max() {
            Some(Severity::Blocking) => Verdict::Refused,
            Some(Severity::Warning) => Verdict::Warning,
            _ => Verdict::Ready,
        }
    }

    /// What brings it to `target` on the air without passing its ceiling; 0 dB for silence.
    pub fn gain(&self, target: &Target) -> Gain {
        target.gain(self.loudness, self.true_peak, self.channels)
    }

    /// How far below `target` it stays although the peaks would allow more, when that is more than 1 dB.
    pub fn quiet_by_db(&self, target: &Target) -> Option<f64> {
        let free = target.missing_db(self.loudness?, self.channels).min(target.ceiling.get() - self.true_peak?.get());
        Some(free - GAIN_DB_MAX).filter(|d| *d > 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(loudness: f64, peak: f64) -> Report {
        Report {
            loudness: Some(Loudness::new(loudness).unwrap()),
            true_peak: Some(TruePeak::new(peak).unwrap()),
            ..Report::default()
        }
    }

    #[test]
    fn the_gain_reaches_the_target_unless_the_ceiling_or_the_noise_forbids_it() {
        let check = |loudness, peak, want: f64| {
            let got = report(loudness, peak).gain(&Target::default()).get();
            assert!((got - want).abs() < 1e-9, "{loudness} LUFS, {peak} dBTP: {got}");
        };
        check(-30.0, -20.0, 7.0);
        check(-16.0, 0.3, -7.0);
        check(-30.0, -4.0, 3.0);
        check(-60.0, -50.0, GAIN_DB_MAX);
        assert_eq!(Report::default().gain(&Target::default()), Gain::UNITY);
        let mono = Report { channels: 1, ..report(-30.0, -20.0) };
        assert!((mono.gain(&Target::default()).get() - 3.99).abs() < 0.01, "one channel sounds on both sides");
    }
}
