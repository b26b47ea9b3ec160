//! The JSON shapes of this room: `mikado decode` (child to parent) and `mikado ingest --json`.

mod quality;

use domain::{AssetId, AudioHash, Finding, Frames, Loudness, Severity, TruePeak};
pub use quality::{CuesJson, QualityJson, SilenceJson};
use serde::{Deserialize, Serialize};

use crate::report::{Report, Source};
use crate::target::Target;

/// A finding as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingJson {
    /// Stable code.
    pub code: String,
    /// `info`, `warning` or `blocking`.
    pub severity: String,
    /// Where, in seconds from the start; `null` when it has no place.
    pub at_s: Option<f64>,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// The stable word of a severity.
pub const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Blocking => "blocking",
    }
}

/// The severity of a stable word; what nobody knows is taken for a warning.
pub fn severity_of(word: &str) -> Severity {
    match word {
        "info" => Severity::Info,
        "blocking" => Severity::Blocking,
        _ => Severity::Warning,
    }
}

impl From<&Finding> for FindingJson {
    fn from(f: &Finding) -> Self {
        let severity = severity_word(f.severity).to_owned();
        Self { code: f.code.clone(), severity, at_s: f.at_s, fr: f.fr.clone(), en: f.en.clone() }
    }
}

impl From<FindingJson> for Finding {
    fn from(f: FindingJson) -> Self {
        Self { severity: severity_of(&f.severity), code: f.code, at_s: f.at_s, fr: f.fr, en: f.en }
    }
}

/// One object per file of `mikado ingest --json`. Fields may be added, never renamed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IngestReport {
    /// The card's identifier; `null` when the file was refused.
    pub asset: Option<String>,
    /// The canonical bytes, 64 hexadecimal digits; `null` when the file was refused.
    pub hash: Option<String>,
    /// Length in frames at the house rate.
    pub length_frames: u64,
    /// The rate of the canonical file: always 48 000.
    pub sample_rate_hz: u32,
    /// Channels of the canonical file.
    pub channels: u16,
    /// Integrated loudness; `null` for silence.
    pub loudness_lufs: Option<f64>,
    /// Loudness range; `null` for silence.
    pub loudness_range_lu: Option<f64>,
    /// Maximum true peak; `null` for silence.
    pub true_peak_dbtp: Option<f64>,
    /// What brings it to the station's target.
    pub gain_db: f64,
    /// `ready`, `warning` or `refused`.
    pub verdict: String,
    /// What the file was, such as `ogg/opus 48000 Hz 1 ch`; `null` when it was not audio.
    pub source: Option<String>,
    /// Silence before the first sound.
    #[serde(default)]
    pub silence_lead_frames: u64,
    /// Silence after the last sound.
    #[serde(default)]
    pub silence_trail_frames: u64,
    /// What else was measured, as fields of this object.
    #[serde(flatten)]
    pub quality: QualityJson,
    /// Everything a person should know.
    pub findings: Vec<FindingJson>,
}

impl IngestReport {
    /// The report for a file that became `asset` with the bytes `hash`, or was refused (`None`), at a station of `target`.
    pub fn new(report: &Report, target: &Target, asset: Option<&AssetId>, hash: Option<AudioHash>) -> Self {
        Self {
            asset: asset.map(ToString::to_string),
            hash: hash.map(|h| h.to_string()),
            length_frames: report.length.0,
            sample_rate_hz: domain::SAMPLE_RATE_HZ,
            channels: report.channels,
            loudness_lufs: report.loudness.map(Loudness::get),
            loudness_range_lu: report.loudness_range_lu,
            true_peak_dbtp: report.true_peak.map(TruePeak::get),
            gain_db: report.gain(target).get(),
            verdict: report.verdict().as_str().to_owned(),
            source: report.source.as_ref().map(ToString::to_string),
            silence_lead_frames: report.silence_lead.0,
            silence_trail_frames: report.silence_trail.0,
            quality: (&report.quality).into(),
            findings: report.findings.iter().map(Into::into).collect(),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} {} Hz {} ch", self.container, self.codec, self.rate_hz, self.channels)
    }
}

/// What the throw-away decoder prints: one line, one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeReport {
    source: Option<SourceJson>,
    length_frames: u64,
    channels: u16,
    loudness_lufs: Option<f64>,
    loudness_range_lu: Option<f64>,
    true_peak_dbtp: Option<f64>,
    silence_lead_frames: u64,
    silence_trail_frames: u64,
    #[serde(default)]
    quality: QualityJson,
    findings: Vec<FindingJson>,
    #[serde(default)]
    fingerprint: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceJson {
    container: String,
    codec: String,
    rate_hz: u32,
    channels: u16,
}

impl From<&Report> for DecodeReport {
    fn from(r: &Report) -> Self {
        Self {
            source: r.source.as_ref().map(|s| SourceJson {
                container: s.container.clone(),
                codec: s.codec.clone(),
                rate_hz: s.rate_hz,
                channels: s.channels,
            }),
            length_frames: r.length.0,
            channels: r.channels,
            loudness_lufs: r.loudness.map(Loudness::get),
            loudness_range_lu: r.loudness_range_lu,
            true_peak_dbtp: r.true_peak.map(TruePeak::get),
            silence_lead_frames: r.silence_lead.0,
            silence_trail_frames: r.silence_trail.0,
            quality: (&r.quality).into(),
            findings: r.findings.iter().map(Into::into).collect(),
            fingerprint: r.fingerprint.clone(),
        }
    }
}

impl From<DecodeReport> for Report {
    fn from(r: DecodeReport) -> Self {
        Self {
            source: r.source.map(|s| Source {
                container: s.container,
                codec: s.codec,
                rate_hz: s.rate_hz,
                channels: s.channels,
            }),
            length: Frames(r.length_frames),
            channels: r.channels,
            loudness: r.loudness_lufs.and_then(|v| Loudness::new(v).ok()),
            loudness_range_lu: r.loudness_range_lu.filter(|v| v.is_finite()),
            true_peak: r.true_peak_dbtp.and_then(|v| TruePeak::new(v).ok()),
            silence_lead: Frames(r.silence_lead_frames),
            silence_trail: Frames(r.silence_trail_frames),
            quality: r.quality.into_quality(Frames(r.length_frames)),
            findings: r.findings.into_iter().map(Into::into).collect(),
            fingerprint: r.fingerprint.into_iter().take(crate::fingerprint::WORDS_MAX).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_survives_the_pipe() {
        let report = Report {
            source: Some(Source { container: "ogg".into(), codec: "opus".into(), rate_hz: 48_000, channels: 1 }),
            length: Frames(48_000),
            channels: 1,
            loudness: Some(Loudness::new(-19.5).unwrap()),
            true_peak: Some(TruePeak::new(-0.25).unwrap()),
            findings: vec![crate::sentences::empty()],
            fingerprint: vec![0, 1, u32::MAX],
            ..Report::default()
        };
        let text = serde_json::to_string(&DecodeReport::from(&report)).unwrap();
        let back: DecodeReport = serde_json::from_str(&text).unwrap();
        assert_eq!(Report::from(back), report);
    }
}
