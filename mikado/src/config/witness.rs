//! `[site.witness]`: how a receiver's sound comes in, and how it is recorded.

use std::path::Path;

use playout::aircheck::{AirCheckOptions, Keeping};

use super::aircheck::{budget, keep, rate};
use super::file::Witness;
use super::read::Reader;
use crate::run::air::{LineBy, WitnessBy, WitnessOptions};

/// Enough to hear what was on the frequency.
const BITS_PER_S: u32 = 32_000;
/// A month at that rate.
const BUDGET_BYTES: u64 = 12_000_000_000;

impl Reader<'_> {
    /// The witness, or `None` (with a complaint) where nothing could come in.
    pub(super) fn witness(&mut self, written: &Witness, dir: &Path) -> Option<WitnessOptions> {
        let shape = (written.format.as_ref(), written.channels.as_ref());
        let by = match (&written.card, &written.rtp, &written.from, &written.pipe) {
            (Some(card), None, None, None) => WitnessBy::Line(LineBy::Card(card.get_ref().clone())),
            (None, Some(rtp), Some(from), None) => WitnessBy::Line(self.rtp_line(rtp, from, shape)?),
            (None, None, None, Some(pipe)) => WitnessBy::Pipe(dir.join(pipe.get_ref())),
            (card, rtp, from, pipe) => {
                let one = [card, rtp, from, pipe].into_iter().flatten().next();
                let at = one.map_or(0..0, toml::Spanned::span);
                self.complain(
                    &at,
                    "un récepteur de contrôle entre par une carte (card), par RTP (rtp et from) ou par un tube nommé (pipe).",
                    "an off-air receiver comes in by a card (card), by RTP (rtp and from) or through a named pipe (pipe).",
                );
                return None;
            }
        };
        let bitrate_bps = self.value(written.opus.as_ref(), Some(BITS_PER_S), rate);
        let usual = AirCheckOptions::default();
        let keeping = Keeping {
            length: self.value(written.keep.as_ref(), usual.keeping.length, keep),
            bytes_max: self.value(written.disk_budget.as_ref(), BUDGET_BYTES, budget),
            ..usual.keeping
        };
        let recorded = bitrate_bps.map(|bitrate_bps| AirCheckOptions { bitrate_bps, is_stereo: false, keeping });
        Some(WitnessOptions { by, recorded })
    }
}
