//! One sound of the demonstration, from its recipe to samples: music, two markers, and a voice that says what it is.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use domain::Frames;

use super::markers::marker_amplitude;
use super::music::{CALM_LOOP_STEPS, Mood, Music};
use super::tone::{STEP_FRAMES, Tone};
use super::voices::Voices;

/// What a sound is made of. The same recipe always gives the same samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Draws the tune.
    pub name: String,
    /// Umbrella tag; chooses the scale.
    pub language: String,
    /// How the music moves.
    pub mood: Mood,
    /// The first marker: what it is, in hertz.
    pub marker_hz: Option<u32>,
    /// The second marker: its language or site, in hertz.
    pub second_hz: Option<u32>,
    /// The recordings that are said together, as kind and identifier in `texts.tsv`.
    pub said: Vec<(&'static str, String)>,
    /// When they are said.
    pub speech: Speech,
    /// Exactly how long.
    pub length: Frames,
}

/// When the voice speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// Once, shortly after the start.
    Once,
    /// At the start and again in the middle.
    Twice,
    /// At the start and each minute, then with the number of the minute.
    EachMinute,
}

/// The music under the voice, as a factor: 9 dB down.
const DUCKED: f32 = 0.35;
/// Steps that ducking takes each way: 200 ms.
const DUCK_STEPS: f32 = 20.0;
/// The voice sits about 4 dB above the music.
const VOICE_GAIN: f32 = 0.8;
/// The voice starts this long after its cue, when the music has made room.
const LEAD_FRAMES: usize = 24_000;
const MINUTE_FRAMES: u64 = 60 * 48_000;
/// The last 50 ms fade out, except for a loop.
const FADE_FRAMES: u64 = 2400;

/// A sound being made, in steps of 10 ms.
#[derive(Debug)]
pub struct Sound<'v> {
    recipe: Recipe,
    voices: &'v Voices,
    music: Music,
    markers: Vec<(Tone, f32)>,
    /// Frames made so far.
    at: u64,
    said: Vec<f32>,
    /// What is being said and how far; empty between.
    speaking: Vec<f32>,
    spoken: usize,
    duck: f32,
}

impl<'v> Sound<'v> {
    /// Prepares a sound; fails only when a recording in the binary is broken.
    pub fn new(recipe: Recipe, voices: &'v Voices) -> Result<Self> {
        let mut said = Vec::new();
        for (kind, id) in &recipe.said {
            said.extend(voices.clip(kind, id)?);
        }
        let music = Music::new(&recipe.language, &recipe.name, recipe.mood);
        let markers = [recipe.marker_hz, recipe.second_hz]
            .iter()
            .flatten()
            .map(|&hz| (Tone::new(f64::from(hz)), marker_amplitude(hz)))
            .collect();
        let mut sound =
            Self { recipe, voices, music, markers, at: 0, said, speaking: Vec::new(), spoken: 0, duck: 1.0 };
        if sound.recipe.mood == Mood::Calm {
            // A loop begins as it ends: in the middle of things.
            let mut unheard = [0.0; STEP_FRAMES];
            (0..CALM_LOOP_STEPS).for_each(|_| sound.play(&mut unheard));
        }
        Ok(sound)
    }

    /// The next samples, 16 bit mono at 48 kHz; how many, 0 at the end.
    pub fn read(&mut self, out: &mut [i16; STEP_FRAMES]) -> Result<usize> {
        let left = self.recipe.length.saturating_sub(Frames(self.at)).0;
        if left == 0 {
            return Ok(0);
        }
        let mut mix = [0.0; STEP_FRAMES];
        self.cue()?;
        self.speak(&mut mix);
        self.play(&mut mix);
        if self.recipe.mood != Mood::Calm && left < FADE_FRAMES + STEP_FRAMES as u64 {
            for (i, v) in mix.iter_mut().enumerate() {
                *v *= left.saturating_sub(i as u64).min(FADE_FRAMES) as f32 / FADE_FRAMES as f32;
            }
        }
        for (to, v) in out.iter_mut().zip(mix) {
            // Adding and subtracting 1.5 · 2^23 rounds to the nearest whole number; the cast holds at full scale.
            *to = ((v * 32_767.0 + 12_582_912.0) - 12_582_912.0) as i16;
        }
        let n = left.min(STEP_FRAMES as u64);
        self.at += n;
        Ok(n as usize)
    }

    /// Starts to speak when it is time.
    fn cue(&mut self) -> Result<()> {
        let half = self.recipe.length.0 / 2 / STEP_FRAMES as u64 * STEP_FRAMES as u64;
        let minute = match self.recipe.speech {
            _ if self.at == 0 => 0,
            Speech::EachMinute if self.at.is_multiple_of(MINUTE_FRAMES) => self.at / MINUTE_FRAMES,
            Speech::Twice if self.at == half => 0,
            _ => return Ok(()),
        };
        self.speaking = vec![0.0; LEAD_FRAMES];
        self.speaking.extend(&self.said);
        if minute > 0 {
            self.speaking.extend(self.voices.clip("minute", &minute.to_string())?);
        }
        self.spoken = 0;
        Ok(())
    }

    fn speak(&mut self, mix: &mut [f32; STEP_FRAMES]) {
        let left = self.speaking.get(self.spoken..).unwrap_or_default();
        for (to, v) in mix.iter_mut().zip(left) {
            *to += v * VOICE_GAIN;
        }
        let target = if left.is_empty() { 1.0 } else { DUCKED };
        let most = (1.0 - DUCKED) / DUCK_STEPS;
        self.duck += (target - self.duck).clamp(-most, most);
        self.spoken += STEP_FRAMES;
    }

    fn play(&mut self, mix: &mut [f32; STEP_FRAMES]) {
        self.music.add(mix, self.duck);
        for (tone, amplitude) in &mut self.markers {
            tone.add(mix, *amplitude);
        }
    }
}

/// Writes a sound as a WAV file: 48 kHz, mono, 16 bit.
pub fn write_wav(recipe: Recipe, voices: &Voices, path: &Path) -> Result<()> {
    let file = std::fs::File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    write_wav_into(recipe, voices, std::io::BufWriter::with_capacity(1 << 16, file))
}

fn write_wav_into(recipe: Recipe, voices: &Voices, mut to: impl Write) -> Result<()> {
    to.write_all(&wav_header(u32::try_from(recipe.length.0 * 2).context("longer than a WAV file can be")?))?;
    let mut sound = Sound::new(recipe, voices)?;
    let mut block = [0; STEP_FRAMES];
    let mut bytes = [0; 2 * STEP_FRAMES];
    loop {
        let n = sound.read(&mut block)?;
        if n == 0 {
            return Ok(to.flush()?);
        }
        for (two, sample) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(block) {
            *two = sample.to_le_bytes();
        }
        to.write_all(&bytes[..2 * n])?;
    }
}

/// The header of a canonical WAV file whose length is known beforehand.
fn wav_header(data_bytes: u32) -> Vec<u8> {
    let mut header = b"RIFF".to_vec();
    header.extend((36 + data_bytes).to_le_bytes());
    header.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    header.extend(48_000u32.to_le_bytes());
    header.extend(96_000u32.to_le_bytes());
    header.extend(b"\x02\0\x10\0data");
    header.extend(data_bytes.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::markers::marker_hz;
    use crate::demo::voices::Texts;

    fn recipe(name: &str, marker_hz: Option<u32>, seconds: u64) -> Recipe {
        Recipe {
            name: name.into(),
            language: "son".into(),
            mood: Mood::Programme,
            marker_hz,
            second_hz: Some(660),
            said: vec![("programme", name.into())],
            speech: Speech::EachMinute,
            length: Frames::from_secs(seconds),
        }
    }

    fn samples(recipe: Recipe) -> Vec<f32> {
        let voices = Voices::embedded().unwrap();
        let mut sound = Sound::new(recipe, &voices).unwrap();
        let (mut block, mut all) = ([0; STEP_FRAMES], Vec::new());
        loop {
            match sound.read(&mut block).unwrap() {
                0 => return all,
                n => all.extend(block[..n].iter().map(|v| f32::from(*v) / 32_768.0)),
            }
        }
    }

    /// Amplitude of one frequency under a Hann window, in dBFS of a full-scale sine.
    fn goertzel_dbfs(sound: &[f32], hz: f64) -> f64 {
        let (n, turn) = (sound.len() as f64, std::f64::consts::TAU);
        let (mut re, mut im) = (0.0, 0.0);
        for (i, v) in sound.iter().enumerate() {
            let window = 1.0 - (turn * i as f64 / n).cos();
            let (s, c) = (turn * hz * i as f64 / 48_000.0).sin_cos();
            re += f64::from(*v) * window * c;
            im += f64::from(*v) * window * s;
        }
        20.0 * (2.0 * re.hypot(im) / n).log10()
    }

    #[test]
    fn the_same_recipe_gives_the_same_samples() {
        let hash = |seconds| {
            let mut bytes = Vec::new();
            write_wav_into(recipe("gao-journal-son", Some(2000), seconds), &Voices::embedded().unwrap(), &mut bytes)
                .unwrap();
            blake3::hash(&bytes)
        };
        assert_eq!(hash(65), hash(65));
        assert_ne!(hash(65), hash(66));
    }

    #[test]
    fn a_sound_has_exactly_its_length() {
        let mut odd = recipe("flash-fr", None, 1);
        odd.length = Frames(48_123);
        assert_eq!(samples(odd).len(), 48_123);
    }

    #[test]
    fn the_marker_of_every_programme_stands_out_of_its_sound() {
        let texts = Texts::embedded().unwrap();
        let all: Vec<u32> = (620..=4080).step_by(20).collect();
        for id in texts.ids("programme") {
            let own = marker_hz(&texts, "programme", id).unwrap();
            let sound = samples(recipe(id, Some(own), 10));
            let heard = &sound[6 * 48_000..8 * 48_000];
            let level = goertzel_dbfs(heard, f64::from(own));
            assert!((-36.0..-31.0).contains(&level), "{id}: {level:.1} dBFS at {own} Hz");
            for near in all.iter().filter(|hz| **hz != own && **hz != 660 && hz.abs_diff(own) <= 100) {
                let other = goertzel_dbfs(heard, f64::from(*near));
                assert!(other < level - 20.0, "{id}: {near} Hz at {other:.1} dBFS beside {own} Hz");
            }
        }
    }

    #[test]
    fn the_bed_has_no_seam() {
        let mut bed = recipe("bed-GAO", Some(840), 48);
        bed.mood = Mood::Calm;
        let sound = samples(bed);
        let step = |a: f32, b: f32| (a - b).abs();
        let largest = sound[6 * 48_000..].windows(2).map(|w| step(w[0], w[1])).fold(0.0, f32::max);
        let seam = step(sound[sound.len() - 1], sound[0]);
        let corner = ((sound[1] - sound[0]) - (sound[sound.len() - 1] - sound[sound.len() - 2])).abs();
        assert!(seam <= largest && corner < largest / 4.0, "{seam} {corner} {largest}");
    }
}
