//! Make-goods: airings that a site did not keep and owes its clients.

use std::collections::BTreeMap;

use domain::{Segment, SiteId, SitePlan, What};
use jiff::{SignedDuration, Timestamp};

use crate::plan::asked_in_a_day;
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

/// A site on its own plan may air a spot this long before or after its time in the studio's plan, and has aired it.
const OWN_WITHIN: SignedDuration = SignedDuration::from_mins(90);

/// What a reconciled day owes: spots not heard, or heard in part. What a site on its own plan aired near its time is kept.
pub fn owed(station: &Station, day: &Reconciliation) -> Vec<Owed> {
    let lost =
        day.entries.iter().filter(|r| r.entry.segment == Segment::Spot && matches!(r.kept, Kept::Not | Kept::Partly));
    let campaign = |asset| station.spot_of(asset, day.site).map(|(campaign, _)| campaign.id.clone());
    let mut own: Vec<(String, Timestamp)> =
        day.own.iter().filter_map(|(asset, at)| Some((campaign(asset)?, *at))).collect();
    let mut debts = Vec::new();
    for report in lost {
        let What::Audio { asset, .. } = &report.entry.what else { continue };
        let (Some(campaign), missed) = (campaign(asset), report.entry.at) else { continue };
        let aired = own.iter().position(|(c, at)| *c == campaign && at.duration_since(missed).abs() <= OWN_WITHIN);
        match aired {
            Some(n) => drop(own.remove(n)),
            None => debts.push(Owed { site: day.site, campaign, missed }),
        }
    }
    debts
}

/// Of the airings that were given to a plan, those that it has room for: it promises a campaign more than its day asks.
/// The oldest come first.
pub fn placed<'a>(station: &Station, plan: &SitePlan, owed: &'a [Owed]) -> Vec<&'a Owed> {
    let mut promised = BTreeMap::<&str, u32>::new();
    for entry in plan.entries().iter().filter(|e| e.segment == Segment::Spot) {
        let What::Audio { asset, .. } = &entry.what else { continue };
        if let Some((campaign, _)) = station.spot_of(asset, plan.site()) {
            *promised.entry(&campaign.id).or_default() += 1;
        }
    }
    let mut own: Vec<&Owed> = owed.iter().filter(|o| o.site == plan.site()).collect();
    own.sort_by_key(|o| o.missed);
    let asked =
        |id: &str| station.campaigns().iter().find(|c| c.id == id).map(|c| asked_in_a_day(station, c, plan.site()));
    for (id, count) in &mut promised {
        *count = count.saturating_sub(asked(id).unwrap_or_default());
    }
    own.retain(|o| match promised.get_mut(o.campaign.as_str()) {
        Some(room) if *room > 0 => {
            *room -= 1;
            true
        }
        _ => false,
    });
    own
}
