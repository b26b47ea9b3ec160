//! A filling while it is searched for: what stands where, whether that is allowed, and what it is worth.

use domain::Frames;

use super::problem::{Problem, hours};

/// Most spots in one break (R-CAMP-01).
pub(super) const SPOTS_MAX: usize = crate::plan::Bar::SPOTS_MAX;

/// A version of a campaign's spot in a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) wish: usize,
    pub(crate) version: usize,
}

/// What stands where, with its sums.
pub(super) struct State<'p> {
    pub(super) problem: &'p Problem,
    /// The spots of each break, in the order in which they are heard.
    pub(super) rooms: Vec<Vec<Spot>>,
    /// Airings by wish, fixed ones among them.
    pub(super) count: Vec<u32>,
    /// Of these, by version.
    pub(super) versions: Vec<Vec<u32>>,
    /// Of these, by daypart.
    pub(super) dayparts: Vec<Vec<u32>>,
    /// What all is worth.
    pub(super) value: i64,
    /// The rooms near enough to each for their spots to meet.
    near: Vec<std::ops::Range<usize>>,
}

impl<'p> State<'p> {
    pub(super) fn new(problem: &'p Problem, rooms: &[Vec<Spot>]) -> Self {
        let dayparts = |w: &super::Wish| vec![0; w.wanted.len()];
        let mut state = Self {
            problem,
            rooms: vec![Vec::new(); problem.rooms.len()],
            count: vec![0; problem.wishes.len()],
            versions: problem.wishes.iter().map(|w| vec![0; w.versions.len()]).collect(),
            dayparts: problem.wishes.iter().map(dayparts).collect(),
            value: 0,
            near: near(problem),
        };
        for (wish, version, daypart) in problem.fixed.iter().filter_map(|f| f.fulfils) {
            state.add(Spot { wish, version }, daypart, 1);
        }
        for (n, spots) in rooms.iter().enumerate() {
            state.set(n, spots.clone());
        }
        state
    }

    /// Puts other spots into a room; gives back what stood there.
    pub(super) fn set(&mut self, room: usize, spots: Vec<Spot>) -> Vec<Spot> {
        let daypart = self.problem.rooms[room].daypart;
        let old = std::mem::replace(&mut self.rooms[room], spots);
        for spot in &old {
            self.add(*spot, daypart, -1);
        }
        for n in 0..self.rooms[room].len() {
            self.add(self.rooms[room][n], daypart, 1);
        }
        old
    }

    fn add(&mut self, spot: Spot, daypart: Option<usize>, by: i32) {
        self.value -= self.worth(spot.wish);
        let change = |n: &mut u32| *n = n.saturating_add_signed(by);
        change(&mut self.count[spot.wish]);
        change(&mut self.versions[spot.wish][spot.version]);
        if let Some(daypart) = daypart {
            change(&mut self.dayparts[spot.wish][daypart]);
        }
        self.value += self.worth(spot.wish);
    }

    fn worth(&self, wish: usize) -> i64 {
        self.problem.wishes[wish].worth().of(self.count[wish], self.strayed(wish))
    }

    /// Airings of a wish outside the dayparts that asked for them.
    pub(super) fn strayed(&self, wish: usize) -> u32 {
        let wanted = &self.problem.wishes[wish].wanted;
        let within: u32 = self.dayparts[wish].iter().zip(wanted).map(|(has, wanted)| has.min(wanted)).sum();
        self.count[wish] - within
    }

    /// Airings that a wish still lacks in a daypart.
    pub(super) fn lacks(&self, wish: usize, daypart: usize) -> bool {
        self.dayparts[wish][daypart] < self.problem.wishes[wish].wanted[daypart]
    }

    /// Whether a wish has more French than half of its airings, rounded up (R-CAMP-05).
    pub(super) fn too_french(&self, wish: usize) -> bool {
        self.french(wish) > self.count[wish].div_ceil(2)
    }

    pub(super) fn french(&self, wish: usize) -> u32 {
        let versions = &self.problem.wishes[wish].versions;
        self.versions[wish].iter().zip(versions).filter(|(_, v)| v.is_french).map(|(n, _)| n).sum()
    }

    pub(super) fn length(&self, spot: Spot) -> i64 {
        self.problem.wishes[spot.wish].versions[spot.version].length
    }

    /// When each spot of a room begins.
    pub(super) fn begins(&self, room: usize) -> impl Iterator<Item = (Spot, i64)> {
        let mut at = self.problem.rooms[room].at;
        self.rooms[room].iter().map(move |spot| {
            let begins = at;
            at += self.length(*spot);
            (*spot, begins)
        })
    }

    /// What is too near to a spot that stands `nth` in a room, as rooms and places there; `None` when that cannot be moved.
    pub(super) fn offenders(&self, room: usize, nth: usize) -> Option<Vec<(usize, usize)>> {
        let (own, at) = self.begins(room).nth(nth)?;
        let apart = &self.problem.apart[own.wish];
        if self.problem.fixed.iter().any(|f| (f.at - at).abs() < f.apart[own.wish]) {
            return None;
        }
        let client = self.problem.wishes[own.wish].client;
        let mut found = Vec::new();
        for other in self.near[room].clone() {
            for (n, (spot, begins)) in self.begins(other).enumerate() {
                let is_self = (other, n) == (room, nth);
                let same_break = other == room && self.problem.wishes[spot.wish].client == client;
                if !is_self && (same_break || (begins - at).abs() < apart[spot.wish]) {
                    found.push((other, n));
                }
            }
        }
        Some(found)
    }

    /// Whether a room has more spots, or more sound, than it may.
    pub(super) fn overfull(&self, room: usize) -> bool {
        let spots = &self.rooms[room];
        spots.len() > SPOTS_MAX || spots.iter().map(|s| self.length(*s)).sum::<i64>() > self.problem.rooms[room].length
    }

    /// An hour of this room with more sound than an hour may have.
    pub(super) fn overfull_hour(&self, room: usize) -> Option<u32> {
        if self.rooms[room].is_empty() {
            return None;
        }
        let lasts = self.rooms[room].iter().map(|s| self.length(*s)).sum();
        let mut touched = hours(self.problem.rooms[room].second, frames(lasts));
        touched.find(|hour| self.in_hour(room, *hour) > self.problem.hour_max)
    }

    fn in_hour(&self, room: usize, hour: u32) -> i64 {
        let fixed = self.problem.fixed.iter().filter_map(|f| f.hours.as_ref());
        let fixed: i64 = fixed.filter(|(hours, _)| hours.contains(&hour)).map(|(_, length)| length).sum();
        self.near[room].clone().map(|n| self.of_hour(n, hour)).sum::<i64>() + fixed
    }

    /// Frames of a room's spots that count for an hour.
    pub(super) fn of_hour(&self, room: usize, hour: u32) -> i64 {
        let (first, rate) = (&self.problem.rooms[room], i64::from(domain::SAMPLE_RATE_HZ));
        let touches = |(spot, at): (Spot, i64)| {
            let length = self.length(spot);
            let second = first.second + u32::try_from((at - first.at) / rate).unwrap_or(0);
            if hours(second, frames(length)).contains(&hour) { length } else { 0 }
        };
        self.begins(room).map(touches).sum()
    }

    /// The rooms whose spots may meet those of a room.
    pub(super) fn near(&self, room: usize) -> std::ops::Range<usize> {
        self.near[room].clone()
    }

    /// Whether everything in a room is allowed there.
    pub(super) fn allowed(&self, room: usize) -> bool {
        let may = |s: &Spot| self.problem.may[s.wish][room].iter().any(|(v, _)| *v == s.version);
        self.rooms[room].iter().all(may)
            && !self.overfull(room)
            && self.overfull_hour(room).is_none()
            && (0..self.rooms[room].len()).all(|n| self.offenders(room, n).is_some_and(|o| o.is_empty()))
    }
}

fn frames(length: i64) -> Frames {
    Frames(length.unsigned_abs())
}

/// For each room the rooms within the longest distance, or the hour, and the length of two breaks.
fn near(problem: &Problem) -> Vec<std::ops::Range<usize>> {
    let rate = i64::from(domain::SAMPLE_RATE_HZ);
    let furthest = problem.apart.iter().flatten().copied().max().unwrap_or(0).max(3600 * rate);
    let longest = problem.rooms.iter().map(|r| r.length).max().unwrap_or(0);
    let reach = furthest + longest;
    let rooms = &problem.rooms;
    let around = |room: &super::Room| {
        rooms.partition_point(|r| r.at < room.at - reach)..rooms.partition_point(|r| r.at <= room.at + reach)
    };
    rooms.iter().map(around).collect()
}
