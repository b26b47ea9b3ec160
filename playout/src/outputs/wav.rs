//! Records the air into WAV files: 48 kHz, stereo, 24 bit; readable at any moment, also after a kill.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use domain::{Frames, SAMPLE_RATE_HZ};
use hound::{SampleFormat, WavSpec, WavWriter};

use super::{OutputError, finite};

/// The header is set right this often: a kill loses no more sound than this.
const HEADER_EVERY: Frames = Frames::from_secs(1);
/// One file: 4 hours are 4.15 GB, and RIFF sizes end at 4.29 GB.
const FILE_LENGTH_MAX: Frames = Frames::from_secs(4 * 3_600);
/// Recordings of one name: at four hours each, more than four years.
const FILES_MAX: u32 = 9_999;

/// A recorder; give it everything in order.
pub struct WavRecorder {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    in_file: Frames,
    since_header: Frames,
    taken: Frames,
}

impl WavRecorder {
    /// Starts a new file at `path`. A recording that is there already stays: the new one is called `name-2.wav`,
    /// `name-3.wav`, …, and so are the files after each four hours.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        let writer = create_free(path)?;
        let (in_file, since_header, taken) = (Frames::ZERO, Frames::ZERO, Frames::ZERO);
        Ok(Self { path: path.to_owned(), writer, in_file, since_header, taken })
    }

    /// Appends sound. After an error the file up to the last header stays readable; make a new recorder to go on.
    pub fn push(&mut self, sound: &[[f32; 2]]) -> Result<(), OutputError> {
        for sample in sound.as_flattened() {
            let value = (finite(*sample) * 8_388_608.0).round().clamp(-8_388_608.0, 8_388_607.0) as i32;
            self.writer.write_sample(value).map_err(|e| trouble(&self.path, &e))?;
        }
        let length = Frames(sound.len() as u64);
        self.taken += length;
        self.in_file += length;
        self.since_header += length;
        if self.in_file >= FILE_LENGTH_MAX {
            self.next_file()?;
        } else if self.since_header >= HEADER_EVERY {
            self.writer.flush().map_err(|e| trouble(&self.path, &e))?;
            self.since_header = Frames::ZERO;
        }
        Ok(())
    }

    /// How much it has recorded.
    pub fn taken(&self) -> Frames {
        self.taken
    }

    /// Sets the header right for the last time.
    pub fn finish(self) -> Result<(), OutputError> {
        self.writer.finalize().map_err(|e| trouble(&self.path, &e))
    }

    fn next_file(&mut self) -> Result<(), OutputError> {
        let full = std::mem::replace(&mut self.writer, create_free(&self.path)?);
        (self.in_file, self.since_header) = (Frames::ZERO, Frames::ZERO);
        full.finalize().map_err(|e| trouble(&self.path, &e))
    }
}

/// Opens the first of `name.wav`, `name-2.wav`, … that does not exist.
fn create_free(path: &Path) -> Result<WavWriter<BufWriter<File>>, OutputError> {
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|e| trouble(path, &e.into()))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut free = path.to_owned();
    for number in 2..=FILES_MAX {
        match File::create_new(&free) {
            Ok(file) => return start(file).map_err(|e| trouble(&free, &e)),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                free = path.with_file_name(format!("{stem}-{number}.wav"));
            }
            Err(e) => return Err(trouble(&free, &e.into())),
        }
    }
    Err(trouble(path, &std::io::Error::from(ErrorKind::AlreadyExists).into()))
}

fn start(file: File) -> hound::Result<WavWriter<BufWriter<File>>> {
    let spec =
        WavSpec { channels: 2, sample_rate: SAMPLE_RATE_HZ, bits_per_sample: 24, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::new(BufWriter::new(file), spec)?;
    writer.flush()?;
    Ok(writer)
}

fn trouble(path: &Path, e: &hound::Error) -> OutputError {
    OutputError::Recording { path: path.display().to_string(), reason: e.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_recorder_leaves_a_readable_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("air.wav");
        let mut recorder = WavRecorder::create(&path).unwrap();
        for _ in 0..250 {
            recorder.push(&[[0.25, -0.5]; 480]).unwrap();
        }
        // A kill runs no destructor.
        std::mem::forget(recorder);
        let reader = hound::WavReader::open(&path).unwrap();
        assert_eq!((reader.spec().bits_per_sample, reader.duration()), (24, 96_000));
        let samples: Vec<i32> = reader.into_samples().map(Result::unwrap).collect();
        assert_eq!(samples[..2], [2_097_152, -4_194_304]);
    }

    #[test]
    fn a_restart_never_overwrites_a_recording() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("air.wav");
        for length in [480, 960] {
            let mut recorder = WavRecorder::create(&path).unwrap();
            recorder.push(&vec![[0.1; 2]; length]).unwrap();
            recorder.finish().unwrap();
        }
        let length = |name| hound::WavReader::open(dir.path().join(name)).unwrap().duration();
        assert_eq!((length("air.wav"), length("air-2.wav")), (480, 960));
    }

    #[test]
    fn a_folder_that_cannot_be_made_gets_a_sentence() {
        let refused = WavRecorder::create(Path::new("/proc/nowhere/air.wav")).err().unwrap();
        assert!(refused.to_string().starts_with("the recording /proc/nowhere/air.wav cannot be written"));
    }
}
