//! What a sound is recognised by: 32 bits, forty-seven times a second.

use std::collections::VecDeque;

use media::bands::{BANDS, Bands, Window};

use crate::realtime::Frame;

/// A third of a second at 6 kHz: half a step between two clocks changes few bits.
const WINDOW: usize = 2_048;
/// A sixteenth of that.
const STEP: usize = 128;
/// The same in frames of sound.
pub(super) const STEP_FRAMES: u64 = 8 * STEP as u64;
/// A print compares a window with the one so many before it: 85 ms.
const LAG: usize = 4;
/// A step between two bands that changed less, in nepers of energy, is left to chance: 3 dB.
const SURE: f32 = 0.7;
/// Below this mean power (−56 dBFS) nothing was sent.
const SILENT: f32 = 2.5e-6;
/// A band so far below the mean of all (40 dB) belongs to the noise.
const FLOOR: f32 = 1e-4;

/// One print: for each pair of bands whether the step between them has grown, and whether that is more than chance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Print {
    pub bits: u32,
    pub sure: u32,
}

/// Makes prints of a sound.
pub(super) struct Printer {
    bands: Bands,
    before: VecDeque<[f32; BANDS]>,
}

impl Printer {
    pub(super) fn new() -> Self {
        Self { bands: Bands::new(2, WINDOW, STEP), before: VecDeque::with_capacity(LAG + 1) }
    }

    /// Takes the next frames; `each` gets every print that they complete, and what it was made of.
    pub(super) fn add(&mut self, sound: &[Frame], mut each: impl FnMut(Print, &Window)) {
        let Self { bands, before } = self;
        bands.add(sound.as_flattened(), |window| {
            let mean = window.energies.iter().sum::<f32>() / BANDS as f32;
            let now = window.energies.map(|energy| (energy + mean * FLOOR).max(f32::MIN_POSITIVE).ln());
            before.push_back(now);
            let then = if before.len() > LAG { before.pop_front() } else { None };
            let heard = then.filter(|_| window.power > SILENT);
            each(heard.map_or_else(Print::default, |then| print(&now, &then)), &window);
        });
    }
}

fn print(now: &[f32; BANDS], then: &[f32; BANDS]) -> Print {
    let mut print = Print::default();
    for (now, then) in now.windows(2).zip(then.windows(2)) {
        let grown = (now[0] - now[1]) - (then[0] - then[1]);
        print.bits = print.bits << 1 | u32::from(grown > 0.0);
        print.sure = print.sure << 1 | u32::from(grown.abs() > SURE);
    }
    print
}
