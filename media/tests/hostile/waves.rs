//! WAV and its kin: every field of the header can lie.

use super::Want::{Plays, Refused, Told};
use super::{Bad, Content, NOT_AUDIO, Want, bad, noise};
use crate::sound::programme;

pub fn wave(rate: u32, channels: u16, bits: u16, format: u16, data: &[u8]) -> Vec<u8> {
    let mut out = b"RIFF".to_vec();
    out.extend((36 + data.len() as u32).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0");
    out.extend(format.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend((rate.wrapping_mul(u32::from(channels) * u32::from(bits) / 8)).to_le_bytes());
    out.extend((channels.wrapping_mul(bits / 8)).to_le_bytes());
    out.extend(bits.to_le_bytes());
    out.extend(b"data");
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}

pub fn tone16(frames: usize) -> Vec<u8> {
    let samples = programme(frames as f64 / 48_000.0, 48_000, 1);
    samples.iter().flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes()).collect()
}

fn with_data_length(mut file: Vec<u8>, length: u32) -> Vec<u8> {
    file[40..44].copy_from_slice(&length.to_le_bytes());
    file[4..8].copy_from_slice(&length.to_le_bytes());
    file
}

fn rf64(mark: &[u8], data_length: u64, data: &[u8]) -> Vec<u8> {
    let mut out = mark.to_vec();
    out.extend([0xFF; 4]);
    out.extend(b"WAVEds64");
    out.extend(28u32.to_le_bytes());
    for n in [data_length.wrapping_add(72), data_length, data_length / 2] {
        out.extend(n.to_le_bytes());
    }
    out.extend([0; 4]);
    out.extend(&wave(48_000, 1, 16, 1, data)[12..36]);
    out.extend(b"data\xFF\xFF\xFF\xFF");
    out.extend(data);
    out
}

fn w64(data_length: u64, data: &[u8]) -> Vec<u8> {
    let guid = |name: &[u8; 4]| [&name[..], b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A"].concat();
    let mut out = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00".to_vec();
    out.extend((104 + data_length).to_le_bytes());
    out.extend(guid(b"wave"));
    out.extend(guid(b"fmt "));
    out.extend((24 + 16u64).to_le_bytes());
    out.extend(&wave(48_000, 1, 16, 1, &[])[20..36]);
    out.extend(guid(b"data"));
    out.extend((24 + data_length).to_le_bytes());
    out.extend(data);
    out
}

/// B14 to B17: numbers that no sound has.
fn impossible(out: &mut Vec<Bad>) {
    let second = tone16(48_000);
    for (rate, family, told) in [
        (0, "B14", "0 Hz"),
        (u32::MAX, "B15", "4294967295 Hz"),
        (7_999, "B14", "7999 Hz"),
        (192_001, "B15", "192001 Hz"),
    ] {
        let want = Refused("audio.rate", told, told);
        out.push(bad(family, format!("taux-{rate}.wav"), wave(rate, 1, 16, 1, &second), want));
    }
    out.push(bad("B38", "384.wav", wave(384_000, 2, 24, 1, &second), Refused("audio.rate", "384000 Hz", "384000 Hz")));
    for (channels, fr, en) in [
        (0, "0 canaux", "0 channels"),
        (9, "9 canaux", "9 channels"),
        (96, "96 canaux", "96 channels"),
        (65_535, "65535 canaux", "65535 channels"),
    ] {
        let want = Refused("audio.channels", fr, en);
        out.push(bad("B16", format!("canaux-{channels}.wav"), wave(48_000, channels, 16, 1, &second), want));
    }
    for (bits, format, fr, en) in [
        (0, 1, "0 bits", "0 bits"),
        (7, 1, "7 bits", "7 bits"),
        (48, 1, "48 bits", "48 bits"),
        (16, 3, "16 bits", "16 bits"),
        (65_535, 1, "65535 bits", "65535 bits"),
    ] {
        let want = Refused("audio.bits", fr, en);
        out.push(bad("B17", format!("bits-{bits}-{format}.wav"), wave(48_000, 1, bits, format, &second), want));
    }
    let doubles: Vec<u8> = programme(1.0, 48_000, 1).iter().flat_map(|s| f64::from(*s).to_le_bytes()).collect();
    out.push(bad("B17", "double.wav", wave(48_000, 1, 64, 3, &doubles), Plays).with_frames(48_000));
}

/// B18: lengths that were never written, or never true.
fn lengths(out: &mut Vec<Bad>) {
    let unknown = Told("audio.unknown-length", "n’a pas noté la durée", "did not note the length");
    let short = |fr, en| Told("audio.shortened", fr, en);
    let second = tone16(48_000);
    let file = || wave(48_000, 1, 16, 1, &second);
    let mut add = |name: &str, bytes: Vec<u8>, want: Want| out.push(bad("B18", name, bytes, want).with_frames(48_000));
    add("jamais.wav", with_data_length(file(), u32::MAX), unknown);
    add("zero.wav", with_data_length(file(), 0), unknown);
    add("2go.wav", with_data_length(file(), 0x7FFF_FFFF), unknown);
    add("moitie.wav", with_data_length(file(), 192_000), short("50 % du son", "50 % of the sound"));
    add("tiers.wav", with_data_length(file(), 288_000), short("33 % du son", "33 % of the sound"));
    add("rf64.wav", rf64(b"RF64", 96_000, &second), Plays);
    add("bw64.wav", rf64(b"BW64", 96_000, &second), Plays);
    add("rf64-immense.wav", rf64(b"RF64", 1 << 40, &second), unknown);
    add("bw64-insensé.wav", rf64(b"BW64", u64::MAX, &second), unknown);
    add("son.w64", w64(96_000, &second), Plays);
    add("immense.w64", w64(1 << 50, &second), unknown);
    add("impair.wav", [&file()[..], b"\x7F"].concat(), Plays);
    let mut cut = file();
    cut.pop();
    out.push(bad("B18", "octet.wav", cut, short("99 % du son", "99 % of the sound")).with_frames(47_999));
    let mut padded = wave(48_000, 1, 16, 1, &second)[..36].to_vec();
    padded.extend(b"junk\xFF\xFF\xFF\xFF");
    out.push(bad("B18", "chunk.wav", padded, Refused("file.not-audio", "Aucun son", "No audio")));
}

/// B19, B20, B24: samples that are none, or no sound.
fn samples(out: &mut Vec<Bad>) {
    let floats = |change: &dyn Fn(usize, f32) -> f32| -> Vec<u8> {
        let samples = programme(2.0, 48_000, 1);
        let data: Vec<u8> = samples.iter().enumerate().flat_map(|(i, s)| change(i, *s).to_le_bytes()).collect();
        wave(48_000, 1, 32, 3, &data)
    };
    let none = Refused("audio.invalid-samples", "ne sont pas des nombres", "not numbers");
    let some = |fr, en| Told("audio.invalid-samples", fr, en);
    out.push(bad("B19", "nan.wav", floats(&|_, _| f32::NAN), none));
    out.push(bad("B19", "inf.wav", floats(&|i, s| if i % 9 == 0 { f32::INFINITY } else { s }), none));
    let few = floats(&|i, s| if i % 20_000 == 7 { f32::NAN } else { s });
    out.push(bad("B19", "cinq-nan.wav", few, some("5 échantillon(s)", "5 sample(s)")).with_frames(96_000));
    let few = floats(&|i, s| if i % 40_000 == 7 { f32::NEG_INFINITY } else { s });
    out.push(bad("B19", "trois-inf.wav", few, some("3 échantillon(s)", "3 sample(s)")).with_frames(96_000));
    out.push(bad("B19", "denormal.wav", floats(&|i, s| if i % 2 == 0 { 1e-40 } else { s }), Plays));
    let silent = Refused("audio.silent", "On n’entend rien", "Nothing can be heard");
    stuck(out);
    out.push(bad("B21", "muet.wav", wave(48_000, 1, 16, 1, &vec![0; 96_000 * 2]), silent));
    let mut hole = wave(8_000, 1, 16, 1, &tone16(8_000 * 60));
    hole[44 + 16_000 * 8..44 + 16_000 * 48].fill(0);
    out.push(bad(
        "B21",
        "trou.wav",
        hole,
        Told("audio.silence", "Silence de 40,0 s à 0:08", "Silence of 40.0 s at 0:08"),
    ));
    for frames in [1, 960, 23_999] {
        let want = Refused("audio.too-short", "moins d’une demi-seconde", "less than half a second");
        out.push(bad("B24", format!("court-{frames}.wav"), wave(48_000, 1, 16, 1, &tone16(frames)), want));
    }
}

/// B20: direct current and squares at full scale, for all of the time, a fifth and a twentieth of it.
fn stuck(out: &mut Vec<Bad>) {
    let continuous = [0, 0x20].repeat(96_000);
    let square = [[0xFF, 0x7F].repeat(50), [0, 0x80].repeat(50)].concat().repeat(960);
    let none = Refused("audio.direct-current", "qu’une tension continue", "direct current and no sound");
    let some = Told("audio.direct-current", "À partir de 0:03", "From 0:03 on");
    let distorted = Refused("audio.distorted", "sature", "clipped");
    let clipped = Told("audio.clipping", "d’abord à 0:03", "first at 0:03");
    for (name, fault, refused, told) in [("continu", continuous, none, some), ("carre", square, distorted, clipped)] {
        let within = |length_s: usize, fault_ms: usize| {
            let mut data = tone16(48_000 * length_s);
            let at = 3 * 96_000;
            data[at..at + fault_ms * 96].copy_from_slice(&fault[..fault_ms * 96]);
            wave(48_000, 1, 16, 1, &data)
        };
        out.push(bad("B20", format!("{name}.wav"), wave(48_000, 1, 16, 1, &fault), refused));
        out.push(bad("B20", format!("{name}-cinquieme.wav"), within(8, 1_600), refused));
        out.push(bad("B20", format!("{name}-vingtieme.wav"), within(14, 700), told));
    }
}

/// B23 and B34: too long by the header alone; codecs of another age.
fn rest(out: &mut Vec<Bad>) {
    let long = wave(8_000, 1, 8, 1, &[]);
    let length = 30 * 3600 * 8_000;
    let content = Content::Sparse { length_bytes: 44 + length, at: vec![(0, with_data_length(long, length as u32))] };
    let want = Refused("audio.too-long", "plus de 6 heures", "longer than 6 hours");
    out.push(Bad { family: "B23", name: "trente-heures.wav".into(), content, want, frames: None });
    for (seed, format) in [(1, 2), (2, 2), (3, 0x11), (4, 0x11)] {
        let mut file = wave(22_050, 2, 4, format, &noise(60_000, seed));
        file[32..34].copy_from_slice(&[0, 4]);
        out.push(bad("B34", format!("adpcm-{seed}.wav"), file.clone(), NOT_AUDIO));
        // The extension that these codecs need: samples in a block, and coefficients.
        let mut whole = file[..36].to_vec();
        whole[16] = 20 + 32;
        whole.extend([32, 0, 0xF4, 3, 7, 0]);
        whole.extend(noise(30, seed));
        whole.extend(&file[36..]);
        out.push(bad("B34", format!("adpcm-long-{seed}.wav"), whole, NOT_AUDIO));
    }
    for (tag, fr) in [(0x31, "GSM"), (0x161, "WMA"), (0x2000, "AC-3"), (0x1234, "WAV compressé")] {
        let want = Refused("file.unsupported", fr, "not supported");
        out.push(bad("B29", format!("codec-{tag:x}.wav"), wave(48_000, 1, 16, tag, &tone16(48_000)), want));
    }
}

pub fn all() -> Vec<Bad> {
    let mut out = Vec::new();
    impossible(&mut out);
    lengths(&mut out);
    samples(&mut out);
    rest(&mut out);
    out
}
