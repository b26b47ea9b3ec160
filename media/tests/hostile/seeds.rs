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

/// How long each of them is.
pub const SECONDS: f64 = 2.0;

/// All of them, by name.
pub fn seeds(dir: &Path) -> BTreeMap<&'static str, Vec<u8>> {
    let source = dir.join("seed.wav");
    wav(&source, &programme(SECONDS, 48_000, 1), 48_000, 1, 16);
    let names: Vec<String> = SEEDS.iter().map(|(n, _)| dir.join(n).to_str().unwrap().to_owned()).collect();
    let mut args = vec!["-v", "error", "-y", "-i", source.to_str().unwrap()];
    for ((_, encoder), name) in SEEDS.iter().zip(&names) {
        args.extend(encoder.iter().chain(&["-map", "0:a"]));
        args.push(name);
    }
    tool("ffmpeg", &args);
    SEEDS.iter().zip(names).map(|((n, _), path)| (*n, std::fs::read(path).unwrap())).collect()
}
