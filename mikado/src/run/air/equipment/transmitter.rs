//! The thread that asks the transmitter, beside the air: nothing of the air waits for it, and what it meets stays here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{EquipmentReading, Finding, Severity, SiteId};
use hardware::transmitter::{Bell, EquipmentLink, Limits, Object, Order, Reach, Restarts, RoleMap, Watch};
use jiff::Timestamp;

use super::super::alarms::AlarmBoard;
use super::super::facts::Facts;
use crate::clock::WallClock;

/// A session of SNMP keeps three buffers of a whole datagram.
const STACK_BYTES: usize = 2 * 1024 * 1024;
/// Where the restarts of the last hour are noted.
const RESTARTS_FILE: &str = "transmitter.restarts";
/// Three lines of a time each.
const RESTARTS_BYTES_MAX: usize = 4_096;

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
}

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
        alarms: &Arc<AlarmBoard>,
    ) -> std::io::Result<Self> {
        let readings = Arc::new(Mutex::new(Vec::new()));
        let begun = Instant::now();
        let notes = Notes(dir.join(RESTARTS_FILE));
        let restarts = Restarts::remembered(notes.ages(clock.now()), Duration::ZERO);
        let asking = Asking {
            link: EquipmentLink::new(&options.reach),
            watch: Watch::new(options.map.clone(), options.limits, restarts),
            bell: bell(options, alarms, clock),
            every: options.every,
            facts: Facts::new(dir),
            site,
            notes,
            clock,
            alarms: Arc::clone(alarms),
            readings: Arc::clone(&readings),
            begun,
        };
        let builder = thread::Builder::new().name("equipment".into()).stack_size(STACK_BYTES);
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
    notes: Notes,
    clock: WallClock,
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
            // The frequency that the station gives this site.
            let khz = self.facts.station().and_then(|(_, s)| s.site(self.site)).map(|s| s.frequency_khz);
            let turn = self.watch.heard(self.begun.elapsed(), self.clock.now(), answers, khz);
            *self.readings.lock().unwrap_or_else(PoisonError::into_inner) = turn.readings;
            self.alarms.set("transmitter", turn.findings, self.clock.now());
            if turn.order == Some(Order::Restart) {
                self.restart();
            }
            self.wait(self.every.saturating_sub(asked.elapsed()).max(Duration::from_millis(200)));
        }
    }

    /// Noted before it is sent: a process that ends in between has used up one try.
    fn restart(&mut self) {
        let Some(write) = self.watch.map().restart().cloned() else { return };
        self.notes.add(self.clock.now());
        tracing::warn!("the carrier fell: it is ordered on again");
        if let Err(why) = self.link.set(&write) {
            self.watch.refused(self.begun.elapsed(), why);
        }
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

/// The restarts of the last hour as lines of wall times, so that a process that starts again does not begin to count anew.
struct Notes(PathBuf);

impl Notes {
    /// How long ago each was; one that lies ahead of the clock was just now.
    fn ages(&self, now: Timestamp) -> Vec<Duration> {
        let text = std::fs::read(&self.0).unwrap_or_default();
        let text = String::from_utf8_lossy(&text[..text.len().min(RESTARTS_BYTES_MAX)]).into_owned();
        let times = text.lines().filter_map(|line| line.parse::<Timestamp>().ok());
        times.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or(Duration::ZERO)).collect()
    }

    fn add(&self, now: Timestamp) {
        let old = std::fs::read_to_string(&self.0).unwrap_or_default();
        let kept: Vec<&str> = old.lines().rev().take(hardware::transmitter::RESTARTS_PER_HOUR_MAX).collect();
        let lines: Vec<&str> = kept.into_iter().rev().collect();
        // A note that cannot be written is missed only when the process ends within the hour.
        let _ = std::fs::write(&self.0, format!("{}\n{now}\n", lines.join("\n")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_are_remembered_over_an_end_of_the_process() {
        let dir = tempfile::tempdir().unwrap();
        let notes = Notes(dir.path().join(RESTARTS_FILE));
        let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).unwrap();
        assert!(notes.ages(at(0)).is_empty());
        for s in [0, 400, 800, 1_200] {
            notes.add(at(s));
        }
        let now = Duration::from_hours(9);
        assert!(!Restarts::remembered(notes.ages(at(1_300)), now).may(now));
        assert!(Restarts::remembered(notes.ages(at(4_100)), now).may(now));
        assert!(!Restarts::remembered(notes.ages(at(-100)), now).may(now), "a clock that went back allows nothing");
        std::fs::write(dir.path().join(RESTARTS_FILE), [0xff; 10_000]).unwrap();
        assert!(notes.ages(at(0)).is_empty());
    }
}
