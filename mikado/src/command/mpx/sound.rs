//! The sound to modulate: a WAV file at any rate, mono or stereo, as frames at the house rate.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use domain::Frames;
use hardware::mpx::Frame;
use hound::{SampleFormat, WavReader};
use media::decode::Resampler;

use super::file::LENGTH_MAX;
use crate::error::Error;

/// Frames read at a time.
const PIECE: usize = 4_800;

/// A WAV file that can be modulated.
pub(super) struct Source<'a> {
    path: &'a Path,
    reader: WavReader<BufReader<File>>,
}

impl<'a> Source<'a> {
    pub fn open(path: &'a Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|e| Error::file(path, e))?;
        let reader = WavReader::new(BufReader::new(file)).map_err(|e| unread(path, &e))?;
        let (spec, name) = (reader.spec(), path.display());
        if !(1..=2).contains(&spec.channels) || !(8_000..=192_000).contains(&spec.sample_rate) {
            return Err(Error::usage(
                format!("« {name} » : il faut un ou deux canaux, de 8 à 192 kHz."),
                format!("“{name}”: one or two channels are needed, at 8 to 192 kHz."),
            ));
        }
        if f64::from(reader.duration()) / f64::from(spec.sample_rate) > LENGTH_MAX.as_secs_f64() {
            return Err(Error::usage(
                format!("« {name} » dépasse 90 minutes, ce que tient un fichier de multiplex."),
                format!("“{name}” is longer than the 90 minutes that a file of multiplex holds."),
            ));
        }
        Ok(Self { path, reader })
    }

    /// Hands the sound on, piece by piece, until `sink` says false; gives its length.
    pub fn read(mut self, mut sink: impl FnMut(&[Frame]) -> bool) -> Result<Frames, Error> {
        let spec = self.reader.spec();
        let channels = usize::from(spec.channels);
        let mut resampler = Resampler::new(spec.sample_rate, channels).ok_or_else(|| {
            Error::failed("Cette fréquence ne se convertit pas.", "This sampling rate cannot be converted.")
        })?;
        let scale = 2f32.powi(1 - i32::from(spec.bits_per_sample));
        let is_float = spec.sample_format == SampleFormat::Float;
        let (mut piece, mut ready, mut given) = (Vec::new(), Vec::new(), 0u64);
        let mut hand_on = |ready: &mut Vec<f32>| {
            let frames: Vec<Frame> = ready.chunks_exact(channels).map(stereo).collect();
            ready.clear();
            given += frames.len() as u64;
            sink(&frames)
        };
        loop {
            piece.clear();
            let want = PIECE * channels;
            if is_float {
                for sample in self.reader.samples::<f32>().take(want) {
                    piece.push(sample.map_err(|e| unread(self.path, &e))?);
                }
            } else {
                for sample in self.reader.samples::<i32>().take(want) {
                    piece.push(sample.map_err(|e| unread(self.path, &e))? as f32 * scale);
                }
            }
            let more = !piece.is_empty() && resampler.push(&piece, &mut ready).is_some();
            if !more || !hand_on(&mut ready) {
                break;
            }
        }
        resampler.finish(&mut ready);
        hand_on(&mut ready);
        Ok(Frames(given))
    }
}

fn stereo(samples: &[f32]) -> Frame {
    match samples {
        [left, right, ..] => [*left, *right],
        [one] => [*one; 2],
        [] => [0.0; 2],
    }
}

fn unread(path: &Path, why: &hound::Error) -> Error {
    let name = path.display();
    Error::failed(
        format!("« {name} » ne se lit pas comme WAV : {why}."),
        format!("“{name}” cannot be read as WAV: {why}."),
    )
}
