//! `[site.time]`: what tells the time beside the machine's clock.

use super::file::Time;
use super::read::{Reader, address};
use crate::run::air::TimeOptions;

impl Reader<'_> {
    /// The sources, or `None` when none is named.
    pub(super) fn time(&mut self, written: &Time) -> Option<TimeOptions> {
        let gpsd = self.value(written.gpsd.as_ref(), None, |t| address(t).map(Some));
        let rtc = written.rtc.unwrap_or(false);
        (gpsd.is_some() || rtc).then_some(TimeOptions { gpsd, rtc })
    }
}
