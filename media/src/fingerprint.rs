//! What a sound sounds like in a few kilobytes, so that it is recognised under another name, with other tags or from another
//! codec.
//!
//! One word per quarter second: of 33 bands between 300 and 2,000 Hz (what telephones and every codec keep), whether the step
//! from each to the next has grown since the quarter before. That is the scheme of Haitsma and Kalker (ISMIR 2002), with longer
//! windows: nobody asks here for three seconds out of the middle, but whether two files are the same recording. Only the
//! first ten minutes are looked at, which costs a tenth of a second of work however long the file is.

use domain::Frames;

use crate::bands::{BANDS, Bands};

/// 0.68 s: long enough that a shift by a codec's delay or half a step changes few bits.
const WINDOW: usize = 4096;
/// A quarter second.
const STEP: usize = 1500;
/// Below this mean power (-66 dBFS) there is nothing to recognise.
const SILENT: f32 = 2.5e-7;

/// Ten minutes: what begins alike so long and is as long is the same.
pub const WORDS_MAX: usize = 2400;
/// Six seconds: less is recognised by its bytes alone, because short sounds are alike by chance.
const WORDS_MIN: usize = 24;
/// Two copies may begin up to four seconds apart: somebody trimmed the silence.
const SHIFT_MAX: usize = 16;
/// Bits that may differ: copies stay below a quarter, strangers above four tenths.
const DIFFERENT_MAX: f32 = 0.33;

/// Takes a sound in and gives its fingerprint.
pub(crate) struct Fingerprinter {
    spectrum: Bands,
    before: Option<[f32; BANDS]>,
    words: Vec<u32>,
}

impl Fingerprinter {
    pub(crate) fn new(channels: usize) -> Self {
        Self { spectrum: Bands::new(channels, WINDOW, STEP), before: None, words: Vec::new() }
    }

    /// Interleaved samples at the house rate.
    pub(crate) fn add(&mut self, samples: &[f32]) {
        if self.words.len() >= WORDS_MAX {
            return;
        }
        let Self { spectrum, before, words } = self;
        spectrum.add(samples, |window| {
            let before = before.replace(window.energies);
            // No word is zero but that of silence.
            let heard = before.filter(|_| window.power > SILENT);
            let word = heard.map_or(0, |before| bits(&window.energies, &before).max(1));
            words.push(word);
        });
        words.truncate(WORDS_MAX);
    }

    pub(crate) fn finish(self) -> Vec<u32> {
        self.words
    }
}

fn bits(now: &[f32; BANDS], before: &[f32; BANDS]) -> u32 {
    let step = |e: &[f32; BANDS], n: usize| e[n] - e[n + 1];
    (0..BANDS - 1).fold(0, |word, n| word << 1 | u32::from(step(now, n) > step(before, n)))
}

/// Whether two sounds are the same recording: as long as each other within a fiftieth and six seconds, and alike.
pub fn same(a: (&[u32], Frames), b: (&[u32], Frames)) -> bool {
    close(a.1, b.1) && difference(a.0, b.0).is_some_and(|d| d < DIFFERENT_MAX)
}

/// The lengths that a copy of a sound of `length` may have.
pub fn lengths(length: Frames) -> std::ops::RangeInclusive<u64> {
    let slack = length.0 / 50 + Frames::from_secs(6).0;
    length.0.saturating_sub(slack)..=length.0 + slack
}

fn close(a: Frames, b: Frames) -> bool {
    lengths(a).contains(&b.0) || lengths(b).contains(&a.0)
}

/// The share of bits that differ where both can be heard, at the best shift; `None` when too little can be heard.
pub fn difference(a: &[u32], b: &[u32]) -> Option<f32> {
    let heard = |words: &[u32]| words.iter().filter(|w| **w != 0).count();
    // Most of the shorter one must lie on the other, or an end of one would meet a beginning by chance.
    let enough = (heard(a).min(heard(b)) * 3 / 4).max(WORDS_MIN);
    let shifts = (0..=SHIFT_MAX).flat_map(|n| [(n, 0), (0, n)]);
    let at = |(skip_a, skip_b): (usize, usize)| {
        let pairs = a.iter().skip(skip_a).zip(b.iter().skip(skip_b)).filter(|(x, y)| **x != 0 && **y != 0);
        let (count, bits) = pairs.fold((0_usize, 0_u32), |(n, bits), (x, y)| (n + 1, bits + (x ^ y).count_ones()));
        (count >= enough).then(|| bits as f32 / (32 * count) as f32)
    };
    shifts.filter_map(at).min_by(f32::total_cmp)
}

/// As bytes for the catalogue's file: big-endian words.
pub(crate) fn to_bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_be_bytes()).collect()
}

/// From such bytes; a piece of a word at the end is left out.
pub(crate) fn from_bytes(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).take(WORDS_MAX).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syllables of noise and tones that nobody but `seed` says so.
    fn speech(seed: u64, seconds: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / 8_388_608.0 - 1.0
        };
        let (mut pitch, mut loud, mut phase) = (400.0, 0.2, 0.0_f32);
        (0..seconds * 48_000)
            .map(|n| {
                if n % 7_200 == 0 {
                    (pitch, loud) = (900.0 + 600.0 * random(), 0.15 + 0.14 * random());
                }
                phase = (phase + pitch / 48_000.0).fract();
                loud * ((phase * std::f32::consts::TAU).sin() + 0.4 * (phase * 2.7).sin() + 0.1 * random())
            })
            .collect()
    }

    fn print(samples: &[f32]) -> Vec<u32> {
        let mut printer = Fingerprinter::new(1);
        samples.chunks(4000).for_each(|block| printer.add(block));
        printer.finish()
    }

    #[test]
    fn a_copy_is_recognised_later_quieter_noisier_and_in_stereo_and_a_stranger_is_not() {
        let sound = speech(1, 40);
        let original = print(&sound);
        let check = |what: &str, other: &[u32], same: bool| {
            let d = difference(&original, other).unwrap();
            assert_eq!(d < DIFFERENT_MAX, same, "{what}: {d}");
        };
        let late: Vec<f32> = std::iter::repeat_n(0.0, 77_777).chain(sound.iter().copied()).collect();
        check("1.6 s of silence before", &print(&late), true);
        let rough: Vec<f32> =
            sound.iter().zip(speech(9, 40)).map(|(s, n)| (0.3 * s * 127.0).round() / 127.0 + 0.01 * n).collect();
        check("quieter, in eight bits, with noise", &print(&rough), true);
        let mut stereo = Fingerprinter::new(2);
        stereo.add(&sound.iter().flat_map(|s| [*s, *s]).collect::<Vec<_>>());
        check("on two channels", &stereo.finish(), true);
        for seed in 2..8 {
            check("another sound", &print(&speech(seed, 40)), false);
        }
    }

    #[test]
    fn silence_and_short_sounds_are_alike_with_nothing() {
        let silence = print(&vec![0.0; 48_000 * 30]);
        assert!(silence.iter().all(|w| *w == 0) && !silence.is_empty());
        assert_eq!(difference(&silence, &silence), None);
        let short = print(&speech(1, 5));
        assert_eq!(difference(&short, &short), None);
    }

    #[test]
    fn ten_minutes_are_enough_and_the_words_read_back() {
        let words: Vec<u32> = (1..=WORDS_MAX as u32).collect();
        assert_eq!(from_bytes(&to_bytes(&words)), words);
        let mut printer = Fingerprinter::new(1);
        printer.words = words;
        printer.add(&speech(1, 5));
        assert_eq!(printer.finish().len(), WORDS_MAX);
        assert!(lengths(Frames::from_secs(3600)).contains(&Frames::from_secs(3600 + 77).0));
        assert!(!lengths(Frames::from_secs(30)).contains(&Frames::from_secs(40).0));
    }
}
