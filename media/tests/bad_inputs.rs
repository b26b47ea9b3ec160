//! What is not sound, or only part of it, gets its sentence and changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use media::Verdict;
use media::decode::{Limits, decode_file};
use sound::{programme, tool, wav};

type Make = fn(&Path) -> Vec<u8>;

fn encoded(dir: &Path, name: &str, seconds: f64, args: &[&str]) -> Vec<u8> {
    let (from, to) = (dir.join("source.wav"), dir.join(name));
    wav(&from, &programme(seconds, 48_000, 1), 48_000, 1, 16);
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    tool("ffmpeg", &[&["-v", "error", "-y", "-i", from], args, &[to]].concat());
    fs::read(to).unwrap()
}

fn mp3(dir: &Path, args: &[&str]) -> Vec<u8> {
    encoded(dir, "source.mp3", 6.0, &[&["-c:a", "libmp3lame"], args].concat())
}

fn wave(rate: u32, channels: u16, bits: u16, format: u16, data: &[u8]) -> Vec<u8> {
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

fn tone16(frames: usize) -> Vec<u8> {
    programme(frames as f64 / 48_000.0, 48_000, 1).iter().flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes()).collect()
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Name, content, code, and words of the French sentence.
const REFUSED: &[(&str, Make, &str, &str)] = &[
    ("vide.mp3", |_| Vec::new(), "file.empty", "vide (0 octet)"),
    ("un.mp3", |_| vec![0x41], "file.not-audio", "pas un son"),
    ("page.mp3", |_| b"\n<!DOCTYPE html><html><title>Connexion</title>".to_vec(), "file.web-page", "page web"),
    ("page2.mp3", |_| "\u{feff}<HTML>".repeat(500).into_bytes(), "file.web-page", "page web"),
    ("texte.wav", |_| "Bonjour à tous, voici le journal.\n".repeat(99).into_bytes(), "file.not-audio", "un texte"),
    ("image.wav", |_| [&b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"[..], &noise(5000)].concat(), "file.not-audio", "une image"),
    ("zip.wav", |_| [&b"PK\x03\x04\x14\0\0\0\x08\0"[..], &noise(5000)].concat(), "file.not-audio", "une archive"),
    ("doc.mp3", |_| b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj".to_vec(), "file.not-audio", "archive"),
    ("prog.mp3", |_| [&b"\x7FELF\x02\x01\x01\0"[..], &noise(900)].concat(), "file.not-audio", "un programme"),
    ("zeros.mp3", |_| vec![0; 1 << 20], "file.not-audio", "Aucun son"),
    ("ff.mp3", |_| vec![0xFF; 1 << 20], "file.not-audio", "Aucun son"),
    ("hasard.mp3", |_| noise(1 << 20), "file.not-audio", "Aucun son"),
    (
        "tag.mp3",
        |_| b"ID3\x04\0\x60\0\0\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
        "file.not-audio",
        "Aucun son",
    ),
    ("note.amr", |_| [&b"#!AMR\n"[..], &noise(3000)].concat(), "file.unsupported", "AMR"),
    ("moitie-vbr.mp3", |d| half(mp3(d, &["-q:a", "4"])), "audio.truncated", "La fin du fichier manque"),
    ("moitie-cbr.mp3", |d| half(mp3(d, &["-b:a", "128k"])), "audio.truncated", "La fin du fichier manque"),
    ("moitie-nue.mp3", |d| half(mp3(d, &["-b:a", "128k", "-write_xing", "0"])), "audio.truncated", "La fin"),
    ("moitie.m4a", |d| half(encoded(d, "s.m4a", 6.0, &["-c:a", "aac"])), "audio.truncated", "La fin"),
    (
        "moitie2.m4a",
        |d| half(encoded(d, "s.m4a", 6.0, &["-c:a", "aac", "-movflags", "+faststart"])),
        "audio.truncated",
        "La fin",
    ),
    ("moitie.opus", |d| half(encoded(d, "s.opus", 6.0, &["-c:a", "libopus"])), "audio.truncated", "La fin"),
    ("moitie.ogg", |d| half(encoded(d, "s.ogg", 6.0, &["-c:a", "libvorbis"])), "audio.truncated", "La fin"),
    ("moitie.flac", |d| half(encoded(d, "s.flac", 6.0, &["-c:a", "flac"])), "audio.truncated", "La fin"),
    ("moitie.wav", |_| half(wave(48_000, 1, 16, 1, &tone16(96_000))), "audio.truncated", "La fin"),
    ("court.wav", |_| wave(48_000, 1, 16, 1, &tone16(960)), "audio.too-short", "20 ms"),
    ("muet.wav", |_| wave(48_000, 1, 16, 1, &vec![0; 96_000 * 2]), "audio.silent", "On n’entend rien"),
    ("continu.wav", |_| wave(48_000, 1, 16, 1, &[0, 0x20].repeat(96_000)), "audio.silent", "On n’entend rien"),
    (
        "nan.wav",
        |_| wave(48_000, 1, 32, 3, &f32::NAN.to_le_bytes().repeat(96_000)),
        "audio.invalid-samples",
        "pas des nombres",
    ),
    (
        "carre.wav",
        |_| wave(48_000, 1, 16, 1, &[[0xFF, 0x7F].repeat(50), [0, 0x80].repeat(50)].concat().repeat(960)),
        "audio.distorted",
        "sature",
    ),
    ("taux0.wav", |_| wave(0, 1, 16, 1, &tone16(48_000)), "", ""),
    ("taux-immense.wav", |_| wave(u32::MAX, 1, 16, 1, &tone16(48_000)), "audio.rate", "4294967295 Hz"),
    ("taux-bas.wav", |_| wave(4_000, 1, 16, 1, &tone16(48_000)), "audio.rate", "8 000 à 192 000"),
    ("canaux0.wav", |_| wave(48_000, 0, 16, 1, &tone16(48_000)), "", ""),
    ("canaux.wav", |_| wave(48_000, 65_535, 16, 1, &tone16(48_000)), "", ""),
    ("bits0.wav", |_| wave(48_000, 1, 0, 1, &tone16(48_000)), "", ""),
];

fn half(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2 + 7);
    bytes
}

#[test]
fn what_is_not_whole_sound_is_refused_with_its_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (name, make, code, words) in REFUSED {
        let path = dir.path().join(name);
        fs::write(&path, make(dir.path())).unwrap();
        let begun = Instant::now();
        let report = decode_file(&path, &dir.path().join("out.flac"), &Limits::default());
        assert!(begun.elapsed() < Duration::from_secs(10), "{name} took {:?}", begun.elapsed());
        let Some(finding) = report.findings.last().filter(|_| report.verdict() == Verdict::Refused) else {
            wrong.push(format!("{name}: {:?} {:?}", report.verdict(), report.findings));
            continue;
        };
        let fits = code.is_empty() || (finding.code == *code && finding.fr.contains(words));
        if !fits || finding.fr.is_empty() || finding.en.is_empty() {
            wrong.push(format!("{name}: {finding:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn he_aac_is_refused_or_told_and_never_fast() {
    let dir = tempfile::tempdir().unwrap();
    // No encoder for HE-AAC is free, so an AAC-LC file is relabelled: the decoder config says SBR, as phones write it.
    let bytes = encoded(dir.path(), "he.m4a", 3.0, &["-c:a", "aac", "-ar", "22050"]);
    let at = bytes.windows(4).position(|w| w == b"esds").unwrap();
    let config = at + bytes[at..].windows(2).position(|w| w == [0x05, 0x80]).unwrap() + 5;
    let mut he = bytes.clone();
    // Object type 5 in the upper five bits.
    he[config] = (5 << 3) | (he[config] & 7);
    let path = dir.path().join("he2.m4a");
    fs::write(&path, he).unwrap();
    let report = decode_file(&path, &dir.path().join("out.flac"), &Limits::default());
    assert_eq!(report.findings[0].code, "file.he-aac", "{report:?}");
}

#[test]
fn damage_in_the_middle_is_never_a_panic_and_mostly_told() {
    let dir = tempfile::tempdir().unwrap();
    let sources = [
        ("a.mp3", mp3(dir.path(), &["-q:a", "4"])),
        ("a.flac", encoded(dir.path(), "s.flac", 3.0, &["-c:a", "flac"])),
        ("a.opus", encoded(dir.path(), "s.opus", 3.0, &["-c:a", "libopus"])),
        ("a.ogg", encoded(dir.path(), "s.ogg", 3.0, &["-c:a", "libvorbis"])),
        ("a.m4a", encoded(dir.path(), "s.m4a", 3.0, &["-c:a", "aac"])),
        ("a.wav", wave(48_000, 1, 16, 1, &tone16(96_000))),
    ];
    let marks = noise(4 * 600);
    for (name, whole) in &sources {
        for round in 0..12 {
            let mut bytes = whole.clone();
            for flip in marks[round * 200..][..200].chunks(4) {
                let at = u32::from_le_bytes([flip[0], flip[1], flip[2], flip[3]]) as usize % bytes.len();
                bytes[at] ^= 1 << (flip[0] % 8);
            }
            let path = dir.path().join(name);
            fs::write(&path, bytes).unwrap();
            let begun = Instant::now();
            let report = decode_file(&path, &dir.path().join("out.flac"), &Limits::default());
            assert!(begun.elapsed() < Duration::from_secs(10), "{name}");
            if report.verdict() != Verdict::Refused {
                assert!(sound::frames(&dir.path().join("out.flac")).len() as u64 == report.length.0, "{name}");
            }
        }
    }
}
