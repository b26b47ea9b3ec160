//! Whether the machine's clock is to be believed, by what others say of it.
//!
//! One source against the clock is a source that lies, or a clock that does: nobody can know, and a person is told. Two that
//! agree with each other and not with the clock outvote it. So neither a spoofed receiver nor a dead battery alone moves a
//! site from its hour.

use std::time::Duration;

use jiff::SignedDuration;

/// Sources closer than this agree: half of what a timeline takes for a clock that was set, and more than the seconds of a
/// real-time clock and the sentence of a receiver are late.
pub const APART_MAX: SignedDuration = SignedDuration::from_millis(1_900);
/// Readings in a row before an opinion counts or no longer does: a receiver that finds its satellites errs for a moment.
const TURNS: u8 = 3;
/// What was said longer ago than this is not known now.
const FRESH: Duration = Duration::from_mins(1);

/// Who tells the time beside the machine's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A receiver of satellites, through gpsd.
    Gps,
    /// The clock with the battery.
    Rtc,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Gps, Self::Rtc];
}

/// What a source says: how far it is ahead of the machine's clock; `None` when it says nothing now.
pub type Opinion = Option<SignedDuration>;

/// How a source stands to the machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has said nothing for a minute.
    Silent,
    /// It shows the same.
    Agrees,
    /// It has been ahead by this much for a while (behind when negative).
    Differs(SignedDuration),
}

/// What the sources say together.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    desks: [Desk; Source::ALL.len()],
}

#[derive(Clone, Copy, Debug, Default)]
struct Desk {
    heard: Option<Duration>,
    ahead: SignedDuration,
    agrees: u8,
    differs: u8,
    is_apart: bool,
}

impl Agreement {
    /// Takes what a source says at `now`, a time that only grows.
    pub fn heard(&mut self, now: Duration, source: Source, says: Opinion) {
        let Some(ahead) = says else { return };
        let desk = &mut self.desks[source as usize];
        let is_same = desk.heard.is_some() && (ahead - desk.ahead).abs() <= APART_MAX;
        (desk.heard, desk.ahead) = (Some(now), ahead);
        if ahead.abs() <= APART_MAX {
            (desk.agrees, desk.differs) = (desk.agrees.saturating_add(1), 0);
        } else {
            // One that says something else each time has no opinion.
            (desk.agrees, desk.differs) = (0, if is_same { desk.differs.saturating_add(1) } else { 1 });
        }
        desk.is_apart = if desk.is_apart { desk.agrees < TURNS } else { desk.differs >= TURNS };
    }

    /// How a source stands now.
    pub fn standing(&self, now: Duration, source: Source) -> Standing {
        let desk = self.desks[source as usize];
        match desk.heard {
            Some(at) if now.saturating_sub(at) <= FRESH && desk.is_apart => Standing::Differs(desk.ahead),
            Some(at) if now.saturating_sub(at) <= FRESH => Standing::Agrees,
            _ => Standing::Silent,
        }
    }

    /// Whether the machine's clock is outvoted: by how much those ahead of it agree that it is wrong.
    pub fn outvoted(&self, now: Duration) -> Option<SignedDuration> {
        let apart = Source::ALL.map(|s| match self.standing(now, s) {
            Standing::Differs(ahead) => Some(ahead),
            _ => None,
        });
        let mut apart = apart.into_iter().flatten();
        let (first, second) = (apart.next()?, apart.next()?);
        ((first - second).abs() <= APART_MAX).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is believed after each source has said its row ten times, two seconds apart.
    fn after(gps_ms: Option<i64>, rtc_ms: Option<i64>) -> (Standing, Standing, Option<i64>) {
        let mut agreement = Agreement::default();
        let opinion = |ms: Option<i64>| ms.map(SignedDuration::from_millis);
        for turn in 0..10 {
            let now = Duration::from_secs(2 * turn);
            agreement.heard(now, Source::Gps, opinion(gps_ms));
            agreement.heard(now, Source::Rtc, opinion(rtc_ms));
        }
        let now = Duration::from_secs(20);
        let outvoted = agreement.outvoted(now).map(|d| d.as_millis() as i64);
        (agreement.standing(now, Source::Gps), agreement.standing(now, Source::Rtc), outvoted)
    }

    #[test]
    fn two_that_agree_outvote_the_clock_and_one_alone_never_does() {
        let differs = |ms| Standing::Differs(SignedDuration::from_millis(ms));
        let rows = [
            (Some(20), Some(-700), Standing::Agrees, Standing::Agrees, None),
            // 1024 weeks: a receiver whose count has rolled over.
            (Some(-619_315_200_000), Some(0), differs(-619_315_200_000), Standing::Agrees, None),
            (Some(60_000), None, differs(60_000), Standing::Silent, None),
            (Some(60_000), Some(3_600_000), differs(60_000), differs(3_600_000), None),
            (Some(60_000), Some(59_100), differs(60_000), differs(59_100), Some(60_000)),
            (None, None, Standing::Silent, Standing::Silent, None),
        ];
        for (gps, rtc, gps_stands, rtc_stands, outvoted) in rows {
            assert_eq!(after(gps, rtc), (gps_stands, rtc_stands, outvoted), "{gps:?} {rtc:?}");
        }
    }

    #[test]
    fn a_moment_of_error_is_no_opinion_and_a_source_that_went_away_has_none() {
        let mut agreement = Agreement::default();
        let s = Duration::from_secs;
        let far = Some(SignedDuration::from_secs(90));
        for (now, says) in [(0, far), (1, far), (2, Some(SignedDuration::ZERO)), (3, far), (4, far)] {
            agreement.heard(s(now), Source::Gps, says);
            assert_eq!(agreement.standing(s(now), Source::Gps), Standing::Agrees, "{now}");
        }
        agreement.heard(s(5), Source::Gps, far);
        assert_eq!(agreement.standing(s(5), Source::Gps), Standing::Differs(SignedDuration::from_secs(90)));
        for (now, wanders) in [(6, 300), (7, 600), (8, 900)] {
            agreement.heard(s(now), Source::Rtc, Some(SignedDuration::from_secs(wanders)));
        }
        assert_eq!(agreement.standing(s(8), Source::Rtc), Standing::Agrees, "it says something else each time");
        assert_eq!(agreement.standing(s(66), Source::Gps), Standing::Silent);
    }
}
