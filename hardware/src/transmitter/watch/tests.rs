//! What a watch makes of readings, second by second.

use super::super::changeover::Pair;
use super::super::map::{BadMap, Flag, Point};
use super::super::object::{Object, SetValue, Write};
use super::*;

fn around() -> Around {
    Around { frequency_khz: Some(94_000), ..Around::default() }
}

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
    Watch::new(map, Limits { whose: Whose::Transmitter, vswr_max: 1.8 }, Past::default())
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
            let turn = self.watch.heard(Duration::from_secs(self.up_s), now, answers, around());
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

#[test]
fn a_dead_exciter_is_changed_over_and_told_and_the_reading_back_decides() {
    let roles = vec![role(Quantity::RfOn, None, None), role(Quantity::Exciter, None, None)];
    let order = |value| Write::Snmp("1.3.6.1.4.1.8072.9999.9999.7".parse().unwrap(), SetValue::Integer(value));
    let pair = Pair {
        reads: [1.0, 2.0],
        orders: [order(1), order(2)],
        after: Duration::from_mins(2),
        exercise: Duration::from_mins(10),
    };
    let no_exciter = RoleMap::new(roles[..1].to_vec(), Vec::new(), None).unwrap();
    assert_eq!(no_exciter.with_pair(pair.clone()), Err(BadMap::BlindPair));
    let alike = Pair { reads: [1.0, 1.0], ..pair.clone() };
    let map = RoleMap::new(roles, Vec::new(), None).unwrap();
    assert_eq!(map.clone().with_pair(alike), Err(BadMap::Alike));
    let mut watch =
        Watch::new(map.with_pair(pair).unwrap(), Limits { whose: Whose::Transmitter, vswr_max: 2.0 }, Past::default());

    let (mut in_use, mut orders, mut up_s) = (1.0, Vec::new(), 0);
    let mut run = |alive: [bool; 2], seconds: u64, stuck: bool, due: bool| {
        let mut codes = Vec::new();
        for _ in 0..seconds / 5 {
            up_s += 5;
            let on = alive[usize::from(in_use > 1.5)];
            let answers = [Some(f64::from(u8::from(on))), Some(in_use)];
            let around = Around { exercise_due: due, ..around() };
            let turn = watch.heard(Duration::from_secs(up_s), Timestamp::UNIX_EPOCH, Ok(&answers), around);
            if let Some(Order::Select(unit, why)) = turn.order {
                orders.push((unit, why));
                let reads = if unit == Unit::Standby { 2.0 } else { 1.0 };
                in_use = if stuck { in_use } else { reads };
            }
            codes = turn.findings.into_iter().map(|f| f.code).collect();
        }
        (codes, orders.clone())
    };
    assert_eq!(run([true, true], 60, false, false), (Vec::new(), Vec::new()));
    let (codes, orders) = run([true, true], 30, false, true);
    assert_eq!((codes, orders), (vec!["transmitter.changeover.exercise".into()], vec![(Unit::Standby, Why::Exercise)]));
    assert_eq!(run([true, true], 660, false, false).0, Vec::<String>::new());
    let (codes, orders) = run([false, true], 300, true, false);
    assert!(codes.contains(&"transmitter.changeover.failed".to_owned()), "{codes:?}");
    assert_eq!(orders.last(), Some(&(Unit::Standby, Why::Dead)));
    let (codes, _) = run([false, true], 900, false, false);
    assert_eq!(codes, ["transmitter.changeover.standby"]);
}

#[test]
fn what_feeds_the_site_is_told_in_its_own_words() {
    let least = |q| (q == Quantity::Battery).then_some(23.5);
    let roles = [Quantity::Mains, Quantity::Generator, Quantity::Battery].map(|q| role(q, least(q), None)).to_vec();
    let limits = Limits { whose: Whose::Power, vswr_max: 2.0 };
    let mut watch = Watch::new(RoleMap::new(roles, Vec::new(), None).unwrap(), limits, Past::default());
    let mut up_s = 0;
    let mut run = |answers: Result<[f64; 3], LinkError>, seconds: u64| {
        let mut told = Vec::new();
        for _ in 0..seconds / 5 {
            up_s += 5;
            let answers = answers.map(|a| a.map(Some));
            let answers = answers.as_ref().map(<[_; 3]>::as_slice).map_err(|e| *e);
            told = watch.heard(Duration::from_secs(up_s), Timestamp::UNIX_EPOCH, answers, Around::default()).findings;
        }
        told.into_iter().map(|f| (f.code, f.fr)).collect::<Vec<_>>()
    };
    let codes = |told: Vec<(String, String)>| told.into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    assert!(run(Ok([1.0, 0.0, 27.0]), 60).is_empty());
    assert_eq!(codes(run(Ok([0.0, 0.0, 25.0]), 60)), ["power.mains"], "a generator is given its time");
    assert_eq!(codes(run(Ok([0.0, 0.0, 23.0]), 120)), ["power.generator", "power.low.battery_v", "power.mains"]);
    assert_eq!(codes(run(Ok([0.0, 1.0, 26.0]), 60)), ["power.mains"]);
    assert!(run(Ok([1.0, 0.0, 27.0]), 60).is_empty());
    let silent = run(Err(LinkError::Silent), 30);
    assert!(
        silent[0].0 == "power.silent" && silent[0].1.starts_with("L'équipement d'énergie ne répond plus"),
        "{silent:?}"
    );
}
