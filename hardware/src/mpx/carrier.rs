//! The one oscillator: pilot, subcarriers and the clock of the RDS bits are all read off the same phase.

use std::f64::consts::TAU;

use super::{MPX_RATE_HZ, PILOT_HZ};

/// Pilot cycles to one RDS bit: 19 kHz to 1,187.5 bit/s (IEC 62106-2).
const PILOT_CYCLES_PER_BIT: u32 = 16;

/// What the oscillator says at one sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases {
    /// sin ωt: the pilot.
    pub pilot: f32,
    /// sin 2ωt: zero and rising whenever the pilot is.
    pub stereo: f32,
    /// sin 3ωt.
    pub rds: f32,
    /// How far the running RDS bit is, 2⁶⁴ to the bit.
    pub bit: u64,
    /// Whether a bit begins here.
    pub bit_begins: bool,
}

/// A phase that only goes forward: 2⁶⁴ are one RDS bit, a sixteenth of it one cycle of the pilot.
#[derive(Clone, Debug)]
pub(super) struct Carrier {
    phase: u64,
    step: u64,
    begins: bool,
    turn: (f64, f64),
    pilot: (f64, f64),
}

impl Carrier {
    /// For a card whose clock runs `trim_ppm` parts in a million too fast.
    pub fn new(trim_ppm: f64) -> Self {
        let cycles = f64::from(PILOT_HZ) / (f64::from(MPX_RATE_HZ) * (1.0 + trim_ppm * 1e-6));
        let step = (cycles / f64::from(PILOT_CYCLES_PER_BIT) * 2f64.powi(64)).round() as u64;
        let turn = (TAU * cycles).sin_cos();
        Self { phase: 0, step, begins: true, turn, pilot: (0.0, 1.0) }
    }

    /// Takes sine and cosine afresh from the phase, so that the rounding of a block's rotations never adds up.
    pub fn settle(&mut self) {
        let pilot_phase = self.phase.wrapping_mul(u64::from(PILOT_CYCLES_PER_BIT));
        self.pilot = (pilot_phase as f64 / 2f64.powi(64) * TAU).sin_cos();
    }

    /// This sample's phases; the next call gives the next sample's.
    pub fn next(&mut self) -> Phases {
        let (s, c) = self.pilot;
        let now = Phases {
            pilot: s as f32,
            stereo: (2.0 * s * c) as f32,
            rds: (s * (3.0 - 4.0 * s * s)) as f32,
            bit: self.phase,
            bit_begins: self.begins,
        };
        (self.phase, self.begins) = self.phase.overflowing_add(self.step);
        let (ts, tc) = self.turn;
        self.pilot = (s * tc + c * ts, c * tc - s * ts);
        now
    }
}
