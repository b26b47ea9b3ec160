//! What a watch makes of readings, second by second.

use super::super::map::{Flag, Point};
use super::super::object::{Object, SetValue, Write};
use super::*;

const OWN_KHZ: Option<u32> = Some(94_000);

fn role(quantity: Quantity, least: Option<f64>, most: Option<f64>) -> Role {
    let object = Object::Snmp("1.3.6.1.4.1.8072.9999.9999.1".parse().unwrap());
    Role { quantity, point: Point { object, scale: 1.0, on: 1.0 }, least, most }
}

/// Carrier, forward, reflected, frequency, and a local switch that forbids restarts.
fn watch() -> Watch {
    let roles = vec![
        role(Quantity::RfOn, None, None),
        role(Quantity::ForwardPower, Some(400.0), None),
        role(Quantity::ReflectedPower, None, None),
        role(Quantity::Frequency, None, None),
    ];
    let id: super::super::ObjectId = "1.3.6.1.4.1.8072.9999.9999.9".parse().unwrap();
    let local = Flag {
        object: Object::Snmp(id.clone()),
        when: 1.0,
        fr: "L'émetteur est en mode local.".into(),
        en: "The transmitter is in local mode.".into(),
        forbids_restart: true,
    };
    let restart = Write::Snmp(id, SetValue::Integer(1));
    let map = RoleMap::new(roles, vec![local], Some(restart)).unwrap();
    Watch::new(map, Limits { vswr_max: 1.8 }, Restarts::default())
}

const WELL: [Option<f64>; 5] = [Some(1.0), Some(500.0), Some(5.0), Some(94_000.0), Some(0.0)];
const OFF: [Option<f64>; 5] = [Some(0.0), Some(0.0), Some(0.0), Some(94_000.0), Some(0.0)];

struct Scene {
    watch: Watch,
    up_s: u64,
    orders: Vec<u64>,
    last: Vec<String>,
}

impl Scene {
    fn new() -> Self {
        Self { watch: watch(), up_s: 0, orders: Vec::new(), last: Vec::new() }
    }

    /// `seconds` of the same answer, asked every 5 s; the conditions that then last.
    fn run(&mut self, seconds: u64, answers: Result<[Option<f64>; 5], LinkError>) -> Vec<String> {
        for _ in 0..seconds / 5 {
            self.up_s += 5;
            let now = Timestamp::from_second(1_790_000_000 + self.up_s as i64).unwrap();
            let answers = answers.as_ref().map(<[_; 5]>::as_slice).map_err(|e| *e);
            let turn = self.watch.heard(Duration::from_secs(self.up_s), now, answers, OWN_KHZ);
            self.orders.extend(turn.order.map(|_| self.up_s));
            self.last = turn.findings.iter().map(|f| f.code.trim_start_matches("transmitter.").to_owned()).collect();
        }
        self.last.clone()
    }
}

#[test]
fn a_well_transmitter_has_no_condition_and_every_reading() {
    let mut scene = Scene::new();
    assert!(scene.run(60, Ok(WELL)).is_empty());
    let reading = |q| scene.watch.readings.iter().find(|r: &&EquipmentReading| r.quantity == q).unwrap().value;
    assert!((reading(Quantity::Vswr).unwrap() - 1.222).abs() < 0.001, "√(5/500) = 0.1: 1.1 / 0.9");
    assert_eq!(reading(Quantity::ForwardPower), Some(500.0));
}

#[test]
fn equipment_that_vanishes_is_told_within_30_s_and_used_again_when_it_returns() {
    let mut scene = Scene::new();
    scene.run(30, Ok(WELL));
    assert!(scene.run(5, Err(LinkError::Silent)).is_empty(), "one lost answer is none");
    assert_eq!(scene.run(15, Err(LinkError::Silent)), ["silent"]);
    assert!(scene.watch.readings.iter().all(|r| r.value.is_none() && r.read_at.is_some()), "never 0");
    scene.run(5, Ok(WELL));
    assert!(scene.watch.readings.iter().all(|r| r.value.is_some()));
    assert!(scene.run(20, Ok(WELL)).is_empty());
    assert!(scene.orders.is_empty(), "who does not answer is not ordered about");
}

#[test]
fn each_fault_has_its_condition() {
    let fault = |n: usize, value: f64| {
        let mut answers = WELL;
        answers[n] = Some(value);
        answers
    };
    let missing = {
        let mut a = WELL;
        a[1] = None;
        a
    };
    for (answers, codes) in [
        (fault(1, 300.0), vec!["low.forward_power_w"]),
        (fault(2, 60.0), vec!["high.vswr"]),
        (fault(2, 600.0), vec!["high.vswr"]),
        (fault(3, 93_900.0), vec!["frequency"]),
        (fault(1, -5.0), vec!["absurd.forward_power_w"]),
        (fault(3, 94.0), vec!["absurd.frequency_khz"]),
        (fault(4, 1.0), vec!["flag.0"]),
        (missing, vec!["missing.forward_power_w"]),
        (OFF, vec!["off"]),
    ] {
        let mut scene = Scene::new();
        let told = scene.run(30, Ok(answers)).iter().map(|c| c.replace("flag.1", "flag.0")).collect::<Vec<_>>();
        assert_eq!(told, codes);
        assert!(scene.run(30, Ok(WELL)).iter().all(|c| c.starts_with("restart")), "{codes:?} is over");
    }
}

#[test]
fn a_reading_that_dances_on_its_limit_is_one_alarm() {
    let mut scene = Scene::new();
    let at = |w: f64| [Some(1.0), Some(w), Some(5.0), Some(94_000.0), Some(0.0)];
    assert_eq!(scene.run(20, Ok(at(395.0))), ["low.forward_power_w"]);
    let raised = scene.watch.conditions["low.forward_power_w"].raised.clone();
    for n in 0..50 {
        assert_eq!(scene.run(5, Ok(at(if n % 2 == 0 { 405.0 } else { 395.0 }))), ["low.forward_power_w"]);
    }
    assert_eq!(scene.watch.conditions["low.forward_power_w"].raised, raised, "the sentence stays as it was");
    assert!(scene.run(30, Ok(at(450.0))).is_empty());
}

#[test]
fn a_fallen_carrier_is_switched_on_at_most_three_times_an_hour_and_the_reading_back_decides() {
    let mut scene = Scene::new();
    scene.run(60, Ok(WELL));
    let told = scene.run(3600, Ok(OFF));
    assert_eq!(scene.orders.len(), 3, "{:?}", scene.orders);
    assert!(scene.orders[0] >= 120 && scene.orders[1] - scene.orders[0] >= 300);
    for code in ["off", "restart.failed", "restart.used"] {
        assert!(told.contains(&code.to_owned()), "{code}: {told:?}");
    }
    assert!(!scene.run(20, Ok(WELL)).contains(&"restart.failed".to_owned()));
}

#[test]
fn nobody_switches_on_what_was_off_before_or_what_somebody_works_on() {
    let mut scene = Scene::new();
    scene.run(7200, Ok(OFF));
    assert!(scene.orders.is_empty(), "it was off before we looked");
    scene.run(60, Ok(WELL));
    let mut local = OFF;
    local[4] = Some(1.0);
    scene.run(7200, Ok(local));
    assert!(scene.orders.is_empty(), "somebody is there");
}
