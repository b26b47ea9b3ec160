//! Honest files of every format, made by one run of ffmpeg; the hostile ones are made of them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::sound::{programme, tool, wav};

/// Name and encoder.
const SEEDS: &[(&str, &[&str])] = &[
    ("vbr.mp3", &["-c:a", "libmp3lame", "-q:a", "4"]),
    ("bare.mp3", &["-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"]),
    ("low.mp3", &["-c:a", "libmp3lame", "-b:a", "32k", "-ar", "22050", "-write_xing", "0", "-id3v2_version", "0"]),
    ("eight.mp3", &["-c:a", "libmp3lame", "-b:a", "16k", "-ar", "8000"]),
    ("two.mp2", &["-c:a", "mp2", "-b:a", "128k"]),
    ("late.m4a", &["-c:a", "aac", "-b:a", "64k"]),
    ("fast.m4a", &["-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"]),
    ("frag.m4a", &["-c:a", "aac", "-b:a", "64k", "-movflags", "+frag_keyframe+delay_moov", "-frag_duration", "500000"]),
    ("alac.m4a", &["-c:a", "alac"]),
    ("adts.aac", &["-c:a", "aac", "-b:a", "64k"]),
    ("a.flac", &["-c:a", "flac"]),
    ("vorbis.ogg", &["-c:a", "libvorbis", "-q:a", "3"]),
    ("a.opus", &["-c:a", "libopus", "-b:a", "32k"]),
    ("a.webm", &["-c:a", "libopus", "-b:a", "32k"]),
    ("a.aiff", &["-c:a", "pcm_s16be"]),
];

/// What else there is, for mutants: short ones, as many ways as there are.
const MORE: &[(&str, &[&str])] = &[
    ("u8.wav", &["-c:a", "pcm_u8", "-ar", "8000"]),
    ("s16.wav", &["-c:a", "pcm_s16le", "-ac", "2"]),
    ("s24.wav", &["-c:a", "pcm_s24le"]),
    ("f32.wav", &["-c:a", "pcm_f32le"]),
    ("alaw.wav", &["-c:a", "pcm_alaw", "-ar", "8000"]),
    ("ima.wav", &["-c:a", "adpcm_ima_wav", "-ar", "16000"]),
    ("ms.wav", &["-c:a", "adpcm_ms"]),
    ("mp3.wav", &["-c:a", "libmp3lame", "-b:a", "64k"]),
    ("rf64.wav", &["-c:a", "pcm_s16le", "-rf64", "always"]),
    ("sony.w64", &["-c:a", "pcm_s16le"]),
    ("f32.aifc", &["-c:a", "pcm_f32be", "-f", "aiff"]),
    ("wide.flac", &["-c:a", "flac", "-sample_fmt", "s32", "-ac", "2"]),
    ("flac.oga", &["-c:a", "flac"]),
    ("opus.mp4", &["-c:a", "libopus", "-b:a", "32k"]),
    ("flac.mp4", &["-c:a", "flac", "-strict", "-2"]),
    ("mp3.mp4", &["-c:a", "libmp3lame", "-b:a", "64k"]),
    ("vorbis.mkv", &["-c:a", "libvorbis", "-ac", "2"]),
    ("flac.mkv", &["-c:a", "flac"]),
    ("stereo.ogg", &["-c:a", "libvorbis", "-ac", "2"]),
    ("stereo.mp3", &["-c:a", "libmp3lame", "-b:a", "96k", "-ac", "2", "-joint_stereo", "1"]),
    ("stereo.m4a", &["-c:a", "aac", "-b:a", "96k", "-ac", "2"]),
];

/// How long each of them is.
pub const SECONDS: f64 = 2.0;
const SHORT_SECONDS: f64 = 0.12;

/// The first of them, by name.
pub fn seeds(dir: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    made(dir, SECONDS, SEEDS)
}

/// All of them, and short: for those who want many.
#[allow(dead_code, reason = "only `mutate` wants many")]
pub fn short(dir: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let mut all = made(dir, SHORT_SECONDS, SEEDS);
    all.append(&mut made(dir, SHORT_SECONDS, MORE));
    all
}

fn made(dir: &Path, seconds: f64, list: &[(&'static str, &'static [&'static str])]) -> BTreeMap<&'static str, Vec<u8>> {
    let source = dir.join("seed.wav");
    wav(&source, &programme(seconds, 48_000, 1), 48_000, 1, 16);
    let names: Vec<String> = list.iter().map(|(n, _)| dir.join(n).to_str().unwrap().to_owned()).collect();
    let mut args = vec!["-v", "error", "-y", "-i", source.to_str().unwrap()];
    for ((_, encoder), name) in list.iter().zip(&names) {
        args.extend(encoder.iter().chain(&["-map", "0:a"]));
        args.push(name);
    }
    tool("ffmpeg", &args);
    list.iter().zip(names).map(|((n, _), path)| (*n, std::fs::read(path).unwrap())).collect()
}
