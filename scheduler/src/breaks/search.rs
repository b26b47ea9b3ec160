//! Bettering a filling: what found no room takes one, and what stood in its way looks for another.
//!
//! A chain is kept as soon as all of it is worth more than before, and undone otherwise, so the search only ever climbs. It
//! is bounded by tries, not by time, so that a slow machine finds the same day.

use super::problem::Problem;
use super::state::{SPOTS_MAX, Spot, State};

/// How many spots in a row may have to move for one.
const CHAIN_MAX: u32 = 3;
/// Most spots that one may push aside at once.
const DISPLACED_MAX: usize = 2;
/// Tries for what was pushed aside, by how many more may be: so that no way swallows those beside it.
const TRIES_BY_DEPTH: [u32; CHAIN_MAX as usize] = [100, 300, 900];
/// Tries for one airing, and for a day: a day of 80 airings that all fit needs a few hundred.
const TRIES_MAX: u32 = 1_000;
const TRIES_OF_DAY_MAX: u32 = 8_000;

/// The filling that `first` becomes. Spots that share too much French lose some of it before anything else (R-CAMP-05).
pub(crate) fn bettered(problem: &Problem, first: &[Vec<Spot>]) -> Vec<Vec<Spot>> {
    let mut search = Search { state: State::new(problem, first), left: 0, of_day: TRIES_OF_DAY_MAX };
    search.spare_french();
    for depth in 0..=CHAIN_MAX {
        while search.pass(depth) {}
    }
    search.state.rooms
}

struct Search<'p> {
    state: State<'p>,
    /// Tries left for this airing.
    left: u32,
    /// Tries left for the day.
    of_day: u32,
}

impl Search<'_> {
    fn spare_french(&mut self) {
        for wish in 0..self.state.problem.wishes.len() {
            while self.state.too_french(wish) {
                let Some((room, nth)) = self.french_of(wish) else { break };
                self.take(room, nth);
            }
        }
    }

    /// An airing in French that may go, rather one outside the dayparts that asked.
    fn french_of(&self, wish: usize) -> Option<(usize, usize)> {
        let versions = &self.state.problem.wishes[wish].versions;
        let french = |s: &Spot| s.wish == wish && versions[s.version].is_french;
        let all = self.state.rooms.iter().enumerate();
        let found = all.filter_map(|(room, spots)| Some((room, spots.iter().position(french)?)));
        found.min_by_key(|(room, _)| {
            let daypart = self.state.problem.rooms[*room].daypart;
            (daypart.is_some_and(|d| self.state.dayparts[wish][d] <= self.state.problem.wishes[wish].wanted[d]), *room)
        })
    }

    /// Takes a spot out of its room; gives back what stood there.
    fn take(&mut self, room: usize, nth: usize) -> Vec<Spot> {
        let mut spots = self.state.rooms[room].clone();
        spots.remove(nth);
        self.state.set(room, spots)
    }

    /// One look at every airing that is missing or outside its daypart. Whether anything became better.
    fn pass(&mut self, depth: u32) -> bool {
        let before = self.state.value;
        for wish in 0..self.state.problem.wishes.len() {
            let whole: u32 = self.state.problem.wishes[wish].wanted.iter().sum();
            while self.state.count[wish] < whole && self.placed(wish, depth) {}
        }
        for wish in 0..self.state.problem.wishes.len() {
            while self.brought_home(wish, depth) {}
        }
        self.state.value > before
    }

    fn placed(&mut self, wish: usize, depth: u32) -> bool {
        self.left = TRIES_MAX.min(self.of_day);
        let had = self.left;
        let goal = self.state.value;
        let is_placed = self.chain(&[wish], depth, goal);
        self.of_day -= had - self.left;
        is_placed
    }

    /// Brings one airing that stands outside its daypart back into it.
    fn brought_home(&mut self, wish: usize, depth: u32) -> bool {
        if self.state.strayed(wish) == 0 {
            return false;
        }
        let goal = self.state.value;
        for room in 0..self.state.rooms.len() {
            let Some(nth) = self.state.rooms[room].iter().position(|s| s.wish == wish) else { continue };
            let wanted = &self.state.problem.wishes[wish].wanted;
            let is_stray =
                self.state.problem.rooms[room].daypart.is_none_or(|d| self.state.dayparts[wish][d] > wanted[d]);
            if !is_stray {
                continue;
            }
            self.left = TRIES_MAX.min(self.of_day);
            let had = self.left;
            let old = self.take(room, nth);
            let is_home = self.state.allowed(room) && self.chain(&[wish], depth, goal);
            self.of_day -= had - self.left;
            if is_home {
                return true;
            }
            self.state.set(room, old);
        }
        false
    }

    /// Places the first of the airings in hand, then those that it displaced, until all is worth more than `goal`.
    fn chain(&mut self, in_hand: &[usize], depth: u32, goal: i64) -> bool {
        let Some((&wish, others)) = in_hand.split_first() else { return false };
        // What pushes nobody aside comes first; only then is anybody asked to move.
        for pushes in [false, true] {
            if pushes && depth == 0 {
                return false;
            }
            for room in self.rooms_for(wish) {
                for (version, _) in self.versions_for(wish, room) {
                    if !pushes && !self.has_room(room, Spot { wish, version }) {
                        continue;
                    }
                    for nth in (0..=self.state.rooms[room].len()).rev() {
                        if self.left == 0 {
                            return false;
                        }
                        self.left -= 1;
                        let spot = Spot { wish, version };
                        if self.stands((room, nth), spot, pushes, (others, depth, goal)) {
                            return true;
                        }
                    }
                }
            }
        }
        false
    }

    /// Tries a spot in one place; undone unless what follows is worth more than the goal.
    fn stands(
        &mut self,
        (room, nth): (usize, usize),
        spot: Spot,
        pushes: bool,
        (others, depth, goal): (&[usize], u32, i64),
    ) -> bool {
        let mut spots = self.state.rooms[room].clone();
        spots.insert(nth, spot);
        let mut undo = vec![(room, self.state.set(room, spots))];
        let displaced = self.push_aside(room, nth, pushes, &mut undo);
        let is_sound = displaced.is_some() && undo.iter().all(|(r, _)| self.state.allowed(*r));
        if let Some(displaced) = displaced.filter(|p| is_sound && p.is_empty() != pushes) {
            let in_hand: Vec<usize> = others.iter().copied().chain(displaced).collect();
            // Whoever lost a place, and whoever took one, keeps to its share of French.
            let is_french = self.state.too_french(spot.wish) || in_hand.iter().any(|w| self.state.too_french(*w));
            if self.state.value > goal && !is_french {
                return true;
            }
            let depth = if pushes { depth - 1 } else { depth };
            let had = self.left;
            self.left = had.min(TRIES_BY_DEPTH[depth.min(CHAIN_MAX - 1) as usize]);
            let given = self.left;
            if self.chain(&in_hand, depth, goal) {
                return true;
            }
            self.left = had - (given - self.left);
        }
        for (room, old) in undo.into_iter().rev() {
            self.state.set(room, old);
        }
        false
    }

    /// Takes away what may not stand beside the spot at `nth` of a room; the wishes that lost their places. `None` when
    /// that cannot be, or is too much.
    fn push_aside(
        &mut self,
        room: usize,
        nth: usize,
        pushes: bool,
        undo: &mut Vec<(usize, Vec<Spot>)>,
    ) -> Option<Vec<usize>> {
        let own = self.state.rooms[room][nth];
        let mut offenders = self.state.offenders(room, nth)?;
        if (!pushes && !offenders.is_empty()) || offenders.len() > DISPLACED_MAX {
            return None;
        }
        let mut displaced = Vec::new();
        // The last of a room first, so that places of the others stay what they are.
        offenders.sort_unstable_by(|a, b| b.cmp(a));
        for (other, n) in offenders {
            displaced.push(self.state.rooms[other][n].wish);
            undo.push((other, self.take(other, n)));
        }
        while pushes && displaced.len() < DISPLACED_MAX {
            let Some((other, n)) = self.too_many(room, own) else { break };
            displaced.push(self.state.rooms[other][n].wish);
            undo.push((other, self.take(other, n)));
        }
        Some(displaced)
    }

    /// A spot that may leave where a break or an hour holds too much: the least worth, and of these the longest.
    fn too_many(&self, room: usize, own: Spot) -> Option<(usize, usize)> {
        let state = &self.state;
        let of = |n: usize| (0..state.rooms[n].len()).map(move |nth| (n, nth));
        let all: Vec<(usize, usize)> = if state.overfull(room) {
            of(room).collect()
        } else {
            let hour = state.overfull_hour(room)?;
            state.near(room).filter(|n| state.of_hour(*n, hour) > 0).flat_map(of).collect()
        };
        let others = all.into_iter().filter(|(n, nth)| state.rooms[*n][*nth] != own);
        others.min_by_key(|(n, nth)| {
            let spot = state.rooms[*n][*nth];
            (state.problem.wishes[spot.wish].worth().airing(), -state.length(spot), *n, *nth)
        })
    }

    /// Whether a spot fits into what a room has left.
    fn has_room(&self, room: usize, spot: Spot) -> bool {
        let (state, spots) = (&self.state, &self.state.rooms[room]);
        let used: i64 = spots.iter().map(|s| state.length(*s)).sum();
        spots.len() < SPOTS_MAX && used + state.length(spot) <= state.problem.rooms[room].length
    }

    /// The rooms in which a wish might stand: those of the dayparts that still ask, then the emptiest, then the earliest.
    fn rooms_for(&self, wish: usize) -> Vec<usize> {
        let state = &self.state;
        let all = (0..state.rooms.len()).filter(|n| !state.problem.may[wish][*n].is_empty());
        let mut rooms: Vec<usize> = all.collect();
        rooms.sort_by_cached_key(|n| {
            let is_asked = state.problem.rooms[*n].daypart.is_some_and(|d| state.lacks(wish, d));
            (!is_asked, state.rooms[*n].len(), *n)
        });
        rooms
    }

    /// Its versions for a room: those whose language is most due first (R-CAMP-05), and no French beyond its half.
    fn versions_for(&self, wish: usize, room: usize) -> Vec<(usize, i64)> {
        let (state, versions) = (&self.state, &self.state.problem.wishes[wish].versions);
        let more_french = state.french(wish) < (state.count[wish] + 1).div_ceil(2);
        let all: i64 = versions.iter().map(|v| v.weight).sum();
        let due = |n: usize, is_own: bool| {
            let share = versions[n].weight * (i64::from(state.count[wish]) + 1) * 1000 / all.max(1);
            share - i64::from(state.versions[wish][n]) * 1000 + if is_own { 700 } else { 0 } + versions[n].draw
        };
        let may = state.problem.may[wish][room].iter().filter(|(n, _)| more_french || !versions[*n].is_french);
        let mut found: Vec<(usize, i64)> = may.map(|(n, is_own)| (*n, due(*n, *is_own))).collect();
        found.sort_by_key(|(n, due)| (-due, *n));
        let shortest = found.iter().copied().min_by_key(|(n, _)| (versions[*n].length, *n));
        // The most due, and the shortest for where that is too long.
        found.truncate(1);
        found.extend(shortest.filter(|s| found.first() != Some(s)));
        found
    }
}
