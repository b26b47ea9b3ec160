//! The stereo multiplex: what modulates an FM transmitter (ITU-R BS.450-4, pilot-tone system), made from stereo sound.
//!
//! `composite(t) = A·(M + S·sin 2ωt) + P·sin ωt + R·r(t)·sin 3ωt`, ω = 2π·19 kHz, M = (L+R)/2, S = (L−R)/2, 1.0 = ±75 kHz.
//! Whatever comes in, no sample passes 1.0: the pre-emphasised left and right are limited to what pilot and RDS leave, and
//! |M| + |S| is never more than the larger of |L| and |R|, whatever the phase of the subcarrier, also between samples.
//!
//! A [`Coder`] makes all its buffers when it is built; [`Coder::process`] neither allocates nor waits.

mod carrier;
mod coder;
mod emphasis;
mod filter;
mod limiter;
mod options;
mod power;
mod upsample;

pub use coder::{BLOCK_FRAMES, BLOCK_SAMPLES, Coder, Frame, Reading};
pub use options::{BadOptions, Emphasis, MpxOptions, Setting, Signal};
pub use power::{PowerMeter, ZERO_DBR_MEAN_SQUARE};

/// Samples per second of the multiplex: what sound cards for it run at, four for each frame of sound.
pub const MPX_RATE_HZ: u32 = 192_000;
/// The pilot's frequency.
pub const PILOT_HZ: u32 = 19_000;
/// What 1.0 stands for.
pub const DEVIATION_MAX_HZ: u32 = 75_000;
/// Samples of the multiplex for each frame of sound.
const OVERSAMPLING: usize = 4;
