//! Who has the air: when somebody live is let on it, when the plan takes it back, and when it is given again.
//!
//! A heart: told the time as a position and what the source is doing, it answers from when until when the mixer's gate
//! stands open. The plan goes on beneath all the while, so that giving the air back is joining it at *now*.

use domain::{Frames, Position};

use super::hearing::Fault;
use crate::realtime::LIVE_FADE;

/// A source that has nothing to say keeps the air in silence for this long, and then loses it: with the crossfade that
/// follows, less than two seconds are silent.
pub const HOLD_MAX: Frames = Frames::from_millis(1_500);
/// A shorter want of sound is a click in somebody's ear and no break that anybody is told of.
const DRY_TOLD: Frames = Frames::from_millis(100);
/// How long a source that was lost must flow before it has the air again.
pub const STABLE_MIN: Frames = Frames::from_secs(5);
/// How long after it was lost too often.
pub const FLAPPING_MIN: Frames = Frames::from_secs(60);
/// Losses after which a source flaps, and the time in which they count.
pub const LOSSES_MAX: usize = 3;
const LOSSES_WITHIN: Frames = Frames::from_secs(300);

/// What is known of the source at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which connection it is: another number is another source.
    pub number: u64,
    /// Whether sound comes out of the buffer.
    pub is_flowing: bool,
    /// Whether it said goodbye and all of it was given.
    pub is_over: bool,
    /// What is wrong with its sound.
    pub fault: Option<Fault>,
    /// Where its right to the air ends.
    pub until: Position,
}

/// Why somebody lost the air.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// They said goodbye.
    Left,
    /// Nothing came any more.
    Lost,
    /// Their sound was no programme.
    Fault(Fault),
    /// Their right ended, or was taken back.
    Expired,
    /// An entry of the plan that nobody may cover.
    Kept,
}

/// What the source's presenter should know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nobody is there.
    #[default]
    Nobody,
    /// Somebody is there; the buffer fills, or their sound is at fault.
    Waiting,
    /// Somebody is there who was lost before: on the air when they have flowed for this much longer.
    Proving(Frames),
    /// Somebody is there, and the plan has an entry that nobody may cover.
    Kept,
    /// On the air.
    OnAir,
    /// On the air without sound.
    Holding,
}

/// What the mixer's gate shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Stay closed, or close.
    Closed,
    /// Stand open from here to there.
    Open(Position, Position),
}

/// Decides who has the air.
#[derive(Debug, Default)]
pub struct Takeover {
    number: Option<u64>,
    standing: Standing,
    /// Since when the source has flowed without a fault.
    flowing_since: Option<Position>,
    /// Since when it has been silent on the air.
    dry_since: Option<Position>,
    opened: Position,
    /// When it was lost lately, oldest first.
    losses: [Option<Position>; LOSSES_MAX],
    ended: Option<End>,
}

impl Takeover {
    /// Looks at the source at `now`; `kept` is the present or next stretch of the plan that nobody may cover.
    pub fn look(&mut self, now: Position, source: Option<Source>, kept: Option<(Position, Position)>) -> Gate {
        let Some(source) = source else {
            self.leave(now, End::Left);
            return Gate::Closed;
        };
        if self.number.replace(source.number).is_some_and(|n| n != source.number) {
            self.leave(now, End::Left);
            self.number = Some(source.number);
        }
        let kept = kept.filter(|(_, to)| now < *to);
        if let Some(end) = self.must_leave(now, &source, kept) {
            self.leave(now, end);
            self.number = Some(source.number);
        }
        let well = source.is_flowing && source.fault.is_none();
        self.flowing_since = self.flowing_since.filter(|_| well).or(well.then_some(now));
        if !self.is_on() {
            self.standing = self.may_enter(now, &source, kept);
            if self.standing == Standing::OnAir {
                self.opened = now;
            }
        }
        if !self.is_on() {
            return Gate::Closed;
        }
        let dry = self.dry_since.and_then(|since| now.since(since)).unwrap_or_default();
        self.standing = if dry >= DRY_TOLD { Standing::Holding } else { Standing::OnAir };
        Gate::Open(self.opened, kept.map_or(source.until, |(from, _)| source.until.min(from)))
    }

    /// What the presenter should know.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Since where they have had the air.
    pub fn on_since(&self) -> Option<Position> {
        self.is_on().then_some(self.opened)
    }

    /// Why the air was taken back, once after it was.
    pub fn take_end(&mut self) -> Option<End> {
        self.ended.take()
    }

    fn is_on(&self) -> bool {
        matches!(self.standing, Standing::OnAir | Standing::Holding)
    }

    /// Whether somebody on the air has to go now.
    fn must_leave(&mut self, now: Position, source: &Source, kept: Option<(Position, Position)>) -> Option<End> {
        if !self.is_on() {
            return None;
        }
        self.dry_since = if source.is_flowing { None } else { self.dry_since.or(Some(now)) };
        let dry = self.dry_since.and_then(|since| now.since(since)).unwrap_or_default();
        if source.is_over {
            Some(End::Left)
        } else if now + LIVE_FADE >= source.until {
            Some(End::Expired)
        } else if kept.is_some_and(|(from, _)| now + LIVE_FADE >= from) {
            Some(End::Kept)
        } else if let Some(fault) = source.fault {
            Some(End::Fault(fault))
        } else {
            (dry >= HOLD_MAX).then_some(End::Lost)
        }
    }

    fn may_enter(&self, now: Position, source: &Source, kept: Option<(Position, Position)>) -> Standing {
        let Some(since) = self.flowing_since.filter(|_| now + LIVE_FADE < source.until) else {
            return Standing::Waiting;
        };
        // Three fades: there is no point in coming for less.
        if kept.is_some_and(|(from, _)| now + LIVE_FADE + LIVE_FADE + LIVE_FADE >= from) {
            return Standing::Kept;
        }
        let lost = self.losses.iter().flatten().filter(|at| now.since(**at).unwrap_or_default() < LOSSES_WITHIN);
        let wanted = match lost.count() {
            0 => Frames::ZERO,
            LOSSES_MAX => FLAPPING_MIN,
            _ => STABLE_MIN,
        };
        let left = wanted.saturating_sub(now.since(since).unwrap_or_default());
        if left == Frames::ZERO { Standing::OnAir } else { Standing::Proving(left) }
    }

    fn leave(&mut self, now: Position, end: End) {
        if self.is_on() {
            self.ended = Some(end);
            if matches!(end, End::Lost | End::Fault(_)) {
                self.losses.rotate_left(1);
                self.losses[LOSSES_MAX - 1] = Some(now);
            }
        }
        self.standing = Standing::Nobody;
        (self.number, self.flowing_since, self.dry_since) = (None, None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 48_000;
    /// As often as the engine turns.
    const TURN: u64 = 2_400;

    fn at(s: f64) -> Position {
        Position((s * SECOND as f64) as u64)
    }

    fn source() -> Source {
        Source { number: 1, is_flowing: true, is_over: false, fault: None, until: at(1e6) }
    }

    /// When the gate was open, in seconds, over `length_s` seconds, and why each stay ended.
    fn stays(
        length_s: u64,
        kept: Option<(f64, f64)>,
        source: impl Fn(f64) -> Option<Source>,
    ) -> Vec<(f64, f64, Option<End>)> {
        let mut takeover = Takeover::default();
        let (mut stays, mut since) = (Vec::new(), None);
        for n in 0..=length_s * SECOND / TURN {
            let (now, s) = (Position(n * TURN), (n * TURN) as f64 / SECOND as f64);
            let kept = kept.map(|(from, to)| (at(from), at(to)));
            match (takeover.look(now, source(s), kept), since) {
                (Gate::Open(from, until), None) => {
                    assert!(from == now && until > now);
                    since = Some(s);
                }
                (Gate::Closed, Some(from)) => {
                    stays.push((from, s, takeover.take_end()));
                    since = None;
                }
                _ => {}
            }
        }
        stays.extend(since.map(|from| (from, length_s as f64, None)));
        stays
    }

    #[test]
    fn losses_are_held_then_filled_and_proved_before_the_air_is_given_again() {
        // When the source is without sound, and the stays on the air that follow.
        type Row = (&'static str, &'static [(f64, f64)], u64, Vec<(f64, f64, Option<End>)>);
        let lost = Some(End::Lost);
        let rows: [Row; 4] = [
            ("a hole of a second is held", &[(10.0, 11.0)], 30, vec![(0.0, 30.0, None)]),
            ("one of four is filled", &[(10.0, 14.0)], 30, vec![(0.0, 11.5, lost), (19.0, 30.0, None)]),
            (
                "a second hole while proving begins again",
                &[(10.0, 14.0), (16.0, 16.5)],
                30,
                vec![(0.0, 11.5, lost), (21.5, 30.0, None)],
            ),
            (
                "after three it waits a minute",
                &[(10.0, 20.0), (30.0, 40.0), (50.0, 60.0)],
                130,
                vec![(0.0, 11.5, lost), (25.0, 31.5, lost), (45.0, 51.5, lost), (120.0, 130.0, None)],
            ),
        ];
        for (name, holes, length_s, want) in rows {
            let dry = |s: f64| holes.iter().any(|(from, to)| (*from..*to).contains(&s));
            let got = stays(length_s, None, |s| Some(Source { is_flowing: !dry(s), ..source() }));
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn a_right_ends_and_what_nobody_may_cover_is_not_covered() {
        let until = |until_s| move |_| Some(Source { until: at(until_s), ..source() });
        // The gate closes a fade before: the last word of the right is the first of the plan.
        assert_eq!(stays(30, None, until(20.0)), [(0.0, 19.8, Some(End::Expired))]);
        assert_eq!(stays(30, Some((10.0, 12.0)), until(1e6)), [(0.0, 9.8, Some(End::Kept)), (12.0, 30.0, None)]);
        assert_eq!(stays(30, Some((0.3, 5.0)), until(1e6)), [(5.0, 30.0, None)]);
    }

    #[test]
    fn who_says_goodbye_may_come_back_at_once_and_who_whistles_may_not() {
        let goodbye =
            |s: f64| (!(10.0..11.0).contains(&s)).then(|| Source { number: if s < 10.5 { 1 } else { 2 }, ..source() });
        assert_eq!(stays(20, None, goodbye), [(0.0, 10.0, Some(End::Left)), (11.0, 20.0, None)]);
        let fault = |s: f64| (10.0..12.0).contains(&s).then_some(Fault::Steady);
        let whistle = |s: f64| Some(Source { fault: fault(s), ..source() });
        assert_eq!(stays(20, None, whistle), [(0.0, 10.0, Some(End::Fault(Fault::Steady))), (17.0, 20.0, None)]);
    }

    #[test]
    fn the_presenter_is_told_how_long_is_still_to_prove() {
        let mut takeover = Takeover::default();
        takeover.look(at(0.0), Some(source()), None);
        assert_eq!((takeover.standing(), takeover.on_since()), (Standing::OnAir, Some(at(0.0))));
        let dry = Source { is_flowing: false, ..source() };
        takeover.look(at(1.0), Some(dry), None);
        assert_eq!(takeover.standing(), Standing::OnAir);
        takeover.look(at(1.1), Some(dry), None);
        assert_eq!(takeover.standing(), Standing::Holding);
        takeover.look(at(3.0), Some(dry), None);
        assert_eq!((takeover.standing(), takeover.on_since()), (Standing::Waiting, None));
        takeover.look(at(4.0), Some(source()), None);
        takeover.look(at(6.0), Some(source()), None);
        assert_eq!(takeover.standing(), Standing::Proving(Frames::from_secs(3)));
    }
}
