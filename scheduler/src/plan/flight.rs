//! What a campaign asks of one site on one day.

use domain::{Asset, AssetKind, Frames, Language, SiteId};
use jiff::Timestamp;

use super::PlanInputs;
use super::cards::Cards;
use crate::grid::{DAY_S, second_of};
use crate::owed::Owed;
use crate::station::{Campaign, Daypart, Site, Spot, Station};

/// A spot lasts 15 to 60 s (R-CAMP-01), give or take half a second of file.
const SPOT_MIN: Frames = Frames::from_millis(14_500);
const SPOT_MAX: Frames = Frames::from_millis(60_500);

/// A campaign on the air at a site on a day, with the versions that may sound there.
pub(crate) struct Flight<'a> {
    pub(crate) campaign: &'a Campaign,
    /// Airings wanted by daypart, in the file's order of dayparts.
    pub(crate) wanted: Vec<u32>,
    /// Versions whose sound is ready for this site.
    pub(crate) versions: Vec<Version<'a>>,
}

/// A spot with its sound.
#[derive(Clone, Copy)]
pub(crate) struct Version<'a> {
    pub(crate) spot: &'a Spot,
    pub(crate) asset: &'a Asset,
    /// Weight of its language in the site's draw (R-CAMP-05).
    pub(crate) weight: u32,
    /// Whether this is the site's own version, with the site's number in it.
    pub(crate) local: bool,
}

impl Flight<'_> {
    /// Airings wanted over the day.
    pub(crate) fn total(&self) -> u32 {
        self.wanted.iter().sum()
    }
}

/// The campaigns on the air at a site on a day, first served first.
pub(crate) fn flights<'a>(
    inputs: &PlanInputs<'a>,
    site: &Site,
    cards: &Cards<'a>,
    day: (Timestamp, Timestamp),
) -> Vec<Flight<'a>> {
    let station = inputs.station;
    let seasons = station.seasons_on(inputs.changes, inputs.day);
    let rests = |c: &&Campaign| seasons.iter().any(|s| s.rests(c));
    let on_air = station.campaigns().iter().filter(|c| c.airs(inputs.site, inputs.day) && !rests(c));
    let mut flights: Vec<_> = on_air
        .map(|campaign| Flight {
            campaign,
            wanted: wanted(campaign, inputs, day),
            versions: versions(campaign, site, cards, day),
        })
        .filter(|flight| flight.total() > 0)
        .collect();
    flights.sort_by_key(|f| (f.campaign.priority, &f.campaign.id));
    flights
}

/// Airings by daypart: what the campaign asks for, and what the site owes it.
fn wanted(campaign: &Campaign, inputs: &PlanInputs<'_>, day: (Timestamp, Timestamp)) -> Vec<u32> {
    let dayparts = &inputs.station.file().daypart;
    let mut wanted = asked(campaign, inputs.site, dayparts);
    let recent = |o: &&Owed| o.missed < day.1 && day.0.duration_since(o.missed) < Owed::WITHIN;
    let own = inputs.owed.iter().filter(|o| o.site == inputs.site && o.campaign == campaign.id);
    for owed in own.filter(recent) {
        let second = second_of(inputs.station.zone().to_datetime(owed.missed).time());
        let daypart = dayparts.iter().position(|d| into_daypart(d, second) < daypart_length(d));
        if let Some(n) = daypart {
            wanted[n] += 1;
        }
    }
    wanted
}

/// Airings that a campaign asks of a site on each of its days.
pub(crate) fn asked_in_a_day(station: &Station, campaign: &Campaign, site: SiteId) -> u32 {
    asked(campaign, site, &station.file().daypart).iter().sum()
}

/// Airings by daypart with the site's factor; the largest remainders round up so that the day's sum is right.
fn asked(campaign: &Campaign, site: SiteId, dayparts: &[Daypart]) -> Vec<u32> {
    let factor = campaign.site_factor.get(&site).copied().unwrap_or(1.0);
    let asked = dayparts.iter().map(|d| campaign.per_day.get(&d.id).copied().unwrap_or(0));
    let exact: Vec<f64> = asked.map(|n| f64::from(n) * factor).collect();
    let mut wanted: Vec<u32> = exact.iter().map(|x| x.floor() as u32).collect();
    let sum = exact.iter().sum::<f64>().round() as u32;
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    by_remainder.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let short = sum.saturating_sub(wanted.iter().sum());
    for n in by_remainder.into_iter().take(short as usize) {
        wanted[n] += 1;
    }
    wanted
}

fn versions<'a>(
    campaign: &'a Campaign,
    site: &Site,
    cards: &Cards<'a>,
    (from, to): (Timestamp, Timestamp),
) -> Vec<Version<'a>> {
    // A campaign that says regional numbers and has none for this site stays silent here (R-HOT-01).
    let numberless = campaign.regional_tag && !campaign.hotlines.iter().any(|h| h.serves(site.id));
    if numberless {
        return Vec::new();
    }
    let sound = |spot: &'a Spot| {
        // A spot that may air at either end of the day is looked at again break by break.
        let airable = |when| cards.for_site(&spot.id, site.id, AssetKind::Spot, when);
        let asset = airable(from).or_else(|| airable(to))?;
        (SPOT_MIN <= asset.length && asset.length <= SPOT_MAX).then(|| Version {
            spot,
            asset,
            weight: weight(site, &spot.lang),
            local: asset.id.as_str() != spot.id,
        })
    };
    let ready: Vec<_> = campaign.spots.iter().filter_map(sound).collect();
    let drawn = ready.iter().any(|v| v.weight > 0);
    let french = |v: &Version<'_>| v.spot.lang.umbrella().as_str() == "fr";
    // Languages without weight are not for this site; French stands in when no other is ready.
    ready.into_iter().filter(|v| if drawn { v.weight > 0 } else { french(v) }).collect()
}

fn weight(site: &Site, language: &Language) -> u32 {
    let same = site.spot_language_weights.iter().filter(|(l, _)| l.same_umbrella(language));
    same.map(|(_, weight)| *weight).sum()
}

/// Seconds from the start of a daypart to a second of the day, going over midnight.
pub(crate) fn into_daypart(daypart: &Daypart, second: u32) -> u32 {
    (second + DAY_S - second_of(daypart.start)) % DAY_S
}

/// Length of a daypart in seconds; one that ends where it starts lasts all day.
pub(crate) fn daypart_length(daypart: &Daypart) -> u32 {
    match into_daypart(daypart, second_of(daypart.end)) {
        0 => DAY_S,
        length => length,
    }
}
