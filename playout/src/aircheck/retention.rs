//! What is let go, and when recording stops: decided from names and sizes alone.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::chain::GoneBecause;
use super::name::PieceName;

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// A piece is let go when its hour ended longer ago than this.
    pub length: Duration,
    /// All pieces of a site together take no more than this.
    pub bytes_max: u64,
    /// With less than this free on the disk nothing is recorded; `None`: a twentieth of the disk and 256 MiB, which is
    /// what the air itself may need.
    pub free_bytes_min: Option<u64>,
}

impl Default for Keeping {
    /// Thirty days, which is 21 GB at 64 kbit/s.
    fn default() -> Self {
        Self { length: Duration::from_hours(30 * 24), bytes_max: 25_000_000_000, free_bytes_min: None }
    }
}

/// What a disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that may still be written.
    pub free_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// What the air may need beside a twentieth of the disk: journals, plans, marks.
const RESERVE_BYTES: u64 = 256 << 20;

impl Keeping {
    /// The bytes that stay free.
    pub fn floor_bytes(&self, space: Space) -> u64 {
        self.free_bytes_min.unwrap_or(space.total_bytes / 20 + RESERVE_BYTES)
    }

    /// Whether there is room to record. What was stopped goes on only with a sixteenth more than the floor, so that a disk
    /// at its brink does not make pieces of a few seconds.
    pub fn has_room(&self, space: Space, is_recording: bool) -> bool {
        let floor = self.floor_bytes(space);
        space.free_bytes >= if is_recording { floor } else { floor.saturating_add(floor / 16) }
    }

    /// The finished pieces that go now, oldest first, from their sizes in bytes. Age counts only while the clock is
    /// trusted (`now` is `Some`): a clock that shows 2099 deletes nothing.
    pub(super) fn let_go(
        &self,
        finished: &[(PieceName, u64)],
        open_bytes: u64,
        now: Option<Timestamp>,
    ) -> Vec<(PieceName, GoneBecause)> {
        let keeps_from = now.and_then(|now| now.checked_sub(SignedDuration::try_from(self.length).ok()?).ok());
        let mut used: u64 = open_bytes + finished.iter().map(|(_, bytes)| bytes).sum::<u64>();
        let mut gone = Vec::new();
        for (name, bytes) in finished {
            if keeps_from.is_some_and(|from| name.hour_ends() < from) {
                gone.push((*name, GoneBecause::Age));
            } else if used > self.bytes_max {
                gone.push((*name, GoneBecause::Budget));
            } else {
                continue;
            }
            used -= bytes;
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(hours: &[(&str, u64)]) -> Vec<(PieceName, u64)> {
        hours.iter().map(|(h, bytes)| (h.parse().unwrap(), *bytes)).collect()
    }

    #[test]
    fn the_oldest_goes_first_by_age_and_by_budget() {
        let all = pieces(&[("2026-11-20T08", 10), ("2026-11-24T08", 10), ("2026-11-24T09", 10)]);
        let now: Timestamp = "2026-11-24T10:30:00Z".parse().unwrap();
        let keeping =
            |days: u64, bytes_max| Keeping { length: Duration::from_hours(days * 24), bytes_max, free_bytes_min: None };
        let gone =
            |k: Keeping, now| k.let_go(&all, 5, now).iter().map(|(n, w)| (n.to_string(), *w)).collect::<Vec<_>>();
        assert_eq!(gone(keeping(30, 35), Some(now)), []);
        assert_eq!(gone(keeping(2, 35), Some(now)), [("2026-11-20T08".to_owned(), GoneBecause::Age)]);
        assert_eq!(gone(keeping(30, 34), Some(now)), [("2026-11-20T08".to_owned(), GoneBecause::Budget)]);
        assert_eq!(gone(keeping(2, 24), Some(now)).len(), 2);
    }

    #[test]
    fn a_clock_that_is_not_trusted_deletes_nothing_by_age() {
        let keeping = Keeping { bytes_max: 1_000, ..Keeping::default() };
        let all = pieces(&[("2026-11-20T08", 10)]);
        let year_2099: Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(keeping.let_go(&all, 0, None), []);
        assert_eq!(keeping.let_go(&all, 0, Some(year_2099)).len(), 1);
    }

    #[test]
    fn a_disk_near_its_floor_is_not_written_and_recording_does_not_flap() {
        let keeping = Keeping { free_bytes_min: Some(1_600), ..Keeping::default() };
        let space = |free_bytes| Space { free_bytes, total_bytes: 100_000 };
        let cases = [(1_599, true, false), (1_600, true, true), (1_650, false, false), (1_700, false, true)];
        for (free, recording, room) in cases {
            assert_eq!(keeping.has_room(space(free), recording), room, "{free} {recording}");
        }
        let usual = Keeping::default().floor_bytes(Space { free_bytes: 0, total_bytes: 20 << 30 });
        assert_eq!(usual, (1 << 30) + RESERVE_BYTES);
    }
}
