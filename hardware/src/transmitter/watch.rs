//! What the readings of a transmitter mean: conditions with hysteresis, sentences that stay as they were raised, and the
//! orders to switch a fallen carrier on again, at most three times an hour, and to change over to the other exciter.
//!
//! Asks no clock and touches nothing: it is told the time and what the equipment answered.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{EquipmentReading, Finding, Quantity};
use jiff::Timestamp;

use super::changeover::{Carrier, Changeover, Seen, Unit, Why};
use super::link::LinkError;
use super::map::{Role, RoleMap};
use super::ration::Ration;
use super::sentences as say;

mod hand;

use hand::Hand;
pub use hand::{Refusal, Wish};

/// A condition lasts this long before somebody is told: two polls, so that one lost answer is none.
const RAISE_AFTER: Duration = Duration::from_secs(8);
/// It is over when it was over for this long.
const CLEAR_AFTER: Duration = Duration::from_secs(15);
/// How far a reading must come back over its limit before its condition is over, as a share of the limit.
const BACK: f64 = 0.03;
/// The carrier may be this far from the site's frequency: exciters tell it in steps of 10 kHz.
const FREQUENCY_OFF_KHZ: f64 = 5.5;
/// Below this power towards the antenna the ratio of two powers says nothing, and nobody hears the transmitter.
const FORWARD_W_MIN: f64 = 1.0;
/// A generator that starts by itself has started by then.
const GENERATOR_WITHIN: Duration = Duration::from_mins(2);
/// A carrier that fell is given this long to come back by itself: transmitters have a protection that retries.
const RESTART_AFTER: Duration = Duration::from_mins(1);
/// When the carrier must be read as on after the order.
const READ_BACK_WITHIN: Duration = Duration::from_secs(30);
/// How long somebody can read that there was a restart.
const RESTART_SHOWN: Duration = Duration::from_hours(1);

/// What all roles together may not pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Whose readings they are.
    pub whose: Whose,
    /// The voltage standing wave ratio above which somebody is told.
    pub vswr_max: f64,
}

/// Whose readings they are: the sentences name it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// The transmitter's.
    #[default]
    Transmitter,
    /// Those of what feeds the site: mains, battery, generator, the room.
    Power,
}

impl Whose {
    /// Its name for machines, with which the codes of its conditions begin.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Transmitter => "transmitter",
            Self::Power => "power",
        }
    }
}

/// What the shell does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Write the map's restart.
    Restart,
    /// Switch the carrier on or off, by a person's word.
    Carrier(bool),
    /// Put this exciter on.
    Select(Unit, Why),
}

/// What an earlier life of the process ordered.
#[derive(Clone, Debug)]
pub struct Past {
    /// Restarts of the carrier.
    pub restarts: Ration,
    /// Changes between the exciters.
    pub changes: Ration,
    /// Whether an exercise of the standby had begun and not ended; it is given its whole time again.
    pub in_exercise: bool,
    /// Whether the carrier is off by a person's word.
    pub held_off: bool,
}

impl Default for Past {
    fn default() -> Self {
        Self { restarts: Ration::restarts(), changes: Ration::changes(), in_exercise: false, held_off: false }
    }
}

/// What is known beside the equipment at one look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// The site's own frequency; `None` when it is not known.
    pub frequency_khz: Option<u32>,
    /// Whether an alert is on the air.
    pub alert: bool,
    /// Whether the standby exciter is to be exercised now.
    pub exercise_due: bool,
}

/// What came out of one look.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// All readings.
    pub readings: Vec<EquipmentReading>,
    /// All conditions that last.
    pub findings: Vec<Finding>,
    /// What to do.
    pub order: Option<Order>,
    /// Whether what a person ordered last has now been read back as obeyed; `None` while nothing is to be told of it.
    pub obeyed: Option<bool>,
}

/// One piece of equipment under watch.
#[derive(Debug)]
pub struct Watch {
    map: RoleMap,
    limits: Limits,
    restarts: Ration,
    changeover: Option<Changeover>,
    hand: Hand,
    readings: Vec<EquipmentReading>,
    conditions: BTreeMap<String, Condition>,
    /// Since when the carrier is off; `None` while it is on or unknown.
    off_since: Option<Duration>,
    /// Whether this life of the process has read the carrier as on: what was off before it is not switched on.
    was_on: bool,
    /// When the last restart was ordered.
    ordered_at: Option<Duration>,
}

impl Watch {
    /// A watch over equipment with this map, remembering what an earlier life ordered.
    pub fn new(map: RoleMap, limits: Limits, past: Past) -> Self {
        let mut quantities: Vec<Quantity> = map.roles().iter().map(|r| r.quantity).collect();
        if [Quantity::ForwardPower, Quantity::ReflectedPower].iter().all(|q| quantities.contains(q)) {
            quantities.push(Quantity::Vswr);
        }
        quantities.sort_unstable();
        let unread = |quantity| EquipmentReading { quantity, value: None, read_at: None };
        let readings = quantities.into_iter().map(unread).collect();
        let exercise_since = past.in_exercise.then_some(Duration::ZERO);
        let changeover = map.pair().map(|pair| Changeover::new(pair, past.changes, exercise_since));
        Self {
            map,
            limits,
            restarts: past.restarts,
            changeover,
            hand: Hand::new(past.held_off),
            readings,
            conditions: BTreeMap::new(),
            off_since: None,
            was_on: false,
            ordered_at: None,
        }
    }

    /// Its map.
    pub const fn map(&self) -> &RoleMap {
        &self.map
    }

    /// Takes what the equipment answered to [`RoleMap::objects`], `up` after the watch began and at `now` by the wall.
    pub fn heard(
        &mut self,
        up: Duration,
        now: Timestamp,
        answers: Result<&[Option<f64>], LinkError>,
        around: Around,
    ) -> Turn {
        let (why, whose) = (answers.as_ref().err().copied(), self.limits.whose);
        self.see(up, "silent", why.is_some(), || say::silent(whose, why.unwrap_or(LinkError::Silent)));
        match answers {
            Ok(answers) => self.read(up, now, answers),
            Err(_) => self.readings.iter_mut().for_each(|r| r.value = None),
        }
        if why.is_none() {
            self.judge(up, around.frequency_khz);
        }
        let obeyed = self.read_back(up);
        let order = self.restart(up, why.is_none()).or_else(|| self.change(up, why.is_none(), around));
        let findings = self.conditions.values().filter_map(|c| c.raised.clone());
        let findings = findings.map(|f| Finding { code: format!("{}.{}", whose.key(), f.code), ..f }).collect();
        Turn { readings: self.readings.clone(), findings, order, obeyed }
    }

    /// The equipment refused the order, or did not answer to it.
    pub fn refused(&mut self, up: Duration, order: Order, why: LinkError) {
        let (code, said) = match order {
            Order::Restart => ("refused", say::refused(why)),
            Order::Carrier(on) => ("hand.refused", say::hand_refused(on, why)),
            Order::Select(unit, _) => {
                if let Some(changeover) = self.changeover.as_mut() {
                    changeover.refused();
                }
                ("changeover.refused", say::change_refused(unit, why))
            }
        };
        if matches!(order, Order::Carrier(_) | Order::Select(_, Why::Hand)) {
            self.hand.refused();
        }
        let condition = self.conditions.entry(code.to_owned()).or_default();
        condition.raised = Some(said);
        condition.good_since = Some(up);
    }

    /// Whether the standby exciter carries because it is exercised.
    pub fn is_exercise(&self) -> bool {
        self.changeover.as_ref().is_some_and(Changeover::is_exercise)
    }

    fn read(&mut self, up: Duration, now: Timestamp, answers: &[Option<f64>]) {
        let whose = self.limits.whose;
        let roles: Vec<Role> = self.map.roles().to_vec();
        for (role, answer) in roles.iter().zip(answers) {
            let told = answer.map(|raw| role.value(raw));
            let value = told.filter(|v| role.quantity.possible().contains(v));
            let quantity = role.quantity;
            self.set(quantity, value, now);
            self.see(up, &format!("missing.{}", quantity.key()), told.is_none(), || say::missing(whose, quantity));
            let absurd = told.is_some() && value.is_none();
            self.see(up, &format!("absurd.{}", quantity.key()), absurd, || {
                say::absurd(whose, quantity, told.unwrap_or(0.0))
            });
        }
        let flags = self.map.flags().to_vec();
        for (n, (flag, answer)) in flags.iter().zip(&answers[roles.len().min(answers.len())..]).enumerate() {
            let up_now = answer.is_some_and(|a| (a - flag.when).abs() < 0.5);
            self.see(up, &format!("flag.{n}"), up_now, || say::flag(n, flag));
        }
        let vswr = self.vswr();
        self.set(Quantity::Vswr, vswr, now);
    }

    fn set(&mut self, quantity: Quantity, value: Option<f64>, now: Timestamp) {
        if let Some(reading) = self.readings.iter_mut().find(|r| r.quantity == quantity) {
            reading.value = value;
            reading.read_at = value.map(|_| now).or(reading.read_at);
        }
    }

    fn value(&self, quantity: Quantity) -> Option<f64> {
        self.readings.iter().find(|r| r.quantity == quantity)?.value
    }

    fn vswr(&self) -> Option<f64> {
        let forward = self.value(Quantity::ForwardPower).filter(|w| *w >= FORWARD_W_MIN)?;
        let rho = (self.value(Quantity::ReflectedPower)? / forward).sqrt();
        // All of it comes back: no antenna. The ratio has no end, the reading has.
        let most = *Quantity::Vswr.possible().end();
        Some(if rho < 1.0 { ((1.0 + rho) / (1.0 - rho)).min(most) } else { most })
    }

    fn judge(&mut self, up: Duration, frequency_khz: Option<u32>) {
        let carrier = self.value(Quantity::RfOn).map(|on| on > 0.5);
        if carrier.is_some() {
            self.see(up, "off", carrier == Some(false) && !self.hand.held_off, say::off);
        }
        for role in self.map.roles().to_vec() {
            let Some(value) = self.value(role.quantity) else { continue };
            // A carrier that is off has no power: that is told once.
            let of_carrier = matches!(role.quantity, Quantity::ForwardPower | Quantity::ReflectedPower);
            let least = role.least.filter(|_| carrier != Some(false) || !of_carrier);
            self.bound(up, "low", role.quantity, value, least, |v, limit| v < limit);
            self.bound(up, "high", role.quantity, value, role.most, |v, limit| v > limit);
        }
        if let Some(vswr) = self.value(Quantity::Vswr) {
            self.bound(up, "high", Quantity::Vswr, vswr, Some(self.limits.vswr_max), |v, limit| v > limit);
        }
        if let Some((told, own)) = self.value(Quantity::Frequency).zip(frequency_khz) {
            let wrong = (told - f64::from(own)).abs() > FREQUENCY_OFF_KHZ;
            self.see(up, "frequency", wrong, || say::frequency(told, own));
        }
        if let Some(on) = self.value(Quantity::Mains) {
            self.see(up, "mains", on < 0.5, say::mains);
        }
        if let Some(runs) = self.value(Quantity::Generator) {
            let away = self.conditions.get("mains").and_then(|c| c.bad_since);
            let awaited = away.is_some_and(|since| up.saturating_sub(since) >= GENERATOR_WITHIN);
            self.see(up, "generator", awaited && runs < 0.5, say::no_generator);
        }
    }

    /// A limit that was passed is kept again only when the reading has come back by [`BACK`] of it.
    fn bound(
        &mut self,
        up: Duration,
        side: &'static str,
        quantity: Quantity,
        value: f64,
        limit: Option<f64>,
        past: impl Fn(f64, f64) -> bool,
    ) {
        let Some(limit) = limit else {
            self.conditions.remove(&format!("{side}.{}", quantity.key()));
            return;
        };
        let code = format!("{side}.{}", quantity.key());
        let raised = self.conditions.get(&code).is_some_and(|c| c.raised.is_some());
        let back = limit.abs() * BACK;
        let within = if side == "low" { limit + back } else { limit - back };
        let bad = past(value, if raised { within } else { limit });
        self.see(up, &code, bad, || say::bound(side, quantity, value, limit));
    }

    fn see(&mut self, up: Duration, code: &str, bad: bool, say: impl FnOnce() -> Finding) {
        if !bad && !self.conditions.contains_key(code) {
            return;
        }
        let condition = self.conditions.entry(code.to_owned()).or_default();
        condition.see(up, bad, say);
        if condition.is_over() {
            self.conditions.remove(code);
        }
    }

    fn restart(&mut self, up: Duration, heard: bool) -> Option<Order> {
        self.map.restart()?;
        self.see(up, "refused", false, say::off);
        match self.value(Quantity::RfOn).map(|on| on > 0.5) {
            Some(true) => {
                self.was_on = true;
                self.off_since = None;
                self.conditions.remove("restart.failed");
                self.conditions.remove("restart.used");
            }
            Some(false) => {
                self.off_since.get_or_insert(up);
            }
            None => {}
        }
        let ordered = self.ordered_at;
        if ordered.is_some_and(|at| up.saturating_sub(at) > RESTART_SHOWN) {
            self.conditions.remove("restart.ordered");
            self.ordered_at = None;
        }
        let since = self.off_since.filter(|_| heard)?;
        if ordered.is_some_and(|at| at >= since && up.saturating_sub(at) >= READ_BACK_WITHIN) {
            self.hold("restart.failed", say::restart_failed);
        }
        if up.saturating_sub(since) < RESTART_AFTER || !self.was_on || self.hand.held_off || self.is_forbidden() {
            return None;
        }
        if !self.restarts.may(up) {
            let failed = ordered.is_none_or(|at| up.saturating_sub(at) >= READ_BACK_WITHIN);
            if self.restarts.is_used_up(up) && failed {
                self.hold("restart.used", say::restarts_used);
            }
            return None;
        }
        self.restarts.ordered(up);
        self.ordered_at = Some(up);
        self.hold("restart.ordered", say::restart_ordered);
        Some(Order::Restart)
    }

    fn change(&mut self, up: Duration, heard: bool, around: Around) -> Option<Order> {
        let reads = |q| self.value(q).filter(|_| heard);
        let in_use = reads(Quantity::Exciter).and_then(|n| self.map.pair()?.unit(n));
        let powerless = reads(Quantity::ForwardPower).is_some_and(|w| w < FORWARD_W_MIN);
        let carrier = match reads(Quantity::RfOn).map(|on| on > 0.5) {
            None => Carrier::Unknown,
            Some(true) => Carrier::On,
            Some(false) if powerless => Carrier::SurelyOff,
            Some(false) => Carrier::Off,
        };
        let forbidden = self.is_forbidden() || self.hand.held_off || reads(Quantity::Mains).is_some_and(|on| on < 0.5);
        let seen = Seen { in_use, carrier, forbidden, alert: around.alert, exercise_due: around.exercise_due };
        let changeover = self.changeover.as_mut()?;
        let order = changeover.look(up, seen);
        let (failed, exercise_failed, used_up, exercise) =
            (changeover.failed, changeover.exercise_failed, changeover.used_up, changeover.is_exercise());
        self.see(up, "changeover.refused", false, say::off);
        self.see(up, "changeover.standby", in_use == Some(Unit::Standby) && !exercise, say::on_standby);
        self.stands("changeover.exercise", exercise, say::on_exercise);
        self.stands("changeover.failed", failed.is_some(), || say::change_failed(failed.unwrap_or(Unit::Main)));
        self.stands("changeover.exercise.failed", exercise_failed, say::exercise_failed);
        self.stands("changeover.used", used_up, say::changes_used);
        order.map(|(unit, why)| Order::Select(unit, why))
    }

    /// A condition that is there or not, as something else has decided already.
    fn stands(&mut self, code: &str, is_there: bool, say: impl FnOnce() -> Finding) {
        if is_there {
            self.hold(code, say);
        } else {
            self.conditions.remove(code);
        }
    }

    /// Whether a condition of the equipment itself, seen at all, forbids to switch on: somebody may work on it.
    fn is_forbidden(&self) -> bool {
        let seen = |n: usize| self.conditions.get(&format!("flag.{n}")).is_some_and(|c| c.bad_since.is_some());
        self.map.flags().iter().enumerate().any(|(n, flag)| flag.forbids_restart && seen(n))
    }

    /// Raises a condition that something else takes away.
    fn hold(&mut self, code: &str, say: impl FnOnce() -> Finding) {
        self.conditions.entry(code.to_owned()).or_default().raised.get_or_insert_with(say);
    }
}

/// Something wrong, raised when it has lasted and over when it has been over for a while.
#[derive(Debug, Default)]
struct Condition {
    bad_since: Option<Duration>,
    good_since: Option<Duration>,
    /// The sentence of the moment when it was raised: a sentence that changed with each reading would be a new alarm.
    raised: Option<Finding>,
}

impl Condition {
    fn see(&mut self, up: Duration, bad: bool, say: impl FnOnce() -> Finding) {
        if bad {
            self.good_since = None;
            let since = *self.bad_since.get_or_insert(up);
            if self.raised.is_none() && up.saturating_sub(since) >= RAISE_AFTER {
                self.raised = Some(say());
            }
        } else {
            self.bad_since = None;
            let since = *self.good_since.get_or_insert(up);
            if up.saturating_sub(since) >= CLEAR_AFTER {
                self.raised = None;
            }
        }
    }

    const fn is_over(&self) -> bool {
        self.raised.is_none() && self.bad_since.is_none()
    }
}

#[cfg(test)]
mod tests;
