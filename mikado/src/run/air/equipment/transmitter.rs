//! The thread that asks the transmitter, or what feeds the site, beside the air: nothing of the air waits for it, and what it meets stays here.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{EquipmentReading, Finding, Severity, SiteId};
use hardware::power::{ShedLimit, Shedding};
use hardware::transmitter::{
    Around, Bell, EquipmentLink, Limits, LinkError, Object, Order, Reach, RoleMap, Unit, Watch, Whose, Why, Wish,
};
use scheduler::Cron;

use super::super::alarms::AlarmBoard;
use super::super::facts::Facts;
use super::super::turning::EngineView;
use super::exercise::Exercise;
use super::hand::Hand;
use super::past::PastFiles;
use super::shed::SharedShed;
use crate::clock::WallClock;
use crate::hand;
use crate::receivers::Receivers;

/// A session of SNMP keeps three buffers of a whole datagram.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// What is asked, by whom and how often.
#[derive(Clone, Debug)]
pub struct TransmitterOptions {
    /// How it is reached.
    pub reach: Reach,
    /// How often.
    pub every: Duration,
    /// Where its traps arrive.
    pub traps: Option<SocketAddr>,
    /// Its role map.
    pub map: RoleMap,
    /// What people are told beyond the roles' own limits.
    pub limits: Limits,
    /// When the standby exciter is exercised.
    pub exercise: Option<Cron>,
    /// What makes the site shed load.
    pub shed: Vec<ShedLimit>,
}

/// What the thread shares with the rest of the process: what the engine said last, the board of conditions, how much is shed.
pub type Beside = (Arc<Mutex<EngineView>>, Arc<AlarmBoard>, Arc<SharedShed>);

/// The equipment as the rest of the process sees it.
#[derive(Debug)]
pub struct Equipment {
    readings: Arc<Mutex<Vec<EquipmentReading>>>,
}

impl Equipment {
    /// Starts asking; the thread lives as long as the process.
    pub fn start(
        options: &TransmitterOptions,
        dir: &Path,
        site: SiteId,
        clock: WallClock,
        (engine, alarms, shed): &Beside,
    ) -> std::io::Result<Self> {
        let key = options.limits.whose.key();
        let readings = Arc::new(Mutex::new(Vec::new()));
        let begun = Instant::now();
        let past = PastFiles::in_dir(dir, key);
        let asking = Asking {
            link: EquipmentLink::new(&options.reach),
            watch: Watch::new(options.map.clone(), options.limits, past.read(clock.now())),
            bell: bell(options, alarms, clock),
            every: options.every,
            facts: Facts::new(dir),
            site,
            exercise: options.exercise.clone().map(Exercise::new),
            hand: (options.limits.whose == Whose::Transmitter).then(|| Hand::in_dir(dir, clock.now())),
            past,
            clock,
            engine: Arc::clone(engine),
            shedding: (!options.shed.is_empty()).then(|| Shedding::new(options.shed.clone())),
            shed: Arc::clone(shed),
            key,
            alarms: Arc::clone(alarms),
            readings: Arc::clone(&readings),
            begun,
        };
        let builder = thread::Builder::new().name(key.into()).stack_size(STACK_BYTES);
        builder.spawn(move || asking.run())?;
        Ok(Self { readings })
    }

    /// What was read last.
    pub fn readings(&self) -> Vec<EquipmentReading> {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Asking {
    link: EquipmentLink,
    watch: Watch,
    bell: Option<Bell>,
    every: Duration,
    facts: Facts,
    site: SiteId,
    exercise: Option<Exercise>,
    /// What a person orders; only of a transmitter.
    hand: Option<Hand>,
    past: PastFiles,
    clock: WallClock,
    engine: Arc<Mutex<EngineView>>,
    shedding: Option<Shedding>,
    shed: Arc<SharedShed>,
    /// Under which its conditions stand on the board.
    key: &'static str,
    alarms: Arc<AlarmBoard>,
    readings: Arc<Mutex<Vec<EquipmentReading>>>,
    begun: Instant,
}

impl Asking {
    fn run(mut self) {
        let objects: Vec<Object> = self.watch.map().objects().cloned().collect();
        let objects: Vec<&Object> = objects.iter().collect();
        loop {
            let asked = Instant::now();
            let answers = self.link.ask(&objects);
            let answers = answers.as_deref().map_err(|why| *why);
            let around = self.around();
            let turn = self.watch.heard(self.begun.elapsed(), self.clock.now(), answers, around);
            let mut findings = turn.findings;
            if let Some(shedding) = self.shedding.as_mut() {
                self.shed.set(shedding.look(self.begun.elapsed(), &turn.readings));
                findings.extend(shedding.finding());
            }
            *self.readings.lock().unwrap_or_else(PoisonError::into_inner) = turn.readings;
            self.alarms.set(self.key, findings, self.clock.now());
            if let Some((obeyed, hand)) = turn.obeyed.zip(self.hand.as_mut()) {
                self.past.read_back(obeyed, self.clock.now());
                hand.read_back(obeyed, self.clock.now());
            }
            match turn.order {
                Some(order) => {
                    // What was not taken stands on the wall.
                    let _ = self.order(order, told(order));
                }
                None => self.obey(around),
            }
            self.past.exercise(self.watch.is_exercise());
            self.wait(self.every.saturating_sub(asked.elapsed()).max(Duration::from_millis(200)));
        }
    }

    /// What the station file and the engine say now.
    fn around(&mut self) -> Around {
        // An alert is one also while somebody reads it live.
        let (entry, trusted) = {
            let view = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
            (view.entry.clone(), view.time_trusted)
        };
        let station = self.facts.station().map(|(_, station)| station);
        let receivers = station.and_then(|s| Receivers::new(s, self.site, &[], &[]));
        let alert = receivers.is_some_and(|r| r.said(entry.as_ref()).tuning.pty.is_alarm());
        let now = trusted.then(|| self.clock.now());
        let exercise_due = match (self.exercise.as_mut(), station) {
            (Some(exercise), Some(station)) => exercise.is_due(now, station.zone()),
            _ => false,
        };
        let frequency_khz = station.and_then(|s| s.site(self.site)).map(|s| s.frequency_khz);
        Around { frequency_khz, alert, exercise_due }
    }

    /// Carries out what a person orders, or says why not.
    fn obey(&mut self, around: Around) {
        let now = self.clock.now();
        let Some(asked) = self.hand.as_mut().and_then(|hand| hand.next(now)) else { return };
        let hand::Order { by, reason, word, .. } = &asked;
        let told = format!("{}, by hand: {by} ({reason})", wished(word.wish()));
        let outcome = self.watch.wish(self.begun.elapsed(), word.wish(), around).map(|order| self.order(order, &told));
        if let Err(why) = outcome {
            self.past.refused(&told, why.said().1, now);
        }
        let Some(hand) = self.hand.as_mut() else { return };
        match outcome {
            Ok(taken) => hand.sent(&asked, taken, self.clock.now()),
            Err(why) => hand.refused(&asked, why, now),
        }
    }

    /// Noted before it is sent: a process that ends in between has used up one try.
    fn order(&mut self, order: Order, told: &str) -> Result<(), LinkError> {
        let map = self.watch.map();
        let write = match order {
            Order::Restart => map.restart().cloned(),
            Order::Carrier(on) => map.carrier(on).cloned(),
            Order::Select(unit, _) => map.pair().map(|pair| pair.order(unit).clone()),
        };
        let Some(write) = write else { return Ok(()) };
        self.past.ordered(order, told, self.clock.now());
        tracing::warn!(order = told, "the transmitter is ordered");
        let taken = self.link.set(&write);
        self.past.answered(told, taken.as_ref().err(), self.clock.now());
        if let Err(why) = taken {
            self.watch.refused(self.begun.elapsed(), order, why);
        }
        taken
    }

    fn wait(&mut self, limit: Duration) {
        match self.bell.as_mut() {
            Some(bell) => {
                if bell.wait(limit) {
                    tracing::info!(traps = bell.rung(), "the transmitter rang; it is asked at once");
                }
            }
            None => thread::sleep(limit),
        }
    }
}

/// An order that nobody gave but the watch, as the journal of equipment calls it.
const fn told(order: Order) -> &'static str {
    match order {
        Order::Restart => "restart",
        Order::Carrier(on) => wished(if on { Wish::CarrierOn } else { Wish::CarrierOff }),
        Order::Select(Unit::Standby, Why::Dead) => "standby: the main exciter is dead",
        Order::Select(Unit::Main, Why::Dead) => "main: the standby exciter is dead",
        Order::Select(Unit::Standby, Why::Exercise | Why::ExerciseOver) => "standby: exercise",
        Order::Select(Unit::Main, Why::Exercise | Why::ExerciseOver) => "main: the exercise is over",
        Order::Select(unit, Why::Hand) => wished(Wish::Exciter(unit)),
    }
}

/// What a person orders, as the journal calls it.
const fn wished(wish: Wish) -> &'static str {
    match wish {
        Wish::CarrierOff => "carrier off",
        Wish::CarrierOn => "carrier on",
        Wish::Exciter(Unit::Main) => "main exciter",
        Wish::Exciter(Unit::Standby) => "standby exciter",
    }
}

fn bell(options: &TransmitterOptions, alarms: &AlarmBoard, clock: WallClock) -> Option<Bell> {
    let (Some(listen), Reach::Snmp(from, _)) = (options.traps, &options.reach) else { return None };
    match Bell::new(listen, from.ip()) {
        Ok(bell) => Some(bell),
        Err(why) => {
            let finding = Finding {
                code: "transmitter.traps".into(),
                severity: Severity::Info,
                at_s: None,
                fr: format!(
                    "Les alertes (traps) de l'émetteur ne peuvent pas arriver sur {listen} ({why}) ; il est lu sans elles. Le port 162 demande un droit : prenez-en un au-dessus de 1024."
                ),
                en: format!(
                    "The transmitter's traps cannot arrive on {listen} ({why}); it is read without them. Port 162 needs a right: take one above 1024."
                ),
            };
            alarms.set("transmitter-traps", vec![finding], clock.now());
            None
        }
    }
}
