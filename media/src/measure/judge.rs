//! From numbers to what a producer is told: every threshold stands here, with its reason.

use domain::{Finding, Frames, Severity};

use super::Measured;
use super::sides::OFFSET_MAX;
use crate::sentences;
use crate::terms::{SilenceRule, Terms};

/// Clipped for a larger share than this, speech cannot be followed.
const CLIPPED_SHARE_MAX: f64 = 0.1;
/// Fewer clipped places are not heard …
const CLIPS_MIN: u64 = 5;
/// … unless they last: a square wave is one place from its beginning to its end.
const CLIPPED_SHARE_MIN: f64 = 0.001;
/// Direct current alone for a larger share of the time is no recording.
const STUCK_SHARE_MAX: f64 = 0.1;
/// Less of it is a click at the start of a recorder.
const STUCK_MIN: Frames = Frames::from_millis(500);
/// A programme may be silent for less than this.
const HOLE_MIN: Frames = Frames::from_secs(30);
/// Below this a mono receiver loses most of the sound.
const CORRELATION_MIN: f64 = -0.5;
/// Passages that cancel in mono are told from this length on: a shorter one may be an effect.
const AGAINST_MIN: Frames = Frames::from_secs(6);
/// FM carries up to 15 kHz; what ends above loses nothing on the air.
const FM_HZ: u32 = 15_000;
/// A source at this rate or above could hold what FM carries.
const WIDE_RATE_HZ: u32 = 32_000;
/// Up to here a voice sounds like a telephone.
const TELEPHONE_HZ: u32 = 5_500;
/// Hum nearer than this to the loudness is heard in every pause.
const HUM_BELOW_LU: f64 = 45.0;

/// What the measurements are held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Origin {
    /// The rate that the source's samples had, in hertz.
    pub rate_hz: u32,
    /// Whether it promised every sample: PCM, FLAC, ALAC.
    pub lossless: bool,
    /// On which terms it is taken in.
    pub terms: Terms,
}

/// What a person should know of a sound; one blocking finding when it cannot be aired.
pub fn findings(measured: &Measured, origin: Origin) -> Vec<Finding> {
    let is_meant = origin.terms.silence == SilenceRule::Meant;
    if measured.stuck.share > STUCK_SHARE_MAX {
        return vec![sentences::only_direct_current(measured.stuck.share)];
    }
    if measured.silent {
        return vec![if is_meant { sentences::silence_meant() } else { sentences::silent() }];
    }
    let quality = &measured.quality;
    let mut findings = silences(measured, origin.terms.silence);
    if let Some(at) = measured.stuck.first.filter(|_| measured.stuck.length >= STUCK_MIN) {
        findings.push(sentences::direct_current_alone(at.as_secs_f64(), measured.stuck.length.as_secs_f64()));
    }
    let clipping = quality.clipping;
    let is_heard = clipping.places >= CLIPS_MIN || clipping.share > CLIPPED_SHARE_MIN;
    if clipping.share > CLIPPED_SHARE_MAX {
        findings.push(sentences::distorted(clipping.share));
    } else if let Some(first) = clipping.first.filter(|_| is_heard) {
        findings.push(sentences::clipping(first.as_secs_f64(), clipping.places));
    }
    if quality.dc_offset > OFFSET_MAX {
        findings.push(sentences::direct_current(quality.dc_offset));
    }
    findings.extend(sides(measured));
    findings.extend(truth(measured, origin));
    findings.extend(hum(measured));
    findings
}

fn silences(measured: &Measured, rule: SilenceRule) -> Vec<Finding> {
    let hole = measured.longest_silence.filter(|s| s.length >= HOLE_MIN && rule == SilenceRule::Refused);
    if let Some(hole) = hole {
        return vec![sentences::hole(hole.at.as_secs_f64(), hole.length.as_secs_f64())];
    }
    let listed = &measured.quality.silences;
    let mut told: Vec<_> =
        listed.iter().map(|s| sentences::silence(s.at.as_secs_f64(), s.length.as_secs_f64())).collect();
    if measured.silences > listed.len() {
        told.push(sentences::more_silences(measured.silences - listed.len()));
    }
    if rule == SilenceRule::Meant {
        for finding in &mut told {
            finding.severity = Severity::Info;
        }
    }
    told
}

fn sides(measured: &Measured) -> Option<Finding> {
    if let Some(side) = measured.quality.dead {
        return Some(sentences::dead_channel(side == super::sides::Side::Left));
    }
    let pair = measured.quality.pair?;
    if pair.correlation < CORRELATION_MIN {
        return Some(sentences::out_of_phase());
    }
    let at = pair.against_at.filter(|_| pair.against >= AGAINST_MIN)?;
    Some(sentences::out_of_phase_from(at.as_secs_f64(), pair.against.as_secs_f64()))
}

/// Less treble than the format promises, or than a voice needs.
fn truth(measured: &Measured, origin: Origin) -> Option<Finding> {
    let bandwidth = measured.quality.bandwidth?;
    if origin.rate_hz >= WIDE_RATE_HZ && bandwidth.wall && bandwidth.hz < FM_HZ {
        return Some(sentences::upsampled(bandwidth.hz, origin.rate_hz, origin.lossless));
    }
    (origin.rate_hz < WIDE_RATE_HZ && bandwidth.hz <= TELEPHONE_HZ).then(|| sentences::telephone(bandwidth.hz))
}

fn hum(measured: &Measured) -> Option<Finding> {
    let (hum, loudness) = (measured.quality.hum?, measured.loudness?);
    let below = loudness.get() - hum.level_dbfs;
    (below < HUM_BELOW_LU).then(|| sentences::hum(hum.mains_hz, below))
}
