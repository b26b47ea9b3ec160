//! The day's breaks and the spots placed in them.
//!
//! Campaigns take turns, the most urgent first, so that what is lost for want of room is shared (R-CAMP-08). Each airing
//! looks for the permitted break nearest to its even share of the daypart; what finds none there is made good elsewhere
//! in the same day (R-CAMP-04). Then [`crate::breaks`] moves what stands in the way of what is missing. No rule is ever
//! bent to place one more.

use domain::{Entry, Frames, Segment, SiteId, SitePlan, What};
use jiff::{SignedDuration, Timestamp};

mod bettered;
mod lines;

use super::PlanInputs;
use super::cards::Cards;
use super::flight::{Flight, Version, daypart_length, flights, into_daypart};
use super::rules::Bar;
use super::settled::Kept;
use super::stretch::Stretch;
use crate::breaks::hours;
use crate::grid::{DAY_S, second_of};
use crate::station::{BreakPolicy, Campaign, ChildPolicy, Day, Daypart, Programme, SegmentKind, Site};

/// Friday prayer: 12:45 to 14:00 (R-PRAY-01).
pub(super) const QUIET_FRIDAY_S: std::ops::Range<u32> = 45_900..50_400;
/// Sensitive spots keep ten minutes from children's programmes (R-CHILD-01).
const CHILDREN_AROUND: SignedDuration = SignedDuration::from_mins(10);
/// Spots that aired this long before the day still count for distances; the longest distance is 90 min.
const MEMORY: SignedDuration = SignedDuration::from_hours(3);
/// What one spot already in a break weighs against distance: rather another break within six minutes.
const CROWDING_S: u32 = 360;
/// What a break in a language that the campaign cannot match weighs: rather a matching one within five minutes.
const FOREIGN_S: u32 = 300;

/// A break that may hold spots.
pub(crate) struct Break<'a> {
    /// Which stretch of the day it lies in.
    pub(crate) stretch: usize,
    /// Its segment's number.
    pub(crate) number: usize,
    at: Timestamp,
    second: u32,
    length: Frames,
    programme: &'a Programme,
    near_children: bool,
    /// Whether it is the site's pause at sunset.
    pause: bool,
}

/// A spot in its place.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a> {
    /// Which break.
    pub(crate) at_break: usize,
    /// Which flight.
    pub(crate) flight: usize,
    /// Which version.
    pub(crate) version: Version<'a>,
    at: Timestamp,
    second: u32,
    /// The daypart that asked for it.
    daypart: usize,
}

/// A spot that aired before the day began.
struct Before<'a> {
    campaign: &'a Campaign,
    at: Timestamp,
    second: u32,
}

/// The day's breaks, campaigns and placed spots.
pub(crate) struct Board<'a> {
    pub(crate) breaks: Vec<Break<'a>>,
    pub(crate) flights: Vec<Flight<'a>>,
    pub(crate) placed: Vec<Placed<'a>>,
    before: Vec<Before<'a>>,
    dayparts: &'a [Daypart],
    site: SiteId,
    day: jiff::civil::Date,
    /// First instant of the day.
    start: Timestamp,
    hour_max_s: u32,
    /// Whether all is placed: then French has half of what stands, no longer half of what is wished.
    is_settled: bool,
}

impl<'a> Board<'a> {
    /// The board of a day with every airing placed that finds room.
    pub(crate) fn filled(
        inputs: &PlanInputs<'a>,
        (site, cards): (&Site, &Cards<'a>),
        stretches: &[Stretch<'a>],
        day: (Timestamp, Timestamp),
        kept: Option<Kept<'_>>,
    ) -> Self {
        let file = inputs.station.file();
        let mut board = Self {
            breaks: breaks(inputs, stretches, kept.map_or(Timestamp::MIN, |k| k.seam)),
            flights: flights(inputs, site, cards, day),
            placed: Vec::new(),
            before: before(inputs, day.0),
            dayparts: &file.daypart,
            site: inputs.site,
            day: inputs.day,
            start: day.0,
            hour_max_s: file.meta.max_spot_seconds_per_clock_hour,
            is_settled: false,
        };
        for entry in kept.into_iter().flat_map(|k| k.entries) {
            board.take_over(inputs, entry);
        }
        let missed = board.place_in_dayparts();
        for (flight, daypart) in missed {
            if board.tally(flight).0 >= board.flights[flight].total() {
                continue;
            }
            board.place_near(flight, daypart, |board, second| board.outside(daypart, second));
        }
        board.better();
        board.is_settled = true;
        board
    }

    /// Counts a spot of the plan in force that is no longer to be moved.
    fn take_over(&mut self, inputs: &PlanInputs<'a>, entry: &Entry) {
        let What::Audio { asset, .. } = &entry.what else { return };
        let Some((campaign, spot)) = inputs.station.spot_of(asset, self.site) else { return };
        let (at, second) = (entry.at, second_of(inputs.station.zone().to_datetime(entry.at).time()));
        let flight = self.flights.iter().position(|f| f.campaign.id == campaign.id);
        let known = flight.and_then(|n| Some((n, *self.flights[n].versions.iter().find(|v| v.spot.id == spot.id)?)));
        let daypart = (0..self.dayparts.len()).find(|d| self.inside(*d, second).is_some());
        match known.zip(daypart) {
            Some(((flight, version), daypart)) => {
                self.placed.push(Placed { at_break: usize::MAX, flight, version, at, second, daypart });
            }
            None => self.before.push(Before { campaign, at, second }),
        }
    }

    /// First pass: turn by turn, an airing per campaign and daypart near its even share. Returns what found no room.
    fn place_in_dayparts(&mut self) -> Vec<(usize, usize)> {
        let most = self.flights.iter().flat_map(|f| f.wanted.iter().copied()).max().unwrap_or(0);
        let settled: Vec<_> = self.placed.iter().map(|p| (p.flight, p.daypart)).collect();
        let had = |flight, daypart| settled.iter().filter(|p| **p == (flight, daypart)).count() as u32;
        let mut missed = Vec::new();
        for turn in 0..most {
            for flight in 0..self.flights.len() {
                for daypart in 0..self.dayparts.len() {
                    let wanted = self.flights[flight].wanted[daypart];
                    if turn >= wanted || self.tally(flight).0 >= self.flights[flight].total() {
                        continue;
                    }
                    if turn < had(flight, daypart) {
                        continue;
                    }
                    let ideal = self.ideal(flight, daypart, turn, wanted);
                    let near = |board: &Self, second| board.inside(daypart, second).map(|s| s.abs_diff(ideal));
                    if !self.place_near(flight, daypart, near) {
                        missed.push((flight, daypart));
                    }
                }
            }
        }
        missed
    }

    /// Seconds into a daypart at which a campaign's n-th airing would be evenly spread; campaigns start apart.
    fn ideal(&self, flight: usize, daypart: usize, turn: u32, wanted: u32) -> u32 {
        let share = daypart_length(&self.dayparts[daypart]) / wanted.max(1);
        let apart = (flight as u32 * 2 + 1) * share / (self.flights.len() as u32 * 2);
        turn * share + apart
    }

    fn inside(&self, daypart: usize, second: u32) -> Option<u32> {
        let daypart = &self.dayparts[daypart];
        Some(into_daypart(daypart, second)).filter(|s| *s < daypart_length(daypart))
    }

    /// How far a second lies from a daypart that it is not in, going round the day.
    fn outside(&self, daypart: usize, second: u32) -> Option<u32> {
        let daypart = &self.dayparts[daypart];
        let (after, length) = (into_daypart(daypart, second), daypart_length(daypart));
        (after >= length).then(|| (after - length).min(DAY_S - after))
    }

    /// Places an airing in the cheapest permitted break; `far` says how far a second lies from the wish, `None` for never.
    fn place_near(&mut self, flight: usize, daypart: usize, far: impl Fn(&Self, u32) -> Option<u32>) -> bool {
        let cost = |n: usize| {
            let far = far(self, self.breaks[n].second)?;
            let version = self.verdict(flight, n).ok()?;
            let own = version.spot.lang.same_umbrella(&self.breaks[n].programme.lang);
            let crowd = self.in_break(n).count() as u32 * CROWDING_S;
            Some((far + crowd + if own { 0 } else { FOREIGN_S }, n, version))
        };
        let Some((_, n, version)) = (0..self.breaks.len()).filter_map(cost).min_by_key(|(cost, n, _)| (*cost, *n))
        else {
            return false;
        };
        let (at, second) = (self.next_at(n), self.next_second(n));
        self.placed.push(Placed { at_break: n, flight, version, at, second, daypart });
        true
    }

    /// The spots in a break, in their order.
    pub(crate) fn in_break(&self, n: usize) -> impl Iterator<Item = &Placed<'a>> {
        self.placed.iter().filter(move |p| p.at_break == n)
    }

    fn used(&self, n: usize) -> Frames {
        self.in_break(n).fold(Frames::ZERO, |sum, p| sum + p.version.asset.length)
    }

    fn next_at(&self, n: usize) -> Timestamp {
        let at = self.breaks[n].at;
        at.checked_add(self.used(n).as_duration()).unwrap_or(at)
    }

    fn next_second(&self, n: usize) -> u32 {
        self.breaks[n].second + self.used(n).as_duration().as_secs() as u32
    }

    /// The version that a campaign would air next in a break, or what forbids it there.
    pub(crate) fn verdict(&self, flight: usize, n: usize) -> Result<Version<'a>, Bar> {
        if let Some(bar) = self.shut(flight, n) {
            return Err(bar);
        }
        let campaign = self.flights[flight].campaign;
        if self.in_break(n).count() >= Bar::SPOTS_MAX {
            return Err(Bar::BreakFull);
        }
        if self.in_break(n).any(|p| self.flights[p.flight].campaign.client == campaign.client) {
            return Err(Bar::SameClient);
        }
        self.distance(campaign, n)?;
        self.version(flight, n)
    }

    /// What forbids a campaign in a break whatever else stands anywhere.
    fn shut(&self, flight: usize, n: usize) -> Option<Bar> {
        let (campaign, slot) = (self.flights[flight].campaign, &self.breaks[n]);
        if self.flights[flight].versions.is_empty() {
            return Some(Bar::NothingReady);
        }
        if Day::of(self.day) == Day::Fri && QUIET_FRIDAY_S.contains(&slot.second) {
            return Some(Bar::QuietFriday);
        }
        if slot.pause {
            return Some(Bar::Pause);
        }
        let is_excluded = campaign.exclude_kinds.contains(&slot.programme.kind);
        is_excluded.then(|| Bar::Kind { kind: slot.programme.kind.clone() })
    }

    /// Distances to spots of the same campaign and of the same themes (R-CAMP-02).
    fn distance(&self, campaign: &Campaign, n: usize) -> Result<(), Bar> {
        let at = self.next_at(n);
        let today = self.placed.iter().map(|p| (self.flights[p.flight].campaign, p.at, p.second));
        let before = self.before.iter().map(|b| (b.campaign, b.at, b.second));
        for (other, other_at, at_s) in today.chain(before) {
            let apart = at.duration_since(other_at).abs();
            let nearer = |min: u32| apart < SignedDuration::from_mins(i64::from(min));
            if other.id == campaign.id {
                let min = campaign.sep_same_campaign_min;
                if nearer(min) {
                    return Err(Bar::SameCampaign { min, at_s });
                }
            } else if let Some(theme) = campaign.themes.iter().find(|t| other.themes.contains(t)) {
                let min = campaign.sep_same_theme_min.max(other.sep_same_theme_min);
                if nearer(min) {
                    return Err(Bar::SameTheme { min, theme: theme.clone(), at_s });
                }
            }
        }
        Ok(())
    }

    /// The version whose language is most due, among those that fit what is left of the break and the hour.
    fn version(&self, flight: usize, n: usize) -> Result<Version<'a>, Bar> {
        let (wish, slot) = (&self.flights[flight], &self.breaks[n]);
        let mut bar = Bar::NothingReady;
        let mut best: Option<(i64, Version<'a>)> = None;
        for version in &wish.versions {
            if let Some(found) = self.forbids(flight, version, n) {
                bar = found;
                continue;
            }
            let due = self.due(flight, version, &slot.programme.lang);
            if best.as_ref().is_none_or(|(most, _)| due > *most) {
                best = Some((due, *version));
            }
        }
        best.map(|(_, version)| version).ok_or(bar)
    }

    fn forbids(&self, flight: usize, version: &Version<'a>, n: usize) -> Option<Bar> {
        let (wish, slot) = (&self.flights[flight], &self.breaks[n]);
        if !version.asset.may_air(self.site, self.next_at(n)) {
            return Some(Bar::NothingReady);
        }
        if !children_may_hear(wish.campaign, version, slot) {
            return Some(Bar::Children);
        }
        let left = slot.length.saturating_sub(self.used(n));
        if version.asset.length > left {
            return Some(Bar::TooLong { left_s: left.0 / u64::from(domain::SAMPLE_RATE_HZ) });
        }
        let max = Frames::from_secs(u64::from(self.hour_max_s));
        // A spot that is heard over the full hour counts for both.
        let mut touched = hours(self.next_second(n), version.asset.length);
        if touched.any(|hour| self.in_hour(hour) + version.asset.length > max) {
            return Some(Bar::HourFull { max_s: self.hour_max_s });
        }
        let french = self.airings(flight, "fr");
        let of = if self.is_settled { self.tally(flight).0 + 1 } else { wish.total() };
        let half = of.div_ceil(2);
        (umbrella(version) == "fr" && french >= half).then_some(Bar::FrenchHalf)
    }

    fn in_hour(&self, hour: u32) -> Frames {
        let own = self.placed.iter().filter(|p| hours(p.second, p.version.asset.length).contains(&hour));
        own.fold(Frames::ZERO, |sum, p| sum + p.version.asset.length)
    }

    fn airings(&self, flight: usize, language: &str) -> u32 {
        self.placed.iter().filter(|p| p.flight == flight && umbrella(&p.version) == language).count() as u32
    }

    /// How much a version's language is due, in thousandths of an airing: its share of the weights times the airings so
    /// far, less what it had; the carrier programme's own language is preferred, and days begin differently (R-CAMP-05).
    fn due(&self, flight: usize, version: &Version<'a>, carrier: &domain::Language) -> i64 {
        let wish = &self.flights[flight];
        let all: i64 = wish.versions.iter().map(|v| i64::from(v.weight.max(1))).sum();
        let airings = self.placed.iter().filter(|p| p.flight == flight).count() as i64;
        let had =
            self.placed.iter().filter(|p| p.flight == flight && p.version.spot.id == version.spot.id).count() as i64;
        let share = i64::from(version.weight.max(1)) * (airings + 1) * 1000 / all.max(1);
        let own = if version.spot.lang.same_umbrella(carrier) { 700 } else { 0 };
        share - had * 1000 + own + draw(self.site, self.day, &version.spot.id)
    }

    /// Airings of a flight: placed in all, and of these outside the daypart that asked for them.
    pub(crate) fn tally(&self, flight: usize) -> (u32, u32) {
        let own = self.placed.iter().filter(|p| p.flight == flight);
        let strayed = own.clone().filter(|p| self.is_strayed(p));
        (own.count() as u32, strayed.count() as u32)
    }

    /// Whether an airing stands in a break that begins outside the daypart that asked for it.
    pub(crate) fn is_strayed(&self, placed: &Placed<'_>) -> bool {
        let second = self.breaks.get(placed.at_break).map_or(placed.second, |b| b.second);
        self.inside(placed.daypart, second).is_none()
    }

    /// Seconds of the day of airings that were asked for in a daypart which meets `seconds`, and stand outside it.
    pub(crate) fn strayed_from(&self, flight: usize, seconds: std::ops::Range<u32>) -> Vec<u32> {
        let own = self.placed.iter().filter(|p| p.flight == flight && self.is_strayed(p));
        let mut found: Vec<u32> =
            own.filter(|p| self.inside(p.daypart, seconds.start).is_some()).map(|p| p.second).collect();
        found.sort_unstable();
        found
    }

    /// The break that is a segment of a stretch, when it may hold spots.
    pub(crate) fn break_at(&self, stretch: usize, number: usize) -> Option<usize> {
        self.breaks.binary_search_by_key(&(stretch, number), |b| (b.stretch, b.number)).ok()
    }
}

fn umbrella(version: &Version<'_>) -> &'static str {
    if version.spot.lang.umbrella().as_str() == "fr" { "fr" } else { "" }
}

/// A number from 0 to 499, the same for the same site, day and spot: a draw that can be repeated.
fn draw(site: SiteId, day: jiff::civil::Date, spot: &str) -> i64 {
    let hash = blake3::hash(format!("{site}/{day}/{spot}").as_bytes());
    i64::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]]) % 500)
}

fn children_may_hear(campaign: &Campaign, version: &Version<'_>, slot: &Break<'_>) -> bool {
    let within = slot.programme.break_policy == BreakPolicy::Enfants;
    let allowed = match campaign.child_policy {
        ChildPolicy::Autorise => !campaign.sensitive,
        ChildPolicy::VersionEnfantsOuRien => version.spot.child_safe,
        ChildPolicy::Interdit => false,
    };
    let quiet = !campaign.sensitive || version.spot.child_safe;
    (!within || allowed) && (!slot.near_children || quiet)
}

fn breaks<'a>(inputs: &PlanInputs<'a>, stretches: &[Stretch<'a>], seam: Timestamp) -> Vec<Break<'a>> {
    let children = children(stretches);
    let mut breaks = Vec::new();
    for (n, stretch) in stretches.iter().enumerate() {
        for piece in stretch.pieces(inputs.station) {
            // A break that is joined late or left early holds no spot: a promise is aired whole or not made.
            if piece.kind != SegmentKind::Ecran || piece.length_s != piece.whole_s {
                continue;
            }
            let (at, length) = (stretch.instant(piece.from_s), Frames::from_secs(u64::from(piece.length_s)));
            if at < seam {
                continue;
            }
            let end = at.checked_add(length.as_duration()).unwrap_or(at);
            let near_children = children.iter().any(|(from, to)| {
                from.duration_since(end) < CHILDREN_AROUND && at.duration_since(*to) < CHILDREN_AROUND
            });
            breaks.push(Break {
                stretch: n,
                number: piece.number,
                at,
                second: stretch.day_second(piece.from_s),
                length,
                programme: stretch.programme,
                near_children,
                pause: false,
            });
        }
    }
    let ends = breaks.iter().map(|b: &Break<'_>| (b.at, b.at.checked_add(b.length.as_duration()).unwrap_or(b.at)));
    if let Some(n) = super::pause::pause(inputs, ends) {
        breaks[n].pause = true;
    }
    breaks
}

fn children(stretches: &[Stretch<'_>]) -> Vec<(Timestamp, Timestamp)> {
    let own = stretches.iter().filter(|s| s.programme.break_policy == BreakPolicy::Enfants);
    own.map(|s| (s.at, s.instant(s.part_s.end))).collect()
}

/// Spots of the last hours before the day: aired, or promised by the plan of the day before.
fn before<'a>(inputs: &PlanInputs<'a>, from: Timestamp) -> Vec<Before<'a>> {
    let recent = |at: &Timestamp| *at < from && from.duration_since(*at) < MEMORY;
    let aired = inputs.history.iter().filter(|r| r.site == inputs.site);
    let aired = aired.filter_map(|r| Some((r.wall?, r.asset.as_ref()?)));
    let yesterday = inputs.yesterday.filter(|p| p.site() == inputs.site).map(SitePlan::entries).unwrap_or_default();
    let promised = yesterday.iter().rev().take_while(|e| recent(&e.at)).filter_map(|e| match &e.what {
        What::Audio { asset, .. } if e.segment == Segment::Spot => Some((e.at, asset)),
        _ => None,
    });
    let told = aired.chain(promised).filter(|(at, _)| recent(at));
    let mut before: Vec<_> = told
        .filter_map(|(at, asset)| {
            let (campaign, _) = inputs.station.spot_of(asset, inputs.site)?;
            Some(Before { campaign, at, second: second_of(inputs.station.zone().to_datetime(at).time()) })
        })
        .collect();
    before.sort_by(|a, b| (a.at, &a.campaign.id).cmp(&(b.at, &b.campaign.id)));
    before
}
