//! HE-AAC (ISO/IEC 14496-3 §4.6.18, §8.A): AAC whose upper half, and with parametric stereo whose second channel, is described
//! beside it. Fraunhofer's decoder takes it whole.
//!
//! Only with the feature `he-aac`, since that decoder's licence is not free in Debian's sense (see `design/0012`). It is given no
//! file, only packets, inside the same walls as every decoder.

use fdk_aac::dec::{Decoder, DecoderError, Transport};
use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::AudioCodecParameters;

use super::foreign::Spec;

/// The longest frame: 2 048 samples twice as fast in eight channels.
const SAMPLES_MAX: usize = 2 * 2048 * 8;
/// Sampling rates by their index (ISO/IEC 14496-3 table 1.18).
const RATES_HZ: [u32; 12] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];

/// A decoder of one track.
pub struct HeAac {
    decoder: Decoder,
    pcm: Vec<i16>,
    /// The packet before: given again at the end, it pushes out what the decoder still holds.
    last: Vec<u8>,
    /// What of that is still to come, once the file has ended.
    owed_frames: Option<usize>,
}

impl HeAac {
    /// A decoder for a track of `parameters`; `None` when their configuration is none that it knows.
    pub fn open(parameters: &AudioCodecParameters) -> Option<Self> {
        let config = match parameters.extra_data.as_deref() {
            Some(config) => config.to_vec(),
            None => plain(parameters)?.to_vec(),
        };
        let mut decoder = Decoder::new(Transport::Raw);
        decoder.config_raw(&config).ok()?;
        Some(Self { decoder, pcm: vec![0; SAMPLES_MAX], last: Vec::new(), owed_frames: None })
    }

    /// A decoder for a track that does not say what it is, when its first `packet` holds an upper half.
    pub fn recognise(parameters: &AudioCodecParameters, packet: &[u8]) -> Option<Self> {
        let mut probe = Self::open(parameters)?;
        probe.feed(packet).ok()?;
        let stream = probe.decoder.stream_info();
        (stream.sampleRate > stream.aacSampleRate).then(|| Self::open(parameters)).flatten()
    }

    /// Puts the sound of `packet` into `out`; `None` when it holds none, and the next may well.
    pub fn decode(&mut self, packet: &[u8], out: &mut Vec<f32>) -> Option<Spec> {
        self.feed(packet).ok()?;
        packet.clone_into(&mut self.last);
        self.take(out)
    }

    /// Puts the next of what the decoder still holds into `out`; `None` when that was all.
    pub fn finish(&mut self, out: &mut Vec<f32>) -> Option<Spec> {
        let left = self.owed_frames.unwrap_or(usize::try_from(self.delay_frames()).unwrap_or(0));
        if left == 0 || self.last.is_empty() {
            return None;
        }
        let last = std::mem::take(&mut self.last);
        let fed = self.feed(&last);
        self.last = last;
        fed.ok()?;
        let spec = self.take(out)?;
        out.truncate(left * spec.channels);
        self.owed_frames = Some(left - out.len() / spec.channels);
        Some(spec)
    }

    /// Frames that the decoder gives before the first of the packets it was given. The 962 of the upper half's filter bank are
    /// among them: edit lists and `iTunSMPB` do not count those, though ffmpeg leaves them in.
    pub fn delay_frames(&self) -> i64 {
        i64::from(self.decoder.stream_info().outputDelay)
    }

    fn feed(&mut self, packet: &[u8]) -> Result<(), DecoderError> {
        self.decoder.fill(packet)?;
        self.decoder.decode_frame(&mut self.pcm)
    }

    fn take(&mut self, out: &mut Vec<f32>) -> Option<Spec> {
        let stream = self.decoder.stream_info();
        let (rate, channels) = (u32::try_from(stream.sampleRate), usize::try_from(stream.numChannels));
        let (Ok(rate_hz @ 1..), Ok(channels @ 1..)) = (rate, channels) else { return None };
        out.clear();
        let samples = self.decoder.decoded_frame_size().min(self.pcm.len());
        out.extend(self.pcm[..samples].iter().map(|s| f32::from(*s) / 32_768.0));
        Some(Spec { rate_hz, channels })
    }
}

/// The configuration of plain AAC, which ADTS says in its headers only.
fn plain(parameters: &AudioCodecParameters) -> Option<[u8; 2]> {
    let rate = RATES_HZ.iter().position(|r| Some(*r) == parameters.sample_rate)? as u8;
    let channels = parameters.channels.as_ref().map(Channels::count).filter(|n| (1..=6).contains(n))? as u8;
    // Object type 2 (low complexity), the rate's index, the channels.
    Some([(2 << 3) | (rate >> 1), ((rate & 1) << 7) | (channels << 3)])
}
