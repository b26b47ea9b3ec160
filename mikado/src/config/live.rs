//! `[site.live]`: where somebody live may come in, and how long their network may be late.

use domain::Frames;
use playout::live::DEPTH;

use super::file::Live;
use super::read::{Reader, address};
use super::units;
use crate::run::air::LiveOptions;
use crate::speech::Said;

/// A telephone network, a satellite: what they are late on a usual day.
const DEPTH_USUAL: Frames = Frames::from_secs(1);

impl Reader<'_> {
    /// The door, or `None` (with a complaint) when it cannot be opened.
    pub(super) fn live(&mut self, written: &Live) -> Option<LiveOptions> {
        let listen = self.value(Some(&written.listen), None, |t| address(t).map(Some))?;
        let depth = self.value(written.buffer.as_ref(), DEPTH_USUAL, depth);
        Some(LiveOptions { listen, depth })
    }
}

fn depth(text: &str) -> Result<Frames, Said> {
    let depth = Frames::from_duration(units::duration(text)?);
    if DEPTH.contains(&depth) {
        return Ok(depth);
    }
    Err(Said::new(
        format!(
            "« {text} » : le tampon d'un direct va de \"20ms\" (câble) à \"10s\" ; \"1s\" convient à un satellite."
        ),
        format!("“{text}”: the buffer of a live line takes \"20ms\" (a cable) to \"10s\"; \"1s\" suits a satellite."),
    ))
}
