//! From numbers to what a producer is told: every threshold stands here, with its reason.

use domain::{Finding, Frames};

use super::Measured;
use crate::sentences;

/// Clipped for a larger share than this, speech cannot be followed.
const CLIPPED_SHARE_MAX: f64 = 0.1;
/// Fewer clipped places are not heard.
const CLIPS_MIN: u64 = 5;
/// More direct current than 2 % of full scale costs level and clicks at every edit.
const OFFSET_MAX: f64 = 0.02;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The rate that the source's samples had, in hertz.
    pub rate_hz: u32,
    /// Whether it promised every sample: PCM, FLAC, ALAC.
    pub lossless: bool,
}

/// What a person should know of a sound; one blocking finding when it cannot be aired.
pub fn findings(measured: &Measured, origin: Origin) -> Vec<Finding> {
    if measured.silent {
        return vec![sentences::silent()];
    }
    let quality = &measured.quality;
    let mut findings: Vec<_> =
        quality.silences.iter().map(|s| sentences::silence(s.at.as_secs_f64(), s.length.as_secs_f64())).collect();
    if measured.silences > quality.silences.len() {
        findings.push(sentences::more_silences(measured.silences - quality.silences.len()));
    }
    let clipping = quality.clipping;
    if clipping.share > CLIPPED_SHARE_MAX {
        findings.push(sentences::distorted(clipping.share));
    } else if let Some(first) = clipping.first.filter(|_| clipping.places >= CLIPS_MIN) {
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
