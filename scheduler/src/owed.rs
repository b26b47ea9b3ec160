//! Make-goods: airings that a site did not keep and owes its clients.

use domain::{Segment, SiteId, What};
use jiff::{SignedDuration, Timestamp};

use crate::reconcile::{Kept, Reconciliation};
use crate::station::Station;

/// A spot's airing that was promised and not heard. Given to a plan, it is placed once more: in its own daypart when
/// there is room, else elsewhere in the day (R-LIVE-06). Whoever keeps the list drops what has been made good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owed {
    /// At which site.
    pub site: SiteId,
    /// Of which campaign.
    pub campaign: String,
    /// When it should have been heard.
    pub missed: Timestamp,
}

impl Owed {
    /// An airing is made good within this time, or never (R-LIVE-06).
    pub const WITHIN: SignedDuration = SignedDuration::from_hours(48);
}

/// What a reconciled day owes: spots not heard, or heard in part.
pub fn owed(station: &Station, day: &Reconciliation) -> Vec<Owed> {
    let lost =
        day.entries.iter().filter(|r| r.entry.segment == Segment::Spot && matches!(r.kept, Kept::Not | Kept::Partly));
    lost.filter_map(|report| {
        let What::Audio { asset, .. } = &report.entry.what else { return None };
        let (campaign, _) = station.spot_of(asset, day.site)?;
        Some(Owed { site: day.site, campaign: campaign.id.clone(), missed: report.entry.at })
    })
    .collect()
}
