//! Which of two exciters carries: the other one when the one in use is dead, never to and fro, and both exercised by schedule.
//!
//! Asks no clock and touches nothing. What cannot be read decides nothing.

use std::time::Duration;

use super::map::BadMap;
use super::object::Write;
use super::ration::Ration;

/// When the exciter in use must be read as the one that was ordered: relays and soft starts take seconds.
const READ_BACK_WITHIN: Duration = Duration::from_secs(30);
/// An exciter that is only exercised is given up this soon: the other one is known to be good.
const EXERCISE_DEAD_AFTER: Duration = Duration::from_secs(15);
/// Changes without a carrier after which somebody must go there: to the other, and back once.
const FRUITLESS_MAX: u8 = 2;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The one that carries as a rule.
    Main,
    /// The one that stands by.
    Standby,
}

impl Unit {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Main => Self::Standby,
            Self::Standby => Self::Main,
        }
    }
}

/// Two exciters, and how the one in use is chosen and told.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// What the role `exciter` reads while the main one is in use, and while the standby is.
    pub reads: [f64; 2],
    /// What is written to put the main one on, and the standby.
    pub orders: [Write; 2],
    /// How long the one in use must have been dead.
    pub after: Duration,
    /// How long the standby carries when it is exercised.
    pub exercise: Duration,
}

impl Pair {
    /// Refuses two that read alike.
    pub(super) fn check(&self) -> Result<(), BadMap> {
        let [main, standby] = self.reads;
        if (main - standby).abs() < 0.5 { Err(BadMap::Alike) } else { Ok(()) }
    }

    /// The exciter whose number this is.
    pub(super) fn unit(&self, reads: f64) -> Option<Unit> {
        [Unit::Main, Unit::Standby]
            .into_iter()
            .zip(self.reads)
            .find_map(|(u, r)| ((r - reads).abs() < 0.5).then_some(u))
    }

    /// The order that puts it on.
    pub const fn order(&self, unit: Unit) -> &Write {
        let [main, standby] = &self.orders;
        match unit {
            Unit::Main => main,
            Unit::Standby => standby,
        }
    }
}

/// What is known of the carrier of the one in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// Nothing is told.
    Unknown,
    /// It is on.
    On,
    /// One reading says that it is off.
    Off,
    /// Two readings agree that it is.
    SurelyOff,
}

/// What is seen of both at one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Which is in use; `None` when that is not told.
    pub in_use: Option<Unit>,
    /// Whether it carries.
    pub carrier: Carrier,
    /// Whether somebody works there, or there is nothing that could carry, such as the mains.
    pub forbidden: bool,
    /// Whether an alert is on the air.
    pub alert: bool,
    /// Whether the standby is to be exercised now.
    pub exercise_due: bool,
}

/// Why a change is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The one in use is dead.
    Dead,
    /// The standby is exercised.
    Exercise,
    /// The exercise is over.
    ExerciseOver,
    /// A person said so.
    Hand,
}

/// What is remembered of both.
#[derive(Debug)]
pub(super) struct Changeover {
    ration: Ration,
    after: Duration,
    exercise: Duration,
    dead_since: Option<Duration>,
    ordered: Option<(Unit, Duration)>,
    exercise_since: Option<Duration>,
    fruitless: u8,
    /// The one that was ordered and did not come.
    pub failed: Option<Unit>,
    /// Whether the standby did not carry when it was exercised last.
    pub exercise_failed: bool,
    /// Whether changes do not help any more.
    pub used_up: bool,
}

impl Changeover {
    /// With the changes of an earlier life, and the exercise that it did not end.
    pub(super) const fn new(pair: &Pair, ration: Ration, exercise_since: Option<Duration>) -> Self {
        Self {
            ration,
            after: pair.after,
            exercise: pair.exercise,
            dead_since: None,
            ordered: None,
            exercise_since,
            fruitless: 0,
            failed: None,
            exercise_failed: false,
            used_up: false,
        }
    }

    /// Whether the standby carries because it is exercised.
    pub(super) const fn is_exercise(&self) -> bool {
        self.exercise_since.is_some()
    }

    /// One look, `up` after the beginning; which exciter to put on, and why.
    pub(super) fn look(&mut self, up: Duration, seen: Seen) -> Option<(Unit, Why)> {
        let in_use = seen.in_use?;
        if let Some((unit, at)) = self.ordered {
            if in_use == unit {
                (self.ordered, self.failed) = (None, None);
            } else if up.saturating_sub(at) < READ_BACK_WITHIN {
                return None;
            } else {
                (self.ordered, self.failed) = (None, Some(unit));
            }
        }
        if self.failed == Some(in_use) {
            self.failed = None;
        }
        let dead = self.dead(up, seen.carrier);
        if seen.forbidden {
            return None;
        }
        if let Some(since) = self.exercise_since {
            return self.try_on(up, since, in_use, dead, seen.alert);
        }
        if matches!(seen.carrier, Carrier::Off | Carrier::SurelyOff) {
            return self.rescue(up, in_use, dead, seen);
        }
        if seen.exercise_due && !seen.alert && in_use == Unit::Main && seen.carrier == Carrier::On {
            self.exercise_since = Some(up);
            return Some(self.ordered(up, Unit::Standby, Why::Exercise));
        }
        None
    }

    /// A person puts this one on: it is not counted, and no exercise goes on.
    pub(super) fn by_hand(&mut self, up: Duration, unit: Unit) {
        (self.exercise_since, self.failed) = (None, None);
        self.ordered(up, unit, Why::Hand);
    }

    /// Whether a change was ordered and has not been read back.
    pub(super) const fn is_under_way(&self) -> bool {
        self.ordered.is_some()
    }

    /// The equipment did not take the order.
    pub(super) fn refused(&mut self) {
        self.failed = self.ordered.take().map(|(unit, _)| unit);
        // It was never begun.
        self.exercise_since = None;
    }

    fn dead(&mut self, up: Duration, carrier: Carrier) -> Duration {
        match carrier {
            Carrier::Off | Carrier::SurelyOff => up.saturating_sub(*self.dead_since.get_or_insert(up)),
            Carrier::On => {
                (self.dead_since, self.fruitless, self.used_up) = (None, 0, false);
                Duration::ZERO
            }
            Carrier::Unknown => {
                self.dead_since = None;
                Duration::ZERO
            }
        }
    }

    fn rescue(&mut self, up: Duration, in_use: Unit, dead: Duration, seen: Seen) -> Option<(Unit, Why)> {
        // While an alert is on, one reading that lies must not cost a second of it.
        if dead < self.after || (seen.alert && seen.carrier != Carrier::SurelyOff) {
            return None;
        }
        if self.fruitless >= FRUITLESS_MAX || !self.ration.may(up) {
            self.used_up = self.fruitless >= FRUITLESS_MAX || self.ration.is_used_up(up);
            return None;
        }
        self.fruitless += 1;
        self.ration.ordered(up);
        Some(self.ordered(up, in_use.other(), Why::Dead))
    }

    fn try_on(
        &mut self,
        up: Duration,
        since: Duration,
        in_use: Unit,
        dead: Duration,
        alert: bool,
    ) -> Option<(Unit, Why)> {
        if in_use == Unit::Main {
            // It never came, or somebody put the main one back.
            self.exercise_since = None;
            return None;
        }
        self.exercise_failed = dead >= EXERCISE_DEAD_AFTER;
        let over = up.saturating_sub(since) >= self.exercise && !alert;
        if !over && !self.exercise_failed {
            return None;
        }
        self.exercise_since = None;
        Some(self.ordered(up, Unit::Main, Why::ExerciseOver))
    }

    fn ordered(&mut self, up: Duration, unit: Unit, why: Why) -> (Unit, Why) {
        self.ordered = Some((unit, up));
        // The other one is given its own time.
        self.dead_since = None;
        (unit, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER_S: u64 = 120;
    const EXERCISE_S: u64 = 600;

    fn pair() -> Pair {
        let order = |value| Write::Snmp("1.3.6.1.9".parse().unwrap(), super::super::object::SetValue::Integer(value));
        Pair {
            reads: [1.0, 2.0],
            orders: [order(1), order(2)],
            after: Duration::from_secs(AFTER_S),
            exercise: Duration::from_secs(EXERCISE_S),
        }
    }

    /// Two exciters, each dead or alive, and the relay between them, which may be stuck.
    struct Scene {
        changeover: Changeover,
        alive: [bool; 2],
        in_use: Unit,
        stuck: bool,
        seen: Seen,
        up_s: u64,
        changes: Vec<(u64, Unit, Why)>,
    }

    impl Scene {
        fn new() -> Self {
            let carrier = Carrier::SurelyOff;
            let seen = Seen { in_use: None, carrier, forbidden: false, alert: false, exercise_due: false };
            Self {
                changeover: Changeover::new(&pair(), Ration::changes(), None),
                alive: [true; 2],
                in_use: Unit::Main,
                stuck: false,
                seen,
                up_s: 0,
                changes: Vec::new(),
            }
        }

        fn run(&mut self, seconds: u64) -> &mut Self {
            for _ in 0..seconds / 5 {
                self.up_s += 5;
                let alive = self.alive[usize::from(self.in_use == Unit::Standby)];
                let carrier = if alive { Carrier::On } else { self.seen.carrier };
                let seen = Seen { in_use: Some(self.in_use), carrier, ..self.seen };
                if let Some((unit, why)) = self.changeover.look(Duration::from_secs(self.up_s), seen) {
                    self.changes.push((self.up_s, unit, why));
                    self.in_use = if self.stuck { self.in_use } else { unit };
                }
            }
            self
        }
    }

    #[test]
    fn a_dead_exciter_gives_way_after_its_time_and_nobody_goes_back_by_himself() {
        let mut scene = Scene::new();
        scene.run(600);
        scene.alive[0] = false;
        scene.run(AFTER_S);
        assert!(scene.changes.is_empty());
        scene.run(10);
        assert_eq!(scene.changes, [(725, Unit::Standby, Why::Dead)]);
        scene.alive[0] = true;
        scene.run(86_400);
        assert_eq!(scene.changes.len(), 1, "the standby carries: nobody touches it");
    }

    #[test]
    fn two_dead_exciters_are_each_tried_once_and_a_flapping_pair_changes_twice_an_hour() {
        let mut dead = Scene::new();
        dead.alive = [false; 2];
        dead.run(86_400);
        let units: Vec<Unit> = dead.changes.iter().map(|c| c.1).collect();
        assert_eq!(units, [Unit::Standby, Unit::Main], "{:?}", dead.changes);
        assert!(dead.changeover.used_up);
        dead.alive = [true; 2];
        dead.run(60);
        assert!(!dead.changeover.used_up);

        let mut flapping = Scene::new();
        for _ in 0..50 {
            let at = usize::from(flapping.in_use == Unit::Standby);
            flapping.alive = [at == 1, at == 0];
            flapping.run(180);
            flapping.alive = [true; 2];
            flapping.run(60);
        }
        for (from, ..) in &flapping.changes {
            let within = flapping.changes.iter().filter(|(at, ..)| (*from..from + 3_600).contains(at)).count();
            assert!(within <= 2, "{:?}", flapping.changes);
        }
        assert!(flapping.changes.len() >= 4, "{:?}", flapping.changes);
    }

    #[test]
    fn a_relay_that_is_stuck_is_told_and_not_hammered() {
        let mut scene = Scene::new();
        (scene.alive[0], scene.stuck) = (false, true);
        scene.run(7_200);
        assert!(scene.changes.len() <= 2, "{:?}", scene.changes);
        assert_eq!(scene.changeover.failed, Some(Unit::Standby));
    }

    #[test]
    fn the_standby_is_exercised_by_schedule_and_given_up_when_it_does_not_carry() {
        let mut scene = Scene::new();
        scene.run(60).seen.exercise_due = true;
        scene.run(5).seen.exercise_due = false;
        scene.run(2 * EXERCISE_S);
        let whys: Vec<_> = scene.changes.iter().map(|c| (c.1, c.2)).collect();
        assert_eq!(whys, [(Unit::Standby, Why::Exercise), (Unit::Main, Why::ExerciseOver)]);
        assert_eq!(scene.changes[1].0 - scene.changes[0].0, EXERCISE_S);
        assert!(!scene.changeover.exercise_failed);

        scene.alive[1] = false;
        scene.seen.exercise_due = true;
        scene.run(5).seen.exercise_due = false;
        scene.run(60);
        assert_eq!(scene.changes.len(), 4);
        assert!(scene.changes[3].0 - scene.changes[2].0 <= 25, "{:?}", scene.changes);
        assert!(scene.changeover.exercise_failed);

        let exercise_since = Some(Duration::ZERO);
        let mut after_a_restart = Scene { in_use: Unit::Standby, ..Scene::new() };
        after_a_restart.changeover = Changeover::new(&pair(), Ration::changes(), exercise_since);
        after_a_restart.run(EXERCISE_S + 10);
        assert_eq!(after_a_restart.in_use, Unit::Main, "an exercise ends over an end of the process too");
    }

    #[test]
    fn an_alert_somebody_at_work_and_what_cannot_be_read_hold_still() {
        let mut scene = Scene::new();
        (scene.seen.alert, scene.seen.exercise_due, scene.seen.carrier) = (true, true, Carrier::Off);
        scene.run(60);
        scene.alive[0] = false;
        scene.run(7_200);
        assert!(scene.changes.is_empty(), "one reading alone may lie");
        scene.seen.carrier = Carrier::SurelyOff;
        scene.run(10);
        assert_eq!(scene.changes.len(), 1, "an alert that nobody hears is none");

        let mut worked_on = Scene::new();
        (worked_on.alive[0], worked_on.seen.forbidden) = (false, true);
        worked_on.run(7_200);
        assert!(worked_on.changes.is_empty());
        for (in_use, carrier) in [(None, Carrier::SurelyOff), (Some(Unit::Main), Carrier::Unknown)] {
            let mut changeover = Changeover::new(&pair(), Ration::changes(), None);
            let seen = Seen { in_use, carrier, ..scene.seen };
            assert!((0..4_000).all(|s| changeover.look(Duration::from_secs(s), seen).is_none()));
        }
    }
}
