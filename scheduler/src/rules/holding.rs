//! What a site holds: how long it can play alone, and what it keeps as proof.

use domain::SiteId;

use super::Measured;
use crate::station::Station;

/// What is known of what a site holds. What nobody could look at is `None` and is not judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holding {
    /// The site.
    pub site: SiteId,
    /// Hours for which it has plans and their sounds, or can plan for itself.
    pub cache_h: Option<f64>,
    /// Whether its journal is whole: every line, link and number.
    pub is_chained: Option<bool>,
    /// Months of as-run that it has; as many as the rule asks for where nothing was ever dropped.
    pub as_run_months: Option<f64>,
    /// Days of air check that it has, or that its settings keep where it is younger.
    pub air_check_days: Option<f64>,
    /// The rate of its air check in kbit/s, in mono as the rule means it; 0 when nothing is recorded.
    pub air_check_kbps: Option<f64>,
}

/// Hours from which on a site counts as one where nobody comes by (R-RES-01): Tessalit's 240.
const UNATTENDED_H: u32 = 240;

impl Holding {
    /// A site of which nothing is known.
    pub const fn unknown(site: SiteId) -> Self {
        Self { site, cache_h: None, is_chained: None, as_run_months: None, air_check_days: None, air_check_kbps: None }
    }

    /// As the rules measure it.
    pub fn measured(&self, station: &Station) -> Vec<Measured> {
        let unattended = station.site(self.site).is_some_and(|s| s.tech.buffer_h >= UNATTENDED_H);
        let cache = if unattended { "cache_unattended_h" } else { "cache_h" };
        let figures = [
            (cache, self.cache_h),
            ("as_run_chained", self.is_chained.map(|is| f64::from(u8::from(is)))),
            ("as_run_kept_months", self.as_run_months),
            ("air_check_kept_days", self.air_check_days),
            ("air_check_kbps", self.air_check_kbps),
        ];
        let one =
            |(quantity, value): (&'static str, Option<f64>)| Some(Measured::number(quantity, value?).at(self.site));
        figures.into_iter().filter_map(one).collect()
    }
}
