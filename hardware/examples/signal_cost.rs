//! What the multiplex costs: processor seconds for minutes of it, as a share of one core that does it as it is needed.
#![allow(clippy::print_stdout, reason = "an example that prints what it measured")]

use hardware::mpx::{BLOCK_FRAMES, BLOCK_SAMPLES, BadOptions, Coder, Frame, MpxOptions};
use hardware::rds::{BadPi, Encoder, RtPlus, Said};

/// Seconds of sound to each measurement.
const SECONDS: usize = 120;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Options(#[from] BadOptions),
    #[error(transparent)]
    Pi(#[from] BadPi),
    #[error("the system does not tell what this process has cost: {0}")]
    Clock(#[from] std::io::Error),
}

fn main() -> Result<(), Fault> {
    let quiet = percent(0.08, MpxOptions::default(), true)?;
    let alone = percent(0.08, MpxOptions::default(), false)?;
    let loud = percent(2.0, MpxOptions { power_max_dbr: Some(0.0), ..MpxOptions::default() }, true)?;
    println!("stereo coder and RDS at 192 kHz: {quiet:.2} % of one core ({alone:.2} % without RDS)");
    println!("the same with the limiter at work and BS.412: {loud:.2} % of one core");
    Ok(())
}

/// Processor time over sounding time, in percent.
fn percent(level: f32, options: MpxOptions, with_rds: bool) -> Result<f64, Fault> {
    let mut said = Said::new("0x5401".parse()?, "MIKADO");
    said.set_text("Journal en songhaï", &[(RtPlus::ProgrammeNow, "Journal en songhaï")]);
    let (mut coder, mut encoder) = (Coder::new(options)?, Encoder::new(said));
    let blocks: Vec<[Frame; BLOCK_FRAMES]> = (0..100).map(|n| noise(n, level)).collect();
    let mut out = [0.0; BLOCK_SAMPLES];
    let before = spent_s()?;
    for n in 0..SECONDS * 100 {
        if let Some(block) = blocks.get(n % blocks.len()) {
            coder.process(block, &mut out, &mut |_| with_rds.then(|| encoder.group(None)));
        }
    }
    Ok((spent_s()? - before) / SECONDS as f64 * 100.0)
}

fn noise(block: u64, level: f32) -> [Frame; BLOCK_FRAMES] {
    let mut x = block.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = move || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        ((x >> 40) as f32 / 8_388_608.0 - 1.0) * level
    };
    std::array::from_fn(|_| [next(), next()])
}

/// Processor seconds of this process so far: the first figure of the scheduler's own account.
fn spent_s() -> Result<f64, std::io::Error> {
    let account = std::fs::read_to_string("/proc/self/schedstat")?;
    let first = account.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok());
    Ok(first.unwrap_or(f64::NAN) / 1e9)
}
