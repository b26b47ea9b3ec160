//! Every format at its own rate, sample by sample, against what ffmpeg (and opusdec) make of the same file.

use std::fs::{self, File};
use std::path::Path;

use domain::Finding;

use super::foreign::{Foreign, Spec};
use super::mpeg;
use super::survey::survey;

#[path = "../../tests/sound/mod.rs"]
pub(super) mod sound;

#[path = "../../tests/sound/layer_one.rs"]
mod layer_one;

use sound::{programme, tool, wav};

/// How close it must be, and whether the file says how long its sound is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Must {
    /// Every sample, and not one more.
    Equal,
    /// The source's length to the frame; the error at least 90 dB below the signal.
    Close,
    /// As close, but the format has no place for the length: what ffmpeg gives.
    Unbounded,
    /// As LAME decodes its own file, in 16 bits: at 24 kHz ffmpeg begins a band of the spectrum two lines too early.
    Lame,
}

use Must::{Close, Equal, Lame, Unbounded};

/// File name, encoder, rate, channels, what must hold.
const CASES: &[(&str, &[&str], u32, usize, Must)] = &[
    ("u8.wav", &["-c:a", "pcm_u8"], 8_000, 1, Equal),
    ("s16.wav", &["-c:a", "pcm_s16le"], 22_050, 2, Equal),
    ("s24.wav", &["-c:a", "pcm_s24le"], 44_100, 2, Equal),
    ("s32.wav", &["-c:a", "pcm_s32le"], 96_000, 1, Equal),
    ("f32.wav", &["-c:a", "pcm_f32le"], 48_000, 2, Equal),
    ("f64.wav", &["-c:a", "pcm_f64le"], 32_000, 1, Equal),
    ("alaw.wav", &["-c:a", "pcm_alaw"], 8_000, 1, Equal),
    ("mulaw.wav", &["-c:a", "pcm_mulaw"], 16_000, 2, Equal),
    ("ima.wav", &["-c:a", "adpcm_ima_wav"], 16_000, 1, Unbounded),
    ("ms.wav", &["-c:a", "adpcm_ms"], 22_050, 2, Unbounded),
    ("rf64.wav", &["-c:a", "pcm_s24le", "-rf64", "always"], 48_000, 2, Equal),
    ("sony.w64", &["-c:a", "pcm_s16le"], 44_100, 2, Unbounded),
    ("mp3.wav", &["-c:a", "libmp3lame", "-b:a", "128k"], 44_100, 2, Unbounded),
    ("s16.aiff", &["-c:a", "pcm_s16be"], 24_000, 1, Equal),
    ("s24.aiff", &["-c:a", "pcm_s24be"], 96_000, 2, Equal),
    ("f32.aifc", &["-c:a", "pcm_f32be", "-f", "aiff"], 44_100, 2, Equal),
    ("sowt.aifc", &["-c:a", "pcm_s16le", "-f", "aiff"], 48_000, 1, Equal),
    ("a.flac", &["-sample_fmt", "s16"], 8_000, 2, Equal),
    ("b.flac", &["-sample_fmt", "s32"], 96_000, 2, Equal),
    ("c.flac", &["-sample_fmt", "s16"], 22_050, 1, Equal),
    ("flac.oga", &["-c:a", "flac"], 44_100, 2, Equal),
    ("alac1.m4a", &["-c:a", "alac"], 44_100, 2, Equal),
    ("alac2.m4a", &["-c:a", "alac", "-sample_fmt", "s32p"], 96_000, 2, Equal),
    ("alac4.m4a", &["-c:a", "alac", "-sample_fmt", "s32p"], 48_000, 1, Equal),
    ("d.flac", &["-sample_fmt", "s32"], 48_000, 1, Equal),
    ("e.flac", &["-sample_fmt", "s16"], 16_000, 2, Equal),
    ("s16.8.aiff", &["-c:a", "pcm_s16be"], 8_000, 2, Equal),
    ("s16.11.wav", &["-c:a", "pcm_s16le"], 11_025, 1, Equal),
    ("alac3.m4a", &["-c:a", "alac"], 8_000, 1, Equal),
    ("a.mp3", &["-q:a", "4"], 8_000, 1, Close),
    ("b.mp3", &["-b:a", "32k"], 16_000, 2, Close),
    ("c.mp3", &["-q:a", "5"], 22_050, 1, Close),
    ("d.mp3", &["-b:a", "64k"], 24_000, 2, Lame),
    ("e.mp3", &["-b:a", "64k"], 32_000, 1, Close),
    ("f.mp3", &["-q:a", "2"], 44_100, 2, Close),
    ("g.mp3", &["-b:a", "128k"], 48_000, 2, Close),
    ("h.mp3", &["-q:a", "4"], 11_025, 2, Close),
    ("i.mp3", &["-b:a", "24k"], 12_000, 1, Close),
    ("bare.mp3", &["-b:a", "96k", "-write_xing", "0"], 44_100, 1, Unbounded),
    ("a.mp2", &["-b:a", "64k"], 16_000, 1, Unbounded),
    ("b.mp2", &["-b:a", "192k"], 48_000, 2, Unbounded),
    ("c.mp2", &["-b:a", "160k"], 32_000, 2, Unbounded),
    ("d.mp2", &["-b:a", "64k"], 24_000, 1, Unbounded),
    ("a.m4a", &["-c:a", "aac", "-b:a", "24k"], 8_000, 1, Close),
    ("b.m4a", &["-c:a", "aac", "-b:a", "48k"], 16_000, 2, Close),
    ("c.m4a", &["-c:a", "aac", "-b:a", "48k"], 22_050, 1, Close),
    ("d.m4a", &["-c:a", "aac", "-b:a", "96k"], 44_100, 2, Close),
    ("e.m4a", &["-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart"], 48_000, 1, Close),
    ("f.m4a", &["-c:a", "aac", "-b:a", "160k"], 96_000, 2, Close),
    ("i.m4a", &["-c:a", "aac", "-b:a", "32k"], 11_025, 2, Close),
    ("j.m4a", &["-c:a", "aac", "-b:a", "48k"], 24_000, 1, Close),
    ("g.mp4", &["-c:a", "aac", "-b:a", "96k"], 32_000, 2, Close),
    ("h.mov", &["-c:a", "aac", "-b:a", "96k"], 44_100, 2, Close),
    ("mp3.mp4", &["-c:a", "libmp3lame", "-b:a", "128k"], 44_100, 2, Close),
    ("flac.mp4", &["-c:a", "flac", "-sample_fmt", "s16", "-strict", "-2"], 44_100, 2, Equal),
    ("a.aac", &["-c:a", "aac", "-b:a", "32k"], 24_000, 1, Unbounded),
    ("b.aac", &["-c:a", "aac", "-b:a", "128k"], 48_000, 2, Unbounded),
    ("c.aac", &["-c:a", "aac", "-b:a", "32k"], 8_000, 2, Unbounded),
    ("d.aac", &["-c:a", "aac", "-b:a", "128k"], 96_000, 1, Unbounded),
    ("d.ogg", &["-c:a", "libvorbis"], 16_000, 2, Close),
    ("e.ogg", &["-c:a", "libvorbis"], 22_050, 1, Close),
    ("f.ogg", &["-c:a", "libvorbis", "-q:a", "3"], 48_000, 1, Close),
    ("a.ogg", &["-c:a", "libvorbis"], 8_000, 1, Close),
    ("b.ogg", &["-c:a", "libvorbis", "-q:a", "5"], 44_100, 2, Close),
    ("c.ogg", &["-c:a", "libvorbis", "-q:a", "5"], 96_000, 2, Close),
    ("a.opus", &["-c:a", "libopus", "-b:a", "96k"], 48_000, 2, Close),
    ("b.opus", &["-c:a", "libopus", "-b:a", "16k", "-application", "voip", "-frame_duration", "60"], 16_000, 1, Close),
    ("c.opus", &["-c:a", "libopus", "-b:a", "24k"], 8_000, 1, Close),
    ("e.opus", &["-c:a", "libopus", "-b:a", "48k"], 24_000, 2, Close),
    ("f.opus", &["-c:a", "libopus", "-b:a", "24k"], 12_000, 1, Close),
    ("d.mp4", &["-c:a", "libopus", "-b:a", "96k"], 48_000, 2, Close),
];

fn ours(path: &Path) -> Result<(Vec<f32>, Spec), Finding> {
    let found = survey(File::open(path).unwrap())?;
    let mut foreign = Foreign::open(found.view, path, found.gapless)?;
    if foreign.is_mpeg() && !mpeg::walk(File::open(path).unwrap()).unwrap().promise_holds() {
        foreign.keep_to_the_end();
    }
    let (mut all, mut block, mut spec) = (Vec::new(), Vec::new(), None);
    while let Some(now) = foreign.next(&mut block)? {
        spec = Some(now);
        all.extend_from_slice(&block);
    }
    Ok((all, spec.unwrap()))
}

/// One ffmpeg for all files: `inputs` with their options, then `outputs` with theirs.
fn ffmpeg(inputs: &[(&[&str], String)], outputs: &[(Vec<String>, String)]) {
    let mut args: Vec<String> = ["-v", "error", "-y"].map(str::to_owned).to_vec();
    for (options, path) in inputs {
        args.extend(options.iter().map(|o| (*o).to_owned()));
        args.extend(["-i".to_owned(), path.clone()]);
    }
    for (i, (options, path)) in outputs.iter().enumerate() {
        args.extend(["-map".to_owned(), format!("{i}:a")]);
        args.extend(options.iter().cloned());
        args.push(path.clone());
    }
    tool("ffmpeg", &args.iter().map(String::as_str).collect::<Vec<_>>());
}

/// ffmpeg decodes MPEG layer II in whole numbers unless asked for its other decoder, and Opus speech by other filters.
fn theirs(path: &dyn Fn(&str) -> String) {
    let mut inputs: Vec<(&[&str], String)> = Vec::new();
    let mut outputs = Vec::new();
    for (name, _, _, _, must) in CASES {
        let is = |extension: &str| Path::new(name).extension().is_some_and(|e| e == extension);
        let decoder: &[&str] = if is("mp2") { &["-c:a", "mp2float"] } else { &[] };
        let wav = path(&format!("{name}.theirs.wav"));
        if is("opus") {
            tool("opusdec", &["--quiet", "--float", "--no-dither", "--rate", "48000", &path(name), &wav]);
        }
        if *must == Lame {
            tool("lame", &["--quiet", "--decode", &path(name), &wav]);
        }
        let by_others = is("opus") || *must == Lame;
        inputs.push((decoder, if by_others { wav } else { path(name) }));
        outputs.push((["-f", "f32le"].map(str::to_owned).to_vec(), path(&format!("{name}.f32"))));
    }
    ffmpeg(&inputs, &outputs);
}

/// The error of all of `got` against the start of `want`, in decibels below it.
fn error_db(got: &[f32], want: &[f32]) -> f64 {
    let power = |v: f64| v * v;
    let error: f64 = got.iter().zip(want).map(|(g, w)| power(f64::from(g - w))).sum();
    10.0 * (error / want.iter().map(|w| power(f64::from(*w))).sum::<f64>()).log10()
}

#[test]
fn every_format_is_as_long_as_its_source_and_sounds_as_others_decode_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (mut inputs, mut outputs, mut sources) = (Vec::<(&[&str], String)>::new(), Vec::new(), Vec::new());
    for (name, args, rate, channels, must) in CASES {
        let samples = programme(1.3 + 41.0 / f64::from(*rate), *rate, *channels);
        let source = path(&format!("{name}.source.wav"));
        wav(Path::new(&source), &samples, *rate, *channels, if *must == Equal && *channels == 2 { 24 } else { 16 });
        inputs.push((&[], source));
        outputs.push((args.iter().map(|a| (*a).to_owned()).collect(), path(name)));
        sources.push(samples);
    }
    ffmpeg(&inputs, &outputs);
    theirs(&path);
    let mut wrong = Vec::new();
    for ((name, _, rate, channels, must), samples) in CASES.iter().zip(sources) {
        let (got, spec) = match ours(Path::new(&path(name))) {
            Ok(got) => got,
            Err(finding) => {
                wrong.push(format!("{name}: {}", finding.en));
                continue;
            }
        };
        let raw = fs::read(path(&format!("{name}.f32"))).unwrap();
        let want: Vec<f32> = raw.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let frames = got.len() / spec.channels;
        let length = (samples.len() / channels) as u64 * u64::from(spec.rate_hz);
        let length = ((length + u64::from(*rate) / 2) / u64::from(*rate)) as usize;
        let error = error_db(&got, &want);
        let fits = match must {
            Equal => got == want && frames == length,
            Close => error < -90.0 && frames == length,
            Lame => error < -75.0 && frames == length,
            Unbounded => error < -90.0 && got.len() == want.len(),
        };
        if !fits || spec.channels != *channels {
            let theirs = want.len() / spec.channels;
            wrong.push(format!("{name} {spec:?}: {frames} frames of {length} (ffmpeg {theirs}), {error:.1} dB"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn layer_one_sounds_as_others_decode_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    for (rate, channels) in [(32_000, 1), (44_100, 2), (48_000, 1)] {
        fs::write(path("a.mp1"), layer_one::file(rate, channels)).unwrap();
        let (got, spec) = ours(Path::new(&path("a.mp1"))).unwrap();
        assert_eq!((spec.rate_hz as usize, spec.channels), (rate, channels));
        tool("ffmpeg", &["-v", "error", "-y", "-c:a", "mp1float", "-i", &path("a.mp1"), "-f", "f32le", &path("a.f32")]);
        let raw = fs::read(path("a.f32")).unwrap();
        let want: Vec<f32> = raw.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let error = error_db(&got, &want);
        assert!(got.len() == want.len() && error < -90.0, "{rate} Hz: {} of {}, {error:.1} dB", got.len(), want.len());
    }
}
