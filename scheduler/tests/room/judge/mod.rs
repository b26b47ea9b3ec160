//! A judge of fillings: the rules of breaks read from their text, harder stations, and a foreign solver's bound. It knows
//! plans and the station file, and nothing of how spots are placed.

mod bound;
mod harder;
mod law;

use std::collections::BTreeMap;

use domain::{Asset, Entry, Revision, Segment, SiteId, SitePlan, What};
use jiff::civil::Date;
use scheduler::breaks::Worth;
use scheduler::station::{Campaign, Day, Programme, SegmentKind, Spot};
use scheduler::{PlanInputs, Station, plan};

pub use bound::{bound, naive};
pub use harder::harder;
pub use law::broken;

/// A break of a day, from the clock formats of the site's grid.
pub struct Room<'a> {
    pub second: u32,
    pub length_s: u32,
    pub programme: &'a Programme,
}

/// A spot in a plan.
pub struct Airing<'a> {
    pub entry: &'a Entry,
    pub campaign: &'a Campaign,
    pub spot: &'a Spot,
    /// Seconds of the day, with their fraction.
    pub from_s: f64,
    pub to_s: f64,
}

pub fn days() -> Vec<Date> {
    (23..30).map(|d| format!("2026-11-{d}").parse().unwrap()).collect()
}

/// The reference station without what moves its breaks on single days: the judge reads them from the grid.
pub fn reference() -> Station {
    let mut file = crate::catalogue::station().file().clone();
    file.overrides.clear();
    Station::new(file).unwrap()
}

/// A site's week, each day knowing the one before.
pub fn week(station: &Station, assets: &[Asset], site: SiteId) -> Vec<SitePlan> {
    let mut plans = Vec::<SitePlan>::new();
    for day in days() {
        let inputs = PlanInputs { yesterday: plans.last(), ..PlanInputs::new(site, day, station, assets) };
        let (made, _) = plan(&inputs, Revision(1)).unwrap();
        plans.push(made);
    }
    plans
}

pub fn rooms(station: &Station, site: SiteId, day: Date) -> Vec<Room<'_>> {
    let mut rooms = Vec::new();
    for slot in station.grid().site(site, Day::of(day)).unwrap() {
        let mut second = slot.start_s;
        for segment in &station.clock_format(&slot.clock_format).unwrap().segments {
            if segment.kind == SegmentKind::Ecran {
                let programme = station.programme(&slot.programme).unwrap();
                rooms.push(Room { second, length_s: segment.dur_s, programme });
            }
            second += segment.dur_s;
        }
    }
    rooms
}

pub fn airings<'a>(station: &'a Station, plan: &'a SitePlan) -> Vec<Airing<'a>> {
    let midnight = station.zone().to_ambiguous_timestamp(plan.day().at(0, 0, 0, 0)).compatible().unwrap();
    let spots = plan.entries().iter().filter(|e| e.segment == Segment::Spot);
    let airing = |entry: &'a Entry| {
        let What::Audio { asset, .. } = &entry.what else { panic!("a spot is audio") };
        let (campaign, spot) = station.spot_of(asset, plan.site()).unwrap();
        let from_s = entry.at.duration_since(midnight).as_secs_f64();
        Airing { entry, campaign, spot, from_s, to_s: from_s + entry.length.as_secs_f64() }
    };
    spots.map(airing).collect()
}

/// What a campaign asks of a site's day, by daypart: its own numbers, or with the site's factor the largest remainders up.
pub fn wanted(station: &Station, campaign: &Campaign, site: SiteId) -> Vec<u32> {
    let factor = campaign.site_factor.get(&site).copied().unwrap_or(1.0);
    let exact = |id: &str| f64::from(campaign.per_day.get(id).copied().unwrap_or(0)) * factor;
    let exact: Vec<f64> = station.file().daypart.iter().map(|d| exact(&d.id)).collect();
    let sum = exact.iter().sum::<f64>().round() as u32;
    let mut whole: Vec<u32> = exact.iter().map(|x| x.floor() as u32).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let short = sum - whole.iter().sum::<u32>();
    for n in order.into_iter().take(short as usize) {
        whole[n] += 1;
    }
    whole
}

/// The daypart of a second, in the file's order.
pub fn daypart(station: &Station, second: u32) -> usize {
    let of = |t: jiff::civil::Time| t.hour() as u32 * 3600 + t.minute() as u32 * 60 + t.second() as u32;
    let within = |d: &scheduler::station::Daypart| {
        let (from, to) = (of(d.start), of(d.end));
        if from < to { (from..to).contains(&second) } else { second >= from || second < to }
    };
    station.file().daypart.iter().position(within).unwrap()
}

/// What a site's day is worth: airings counted in the breaks of `rooms` by the second in which those begin.
#[derive(Clone, Copy, Default)]
pub struct Sum {
    pub asked: u32,
    pub placed: u32,
    pub strayed: u32,
    pub worth: i64,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.asked += other.asked;
        self.placed += other.placed;
        self.strayed += other.strayed;
        self.worth += other.worth;
    }
}

/// Adds airings up, given as campaign and second of their break.
pub fn sum(station: &Station, site: SiteId, day: Date, airings: &[(&str, u32)]) -> Sum {
    let mut sum = Sum::default();
    for campaign in station.campaigns().iter().filter(|c| c.airs(site, day)) {
        let wanted = wanted(station, campaign, site);
        let mut has = vec![0_u32; wanted.len()];
        for (_, second) in airings.iter().filter(|(id, _)| *id == campaign.id) {
            has[daypart(station, *second)] += 1;
        }
        let (asked, placed) = (wanted.iter().sum(), has.iter().sum::<u32>());
        let strayed = placed - has.iter().zip(&wanted).map(|(h, w)| h.min(w)).sum::<u32>();
        let worth = Worth { priority: campaign.priority, wanted: asked }.of(placed, strayed);
        sum += Sum { asked, placed, strayed, worth };
    }
    sum
}

/// A plan added up.
pub fn of_plan(station: &Station, plan: &SitePlan) -> Sum {
    let rooms = rooms(station, plan.site(), plan.day());
    let begins = |s: f64| rooms.iter().rfind(|r| f64::from(r.second) <= s).map_or(0, |r| r.second);
    let airings = airings(station, plan);
    let placed: Vec<_> = airings.iter().map(|a| (a.campaign.id.as_str(), begins(a.from_s))).collect();
    sum(station, plan.site(), plan.day(), &placed)
}

/// Counts of anything by a key.
pub fn count<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, u32> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}
