//! A settled board told campaign by campaign and daypart by daypart.

use domain::{Frames, SAMPLE_RATE_HZ};
use jiff::civil::Time;

use super::super::rules::Bar;
use super::{Board, Placed};
use crate::breaks::{Blame, Line};

impl Board<'_> {
    /// Every campaign and daypart that asks for something.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let asks = |(flight, daypart): &(usize, usize)| self.flights[*flight].wanted[*daypart] > 0;
        let all = (0..self.flights.len()).flat_map(|f| (0..self.dayparts.len()).map(move |d| (f, d)));
        all.filter(asks).map(|(flight, daypart)| self.line(flight, daypart)).collect()
    }

    fn line(&self, flight: usize, daypart: usize) -> Line {
        let own: Vec<&Placed<'_>> = self.placed.iter().filter(|p| p.flight == flight && p.daypart == daypart).collect();
        let asked = self.flights[flight].wanted[daypart];
        let mut moved: Vec<u32> = own.iter().filter(|p| self.is_strayed(p)).map(|p| p.second).collect();
        moved.sort_unstable();
        let lost = asked.saturating_sub(own.len() as u32);
        let is_whole = moved.is_empty() && lost == 0;
        Line {
            campaign: self.flights[flight].campaign.id.clone(),
            daypart: self.dayparts[daypart].id.clone(),
            asked,
            placed: (own.len() - moved.len()) as u32,
            moved: moved.into_iter().filter_map(time).collect(),
            lost,
            blame: if is_whole { Vec::new() } else { self.blame(flight, daypart) },
        }
    }

    /// What shuts the breaks of a daypart to a campaign.
    fn blame(&self, flight: usize, daypart: usize) -> Vec<Blame> {
        let within: Vec<usize> =
            (0..self.breaks.len()).filter(|n| self.inside(daypart, self.breaks[*n].second).is_some()).collect();
        let mut bars: Vec<Bar> = within.iter().filter_map(|n| self.verdict(flight, *n).err()).collect();
        if self.flights[flight].versions.is_empty() {
            bars = vec![Bar::NothingReady];
        } else if within.is_empty() {
            bars = vec![Bar::NoBreak];
        }
        let mut blame = Vec::<Blame>::new();
        for bar in bars {
            match blame.iter_mut().find(|b| b.code == bar.code()) {
                Some(known) => known.breaks += 1,
                None => blame.push(Blame { code: bar.code().to_owned(), fr: bar.fr(), en: bar.en(), breaks: 1 }),
            }
        }
        blame.sort_by_key(|b| std::cmp::Reverse(b.breaks));
        blame
    }

    /// Seconds of the breaks, and of the spots in them.
    pub(crate) fn seconds(&self) -> (u64, u64) {
        let room = self.breaks.iter().fold(Frames::ZERO, |sum, b| sum + b.length);
        let used = self.placed.iter().fold(Frames::ZERO, |sum, p| sum + p.version.asset.length);
        (room.0 / u64::from(SAMPLE_RATE_HZ), used.0 / u64::from(SAMPLE_RATE_HZ))
    }
}

fn time(second: u32) -> Option<Time> {
    let of = |n: u32| i8::try_from(n).ok();
    Time::new(of(second / 3600)?, of(second / 60 % 60)?, of(second % 60)?, 0).ok()
}
