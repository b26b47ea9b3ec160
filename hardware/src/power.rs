//! What is shed when a site runs on its reserve, or too hot: encoders of streams, one after the other, and never the air.
//!
//! Asks no clock and touches nothing. A reading that is missing sheds nothing: a sensor that lies by its absence must not
//! cost a listener anything.

use std::cmp::Ordering;
use std::time::Duration;

use domain::{EquipmentReading, Finding, Quantity, Severity};

/// A reading is past its limit this long before something is shed: a pump that starts pulls a battery down for seconds.
const SHED_AFTER: Duration = Duration::from_secs(30);
/// And within it this long, or unknown this long, before it is taken back: a battery recovers as soon as it is spared.
const BACK_AFTER: Duration = Duration::from_mins(10);
/// How far a reading must come back over its limit, as a share of it.
const BACK: f64 = 0.02;

/// How much is shed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Shed {
    /// Nothing.
    #[default]
    Nothing = 0,
    /// The MP3 stream for listeners.
    Mp3 = 1,
    /// Every stream for listeners that feeds no server.
    Streams = 2,
}

/// Where one quantity makes the site shed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShedLimit {
    quantity: Quantity,
    first: f64,
    second: f64,
}

impl ShedLimit {
    /// What may be written: these fall short, or rise too high.
    pub const QUANTITIES: [Quantity; 3] = [Quantity::Battery, Quantity::Fuel, Quantity::RoomTemperature];

    /// A limit; `None` for another quantity, or when the second is not past the first.
    pub fn new(quantity: Quantity, first: f64, second: f64) -> Option<Self> {
        let limit = Self { quantity, first, second };
        let in_order = if limit.falls() { second < first } else { second > first };
        let possible = [first, second].iter().all(|v| quantity.possible().contains(v));
        (Self::QUANTITIES.contains(&quantity) && in_order && possible).then_some(limit)
    }

    fn falls(self) -> bool {
        self.quantity != Quantity::RoomTemperature
    }

    /// How much this reading sheds, while so much of it is shed already.
    fn asks(self, value: f64, shed: Shed) -> Shed {
        let past = |limit: f64, is_shed: bool| {
            let back = if is_shed { limit.abs() * BACK } else { 0.0 };
            if self.falls() { value < limit + back } else { value > limit - back }
        };
        if past(self.second, shed >= Shed::Streams) {
            Shed::Streams
        } else if past(self.first, shed >= Shed::Mp3) {
            Shed::Mp3
        } else {
            Shed::Nothing
        }
    }
}

/// Why something is shed: the reading of the moment when it was.
#[derive(Clone, Debug, PartialEq)]
struct Cause {
    quantity: Quantity,
    value: f64,
}

/// The decision, look by look.
#[derive(Debug)]
pub struct Shedding {
    limits: Vec<ShedLimit>,
    shed: Shed,
    cause: Option<Cause>,
    more_since: Option<Duration>,
    less_since: Option<Duration>,
}

impl Shedding {
    /// With at most one limit for each quantity; nothing is shed yet.
    pub const fn new(limits: Vec<ShedLimit>) -> Self {
        Self { limits, shed: Shed::Nothing, cause: None, more_since: None, less_since: None }
    }

    /// One look, `up` after the beginning.
    pub fn look(&mut self, up: Duration, readings: &[EquipmentReading]) -> Shed {
        let value = |q| readings.iter().find(|r| r.quantity == q).and_then(|r| r.value);
        // A battery that the mains charge is not short, whatever its voltage.
        let charged = value(Quantity::Mains).is_some_and(|on| on > 0.5);
        let (mut asked, mut cause) = (Shed::Nothing, None);
        for limit in &self.limits {
            let reading = value(limit.quantity).filter(|_| !charged || limit.quantity != Quantity::Battery);
            let Some(value) = reading else { continue };
            let asks = limit.asks(value, self.shed);
            if asks > asked {
                (asked, cause) = (asks, Some(Cause { quantity: limit.quantity, value }));
            }
        }
        match asked.cmp(&self.shed) {
            Ordering::Greater => {
                self.less_since = None;
                if up.saturating_sub(*self.more_since.get_or_insert(up)) >= SHED_AFTER {
                    (self.shed, self.cause, self.more_since) = (asked, cause, None);
                }
            }
            Ordering::Less => {
                self.more_since = None;
                if up.saturating_sub(*self.less_since.get_or_insert(up)) >= BACK_AFTER {
                    (self.shed, self.cause, self.less_since) = (asked, cause, None);
                }
            }
            Ordering::Equal => (self.more_since, self.less_since) = (None, None),
        }
        self.shed
    }

    /// What people are told of it.
    pub fn finding(&self) -> Option<Finding> {
        let cause = self.cause.as_ref().filter(|_| self.shed > Shed::Nothing)?;
        let v = cause.value;
        let (fr, en) = match cause.quantity {
            Quantity::Fuel => (format!("il reste {v:.0} % de carburant"), format!("{v:.0} % of the fuel is left")),
            Quantity::RoomTemperature => (format!("le local est à {v:.0} °C"), format!("the room is at {v:.0} °C")),
            _ => (format!("la batterie est à {v:.1} V").replace('.', ","), format!("the battery is at {v:.1} V")),
        };
        let (what_fr, what_en) = match self.shed {
            Shed::Streams => ("les flux des auditeurs sont coupés", "the streams for listeners are off"),
            _ => ("le flux MP3 est coupé", "the MP3 stream is off"),
        };
        Some(Finding {
            code: format!("power.shed.{}", self.shed as u8),
            severity: Severity::Warning,
            at_s: None,
            fr: format!(
                "Le site économise : {fr}, {what_fr}. L'émetteur et ce qui le nourrit ne sont jamais touchés. Rétablissez le secteur, le groupe ou la ventilation."
            ),
            en: format!(
                "The site sheds load: {en}, {what_en}. The transmitter and what feeds it are never touched. Restore mains, generator or ventilation."
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shedding() -> Shedding {
        let limits = [(Quantity::Battery, 24.0, 23.0), (Quantity::RoomTemperature, 45.0, 50.0)];
        Shedding::new(limits.iter().map(|(q, a, b)| ShedLimit::new(*q, *a, *b).unwrap()).collect())
    }

    /// What is shed after `seconds` of these readings, looked at every 5 s from `up_s` on.
    fn run(shedding: &mut Shedding, up_s: &mut u64, seconds: u64, readings: &[(Quantity, Option<f64>)]) -> Shed {
        let of = |(quantity, value): &(Quantity, Option<f64>)| EquipmentReading {
            quantity: *quantity,
            value: *value,
            read_at: None,
        };
        let readings: Vec<_> = readings.iter().map(of).collect();
        let mut shed = Shed::Nothing;
        for _ in 0..seconds / 5 {
            *up_s += 5;
            shed = shedding.look(Duration::from_secs(*up_s), &readings);
        }
        shed
    }

    #[test]
    fn streams_go_one_after_the_other_and_come_back_when_the_reserve_has_lasted() {
        use Quantity as Q;
        let (mut s, mut up) = (shedding(), 0);
        let battery = |v: f64| [(Q::Mains, Some(0.0)), (Q::Battery, Some(v))];
        assert_eq!(run(&mut s, &mut up, 3_600, &battery(24.2)), Shed::Nothing);
        assert_eq!(run(&mut s, &mut up, 20, &battery(22.0)), Shed::Nothing, "a pump that starts");
        assert_eq!(run(&mut s, &mut up, 60, &battery(23.8)), Shed::Mp3);
        assert!(
            s.finding().unwrap().fr.contains("la batterie est à 23,8 V, le flux MP3 est coupé"),
            "{:?}",
            s.finding()
        );
        assert_eq!(run(&mut s, &mut up, 60, &battery(22.9)), Shed::Streams);
        assert_eq!(run(&mut s, &mut up, 86_400, &battery(23.2)), Shed::Streams, "spared, it recovers a little");
        assert_eq!(run(&mut s, &mut up, 900, &battery(23.6)), Shed::Mp3);
        assert_eq!(run(&mut s, &mut up, 900, &[(Q::Mains, Some(1.0)), (Q::Battery, Some(23.6))]), Shed::Nothing);
        assert_eq!(s.finding(), None);
    }

    #[test]
    fn a_sensor_that_is_silent_or_dances_sheds_nothing_for_good() {
        use Quantity as Q;
        let (mut s, mut up) = (shedding(), 0);
        assert_eq!(run(&mut s, &mut up, 86_400, &[(Q::Battery, None), (Q::RoomTemperature, None)]), Shed::Nothing);
        for n in 0..200 {
            let v = if n % 2 == 0 { 20.0 } else { 26.0 };
            assert_eq!(run(&mut s, &mut up, 20, &[(Q::Battery, Some(v))]), Shed::Nothing);
        }
        assert_eq!(run(&mut s, &mut up, 60, &[(Q::RoomTemperature, Some(51.0))]), Shed::Streams);
        assert_eq!(
            run(&mut s, &mut up, 660, &[(Q::RoomTemperature, None)]),
            Shed::Nothing,
            "unknown is not hot for ever"
        );
    }

    #[test]
    fn limits_that_cannot_be_are_none() {
        for (quantity, first, second) in [
            (Quantity::Battery, 23.0, 24.0),
            (Quantity::RoomTemperature, 50.0, 45.0),
            (Quantity::ForwardPower, 1.0, 0.5),
            (Quantity::Fuel, 120.0, 5.0),
            (Quantity::Battery, f64::NAN, 1.0),
        ] {
            assert_eq!(ShedLimit::new(quantity, first, second), None, "{quantity:?}");
        }
    }
}
