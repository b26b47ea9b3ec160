//! Blocks of sound in, whole MP3 frames out (ISO/IEC 11172-3 layer III), for players that know nothing better.

use std::num::NonZeroU32;

use bytes::Bytes;
use domain::{Frames, SAMPLE_RATE_HZ};
use mp3lame_encoder::{
    Bitrate, Builder, DualPcm, EncodeError, Encoder, FlushGap, Mode, Quality, VbrMode, max_required_buffer_size,
};

use super::{OutputError, Unit, finite};

/// Samples of one MPEG-1 layer III frame: 24 ms.
const FRAME_FRAMES: u64 = 1_152;
/// Frames in one unit: 120 ms. Fewer would only wake each listener more often.
const FRAMES_PER_UNIT: usize = 5;
/// Frames handed to LAME at once, so that its output buffer has a known size.
const CHUNK_FRAMES: usize = 1_152;

/// How the MP3 stream is made: constant bit rate, joint stereo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mp3Options {
    /// 64, 96, 112, 128, 160, 192, 224, 256 or 320 kbit/s.
    pub bitrate_kbps: u16,
    /// LAME's own scale, 0 (best) to 9 (cheapest). The default is 5: 28 CPU seconds per hour of sound, half of
    /// quality 2, and at 128 kbit/s this stream is the fallback beside Opus.
    pub quality: u8,
}

impl Default for Mp3Options {
    fn default() -> Self {
        Self { bitrate_kbps: 128, quality: 5 }
    }
}

/// The encoder's state machine: stereo at 48 kHz in, units of whole frames out.
pub struct Mp3Stream {
    encoder: Encoder,
    left: Vec<f32>,
    right: Vec<f32>,
    /// Bytes that do not make a whole unit yet; begins at a frame.
    bytes: Vec<u8>,
    frame_bytes: usize,
    lift: f32,
}

impl Mp3Stream {
    /// An encoder that has heard nothing yet.
    pub fn new(options: Mp3Options) -> Result<Self, OutputError> {
        let bitrate = bitrate(options.bitrate_kbps)?;
        let encoder = Builder::new()
            .ok_or_else(|| said("it has no memory"))?
            .with_num_channels(2)
            .and_then(|b| b.with_sample_rate(SAMPLE_RATE_HZ))
            // Left to itself, LAME would send low bit rates at a lower sample rate.
            .and_then(|b| b.with_output_sample_rate(NonZeroU32::new(SAMPLE_RATE_HZ)))
            .and_then(|b| b.with_brate(bitrate))
            .and_then(|b| b.with_mode(Mode::JointStereo))
            .and_then(|b| b.with_vbr_mode(VbrMode::Off))
            .and_then(|b| b.with_quality(quality(options.quality)))
            .and_then(|b| b.with_to_write_vbr_tag(false))
            .and_then(Builder::build)
            .map_err(|e| said(&e.to_string()))?;
        Ok(Self {
            encoder,
            left: Vec::with_capacity(CHUNK_FRAMES),
            right: Vec::with_capacity(CHUNK_FRAMES),
            bytes: Vec::with_capacity(16_384),
            // At 48 kHz no frame is padded, so every frame has the same length.
            frame_bytes: usize::from(options.bitrate_kbps) * 3,
            lift: 1.0 / lame_scale(options.bitrate_kbps),
        })
    }

    /// Takes sound and appends the units that became full to `out`.
    pub fn push(&mut self, sound: &[[f32; 2]], out: &mut Vec<Unit>) -> Result<(), OutputError> {
        for chunk in sound.chunks(CHUNK_FRAMES) {
            self.left.clear();
            self.right.clear();
            self.left.extend(chunk.iter().map(|f| finite(f[0]) * self.lift));
            self.right.extend(chunk.iter().map(|f| finite(f[1]) * self.lift));
            self.bytes.reserve(max_required_buffer_size(CHUNK_FRAMES));
            let pcm = DualPcm { left: &self.left, right: &self.right };
            self.encoder.encode_to_vec(pcm, &mut self.bytes).map_err(encode_said)?;
            self.cut(FRAMES_PER_UNIT, out)?;
        }
        Ok(())
    }

    /// Ends the stream: what is still inside the encoder comes out.
    pub fn finish(mut self, out: &mut Vec<Unit>) -> Result<(), OutputError> {
        self.bytes.reserve(max_required_buffer_size(CHUNK_FRAMES));
        self.encoder.flush_to_vec::<FlushGap>(&mut self.bytes).map_err(encode_said)?;
        self.cut(FRAMES_PER_UNIT, out)?;
        self.cut(1, out)
    }

    fn cut(&mut self, frames: usize, out: &mut Vec<Unit>) -> Result<(), OutputError> {
        let unit_bytes = frames * self.frame_bytes;
        let whole = self.bytes.len() / unit_bytes * unit_bytes;
        for unit in self.bytes[..whole].chunks(unit_bytes) {
            if unit.chunks(self.frame_bytes).any(|frame| frame[0] != 0xff || frame[1] & 0xfe != 0xfa) {
                return Err(said("a frame does not begin where the last one ends"));
            }
            out.push(Unit {
                data: Bytes::copy_from_slice(unit),
                length: Frames(frames as u64 * FRAME_FRAMES),
                delay_frames: None,
                last: false,
            });
        }
        self.bytes.drain(..whole);
        Ok(())
    }
}

fn bitrate(kbps: u16) -> Result<Bitrate, OutputError> {
    Ok(match kbps {
        64 => Bitrate::Kbps64,
        96 => Bitrate::Kbps96,
        112 => Bitrate::Kbps112,
        128 => Bitrate::Kbps128,
        160 => Bitrate::Kbps160,
        192 => Bitrate::Kbps192,
        224 => Bitrate::Kbps224,
        256 => Bitrate::Kbps256,
        320 => Bitrate::Kbps320,
        other => {
            let value = format!("{other} kbit/s");
            let allowed = "64, 96, 112, 128, 160, 192, 224, 256 or 320 kbit/s";
            return Err(OutputError::Setting { what: "the MP3 bit rate", value, allowed });
        }
    })
}

/// What LAME 3.100 multiplies its input by at this bit rate (`abr_switch_map` in its `presets.c`): half a decibel down at
/// 128 kbit/s. Undone before it, so that a listener of the MP3 stream hears the level that was measured.
fn lame_scale(kbps: u16) -> f32 {
    match kbps {
        ..=160 => 0.95,
        192 => 0.97,
        224 => 0.98,
        _ => 1.0,
    }
}

fn quality(scale: u8) -> Quality {
    match scale {
        0 => Quality::Best,
        1 => Quality::SecondBest,
        2 => Quality::NearBest,
        3 => Quality::VeryNice,
        4 => Quality::Nice,
        5 => Quality::Good,
        6 => Quality::Decent,
        7 => Quality::Ok,
        8 => Quality::SecondWorst,
        _ => Quality::Worst,
    }
}

fn said(reason: &str) -> OutputError {
    OutputError::Encoder { encoder: "MP3", reason: reason.to_owned() }
}

fn encode_said(e: EncodeError) -> OutputError {
    said(&e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_whole_frames_at_every_bit_rate() {
        for bitrate_kbps in [64, 96, 128, 320] {
            let mut stream = Mp3Stream::new(Mp3Options { bitrate_kbps, quality: 7 }).unwrap();
            let mut units = Vec::new();
            for i in 0..300 {
                let block: Vec<[f32; 2]> = (0..480).map(|n| [((i * 480 + n) as f32 * 0.07).sin() * 0.4; 2]).collect();
                stream.push(&block, &mut units).unwrap();
            }
            stream.finish(&mut units).unwrap();
            let frames: u64 = units.iter().map(|u| u.length.0).sum();
            assert!((300 * 480..300 * 480 + 4 * 1_152).contains(&frames), "{frames} at {bitrate_kbps}");
            assert!(units.iter().all(|u| u.data.len() as u64 == u.length.0 / 1_152 * u64::from(bitrate_kbps) * 3));
        }
    }

    #[test]
    fn infinities_and_nan_are_taken_as_silence() {
        let mut stream = Mp3Stream::new(Mp3Options::default()).unwrap();
        let mut units = Vec::new();
        stream.push(&vec![[f32::NAN, f32::NEG_INFINITY]; 24_000], &mut units).unwrap();
        assert!(!units.is_empty());
    }

    #[test]
    fn an_impossible_bit_rate_is_refused_with_a_sentence() {
        let refused = Mp3Stream::new(Mp3Options { bitrate_kbps: 100, quality: 5 }).err().unwrap();
        assert!(refused.to_string().starts_with("the MP3 bit rate cannot be 100 kbit/s: choose 64, 96"));
    }
}
