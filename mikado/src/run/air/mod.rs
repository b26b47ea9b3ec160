//! The air process: the sound of one site, whatever else happens.
//!
//! Order of the start: the pace-maker sounds the floor before any file is opened; then the plan, the encoders, the network.
//! Nothing that fails after the first block can take the sound away.

mod options;

pub use options::{AirOptions, OutputOptions, StreamFormat};

/// Sounds the site until the process is told to stop (`SIGTERM`, `SIGINT`).
///
/// # Errors
/// Only when no thread can be started at all: everything else is an alarm beside the sound.
pub fn run(options: AirOptions) -> anyhow::Result<()> {
    let _ = options;
    anyhow::bail!("the air process is not built yet")
}
