//! `[site.aircheck]`: how the air check is recorded and how long it is kept.

use std::time::Duration;

use playout::aircheck::{AirCheckOptions, Keeping};

use super::file::AirCheck;
use super::read::Reader;
use super::units;
use crate::speech::Said;

/// Less than a day is no air check; ten years are a typing mistake.
const KEEP_S: std::ops::RangeInclusive<u64> = 86_400..=10 * 366 * 86_400;
/// An hour and a half at the usual rate: below it the piece in the making would eat the finished ones.
const BUDGET_BYTES_MIN: u64 = 50_000_000;

impl Reader<'_> {
    /// What is written, and the usual values for what is not; `None` when it is off.
    pub(super) fn aircheck(&mut self, written: Option<&AirCheck>) -> Option<AirCheckOptions> {
        let usual = AirCheckOptions::default();
        let Some(written) = written else { return Some(usual) };
        let bitrate_bps = self.value(written.opus.as_ref(), Some(usual.bitrate_bps), rate)?;
        let keeping = Keeping {
            length: self.value(written.keep.as_ref(), usual.keeping.length, keep),
            bytes_max: self.value(written.disk_budget.as_ref(), usual.keeping.bytes_max, budget),
            free_bytes_min: self.value(written.disk_free_min.as_ref(), None, |t| units::bytes(t).map(Some)),
        };
        let is_stereo = self.value(written.channels.as_ref(), usual.is_stereo, units::stereo);
        Some(AirCheckOptions { bitrate_bps, is_stereo, keeping })
    }
}

/// The rate of a recording; `None` for none.
pub(super) fn rate(text: &str) -> Result<Option<u32>, Said> {
    if text == "off" {
        return Ok(None);
    }
    match units::bit_rate(text)? {
        rate @ 16_000..=320_000 => Ok(Some(rate)),
        _ => Err(Said::new(
            format!("« {text} » : une pige va de \"16 kbit/s\" à \"320 kbit/s\", ou \"off\"."),
            format!("“{text}”: an air check takes \"16 kbit/s\" to \"320 kbit/s\", or \"off\"."),
        )),
    }
}

pub(super) fn keep(text: &str) -> Result<Duration, Said> {
    let length = units::duration(text)?;
    if KEEP_S.contains(&length.as_secs()) {
        return Ok(length);
    }
    Err(Said::new(
        format!("« {text} » : une pige se garde de \"1d\" à dix ans, par exemple \"30d\"."),
        format!("“{text}”: an air check is kept from \"1d\" to ten years, such as \"30d\"."),
    ))
}

pub(super) fn budget(text: &str) -> Result<u64, Said> {
    match units::bytes(text)? {
        bytes @ BUDGET_BYTES_MIN.. => Ok(bytes),
        _ => Err(Said::new(
            format!("« {text} » : il faut au moins \"50MB\" à une pige ; un jour à 64 kbit/s en prend 700."),
            format!("“{text}”: an air check needs at least \"50MB\"; a day at 64 kbit/s takes 700."),
        )),
    }
}
