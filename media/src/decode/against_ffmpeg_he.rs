//! HE-AAC against what ffmpeg makes of the same file: announced, unannounced, in MP4 and ADTS, with and without edges.
//!
//! Both decoders are exact only as far as the standard asks (ISO/IEC 14496-4 allows differences); the one here computes in
//! whole numbers and gives 16 bits, so the bound is lower than for plain AAC.

use std::fs::{self, File};
use std::path::Path;

use fdk_aac::enc::{AudioObjectType, BitRate, ChannelMode, Encoder, EncoderParams, Transport};

use super::against_ffmpeg::sound::{programme, tool};
use super::foreign::Foreign;
use super::survey::survey;

/// What the upper half's filter bank delays, which ffmpeg leaves in.
const FILTER_BANK_FRAMES: usize = 962;
/// What an edit list takes off the start.
const EDIT_S: f64 = 0.05;
/// A frame of the spectrum that is compared.
const WINDOW: usize = 1 << 15;

fn adts(samples: &[f32], rate_hz: u32, channels: usize, kind: AudioObjectType, bit_rate: u32) -> Vec<u8> {
    let mode = if channels == 1 { ChannelMode::Mono } else { ChannelMode::Stereo };
    let encoder = Encoder::new(EncoderParams {
        bit_rate: BitRate::Cbr(bit_rate),
        sample_rate: rate_hz,
        transport: Transport::Adts,
        channels: mode,
        audio_object_type: kind,
    })
    .unwrap();
    let pcm: Vec<i16> = samples.iter().map(|s| (s * 32_767.0) as i16).collect();
    let (mut file, mut packet, mut at) = (Vec::new(), vec![0; 8192], 0);
    while at < pcm.len() {
        let told = encoder.encode(&pcm[at..], &mut packet).unwrap();
        file.extend_from_slice(&packet[..told.output_size]);
        at += told.input_consumed;
        if told.input_consumed == 0 && told.output_size == 0 {
            break;
        }
    }
    file
}

/// The MP4 file `file` of `object` type 5 or 29 with the two bytes of plain configuration replaced by four that announce it.
fn announced(mut file: Vec<u8>, object: u8) -> Vec<u8> {
    let find = |file: &[u8], what: &[u8]| file.windows(what.len()).position(|w| w == what).unwrap();
    let esds = find(&file, b"esds");
    let descriptor = |file: &[u8], tag: u8| esds + find(&file[esds..], &[tag, 0x80, 0x80, 0x80]) + 4;
    let config = descriptor(&file, 5) + 1;
    assert_eq!(file[config - 1], 2, "a plain configuration has two bytes");
    let (core, channels) = ((file[config] & 7) << 1 | file[config + 1] >> 7, (file[config + 1] >> 3) & 15);
    // Object type, core rate, channels, the full rate (three indices on is twice as fast), what lies below: AAC-LC.
    let bits = u32::from(object) << 27
        | u32::from(core) << 23
        | u32::from(channels) << 19
        | u32::from(core - 3) << 15
        | 2 << 10;
    for tag in [3, 4, 5] {
        let at = descriptor(&file, tag);
        file[at] += 2;
    }
    file.splice(config..config + 2, bits.to_be_bytes());
    for name in [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"mp4a", b"esds"] {
        let at = find(&file, name) - 4;
        let bytes = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) + 2;
        file[at..at + 4].copy_from_slice(&bytes.to_be_bytes());
    }
    file
}

fn ours(path: &Path, rate_hz: u32) -> Vec<f32> {
    let found = survey(File::open(path).unwrap()).unwrap();
    let mut foreign =
        Foreign::open(found.view, path, found.gapless).unwrap_or_else(|f| panic!("{}: {}", path.display(), f.en));
    let (mut got, mut block) = (Vec::new(), Vec::new());
    while let Some(spec) = foreign.next(&mut block).unwrap() {
        // One channel of sound may become two by parametric stereo at any packet: two are given.
        assert_eq!((spec.rate_hz, spec.channels), (rate_hz, 2), "{}", path.display());
        got.extend_from_slice(&block);
    }
    assert!(!foreign.facts.aac_core && foreign.trouble.bad_packets == 0, "{}: {:?}", path.display(), foreign.trouble);
    got
}

fn theirs(path: &Path) -> Vec<f32> {
    let raw = path.with_extension("f32");
    let args = ["-v", "error", "-y", "-i", path.to_str().unwrap(), "-ac", "2", "-f", "f32le", raw.to_str().unwrap()];
    tool("ffmpeg", &args);
    fs::read(raw).unwrap().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// Energies of `got`, `want` and their difference between two frequencies, as amplitudes of the left channel's spectrum.
fn energies(got: &[f32], want: &[f32], rate_hz: u32, hz: std::ops::Range<f64>) -> [f64; 3] {
    let fft = realfft::RealFftPlanner::<f64>::new().plan_fft_forward(WINDOW);
    let spectrum = |samples: &[f32]| {
        let mut at: Vec<f64> = samples.iter().step_by(2).take(WINDOW).map(|s| f64::from(*s)).collect();
        for (i, v) in at.iter_mut().enumerate() {
            *v *= (std::f64::consts::PI * i as f64 / WINDOW as f64).sin().powi(2);
        }
        let mut out = fft.make_output_vec();
        fft.process(&mut at, &mut out).unwrap();
        out
    };
    let bin = |hz: f64| (hz * WINDOW as f64 / f64::from(rate_hz)) as usize;
    let (g, w) = (spectrum(got), spectrum(want));
    (bin(hz.start)..bin(hz.end)).fold([0.0; 3], |sum, i| {
        [sum[0] + g[i].norm_sqr(), sum[1] + w[i].norm_sqr(), sum[2] + (g[i] - w[i]).norm_sqr()]
    })
}

/// The lower half is the same sound; the upper, which every decoder fills with noise of its own, has the same energy.
fn check(path: &Path, rate_hz: u32) {
    let (got, want) = (ours(path, rate_hz), theirs(path));
    assert_eq!(got.len(), want.len(), "{}", path.display());
    let last = got.len() - 2 * (WINDOW + FILTER_BANK_FRAMES);
    for from in [0, last & !1] {
        let want = &want[from + 2 * FILTER_BANK_FRAMES..];
        let db = |a: f64, b: f64| 10.0 * (a / b).log10();
        for band in 0..14 {
            let hz = f64::from(band) * 1000.0;
            let [g, w, error] = energies(&got[from..], want, rate_hz, hz..hz + 1000.0);
            let core = hz + 1000.0 < 0.3 * f64::from(rate_hz) / 2.0;
            assert!(db(g, w).abs() < 4.0, "{}: {:.1} dB at {hz} Hz", path.display(), db(g, w));
            assert!(!core || db(error, w) < -40.0, "{}: {:.1} dB error at {hz} Hz", path.display(), db(error, w));
        }
    }
}

#[test]
fn both_halves_sound_as_others_decode_them() {
    let dir = tempfile::tempdir().unwrap();
    for (name, rate, channels, kind, object, bit_rate) in [
        ("a", 48_000, 2, AudioObjectType::Mpeg4HeAac, 5, 64_000),
        ("b", 44_100, 1, AudioObjectType::Mpeg4HeAac, 5, 32_000),
        ("c", 32_000, 2, AudioObjectType::Mpeg4HeAac, 5, 48_000),
        ("v2", 44_100, 2, AudioObjectType::Mpeg4HeAacV2, 29, 32_000),
    ] {
        let path = |extension: &str| dir.path().join(format!("{name}.{extension}"));
        let text = |extension: &str| path(extension).to_str().unwrap().to_owned();
        fs::write(path("aac"), adts(&programme(2.0, rate, channels), rate, channels, kind, bit_rate)).unwrap();
        tool("ffmpeg", &["-v", "error", "-y", "-i", &text("aac"), "-c", "copy", &text("m4a")]);
        fs::write(path("said.m4a"), announced(fs::read(path("m4a")).unwrap(), object)).unwrap();
        let early = format!("-{EDIT_S}");
        let args = ["-v", "error", "-y", "-itsoffset", &early, "-i", &text("aac"), "-c", "copy"];
        tool("ffmpeg", &[&args[..], &["-avoid_negative_ts", "disabled", &text("edited.m4a")]].concat());
        for extension in ["aac", "m4a", "said.m4a"] {
            check(&path(extension), rate);
        }
        // ffmpeg takes twice of what the edit list says off such a file.
        let (whole, edited) = (ours(&path("m4a"), rate), ours(&path("edited.m4a"), rate));
        let cut = 2 * (EDIT_S * f64::from(rate)).round() as usize;
        assert!(whole[cut..] == edited, "{name}: {} of {} samples, not {cut} fewer", edited.len(), whole.len());
    }
}
