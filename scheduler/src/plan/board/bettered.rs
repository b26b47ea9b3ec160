//! A filled board handed to the search for a better one, as numbers, and taken back.

use domain::{Frames, SAMPLE_RATE_HZ};
use jiff::{SignedDuration, Timestamp};

use super::{Board, Placed, children_may_hear, draw, umbrella};
use crate::breaks::{Fixed, Problem, Room, Spot, Version, Wish, bettered, hours};
use crate::station::Campaign;

impl Board<'_> {
    /// Betters the filling where anything is missing, outside its daypart or too French.
    pub(super) fn better(&mut self) {
        let is_whole = |flight: usize| {
            let (placed, strayed) = self.tally(flight);
            placed >= self.flights[flight].total() && strayed == 0
        };
        // Without a version nothing can be better.
        let is_open = |flight: usize| !self.flights[flight].versions.is_empty() && !is_whole(flight);
        if !(0..self.flights.len()).any(is_open) {
            return;
        }
        let first: Vec<Vec<Spot>> = (0..self.breaks.len()).map(|n| self.spots_of(n)).collect();
        let rooms = bettered(&self.problem(), &first);
        self.take_back(&rooms);
    }

    fn spots_of(&self, n: usize) -> Vec<Spot> {
        let version = |p: &Placed<'_>| {
            let versions = &self.flights[p.flight].versions;
            versions.iter().position(|v| v.spot.id == p.version.spot.id)
        };
        self.in_break(n).filter_map(|p| Some(Spot { wish: p.flight, version: version(p)? })).collect()
    }

    fn problem(&self) -> Problem {
        let rooms: Vec<Room> = (0..self.breaks.len()).map(|n| self.room(n)).collect();
        let fixed = self.placed.iter().filter(|p| p.at_break == usize::MAX).map(|p| self.fixed(p));
        let before = self.before.iter().map(|b| Fixed {
            at: self.frame(b.at),
            hours: None,
            fulfils: None,
            apart: self.flights.iter().map(|f| apart(f.campaign, b.campaign)).collect(),
        });
        let of = |a: usize, b: usize| apart(self.flights[a].campaign, self.flights[b].campaign);
        let flights = 0..self.flights.len();
        Problem {
            may: flights.clone().map(|f| (0..rooms.len()).map(|n| self.may(f, n)).collect()).collect(),
            wishes: flights.clone().map(|f| self.wish(f)).collect(),
            fixed: fixed.chain(before).collect(),
            apart: flights.clone().map(|a| flights.clone().map(|b| of(a, b)).collect()).collect(),
            hour_max: i64::from(self.hour_max_s) * i64::from(SAMPLE_RATE_HZ),
            rooms,
        }
    }

    fn room(&self, n: usize) -> Room {
        let slot = &self.breaks[n];
        let daypart = (0..self.dayparts.len()).find(|d| self.inside(*d, slot.second).is_some());
        Room { at: self.frame(slot.at), second: slot.second, length: signed(slot.length), daypart }
    }

    fn fixed(&self, placed: &Placed<'_>) -> Fixed {
        let own = self.flights[placed.flight].campaign;
        let version =
            self.flights[placed.flight].versions.iter().position(|v| v.spot.id == placed.version.spot.id).unwrap_or(0);
        let length = placed.version.asset.length;
        Fixed {
            at: self.frame(placed.at),
            hours: Some((hours(placed.second, length), signed(length))),
            fulfils: Some((placed.flight, version, Some(placed.daypart))),
            apart: self.flights.iter().map(|f| apart(f.campaign, own)).collect(),
        }
    }

    fn wish(&self, flight: usize) -> Wish {
        let own = &self.flights[flight];
        let same = |f: &super::Flight<'_>| f.campaign.client == own.campaign.client;
        let version = |v: &super::Version<'_>| Version {
            length: signed(v.asset.length),
            is_french: umbrella(v) == "fr",
            weight: i64::from(v.weight.max(1)),
            draw: draw(self.site, self.day, &v.spot.id),
        };
        Wish {
            wanted: own.wanted.clone(),
            priority: own.campaign.priority,
            client: self.flights.iter().position(same).unwrap_or(flight),
            versions: own.versions.iter().map(version).collect(),
        }
    }

    /// The versions of a campaign that may stand in a break whatever else does, and whether they speak its language.
    fn may(&self, flight: usize, n: usize) -> Vec<(usize, bool)> {
        if self.shut(flight, n).is_some() {
            return Vec::new();
        }
        let (wish, slot) = (&self.flights[flight], &self.breaks[n]);
        let end = slot.at.checked_add(slot.length.as_duration()).unwrap_or(slot.at);
        let airable = |v: &super::Version<'_>| {
            let whenever = [slot.at, end].iter().all(|at| v.asset.may_air(self.site, *at));
            whenever && v.asset.length <= slot.length && children_may_hear(wish.campaign, v, slot)
        };
        let versions = wish.versions.iter().enumerate().filter(|(_, v)| airable(v));
        versions.map(|(n, v)| (n, v.spot.lang.same_umbrella(&slot.programme.lang))).collect()
    }

    fn frame(&self, at: Timestamp) -> i64 {
        frames(at.duration_since(self.start))
    }

    /// Takes a filling over; each airing is told which daypart asked for it, its own where that still does.
    fn take_back(&mut self, rooms: &[Vec<Spot>]) {
        self.placed.retain(|p| p.at_break == usize::MAX);
        let mut asked: Vec<Vec<u32>> = self.flights.iter().map(|f| f.wanted.clone()).collect();
        for placed in &self.placed {
            let left = &mut asked[placed.flight][placed.daypart];
            *left = left.saturating_sub(1);
        }
        let dayparts: Vec<_> = (0..rooms.len()).map(|n| self.room(n).daypart).collect();
        for (n, spots) in rooms.iter().enumerate() {
            for spot in spots {
                let at_home = dayparts[n].filter(|d| asked[spot.wish][*d] > 0);
                if let Some(daypart) = at_home {
                    asked[spot.wish][daypart] -= 1;
                }
                // A stray is told below, when it is known what is left.
                let daypart = at_home.unwrap_or(usize::MAX);
                let version = self.flights[spot.wish].versions[spot.version];
                let (at, second) = (self.next_at(n), self.next_second(n));
                self.placed.push(Placed { at_break: n, flight: spot.wish, version, at, second, daypart });
            }
        }
        for placed in self.placed.iter_mut().filter(|p| p.daypart == usize::MAX) {
            let left = &mut asked[placed.flight];
            let daypart = left.iter().position(|n| *n > 0).unwrap_or(0);
            left[daypart] = left[daypart].saturating_sub(1);
            placed.daypart = daypart;
        }
    }
}

/// Frames that spots of two campaigns keep apart (R-CAMP-02).
fn apart(own: &Campaign, other: &Campaign) -> i64 {
    let min = if own.id == other.id {
        own.sep_same_campaign_min
    } else if own.themes.iter().any(|t| other.themes.contains(t)) {
        own.sep_same_theme_min.max(other.sep_same_theme_min)
    } else {
        0
    };
    i64::from(min) * 60 * i64::from(SAMPLE_RATE_HZ)
}

fn signed(length: Frames) -> i64 {
    i64::try_from(length.0).unwrap_or(i64::MAX)
}

/// Frames in a length of time, which may lie before its beginning.
fn frames(apart: SignedDuration) -> i64 {
    let frames = apart.as_nanos() * i128::from(SAMPLE_RATE_HZ) / 1_000_000_000;
    i64::try_from(frames).unwrap_or(i64::MAX)
}
