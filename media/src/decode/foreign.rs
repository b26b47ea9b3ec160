//! A foreign file as a stream of samples, by symphonia and libopus.
//!
//! What is known of these decoders and handled here: AAC with SBR is decoded without it at half the rate, so the rate is
//! always the buffer's and a declared rate of twice as much is HE-AAC (see [`super::he_aac`]); the Opus adapter trims pre-skip only inside the first
//! packet, so it is trimmed here (RFC 7845 §4.2), as is what MP4's edit list leaves out; the Ogg demuxer believes every
//! page's position (see [`super::positions`]); a damaged page is an error after which asking again goes on.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use domain::Finding;
use symphonia::core::audio::Channels;
use symphonia::core::audio::sample::Sample as _;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_FLAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error as Bad;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, TimeBase, Timestamp};

use super::he_aac::HeAac;
use super::mp4::Gapless;
use super::positions::Positions;
use super::view::View;
use super::{CHANNELS_MAX, mpeg};
use crate::sentences;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut registry = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut registry);
    registry.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    registry
});

/// AAC faster than this has no need of an upper half that is described beside it.
pub const SBR_CORE_HZ_MAX: u32 = 24_000;
/// A reader that fails this often in a row will not find its way back.
const BAD_IN_A_ROW_MAX: u32 = 64;
/// Packets without sound, one after the other, after which there will be none: the tables of a lying file hold billions.
const SOUNDLESS_IN_A_ROW_MAX: u32 = 2000;

/// What the file says of itself.
#[derive(Clone, Debug)]
pub struct Facts {
    pub container: String,
    pub codec: String,
    pub rate_hz: Option<u32>,
    pub frames: Option<u64>,
    pub bits: Option<u32>,
    /// Every sample counts: PCM, FLAC, ALAC.
    pub lossless: bool,
    /// AAC of which the lower half alone is decoded, should it have another.
    pub aac_core: bool,
    /// Whether it says what the encoder added before and after the sound.
    pub edges: bool,
}

/// What went wrong while decoding.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trouble {
    pub packets: u64,
    pub bad_packets: u64,
    /// Where the first of them was.
    pub bad_at_s: f64,
    /// Ended before its end.
    pub cut: bool,
}

/// What the samples just given are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    pub rate_hz: u32,
    pub channels: usize,
}

enum Coding {
    Plain(Box<dyn AudioDecoder>),
    HeAac(HeAac),
}

pub struct Foreign {
    format: Box<dyn FormatReader>,
    decoder: Coding,
    track_id: u32,
    time_base: Option<TimeBase>,
    opus_delay: i64,
    gapless: Option<Gapless>,
    parameters: AudioCodecParameters,
    /// Rate and channels of the last MPEG frame.
    mpeg: Option<(u32, usize)>,
    /// The length that the demuxer believes in is an estimate, or false: nothing is taken off the end.
    to_the_end: bool,
    /// Frames before the first of the sound are still to be dropped.
    at_start: bool,
    /// The frame after the last that the decoder gave.
    next_frame: i64,
    /// Those of the link that is read, when this is Ogg.
    positions: Option<Positions>,
    seconds: f64,
    pub facts: Facts,
    pub trouble: Trouble,
}

struct Opened {
    decoder: Coding,
    opus_delay: i64,
    parameters: AudioCodecParameters,
}

fn open_decoder(track: &Track, container: &str) -> Result<Opened, Finding> {
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else { return Err(sentences::no_sound()) };
    let mut parameters = parameters.clone();
    // Before the decoder makes a buffer for each of 65,535 channels.
    let channels = parameters.channels.as_ref().map_or(0, Channels::count);
    if channels > CHANNELS_MAX {
        return Err(sentences::channels(channels, CHANNELS_MAX));
    }
    let mut opus_delay = 0;
    if parameters.codec == CODEC_ID_OPUS {
        // Without OpusHead the adapter trims nothing, and Opus always decodes to 48 kHz.
        let head = parameters.extra_data.take();
        opus_delay = match (container, head.as_deref()) {
            ("matroska", _) => 0,
            ("isomp4", Some([_, _, _, _, _, _, _, _, _, _, high, low, ..])) => {
                i64::from(u16::from_be_bytes([*high, *low]))
            }
            _ => i64::from(track.delay.unwrap_or(0)),
        };
        parameters.sample_rate = Some(48_000);
    }
    if parameters.codec == CODEC_ID_AAC && parameters.extra_data.as_deref().is_some_and(declares_sbr) {
        let decoder = Coding::HeAac(HeAac::open(&parameters).ok_or_else(sentences::he_aac)?);
        return Ok(Opened { decoder, opus_delay, parameters });
    }
    let options = AudioDecoderOptions::default().gapless(true);
    let decoder = CODECS.make_audio_decoder(&parameters, &options).map_err(|_| sentences::unknown_codec())?;
    Ok(Opened { decoder: Coding::Plain(decoder), opus_delay, parameters })
}

/// Whether an `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1) announces spectral band replication.
fn declares_sbr(config: &[u8]) -> bool {
    let object = config.first().map_or(0, |b| b >> 3);
    let extension = config.len() > 4 && config[2] == 0x56 && config[3] == 0xE5 && config[4] & 0x80 != 0;
    matches!(object, 5 | 29) || extension
}

impl Foreign {
    /// Opens what `view` shows; `name` only hints. `gapless` is what the container says of the sound's place.
    pub fn open(view: View, name: &Path, gapless: Option<Gapless>) -> Result<Self, Finding> {
        let stream = MediaSourceStream::new(Box::new(view), MediaSourceStreamOptions::default());
        Self::open_stream(stream, name.extension().and_then(|e| e.to_str()), gapless)
    }

    /// Opens whatever `stream` gives; it need not be able to go back.
    pub fn open_stream(
        stream: MediaSourceStream<'static>,
        extension: Option<&str>,
        gapless: Option<Gapless>,
    ) -> Result<Self, Finding> {
        let mut hint = Hint::new();
        if let Some(extension) = extension {
            hint.with_extension(extension);
        }
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|e| match e {
                Bad::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => sentences::truncated(None),
                _ => sentences::no_sound(),
            })?;
        let track = format.default_track(TrackType::Audio).ok_or_else(sentences::no_sound)?;
        let container = format.format_info().short_name.to_owned();
        let Opened { decoder, opus_delay, parameters } = open_decoder(track, &container)?;
        let codec = match &decoder {
            Coding::Plain(decoder) => decoder.codec_info().short_name.to_owned(),
            Coding::HeAac(_) => "he-aac".to_owned(),
        };
        let facts = Facts {
            lossless: matches!(parameters.codec, CODEC_ID_FLAC | CODEC_ID_ALAC) || codec.starts_with("pcm"),
            aac_core: parameters.codec == CODEC_ID_AAC && matches!(decoder, Coding::Plain(_)),
            rate_hz: parameters.sample_rate,
            frames: track.num_frames,
            bits: parameters.bits_per_sample.or(parameters.bits_per_coded_sample),
            edges: match container.as_str() {
                // Matroska notes times in milliseconds.
                "aac" | "matroska" => false,
                "isomp4" => gapless.is_some() || parameters.codec != CODEC_ID_AAC,
                "mp1" | "mp2" | "mp3" => track.delay.is_some(),
                _ => true,
            },
            container,
            codec,
        };
        let (track_id, time_base) = (track.id, track.time_base);
        let trouble = Trouble::default();
        let opus_delay = if gapless.is_some() { 0 } else { opus_delay };
        let positions = (facts.container == "ogg").then(Positions::default);
        Ok(Self {
            format,
            decoder,
            track_id,
            time_base,
            opus_delay,
            gapless,
            parameters,
            mpeg: None,
            to_the_end: false,
            at_start: true,
            next_frame: 0,
            positions,
            seconds: 0.0,
            facts,
            trouble,
        })
    }

    /// Whether this is MPEG audio, whose frames stand alone.
    pub fn is_mpeg(&self) -> bool {
        matches!(self.facts.container.as_str(), "mp1" | "mp2" | "mp3")
    }

    /// How long the sound is by its header, where that is no estimate.
    pub fn seconds_promised(&self, spec: Spec) -> Option<u64> {
        let exact = self.facts.lossless || self.facts.container == "isomp4";
        self.facts.frames.filter(|_| exact).map(|f| f / u64::from(spec.rate_hz))
    }

    /// Gives every frame, whatever the length is that the file claims.
    pub fn keep_to_the_end(&mut self) {
        self.to_the_end = true;
    }

    /// Puts the next interleaved samples into `out` (replacing what is there); `None` at the end.
    pub fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<Spec>, Finding> {
        let mut soundless = 0;
        while soundless < SOUNDLESS_IN_A_ROW_MAX {
            let Some(mut packet) = self.next_packet()? else { return Ok(self.rest(out)) };
            if packet.track_id != self.track_id {
                continue;
            }
            soundless += 1;
            self.trouble.packets += 1;
            if self.to_the_end {
                packet.trim_end = Duration::ZERO;
            }
            let filling = self.positions.as_ref().map_or(Duration::ZERO, |_| Positions::end_of(&mut packet));
            self.follow(&packet)?;
            self.recognise(&packet);
            if let Some(spec) = self.decode(&packet, filling, out)? {
                self.seconds += out.len() as f64 / spec.channels as f64 / f64::from(spec.rate_hz);
                return Ok(Some(spec));
            }
        }
        self.trouble.cut = true;
        Ok(None)
    }

    fn next_packet(&mut self) -> Result<Option<Packet>, Finding> {
        for _ in 0..BAD_IN_A_ROW_MAX {
            match self.format.next_packet() {
                Ok(packet) => return Ok(packet),
                Err(Bad::ResetRequired) => self.next_link()?,
                Err(Bad::DecodeError(_)) => self.bad(),
                Err(Bad::IoError(e)) if e.kind() == ErrorKind::UnexpectedEof => {
                    self.trouble.cut = true;
                    return Ok(None);
                }
                Err(_) => break,
            }
        }
        self.trouble.cut = true;
        Ok(None)
    }

    /// The next link of a chained Ogg file: a new track and a new decoder.
    fn next_link(&mut self) -> Result<(), Finding> {
        let track = self.format.default_track(TrackType::Audio).ok_or_else(sentences::no_sound)?;
        let opened = open_decoder(track, &self.facts.container)?;
        (self.track_id, self.time_base) = (track.id, track.time_base);
        (self.decoder, self.opus_delay, self.at_start) = (opened.decoder, opened.opus_delay, true);
        self.positions = self.positions.take().map(|_| Positions::default());
        Ok(())
    }

    fn bad(&mut self) {
        if self.trouble.bad_packets == 0 {
            self.trouble.bad_at_s = self.seconds;
        }
        self.trouble.bad_packets += 1;
    }

    /// A decoder of MPEG frames keeps the rate and channels of its first frame; others need another decoder.
    fn follow(&mut self, packet: &Packet) -> Result<(), Finding> {
        let Some(now) = mpeg::rate_and_channels(&packet.data).filter(|_| self.is_mpeg()) else { return Ok(()) };
        if self.mpeg.replace(now).is_some_and(|before| before != now) {
            let options = AudioDecoderOptions::default();
            let decoder = CODECS.make_audio_decoder(&self.parameters, &options);
            self.decoder = Coding::Plain(decoder.map_err(|_| sentences::unknown_codec())?);
        }
        Ok(())
    }

    /// AAC need not say that it has an upper half: its first packet tells.
    fn recognise(&mut self, packet: &Packet) {
        if !self.facts.aac_core || self.trouble.packets > 1 {
            return;
        }
        if let Some(decoder) = HeAac::recognise(&self.parameters, &packet.data) {
            (self.decoder, self.facts.aac_core) = (Coding::HeAac(decoder), false);
            "he-aac".clone_into(&mut self.facts.codec);
        }
    }

    fn decode(&mut self, packet: &Packet, filling: Duration, out: &mut Vec<f32>) -> Result<Option<Spec>, Finding> {
        let (decoded, delay) = match &mut self.decoder {
            Coding::Plain(decoder) => (plain(decoder.as_mut(), packet, out)?, self.opus_delay),
            Coding::HeAac(decoder) => {
                let sound = decoder.decode(&packet.data, out).map_or(Decoded::Damaged, Decoded::Sound);
                (sound, decoder.delay_frames())
            }
        };
        let spec = match decoded {
            Decoded::Sound(spec) => spec,
            Decoded::Nothing => return Ok(None),
            Decoded::Damaged => {
                self.bad();
                return Ok(None);
            }
        };
        // MP4 cannot write rates above 65 535 Hz beside the codec, so only the half of what is declared counts.
        if self.facts.aac_core && self.facts.rate_hz.is_some_and(|r| r == spec.rate_hz * 2) {
            return Err(sentences::he_aac());
        }
        let at = frames_at(self.time_base, spec.rate_hz, packet.pts.saturating_add(packet.trim_start));
        let mut start = at.saturating_sub(delay);
        if let Some(positions) = &mut self.positions {
            start = positions.start(start, self.opus_delay, spec.rate_hz);
        }
        self.trim(start, spec, out);
        if let Some(positions) = &mut self.positions {
            positions.keep(spec, filling.get(), out);
            self.facts.edges &= !positions.lie;
        }
        Ok((!out.is_empty()).then_some(spec))
    }

    /// What the decoder still holds when the file has ended.
    fn rest(&mut self, out: &mut Vec<f32>) -> Option<Spec> {
        let Coding::HeAac(decoder) = &mut self.decoder else { return None };
        let spec = decoder.finish(out)?;
        self.trim(self.next_frame, spec, out);
        (!out.is_empty()).then_some(spec)
    }

    /// Takes off `out`, whose first frame is the `start`th that the decoder gave, what is not sound.
    fn trim(&mut self, start: i64, spec: Spec, out: &mut Vec<f32>) {
        let sounding = sounding(self.gapless, spec.rate_hz);
        let frames = (out.len() / spec.channels) as i64;
        self.next_frame = start.saturating_add(frames);
        let late = start.saturating_add(frames).saturating_sub(sounding.end).clamp(0, frames);
        out.truncate((frames - late) as usize * spec.channels);
        if self.at_start {
            let early = sounding.start.saturating_sub(start).clamp(0, frames - late);
            out.drain(..early as usize * spec.channels);
            self.at_start = start.saturating_add(frames) <= sounding.start;
        }
    }
}

/// What a packet became.
enum Decoded {
    Sound(Spec),
    Nothing,
    Damaged,
}

fn plain(decoder: &mut dyn AudioDecoder, packet: &Packet, out: &mut Vec<f32>) -> Result<Decoded, Finding> {
    let buffer = match decoder.decode(packet) {
        Ok(buffer) => buffer,
        Err(Bad::DecodeError(_) | Bad::IoError(_)) => return Ok(Decoded::Damaged),
        Err(_) => return Err(sentences::undecodable()),
    };
    let spec = Spec { rate_hz: buffer.spec().rate(), channels: buffer.spec().channels().count() };
    let samples = buffer.samples_interleaved();
    if samples == 0 || spec.channels == 0 || spec.rate_hz == 0 {
        return Ok(Decoded::Nothing);
    }
    out.clear();
    out.resize(samples, f32::MID);
    buffer.copy_to_slice_interleaved(&mut out[..]);
    Ok(Decoded::Sound(spec))
}

/// The frames that sound, counted from the decoder's first.
fn sounding(gapless: Option<Gapless>, rate_hz: u32) -> Range<i64> {
    let Some(gapless) = gapless else { return 0..i64::MAX };
    let per_s = u128::from(gapless.ticks_per_s.unwrap_or(rate_hz).max(1));
    let frames = |ticks: u64| i64::try_from(u128::from(ticks) * u128::from(rate_hz) / per_s).unwrap_or(i64::MAX);
    frames(gapless.from)..frames(gapless.until)
}

fn frames_at(base: Option<TimeBase>, rate_hz: u32, at: Timestamp) -> i64 {
    let Some(base) = base else { return at.get() };
    let ticks = i128::from(at.get()) * i128::from(base.numer.get()) * i128::from(rate_hz);
    i64::try_from(ticks / i128::from(base.denom.get())).unwrap_or(i64::MAX)
}
